//! What was acknowledged is there after a stop, and after more than one.

use crate::support::{Server, batch, fetch};

#[test]
fn records_offsets_and_topics_outlive_the_process() {
    let mut server = Server::with(2, &[]);
    let mut client = server.connect();
    client.create_topic("tides", 4, &[]);
    let (id, leaders) = client.describe("tides");
    drop(client);
    for round in 0..3 {
        for (partition, leader) in leaders.iter().enumerate() {
            let mut client = server.connect_to((leader / 1000) as usize);
            let partition = partition as i32;
            let sent = client.send_batch(9, -1, "tides", partition, &batch(10, 1000));
            let answer = client.produced(9, sent);
            assert_eq!((answer.error_code, answer.base_offset), (0, round * 10));
            // A fetch may end where a file ends; the next goes on from there.
            let (mut offset, end) = (0, (round + 1) * 10);
            while offset < end {
                let fetched = client.fetch(12, &fetch("tides", &[(partition, offset)]));
                for (first, last) in fetched.partitions[0].offsets() {
                    assert_eq!((first, last), (offset, offset + 9));
                    offset += 10;
                }
                assert_eq!(fetched.partitions[0].high_watermark, end);
            }
        }
        server.restart();
        assert_eq!(server.connect().describe("tides"), (id, leaders.clone()));
    }
    assert!(server.dir().join("shard-1").is_dir());
    let rescued = server.metric("rescued_disk") + server.metric("rescued_mail");
    assert_eq!(rescued, 0, "no wake-up was lost");
}

/// Several reads of one fetch wait for the disk at once, and come back in any order.
#[test]
fn one_fetch_reads_many_partitions_from_the_disk() {
    const PARTITIONS: i32 = 12;
    let mut server = Server::with(1, &[]);
    let mut client = server.connect();
    client.create_topic("tides", PARTITIONS, &[]);
    for partition in 0..PARTITIONS {
        let sent = client.send_batch(9, -1, "tides", partition, &batch(10, 1000));
        assert_eq!(client.produced(9, sent).error_code, 0);
    }
    drop(client);
    let all: Vec<(i32, i64)> = (0..PARTITIONS).map(|partition| (partition, 0)).collect();
    for _ in 0..5 {
        server.restart();
        let fetched = server.connect().fetch(12, &fetch("tides", &all));
        for partition in &fetched.partitions {
            assert_eq!(partition.offsets(), [(0, 9)], "partition {}", partition.index);
        }
    }
}

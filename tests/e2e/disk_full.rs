//! A full disk: produce is refused clearly, fetch goes on, and space that comes back is used.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::read_all;
use crate::support::mounts::Mount;
use crate::support::topic::{self, Topic};
use crate::support::{eventually, skip};
use std::time::{Duration, Instant};

const MIB: u64 = 96;
const BALLAST_BYTES: usize = 24 << 20;
/// KAFKA_STORAGE_ERROR
const STORAGE_ERROR: i16 = 56;

#[test]
fn a_full_disk_refuses_produce_and_recovers() {
    full_disk("a_full_disk_refuses_produce_and_recovers", &[]);
}

#[test]
fn a_full_disk_loses_nothing_acked_from_memory() {
    full_disk("a_full_disk_loses_nothing_acked_from_memory", &[("flush.messages", "1000000")]);
}

fn full_disk(test: &str, configs: &[(&str, &str)]) {
    if against_kafka() {
        return skip(test, "stock Kafka shuts down instead");
    }
    let mount = match Mount::small(test, MIB) {
        Ok(mount) => mount,
        Err(why) => return skip(test, &why),
    };
    let ballast = mount.path().join("ballast");
    std::fs::write(&ballast, vec![0; BALLAST_BYTES]).expect("ballast");
    let options = Options::shards(2).data(&mount.path().join("data"));
    let mut broker = Broker::start(test, options);
    let segment = [("segment.bytes", "4194304")];
    let topic = Topic::create(&broker, "filling", 2, &[configs, &segment[..]].concat());

    let mut acknowledged = [0; 2];
    let batch = Builder::default().values(&vec![vec![b'x'; 10_000]; 50]);
    for partition in [0, 1] {
        let refused = fill(&broker, &topic, partition, &batch, &mut acknowledged);
        assert_eq!(refused, STORAGE_ERROR, "a full disk");
    }
    assert!(acknowledged.iter().sum::<i64>() > 2000, "some was taken: {acknowledged:?}");
    let log = broker.log();
    assert!(log.to_lowercase().contains("full"), "the log does not say that the disk is full");
    broker.must_run();

    // Reading goes on, and all that was acknowledged is there.
    let must_have_all = |broker: &Broker, acknowledged: &[i64; 2]| {
        for (partition, acknowledged) in acknowledged.iter().enumerate() {
            let partition = partition as i32;
            let mut connection = topic.connect(broker, partition);
            let mut count = 0;
            read_all(&mut connection, &topic, partition, 0, |batch| {
                count += batch.values().len() as i64;
            });
            assert!(count >= *acknowledged, "{count} records, {acknowledged} acknowledged");
        }
    };
    must_have_all(&broker, &acknowledged);

    // By itself, without a restart.
    std::fs::remove_file(&ballast).expect("the ballast");
    let small = Builder::default().values(&["there is room again"]);
    for partition in [0, 1] {
        eventually("produce is taken again", Duration::from_secs(15), || {
            let mut connection = topic.connect(&broker, partition);
            topic::produce(&mut connection, &topic, partition, &small).0 == 0
        });
        acknowledged[partition as usize] += 1;
    }
    must_have_all(&broker, &acknowledged);
    broker.kill();
    broker.start_again();
    must_have_all(&broker, &acknowledged);
    broker.stop();
}

/// Produces until it is refused, and returns the error.
fn fill(
    broker: &Broker,
    topic: &Topic,
    partition: i32,
    batch: &[u8],
    acknowledged: &mut [i64; 2],
) -> i16 {
    let mut connection = topic.connect(broker, partition);
    let from = Instant::now();
    loop {
        let (error, _) = topic::produce(&mut connection, topic, partition, batch);
        if error != 0 {
            return error;
        }
        acknowledged[partition as usize] += 50;
        assert!(from.elapsed() < Duration::from_secs(60), "the disk does not fill");
    }
}

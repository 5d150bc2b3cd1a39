//! The metadata quorum of one node: what it keeps, and what it refuses to begin with.

use std::fs;
use std::path::{Path, PathBuf};

use wire::ApiKey;
use wire::Uuid;
use wire::codec::{Decode, Reader};
use wire::messages::describe_quorum_request::{PartitionData, TopicData};
use wire::messages::{DescribeQuorumRequest, DescribeQuorumResponse};

use crate::support::{CLUSTER, Client, Server, batch};

fn files_of(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    found
}

/// Term and end of the metadata log, as the node tells it; its only voter has all of it.
fn quorum(client: &mut Client) -> (i32, i64) {
    let partitions = vec![PartitionData { partition_index: 0 }];
    let name = "__cluster_metadata".into();
    let topics = vec![TopicData { topic_name: name, partitions }];
    let id = client.send(2, &DescribeQuorumRequest { topics });
    let body = client.body(ApiKey::DescribeQuorum, 2, id);
    let response = DescribeQuorumResponse::decode(&mut Reader::new(&body), 2).expect("a response");
    let told = &response.topics[0].partitions[0];
    assert_eq!((told.error_code, told.leader_id), (0, 1));
    let voters: Vec<i32> = told.current_voters.iter().map(|voter| voter.replica_id).collect();
    assert_eq!((voters, told.observers.len()), (vec![1], 0));
    assert_eq!(response.nodes[0].node_id, 1);
    assert_eq!(told.current_voters[0].log_end_offset, told.high_watermark);
    (told.leader_epoch, told.high_watermark)
}

#[test]
fn each_start_leads_in_a_new_term_and_goes_on_behind_the_old_entries() {
    let mut server = Server::with(2, &[]);
    let (mut term, mut end) = quorum(&mut server.connect());
    for round in 0..3 {
        let name = format!("tides-{round}");
        server.connect().create_topic(&name, 3, &[]);
        server.restart();
        let (later_term, later_end) = quorum(&mut server.connect());
        assert!(later_term > term && later_end > end, "{later_term} {later_end}");
        (term, end) = (later_term, later_end);
        assert_eq!(server.connect().describe(&name).1.len(), 3);
    }
}

#[test]
fn a_folder_of_another_cluster_is_refused() {
    let mut server = Server::start();
    let other = Uuid([7; 16]);
    let why = server.refusal(1, other, |_| {});
    assert!(why.contains(&other.to_string()) && why.contains(&CLUSTER.to_string()), "{why}");
    assert!(why.contains("put the right folder back"), "{why}");
}

#[test]
fn logs_without_the_quorums_folder_are_refused() {
    let mut server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    client.produce(9, "tides", &batch(1, 10));
    drop(client);
    let why = server.refusal(1, CLUSTER, |dir| {
        fs::rename(dir.join("quorum"), dir.join("elsewhere")).expect("moved");
    });
    assert!(why.contains("quorum is missing although there are other logs"), "{why}");
    // Nothing was made in its place: put back, it serves as before.
    fs::remove_dir(server.dir().join("quorum")).expect("there is nothing in it");
    fs::rename(server.dir().join("elsewhere"), server.dir().join("quorum")).expect("moved back");
    server.restart();
    assert_eq!(server.connect().describe("tides").1.len(), 1);
}

#[test]
fn what_is_torn_is_refused_by_name() {
    let torn = |path: &Path| {
        let bytes = fs::read(path).expect("read");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("torn");
    };
    let mut server = Server::start();
    let why = server.refusal(1, CLUSTER, |dir| torn(&dir.join("quorum/state")));
    assert!(why.contains("quorum/state") && why.contains("from a copy"), "{why}");
    let mut server = Server::start();
    let why = server.refusal(1, CLUSTER, |dir| {
        let snapshots = files_of(&dir.join("quorum"), ".snapshot");
        torn(snapshots.last().expect("there is one"));
    });
    assert!(why.contains(".snapshot"), "{why}");
    let mut server = Server::start();
    let why = server.refusal(1, CLUSTER, |dir| {
        for snapshot in files_of(&dir.join("quorum"), ".snapshot") {
            fs::remove_file(snapshot).expect("removed");
        }
    });
    assert!(why.contains("no snapshot of the metadata"), "{why}");
}

#[test]
fn fewer_shards_than_hold_replicas_are_refused_with_the_number_to_start_with() {
    let mut server = Server::with(2, &[]);
    server.connect().create_topic("tides", 2, &[]);
    let why = server.refusal(1, CLUSTER, |_| {});
    assert!(why.contains("2 cores or more (--cores)"), "{why}");
}

#[test]
fn a_snapshot_takes_the_place_of_a_log_that_grew() {
    let mut server = Server::start();
    let mut client = server.connect();
    client.create_topic("kept", 3, &[]);
    let folder = server.dir().join("quorum");
    let first = files_of(&folder, ".snapshot");
    assert_eq!(first.len(), 1, "the one it began with");
    let mut rounds = 0;
    while files_of(&folder, ".snapshot") == first {
        // About a megabyte of records.
        client.create_topic("large", 10_000, &[]);
        client.delete_topic("large");
        rounds += 1;
        assert!(rounds < 100, "no snapshot came");
    }
    client.create_topic("later", 2, &[]);
    drop(client);
    server.restart();
    let mut client = server.connect();
    assert_eq!((client.describe("kept").1.len(), client.describe("later").1.len()), (3, 2));
    assert!(files_of(&folder, ".new").is_empty());
}

#[test]
fn a_start_does_not_depend_on_how_often_the_node_was_started() {
    let mut server = Server::start();
    for _ in 0..30 {
        server.restart();
    }
    let (_, end) = quorum(&mut server.connect());
    let snapshots = files_of(&server.dir().join("quorum"), ".snapshot");
    let newest = snapshots.last().expect("one at least").file_stem().expect("a name");
    let index = newest.to_string_lossy().split('-').next().map(str::parse::<i64>);
    let behind = end - index.expect("an index").expect("a number");
    assert!(behind < 60, "{behind} entries of {end} are applied at each start");
}

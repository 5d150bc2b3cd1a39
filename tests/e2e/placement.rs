//! Every core is a broker: its partitions' files and traffic are its own.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::{Bounds, fetch, read_all};
use crate::support::files::files_below;
use crate::support::metrics::{Sample, scrape, sum};
use crate::support::skip;
use crate::support::topic::{self, Topic};

/// NOT_LEADER_OR_FOLLOWER
const NOT_LEADER: i16 = 6;

#[test]
fn two_shards_are_two_brokers_with_their_ports() {
    let test = "two_shards_are_two_brokers_with_their_ports";
    let broker = Broker::start(test, Options::shards(2));
    let port = |shard| broker.address(shard).rsplit(':').next().and_then(|port| port.parse().ok());
    let wanted = [(1, port(0).expect("a port")), (1001, port(1).expect("a port"))];
    for shard in 0..2 {
        assert_eq!(topic::brokers(&mut broker.connect(shard)), wanted, "told by shard {shard}");
    }
}

#[test]
fn a_partition_lives_under_its_shard() {
    let test = "a_partition_lives_under_its_shard";
    let broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "housed", 8, &[]);
    for partition in 0..8 {
        let mut connection = topic.connect(&broker, partition);
        topic::produce_ok(&mut connection, &topic, partition, &Builder::default().values(&["x"]));
    }
    for (partition, home) in topic.shards.iter().enumerate() {
        for shard in 0..2 {
            let folder = broker.shard_dir(shard).join(format!("housed-{partition}"));
            let files = files_below(&folder);
            assert_eq!(!files.is_empty(), shard == *home, "{}: {files:?}", folder.display());
        }
    }
    for shard in 0..2 {
        assert_eq!(topic.shards.iter().filter(|home| **home == shard).count(), 4, "balance");
    }
}

#[test]
fn the_wrong_shard_says_who_leads() {
    let test = "the_wrong_shard_says_who_leads";
    let broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "elsewhere", 2, &[]);
    for partition in 0..2 {
        let mut wrong = broker.connect(1 - topic.shards[partition as usize]);
        let batch = Builder::default().values(&["lost"]);
        let (error, _) = topic::produce(&mut wrong, &topic, partition, &batch);
        assert_eq!(error, NOT_LEADER);
        let fetched = fetch(&mut wrong, &topic, partition, 0, Bounds::default());
        assert_eq!(fetched.error_code, NOT_LEADER);
        let mut right = topic.connect(&broker, partition);
        assert_eq!(topic::offset_for(&mut right, &topic, partition, topic::LATEST), 0);
    }
}

#[test]
fn produce_and_fetch_never_cross_the_mesh() {
    let test = "produce_and_fetch_never_cross_the_mesh";
    if against_kafka() {
        return skip(test, "stock Kafka has no mesh");
    }
    let broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "local", 4, &[]);
    let before = scrape(&broker);
    for partition in 0..4 {
        let mut connection = topic.connect(&broker, partition);
        for _ in 0..50 {
            let batch = Builder::default().values(&[[b'x'; 100]; 10]);
            topic::produce_ok(&mut connection, &topic, partition, &batch);
        }
        read_all(&mut connection, &topic, partition, 0, |_| {});
    }
    let after = scrape(&broker);
    // Creating the topic has moved the counters: this check can fail.
    let messages = |samples: &[Sample]| -> f64 {
        let mesh = |sample: &&Sample| sample.name.starts_with("tidemill_mesh_");
        samples.iter().filter(mesh).map(|sample| sample.value).sum()
    };
    assert!(messages(&before) > 0.0, "creating a topic crosses the mesh");
    assert_eq!(messages(&after), messages(&before), "mesh messages while producing and fetching");
    let produced =
        |samples: &[Sample], label| sum(samples, "tidemill_produce_requests_total", label);
    for shard in ["shard=\"0\"", "shard=\"1\""] {
        let requests = produced(&after, shard) - produced(&before, shard);
        assert_eq!(requests, 100.0, "produce requests of {shard}");
    }
}

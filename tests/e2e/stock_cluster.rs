//! Stock Kafka's tools that ask of the cluster what one node answers at once: its quorum, quotas,
//! reassignments, elections, and access control lists.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options};
use crate::support::command::python;
use crate::support::tools::*;
use crate::support::topic::Topic;

on_one_and_two_shards!(
    the_quorum_is_described,
    partitions_stay_where_they_are,
    leaders_need_no_election,
    there_are_no_quotas_and_no_acls,
    transactions_are_refused_for_good,
);

/// kafka-ui tells by this that there is no ZooKeeper.
fn the_quorum_is_described(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let quorum = ["--bootstrap-server", &bootstrap, "describe"];
    tool(METADATA_QUORUM, &[&quorum[..], &["--status"]].concat())
        .ok()
        .must_have("LeaderId:               1")
        .must_have("MaxFollowerLag:         0");
    let replication = tool(METADATA_QUORUM, &[&quorum[..], &["--replication"]].concat()).ok();
    replication.must_have("Leader").must_lack("Observer");
}

fn partitions_stay_where_they_are(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "staying", 1, &[]);
    let bootstrap = broker.bootstrap();
    let reassign = ["--bootstrap-server", &bootstrap];
    tool(REASSIGN_PARTITIONS, &[&reassign[..], &["--list"]].concat())
        .ok()
        .must_have("No partition reassignments found.");
    let file = broker.dir.join("reassign.json");
    let wanted = r#"{"version":1,"partitions":[
        {"topic":"staying","partition":0,"replicas":[77]}]}"#;
    std::fs::write(&file, wanted).expect("a file for the tool");
    let arguments = ["--reassignment-json-file", file.to_str().expect("UTF-8"), "--execute"];
    let said = tool(REASSIGN_PARTITIONS, &[&reassign[..], &arguments].concat()).failed();
    assert!(said.contains("77"), "{said}");
}

fn leaders_need_no_election(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "led", 2, &[]);
    let bootstrap = broker.bootstrap();
    let elect = ["--bootstrap-server", &bootstrap, "--election-type", "preferred"];
    let one = ["--topic", "led", "--partition", "1"];
    let said = tool(LEADER_ELECTION, &[&elect[..], &one].concat()).ok();
    said.must_have("Valid replica already elected for partitions led-1");
    tool(LEADER_ELECTION, &[&elect[..], &["--all-topic-partitions"]].concat()).ok();
}

fn there_are_no_quotas_and_no_acls(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let clients = ["--bootstrap-server", &bootstrap, "--entity-type", "clients", "--describe"];
    tool(CONFIGS, &clients).ok().must_lack("are");
    let acls = tool(ACLS, &["--bootstrap-server", &bootstrap, "--list"]);
    let said = format!("{}{}", acls.out, acls.err);
    assert!(said.contains("SecurityDisabledException"), "{acls}");
}

fn transactions_are_refused_for_good(test: &str, shards: usize) {
    if crate::support::broker::against_kafka() {
        return crate::support::skip(test, "stock Kafka has transactions");
    }
    let broker = Broker::start(test, Options::shards(shards));
    let said = python("confluent-kafka/transactions.py", &[&broker.bootstrap()]).ok();
    said.must_have("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
}

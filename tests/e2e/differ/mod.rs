//! Administrative answers beside stock Kafka's: the same raw requests to both brokers, in every
//! version that both serve, compared field by field. What differs on purpose is in `exceptions`.

mod cluster;
mod configs;
mod exceptions;
mod groups;
mod pair;
mod records;
mod refused;
mod topics;
mod value;

use crate::support::broker::{Options, against_kafka};
use crate::support::group;
use pair::Pair;

/// One start of each broker for all of it.
#[test]
fn administrative_answers_are_those_of_stock_kafka() {
    if against_kafka() {
        // Both sides would be the same.
        return;
    }
    let options = Options::shards(1)
        .set("group.initial.rebalance.delay.ms", "0")
        .set("offsets.topic.num.partitions", "3")
        // As tests/kafka/kafka starts a single broker.
        .set("offsets.topic.replication.factor", "1")
        .set("transaction.state.log.replication.factor", "1")
        .set("transaction.state.log.min.isr", "1");
    let mut pair = Pair::start("differ", options);
    for broker in [&pair.ours, &pair.stock] {
        // Both have their topic of groups from now on.
        group::connect(broker, "settled");
    }
    topics::compare(&mut pair);
    configs::compare(&mut pair);
    groups::compare(&mut pair);
    records::compare(&mut pair);
    cluster::compare(&mut pair);
    refused::compare(&mut pair);
    pair.finish();
}

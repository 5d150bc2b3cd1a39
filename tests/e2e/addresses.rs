//! Where a broker listens, and what it tells clients to connect to.

use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::command::run;
use crate::support::skip;
use std::process::Command;
use std::time::Duration;

/// kcat's own view of the brokers, and a record through it.
fn kcat(broker: &Broker, arguments: &[&str], input: &[u8]) -> String {
    let mut command = Command::new("kcat");
    command.args(["-b", &broker.bootstrap()]).args(arguments);
    run(command, input, Duration::from_secs(30)).ok().out.clone()
}

fn serves(broker: &Broker, told_host: &str) {
    let port: usize = broker.bootstrap().rsplit(':').next().and_then(|p| p.parse().ok()).unwrap();
    let brokers = kcat(broker, &["-L"], b"");
    for shard in 0..broker.options.shards {
        let told = format!("at {told_host}:{}", port + shard);
        assert!(brokers.contains(&told), "no {told:?} in:\n{brokers}");
    }
    for partition in ["0", "1"] {
        kcat(broker, &["-P", "-t", "addressed", "-p", partition], b"a record");
        let read = ["-C", "-q", "-t", "addressed", "-p", partition, "-o", "beginning", "-e"];
        assert_eq!(kcat(broker, &read, b"").trim(), "a record");
    }
}

#[test]
fn an_ipv6_address_is_listened_on_and_told() {
    let test = "an_ipv6_address_is_listened_on_and_told";
    if against_kafka() {
        return skip(test, "about our own flags");
    }
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return skip(test, "this machine has no IPv6");
    }
    let options = Options::shards(2).host("[::1]").set("num.partitions", "2");
    // Without brackets: a host and a port are two fields of the protocol.
    serves(&Broker::start(test, options), "::1");
}

/// As behind a port forward: clients come by a name that the broker does not listen on.
#[test]
fn the_advertised_address_is_told_to_clients() {
    let test = "the_advertised_address_is_told_to_clients";
    if against_kafka() {
        return skip(test, "about our own flags");
    }
    let options = Options::shards(2).advertised_host("localhost").set("num.partitions", "2");
    serves(&Broker::start(test, options), "localhost");
}

//! Machines on which the broker must not start, or must start with less: each time it says why, and
//! what to do.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::read_all;
use crate::support::mounts::Mount;
use crate::support::process::Restrictions;
use crate::support::topic::{self, Topic};
use crate::support::witness::Witness;
use crate::support::{is_root, skip};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const REFUSING: Duration = Duration::from_secs(10);

/// Starts a broker that must refuse: its log must hold one of `remedies`.
fn must_refuse(test: &str, options: Options, remedies: &[&str]) {
    let mut broker = Broker::prepare(test, options);
    broker.spawn();
    let (code, log) = broker.wait_refused(REFUSING);
    assert_ne!(code, 0, "{log}");
    assert_ne!(code, -1, "ended by a signal:\n{log}");
    assert!(!log.contains("panicked"), "a panic is no message:\n{log}");
    for remedy in remedies {
        assert!(log.contains(remedy), "no {remedy:?} in what it says:\n{log}");
    }
}

#[test]
fn read_only_data_is_refused() {
    let test = "read_only_data_is_refused";
    if against_kafka() {
        return skip(test, "a refused start of the binary");
    }
    if is_root() {
        // To root no permission is missing; a read-only mount is.
        match Mount::read_only(test) {
            Ok(mount) => {
                let data = mount.path().join("data");
                must_refuse(test, Options::shards(1).data(&data), &[data.to_str().expect("UTF-8")]);
            }
            Err(why) => skip(test, &why),
        }
        return;
    }
    let dir = crate::support::files::TestDir::new(test);
    let data = dir.join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o555)).expect("permissions");
    must_refuse(test, Options::shards(1).data(&data), &[data.to_str().expect("UTF-8")]);
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).expect("permissions");
}

#[test]
fn a_file_system_without_direct_io_serves_and_says_so() {
    let test = "a_file_system_without_direct_io_serves_and_says_so";
    if against_kafka() {
        return skip(test, "a start of the binary");
    }
    match Mount::without_direct_io(test) {
        Ok(mount) => {
            let data = mount.path().join("data");
            let broker = Broker::start(test, Options::shards(1).data(&data));
            let mut witness = Witness::new(&broker);
            for _ in 0..20 {
                witness.is_unharmed();
            }
            let log = broker.log();
            assert!(log.contains("refuses direct I/O") && log.contains("ext4"), "{log}");
        }
        Err(why) => skip(test, &why),
    }
}

#[test]
fn forbidden_io_uring_is_refused() {
    let test = "forbidden_io_uring_is_refused";
    if against_kafka() {
        return skip(test, "a refused start of the binary");
    }
    for shards in [1, 2] {
        let restrictions = Restrictions { no_io_uring: true, ..Restrictions::default() };
        let options = Options::shards(shards).restrictions(restrictions);
        must_refuse(test, options, &["io_uring", "seccomp"]);
    }
}

#[test]
fn eight_mib_of_lockable_memory_are_enough() {
    let test = "eight_mib_of_lockable_memory_are_enough";
    if against_kafka() {
        return skip(test, "a limit of the binary");
    }
    let restrictions = Restrictions { memlock_bytes: Some(8 << 20), ..Restrictions::default() };
    let broker = Broker::start(test, Options::shards(2).restrictions(restrictions));
    let mut witness = Witness::new(&broker);
    for _ in 0..20 {
        witness.is_unharmed();
    }
}

#[test]
fn few_open_files_are_refused_and_enough_are_enough() {
    let test = "few_open_files_are_refused_and_enough_are_enough";
    if against_kafka() {
        return skip(test, "a limit of the binary");
    }
    let limited = |shards, open_files| {
        let restrictions = Restrictions { open_files: Some(open_files), ..Restrictions::default() };
        Options::shards(shards).restrictions(restrictions)
    };
    for (shards, enough) in [(1, 128), (2, 192)] {
        for few in [13, 27, enough - 1] {
            must_refuse(test, limited(shards, few), &["files may be open", "ulimit -n"]);
        }
        let broker = Broker::start(test, limited(shards, enough));
        Witness::new(&broker).is_unharmed();
    }
}

#[test]
fn a_second_broker_on_the_same_data_is_refused() {
    let test = "a_second_broker_on_the_same_data_is_refused";
    if against_kafka() {
        return skip(test, "a refused start of the binary");
    }
    let broker = Broker::start(test, Options::shards(1));
    let mut witness = Witness::new(&broker);
    let data = broker.data_dir();
    must_refuse(test, Options::shards(1).data(&data), &[data.to_str().expect("UTF-8")]);
    witness.is_unharmed();
}

#[test]
fn a_taken_port_is_refused() {
    let test = "a_taken_port_is_refused";
    if against_kafka() {
        return skip(test, "a refused start of the binary");
    }
    let mut broker = Broker::prepare(test, Options::shards(2));
    let taken = broker.address(1);
    let _listener = std::net::TcpListener::bind(&taken).expect("a free port");
    broker.spawn();
    let (code, log) = broker.wait_refused(REFUSING);
    assert_ne!(code, 0, "{log}");
    let port = taken.rsplit(':').next().expect("a port");
    assert!(log.contains(port), "which port? {log}");
}

/// Fewer shards than the data has: partitions would be lost to sight.
#[test]
fn another_number_of_shards_loses_nothing() {
    let test = "another_number_of_shards_loses_nothing";
    if against_kafka() {
        return skip(test, "stock Kafka has no shards");
    }
    let mut broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "spread", 4, &[]);
    for partition in 0..4 {
        let mut connection = topic.connect(&broker, partition);
        topic::produce_ok(&mut connection, &topic, partition, &Builder::default().values(&["x"]));
    }
    broker.stop();
    broker.options.shards = 1;
    broker.spawn();
    let (code, log) = broker.wait_refused(REFUSING);
    assert_ne!(code, 0, "one shard cannot serve the data of two:\n{log}");
    assert!(log.contains("--cores"), "no remedy:\n{log}");
    broker.options.shards = 2;
    broker.start_again();
    for partition in 0..4 {
        let mut connection = topic.connect(&broker, partition);
        assert_eq!(read_all(&mut connection, &topic, partition, 0, |_| {}), 1);
    }
}

//! The program around the broker: start, stop, settings, its own tools, metrics.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka, binary};
use crate::support::command::{Output, run, wait};
use crate::support::fetch::read_all;
use crate::support::files::files_below;
use crate::support::metrics::{Sample, get, scrape};
use crate::support::topic::{self, Topic};
use crate::support::{eventually, process, skip};
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::{Duration, Instant};

fn tidemill(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments);
    run(command, input, Duration::from_secs(30))
}

#[test]
fn start_says_what_there_is() {
    let test = "start_says_what_there_is";
    if against_kafka() {
        return skip(test, "the first screen of the binary");
    }
    let broker = Broker::start(test, Options::shards(2));
    let data = broker.data_dir();
    let port = broker.address(1).rsplit(':').next().expect("a port").to_owned();
    for part in [broker.address(0).as_str(), &port, data.to_str().expect("a UTF-8 path")] {
        broker.must_log(part);
    }
}

/// The log often lies on the disk that is full.
#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let test = "a_log_that_cannot_be_written_ends_nothing";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let mut broker = Broker::prepare(test, Options::shards(1));
    let log = broker.data_dir().with_file_name("broker.log");
    std::os::unix::fs::symlink("/dev/full", &log).expect("a log without space");
    broker.start_again();
    // The process has it open; a failing test must not read it, for it has no end.
    std::fs::remove_file(&log).expect("the link");
    let topic = Topic::create(&broker, "unlogged", 1, &[]);
    for _ in 0..2 {
        let mut connection = topic.connect(&broker, 0);
        topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["x"]));
    }
    broker.stop();
}

#[test]
fn sigterm_ends_cleanly_under_load() {
    let test = "sigterm_ends_cleanly_under_load";
    let mut broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "loaded", 2, &[]);
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let writers: Vec<_> = (0..2)
            .map(|partition| {
                let topic = topic.clone();
                let mut connection = topic.connect(&broker, partition);
                std::thread::spawn(move || write_until_closed(&mut connection, &topic, partition))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        let from = Instant::now();
        let code = broker.stop();
        if !against_kafka() {
            assert_eq!(code, Some(0), "{}", broker.log());
            assert!(from.elapsed() < Duration::from_secs(5), "{:?}", from.elapsed());
        }
        let counts: Vec<i64> =
            writers.into_iter().map(|writer| writer.join().expect("a writer")).collect();
        acknowledged.push(counts);
        broker.start_again();
        for partition in 0..2 {
            let acked: i64 = acknowledged.iter().map(|counts| counts[partition]).sum();
            let partition = partition as i32;
            let mut connection = topic.connect(&broker, partition);
            let end = read_all(&mut connection, &topic, partition, 0, |_| {});
            assert!(end >= acked, "round {round}: {end} records, {acked} acknowledged");
            assert!(acked > 0, "round {round}: nothing was acknowledged");
        }
    }
}

/// The number of acknowledged records.
fn write_until_closed(
    connection: &mut crate::support::connection::Connection,
    topic: &Topic,
    partition: i32,
) -> i64 {
    let batch = Builder::default().values(&[[b'x'; 100]; 5]);
    let request = topic::produce_request(topic, partition, -1, &batch);
    let mut acknowledged = 0;
    loop {
        if connection.send(topic::PRODUCE_BY_NAME, &request).is_err() {
            return acknowledged;
        }
        let Ok(answer) = connection.receive() else {
            return acknowledged;
        };
        let answer = crate::support::connection::decode::<
            wire::messages::produce_request::ProduceRequest<'_>,
        >(topic::PRODUCE_BY_NAME, &answer);
        if answer.responses[0].partition_responses[0].error_code != 0 {
            return acknowledged;
        }
        acknowledged += 5;
    }
}

#[test]
fn a_restart_finds_topics_ids_and_settings() {
    let test = "a_restart_finds_topics_ids_and_settings";
    let mut broker = Broker::start(test, Options::shards(2));
    let topics: Vec<Topic> = (0..20)
        .map(|n| Topic::create(&broker, &format!("kept-{n}"), 3, &[("retention.ms", "7200000")]))
        .collect();
    for clean in [false, true, false] {
        if clean {
            broker.stop();
        } else {
            broker.kill();
        }
        broker.start_again();
        for topic in &topics {
            for shard in 0..2 {
                let found = Topic::find(&mut broker.connect(shard), &topic.name);
                let found = found.unwrap_or_else(|| panic!("{} is lost", topic.name));
                assert_eq!(found.id, topic.id);
                assert_eq!(found.shards, topic.shards);
            }
        }
        let described = crate::support::tools::tool(
            crate::support::tools::CONFIGS,
            &[
                "--bootstrap-server",
                &broker.bootstrap(),
                "--entity-type",
                "topics",
                "--entity-name",
                "kept-7",
                "--describe",
            ],
        );
        described.ok().must_have("retention.ms=7200000");
    }
}

#[test]
fn impossible_settings_are_refused() {
    let test = "impossible_settings_are_refused";
    if against_kafka() {
        return skip(test, "the command line of the binary");
    }
    let cases: [(&[&str], &str); 7] = [
        // Less than the broker's own group.consumer.min.session.timeout.ms.
        (&["--set", "group.consumer.session.timeout.ms=1000"], "(the default): raise group.cons"),
        (&["--set", "nonsense=1"], "nonsense"),
        (&["--set", "log.segment.bytes=many"], "log.segment.bytes"),
        (&["--listen", "nowhere"], "nowhere"),
        (&["--cores", "0,x"], "--cores"),
        (&["--cores", "4095"], "4095"),
        (&["--no-such-flag"], "--no-such-flag"),
    ];
    for (arguments, named) in cases {
        let broker = Broker::prepare(test, Options::shards(1));
        let mut command = broker.command();
        command.args(arguments);
        let mut child = command.spawn().expect("the release binary");
        let code = wait(&mut child, Duration::from_secs(10));
        let _ = child.kill();
        let _ = child.wait();
        let log = broker.log();
        assert!(code.is_some_and(|code| code > 0), "{arguments:?}: {code:?}\n{log}");
        assert!(log.contains(named), "{arguments:?}: {named} is not named:\n{log}");
        assert!(!log.contains("panicked"), "{log}");
    }
}

#[test]
fn own_tools_work_against_any_kafka() {
    let test = "own_tools_work_against_any_kafka";
    let broker = Broker::start(test, Options::shards(2));
    let server = broker.bootstrap();
    let with = |arguments: &[&str], input: &[u8]| {
        let mut all = arguments.to_vec();
        all.extend(["--bootstrap-server", &server]);
        tidemill(&all, input)
    };
    with(&["topic", "create", "mine", "--partitions", "2"], b"").ok();
    with(&["topic", "list"], b"").ok().must_have("mine");
    with(&["topic", "describe", "mine"], b"").ok().must_have("mine");
    with(&["produce", "mine"], b"one\ntwo\nthree\n").ok();
    let read = with(&["consume", "mine", "--from-beginning", "--max-messages", "3"], b"").ok();
    let mut lines: Vec<&str> = read.out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["one", "three", "two"], "{read}");
    with(&["topic", "delete", "mine"], b"").ok();
    with(&["topic", "list"], b"").ok().must_lack("mine");
}

#[test]
fn own_log_tool_reads_and_verifies_segments() {
    let test = "own_log_tool_reads_and_verifies_segments";
    let mut broker = Broker::start(test, Options::shards(1));
    let topic = Topic::create(&broker, "inspected", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    for _ in 0..10 {
        topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["a", "b"]));
    }
    broker.stop();
    let folder = broker.shard_dir(0).join("inspected-0");
    let log = files_below(&folder)
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "log"))
        .expect("a log");
    let path = log.to_str().expect("a UTF-8 path");
    tidemill(&["log", "dump", path], b"").ok().must_have("19");
    tidemill(&["log", "verify", path], b"").ok();
    let mut bytes = std::fs::read(&log).expect("a log");
    bytes[100] ^= 1;
    std::fs::write(&log, bytes).expect("a damaged log");
    tidemill(&["log", "verify", path], b"").failed();
}

#[test]
fn the_disk_is_measured_and_a_start_goes_by_it() {
    let test = "the_disk_is_measured_and_a_start_goes_by_it";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let mut broker = Broker::start(test, Options::shards(1));
    broker.must_log("safe values");
    broker.stop();
    let data = broker.data_dir().to_owned();
    let dir = data.to_str().expect("a UTF-8 path");
    let measured = tidemill(&["tune", "disk", dir, "--seconds", "0.1", "--json"], b"").ok();
    let report: serde_json::Value = serde_json::from_str(&measured.out).expect("JSON");
    let rows = report["measured"].as_array().expect("a list");
    assert!(rows.len() > 10, "{measured}");
    assert!(rows.iter().all(|row| row["per_second"].as_f64() > Some(1.0)), "{measured}");
    let has = |access: &str, bytes: u64| {
        rows.iter().any(|row| row["access"] == access && row["bytes"] == bytes)
    };
    for depth in [1, 2, 4, 8, 16] {
        for prepared in ["reserved", "zeroed"] {
            let access = format!("synced write, {prepared}, 1 file, depth {depth}");
            assert!(has(&access, 4096), "no {access}: {measured}");
        }
    }
    for bytes in [4096, 8192, 16384, 32768, 65536] {
        assert!(has("synced block, zeroed, 1 file, depth 1", bytes), "no {bytes}: {measured}");
    }
    let block = report["settings"]["block_bytes"].as_u64().expect("a number");
    assert!(block.is_power_of_two() && (4096..=65536).contains(&block), "{measured}");
    let written = std::fs::read_to_string(data.join("disk.toml")).expect("a file");
    assert!(written.contains(&format!("block_bytes = {block}\n")), "{written}");
    broker.start_again();
    broker.must_log("measured by `tidemill tune disk`");
    broker.must_log(&format!("blocks of {} KiB", block >> 10));
    broker.stop();
    let file = data.join("disk.toml");
    std::fs::write(&file, "zero_ahead_bytes = 7\n").expect("a file that makes no sense");
    broker.start_again();
    let topic = Topic::create(&broker, "after", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["x"]));
    broker.must_log("disk.toml is not used");
}

#[test]
fn a_log_is_written_in_the_blocks_that_a_disk_likes() {
    let test = "a_log_is_written_in_the_blocks_that_a_disk_likes";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let mut broker = Broker::prepare(test, Options::shards(1));
    let file = broker.data_dir().join("disk.toml");
    std::fs::create_dir_all(broker.data_dir()).expect("a folder");
    let settings = "zero_ahead_bytes = 1048576\nin_flight_bytes = 8388608\n\
                    preallocate_step_bytes = 33554432\n";
    let write = |block: &str| std::fs::write(&file, format!("{block}{settings}")).expect("written");
    write("block_bytes = 16384\n");
    broker.start_again();
    broker.must_log("blocks of 16 KiB");
    // With the last, acknowledged from memory, a kill leaves what the disk does not have.
    let configs = [("flush.messages", "1"), ("flush.messages", "1000000")];
    let names = ["after-sync", "from-memory"];
    let topics = [0, 1].map(|at| Topic::create(&broker, names[at], 1, &[configs[at]]));
    let append = |broker: &Broker, count: i64, from: i64| {
        for topic in &topics {
            let mut connection = topic.connect(broker, 0);
            for n in from..from + count {
                let value = format!("{n} {}", "x".repeat(n as usize * 37 % 3000));
                let batch = Builder::default().values(&[&value]);
                assert_eq!(topic::produce_ok(&mut connection, topic, 0, &batch), n);
            }
        }
    };
    let mut held = 0;
    // Files of before blocks were measured, and nonsense, mean 4 KiB.
    for (block, told) in [
        ("block_bytes = 16384\n", "blocks of 16 KiB"),
        ("", "blocks of 4 KiB"),
        ("block_bytes = 65536\n", "blocks of 64 KiB"),
        ("block_bytes = 5000\n", "block_bytes = 5000"),
    ] {
        append(&broker, 50, held);
        held += 50;
        broker.kill();
        write(block);
        broker.start_again();
        broker.must_log(told);
        for topic in &topics {
            topic.wait_until_led(&broker);
            let mut offsets = Vec::new();
            let mut connection = topic.connect(&broker, 0);
            read_all(&mut connection, topic, 0, 0, |batch| {
                let (offset, value) = batch.values()[0];
                assert!(value.starts_with(format!("{offset} ").as_bytes()), "at {offset}");
                offsets.push(offset);
            });
            assert_eq!(offsets, (0..held).collect::<Vec<_>>(), "after a kill, then {told}");
        }
    }
    broker.must_log("disk.toml is not used");
    append(&broker, 50, held);
}

#[test]
fn a_service_manager_hears_of_start_health_and_stop() {
    let test = "a_service_manager_hears_of_start_health_and_stop";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let broker = Broker::prepare(test, Options::shards(2));
    // The path of a socket is short.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let listener = UnixDatagram::bind(&path).expect("a socket");
    listener.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    let hear = || {
        let mut bytes = [0; 200];
        let length = listener.recv(&mut bytes).expect("a message in time");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let mut command = broker.command();
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "2000000");
    let mut child = command.spawn().expect("the binary");
    assert_eq!(hear(), "READY=1\nSTATUS=2 shards");
    assert_eq!([hear(), hear()], ["WATCHDOG=1"; 2]);
    process::signal(child.id(), libc::SIGTERM);
    while hear() == "WATCHDOG=1" {}
    assert_eq!(wait(&mut child, Duration::from_secs(30)), Some(0));
}

#[test]
fn health_and_metrics_are_served() {
    let test = "health_and_metrics_are_served";
    if against_kafka() {
        return skip(test, "stock Kafka has no HTTP");
    }
    let broker = Broker::start(test, Options::shards(2));
    // The port takes connections a moment before the start says that it is over.
    eventually("health", Duration::from_secs(10), || get(&broker, "/health").0 == 200);
    assert_eq!(get(&broker, "/nowhere").0, 404);
    let topic = Topic::create(&broker, "measured", 2, &[]);
    for partition in 0..2 {
        let mut connection = topic.connect(&broker, partition);
        topic::produce_ok(&mut connection, &topic, partition, &Builder::default().values(&["x"]));
        read_all(&mut connection, &topic, partition, 0, |_| {});
    }
    // Histograms are published once a second.
    for part in ["produce", "fetch"] {
        eventually(part, Duration::from_secs(10), || {
            let counts = |sample: &Sample| {
                sample.name.contains(part) && sample.name.ends_with("_bucket") && sample.value > 0.0
            };
            scrape(&broker).iter().any(counts)
        });
    }
    let samples = scrape(&broker);
    for shard in ["shard=\"0\"", "shard=\"1\""] {
        assert!(samples.iter().any(|sample| sample.labels.contains(shard)), "{shard}");
    }
}

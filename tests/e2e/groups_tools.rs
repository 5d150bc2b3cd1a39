//! Stock Kafka's tools on groups: consumer-groups in all its modes, and the consumers among the
//! tools.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, against_kafka};
use crate::support::command::Output;
use crate::support::eventually;
use crate::support::group::{self, Commit, Member};
use crate::support::tools::*;
use crate::support::topic::{self, Topic};
use std::time::Duration;

on_one_and_two_shards!(
    console_consumer_goes_on_where_its_group_is,
    console_consumer_of_the_consumer_protocol_goes_on,
    groups_are_listed_and_described,
    offsets_are_reset_in_every_mode,
    groups_and_offsets_are_deleted,
    consumer_perf_reads_all,
    verifiable_consumer_reads_all,
    dump_log_decodes_our_records,
);

fn groups(broker: &Broker, arguments: &[&str]) -> Output {
    tool(GROUPS, &[&["--bootstrap-server", &broker.bootstrap()], arguments].concat())
}

/// Values `first..` in the topic, by turns in its partitions.
fn fill(broker: &Broker, topic: &Topic, values: std::ops::Range<i32>) {
    for n in values {
        let partition = n % topic.shards.len() as i32;
        let mut connection = topic.connect(broker, partition);
        let batch = Builder::default().values(&[format!("value {n}")]);
        topic::produce_ok(&mut connection, topic, partition, &batch);
    }
}

/// Partition, committed offset and lag, as `--describe` shows them.
fn described(broker: &Broker, group: &str) -> Vec<(i32, String, String)> {
    let output = groups(broker, &["--describe", "--group", group, "--offsets"]).ok();
    let mut rows: Vec<_> = output
        .out
        .lines()
        .filter(|line| line.starts_with(&format!("{group} ")))
        .map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            (fields[2].parse().expect("a partition"), fields[3].to_owned(), fields[5].to_owned())
        })
        .collect();
    rows.sort();
    rows
}

fn row(partition: i32, offset: i64, lag: i64) -> (i32, String, String) {
    (partition, offset.to_string(), lag.to_string())
}

fn console_consumer_goes_on_where_its_group_is(test: &str, shards: usize) {
    console_consumer_goes_on(test, shards, "classic");
}

/// KIP-848: the broker assigns.
fn console_consumer_of_the_consumer_protocol_goes_on(test: &str, shards: usize) {
    console_consumer_goes_on(test, shards, "consumer");
}

fn console_consumer_goes_on(test: &str, shards: usize, protocol: &str) {
    let mut broker = group::start(test, shards);
    let topic = Topic::create(&broker, "read-on", 2, &[]);
    let protocol = format!("group.protocol={protocol}");
    let read = |broker: &Broker, count: &str| {
        let bootstrap = broker.bootstrap();
        let arguments = [
            "--bootstrap-server",
            &bootstrap,
            "--topic",
            "read-on",
            "--group",
            "console",
            "--from-beginning",
            "--command-property",
            &protocol,
            "--timeout-ms",
            "30000",
            "--max-messages",
            count,
        ];
        let output = tool(CONSOLE_CONSUMER, &arguments).ok();
        let mut lines: Vec<String> = output.out.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let wanted = |values: std::ops::Range<i32>| {
        let mut lines: Vec<String> = values.map(|n| format!("value {n}")).collect();
        lines.sort();
        lines
    };
    fill(&broker, &topic, 0..20);
    assert_eq!(read(&broker, "20"), wanted(0..20));
    assert_eq!(described(&broker, "console"), [row(0, 10, 0), row(1, 10, 0)]);
    fill(&broker, &topic, 20..26);
    assert_eq!(described(&broker, "console"), [row(0, 10, 3), row(1, 10, 3)]);
    assert_eq!(read(&broker, "6"), wanted(20..26), "what came since");
    if !against_kafka() {
        // Stock Kafka may lose what it has not flushed.
        broker.kill();
        broker.start_again();
    }
    assert_eq!(described(&broker, "console"), [row(0, 13, 0), row(1, 13, 0)]);
    fill(&broker, &topic, 26..30);
    assert_eq!(read(&broker, "4"), wanted(26..30), "what came after the restart");
}

fn groups_are_listed_and_described(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "seen", 3, &[]);
    fill(&broker, &topic, 0..9);
    let names: Vec<String> = (0..6).map(|n| format!("listed-{n}")).collect();
    for name in &names {
        let mut connection = group::connect(&broker, name);
        let codes = group::commit_alone(&mut connection, name, &[Commit::new(&topic, 0, 1)]);
        assert_eq!(codes, [0]);
    }
    // One with a member, which beats while the tools look.
    let mut connection = group::connect(&broker, "alive");
    let mut member = Member { session_ms: 60_000, ..Member::new("alive").topics(&["seen"]) };
    let assigned = group::assignment("seen", &[0, 1, 2]);
    let generation = member.settle(&mut connection, &assigned);
    let commits = [Commit::new(&topic, 0, 3), Commit::new(&topic, 1, 1), Commit::new(&topic, 2, 0)];
    assert_eq!(member.commit(&mut connection, 8, generation, &commits), [0, 0, 0]);

    let listed = groups(&broker, &["--list"]).ok();
    let mut lines: Vec<&str> = listed.out.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    wanted.insert(0, "alive");
    assert_eq!(lines, wanted);
    groups(&broker, &["--list", "--state", "Stable"]).ok().must_have("alive").must_lack("listed-");
    let empty = groups(&broker, &["--list", "--state", "empty"]).ok();
    empty.must_have("listed-3").must_lack("alive");
    groups(&broker, &["--list", "--type", "classic"]).ok().must_have("alive").must_have("listed-0");

    assert_eq!(described(&broker, "alive"), [row(0, 3, 0), row(1, 1, 2), row(2, 0, 3)]);
    let members = groups(&broker, &["--describe", "--group", "alive", "--members", "--verbose"]);
    members.ok().must_have(&member.id).must_have("/127.0.0.1").must_have("tidemill-tests");
    let state = groups(&broker, &["--describe", "--group", "alive", "--state"]).ok();
    let shard = group::shard(&broker, "alive");
    state.must_have("Stable").must_have("range").must_have(&broker.address(shard));
    let state = groups(&broker, &["--describe", "--group", "listed-2", "--state"]).ok();
    state.must_have("Empty");
    let all = groups(&broker, &["--describe", "--all-groups"]).ok();
    for name in &wanted {
        all.must_have(name);
    }
    let missing = groups(&broker, &["--describe", "--group", "nobody"]);
    let said = format!("{}{}", missing.out, missing.err);
    assert!(said.contains("does not exist") || said.contains("not found"), "{missing}");
}

fn offsets_are_reset_in_every_mode(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "rewound", 2, &[]);
    fill(&broker, &topic, 0..20);
    let name = "rewinder";
    let mut connection = group::connect(&broker, name);
    let commits = [Commit::new(&topic, 0, 5), Commit::new(&topic, 1, 6)];
    assert_eq!(group::commit_alone(&mut connection, name, &commits), [0, 0]);
    let reset = |mode: &[&str]| {
        let common = ["--reset-offsets", "--group", name, "--topic", "rewound"];
        groups(&broker, &[&common, mode].concat()).ok()
    };
    let now = || described(&broker, name);
    reset(&["--to-latest", "--dry-run"]).must_have("rewound");
    assert_eq!(now(), [row(0, 5, 5), row(1, 6, 4)], "a dry run changes nothing");
    reset(&["--to-current", "--execute"]);
    assert_eq!(now(), [row(0, 5, 5), row(1, 6, 4)]);
    reset(&["--shift-by", "-2", "--execute"]);
    assert_eq!(now(), [row(0, 3, 7), row(1, 4, 6)]);
    reset(&["--to-offset", "8", "--execute"]);
    assert_eq!(now(), [row(0, 8, 2), row(1, 8, 2)]);
    reset(&["--to-latest", "--execute"]);
    assert_eq!(now(), [row(0, 10, 0), row(1, 10, 0)]);
    reset(&["--to-earliest", "--execute"]);
    assert_eq!(now(), [row(0, 0, 10), row(1, 0, 10)]);
    reset(&["--to-datetime", "2100-01-01T00:00:00.000", "--execute"]);
    assert_eq!(now(), [row(0, 10, 0), row(1, 10, 0)], "nothing is so late: the end");
    reset(&["--by-duration", "P1D", "--execute"]);
    assert_eq!(now(), [row(0, 0, 10), row(1, 0, 10)], "all is younger than a day");
    let file = broker.dir.join("offsets.csv");
    std::fs::write(&file, "rewound,0,7\nrewound,1,2\n").expect("a file");
    let file = file.to_str().expect("a UTF-8 path");
    groups(&broker, &["--reset-offsets", "--group", name, "--from-file", file, "--execute"]).ok();
    assert_eq!(now(), [row(0, 7, 3), row(1, 2, 8)]);
    reset(&["--to-current", "--export"]).must_have("rewound,0,7");

    // A group with members is left alone.
    let mut member = Member { session_ms: 60_000, ..Member::new(name).topics(&["rewound"]) };
    member.settle(&mut connection, &group::assignment("rewound", &[0, 1]));
    let common = ["--reset-offsets", "--group", name, "--topic", "rewound"];
    let refused = groups(&broker, &[&common[..], &["--to-earliest", "--execute"]].concat());
    let said = format!("{}{}", refused.out, refused.err);
    assert!(said.contains("inactive"), "{refused}");
    assert_eq!(now(), [row(0, 7, 3), row(1, 2, 8)]);
}

fn groups_and_offsets_are_deleted(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "cleared", 2, &[]);
    let other = Topic::create(&broker, "left", 1, &[]);
    fill(&broker, &topic, 0..4);
    fill(&broker, &other, 0..2);
    let name = "leaving";
    let mut connection = group::connect(&broker, name);
    let commits = [Commit::new(&topic, 0, 1), Commit::new(&topic, 1, 1), Commit::new(&other, 0, 1)];
    assert_eq!(group::commit_alone(&mut connection, name, &commits), [0, 0, 0]);
    let deleted =
        groups(&broker, &["--delete-offsets", "--group", name, "--topic", "cleared"]).ok();
    deleted.must_have("Successful");
    assert_eq!(described(&broker, name), [row(0, 1, 1)]);
    groups(&broker, &["--delete", "--group", name]).ok().must_have("was successful");
    groups(&broker, &["--list"]).ok().must_lack(name);

    let mut member = Member { session_ms: 60_000, ..Member::new(name).topics(&["cleared"]) };
    member.settle(&mut connection, &group::assignment("cleared", &[0, 1]));
    let refused = groups(&broker, &["--delete", "--group", name]);
    let said = format!("{}{}", refused.out, refused.err);
    assert!(said.contains("GroupNotEmptyException"), "{refused}");
    groups(&broker, &["--list"]).ok().must_have(name);
}

fn consumer_perf_reads_all(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "fast-read", 4, &[]);
    for partition in 0..4 {
        let mut connection = topic.connect(&broker, partition);
        for _ in 0..10 {
            let batch = Builder::default().values(&vec![[b'x'; 100]; 500]);
            topic::produce_ok(&mut connection, &topic, partition, &batch);
        }
    }
    let bootstrap = broker.bootstrap();
    let arguments = [
        "--bootstrap-server",
        &bootstrap,
        "--topic",
        "fast-read",
        "--group",
        "perf",
        "--num-records",
        "20000",
    ];
    let output = tool(CONSUMER_PERF, &arguments).ok();
    let row = output.out.lines().last().unwrap_or_default().to_owned();
    let consumed = row.split(", ").nth(4).and_then(|count| count.parse::<u64>().ok());
    assert!(consumed.is_some_and(|count| count >= 20_000), "{output}");
}

fn verifiable_consumer_reads_all(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "checked", 3, &[]);
    fill(&broker, &topic, 0..30);
    let bootstrap = broker.bootstrap();
    let arguments = [
        "--bootstrap-server",
        &bootstrap,
        "--topic",
        "checked",
        "--group-id",
        "verifiable",
        "--reset-policy",
        "earliest",
        "--max-messages",
        "30",
    ];
    let output = tool_in_own_jvm(VERIFIABLE_CONSUMER, &arguments).ok();
    output.must_have("partitions_assigned").must_have("offsets_committed");
    output.must_lack("\"success\":false");
    eventually("all is committed", Duration::from_secs(5), || {
        described(&broker, "verifiable") == [row(0, 10, 0), row(1, 10, 0), row(2, 10, 0)]
    });
}

/// What is in our log is what Kafka's own coordinator would have written.
fn dump_log_decodes_our_records(test: &str, shards: usize) {
    let mut broker = group::start(test, shards);
    let topic = Topic::create(&broker, "decoded", 1, &[]);
    let mut connection = group::connect(&broker, "written");
    let mut member = Member::new("written").topics(&["decoded"]);
    let generation = member.settle(&mut connection, &group::assignment("decoded", &[0]));
    let commit = Commit { metadata: "a note", epoch: 7, ..Commit::new(&topic, 0, 4242) };
    assert_eq!(member.commit(&mut connection, 8, generation, &[commit]), [0]);
    let home = broker.shard_dir(group::shard(&broker, "written"));
    broker.stop();
    let dumped = group::dump(&home);
    dumped.must_have("\"group\":\"written\"").must_have("\"topic\":\"decoded\"");
    dumped.must_have("\"offset\":4242").must_have("\"metadata\":\"a note\"");
    dumped.must_have("\"leaderEpoch\":7").must_have(&member.id);
    dumped.must_have("\"protocol\":\"range\"").must_lack("isvalid: false");
}

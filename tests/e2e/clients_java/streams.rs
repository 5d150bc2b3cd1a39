//! Kafka Streams: a word count, at least once, whose counts are exact as long as it is stopped and
//! not killed.

use super::{becomes, described};
use crate::support::batch::Builder;
use crate::support::broker::Broker;
use crate::support::command::kcat;
use crate::support::group;
use crate::support::java::{Program, jar};
use crate::support::results::Results;
use crate::support::tools::{STREAMS_RESETTER, TOPICS, tool};
use crate::support::topic::{self, LATEST, Topic, offset_for};
use std::collections::BTreeMap;

const CHANGELOG: &str = "word-count-counts-changelog";
const REPARTITION: &str = "word-count-words-repartition";
const PARTITIONS: i32 = 4;
const LINES: usize = 2000;

type Counts = BTreeMap<String, i64>;

pub fn run(test: &str, shards: usize) {
    let mut results = Results::start("streams", shards);
    let broker = group::start(test, shards);
    let input = Topic::create(&broker, "text-lines", PARTITIONS, &[]);
    let output = Topic::create(&broker, "word-counts", 2, &[("cleanup.policy", "compact")]);
    let from_first = [0, 0];

    let mut app = App::start(&broker, "first");
    let version = app.program.wait_for("version ");
    results.client("kafka-streams", version.trim_start_matches("version "));
    let first = write(&broker, &input, 0..LINES);
    becomes("words of the first lines", &first, || counts(&broker, from_first));
    results.ok("word-count");
    internal_topics_are_as_streams_wants(&broker);
    results.ok("internal-topics");
    let repartition = Topic::find(&mut broker.connect(0), REPARTITION).expect("the topic");
    becomes("records left in the repartition topic", &0, || left(&broker, &repartition));
    results.ok("purge");

    app.stop();
    let second = write(&broker, &input, LINES..2 * LINES);
    let both = sum(&first, &second);
    let changes = records(&broker, CHANGELOG);
    assert!(changes >= first.len() as i64, "{changes} records in the changelog");
    let mut app = App::start(&broker, "second");
    becomes("words of all lines", &both, || counts(&broker, from_first));
    assert_eq!(app.restored(), changes, "records restored from the changelog");
    results.ok("restore");

    must_refuse_to_reset(&broker);
    app.stop();
    reset(&broker);
    let ends = [0, 1].map(|n| offset_for(&mut output.connect(&broker, n), &output, n, LATEST));
    let mut app = App::start(&broker, "third");
    becomes("words counted anew", &both, || counts(&broker, ends));
    assert_eq!(app.restored(), 0, "records restored after a reset");
    results.ok("reset");
    app.stop();
}

struct App {
    program: Program,
    state: std::path::PathBuf,
}

impl App {
    /// Starts it with nothing on its disk.
    fn start(broker: &Broker, name: &str) -> App {
        let state = broker.dir.join(&format!("state-{name}"));
        let log = broker.dir.join(&format!("streams-{name}.log"));
        let arguments = [&broker.bootstrap(), state.to_str().expect("a UTF-8 path")];
        let mut program = Program::start(&jar("streams"), log, &arguments);
        program.wait_for("state RUNNING");
        App { program, state }
    }

    /// Stops it, and loses what it had on its disk.
    fn stop(&mut self) {
        self.program.stop();
        std::fs::remove_dir_all(&self.state).expect("its state is removed");
    }

    /// How many records its stores were given from the changelog.
    fn restored(&self) -> i64 {
        let log = self.program.log();
        let lines = log.lines().filter_map(|line| line.strip_prefix("restored counts from "));
        let count = |line: &str| -> i64 {
            let (_, told) = line.split_once(": ").expect("a count");
            told.trim_end_matches(" records").parse().expect("a number")
        };
        lines.map(count).sum()
    }
}

/// Writes lines of four words each, by turns into the partitions: how often each word is in them.
fn write(broker: &Broker, input: &Topic, lines: std::ops::Range<usize>) -> Counts {
    let mut counts = Counts::new();
    for partition in 0..PARTITIONS {
        let of_it = lines.clone().filter(|n| n % PARTITIONS as usize == partition as usize);
        let mut values = Vec::new();
        for n in of_it {
            let words = [n % 7, n % 31, n % 113, n * n % 499].map(|word| format!("word{word}"));
            for word in &words {
                *counts.entry(word.clone()).or_default() += 1;
            }
            values.push(words.join(" "));
        }
        let batch = Builder::default().values(&values);
        topic::produce_ok(&mut input.connect(broker, partition), input, partition, &batch);
    }
    counts
}

fn sum(one: &Counts, other: &Counts) -> Counts {
    let mut both = one.clone();
    for (word, count) in other {
        *both.entry(word.clone()).or_default() += count;
    }
    both
}

/// The last count of each word in the output, of what was written from these offsets on.
fn counts(broker: &Broker, from: [i64; 2]) -> Counts {
    let mut counts = Counts::new();
    for (partition, offset) in from.into_iter().enumerate() {
        let (bootstrap, partition, offset) =
            (broker.bootstrap(), partition.to_string(), offset.to_string());
        let place = ["-t", "word-counts", "-p", &partition, "-o", &offset];
        // The count is a Long, as Java writes it.
        let format = ["-e", "-q", "-s", "value=q", "-f", "%k %s\n"];
        let read = kcat(&[&["-b", &bootstrap, "-C"], &place[..], &format].concat(), b"").ok();
        for line in read.out.lines() {
            let (word, count) = line.split_once(' ').expect("a word and its count");
            counts.insert(word.to_owned(), count.parse().expect("a number"));
        }
    }
    counts
}

fn internal_topics_are_as_streams_wants(broker: &Broker) {
    let wanted: [(&str, &[&str]); 2] = [
        (CHANGELOG, &["cleanup.policy=compact"]),
        (REPARTITION, &["cleanup.policy=delete", "retention.ms=-1", "segment.bytes=52428800"]),
    ];
    for (topic, wanted) in wanted {
        let (partitions, configs) = described(broker, topic);
        assert_eq!(partitions, PARTITIONS as usize, "{topic}");
        for &config in wanted {
            assert!(configs.contains(config), "no {config} in the configs of {topic}: {configs:?}");
        }
    }
}

/// How many offsets the partitions of a topic have given away.
fn records(broker: &Broker, name: &str) -> i64 {
    let topic = Topic::find(&mut broker.connect(0), name).expect("the topic");
    let end = |n| offset_for(&mut topic.connect(broker, n), &topic, n, LATEST);
    (0..PARTITIONS).map(end).sum()
}

/// How many records a topic still has; Streams deletes what it has read from a repartition topic.
fn left(broker: &Broker, topic: &Topic) -> i64 {
    const EARLIEST: i64 = -2;
    let at = |n, time| offset_for(&mut topic.connect(broker, n), topic, n, time);
    (0..PARTITIONS).map(|n| at(n, LATEST) - at(n, EARLIEST)).sum()
}

fn resetter(broker: &Broker) -> crate::support::command::Output {
    let bootstrap = broker.bootstrap();
    let arguments = ["--bootstrap-server", &bootstrap, "--application-id", "word-count"];
    tool(STREAMS_RESETTER, &[&arguments[..], &["--input-topics", "text-lines"]].concat())
}

fn must_refuse_to_reset(broker: &Broker) {
    let refused = resetter(broker).failed();
    assert!(refused.contains("still active"), "{refused}");
}

/// kafka-streams-application-reset: input offsets to the beginning, internal topics deleted.
fn reset(broker: &Broker) {
    let told = resetter(broker).ok();
    for partition in 0..PARTITIONS {
        told.must_have(&format!("Topic: text-lines Partition: {partition} Offset: 0"));
    }
    let bootstrap = broker.bootstrap();
    let wanted = vec!["text-lines".to_owned(), "word-counts".to_owned()];
    becomes("the topics after a reset", &wanted, || {
        let arguments = ["--bootstrap-server", &bootstrap, "--list", "--exclude-internal"];
        tool(TOPICS, &arguments).ok().out.lines().map(str::to_owned).collect()
    });
}

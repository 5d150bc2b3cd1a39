//! Checks rdkafka, the Rust client over librdkafka.
//!
//! - `check-rdkafka BOOTSTRAP` runs the checks, one line each: "ok NAME"
//! - `check-rdkafka BOOTSTRAP member TOPIC GROUP` is a member of the group until it is killed

mod client;

use client::{Client, Member, Record, Result};
use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::time::{Duration, Instant, UNIX_EPOCH};

const PARTITIONS: i32 = 4;
const KEYS: usize = 8;
const LIMIT: Duration = Duration::from_secs(30);

macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+).into());
        }
    };
}

fn ok(name: &str) {
    println!("ok {name}");
}

/// Asks again and again until `holds` says so.
fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let from = Instant::now();
    while !holds()? {
        ensure!(from.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn keyed(mark: &str, count: usize) -> Vec<Record> {
    let value = |n| format!("{mark} {n} {}", "Grüße ✓ ".repeat(5));
    (0..count)
        .map(|n| Record {
            key: format!("key-{}", n % KEYS),
            value: value(n),
            partition: 0,
            timestamp_ms: None,
        })
        .collect()
}

fn distinct<'a>(records: impl IntoIterator<Item = &'a Record>) -> BTreeSet<String> {
    records.into_iter().map(|record| record.value.clone()).collect()
}

/// The same values; a key is in one partition; its values are in the order sent.
fn same_as_sent(read: &[Record], sent: &[Record]) -> Result<()> {
    ensure!(read.len() == sent.len(), "{} records read of {}", read.len(), sent.len());
    for n in 0..KEYS {
        let key = format!("key-{n}");
        let of_key = |records: &[Record]| -> Vec<String> {
            records.iter().filter(|r| r.key == key).map(|r| r.value.clone()).collect()
        };
        let (got, want) = (of_key(read), of_key(sent));
        ensure!(got == want, "{key}: {got:?} is not {want:?}");
        let of_key = read.iter().filter(|r| r.key == key);
        let partitions: BTreeSet<i32> = of_key.map(|r| r.partition).collect();
        ensure!(partitions.len() == 1, "{key} is in the partitions {partitions:?}");
    }
    Ok(())
}

struct Scenario {
    client: Client,
    topic: String,
    sent: Vec<Record>,
}

impl Scenario {
    fn produce(&mut self, mark: &str, codec: &str, count: usize) -> Result<Vec<Record>> {
        let records = keyed(mark, count);
        self.client.produce(&self.topic, codec, &records)?;
        self.sent.extend_from_slice(&records);
        Ok(records)
    }

    fn producing(&mut self) -> Result<()> {
        self.client.create_topic(&self.topic, PARTITIONS)?;
        until("the topic is listed", || Ok(self.client.topics()?.contains(&self.topic)))?;
        ok("create-topic");
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            self.produce(codec, codec, 10 * KEYS)?;
            ok(&format!("produce-{codec}"));
        }
        Ok(())
    }

    fn committing(&mut self, group: &str) -> Result<()> {
        let member = self.client.join(&self.topic, group)?;
        until("the group reads all", || Ok(member.records().len() >= self.sent.len()))?;
        same_as_sent(&member.records(), &self.sent)?;
        ok("group-read");
        member.leave()?;

        let more = self.produce("more", "none", 5 * KEYS)?;
        let member = self.client.join(&self.topic, group)?;
        until("a new member reads on", || Ok(member.records().len() >= more.len()))?;
        same_as_sent(&member.records(), &more)?;
        member.leave()?;
        ok("resume");

        self.produce("unread", "none", KEYS)?;
        until("the lag is what nobody has read", || {
            Ok(self.client.lag(&self.topic, group, PARTITIONS)? == KEYS as i64)
        })?;
        ok("lag");
        Ok(())
    }

    fn balancing(&mut self, group: &str, bootstrap: &str) -> Result<()> {
        let first = self.client.join(&self.topic, group)?;
        until("one member has all", || Ok(first.assigned()?.len() == 4))?;
        let second = self.client.join(&self.topic, group)?;
        let mut both = BTreeSet::new();
        until("two members have two partitions each", || {
            let (one, other) = (first.assigned()?, second.assigned()?);
            both = one.iter().chain(&other).copied().collect();
            Ok(one.len() == 2 && other.len() == 2)
        })?;
        ensure!(both == BTreeSet::from([0, 1, 2, 3]), "the partitions of two members: {both:?}");
        self.produce("both", "none", 5 * KEYS)?;
        until("two members read all", || {
            let (one, other) = (first.records(), second.records());
            Ok(distinct(one.iter().chain(&other)).len() == self.sent.len())
        })?;
        ok("rebalance");

        second.leave()?;
        self.taken_over(&first, "leave")?;
        let mut other = Killed(
            Command::new(std::env::current_exe()?)
                .args([bootstrap, "member", &self.topic, group])
                .spawn()?,
        );
        until("the other process has two", || Ok(first.assigned()?.len() == 2))?;
        other.0.kill()?;
        self.taken_over(&first, "kill")?;
        first.leave()
    }

    fn taken_over(&mut self, member: &Member, name: &str) -> Result<()> {
        until("all is taken over", || Ok(member.assigned()?.len() == 4))?;
        let produced = distinct(&self.produce(name, "none", 5 * KEYS)?);
        until("what was taken over is read", || {
            Ok(produced.is_subset(&distinct(&member.records())))
        })?;
        ok(name);
        Ok(())
    }

    fn seeking(&self, topic: &str) -> Result<()> {
        self.client.create_topic(topic, 1)?;
        // Young enough that no retention deletes it.
        let boundary_ms = UNIX_EPOCH.elapsed()?.as_millis() as i64 - 3_600_000;
        let mut timed = keyed("timed", 20);
        for (n, record) in timed.iter_mut().enumerate() {
            record.timestamp_ms = Some(boundary_ms + 1000 * n as i64);
        }
        self.client.produce(topic, "none", &timed)?;
        let offset = self.client.offset_for(topic, boundary_ms + 7000 - 1)?;
        ensure!(offset == 7, "the offset at that time is {offset}");
        ok("time");
        let read = self.client.read_from(topic, offset, 13)?;
        let expected: Vec<&String> = timed[7..].iter().map(|record| &record.value).collect();
        ensure!(read.iter().eq(expected.iter().copied()), "{read:?} is not {expected:?}");
        ok("seek");
        Ok(())
    }

    fn deleting(&self, topics: [&str; 2], groups: [&str; 2]) -> Result<()> {
        for group in groups {
            self.client.delete_group(group)?;
        }
        let gone = |listed: Vec<String>, names: [&str; 2]| {
            Ok(!listed.iter().any(|name| names.contains(&name.as_str())))
        };
        until("the groups are gone", || gone(self.client.groups()?, groups))?;
        ok("delete-group");
        for topic in topics {
            self.client.delete_topic(topic)?;
        }
        until("the topics are gone", || gone(self.client.topics()?, topics))?;
        ok("delete-topic");
        Ok(())
    }
}

/// Ends with the scenario, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The version that Cargo.lock pins.
fn version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let after = lock.split("name = \"rdkafka\"\nversion = \"").nth(1);
    after.and_then(|rest| rest.split('"').next()).unwrap_or("unknown")
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bootstrap = arguments.first().ok_or("the first argument is the bootstrap address")?;
    let client = Client::new(bootstrap)?;
    if let [_, _, topic, group] = arguments.as_slice() {
        let _member = client.join(topic, group)?;
        loop {
            std::thread::park();
        }
    }
    println!("client rdkafka {}", version());
    let suffix = format!("{}-{}", std::process::id(), UNIX_EPOCH.elapsed()?.as_millis());
    let named = |what: &str| format!("{what}-{suffix}");
    let (topic, timed) = (named("checked"), named("timed"));
    let (committing, balancing) = (named("committing"), named("balancing"));
    let mut scenario = Scenario { client, topic: topic.clone(), sent: Vec::new() };
    scenario.producing()?;
    scenario.committing(&committing)?;
    scenario.balancing(&balancing, bootstrap)?;
    scenario.seeking(&timed)?;
    scenario.deleting([&topic, &timed], [&committing, &balancing])
}

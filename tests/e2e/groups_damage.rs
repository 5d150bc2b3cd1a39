//! Groups on a disk that has damaged bytes, or no space, or nowhere to be.

use crate::on_one_and_two_shards;
use crate::support::batch::{batches, positions};
use crate::support::broker::{Broker, against_kafka};
use crate::support::connection::Connection;
use crate::support::fetch::{Bounds, fetch};
use crate::support::files::files_below;
use crate::support::group::{self, COORDINATOR_NOT_AVAILABLE, Commit, Committed, Member};
use crate::support::mounts::Mount;
use crate::support::topic::Topic;
use crate::support::{eventually, skip};
use std::path::PathBuf;
use std::time::Duration;
use wire::messages::{DeleteTopicsRequest, FindCoordinatorRequest};

on_one_and_two_shards!(
    damaged_groups_are_not_served_and_others_are,
    groups_wait_for_space,
    a_missing_topic_is_told_once,
);

const GROUPS: usize = 16;
const ROUNDS: i64 = 30;
/// CORRUPT_MESSAGE
const CORRUPT_MESSAGE: i16 = 2;

/// The log files that hold records of `group`.
fn logs_of(broker: &Broker, group: &str) -> Vec<PathBuf> {
    let folder = broker.shard_dir(group::shard(broker, group));
    let mut logs = files_below(&folder);
    logs.retain(|path| {
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        is_log && path.to_string_lossy().contains("/__consumer_offsets-") && {
            let bytes = std::fs::read(path).expect("a log");
            bytes.windows(group.len()).any(|window| window == group.as_bytes())
        }
    });
    logs
}

fn damaged_groups_are_not_served_and_others_are(test: &str, shards: usize) {
    if against_kafka() {
        return skip(test, "stock Kafka truncates there");
    }
    let options = group::options(shards).set("offsets.topic.num.partitions", "8");
    let mut broker = Broker::start(test, options);
    let topic = Topic::create(&broker, "read", 1, &[]);
    let names: Vec<String> = (0..GROUPS).map(|n| format!("reader-number-{n:02}")).collect();
    for name in &names {
        let mut connection = group::connect(&broker, name);
        for offset in 0..ROUNDS {
            let codes =
                group::commit_alone(&mut connection, name, &[Commit::new(&topic, 0, offset)]);
            assert_eq!(codes, [0]);
        }
    }
    let [log] = logs_of(&broker, &names[0]).try_into().expect("one log with the first group");
    let in_it: Vec<&String> =
        names.iter().filter(|name| logs_of(&broker, name).contains(&log)).collect();
    assert!(in_it.len() < names.len(), "all groups are in one partition");
    broker.stop();
    let whole = std::fs::read(&log).expect("a log");
    let (place, behind) = (positions(&whole)[3].clone(), batches(&whole)[4].base_offset());
    let damaged = batches(&whole)[3].base_offset();
    let mut bytes = whole.clone();
    bytes[place.start + place.len() / 2] ^= 0x10;
    std::fs::write(&log, bytes).expect("a damaged log");

    broker.start_again();
    let last = Committed::at(ROUNDS - 1);
    for name in &names {
        if !in_it.contains(&name) {
            let mut connection = group::connect(&broker, name);
            assert_eq!(group::committed(&mut connection, 8, name, &topic, 0), last, "{name}");
            let next = Commit::new(&topic, 0, ROUNDS - 1);
            assert_eq!(group::commit_alone(&mut connection, name, &[next]), [0], "{name}");
            continue;
        }
        let mut connection = broker.connect(group::shard(&broker, name));
        eventually("the load has failed", Duration::from_secs(20), || {
            group::describe(&mut connection, name).error_code == COORDINATOR_NOT_AVAILABLE
        });
        let next = Commit::new(&topic, 0, ROUNDS);
        let codes = group::commit_alone(&mut connection, name, &[next]);
        assert_eq!(codes, [COORDINATOR_NOT_AVAILABLE], "{name}");
        assert_eq!(Member::new(name).join(&mut connection, 9).error_code, 15, "{name}");
    }
    let text = broker.log();
    let folder = log.parent().and_then(|folder| folder.file_name()).expect("a folder");
    let (folder, file) = (folder.to_string_lossy(), log.file_name().expect("a file"));
    let told = text.lines().any(|line| {
        let has = |part: &str| line.contains(part);
        has("the groups there are not served") && has(&folder) && has(&file.to_string_lossy())
    });
    assert!(told, "the log does not name {folder} and its file:\n{text}");
    // What is behind can still be read: nothing was cut away.
    let offsets = Topic::find(&mut broker.connect(0), "__consumer_offsets").expect("the topic");
    let partition: i32 = folder.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a number");
    let mut connection = offsets.connect(&broker, partition);
    let mut at = |offset| fetch(&mut connection, &offsets, partition, offset, Bounds::default());
    assert_eq!(at(damaged).error_code, CORRUPT_MESSAGE);
    let found = at(behind);
    assert_eq!((found.error_code, found.batches()[0].base_offset()), (0, behind));

    // With the file from a copy, all are there again.
    broker.stop();
    std::fs::write(&log, whole).expect("the log as it was");
    broker.start_again();
    for name in &names {
        let mut connection = group::connect(&broker, name);
        assert_eq!(group::committed(&mut connection, 8, name, &topic, 0), last, "{name}");
    }
}

const MIB: u64 = 96;
const BALLAST_BYTES: usize = 32 << 20;
const ARENA_MIB: usize = 8;
const GROUP_PARTITIONS: usize = 4;

/// A group with one member, and what it has committed.
struct Reader {
    member: Member,
    generation: i32,
    sent: i64,
    acknowledged: i64,
}

impl Reader {
    /// Commits the next offset for all partitions; the code.
    fn commit(&mut self, connection: &mut Connection, topic: &Topic, note: &str) -> i16 {
        self.sent += 1;
        let commit =
            |partition| Commit { metadata: note, ..Commit::new(topic, partition, self.sent) };
        let commits: Vec<Commit<'_>> = (0..topic.shards.len() as i32).map(commit).collect();
        let codes = self.member.commit(connection, 8, self.generation, &commits);
        assert!(codes.iter().all(|&code| code == codes[0]), "all or none: {codes:?}");
        if codes[0] == 0 {
            self.acknowledged = self.sent;
        }
        codes[0]
    }

    fn committed(&self, broker: &Broker, topic: &Topic) -> Vec<i64> {
        let mut connection = group::connect(broker, &self.member.group);
        let mut committed =
            |partition| group::committed(&mut connection, 8, &self.member.group, topic, partition);
        let all: Vec<i64> =
            (0..topic.shards.len() as i32).map(|partition| committed(partition).offset).collect();
        let may_be = self.acknowledged..=self.sent;
        assert!(all.iter().all(|offset| may_be.contains(offset)), "{all:?}, not {may_be:?}");
        assert!(all.iter().all(|&offset| offset == all[0]), "half a commit: {all:?}");
        all
    }
}

/// Commits fill the disk. Then they are refused, and no member is lost; when there is space again,
/// groups serve by themselves, and are what their logs say.
fn groups_wait_for_space(test: &str, shards: usize) {
    if against_kafka() {
        return skip(test, "stock Kafka shuts down instead");
    }
    let mount = match Mount::small(test, MIB) {
        Ok(mount) => mount,
        Err(why) => return skip(test, &why),
    };
    let ballast = mount.path().join("ballast");
    std::fs::write(&ballast, vec![0; BALLAST_BYTES]).expect("ballast");
    let options = group::options(shards)
        .arena_mib(ARENA_MIB)
        .data(&mount.path().join("data"))
        .set("offsets.topic.num.partitions", &GROUP_PARTITIONS.to_string())
        .set("offsets.topic.segment.bytes", "4194304")
        .set("log.cleaner.enable", "false");
    let mut broker = Broker::start(test, options);
    let topic = Topic::create(&broker, "read", 40, &[]);
    let doomed = Topic::create(&broker, "doomed", 1, &[]);
    let mut readers: Vec<Reader> = (0..6)
        .map(|number| {
            let member = Member { session_ms: 300_000, ..Member::new(&format!("reader-{number}")) };
            Reader { member, generation: 0, sent: -1, acknowledged: -1 }
        })
        .collect();
    for reader in &mut readers {
        let mut connection = group::connect(&broker, &reader.member.group);
        reader.generation = reader.member.settle(&mut connection, b"all");
        let commit = Commit::new(&doomed, 0, 5);
        assert_eq!(reader.member.commit(&mut connection, 8, reader.generation, &[commit]), [0]);
    }
    let note = "x".repeat(4_000);
    for reader in &mut readers {
        // Not one that has answered: what it says rests on what may wait to be written.
        let mut connection = broker.connect(group::shard(&broker, &reader.member.group));
        eventually("the disk is full", Duration::from_secs(120), || {
            reader.commit(&mut connection, &topic, &note) != 0
        });
        // Refused, not lost: it takes this until the disk is asked again.
        let beat = reader.member.heartbeat(&mut connection, 4, reader.generation);
        assert!([0, 14, 15].contains(&beat), "a heartbeat on a full disk: {beat}");
    }
    broker.must_run();
    assert!(broker.log().to_lowercase().contains("full"), "the log does not say it");
    // The offsets of a deleted topic go, which is decided and cannot be written: the coordinators
    // are ahead of their logs, and made again from them until there is space.
    let request = DeleteTopicsRequest {
        topic_names: vec!["doomed".into()],
        timeout_ms: 10_000,
        ..Default::default()
    };
    let deleted = broker.connect(0).call(5, &request);
    assert_eq!(deleted.responses[0].error_code, 0, "{deleted:?}");
    eventually("the log refuses", Duration::from_secs(10), || {
        broker.log().contains("groups are loaded again")
    });
    std::fs::remove_file(&ballast).expect("the ballast");
    for reader in &mut readers {
        let mut connection = group::connect(&broker, &reader.member.group);
        eventually("there is space again", Duration::from_secs(30), || {
            group::describe(&mut connection, &reader.member.group).error_code == 0
        });
        reader.committed(&broker, &topic);
        eventually("commits are taken again", Duration::from_secs(30), || {
            reader.commit(&mut connection, &topic, "small") == 0
        });
        let beat = reader.member.heartbeat(&mut connection, 4, reader.generation);
        assert_eq!(beat, 0, "the member is still one");
    }
    // Not again and again while there is no space.
    let loaded_again = broker.log().matches("groups are loaded again").count();
    assert!(loaded_again <= GROUP_PARTITIONS, "loaded again {loaded_again} times");
    for reader in &readers {
        let name = &reader.member.group;
        let mut connection = group::connect(&broker, name);
        assert_eq!(group::committed(&mut connection, 8, name, &doomed, 0), Committed::at(-1));
    }
    let before: Vec<_> = readers.iter().map(|reader| reader.committed(&broker, &topic)).collect();
    broker.kill();
    broker.start_again();
    let after: Vec<_> = readers.iter().map(|reader| reader.committed(&broker, &topic)).collect();
    assert_eq!(before, after);
    for reader in &readers {
        let mut connection = group::connect(&broker, &reader.member.group);
        let beat = reader.member.heartbeat(&mut connection, 4, reader.generation);
        assert_eq!(beat, 0, "the member is still one");
    }
    broker.stop();
}

/// Each FindCoordinator tries to make the topic; one who asks in a loop does not fill the log.
fn a_missing_topic_is_told_once(test: &str, shards: usize) {
    if against_kafka() {
        return skip(test, "about our own log");
    }
    let options = group::options(shards).set("offsets.topic.num.partitions", "1000000");
    let broker = Broker::start(test, options);
    let request =
        FindCoordinatorRequest { coordinator_keys: vec!["any".into()], ..Default::default() };
    for shard in 0..shards {
        let mut connection = broker.connect(shard);
        for _ in 0..200 {
            let found = connection.call(4, &request);
            assert_eq!(found.coordinators[0].error_code, COORDINATOR_NOT_AVAILABLE);
        }
    }
    let told = broker.log().matches("no groups are served").count();
    // Once at the start, and once by each shard, or twice on a machine that takes its time.
    assert!((1..=1 + 2 * shards).contains(&told), "told {told} times");
}

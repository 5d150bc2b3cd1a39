//! The configs of topics: all of Kafka 4.3's, in its order.

use super::Check::{
    Any, AtLeast, Between, ListOf, MinusOneOrBetween, OneOf, Ratio, ThrottledReplicas,
};
use super::Effect::{Accepted, Acts, Refused};
use super::ValueType::{Boolean, Double, Int, List, Long, String};
use super::{ConfigKey, check_value, unknown_name};
use super::{HOUR_MS, MINUTE_MS, TIERED};
use crate::error::{CommandError, ErrorKind};
use crate::image::Overrides;
use crate::names;

/// All topic configs. `flush.messages` defaults to 1 here: an ack means the data is synced.
pub const KEYS: &[ConfigKey] = dynamic_table! {
    "segment.bytes": Int = "1073741824", AtLeast(1_048_576), Acts, ["log.segment.bytes"],
        "A segment file of a partition's log is closed once it has this many bytes.";
    "segment.ms": Long = "604800000", AtLeast(1), Acts,
        ["log.roll.ms", "log.roll.hours" * HOUR_MS],
        "A segment is closed after this time even if it is not full, so that it can be deleted.";
    "segment.jitter.ms": Long = "0", AtLeast(0), Accepted,
        ["log.roll.jitter.ms", "log.roll.jitter.hours" * HOUR_MS],
        "Closes segments up to this much earlier at random, so that not all roll at one time.";
    "segment.index.bytes": Int = "10485760", AtLeast(4), Accepted, ["log.index.size.max.bytes"],
        "Kafka's size of an index file; the index here takes the memory it needs.";
    "flush.messages": Long = "1", AtLeast(1), Acts, ["log.flush.interval.messages"],
        "1: an ack means the records are synced to disk. More: an ack means they are in memory \
         that outlives the process, and a sync comes at least every so many records.";
    "flush.ms": Long = "9223372036854775807", AtLeast(0), Acts,
        ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        "Records are synced to disk after this time at the latest.";
    "retention.bytes": Long = "-1", Any, Acts, ["log.retention.bytes"],
        "Old segments of a partition are deleted while it has more bytes than this; -1: no bound.";
    "retention.ms": Long = "604800000", AtLeast(-1), Acts,
        ["log.retention.ms", "log.retention.minutes" * MINUTE_MS, "log.retention.hours" * HOUR_MS],
        "Segments are deleted once all their records are older than this; -1: no bound.";
    "max.message.bytes": Int = "1048588", AtLeast(0), Acts, ["message.max.bytes"],
        "The largest record batch (as compressed by the producer) the topic takes, in bytes.";
    "index.interval.bytes": Int = "4096", AtLeast(0), Acts, ["log.index.interval.bytes"],
        "The index gets an entry for about every so many bytes of the log.";
    "delete.retention.ms": Long = "86400000", AtLeast(0), Acts,
        ["log.cleaner.delete.retention.ms"],
        "How long compaction keeps the marks of deleted keys.";
    "min.compaction.lag.ms": Long = "0", AtLeast(0), Acts,
        ["log.cleaner.min.compaction.lag.ms"],
        "How long a record is safe from compaction.";
    "max.compaction.lag.ms": Long = "9223372036854775807", AtLeast(1), Acts,
        ["log.cleaner.max.compaction.lag.ms"],
        "After how long a record is open to compaction at the latest.";
    "file.delete.delay.ms": Long = "60000", AtLeast(0), Acts, ["log.segment.delete.delay.ms"],
        "How long a deleted segment's file stays on disk.";
    "min.cleanable.dirty.ratio": Double = "0.5", Ratio, Acts,
        ["log.cleaner.min.cleanable.ratio"],
        "The share of a log not yet compacted from which on compaction starts.";
    "cleanup.policy": List = "delete", ListOf(&["compact", "delete"]), Acts,
        ["log.cleanup.policy"],
        "How old records go: delete (by retention), compact (all but a key's last), or both.";
    "unclean.leader.election.enable": Boolean = "false", Any, Accepted,
        ["unclean.leader.election.enable"],
        "Whether a replica that lags may lead if no other can, which loses records.";
    "min.insync.replicas": Int = "1", AtLeast(1), Acts, ["min.insync.replicas"],
        "With acks=all: how many replicas must have a record before it is acknowledged.";
    "compression.type": String = "producer",
        OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
        Acts, ["compression.type"],
        "The codec of batches in the log. producer keeps what the producer sent; with any other, \
         batches of another codec are compressed anew, which costs the broker much.";
    "compression.gzip.level": Int = "-1", MinusOneOrBetween(1, 9), Acts,
        ["compression.gzip.level"],
        "Level of gzip, where the broker compresses.";
    "compression.lz4.level": Int = "9", Between(1, 17), Acts, ["compression.lz4.level"],
        "Level of lz4, where the broker compresses; 9 is the fast compressor, as in Kafka.";
    "compression.zstd.level": Int = "3", Between(-131_072, 22), Acts,
        ["compression.zstd.level"],
        "Level of zstd, where the broker compresses.";
    "preallocate": Boolean = "false", Any, Acts, ["log.preallocate"],
        "Whether a new segment's space is taken from the disk as a whole at once.";
    "message.timestamp.type": String = "CreateTime", OneOf(&["CreateTime", "LogAppendTime"]),
        Acts, ["log.message.timestamp.type"],
        "A record's timestamp: as the producer set it, or when the broker appended it.";
    "message.timestamp.before.max.ms": Long = "9223372036854775807", AtLeast(0), Acts,
        ["log.message.timestamp.before.max.ms"],
        "How far before the broker's clock a record's timestamp may lie (CreateTime only).";
    "message.timestamp.after.max.ms": Long = "3600000", AtLeast(0), Acts,
        ["log.message.timestamp.after.max.ms"],
        "How far after the broker's clock a record's timestamp may lie (CreateTime only).";
    "leader.replication.throttled.replicas": List = "", ThrottledReplicas, Accepted, [],
        "Replicas whose leaders throttle replication, as partition:broker, or *.";
    "follower.replication.throttled.replicas": List = "", ThrottledReplicas, Accepted, [],
        "Replicas whose followers throttle replication, as partition:broker, or *.";
    "remote.storage.enable": Boolean = "false", Any, Refused(TIERED), [],
        "Whether old segments move to tiered storage.";
    "local.retention.ms": Long = "-2", AtLeast(-2), Accepted, ["log.local.retention.ms"],
        "With tiered storage: how long segments stay on the broker's disk; -2: retention.ms.";
    "local.retention.bytes": Long = "-2", AtLeast(-2), Accepted, ["log.local.retention.bytes"],
        "With tiered storage: how many bytes stay on the broker's disk; -2: retention.bytes.";
    "remote.log.copy.disable": Boolean = "false", Any, Refused(TIERED), [],
        "With tiered storage: whether no more segments are copied there.";
    "remote.log.delete.on.disable": Boolean = "false", Any, Refused(TIERED), [],
        "With tiered storage: whether its data goes when it is switched off for the topic.";
};

#[must_use]
pub fn key(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| key.name == name)
}

/// The value as it is kept, or why `topic` cannot have it.
pub fn check(topic: &str, name: &str, value: &str) -> Result<std::string::String, CommandError> {
    let key = key(name).ok_or_else(|| unknown_name("topic", name, KEYS))?;
    check_value(key, value, names::is_internal(topic))
}

/// Refuses configs that contradict each other, given all that will be set on the topic.
pub fn check_together(overrides: &Overrides) -> Result<(), CommandError> {
    let number = |name: &str| {
        let default = key(name).and_then(|key| key.default);
        let value = overrides.get(name).map_or(default, |value| Some(value));
        value.and_then(|value| value.parse::<i64>().ok()).unwrap_or(0)
    };
    let (min, max) = (number("min.compaction.lag.ms"), number("max.compaction.lag.ms"));
    if min > max {
        return Err(CommandError::new(
            ErrorKind::InvalidConfig,
            format!(
                "conflict topic config setting min.compaction.lag.ms ({min}) > \
                 max.compaction.lag.ms ({max})"
            ),
        ));
    }
    Ok(())
}

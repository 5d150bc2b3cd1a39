//! Broker configs of logs: defaults of topics, retention, compaction, tiered storage.

use super::table;
use crate::configs::Check::{Any, AtLeast, Between, ListOf, MinusOneOrBetween, OneOf, Ratio};
use crate::configs::ConfigKey;
use crate::configs::Effect::{Accepted, Acts, Refused};
use crate::configs::Update::{ClusterWide, PerBroker, ReadOnly};
use crate::configs::ValueType::{Boolean, Double, Int, List, Long, String};
use crate::configs::{HOUR_MS, MINUTE_MS, TIERED};

pub(super) const KEYS: &[ConfigKey] = table! {
    "log.dirs": List = null, Any, ReadOnly, Acts, [],
        "Directories of data; shards have one below the first.";
    "log.dir": List = null, Any, ReadOnly, Accepted, [],
        "The directory of data if log.dirs is not set.";
    "log.segment.bytes": Int = "1073741824", AtLeast(1_048_576), ClusterWide, Acts, [],
        "Size at which a segment file is closed, for topics without segment.bytes.";
    "log.roll.ms": Long = null, AtLeast(1), ClusterWide, Acts, ["log.roll.hours" * HOUR_MS],
        "Age at which a segment is closed, for topics without segment.ms.";
    "log.roll.hours": Int = "168", AtLeast(1), ReadOnly, Acts, [],
        "As log.roll.ms, in hours; log.roll.ms comes first.";
    "log.roll.jitter.ms": Long = null,
        AtLeast(0), ClusterWide, Accepted, ["log.roll.jitter.hours" * HOUR_MS],
        "Random time by which segments are closed earlier, at most.";
    "log.roll.jitter.hours": Int = "0", AtLeast(0), ReadOnly, Accepted, [],
        "As log.roll.jitter.ms, in hours; log.roll.jitter.ms comes first.";
    "log.index.size.max.bytes": Int = "10485760", AtLeast(4), ClusterWide, Accepted, [],
        "Kafka's size of an index file; the index here takes the memory it needs.";
    "log.index.interval.bytes": Int = "4096", AtLeast(0), ClusterWide, Acts, [],
        "Bytes of log per index entry, for topics without index.interval.bytes.";
    "log.flush.interval.messages": Long = "1", AtLeast(1), ClusterWide, Acts, [],
        "flush.messages of topics without it. 1: an ack means synced to disk.";
    "log.flush.interval.ms": Long = null,
        Any, ClusterWide, Acts, ["log.flush.scheduler.interval.ms"],
        "flush.ms of topics without it; not set: log.flush.scheduler.interval.ms.";
    "log.flush.scheduler.interval.ms": Long = "9223372036854775807", Any, ReadOnly, Acts, [],
        "How often Kafka looks for logs to sync; stands in for log.flush.interval.ms.";
    "log.flush.offset.checkpoint.interval.ms": Int = "60000", AtLeast(0), ReadOnly, Accepted, [],
        "How often Kafka writes recovery points; recovery here reads the log's tail.";
    "log.flush.start.offset.checkpoint.interval.ms": Int = "60000",
        AtLeast(0), ReadOnly, Accepted, [],
        "How often Kafka writes log starts; they are written at once here.";
    "log.retention.ms": Long = null, MinusOneOrBetween(1, i64::MAX), ClusterWide, Acts,
        ["log.retention.minutes" * MINUTE_MS, "log.retention.hours" * HOUR_MS],
        "Age at which records go, for topics without retention.ms; -1: never.";
    "log.retention.minutes": Int = null,
        MinusOneOrBetween(1, i64::MAX), ReadOnly, Acts, ["log.retention.hours" * 60],
        "As log.retention.ms, in minutes; log.retention.ms comes first.";
    "log.retention.hours": Int = "168", MinusOneOrBetween(1, i64::MAX), ReadOnly, Acts, [],
        "As log.retention.ms, in hours; minutes and milliseconds come first.";
    "log.retention.bytes": Long = "-1", Any, ClusterWide, Acts, [],
        "Bytes a partition keeps, for topics without retention.bytes; -1: all.";
    "log.retention.check.interval.ms": Long = "300000", AtLeast(1), ReadOnly, Acts, [],
        "How often logs are checked for segments to delete.";
    "log.cleanup.policy": List = "delete",
        ListOf(&["compact", "delete"]), ClusterWide, Acts, [],
        "cleanup.policy of topics without it.";
    "log.cleaner.enable": Boolean = "true", Any, ReadOnly, Acts, [],
        "Whether logs are compacted at all.";
    "log.cleaner.threads": Int = "1", AtLeast(1), ClusterWide, Accepted, [],
        "Threads of compaction in Kafka; here each shard compacts its own logs.";
    "log.cleaner.backoff.ms": Long = "15000", AtLeast(0), ClusterWide, Acts, [],
        "How long compaction rests when there is nothing to do.";
    "log.cleaner.dedupe.buffer.size": Long = "134217728", Any, ClusterWide, Acts, [],
        "Bytes of memory compaction may use for keys.";
    "log.cleaner.io.buffer.size": Int = "524288", AtLeast(0), ClusterWide, Acts, [],
        "Bytes of memory compaction may use for input and output.";
    "log.cleaner.io.buffer.load.factor": Double = "0.9", Any, ClusterWide, Accepted, [],
        "How full compaction's table of keys may get.";
    "log.cleaner.io.max.bytes.per.second": Double = "1.7976931348623157E308",
        Any, ClusterWide, Acts, [],
        "Bytes a second compaction may read and write.";
    "log.cleaner.delete.retention.ms": Long = "86400000", AtLeast(0), ClusterWide, Acts, [],
        "delete.retention.ms of topics without it.";
    "log.cleaner.min.compaction.lag.ms": Long = "0", AtLeast(0), ClusterWide, Acts, [],
        "min.compaction.lag.ms of topics without it.";
    "log.cleaner.max.compaction.lag.ms": Long = "9223372036854775807",
        AtLeast(1), ClusterWide, Acts, [],
        "max.compaction.lag.ms of topics without it.";
    "log.cleaner.min.cleanable.ratio": Double = "0.5", Ratio, ClusterWide, Acts, [],
        "min.cleanable.dirty.ratio of topics without it.";
    "log.segment.delete.delay.ms": Long = "60000", AtLeast(0), ClusterWide, Acts, [],
        "file.delete.delay.ms of topics without it.";
    "log.preallocate": Boolean = "false", Any, ClusterWide, Acts, [],
        "preallocate of topics without it.";
    "log.message.timestamp.type": String = "CreateTime",
        OneOf(&["CreateTime", "LogAppendTime"]), ClusterWide, Acts, [],
        "message.timestamp.type of topics without it.";
    "log.message.timestamp.before.max.ms": Long = "9223372036854775807",
        AtLeast(0), ClusterWide, Acts, [],
        "message.timestamp.before.max.ms of topics without it.";
    "log.message.timestamp.after.max.ms": Long = "3600000", AtLeast(0), ClusterWide, Acts, [],
        "message.timestamp.after.max.ms of topics without it.";
    "log.local.retention.ms": Long = "-2", AtLeast(-2), ClusterWide, Accepted, [],
        "local.retention.ms of topics without it.";
    "log.local.retention.bytes": Long = "-2", AtLeast(-2), ClusterWide, Accepted, [],
        "local.retention.bytes of topics without it.";
    "log.dir.failure.timeout.ms": Long = "30000", AtLeast(1), ReadOnly, Accepted, [],
        "How long Kafka stays up when it cannot report a failed directory.";
    "cordoned.log.dirs": List = "", Any, PerBroker, Accepted, [],
        "Directories that take no new partitions.";
    "message.max.bytes": Int = "1048588", AtLeast(0), ClusterWide, Acts, [],
        "max.message.bytes of topics without it: the largest batch taken.";
    "min.insync.replicas": Int = "1", AtLeast(1), ClusterWide, Acts, [],
        "min.insync.replicas of topics without it.";
    "unclean.leader.election.enable": Boolean = "false", Any, ClusterWide, Accepted, [],
        "unclean.leader.election.enable of topics without it.";
    "compression.type": String = "producer",
        OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
        ClusterWide, Acts, [],
        "compression.type of topics without it.";
    "compression.gzip.level": Int = "-1", MinusOneOrBetween(1, 9), ClusterWide, Acts, [],
        "compression.gzip.level of topics without it.";
    "compression.lz4.level": Int = "9", Between(1, 17), ClusterWide, Acts, [],
        "compression.lz4.level of topics without it.";
    "compression.zstd.level": Int = "3", Between(-131_072, 22), ClusterWide, Acts, [],
        "compression.zstd.level of topics without it.";
    "num.recovery.threads.per.data.dir": Int = "2", AtLeast(1), ClusterWide, Accepted, [],
        "Threads of recovery in Kafka; each shard recovers its own logs here.";
    "num.replica.alter.log.dirs.threads": Int = null, Any, ReadOnly, Accepted, [],
        "Threads that move replicas between directories in Kafka.";
    "producer.id.expiration.ms": Int = "86400000", AtLeast(1), ClusterWide, Acts, [],
        "How long an idle producer's sequence numbers are remembered.";
    "remote.log.storage.system.enable": Boolean = "false", Any, ReadOnly, Refused(TIERED), [],
        "Whether tiered storage can be used at all.";
    "remote.log.storage.manager.class.name": String = null, Any, ReadOnly, Accepted, [],
        "Kafka's plug-in that stores segments elsewhere.";
    "remote.log.metadata.manager.class.name": String = null, Any, ReadOnly, Accepted, [],
        "Kafka's plug-in that remembers what is stored elsewhere.";
    "remote.log.metadata.manager.listener.name": String = null, Any, ReadOnly, Accepted, [],
        "The listener Kafka's plug-in of tiered metadata uses.";
    "remote.log.manager.task.interval.ms": Long = "30000", AtLeast(1), ReadOnly, Accepted, [],
        "How often Kafka copies and deletes tiered segments.";
    "remote.log.reader.threads": Int = "10", AtLeast(1), ClusterWide, Accepted, [],
        "Threads that read tiered segments in Kafka.";
    "remote.log.reader.max.pending.tasks": Int = "100", AtLeast(1), ReadOnly, Accepted, [],
        "Reads of tiered segments that may wait in Kafka.";
    "remote.log.index.file.cache.total.size.bytes": Long = "1073741824",
        AtLeast(1), ClusterWide, Accepted, [],
        "Bytes of disk for indexes of tiered segments.";
    "remote.fetch.max.wait.ms": Int = "500", AtLeast(1), ClusterWide, Accepted, [],
        "How long a fetch waits for tiered storage.";
};

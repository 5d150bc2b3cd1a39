//! Broker configs of groups, offsets, transactions and share groups.

use super::table;
use crate::configs::Check::{Any, AtLeast, Between, ListOf, OneOfAnyCase};
use crate::configs::ConfigKey;
use crate::configs::Effect::{Accepted, Acts, Refused};
use crate::configs::GROUP_PROTOCOLS;
use crate::configs::Update::{ClusterWide, ReadOnly};
use crate::configs::ValueType::{Boolean, Int, List, Long, Short, String};

pub(super) const KEYS: &[ConfigKey] = table! {
    "group.min.session.timeout.ms": Int = "6000", Any, ReadOnly, Acts, [],
        "The shortest session timeout a classic group's member may ask for.";
    "group.max.session.timeout.ms": Int = "1800000", Any, ReadOnly, Acts, [],
        "The longest session timeout a classic group's member may ask for.";
    "group.initial.rebalance.delay.ms": Int = "3000", Any, ReadOnly, Acts, [],
        "How long a new classic group waits for more members before it starts.";
    "group.max.size": Int = "2147483647", AtLeast(1), ReadOnly, Acts, [],
        "The most members of a classic group.";
    "group.coordinator.rebalance.protocols": List = "classic,consumer,streams",
        ListOf(&["consumer", "classic", "share", "streams"]), ReadOnly,
        Refused(GROUP_PROTOCOLS), [],
        "The kinds of groups that are served.";
    "group.coordinator.threads": Int = "4", AtLeast(1), ReadOnly, Accepted, [],
        "Threads of the group coordinator in Kafka.";
    "group.coordinator.append.linger.ms": Int = "-1", AtLeast(-1), ReadOnly, Accepted, [],
        "How long the coordinator gathers writes in Kafka; -1: by itself.";
    "group.coordinator.background.threads": Int = "2", AtLeast(1), ReadOnly, Accepted, [],
        "Threads of the coordinator's background work in Kafka.";
    "group.coordinator.cached.buffer.max.bytes": Int = "1048588",
        AtLeast(524_288), ClusterWide, Accepted, [],
        "Bytes of a write buffer Kafka keeps for use again.";
    "group.consumer.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Acts, [],
        "Session timeout of consumer groups (KIP-848).";
    "group.consumer.min.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Acts, [],
        "The shortest session timeout a consumer group may be set to.";
    "group.consumer.max.session.timeout.ms": Int = "60000", AtLeast(1), ReadOnly, Acts, [],
        "The longest session timeout a consumer group may be set to.";
    "group.consumer.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Acts, [],
        "Heartbeat interval of consumer groups (KIP-848).";
    "group.consumer.min.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Acts, [],
        "The shortest heartbeat interval a consumer group may be set to.";
    "group.consumer.max.heartbeat.interval.ms": Int = "15000", AtLeast(1), ReadOnly, Acts, [],
        "The longest heartbeat interval a consumer group may be set to.";
    "group.consumer.max.size": Int = "2147483647", AtLeast(1), ReadOnly, Acts, [],
        "The most members of a consumer group.";
    "group.consumer.assignors": List = "uniform,range", Any, ReadOnly, Acts, [],
        "Assignors of the broker, the first by default.";
    "group.consumer.migration.policy": String = "bidirectional",
        OneOfAnyCase(&["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"]), ReadOnly,
        Acts, [],
        "Which way a group with members may change: to consumer (upgrade), to classic (downgrade).";
    "group.consumer.assignment.interval.ms": Int = "1000", AtLeast(0), ClusterWide, Acts, [],
        "The least time between two assignments of a consumer group.";
    "group.consumer.min.assignment.interval.ms": Int = "0", AtLeast(0), ReadOnly, Acts, [],
        "The shortest interval between assignments a consumer group may be set to.";
    "group.consumer.max.assignment.interval.ms": Int = "15000", AtLeast(0), ReadOnly, Acts, [],
        "The longest interval between assignments a consumer group may be set to.";
    "group.share.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Accepted, [],
        "Session timeout of share groups (KIP-932).";
    "group.share.min.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Accepted, [],
        "The shortest session timeout a share group may be set to.";
    "group.share.max.session.timeout.ms": Int = "60000", AtLeast(1), ReadOnly, Accepted, [],
        "The longest session timeout a share group may be set to.";
    "group.share.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Accepted, [],
        "Heartbeat interval of share groups.";
    "group.share.min.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Accepted, [],
        "The shortest heartbeat interval a share group may be set to.";
    "group.share.max.heartbeat.interval.ms": Int = "15000", AtLeast(1), ReadOnly, Accepted, [],
        "The longest heartbeat interval a share group may be set to.";
    "group.share.max.size": Int = "200", Between(1, 1000), ReadOnly, Accepted, [],
        "The most members of a share group.";
    "group.share.assignors": List = "simple", Any, ReadOnly, Accepted, [],
        "Assignors of share groups.";
    "group.share.delivery.count.limit": Int = "5", Between(2, 10), ReadOnly, Accepted, [],
        "How often a record is delivered before it is given up.";
    "group.share.min.delivery.count.limit": Int = "2", Between(2, 5), ReadOnly, Accepted, [],
        "The fewest deliveries a share group may be set to.";
    "group.share.max.delivery.count.limit": Int = "10", Between(5, 25), ReadOnly, Accepted, [],
        "The most deliveries a share group may be set to.";
    "group.share.partition.max.record.locks": Int = "2000",
        Between(100, 10_000), ReadOnly, Accepted, [],
        "Records of a partition that may be with members at one time.";
    "group.share.min.partition.max.record.locks": Int = "100",
        Between(100, 2000), ReadOnly, Accepted, [],
        "The fewest locked records of a partition a share group may be set to.";
    "group.share.max.partition.max.record.locks": Int = "4000",
        Between(2000, 10_000), ReadOnly, Accepted, [],
        "The most locked records of a partition a share group may be set to.";
    "group.share.record.lock.duration.ms": Int = "30000",
        Between(1000, 3_600_000), ReadOnly, Accepted, [],
        "How long a record is locked for the member that got it.";
    "group.share.min.record.lock.duration.ms": Int = "15000",
        Between(1000, 30_000), ReadOnly, Accepted, [],
        "The shortest lock a share group may be set to.";
    "group.share.max.record.lock.duration.ms": Int = "60000",
        Between(30_000, 3_600_000), ReadOnly, Accepted, [],
        "The longest lock a share group may be set to.";
    "group.share.max.share.sessions": Int = "2000", AtLeast(1), ReadOnly, Accepted, [],
        "Share sessions kept at one time.";
    "group.share.assignment.interval.ms": Int = "1000", AtLeast(0), ClusterWide, Accepted, [],
        "The least time between two assignments of a share group.";
    "group.share.min.assignment.interval.ms": Int = "0", AtLeast(0), ReadOnly, Accepted, [],
        "The shortest interval between assignments a share group may be set to.";
    "group.share.max.assignment.interval.ms": Int = "15000", AtLeast(0), ReadOnly, Accepted, [],
        "The longest interval between assignments a share group may be set to.";
    "group.streams.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Accepted, [],
        "Session timeout of streams groups (KIP-1071).";
    "group.streams.min.session.timeout.ms": Int = "45000", AtLeast(1), ReadOnly, Accepted, [],
        "The shortest session timeout a streams group may be set to.";
    "group.streams.max.session.timeout.ms": Int = "60000", AtLeast(1), ReadOnly, Accepted, [],
        "The longest session timeout a streams group may be set to.";
    "group.streams.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Accepted, [],
        "Heartbeat interval of streams groups.";
    "group.streams.min.heartbeat.interval.ms": Int = "5000", AtLeast(1), ReadOnly, Accepted, [],
        "The shortest heartbeat interval a streams group may be set to.";
    "group.streams.max.heartbeat.interval.ms": Int = "15000", AtLeast(1), ReadOnly, Accepted, [],
        "The longest heartbeat interval a streams group may be set to.";
    "group.streams.max.size": Int = "2147483647", AtLeast(1), ReadOnly, Accepted, [],
        "The most members of a streams group.";
    "group.streams.num.standby.replicas": Int = "0", AtLeast(0), ReadOnly, Accepted, [],
        "Standby replicas of a streams group's tasks.";
    "group.streams.max.standby.replicas": Int = "2", AtLeast(0), ReadOnly, Accepted, [],
        "The most standby replicas a streams group may be set to.";
    "group.streams.initial.rebalance.delay.ms": Int = "3000", AtLeast(0), ReadOnly, Accepted, [],
        "How long a new streams group waits for more members.";
    "group.streams.assignment.interval.ms": Int = "1000", AtLeast(0), ClusterWide, Accepted, [],
        "The least time between two assignments of a streams group.";
    "group.streams.min.assignment.interval.ms": Int = "0", AtLeast(0), ReadOnly, Accepted, [],
        "The shortest interval between assignments a streams group may be set to.";
    "group.streams.max.assignment.interval.ms": Int = "15000", AtLeast(0), ReadOnly, Accepted, [],
        "The longest interval between assignments a streams group may be set to.";
    "offset.metadata.max.bytes": Int = "4096", Any, ReadOnly, Acts, [],
        "The longest text a consumer may commit with an offset.";
    "offsets.topic.num.partitions": Int = "50", AtLeast(1), ReadOnly, Acts, [],
        "Partitions of __consumer_offsets when it is created.";
    "offsets.topic.replication.factor": Short = "3", AtLeast(1), ReadOnly, Acts, [],
        "Replicas of __consumer_offsets; as many as there are nodes if those are fewer.";
    "offsets.topic.segment.bytes": Int = "104857600", AtLeast(1), ReadOnly, Acts, [],
        "segment.bytes of __consumer_offsets.";
    "offsets.topic.compression.codec": Int = "0", Between(0, 4), ReadOnly, Accepted, [],
        "Compression of __consumer_offsets in Kafka, by its number.";
    "offsets.load.buffer.size": Int = "5242880", AtLeast(1), ReadOnly, Accepted, [],
        "Bytes read at a time when a coordinator loads its groups.";
    "offsets.retention.minutes": Int = "10080", AtLeast(1), ReadOnly, Acts, [],
        "How long offsets of a group without members are kept.";
    "offsets.retention.check.interval.ms": Long = "600000", AtLeast(1), ReadOnly, Acts, [],
        "How often offsets are checked for those to forget.";
    "offsets.commit.timeout.ms": Int = "5000", AtLeast(1), ReadOnly, Acts, [],
        "How long a commit of offsets waits for its replicas.";
    "transaction.state.log.num.partitions": Int = "50", AtLeast(1), ReadOnly, Acts, [],
        "Partitions of __transaction_state when it is created.";
    "transaction.state.log.replication.factor": Short = "3", AtLeast(1), ReadOnly, Acts, [],
        "Replicas of __transaction_state; as many as there are nodes if those are fewer.";
    "transaction.state.log.min.isr": Int = "2", AtLeast(1), ReadOnly, Acts, [],
        "min.insync.replicas of __transaction_state; no more than it has replicas.";
    "transaction.state.log.segment.bytes": Int = "104857600", AtLeast(1), ReadOnly, Acts, [],
        "segment.bytes of __transaction_state.";
    "transaction.state.log.load.buffer.size": Int = "5242880", AtLeast(1), ReadOnly, Accepted, [],
        "Bytes read at a time when a coordinator loads its transactions.";
    "transaction.max.timeout.ms": Int = "900000", AtLeast(1), ReadOnly, Acts, [],
        "The longest transaction timeout a producer may ask for.";
    "transactional.id.expiration.ms": Int = "604800000", AtLeast(1), ReadOnly, Acts, [],
        "How long the state of an idle transactional id is kept.";
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": Int = "10000",
        AtLeast(1), ReadOnly, Acts, [],
        "How often transactions over their time are looked for and aborted.";
    "transaction.remove.expired.transaction.cleanup.interval.ms": Int = "3600000",
        AtLeast(1), ReadOnly, Acts, [],
        "How often expired transactional ids are looked for and removed.";
    "transaction.partition.verification.enable": Boolean = "true", Any, ClusterWide, Accepted, [],
        "Whether a write of a transaction is checked with its coordinator first.";
    "transaction.two.phase.commit.enable": Boolean = "false", Any, ReadOnly, Accepted, [],
        "Whether producers may hold prepared transactions (KIP-939).";
    "add.partitions.to.txn.retry.backoff.ms": Int = "20", AtLeast(1), ReadOnly, Accepted, [],
        "Pause before a check with the coordinator is tried again.";
    "add.partitions.to.txn.retry.backoff.max.ms": Int = "100", AtLeast(0), ReadOnly, Accepted, [],
        "How long such a check is tried at most.";
    "share.coordinator.state.topic.num.partitions": Int = "50", AtLeast(1), ReadOnly, Accepted, [],
        "Partitions of __share_group_state when it is created.";
    "share.coordinator.state.topic.replication.factor": Short = "3",
        AtLeast(1), ReadOnly, Accepted, [],
        "Replicas of __share_group_state.";
    "share.coordinator.state.topic.min.isr": Short = "2", AtLeast(1), ReadOnly, Accepted, [],
        "min.insync.replicas of __share_group_state.";
    "share.coordinator.state.topic.segment.bytes": Int = "104857600",
        AtLeast(1), ReadOnly, Accepted, [],
        "segment.bytes of __share_group_state.";
    "share.coordinator.write.timeout.ms": Int = "5000", AtLeast(1), ReadOnly, Accepted, [],
        "How long a write of share state waits for its replicas.";
};

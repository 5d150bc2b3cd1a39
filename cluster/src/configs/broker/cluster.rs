//! Broker configs of the node, topics, the metadata log and replication.

use super::table;
use crate::configs::Check::{Any, AtLeast, ListOf, OneOf};
use crate::configs::ConfigKey;
use crate::configs::Effect::{Accepted, Acts, Refused};
use crate::configs::PLUG_INS;
use crate::configs::Update::{ClusterWide, ReadOnly};
use crate::configs::ValueType::{Boolean, Class, Int, List, Long, String};

pub(super) const KEYS: &[ConfigKey] = table! {
    "node.id": Int = null, AtLeast(0), ReadOnly, Acts, [],
        "This broker's id: the node's id plus 1000 times the shard.";
    "broker.id": Int = null, Any, ReadOnly, Acts, [],
        "The same as node.id, under its old name.";
    "broker.rack": String = null, Any, ReadOnly, Acts, [],
        "The rack replicas are spread over, and consumers read near to; else the node.";
    "process.roles": List = "broker,controller",
        ListOf(&["broker", "controller"]), ReadOnly, Accepted, [],
        "What the process is: always broker and controller here.";
    "num.partitions": Int = "1", AtLeast(1), ReadOnly, Acts, [],
        "Partitions of a topic that is created without a number of its own.";
    "default.replication.factor": Int = "1", Any, ReadOnly, Acts, [],
        "Replicas of a topic that is created without a number of its own.";
    "auto.create.topics.enable": Boolean = "true", Any, ReadOnly, Acts, [],
        "Whether asking for a topic that does not exist creates it.";
    "delete.topic.enable": Boolean = "true", Any, ReadOnly, Acts, [],
        "Whether topics can be deleted.";
    "inter.broker.protocol.version": String = "4.3-IV0",
        OneOf(&["4.3-IV0"]), ReadOnly, Accepted, [],
        "The metadata version of the cluster, as tools still ask for it.";
    "auto.leader.rebalance.enable": Boolean = "true", Any, ReadOnly, Accepted, [],
        "Whether preferred leaders are put back by themselves.";
    "leader.imbalance.check.interval.seconds": Long = "300", AtLeast(1), ReadOnly, Accepted, [],
        "How often that is looked at.";
    "controlled.shutdown.enable": Boolean = "true", Any, ReadOnly, Accepted, [],
        "Whether leaders move before a broker stops.";
    "broker.heartbeat.interval.ms": Int = "2000", Any, ReadOnly, Accepted, [],
        "How often brokers report to the controller in Kafka.";
    "broker.session.timeout.ms": Int = "9000", Any, ReadOnly, Accepted, [],
        "After how long without a report a broker counts as gone.";
    "initial.broker.registration.timeout.ms": Int = "60000", Any, ReadOnly, Accepted, [],
        "How long a starting broker tries to register.";
    "create.topic.policy.class.name": Class = null, Any, ReadOnly, Refused(PLUG_INS), [],
        "Kafka's plug-in that may refuse new topics.";
    "alter.config.policy.class.name": Class = null, Any, ReadOnly, Refused(PLUG_INS), [],
        "Kafka's plug-in that may refuse config changes.";
    "controller.quorum.voters": List = "", Any, ReadOnly, Accepted, [],
        "The voters of the metadata log, as id@host:port.";
    "controller.quorum.bootstrap.servers": List = "", Any, ReadOnly, Accepted, [],
        "Where voters of the metadata log are found.";
    "controller.listener.names": List = null, Any, ReadOnly, Accepted, [],
        "The listeners of controllers.";
    "controller.quorum.election.timeout.ms": Int = "1000", AtLeast(0), ReadOnly, Accepted, [],
        "How long a voter waits for votes in Kafka.";
    "controller.quorum.election.backoff.max.ms": Int = "1000", AtLeast(0), ReadOnly, Accepted, [],
        "The longest pause between elections in Kafka.";
    "controller.quorum.fetch.timeout.ms": Int = "2000", AtLeast(0), ReadOnly, Accepted, [],
        "How long a voter goes on without a leader's answer in Kafka.";
    "controller.quorum.request.timeout.ms": Int = "2000", AtLeast(0), ReadOnly, Accepted, [],
        "How long a request among voters may take in Kafka.";
    "controller.quorum.retry.backoff.ms": Int = "20", AtLeast(0), ReadOnly, Accepted, [],
        "Pause before such a request is sent again in Kafka.";
    "controller.quorum.append.linger.ms": Int = "25", AtLeast(0), ReadOnly, Accepted, [],
        "How long the leader gathers metadata writes in Kafka.";
    "controller.socket.timeout.ms": Int = "30000", Any, ReadOnly, Accepted, [],
        "How long a broker's request to the controller may take in Kafka.";
    "controller.quota.window.num": Int = "11", AtLeast(1), ReadOnly, Accepted, [],
        "Time windows kept to measure quotas of topic changes.";
    "controller.quota.window.size.seconds": Int = "1", AtLeast(1), ReadOnly, Accepted, [],
        "Length of such a window.";
    "metadata.log.dir": String = null, Any, ReadOnly, Accepted, [],
        "A directory of its own for the metadata log; not set: with the data.";
    "metadata.log.segment.bytes": Int = "1073741824", AtLeast(8_388_608), ReadOnly, Accepted, [],
        "Size at which a segment of the metadata log is closed.";
    "metadata.log.segment.ms": Long = "604800000", Any, ReadOnly, Accepted, [],
        "Age at which a segment of the metadata log is closed.";
    "metadata.log.max.record.bytes.between.snapshots": Long = "20971520",
        AtLeast(1), ReadOnly, Accepted, [],
        "Bytes of metadata records after which Kafka takes a snapshot.";
    "metadata.log.max.snapshot.interval.ms": Long = "3600000", AtLeast(0), ReadOnly, Accepted, [],
        "Time after which Kafka takes a snapshot of metadata.";
    "metadata.max.idle.interval.ms": Int = "500", AtLeast(0), ReadOnly, Accepted, [],
        "How often an idle controller writes an empty record in Kafka.";
    "metadata.max.retention.bytes": Long = "104857600", Any, ReadOnly, Accepted, [],
        "Bytes of metadata log and snapshots kept.";
    "metadata.max.retention.ms": Long = "604800000", Any, ReadOnly, Accepted, [],
        "How long metadata log and snapshots are kept.";
    "num.replica.fetchers": Int = "1", AtLeast(1), ClusterWide, Accepted, [],
        "Threads that copy from each leader in Kafka.";
    "replica.fetch.max.bytes": Int = "1048576", AtLeast(0), ReadOnly, Accepted, [],
        "Bytes a follower asks for per partition.";
    "replica.fetch.min.bytes": Int = "1", Any, ReadOnly, Accepted, [],
        "Bytes a leader waits for before it answers a follower.";
    "replica.fetch.wait.max.ms": Int = "500", Any, ReadOnly, Accepted, [],
        "How long a leader makes a follower wait.";
    "replica.fetch.backoff.ms": Int = "1000", AtLeast(0), ReadOnly, Accepted, [],
        "Pause of a follower after an error.";
    "replica.fetch.response.max.bytes": Int = "10485760", AtLeast(0), ReadOnly, Accepted, [],
        "Bytes a follower asks for in all.";
    "replica.lag.time.max.ms": Long = "30000", Any, ReadOnly, Accepted, [],
        "A follower that was not at the end for this long leaves the ISR.";
    "replica.high.watermark.checkpoint.interval.ms": Long = "5000", Any, ReadOnly, Accepted, [],
        "How often high watermarks are written to disk.";
    "replica.selector.class": String = null, Any, ReadOnly, Accepted, [],
        "Kafka's plug-in that picks the replica a consumer reads from.";
    "replica.socket.receive.buffer.bytes": Int = "65536", Any, ReadOnly, Accepted, [],
        "The kernel's receive buffer of replication.";
    "replica.socket.timeout.ms": Int = "30000", Any, ReadOnly, Accepted, [],
        "How long a follower's request may take.";
    "replication.quota.window.num": Int = "11", AtLeast(1), ReadOnly, Accepted, [],
        "Time windows kept to measure the throttle of replication.";
    "replication.quota.window.size.seconds": Int = "1", AtLeast(1), ReadOnly, Accepted, [],
        "Length of such a window.";
    "alter.log.dirs.replication.quota.window.num": Int = "11", AtLeast(1), ReadOnly, Accepted, [],
        "Time windows kept to measure moves between directories.";
    "alter.log.dirs.replication.quota.window.size.seconds": Int = "1",
        AtLeast(1), ReadOnly, Accepted, [],
        "Length of such a window.";
    "config.providers": List = "", Any, ClusterWide, Refused(PLUG_INS), [],
        "Kafka's plug-ins that fetch config values from elsewhere.";
    "kafka.metrics.reporters": List = "", Any, ReadOnly, Accepted, [],
        "Kafka's old plug-ins that report metrics.";
    "kafka.metrics.polling.interval.secs": Int = "10", AtLeast(1), ReadOnly, Accepted, [],
        "How often those are asked.";
};

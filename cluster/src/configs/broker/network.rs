//! Broker configs of connections, requests and metrics.

use super::table;
use crate::configs::Check::{Any, AtLeast, OneOf, ProtocolMap};
use crate::configs::Effect::{Accepted, Acts, Refused};
use crate::configs::Update::{ClusterWide, PerBroker, ReadOnly};
use crate::configs::ValueType::{Class, Int, List, Long, String};
use crate::configs::{ConfigKey, PLUG_INS, SASL, TLS};

pub(super) const KEYS: &[ConfigKey] = table! {
    "listeners": List = null, Any, PerBroker, Acts, [],
        "Where the broker listens.";
    "advertised.listeners": List = null, Any, ReadOnly, Acts, [],
        "The addresses clients are told to connect to.";
    "listener.security.protocol.map": String =
        "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
        ProtocolMap, PerBroker, Accepted, [],
        "The security protocol of each listener's name.";
    "inter.broker.listener.name": String = null, Any, ReadOnly, Accepted, [],
        "The listener brokers use among themselves.";
    "security.inter.broker.protocol": String = "PLAINTEXT",
        OneOf(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]), ReadOnly, Refused(TLS), [],
        "The security protocol brokers use among themselves.";
    "early.start.listeners": List = null, Any, ReadOnly, Accepted, [],
        "Listeners that Kafka opens before it has authorized anything.";
    "socket.request.max.bytes": Int = "104857600", AtLeast(1), ReadOnly, Acts, [],
        "The largest request taken, in bytes.";
    "socket.send.buffer.bytes": Int = "102400", Any, ReadOnly, Acts, [],
        "The kernel's send buffer of a connection; -1: its default.";
    "socket.receive.buffer.bytes": Int = "102400", Any, ReadOnly, Acts, [],
        "The kernel's receive buffer of a connection; -1: its default.";
    "socket.listen.backlog.size": Int = "50", AtLeast(1), ReadOnly, Acts, [],
        "Connections that may wait to be accepted.";
    "socket.connection.setup.timeout.ms": Long = "10000", Any, ReadOnly, Accepted, [],
        "How long setting up a connection to another node may take.";
    "socket.connection.setup.timeout.max.ms": Long = "30000", Any, ReadOnly, Accepted, [],
        "The bound to which that time grows with failures.";
    "connections.max.idle.ms": Long = "600000", Any, ReadOnly, Acts, [],
        "A connection that is idle this long is closed.";
    "connections.max.reauth.ms": Long = "0", Any, ReadOnly, Refused(SASL), [],
        "How long an authentication is good for; 0: as long as the connection.";
    "connection.failed.authentication.delay.ms": Int = "100", AtLeast(0), ReadOnly, Accepted, [],
        "How long the answer to a failed authentication is held back.";
    "max.connections": Int = "2147483647", AtLeast(0), ClusterWide, Acts, [],
        "Connections the broker takes at one time.";
    "max.connections.per.ip": Int = "2147483647", AtLeast(0), ClusterWide, Acts, [],
        "Connections the broker takes from one address at one time.";
    "max.connections.per.ip.overrides": String = "", Any, ClusterWide, Accepted, [],
        "Other bounds for some addresses, as address:count.";
    "max.connection.creation.rate": Int = "2147483647", AtLeast(0), ClusterWide, Accepted, [],
        "New connections a second the broker takes.";
    "num.network.threads": Int = "3", AtLeast(1), ClusterWide, Accepted, [],
        "Threads of the network in Kafka; here every shard does its own.";
    "num.io.threads": Int = "8", AtLeast(1), ClusterWide, Accepted, [],
        "Threads that handle requests in Kafka; here every shard does its own.";
    "background.threads": Int = "10", AtLeast(1), ClusterWide, Accepted, [],
        "Threads of background work in Kafka.";
    "queued.max.requests": Int = "500", AtLeast(1), ReadOnly, Accepted, [],
        "Requests that may wait in Kafka before it stops reading.";
    "queued.max.request.bytes": Long = "-1", Any, ReadOnly, Accepted, [],
        "Bytes of requests that may wait in Kafka; -1: no bound.";
    "request.timeout.ms": Int = "30000", Any, ReadOnly, Acts, [],
        "How long requests between brokers, and commands to the controller, may take.";
    "fetch.max.bytes": Int = "57671680", AtLeast(1024), ReadOnly, Acts, [],
        "The most bytes a fetch is answered with, whatever it asks for.";
    "max.incremental.fetch.session.cache.slots": Int = "1000", AtLeast(0), ReadOnly, Acts, [],
        "Fetch sessions (KIP-227) kept at one time.";
    "max.request.partition.size.limit": Int = "2000", AtLeast(1), ReadOnly, Acts, [],
        "The most partitions one answer of DescribeTopicPartitions holds.";
    "fetch.purgatory.purge.interval.requests": Int = "1000", Any, ReadOnly, Accepted, [],
        "How often Kafka sweeps its waiting fetches.";
    "producer.purgatory.purge.interval.requests": Int = "1000", Any, ReadOnly, Accepted, [],
        "How often Kafka sweeps its waiting produces.";
    "delete.records.purgatory.purge.interval.requests": Int = "1", Any, ReadOnly, Accepted, [],
        "How often Kafka sweeps its waiting deletes of records.";
    "quota.window.num": Int = "11", AtLeast(1), ReadOnly, Accepted, [],
        "Time windows kept to measure quotas.";
    "quota.window.size.seconds": Int = "1", AtLeast(1), ReadOnly, Accepted, [],
        "Length of a time window of quotas.";
    "client.quota.callback.class": Class = null, Any, ReadOnly, Refused(PLUG_INS), [],
        "Kafka's plug-in that decides quotas.";
    "metric.reporters": List = "", Any, ClusterWide, Accepted, [],
        "Kafka's plug-ins that report metrics; metrics are served by HTTP here.";
    "metrics.num.samples": Int = "2", AtLeast(1), ReadOnly, Accepted, [],
        "Samples Kafka keeps per metric.";
    "metrics.sample.window.ms": Long = "30000", AtLeast(1), ReadOnly, Accepted, [],
        "Time over which Kafka takes a sample.";
    "metrics.recording.level": String = "INFO", Any, ReadOnly, Accepted, [],
        "The least important metrics Kafka records.";
    "telemetry.max.bytes": Int = "1048576", AtLeast(1), ReadOnly, Accepted, [],
        "The most bytes of metrics a client may push at a time.";
};

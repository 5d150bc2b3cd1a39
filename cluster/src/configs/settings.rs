//! The configs that act, typed. Values were checked when they were set; a value that does not
//! parse all the same (an image of another version) counts as the default.

use std::ops::RangeInclusive;

use wire::records::{Compression, Packing};

use super::{View, broker, parse_bool, parse_list, topic};
use crate::image::Overrides;
use crate::records::ResourceKind;

/// What a topic's configs say, for one broker. Kafka's names and meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSettings {
    pub segment_bytes: u64,
    pub segment_ms: i64,
    pub segment_jitter_ms: i64,
    /// -1: no bound.
    pub retention_bytes: i64,
    /// -1: no bound.
    pub retention_ms: i64,
    pub flush_messages: u64,
    pub flush_ms: i64,
    pub max_message_bytes: u32,
    pub index_interval_bytes: u32,
    pub min_insync_replicas: usize,
    /// `compression.type` and the level of that codec; `None` keeps what the producer sent.
    pub packing: Option<Packing>,
    pub file_delete_delay_ms: i64,
    pub preallocate: bool,
    /// `message.timestamp.type=LogAppendTime`; else CreateTime.
    pub log_append_time: bool,
    pub message_timestamp_before_max_ms: i64,
    pub message_timestamp_after_max_ms: i64,
    pub cleanup_delete: bool,
    pub cleanup_compact: bool,
    pub delete_retention_ms: i64,
    pub min_compaction_lag_ms: i64,
    pub max_compaction_lag_ms: i64,
    /// `min.cleanable.dirty.ratio`, in millionths.
    pub min_cleanable_dirty_millionths: u32,
    pub unclean_leader_election: bool,
}

impl TopicSettings {
    /// Of `topic`, whether it exists or not.
    #[must_use]
    pub fn new(view: &View<'_>, topic: &str) -> Self {
        let reader = TopicReader { view, overrides: view.overrides(ResourceKind::Topic, topic) };
        let policy = reader.text("cleanup.policy");
        let policy = parse_list(&policy);
        Self {
            segment_bytes: reader.count("segment.bytes"),
            segment_ms: reader.number("segment.ms"),
            segment_jitter_ms: reader.number("segment.jitter.ms"),
            retention_bytes: reader.number("retention.bytes"),
            retention_ms: reader.number("retention.ms"),
            flush_messages: reader.count("flush.messages"),
            flush_ms: reader.number("flush.ms"),
            max_message_bytes: reader.count("max.message.bytes") as u32,
            index_interval_bytes: reader.count("index.interval.bytes") as u32,
            min_insync_replicas: reader.count("min.insync.replicas") as usize,
            packing: reader.packing(),
            file_delete_delay_ms: reader.number("file.delete.delay.ms"),
            preallocate: reader.flag("preallocate"),
            log_append_time: reader.text("message.timestamp.type") == "LogAppendTime",
            message_timestamp_before_max_ms: reader.number("message.timestamp.before.max.ms"),
            message_timestamp_after_max_ms: reader.number("message.timestamp.after.max.ms"),
            cleanup_delete: policy.contains(&"delete"),
            cleanup_compact: policy.contains(&"compact"),
            delete_retention_ms: reader.number("delete.retention.ms"),
            min_compaction_lag_ms: reader.number("min.compaction.lag.ms"),
            max_compaction_lag_ms: reader.number("max.compaction.lag.ms"),
            min_cleanable_dirty_millionths: reader.millionths("min.cleanable.dirty.ratio"),
            unclean_leader_election: reader.flag("unclean.leader.election.enable"),
        }
    }
}

struct TopicReader<'a> {
    view: &'a View<'a>,
    overrides: &'a Overrides,
}

impl TopicReader<'_> {
    fn text(&self, name: &'static str) -> String {
        let key = topic::key(name).expect("settings name configs of the table");
        self.view.value_of(self.overrides, key)
    }

    fn packing(&self) -> Option<Packing> {
        let codec = Compression::from_name(&self.text("compression.type"))?;
        let level = |name| i32::try_from(self.number(name)).ok();
        let level = match codec {
            Compression::Gzip => level("compression.gzip.level"),
            Compression::Lz4 => level("compression.lz4.level"),
            Compression::Zstd => level("compression.zstd.level"),
            Compression::None | Compression::Snappy => None,
        };
        let default = Packing::of(codec);
        Some(Packing { level: level.unwrap_or(default.level), ..default })
    }

    fn number(&self, name: &'static str) -> i64 {
        number(&self.text(name), topic::key(name).and_then(|key| key.default))
    }

    fn count(&self, name: &'static str) -> u64 {
        u64::try_from(self.number(name)).unwrap_or(0)
    }

    fn millionths(&self, name: &'static str) -> u32 {
        let default = topic::key(name).and_then(|key| key.default);
        (real(&self.text(name), default).clamp(0.0, 1.0) * 1_000_000.0) as u32
    }

    fn flag(&self, name: &'static str) -> bool {
        parse_bool(&self.text(name)).unwrap_or(false)
    }
}

/// What a broker's configs say. Kafka's names and meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerSettings {
    pub num_partitions: i32,
    pub default_replication_factor: i16,
    pub auto_create_topics: bool,
    pub delete_topics: bool,
    pub request_timeout_ms: i64,
    pub socket_request_max_bytes: u32,
    /// -1: the kernel's default.
    pub socket_send_buffer_bytes: i32,
    /// -1: the kernel's default.
    pub socket_receive_buffer_bytes: i32,
    pub socket_listen_backlog: u32,
    pub connections_max_idle_ms: i64,
    pub max_connections: usize,
    pub max_connections_per_ip: usize,
    pub fetch_max_bytes: u32,
    pub fetch_session_slots: usize,
    pub describe_partitions_max: usize,
    pub log_retention_check_interval_ms: i64,
    pub producer_id_expiration_ms: i64,
    pub offset_metadata_max_bytes: u32,
    pub cleaner: CleanerSettings,
    pub groups: GroupSettings,
    pub offsets: OffsetsSettings,
    pub transactions: TransactionSettings,
}

/// `log.cleaner.*`, of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanerSettings {
    pub enabled: bool,
    pub backoff_ms: u64,
    pub dedupe_buffer_bytes: usize,
    pub io_buffer_bytes: usize,
    /// `u64::MAX`: no bound.
    pub io_max_bytes_per_second: u64,
}

/// `group.*`, and what else the coordinator of groups goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    pub min_session_timeout_ms: i64,
    pub max_session_timeout_ms: i64,
    pub initial_rebalance_delay_ms: i64,
    pub max_size: usize,
    pub consumer_session_timeout_ms: i64,
    pub consumer_heartbeat_interval_ms: i64,
    pub consumer_max_size: usize,
    pub consumer_assignors: Vec<String>,
    /// The least time between two assignments of a consumer group.
    pub consumer_assignment_interval_ms: i64,
    /// What each consumer group may set for itself of the three above.
    pub consumer_bounds: ConsumerBounds,
    pub consumer_migration: MigrationPolicy,
    /// `offsets.retention.minutes`, in milliseconds.
    pub offsets_retention_ms: i64,
    pub offsets_retention_check_interval_ms: i64,
    pub offset_metadata_max_bytes: usize,
}

/// `group.consumer.min.*` and `group.consumer.max.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerBounds {
    pub session_timeout_ms: RangeInclusive<i64>,
    pub heartbeat_interval_ms: RangeInclusive<i64>,
    pub assignment_interval_ms: RangeInclusive<i64>,
}

/// `group.consumer.migration.policy`: which way a group with members changes its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MigrationPolicy {
    #[default]
    Bidirectional,
    /// From classic to consumer.
    Upgrade,
    /// From consumer to classic.
    Downgrade,
    /// Neither; and members of the classic protocol cannot join a consumer group.
    Disabled,
}

impl MigrationPolicy {
    fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "upgrade" => Self::Upgrade,
            "downgrade" => Self::Downgrade,
            "disabled" => Self::Disabled,
            _ => Self::Bidirectional,
        }
    }

    #[must_use]
    pub const fn upgrades(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Upgrade)
    }

    #[must_use]
    pub const fn downgrades(self) -> bool {
        matches!(self, Self::Bidirectional | Self::Downgrade)
    }
}

/// `offsets.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetsSettings {
    pub topic_num_partitions: i32,
    /// Take the number of nodes if that is less.
    pub topic_replication_factor: i16,
    pub topic_segment_bytes: u64,
    pub retention_ms: i64,
    pub retention_check_interval_ms: i64,
    pub commit_timeout_ms: i64,
}

/// `transaction.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionSettings {
    pub topic_num_partitions: i32,
    /// Take the number of nodes if that is less.
    pub topic_replication_factor: i16,
    pub topic_min_isr: i16,
    pub topic_segment_bytes: u64,
    pub max_timeout_ms: i64,
    pub transactional_id_expiration_ms: i64,
    pub abort_check_interval_ms: i64,
}

impl BrokerSettings {
    #[must_use]
    pub fn new(view: &View<'_>) -> Self {
        let reader = BrokerReader { view };
        Self {
            num_partitions: reader.int("num.partitions"),
            default_replication_factor: reader.short("default.replication.factor"),
            auto_create_topics: reader.flag("auto.create.topics.enable"),
            delete_topics: reader.flag("delete.topic.enable"),
            request_timeout_ms: reader.number("request.timeout.ms"),
            socket_request_max_bytes: reader.count("socket.request.max.bytes") as u32,
            socket_send_buffer_bytes: reader.int("socket.send.buffer.bytes"),
            socket_receive_buffer_bytes: reader.int("socket.receive.buffer.bytes"),
            socket_listen_backlog: reader.count("socket.listen.backlog.size") as u32,
            connections_max_idle_ms: reader.number("connections.max.idle.ms"),
            max_connections: reader.count("max.connections"),
            max_connections_per_ip: reader.count("max.connections.per.ip"),
            fetch_max_bytes: reader.count("fetch.max.bytes") as u32,
            fetch_session_slots: reader.count("max.incremental.fetch.session.cache.slots"),
            describe_partitions_max: reader.count("max.request.partition.size.limit"),
            log_retention_check_interval_ms: reader.number("log.retention.check.interval.ms"),
            producer_id_expiration_ms: reader.number("producer.id.expiration.ms"),
            offset_metadata_max_bytes: reader.count("offset.metadata.max.bytes") as u32,
            cleaner: reader.cleaner(),
            groups: reader.groups(),
            offsets: reader.offsets(),
            transactions: reader.transactions(),
        }
    }
}

struct BrokerReader<'a> {
    view: &'a View<'a>,
}

impl BrokerReader<'_> {
    fn cleaner(&self) -> CleanerSettings {
        let rate = "log.cleaner.io.max.bytes.per.second";
        let default = broker::key(rate).and_then(|key| key.default);
        CleanerSettings {
            enabled: self.flag("log.cleaner.enable"),
            backoff_ms: self.count("log.cleaner.backoff.ms") as u64,
            dedupe_buffer_bytes: self.count("log.cleaner.dedupe.buffer.size"),
            io_buffer_bytes: self.count("log.cleaner.io.buffer.size"),
            // Saturates: the default is beyond any number of bytes.
            io_max_bytes_per_second: real(&self.text(rate), default).max(1.0) as u64,
        }
    }

    fn groups(&self) -> GroupSettings {
        let assignors = self.text("group.consumer.assignors");
        GroupSettings {
            min_session_timeout_ms: self.number("group.min.session.timeout.ms"),
            max_session_timeout_ms: self.number("group.max.session.timeout.ms"),
            initial_rebalance_delay_ms: self.number("group.initial.rebalance.delay.ms"),
            max_size: self.count("group.max.size"),
            consumer_session_timeout_ms: self.number("group.consumer.session.timeout.ms"),
            consumer_heartbeat_interval_ms: self.number("group.consumer.heartbeat.interval.ms"),
            consumer_max_size: self.count("group.consumer.max.size"),
            consumer_assignors: parse_list(&assignors).into_iter().map(str::to_owned).collect(),
            consumer_assignment_interval_ms: self.number("group.consumer.assignment.interval.ms"),
            consumer_bounds: self.consumer_bounds(),
            consumer_migration: MigrationPolicy::from_name(
                &self.text("group.consumer.migration.policy"),
            ),
            offsets_retention_ms: self.offsets_retention_ms(),
            offsets_retention_check_interval_ms: self.number("offsets.retention.check.interval.ms"),
            offset_metadata_max_bytes: self.count("offset.metadata.max.bytes"),
        }
    }

    fn consumer_bounds(&self) -> ConsumerBounds {
        let bounds = |least, most| self.number(least)..=self.number(most);
        ConsumerBounds {
            session_timeout_ms: bounds(
                "group.consumer.min.session.timeout.ms",
                "group.consumer.max.session.timeout.ms",
            ),
            heartbeat_interval_ms: bounds(
                "group.consumer.min.heartbeat.interval.ms",
                "group.consumer.max.heartbeat.interval.ms",
            ),
            assignment_interval_ms: bounds(
                "group.consumer.min.assignment.interval.ms",
                "group.consumer.max.assignment.interval.ms",
            ),
        }
    }

    fn offsets(&self) -> OffsetsSettings {
        OffsetsSettings {
            topic_num_partitions: self.int("offsets.topic.num.partitions"),
            topic_replication_factor: self.short("offsets.topic.replication.factor"),
            topic_segment_bytes: self.count("offsets.topic.segment.bytes") as u64,
            retention_ms: self.offsets_retention_ms(),
            retention_check_interval_ms: self.number("offsets.retention.check.interval.ms"),
            commit_timeout_ms: self.number("offsets.commit.timeout.ms"),
        }
    }

    fn offsets_retention_ms(&self) -> i64 {
        self.number("offsets.retention.minutes").saturating_mul(super::MINUTE_MS)
    }

    fn transactions(&self) -> TransactionSettings {
        TransactionSettings {
            topic_num_partitions: self.int("transaction.state.log.num.partitions"),
            topic_replication_factor: self.short("transaction.state.log.replication.factor"),
            topic_min_isr: self.short("transaction.state.log.min.isr"),
            topic_segment_bytes: self.count("transaction.state.log.segment.bytes") as u64,
            max_timeout_ms: self.number("transaction.max.timeout.ms"),
            transactional_id_expiration_ms: self.number("transactional.id.expiration.ms"),
            abort_check_interval_ms: self
                .number("transaction.abort.timed.out.transaction.cleanup.interval.ms"),
        }
    }

    fn text(&self, name: &'static str) -> String {
        self.view.broker_value(name).unwrap_or_default()
    }

    fn number(&self, name: &'static str) -> i64 {
        number(&self.text(name), broker::key(name).and_then(|key| key.default))
    }

    fn int(&self, name: &'static str) -> i32 {
        let bounded = self.number(name).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        bounded as i32
    }

    fn short(&self, name: &'static str) -> i16 {
        let bounded = self.number(name).clamp(i64::from(i16::MIN), i64::from(i16::MAX));
        bounded as i16
    }

    fn count(&self, name: &'static str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(0)
    }

    fn flag(&self, name: &'static str) -> bool {
        parse_bool(&self.text(name)).unwrap_or(false)
    }
}

fn number(value: &str, default: Option<&'static str>) -> i64 {
    let parsed = value.parse().ok().or_else(|| default?.parse().ok());
    parsed.unwrap_or(0)
}

fn real(value: &str, default: Option<&'static str>) -> f64 {
    let parse = |text: &str| text.parse::<f64>().ok().filter(|number| !number.is_nan());
    parse(value).or_else(|| parse(default?)).unwrap_or(0.0)
}

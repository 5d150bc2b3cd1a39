//! Making a shard's logs fit a new image.

use std::rc::Rc;
use std::sync::Arc;

use cluster::configs::{TopicSettings, View};
use cluster::names::CONSUMER_OFFSETS;
use cluster::{Image, ResourceKind, Topic};
use storage::{LogConfig, LogId, LogKey, Reserve, StorageError, TimestampType};
use wire::ErrorCode;

use super::{Cleanup, Partition, Partitions};
use crate::limits::GROUP_BATCH_BYTES_MAX;

impl Partitions {
    /// Makes, configures and removes logs of this shard so that they fit `new`. What did not change
    /// between the images is not looked at.
    ///
    /// A log whose topic is in neither image is left alone: it may be all that is left of the
    /// topic.
    pub fn apply(&self, old: &Image, new: &Image) {
        apply(self, old, new);
    }

    /// Tries again to open logs that could not be opened. Returns whether one could.
    pub fn open_again(&self) -> bool {
        let missing = self.unopened.take();
        if missing.is_empty() {
            return false;
        }
        let image = self.metadata.image();
        let view = self.metadata.view(&image);
        let before = self.table.borrow().len();
        for (id, index) in missing {
            let Some(topic) = image.topic_by_id(id) else { continue };
            let led = topic.partition(index).filter(|p| p.leader == self.metadata.broker_id);
            if let Some(partition) = led {
                let config = log_config(self, &view, &topic.name);
                lead(self, topic, index, partition.leader_epoch, &config);
            }
        }
        let opened = self.table.borrow().len();
        self.metrics.partitions.set(opened as u64);
        opened > before
    }
}

fn apply(partitions: &Partitions, old: &Image, new: &Image) {
    let broker_id = partitions.metadata.broker_id;
    let view = partitions.metadata.view(new);
    let of_all = |image: &Image| {
        let own = broker_id.to_string();
        let own = image.overrides(ResourceKind::Broker, &own).clone();
        (own, image.overrides(ResourceKind::Broker, "").clone())
    };
    let defaults_changed = of_all(old) != of_all(new);
    for topic in old.topics() {
        let kept = new.topic(&topic.name).is_some_and(|kept| kept.id == topic.id);
        if !kept {
            remove(partitions, topic);
        }
    }
    for topic in new.topics() {
        let before = old.topic(&topic.name);
        let same = before.is_some_and(|before| Arc::ptr_eq(before, topic));
        let overrides = |image: &Image| image.overrides(ResourceKind::Topic, &topic.name).clone();
        if same && !defaults_changed && overrides(old) == overrides(new) {
            continue;
        }
        let config = log_config(partitions, &view, &topic.name);
        for (index, partition) in (0i32..).zip(&topic.partitions) {
            if partition.leader == broker_id {
                lead(partitions, topic, index, partition.leader_epoch, &config);
            } else {
                give_up(partitions, topic, index);
            }
        }
    }
    partitions.metrics.partitions.set(partitions.table.borrow().len() as u64);
}

fn lead(partitions: &Partitions, topic: &Topic, index: i32, leader_epoch: i32, config: &LogConfig) {
    let held = find(partitions, topic, index);
    if let Some(held) = held {
        let mut store = partitions.logs.store_mut();
        store.configure(held.log, config.clone());
        held.cleanup.set(cleanup(config));
        if held.leader_epoch.replace(leader_epoch) != leader_epoch {
            store.begin_term(held.log, leader_epoch);
        }
        return;
    }
    let name: Rc<str> = Rc::from(&*topic.name);
    match open(partitions, &name, topic, index, leader_epoch, config) {
        Ok((log, high_watermark)) => {
            let partition =
                Partition::new(log, name, topic.id, index, leader_epoch, high_watermark);
            partition.cleanup.set(cleanup(config));
            partitions.table.borrow_mut().insert(partition);
        }
        Err(error) => {
            partitions.unopened.borrow_mut().push((topic.id, index));
            let topic = &*topic.name;
            tracing::error!(topic, index, %error, "cannot open the partition's log yet");
        }
    }
}

/// The log of a partition and its stable end: found, or made.
fn open(
    partitions: &Partitions,
    name: &Rc<str>,
    topic: &Topic,
    index: i32,
    leader_epoch: i32,
    config: &LogConfig,
) -> Result<(LogId, i64), StorageError> {
    let key = LogKey { topic: Rc::clone(name), partition: index };
    let mut store = partitions.logs.store_mut();
    let found = store.find_log(&key);
    let log = match found {
        Some(log) if store.topic_id(log) == Some(topic.id) => {
            store.configure(log, config.clone());
            store.begin_term(log, leader_epoch);
            log
        }
        stale => {
            if let Some(log) = stale {
                // Of a topic of that name that was deleted while this shard was down.
                tracing::warn!(log = %key, "removing the log of a deleted topic");
                store.delete_log(log)?;
            }
            store.create_log(key, topic.id, config.clone(), leader_epoch)?
        }
    };
    Ok((log, store.stable_end(log).unwrap_or(0)))
}

fn cleanup(config: &LogConfig) -> Cleanup {
    Cleanup { delete: config.cleanup_delete, compact: config.cleanup_compact }
}

fn find(partitions: &Partitions, topic: &Topic, index: i32) -> Option<Rc<Partition>> {
    let by_id = wire::hot::TopicRef::Id(topic.id);
    partitions.table.borrow().find(by_id, index).cloned()
}

/// Another broker leads it now.
fn give_up(partitions: &Partitions, topic: &Topic, index: i32) {
    if let Some(held) = find(partitions, topic, index) {
        partitions.table.borrow_mut().remove(&held);
        partitions.logs.store_mut().end_term(held.log);
        held.fail_waiters(ErrorCode::NotLeaderOrFollower);
    }
}

fn remove(partitions: &Partitions, topic: &Topic) {
    for index in 0..topic.partitions.len() as i32 {
        let Some(held) = find(partitions, topic, index) else {
            continue;
        };
        partitions.table.borrow_mut().remove(&held);
        held.fail_waiters(ErrorCode::UnknownTopicOrPartition);
        if let Err(error) = partitions.logs.store_mut().delete_log(held.log) {
            let topic = &*topic.name;
            tracing::error!(topic, index, %error, "cannot remove the log of a deleted topic");
        }
    }
}

fn log_config(partitions: &Partitions, view: &View<'_>, topic: &str) -> LogConfig {
    let of_topic = TopicSettings::new(view, topic);
    let settings = partitions.metadata.broker_settings();
    LogConfig {
        segment_bytes: u32::try_from(of_topic.segment_bytes).unwrap_or(u32::MAX),
        segment_ms: of_topic.segment_ms,
        retention_ms: of_topic.retention_ms,
        retention_bytes: of_topic.retention_bytes,
        flush_messages: of_topic.flush_messages,
        flush_ms: of_topic.flush_ms,
        max_message_bytes: match topic {
            CONSUMER_OFFSETS => of_topic.max_message_bytes.max(GROUP_BATCH_BYTES_MAX),
            _ => of_topic.max_message_bytes,
        },
        index_interval_bytes: of_topic.index_interval_bytes,
        packing: of_topic.packing,
        timestamp_type: match of_topic.log_append_time {
            true => TimestampType::LogAppendTime,
            false => TimestampType::CreateTime,
        },
        message_timestamp_before_max_ms: of_topic.message_timestamp_before_max_ms,
        message_timestamp_after_max_ms: of_topic.message_timestamp_after_max_ms,
        cleanup_delete: of_topic.cleanup_delete,
        cleanup_compact: of_topic.cleanup_compact,
        delete_retention_ms: of_topic.delete_retention_ms,
        min_cleanable_dirty_millionths: of_topic.min_cleanable_dirty_millionths,
        min_compaction_lag_ms: of_topic.min_compaction_lag_ms,
        max_compaction_lag_ms: of_topic.max_compaction_lag_ms,
        preallocate: of_topic.preallocate,
        file_delete_delay_ms: of_topic.file_delete_delay_ms,
        producer_id_expiration_ms: settings.producer_id_expiration_ms,
        reserve: match cluster::names::is_internal(topic) {
            true => Reserve::Most,
            false => Reserve::Nothing,
        },
    }
}

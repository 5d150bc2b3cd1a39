//! Finding partitions: by name or id on a record's way, by log for what the store tells.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use storage::LogId;
use wire::hot::{LeaderAndEpoch, TopicRef};
use wire::{ErrorCode, Uuid};

use super::Partition;
use crate::metadata::Metadata;

/// The partitions of one topic that are led here, by number.
#[derive(Default)]
pub(super) struct LocalTopic {
    pub partitions: Vec<Option<Rc<Partition>>>,
}

impl LocalTopic {
    fn get(&self, index: i32) -> Option<&Rc<Partition>> {
        self.partitions.get(usize::try_from(index).ok()?)?.as_ref()
    }
}

/// Where a partition is.
pub enum Located {
    Here(Rc<Partition>),
    /// Another broker leads it.
    Elsewhere(LeaderAndEpoch),
    /// Nowhere: what to tell the client.
    Unknown(ErrorCode),
}

/// See the module.
#[derive(Default)]
pub struct Table {
    pub(super) by_name: HashMap<Rc<str>, LocalTopic>,
    pub(super) names: HashMap<Uuid, Rc<str>>,
    pub(super) by_log: HashMap<LogId, Rc<Partition>>,
}

impl Table {
    /// A partition led here.
    pub fn find(&self, topic: TopicRef<'_>, index: i32) -> Option<&Rc<Partition>> {
        match topic {
            TopicRef::Name(name) => self.by_name.get(name)?.get(index),
            TopicRef::Id(id) => self.by_name.get(self.names.get(&id)?)?.get(index),
            TopicRef::NotUtf8(_) => None,
        }
    }

    /// As [`Table::find`]; if it is not here, the image says where it is.
    /// A partition that the image gives to this broker, but whose log could not be opened, is
    /// Kafka's offline log folder.
    pub fn locate(&self, metadata: &Metadata, topic: TopicRef<'_>, index: i32) -> Located {
        if let Some(partition) = self.find(topic, index) {
            return Located::Here(Rc::clone(partition));
        }
        let image = metadata.image_ref();
        let (known, unknown) = match topic {
            TopicRef::Name(name) => (image.topic(name), ErrorCode::UnknownTopicOrPartition),
            TopicRef::Id(id) => (image.topic_by_id(id), ErrorCode::UnknownTopicId),
            TopicRef::NotUtf8(_) => (None, ErrorCode::UnknownTopicOrPartition),
        };
        let Some(known) = known else {
            return Located::Unknown(unknown);
        };
        match known.partition(index) {
            None => Located::Unknown(ErrorCode::UnknownTopicOrPartition),
            Some(partition) if partition.leader == metadata.broker_id => {
                Located::Unknown(ErrorCode::KafkaStorageError)
            }
            Some(partition) => Located::Elsewhere(LeaderAndEpoch {
                leader_id: partition.leader,
                leader_epoch: partition.leader_epoch,
            }),
        }
    }

    /// The partitions of a topic that are led here.
    pub fn of_topic(&self, topic: &str) -> impl Iterator<Item = &Rc<Partition>> {
        let local = self.by_name.get(topic);
        local.into_iter().flat_map(|local| local.partitions.iter().flatten())
    }

    pub fn by_log(&self, log: LogId) -> Option<Rc<Partition>> {
        self.by_log.get(&log).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rc<Partition>> {
        self.by_log.values()
    }

    pub fn len(&self) -> usize {
        self.by_log.len()
    }

    /// Gives up on acks that are overdue.
    pub fn expire(&self, now_ms: u64) {
        for partition in self.by_log.values() {
            partition.expire(now_ms);
        }
    }

    pub(super) fn insert(&mut self, partition: Partition) {
        let partition = Rc::new(partition);
        let topic = Rc::clone(&partition.topic);
        self.names.insert(partition.topic_id, Rc::clone(&topic));
        let local = self.by_name.entry(topic).or_default();
        let index = partition.index as usize;
        if local.partitions.len() <= index {
            local.partitions.resize(index + 1, None);
        }
        self.by_log.insert(partition.log, Rc::clone(&partition));
        local.partitions[index] = Some(partition);
    }

    pub(super) fn remove(&mut self, partition: &Partition) {
        self.by_log.remove(&partition.log);
        let Some(local) = self.by_name.get_mut(&partition.topic) else {
            return;
        };
        if let Some(place) = local.partitions.get_mut(partition.index as usize) {
            *place = None;
        }
        if local.partitions.iter().all(Option::is_none) {
            self.by_name.remove(&partition.topic);
            self.names.remove(&partition.topic_id);
        }
    }
}

impl Partition {
    pub(super) fn new(
        log: LogId,
        topic: Rc<str>,
        topic_id: Uuid,
        index: i32,
        leader_epoch: i32,
        high_watermark: i64,
    ) -> Self {
        let internal = cluster::names::is_internal(&topic);
        Self {
            log,
            topic,
            topic_id,
            index,
            internal,
            leader_epoch: Cell::new(leader_epoch),
            cleanup: Cell::default(),
            high_watermark: Cell::new(high_watermark),
            ack_waiters: RefCell::default(),
            fetch_waiters: RefCell::default(),
        }
    }
}

//! The image: all that is known of the cluster at one offset of the metadata log.
//!
//! Every shard holds one and reads it without locks. A clone is one reference count; a change of
//! one topic or broker copies a leaf of a map and shares the rest with all older clones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wire::Uuid;

use crate::error::ReplayError;
use crate::names;
pub use crate::records::Partition;
use crate::records::{
    BrokerChanged, BrokerEpoch, BrokerRegistered, BrokerState, ConfigChanged, LoneReplicasChanged,
    PartitionRecord, Record, ResourceKind,
};
use crate::shared_map::SharedMap;

/// The overrides of one resource, by config name.
pub type Overrides = BTreeMap<String, String>;

static NO_OVERRIDES: Overrides = BTreeMap::new();

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    state: Arc<State>,
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    offset: i64,
    cluster_id: Option<Uuid>,
    brokers: SharedMap<i32, Arc<Broker>>,
    topics: SharedMap<Arc<str>, Arc<Topic>>,
    topic_names: SharedMap<[u8; 16], Arc<str>>,
    /// Names with '.' or '_' under the form in which they would meet in a metric's name.
    metric_names: SharedMap<String, Arc<str>>,
    /// By [`ResourceKind`]; each by the resource's name.
    configs: [SharedMap<String, Arc<Overrides>>; 5],
    next_producer_id: i64,
    features: SharedMap<String, i16>,
    partitions: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            offset: -1,
            cluster_id: None,
            brokers: SharedMap::default(),
            topics: SharedMap::default(),
            topic_names: SharedMap::default(),
            metric_names: SharedMap::default(),
            configs: Default::default(),
            next_producer_id: 0,
            features: SharedMap::default(),
            partitions: 0,
        }
    }
}

/// A shard of a node, as clients know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    pub id: i32,
    pub node_id: i32,
    pub shard: u16,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    /// Fresh per process.
    pub incarnation: Uuid,
    /// Offset of the registration in the metadata log; grows with each registration.
    pub epoch: i64,
    pub state: BrokerState,
    /// Offset of the record that last changed `state`.
    pub changed: i64,
    /// Where other nodes reach it; 0 for a node that is alone.
    pub link_port: u16,
}

impl Broker {
    /// Whether it may lead partitions and be in sync.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == BrokerState::Serving
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub id: Uuid,
    pub name: Arc<str>,
    /// By partition number, without gaps.
    pub partitions: Vec<Arc<Partition>>,
}

impl Topic {
    #[must_use]
    pub fn partition(&self, partition: i32) -> Option<&Partition> {
        let index = usize::try_from(partition).ok()?;
        self.partitions.get(index).map(|partition| &**partition)
    }

    /// Replicas of partition 0, as Kafka reports a topic's replication factor.
    #[must_use]
    pub fn replication_factor(&self) -> i16 {
        let replicas = self.partitions.first().map_or(0, |first| first.replicas.len());
        i16::try_from(replicas).unwrap_or(i16::MAX)
    }

    /// Kept for the broker itself: clients may read it, tools hide it.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        names::is_internal(&self.name)
    }
}

impl Image {
    /// Offset of the last record applied, -1 before the first.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.state.offset
    }

    /// `None` until the cluster is named.
    #[must_use]
    pub fn cluster_id(&self) -> Option<Uuid> {
        self.state.cluster_id
    }

    #[must_use]
    pub fn broker(&self, id: i32) -> Option<&Broker> {
        self.state.brokers.get(&id).map(|broker| &**broker)
    }

    /// All brokers by id: every shard of every node.
    pub fn brokers(&self) -> impl Iterator<Item = &Broker> {
        self.state.brokers.iter().map(|(_, broker)| &**broker)
    }

    #[must_use]
    pub fn broker_count(&self) -> usize {
        self.state.brokers.len()
    }

    /// Ids of the nodes that have brokers.
    #[must_use]
    pub fn node_ids(&self) -> BTreeSet<i32> {
        self.brokers().map(|broker| broker.node_id).collect()
    }

    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.state.topics.get(name)
    }

    #[must_use]
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<Topic>> {
        self.topic(self.state.topic_names.get(&id.0)?)
    }

    /// All topics by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.state.topics.iter().map(|(_, topic)| topic)
    }

    #[must_use]
    pub fn topic_count(&self) -> usize {
        self.state.topics.len()
    }

    #[must_use]
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&Partition> {
        self.topic(topic)?.partition(partition)
    }

    /// Partitions of all topics.
    #[must_use]
    pub fn partition_count(&self) -> usize {
        self.state.partitions
    }

    /// The topic whose name would be one with `name` in a metric's name, where '.' and '_' meet.
    #[must_use]
    pub fn colliding_topic(&self, name: &str) -> Option<&str> {
        let found = self.state.metric_names.get(&names::metric_name(name))?;
        (**found != *name).then_some(found)
    }

    /// What is set on a resource itself; defaults come from [`crate::configs`].
    #[must_use]
    pub fn overrides(&self, kind: ResourceKind, resource: &str) -> &Overrides {
        self.state.configs[kind as usize].get(resource).map_or(&NO_OVERRIDES, |held| held)
    }

    /// Names of the resources of a kind that have overrides.
    pub fn configured(&self, kind: ResourceKind) -> impl Iterator<Item = &str> {
        self.state.configs[kind as usize].iter().map(|(name, _)| name.as_str())
    }

    /// How many resources of a kind have overrides.
    #[must_use]
    pub fn configured_count(&self, kind: ResourceKind) -> usize {
        self.state.configs[kind as usize].len()
    }

    /// The first producer id that nobody was given.
    #[must_use]
    pub fn next_producer_id(&self) -> i64 {
        self.state.next_producer_id
    }

    /// Finalized features and their levels.
    pub fn features(&self) -> impl Iterator<Item = (&str, i16)> {
        self.state.features.iter().map(|(name, level)| (name.as_str(), *level))
    }

    /// Applies the next record: its offset is one more than the last.
    ///
    /// On an error the image may be half changed only if the record was half fitting, which no
    /// record is: each is checked before it changes anything.
    pub fn apply(&mut self, record: &Record) -> Result<(), ReplayError> {
        let offset = self.state.offset + 1;
        Arc::make_mut(&mut self.state).apply(record, offset)
    }

    /// Applies the records of one command, whose last has `last_offset` in the log: all or none.
    pub fn apply_batch(&mut self, records: &[Record], last_offset: i64) -> Result<(), ReplayError> {
        let mut state = State::clone(&self.state);
        let first_offset = last_offset + 1 - records.len() as i64;
        for (index, record) in records.iter().enumerate() {
            state.apply(record, first_offset + index as i64)?;
        }
        state.offset = last_offset;
        self.state = Arc::new(state);
        Ok(())
    }

    /// Applies one record of a snapshot of that `offset`, in place; see [`Image::to_records`]. On
    /// an error the image is of no use.
    pub fn apply_at(&mut self, record: &Record, offset: i64) -> Result<(), ReplayError> {
        Arc::make_mut(&mut self.state).apply(record, offset)
    }

    /// Applies the records of one log entry, all or none: each of them has its index.
    pub fn apply_entry(&mut self, records: &[Record], index: i64) -> Result<(), ReplayError> {
        let mut changed = self.clone();
        let state = Arc::make_mut(&mut changed.state);
        for record in records {
            state.apply(record, index)?;
        }
        state.offset = index;
        *self = changed;
        Ok(())
    }
}

impl State {
    fn apply(&mut self, record: &Record, offset: i64) -> Result<(), ReplayError> {
        match record {
            Record::ClusterCreated(body) => self.name_cluster(body.cluster_id)?,
            Record::BrokerRegistered(body) => {
                let broker = Arc::new(broker_of(body, offset));
                self.brokers.insert(body.broker_id, broker);
            }
            Record::BrokerUnregistered(body) => {
                self.brokers.remove(&body.broker_id);
            }
            Record::TopicCreated(body) => self.create_topic(body.topic_id, &body.name)?,
            Record::PartitionCreated(body) => self.put_partition(record, body, true)?,
            Record::PartitionChanged(body) => self.put_partition(record, body, false)?,
            Record::LoneReplicasChanged(body) => self.change_lone_replicas(body),
            Record::TopicDeleted(body) => self.delete_topic(record, body.topic_id)?,
            Record::ConfigChanged(body) => self.change_config(body),
            Record::ProducerIdsAllocated(body) => self.next_producer_id = body.next_producer_id,
            Record::FeatureLevel(body) if body.level == 0 => {
                self.features.remove(&body.name);
            }
            Record::FeatureLevel(body) => {
                self.features.insert(body.name.clone(), body.level);
            }
            Record::BrokerEpoch(body) => self.set_broker_epoch(body)?,
            Record::BrokerChanged(body) => self.change_broker(body, offset),
        }
        self.offset = offset;
        Ok(())
    }

    fn set_broker_epoch(&mut self, body: &BrokerEpoch) -> Result<(), ReplayError> {
        let broker_id = body.broker_id;
        let broker = self.brokers.get_mut(&broker_id);
        let broker = broker.ok_or(ReplayError::UnknownBroker { broker_id })?;
        let broker = Arc::make_mut(broker);
        broker.epoch = body.epoch;
        broker.changed = body.changed;
        Ok(())
    }

    fn name_cluster(&mut self, new: Uuid) -> Result<(), ReplayError> {
        match self.cluster_id {
            Some(old) if old != new => Err(ReplayError::ClusterId { old, new }),
            _ => {
                self.cluster_id = Some(new);
                Ok(())
            }
        }
    }

    fn create_topic(&mut self, topic_id: Uuid, name: &str) -> Result<(), ReplayError> {
        if self.topics.get(name).is_some() || self.topic_names.get(&topic_id.0).is_some() {
            return Err(ReplayError::TopicExists { name: name.to_owned(), topic_id });
        }
        let name: Arc<str> = Arc::from(name);
        let topic = Topic { id: topic_id, name: Arc::clone(&name), partitions: Vec::new() };
        self.topics.insert(Arc::clone(&name), Arc::new(topic));
        if names::can_collide(&name) {
            self.metric_names.insert(names::metric_name(&name), Arc::clone(&name));
        }
        self.topic_names.insert(topic_id.0, name);
        Ok(())
    }

    fn put_partition(
        &mut self,
        record: &Record,
        body: &PartitionRecord,
        create: bool,
    ) -> Result<(), ReplayError> {
        let unknown = ReplayError::UnknownTopic { record: record.name(), topic_id: body.topic_id };
        let Some(name) = self.topic_names.get(&body.topic_id.0) else {
            return Err(unknown);
        };
        // In place, so that a topic of many partitions is not copied for each of them.
        let topic = self.topics.get_mut(name).map(Arc::make_mut).ok_or(unknown)?;
        let count = topic.partitions.len();
        let index = usize::try_from(body.partition).unwrap_or(usize::MAX);
        let fits = if create { index == count } else { index < count };
        if !fits {
            return Err(ReplayError::PartitionOutOfOrder {
                topic_id: body.topic_id,
                partition: body.partition,
                expected: count as i32,
            });
        }
        let partition = Arc::new(body.state.clone());
        if create {
            topic.partitions.push(partition);
            self.partitions += 1;
        } else {
            topic.partitions[index] = partition;
        }
        Ok(())
    }

    fn change_lone_replicas(&mut self, body: &LoneReplicasChanged) {
        let changed = |partition: &Arc<Partition>| {
            partition.as_lone_replica(body.broker_id, body.leads).map(Arc::new)
        };
        let topics = self.topics.iter().filter(|(_, topic)| {
            topic.partitions.iter().any(|partition| changed(partition).is_some())
        });
        let names: Vec<Arc<str>> = topics.map(|(name, _)| Arc::clone(name)).collect();
        for name in names {
            let Some(topic) = self.topics.get_mut(&name) else { continue };
            for partition in &mut Arc::make_mut(topic).partitions {
                if let Some(after) = changed(partition) {
                    *partition = after;
                }
            }
        }
    }

    fn delete_topic(&mut self, record: &Record, topic_id: Uuid) -> Result<(), ReplayError> {
        let name = self.topic_names.get(&topic_id.0);
        let topic = name
            .and_then(|name| self.topics.get(name))
            .cloned()
            .ok_or(ReplayError::UnknownTopic { record: record.name(), topic_id })?;
        self.topics.remove(&*topic.name);
        self.topic_names.remove(&topic_id.0);
        if names::can_collide(&topic.name) {
            self.metric_names.remove(&names::metric_name(&topic.name));
        }
        self.configs[ResourceKind::Topic as usize].remove(&*topic.name);
        self.partitions -= topic.partitions.len();
        Ok(())
    }

    /// A change of a registration that another took the place of says nothing about this one.
    fn change_broker(&mut self, body: &BrokerChanged, offset: i64) {
        if let Some(held) = self.brokers.get_mut(&body.broker_id)
            && held.epoch == body.epoch
        {
            let held = Arc::make_mut(held);
            held.state = body.state;
            held.changed = offset;
        }
    }

    fn change_config(&mut self, body: &ConfigChanged) {
        let configs = &mut self.configs[body.kind as usize];
        let mut held = configs.get(&body.resource).cloned().unwrap_or_default();
        let overrides = Arc::make_mut(&mut held);
        match &body.value {
            Some(value) => overrides.insert(body.name.clone(), value.clone()),
            None => overrides.remove(&body.name),
        };
        if overrides.is_empty() {
            configs.remove(&body.resource);
        } else {
            configs.insert(body.resource.clone(), held);
        }
    }
}

fn broker_of(body: &BrokerRegistered, epoch: i64) -> Broker {
    Broker {
        id: body.broker_id,
        node_id: body.node_id,
        shard: body.shard,
        host: body.host.clone(),
        port: body.port,
        rack: body.rack.clone(),
        incarnation: body.incarnation,
        epoch,
        state: body.state,
        changed: epoch,
        link_port: body.link_port,
    }
}

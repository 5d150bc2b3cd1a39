//! The image as records: a snapshot is what makes the image from nothing.

use crate::error::ReplayError;
use crate::image::{Broker, Image, Topic};
use crate::records::{
    BrokerEpoch, BrokerRegistered, ClusterCreated, ConfigChanged, FeatureLevel, PartitionRecord,
    ProducerIdsAllocated, Record, ResourceKind, TopicCreated,
};

/// Of the record that tells only how far producer ids were handed out.
const NO_BROKER: i32 = -1;

const KINDS: [ResourceKind; 5] = [
    ResourceKind::Topic,
    ResourceKind::Broker,
    ResourceKind::BrokerLogger,
    ResourceKind::ClientMetrics,
    ResourceKind::Group,
];

impl Image {
    /// Records that make this image from an empty one, by [`Image::from_records`]. They are made
    /// one by one, so an image of any size needs no second copy of itself. Equal images give equal
    /// records.
    pub fn to_records(&self) -> impl Iterator<Item = Record> {
        let cluster = self
            .cluster_id()
            .map(|cluster_id| Record::ClusterCreated(ClusterCreated { cluster_id }));
        let next_producer_id = self.next_producer_id();
        let producers =
            (next_producer_id != 0).then_some(Record::ProducerIdsAllocated(ProducerIdsAllocated {
                broker_id: NO_BROKER,
                next_producer_id,
            }));
        let feature = |(name, level): (&str, i16)| {
            Record::FeatureLevel(FeatureLevel { name: name.to_owned(), level })
        };
        cluster
            .into_iter()
            .chain(self.brokers().flat_map(broker))
            .chain(self.topics().flat_map(|topic| topic_records(topic)))
            .chain(KINDS.into_iter().flat_map(|kind| self.configs(kind)))
            .chain(producers)
            .chain(self.features().map(feature))
    }

    /// The image that [`Image::to_records`] told of, as of `offset` in the metadata log.
    pub fn from_records(
        records: impl IntoIterator<Item = Record>,
        offset: i64,
    ) -> Result<Self, ReplayError> {
        let mut image = Self::default();
        for record in records {
            image.apply_at(&record, offset)?;
        }
        image.apply_entry(&[], offset)?;
        Ok(image)
    }

    fn configs(&self, kind: ResourceKind) -> impl Iterator<Item = Record> {
        self.configured(kind).flat_map(move |resource| {
            self.overrides(kind, resource).iter().map(move |(name, value)| {
                let (resource, name) = (resource.to_owned(), name.clone());
                let value = Some(value.clone());
                Record::ConfigChanged(ConfigChanged { kind, resource, name, value })
            })
        })
    }
}

/// The registration, and the epoch that it got from its place in the log.
fn broker(broker: &Broker) -> [Record; 2] {
    let epoch = BrokerEpoch { broker_id: broker.id, epoch: broker.epoch, changed: broker.changed };
    let registered = BrokerRegistered {
        broker_id: broker.id,
        node_id: broker.node_id,
        shard: broker.shard,
        host: broker.host.clone(),
        port: broker.port,
        rack: broker.rack.clone(),
        incarnation: broker.incarnation,
        link_port: broker.link_port,
        // Only of use when it is decided; the image does not keep them.
        previous_epoch: -1,
        suspect_logs: Vec::new(),
        state: broker.state,
    };
    [Record::BrokerRegistered(registered), Record::BrokerEpoch(epoch)]
}

fn topic_records(topic: &Topic) -> impl Iterator<Item = Record> {
    let created = TopicCreated { topic_id: topic.id, name: topic.name.to_string() };
    let partition = |(partition, state): (i32, &std::sync::Arc<_>)| {
        let state = crate::records::Partition::clone(state);
        Record::PartitionCreated(PartitionRecord { topic_id: topic.id, partition, state })
    };
    std::iter::once(Record::TopicCreated(created))
        .chain((0..).zip(&topic.partitions).map(partition))
}

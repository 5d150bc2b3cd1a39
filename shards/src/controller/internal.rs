//! The topics that the brokers keep for themselves. A start makes those that are missing, so that
//! no client has to wait for one, and a data folder of an older version gets them as well; so does
//! whoever misses one later, because somebody deleted it.

use std::rc::Rc;

use cluster::command::{CreateTopics, NewTopic};
use cluster::configs::{BrokerSettings, View};
use cluster::names::CONSUMER_OFFSETS;
use cluster::{Command, ErrorKind, Image, Reply};

use super::ControllerError;
use crate::runtime::random;
use crate::shard::Shard;

/// Has the controller create what is missing, spread over all shards. One that it refuses (a name
/// that is taken, a config that is out of bounds) stays missing, and the log says why: that is no
/// reason not to serve the rest.
///
/// # Errors
/// The controller did not answer.
pub async fn create(shard: &Rc<Shard>, image: &Image) -> Result<(), ControllerError> {
    if image.topic(CONSUMER_OFFSETS).is_some() {
        return Ok(());
    }
    let topics = vec![consumer_offsets(shard, image)];
    let request = CreateTopics { topics, validate_only: false, seed: random::u64() };
    if let Reply::CreateTopics(results) = shard.command(Command::CreateTopics(request)).await? {
        for result in results {
            // If it exists, another shard was faster.
            if let Err(error) = result.outcome
                && error.kind != ErrorKind::TopicExists
                && shard.groups.tell_missing.is_due(shard.clock.mono_ms())
            {
                let topic = &*result.name;
                tracing::error!(topic, %error, "cannot be created; no groups are served");
            }
        }
    }
    Ok(())
}

/// As Kafka makes it. The values its `offsets.topic.*` configs have now stay with the topic.
fn consumer_offsets(shard: &Shard, image: &Image) -> NewTopic {
    let view = View::new(image, &shard.node.configs, shard.broker_id);
    let settings = BrokerSettings::new(&view).offsets;
    let nodes = i16::try_from(image.node_ids().len()).unwrap_or(i16::MAX);
    let set = |name: &str, value: String| (name.to_owned(), Some(value));
    NewTopic {
        name: CONSUMER_OFFSETS.to_owned(),
        id: random::uuid(),
        num_partitions: settings.topic_num_partitions,
        replication_factor: settings.topic_replication_factor.min(nodes),
        assignments: Vec::new(),
        configs: vec![
            set("cleanup.policy", "compact".to_owned()),
            set("compression.type", "producer".to_owned()),
            set("segment.bytes", settings.topic_segment_bytes.to_string()),
        ],
    }
}

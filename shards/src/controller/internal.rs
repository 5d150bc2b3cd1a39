//! The topics that the brokers keep for themselves. A start makes those that are missing, so that
//! no client has to wait for one, and a data folder of an older version gets them as well; so does
//! whoever misses one later, because somebody deleted it.

use cluster::command::{CreateTopics, NewTopic};
use cluster::configs::{BrokerSettings, View};
use cluster::names::CONSUMER_OFFSETS;
use cluster::{Command, ErrorKind, Image, Reply};

use super::Controller;
use crate::config::NodeConfig;
use crate::runtime::random;

/// The command that creates what is missing, spread over all shards; `None` if nothing is. Its
/// reply is for [`tell`].
pub fn missing(config: &NodeConfig, image: &Image) -> Option<Command> {
    if image.topic(CONSUMER_OFFSETS).is_some() {
        return None;
    }
    let topics = vec![consumer_offsets(config, image)];
    let request = CreateTopics { topics, validate_only: false, seed: random::u64() };
    Some(Command::CreateTopics(request))
}

/// Says in the log which topics of [`missing`] were refused (a name that is taken, a config that is
/// out of bounds), and why: that is no reason not to serve the rest.
pub fn tell(reply: &Reply) {
    let Reply::CreateTopics(results) = reply else { return };
    for result in results {
        // If it exists, another shard was faster.
        if let Err(error) = &result.outcome
            && error.kind != ErrorKind::TopicExists
        {
            let topic = &*result.name;
            tracing::error!(topic, %error, "cannot be created; no groups are served");
        }
    }
}

impl Controller {
    /// As [`tell`], but not more often than people can read.
    pub fn on_created(&self, reply: &Reply, now_ms: u64) {
        if self.tell_missing.is_due(now_ms) {
            tell(reply);
        }
    }
}

/// As Kafka makes it. The values its `offsets.topic.*` configs have now stay with the topic.
fn consumer_offsets(config: &NodeConfig, image: &Image) -> NewTopic {
    let view = View::new(image, &config.configs, cluster::broker_id(config.node_id, 0));
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

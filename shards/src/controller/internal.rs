//! The topics that the brokers keep for themselves. A start makes those that are missing, so that
//! no client has to wait for one, and a data folder of an older version gets them as well; so does
//! whoever misses one later, because somebody deleted it.

use cluster::command::{CreateTopics, NewTopic};
use cluster::configs::BrokerSettings;
use cluster::names::CONSUMER_OFFSETS;
use cluster::{Command, ErrorKind, Image, Reply};

use super::Controller;
use crate::metadata::Metadata;
use crate::runtime::random;

/// The command that creates what is missing, spread over all shards; `None` if nothing is. Its
/// reply is for [`Controller::on_created`].
pub fn missing(metadata: &Metadata, image: &Image) -> Option<Command> {
    if image.topic(CONSUMER_OFFSETS).is_some() {
        return None;
    }
    let topics = vec![consumer_offsets(metadata, image)];
    let request = CreateTopics { topics, validate_only: false, seed: random::u64() };
    Some(Command::CreateTopics(request))
}

impl Controller {
    /// What became of [`missing`]. A topic that is refused (a name that is taken, a config that is
    /// out of bounds) stays missing, and the log says why: that is no reason not to serve the rest.
    pub fn on_created(&self, reply: Reply) {
        let Reply::CreateTopics(results) = reply else { return };
        for result in results {
            // If it exists, another shard was faster.
            if let Err(error) = result.outcome
                && error.kind != ErrorKind::TopicExists
                && self.tell_missing.is_due(self.logs.clock.mono_ms())
            {
                let topic = &*result.name;
                tracing::error!(topic, %error, "cannot be created; no groups are served");
            }
        }
    }
}

/// As Kafka makes it. The values its `offsets.topic.*` configs have now stay with the topic.
fn consumer_offsets(metadata: &Metadata, image: &Image) -> NewTopic {
    let settings = BrokerSettings::new(&metadata.view(image)).offsets;
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

//! The controller: decides what a command does to the cluster.
//!
//! [`Controller::step`] reads the image and answers with records; it changes nothing. The caller
//! appends the records to the metadata log, gives them to [`Controller::replay_batch`] before the
//! next step, and answers the client once they are committed. One file per command is beside this.

mod alter_configs;
mod alter_partition;
mod brokers;
mod change;
mod create_partitions;
mod create_topics;
mod delete_topics;
mod elect_leaders;
mod features;
mod leader_epochs;
mod producer_ids;
mod reassign;
mod register_brokers;
mod register_node;
pub mod sessions;

use std::collections::BTreeSet;

use wire::Uuid;

pub use create_topics::check_replicas;

use crate::command::{Command, Reply};
use crate::configs::StaticConfigs;
use crate::error::{CommandError, ErrorKind, ReplayError};
use crate::image::Image;
use crate::records::{ClusterCreated, Record};

/// What a command leads to: records to append as one batch, and the reply once they are committed.
pub type Step = Result<(Vec<Record>, Reply), CommandError>;

#[derive(Debug, Clone, Default)]
pub struct Controller {
    image: Image,
    fixed: StaticConfigs,
}

impl Controller {
    /// A controller that knows nothing yet. `fixed` are the configs this node was started with.
    #[must_use]
    pub fn new(fixed: StaticConfigs) -> Self {
        Self::with_image(Image::default(), fixed)
    }

    /// A controller that goes on from an image.
    #[must_use]
    pub fn with_image(image: Image, fixed: StaticConfigs) -> Self {
        Self { image, fixed }
    }

    #[must_use]
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Decides `command`. An error refuses it as a whole; items are refused in the reply.
    ///
    /// `now_ms` is Unix time. No command depends on it today; sessions and quotas will.
    pub fn step(&self, now_ms: i64, command: Command) -> Step {
        let _ = now_ms;
        let image = &self.image;
        match command {
            Command::CreateCluster { cluster_id } => self.create_cluster(cluster_id),
            Command::RegisterBrokers(request) => register_brokers::step(image, request),
            Command::CreateTopics(request) => create_topics::step(image, &self.fixed, request),
            Command::DeleteTopics(request) => delete_topics::step(image, &self.fixed, request),
            Command::CreatePartitions(request) => create_partitions::step(image, request),
            Command::AlterConfigs(request) => alter_configs::step(image, &self.fixed, request),
            Command::AllocateProducerIds { broker_id } => producer_ids::step(image, broker_id),
            Command::BumpLeaderEpochs(request) => leader_epochs::step(image, &request),
            Command::SetFeatures(levels) => features::step(image, levels),
            Command::RegisterNode(request) => register_node::step(image, &request),
            Command::ChangeBroker { broker_id, broker_epoch, state } => {
                brokers::change(image, broker_id, broker_epoch, state)
            }
            Command::UnregisterBroker { broker_id } => brokers::unregister(image, broker_id),
            Command::AlterPartition(request) => alter_partition::step(image, &request),
            Command::ElectLeaders(request) => elect_leaders::step(image, &request),
            Command::BalanceLeaders => elect_leaders::balance(image),
            Command::Reassign(request) => reassign::step(image, request),
        }
    }

    /// Applies a committed (or about to be committed) record; see [`Image::apply`].
    pub fn replay(&mut self, record: &Record) -> Result<(), ReplayError> {
        self.image.apply(record)
    }

    /// Applies a command's records, all or none; see [`Image::apply_batch`].
    pub fn replay_batch(
        &mut self,
        records: &[Record],
        last_offset: i64,
    ) -> Result<(), ReplayError> {
        self.image.apply_batch(records, last_offset)
    }

    /// Applies the records of one log entry, all or none; see [`Image::apply_entry`].
    pub fn replay_entry(&mut self, records: &[Record], index: i64) -> Result<(), ReplayError> {
        self.image.apply_entry(records, index)
    }

    fn create_cluster(&self, cluster_id: Uuid) -> Step {
        match self.image.cluster_id() {
            Some(held) if held == cluster_id => Ok((Vec::new(), Reply::ClusterCreated)),
            Some(held) => Err(CommandError::new(
                ErrorKind::InconsistentCluster,
                format!("this cluster is {held} and cannot become {cluster_id}"),
            )),
            None if cluster_id == Uuid::ZERO => {
                Err(CommandError::new(ErrorKind::InvalidRequest, "a cluster's id cannot be zero"))
            }
            None => {
                let record = Record::ClusterCreated(ClusterCreated { cluster_id });
                Ok((vec![record], Reply::ClusterCreated))
            }
        }
    }
}

/// Brokers of one id stand for all: what the controller decides does not hang on a broker's own
/// dynamic configs.
const ANY_BROKER: i32 = -1;

fn refuse<T>(kind: ErrorKind, message: impl Into<String>) -> Result<T, CommandError> {
    Err(CommandError::new(kind, message))
}

/// In the words that tools look for, with the name for people.
fn unknown_topic(name: &str) -> CommandError {
    let message = format!("This server does not host this topic-partition. No topic is {name:?}.");
    CommandError::new(ErrorKind::UnknownTopic, message)
}

fn unknown_topic_id() -> CommandError {
    let message = "This server does not host this topic ID.";
    CommandError::new(ErrorKind::UnknownTopicId, message)
}

/// Names (or ids) that come up more than once in a request.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    let mut repeated = BTreeSet::new();
    for item in items {
        match seen.take(&item) {
            Some(first) => {
                repeated.insert(first);
                seen.insert(item);
            }
            None => {
                seen.insert(item);
            }
        }
    }
    repeated
}

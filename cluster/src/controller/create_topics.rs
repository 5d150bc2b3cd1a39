//! CreateTopics (19): each topic of a request is created as a whole or refused.

use std::collections::BTreeMap;

use wire::Uuid;

use super::{ANY_BROKER, Step, refuse, repeated};
use crate::command::{Assignment, CreateTopicResult, CreateTopics, CreatedTopic, NewTopic, Reply};
use crate::configs::{BrokerSettings, StaticConfigs, View, edit_replace, topic};
use crate::controller::alter_configs::TopicRules;
use crate::error::{CommandError, ErrorKind};
use crate::image::{Broker, Image, Overrides};
use crate::limits::{
    PARTITIONS_PER_REQUEST_MAX, PARTITIONS_PER_TOPIC_MAX, PARTITIONS_TOTAL_MAX,
    REPLICATION_FACTOR_MAX,
};
use crate::names::{CLUSTER_METADATA, check_topic_name};
use crate::placement::Placement;
use crate::records::{
    ConfigChanged, Partition, PartitionRecord, Record, ResourceKind, TopicCreated,
};

pub(super) fn step(image: &Image, fixed: &StaticConfigs, request: CreateTopics) -> Step {
    let twice = repeated(request.topics.iter().map(|topic| topic.name.clone()));
    let mut batch = Batch {
        settings: BrokerSettings::new(&View::new(image, fixed, ANY_BROKER)),
        fixed,
        // Topics of one request must fit each other, too.
        image: image.clone(),
        placement: Placement::new(image, request.seed),
        partitions: 0,
    };
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let outcome = if twice.contains(&topic.name) {
            refuse(ErrorKind::InvalidRequest, "Duplicate topic name.")
        } else {
            batch.create(&topic)
        };
        let outcome = outcome.map(|(mut new, created)| {
            records.append(&mut new);
            created
        });
        results.push(CreateTopicResult { name: topic.name, outcome });
    }
    if request.validate_only {
        records.clear();
    }
    Ok((records, Reply::CreateTopics(results)))
}

/// The cluster as it is with the topics of the request so far.
struct Batch<'a> {
    settings: BrokerSettings,
    fixed: &'a StaticConfigs,
    image: Image,
    placement: Placement,
    partitions: usize,
}

impl Batch<'_> {
    fn create(&mut self, new: &NewTopic) -> Result<(Vec<Record>, CreatedTopic), CommandError> {
        self.check_identity(new)?;
        let overrides = self.check_configs(new)?;
        let replicas =
            if new.assignments.is_empty() { self.place(new)? } else { self.assigned(new)? };
        let mut configs = self.view().describe_overrides(&overrides);
        configs.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let created = CreatedTopic {
            id: new.id,
            num_partitions: replicas.len() as i32,
            replication_factor: replicas[0].len() as i16,
            configs,
        };
        let records = records_of(&self.image, new, replicas, &overrides)?;
        self.partitions += created.num_partitions as usize;
        for record in &records {
            self.image.apply(record).map_err(|error| {
                CommandError::new(ErrorKind::Internal, format!("a checked topic fails: {error}"))
            })?;
        }
        Ok((records, created))
    }

    fn view(&self) -> View<'_> {
        View::new(&self.image, self.fixed, ANY_BROKER)
    }

    fn check_identity(&self, new: &NewTopic) -> Result<(), CommandError> {
        let name = &new.name;
        check_topic_name(name)?;
        if name == CLUSTER_METADATA {
            let message = format!("Creation of internal topic {name} is prohibited.");
            return refuse(ErrorKind::InvalidRequest, message);
        }
        if self.image.topic(name).is_some() {
            return refuse(ErrorKind::TopicExists, format!("Topic '{name}' already exists."));
        }
        if let Some(other) = self.image.colliding_topic(name) {
            let message = format!(
                "Topic '{name}' collides with existing topic: {other} (in the names of metrics \
                 '.' and '_' are one)"
            );
            return refuse(ErrorKind::InvalidTopic, message);
        }
        if new.id == Uuid::ZERO || self.image.topic_by_id(new.id).is_some() {
            let message = format!("topic {name:?} came with an id that is not fresh: {}", new.id);
            return refuse(ErrorKind::Internal, message);
        }
        Ok(())
    }

    fn check_configs(&self, new: &NewTopic) -> Result<Overrides, CommandError> {
        let rules = TopicRules { topic: &new.name, view: self.view() };
        let null = new.configs.iter().filter(|(_, value)| value.is_none());
        let null: Vec<&str> = null.map(|(name, _)| name.as_str()).collect();
        if !null.is_empty() {
            let names = null.join(",");
            let message = format!("Null value not supported for topic configs: {names}");
            return refuse(ErrorKind::InvalidConfig, message);
        }
        // As in Kafka, of two values for one config the last is taken.
        let last: BTreeMap<_, _> = new.configs.iter().cloned().collect();
        let overrides = edit_replace(&last.into_iter().collect::<Vec<_>>(), &rules)
            // Whatever is wrong with configs of a new topic is INVALID_CONFIG in Kafka.
            .map_err(|error| CommandError::new(ErrorKind::InvalidConfig, error.message))?;
        topic::check_together(&overrides)?;
        Ok(overrides)
    }

    /// The controller places.
    fn place(&mut self, new: &NewTopic) -> Result<Vec<Vec<i32>>, CommandError> {
        let partitions = match new.num_partitions {
            -1 => self.settings.num_partitions,
            given => given,
        };
        let factor = match new.replication_factor {
            -1 => self.settings.default_replication_factor,
            given => given,
        };
        if factor < 1 {
            let message =
                "Replication factor must be larger than 0, or -1 to use the default value.";
            return refuse(ErrorKind::InvalidReplicationFactor, message);
        }
        let Ok(partitions @ 1..=PARTITIONS_PER_TOPIC_MAX) = usize::try_from(partitions) else {
            let message = match partitions {
                1.. => format!("a topic has {PARTITIONS_PER_TOPIC_MAX} partitions at most"),
                _ => "Number of partitions was set to an invalid non-positive value.".to_owned(),
            };
            return refuse(ErrorKind::InvalidPartitions, message);
        };
        if factor > REPLICATION_FACTOR_MAX {
            let message = format!("a partition has {REPLICATION_FACTOR_MAX} replicas at most");
            return refuse(ErrorKind::InvalidReplicationFactor, message);
        }
        check_budget(&self.image, partitions, self.partitions)?;
        self.placement.place(partitions, factor)
    }

    /// The request places.
    fn assigned(&mut self, new: &NewTopic) -> Result<Vec<Vec<i32>>, CommandError> {
        let counted = [
            (i32::from(new.replication_factor), "replication factor"),
            (new.num_partitions, "numPartitions"),
        ];
        if let Some((_, what)) = counted.iter().find(|(count, _)| *count != -1) {
            let message = format!(
                "A manual partition assignment was specified, but {what} was not set to -1."
            );
            return refuse(ErrorKind::InvalidRequest, message);
        }
        check_budget(&self.image, new.assignments.len(), self.partitions)?;
        let replicas = in_order(&new.assignments)?;
        for brokers in &replicas {
            check_replicas(&self.image, brokers)?;
            if brokers.len() != replicas[0].len() {
                let message = format!(
                    "The manual partition assignment includes a partition with {} replica(s), but \
                     this is not consistent with previous partitions, which have {} replica(s).",
                    brokers.len(),
                    replicas[0].len()
                );
                return refuse(ErrorKind::InvalidReplicaAssignment, message);
            }
        }
        for brokers in &replicas {
            self.placement.add(brokers);
        }
        Ok(replicas)
    }
}

/// One request, and the cluster, hold so many new partitions at most.
pub(super) fn check_budget(image: &Image, added: usize, before: usize) -> Result<(), CommandError> {
    if before + added > PARTITIONS_PER_REQUEST_MAX {
        let message = format!(
            "one request may create {PARTITIONS_PER_REQUEST_MAX} partitions, this one asks for {} \
             or more: split it",
            before + added
        );
        return refuse(ErrorKind::PolicyViolation, message);
    }
    let held = image.partition_count();
    if held + before + added > PARTITIONS_TOTAL_MAX {
        let message = format!(
            "the cluster has {held} partitions, and {PARTITIONS_TOTAL_MAX} are the most: there is \
             no room for {added} more"
        );
        return refuse(ErrorKind::PolicyViolation, message);
    }
    Ok(())
}

/// By partition number; the numbers must go from 0 without gaps.
fn in_order(assignments: &[Assignment]) -> Result<Vec<Vec<i32>>, CommandError> {
    let mut sorted: Vec<&Assignment> = assignments.iter().collect();
    sorted.sort_by_key(|assignment| assignment.partition);
    for (expected, assignment) in (0..).zip(&sorted) {
        if assignment.partition != expected {
            let partition = assignment.partition;
            let message = match sorted.iter().filter(|other| other.partition == partition).count() {
                1 => "partitions should be a consecutive 0-based integer sequence".to_owned(),
                _ => {
                    format!("Found multiple manual partition assignments for partition {partition}")
                }
            };
            return refuse(ErrorKind::InvalidReplicaAssignment, message);
        }
    }
    Ok(sorted.into_iter().map(|assignment| assignment.broker_ids.clone()).collect())
}

/// Replicas given by hand: brokers that exist, each once, on different nodes.
///
/// # Errors
/// INVALID_REPLICA_ASSIGNMENT
pub fn check_replicas(image: &Image, brokers: &[i32]) -> Result<(), CommandError> {
    let refuse = |why: String| {
        let message = format!("The manual partition assignment includes {why}");
        refuse(ErrorKind::InvalidReplicaAssignment, message)
    };
    if brokers.is_empty() {
        return refuse("an empty replica list.".into());
    }
    if brokers.len() > REPLICATION_FACTOR_MAX as usize {
        return refuse(format!("more than {REPLICATION_FACTOR_MAX} replicas of one partition."));
    }
    let mut nodes: Vec<(i32, i32)> = Vec::with_capacity(brokers.len());
    for &id in brokers {
        let Some(broker) = image.broker(id) else {
            return refuse(format!("broker {id}, but no such broker is registered."));
        };
        match nodes.iter().find(|(_, node)| *node == broker.node_id) {
            Some((other, _)) if *other == id => {
                return refuse(format!("the broker {id} more than once."));
            }
            Some((other, node)) => {
                return refuse(format!(
                    "brokers {other} and {id}, which are both on node {node}: a node that fails \
                     would take both."
                ));
            }
            None => nodes.push((id, broker.node_id)),
        }
    }
    Ok(())
}

/// A partition that begins: who runs is in sync, and the first of them leads.
pub(super) fn first_state(
    image: &Image,
    partition: i32,
    replicas: Vec<i32>,
) -> Result<Partition, CommandError> {
    let mut state = Partition::new(replicas);
    state.isr.retain(|id| image.broker(*id).is_some_and(Broker::is_active));
    let Some(&leader) = state.isr.first() else {
        let message = format!("no broker that partition {partition} is assigned to is running");
        return refuse(ErrorKind::InvalidReplicaAssignment, message);
    };
    state.leader = leader;
    Ok(state)
}

fn records_of(
    image: &Image,
    new: &NewTopic,
    replicas: Vec<Vec<i32>>,
    overrides: &Overrides,
) -> Result<Vec<Record>, CommandError> {
    let topic_id = new.id;
    let topic = Record::TopicCreated(TopicCreated { topic_id, name: new.name.clone() });
    let mut partitions = Vec::with_capacity(replicas.len());
    for (partition, replicas) in (0..).zip(replicas) {
        let state = first_state(image, partition, replicas)?;
        partitions.push(Record::PartitionCreated(PartitionRecord { topic_id, partition, state }));
    }
    let configs = overrides.iter().map(|(name, value)| {
        Record::ConfigChanged(ConfigChanged {
            kind: ResourceKind::Topic,
            resource: new.name.clone(),
            name: name.clone(),
            value: Some(value.clone()),
        })
    });
    Ok(std::iter::once(topic).chain(partitions).chain(configs).collect())
}

//! CreatePartitions (37): more partitions for topics, never fewer.

use super::create_topics::{check_budget, check_replicas, first_state};
use super::{Step, refuse, repeated, unknown_topic};
use crate::command::{CreatePartitions, CreatePartitionsResult, MorePartitions, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Image, Topic};
use crate::limits::PARTITIONS_PER_TOPIC_MAX;
use crate::placement::Placement;
use crate::records::{PartitionRecord, Record};

pub(super) fn step(image: &Image, request: CreatePartitions) -> Step {
    let twice = repeated(request.topics.iter().map(|topic| topic.name.clone()));
    let mut placement = Placement::new(image, request.seed);
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.topics.len());
    for more in request.topics {
        let outcome = if twice.contains(&more.name) {
            refuse(ErrorKind::InvalidRequest, "Duplicate topic name.")
        } else {
            grow(image, &mut placement, &more, records.len())
        };
        let outcome = outcome.map(|mut added| records.append(&mut added));
        results.push(CreatePartitionsResult { name: more.name, outcome });
    }
    if request.validate_only {
        records.clear();
    }
    Ok((records, Reply::CreatePartitions(results)))
}

/// `before` partitions are added by earlier topics of the request.
fn grow(
    image: &Image,
    placement: &mut Placement,
    more: &MorePartitions,
    before: usize,
) -> Result<Vec<Record>, CommandError> {
    let Some(topic) = image.topic(&more.name) else {
        return Err(unknown_topic(&more.name));
    };
    let added = check_count(image, topic, more.count, before)?;
    let replicas = match &more.assignments {
        None => placement.place(added, topic.replication_factor())?,
        Some(assignments) => {
            check_assignments(image, topic, assignments, added)?;
            for replicas in assignments {
                placement.add(replicas);
            }
            assignments.clone()
        }
    };
    let first = topic.partitions.len() as i32;
    let record = |(partition, replicas)| {
        let state = first_state(image, partition, replicas)?;
        let topic_id = topic.id;
        Ok(Record::PartitionCreated(PartitionRecord { topic_id, partition, state }))
    };
    (first..).zip(replicas).map(record).collect()
}

fn check_count(
    image: &Image,
    topic: &Topic,
    count: i32,
    before: usize,
) -> Result<usize, CommandError> {
    let (name, held) = (&topic.name, topic.partitions.len());
    let Some(added) = usize::try_from(count).ok().and_then(|count| count.checked_sub(held)) else {
        let message = format!(
            "The topic {name} currently has {held} partition(s); {count} would not be an increase."
        );
        return refuse(ErrorKind::InvalidPartitions, message);
    };
    if added == 0 {
        let message = format!("Topic already has {held} partition(s).");
        return refuse(ErrorKind::InvalidPartitions, message);
    }
    if held + added > PARTITIONS_PER_TOPIC_MAX {
        let message = format!("a topic has {PARTITIONS_PER_TOPIC_MAX} partitions at most");
        return refuse(ErrorKind::InvalidPartitions, message);
    }
    check_budget(image, added, before)?;
    Ok(added)
}

fn check_assignments(
    image: &Image,
    topic: &Topic,
    assignments: &[Vec<i32>],
    added: usize,
) -> Result<(), CommandError> {
    if assignments.len() != added {
        let message = format!(
            "Attempted to add {added} additional partition(s), but only {} assignment(s) were \
             specified.",
            assignments.len()
        );
        return refuse(ErrorKind::InvalidReplicaAssignment, message);
    }
    let factor = topic.replication_factor() as usize;
    for replicas in assignments {
        check_replicas(image, replicas)?;
        if replicas.len() != factor {
            let message = format!(
                "The manual partition assignment includes a partition with {} replica(s), but this \
                 is not consistent with previous partitions, which have {factor} replica(s).",
                replicas.len()
            );
            return refuse(ErrorKind::InvalidReplicaAssignment, message);
        }
    }
    Ok(())
}

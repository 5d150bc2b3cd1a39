//! CreatePartitions (37): more partitions for topics, never fewer.

use super::create_topics::{check_replicas, first_state};
use super::{Step, refuse, repeated};
use crate::command::{CreatePartitions, CreatePartitionsResult, MorePartitions, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Image, Topic};
use crate::limits::{PARTITIONS_PER_REQUEST_MAX, PARTITIONS_PER_TOPIC_MAX, PARTITIONS_TOTAL_MAX};
use crate::placement::Placement;
use crate::records::{PartitionRecord, Record};

pub(super) fn step(image: &Image, request: CreatePartitions) -> Step {
    let twice = repeated(request.topics.iter().map(|topic| topic.name.clone()));
    let mut placement = Placement::new(image, request.seed);
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.topics.len());
    for more in request.topics {
        let outcome = if twice.contains(&more.name) {
            let message = format!("topic {:?} is named more than once in the request", more.name);
            refuse(ErrorKind::InvalidRequest, message)
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
        let message = format!("there is no topic {:?}", more.name);
        return refuse(ErrorKind::UnknownTopic, message);
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
            "topic {name:?} has {held} partitions; {count} would not be more, and partitions \
             cannot be taken away"
        );
        return refuse(ErrorKind::InvalidPartitions, message);
    };
    if added == 0 {
        let message = format!("topic {name:?} has {held} partitions already");
        return refuse(ErrorKind::InvalidPartitions, message);
    }
    if held + added > PARTITIONS_PER_TOPIC_MAX {
        let message = format!("a topic has {PARTITIONS_PER_TOPIC_MAX} partitions at most");
        return refuse(ErrorKind::InvalidPartitions, message);
    }
    check_budget(image, added, before)?;
    Ok(added)
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

fn check_assignments(
    image: &Image,
    topic: &Topic,
    assignments: &[Vec<i32>],
    added: usize,
) -> Result<(), CommandError> {
    if assignments.len() != added {
        let message = format!(
            "{added} partitions are to be added, and replicas are given for {}",
            assignments.len()
        );
        return refuse(ErrorKind::InvalidReplicaAssignment, message);
    }
    let factor = topic.replication_factor() as usize;
    let first = topic.partitions.len();
    for (partition, replicas) in (first..).zip(assignments) {
        check_replicas(image, partition, replicas)?;
        if replicas.len() != factor {
            let message = format!(
                "partition {partition} is given {} replicas, and the topic's partitions have \
                 {factor}",
                replicas.len()
            );
            return refuse(ErrorKind::InvalidReplicaAssignment, message);
        }
    }
    Ok(())
}

//! ElectLeaders (43): the first replica leads again, or any replica whatever it lost.

use super::Step;
use super::change::Change;
use crate::command::{ElectLeaders, Election, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::Image;
use crate::limits::ELECTIONS_PER_PASS_MAX;
use crate::records::{LogId, Record};

pub(super) fn step(image: &Image, request: &ElectLeaders) -> Step {
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.partitions.len());
    let mut seen = std::collections::BTreeSet::new();
    for log in &request.partitions {
        let outcome = if seen.insert(*log) {
            elect(image, *log, request.election)
        } else {
            Err(CommandError::new(ErrorKind::InvalidRequest, "the partition is named twice"))
        };
        results.push((*log, outcome.map(|record| records.push(record))));
    }
    Ok((records, Reply::LeadersElected(results)))
}

/// Leaders that are not the first replica though it is in sync: a bounded part of them a pass.
pub(super) fn balance(image: &Image) -> Step {
    let mut records = Vec::new();
    let mut results = Vec::new();
    for topic in image.topics() {
        for (partition, state) in (0..).zip(&topic.partitions) {
            if results.len() == ELECTIONS_PER_PASS_MAX {
                break;
            }
            let log = LogId { topic_id: topic.id, partition };
            let misplaced = state.leader >= 0 && state.replicas.first() != Some(&state.leader);
            if misplaced && let Ok(record) = elect(image, log, Election::Preferred) {
                records.push(record);
                results.push((log, Ok(())));
            }
        }
    }
    Ok((records, Reply::LeadersElected(results)))
}

fn elect(image: &Image, log: LogId, election: Election) -> Result<Record, CommandError> {
    let refuse = |kind, message: String| Err(CommandError::new(kind, message));
    let Some(topic) = image.topic_by_id(log.topic_id) else {
        let message = format!("there is no topic of id {}", log.topic_id);
        return refuse(ErrorKind::UnknownTopicId, message);
    };
    let Some(change) = Change::new(image, topic, log.partition) else {
        let message = format!("topic {:?} has no partition {}", topic.name, log.partition);
        return refuse(ErrorKind::UnknownTopic, message);
    };
    let held = &topic.partitions[log.partition as usize];
    let (done, change) = match election {
        Election::Preferred => (held.replicas.first() == Some(&held.leader), change.preferred()),
        Election::Unclean => (held.leader >= 0, change.unclean()),
    };
    if done {
        return refuse(ErrorKind::ElectionNotNeeded, "it leads already".into());
    }
    let record = change.record();
    let leader = match &record {
        Some(Record::PartitionChanged(body)) => body.state.leader,
        _ => held.leader,
    };
    match (record, election) {
        (Some(record), Election::Preferred) if held.replicas.first() == Some(&leader) => Ok(record),
        (Some(record), Election::Unclean) if leader >= 0 => Ok(record),
        (_, Election::Preferred) => refuse(
            ErrorKind::PreferredLeaderNotAvailable,
            "the first replica is not in sync or not running".into(),
        ),
        (_, Election::Unclean) => {
            refuse(ErrorKind::EligibleLeadersNotAvailable, "no replica is running".into())
        }
    }
}

//! AlterPartitionReassignments (45, KIP-455): replicas move, or a move is taken back.

use super::change::Change;
use super::{Step, refuse};
use crate::command::{Reassign, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Image, Partition};
use crate::limits::REPLICATION_FACTOR_MAX;
use crate::node_of;
use crate::records::{LogId, Record};

pub(super) fn step(image: &Image, request: Reassign) -> Step {
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.partitions.len());
    let mut seen = std::collections::BTreeSet::new();
    for (log, target) in request.partitions {
        let outcome = if seen.insert(log) {
            reassign(image, log, target)
        } else {
            refuse(ErrorKind::InvalidRequest, "the partition is named twice")
        };
        results.push((log, outcome.map(|record| records.extend(record))));
    }
    Ok((records, Reply::Reassigned(results)))
}

fn reassign(
    image: &Image,
    log: LogId,
    target: Option<Vec<i32>>,
) -> Result<Option<Record>, CommandError> {
    let topic = image.topic_by_id(log.topic_id);
    let held = topic.and_then(|topic| Some((topic, topic.partition(log.partition)?)));
    let Some((topic, held)) = held else {
        let message = format!("there is no partition {} of topic {}", log.partition, log.topic_id);
        return refuse(ErrorKind::UnknownTopic, message);
    };
    let change = Change::new(image, topic, log.partition);
    let change = match target {
        None => change.map(|change| cancel(change, held)).transpose()?,
        Some(target) => {
            check_target(image, held, &target)?;
            change.map(|change| begin(change, held, &target)).transpose()?
        }
    };
    Ok(change.and_then(Change::record))
}

/// Wanted replicas first, then those to be taken away once the wanted are in sync. What an earlier
/// reassignment was adding and this one does not want goes at once: it was never a replica by
/// itself, and taking this one back must not make it one.
fn begin<'a>(
    change: Change<'a>,
    held: &Partition,
    target: &[i32],
) -> Result<Change<'a>, CommandError> {
    let original = |id: &&i32| !held.adding.contains(id);
    let removing = held.replicas.iter().filter(original).filter(|id| !target.contains(id));
    let removing: Vec<i32> = removing.copied().collect();
    let is_new = |id: &&i32| !held.replicas.contains(id) || held.adding.contains(id);
    let adding: Vec<i32> = target.iter().filter(is_new).copied().collect();
    let replicas: Vec<i32> = target.iter().chain(&removing).copied().collect();
    let isr = in_sync_of(held, &replicas)?;
    Ok(change.isr(isr).replicas(replicas, adding, removing))
}

/// Members of the ISR that stay replicas. Of those that may be elected by what they have, somebody
/// must stay: in the ISR, else in the ELR, else the last known leader.
fn in_sync_of(held: &Partition, replicas: &[i32]) -> Result<Vec<i32>, CommandError> {
    let stay = |ids: &[i32]| -> Vec<i32> {
        ids.iter().copied().filter(|id| replicas.contains(id)).collect()
    };
    let candidates = [&held.isr, &held.elr, &held.last_known_elr];
    let candidates = candidates.into_iter().find(|ids| !ids.is_empty());
    if candidates.is_some_and(|ids| stay(ids).is_empty()) {
        let message = "only replicas that were being added have what is committed: taking them \
                       away would lose it";
        return refuse(ErrorKind::InvalidReplicaAssignment, message);
    }
    Ok(stay(&held.isr))
}

fn cancel<'a>(change: Change<'a>, held: &Partition) -> Result<Change<'a>, CommandError> {
    if held.adding.is_empty() && held.removing.is_empty() {
        let message = "no reassignment is in progress that could be taken back";
        return refuse(ErrorKind::NoReassignmentInProgress, message);
    }
    let original = |id: &i32| !held.adding.contains(id);
    let replicas: Vec<i32> = held.replicas.iter().copied().filter(original).collect();
    let isr = in_sync_of(held, &replicas)?;
    Ok(change.isr(isr).replicas(replicas, Vec::new(), Vec::new()))
}

/// Brokers that exist, each once, one per node; a replica may move between the cores of a node:
/// for that time the node has two, one that comes and one that goes.
fn check_target(image: &Image, held: &Partition, target: &[i32]) -> Result<(), CommandError> {
    let invalid = |why: String| refuse(ErrorKind::InvalidReplicaAssignment, why);
    if target.is_empty() || target.len() > REPLICATION_FACTOR_MAX as usize {
        return invalid(format!("{} replicas are not possible", target.len()));
    }
    for (index, id) in target.iter().enumerate() {
        let known = image.broker(*id);
        let Some(broker) = known else {
            return invalid(format!("broker {id} is not registered"));
        };
        if !held.replicas.contains(id) && !broker.is_active() {
            return invalid(format!("broker {id} is not running, so it cannot take a replica"));
        }
        if let Some(other) = target[..index].iter().find(|other| node_of(**other) == node_of(*id)) {
            return invalid(format!("brokers {other} and {id} are on one node"));
        }
    }
    Ok(())
}

//! RegisterNode: a process begins, with all its shards, and tells which logs it cannot trust.
//!
//! A new process never leads on where the one before it died: it may have sent what it did not
//! sync, and would write other records at the same offsets in the same epoch. So in the batch of
//! its registration it leaves every ISR and every leadership.

use std::collections::BTreeSet;

use super::brokers::with;
use super::change::of_broker;
use super::register_brokers::{check_cluster, check_gone, check_room, check_shards};
use super::{Step, refuse};
use crate::command::{RegisterNode, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Broker, Image};
use crate::mutants::{Mutant, on};
use crate::records::{BrokerRegistered, BrokerState, BrokerUnregistered, LogId, Record};

pub(super) fn step(image: &Image, request: &RegisterNode) -> Step {
    check_cluster(image, request.cluster_id)?;
    let node_id = check_shards(&request.brokers)?;
    let held: Vec<&Broker> = image.brokers().filter(|broker| broker.node_id == node_id).collect();
    if is_repeated(&held, request) {
        return Ok((Vec::new(), Reply::BrokersRegistered));
    }
    // Who names the process before it as its own has its folder, and holds that folder's lock: the
    // other is dead. Without that only silence proves it.
    let succeeds = held.iter().all(|broker| request.predecessors.contains(&broker.incarnation));
    if !succeeds && request.session_lives {
        let message = format!(
            "node {node_id} is running with another data folder: stop it first, or wait until its \
             session is over"
        );
        return refuse(ErrorKind::DuplicateBroker, message);
    }
    let named: BTreeSet<i32> = request.brokers.iter().map(|broker| broker.broker_id).collect();
    let gone: Vec<&Broker> =
        held.iter().copied().filter(|broker| !named.contains(&broker.id)).collect();
    check_gone(image, &gone)?;
    check_room(image, &named, gone.len())?;
    let mut records: Vec<Record> = gone
        .iter()
        .map(|broker| Record::BrokerUnregistered(BrokerUnregistered { broker_id: broker.id }))
        .collect();
    for broker in &request.brokers {
        let suspects = if succeeds {
            suspects_of(request, broker.broker_id)
        } else {
            // Another folder: it has nothing of what the one before promised.
            logs_of(image, broker.broker_id)
        };
        register(image, broker, suspects, !succeeds, &mut records)?;
    }
    Ok((records, Reply::BrokersRegistered))
}

/// The answer was lost, and the request came again.
fn is_repeated(held: &[&Broker], request: &RegisterNode) -> bool {
    held.len() == request.brokers.len()
        && request.brokers.iter().all(|new| {
            held.iter().any(|old| old.id == new.broker_id && old.incarnation == new.incarnation)
        })
}

fn suspects_of(request: &RegisterNode, broker_id: i32) -> Vec<LogId> {
    let of_broker = request.suspects.iter().filter(|(broker, _)| *broker == broker_id);
    of_broker.map(|(_, log)| *log).collect()
}

fn logs_of(image: &Image, broker_id: i32) -> Vec<LogId> {
    let mut logs = Vec::new();
    for topic in image.topics() {
        for (partition, state) in (0..).zip(&topic.partitions) {
            if state.replicas.contains(&broker_id) {
                logs.push(LogId { topic_id: topic.id, partition });
            }
        }
    }
    logs
}

fn register(
    image: &Image,
    broker: &BrokerRegistered,
    suspect_logs: Vec<LogId>,
    stranger: bool,
    records: &mut Vec<Record>,
) -> Result<(), CommandError> {
    let broker_id = broker.broker_id;
    let resumes = on(Mutant::RestartResumesEpoch);
    let record = Record::BrokerRegistered(BrokerRegistered {
        previous_epoch: image.broker(broker_id).map_or(-1, |held| held.epoch),
        suspect_logs: suspect_logs.clone(),
        state: if resumes { BrokerState::Serving } else { BrokerState::Fenced },
        ..broker.clone()
    });
    records.push(record);
    if resumes {
        return Ok(());
    }
    let suspects: BTreeSet<LogId> = suspect_logs.into_iter().collect();
    let after = with(image, records)?;
    records.extend(of_broker(&after, broker_id, |change, _, topic, partition| {
        let log = LogId { topic_id: topic.id, partition };
        let change = change.without(broker_id, suspects.contains(&log));
        Some(if stranger { change.stranger(broker_id) } else { change })
    }));
    Ok(())
}

//! AlterPartition (56, KIP-497): a leader asks for a change of its ISR.

use super::brokers::registered;
use super::change::Change;
use super::{Step, refuse};
use crate::command::{AlterPartition, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Image, Partition, Topic};
use crate::mutants::{Mutant, on};
use crate::replication::min_insync_replicas;

pub(super) fn step(image: &Image, request: &AlterPartition) -> Step {
    registered(image, request.broker_id, request.broker_epoch)?;
    let Some(topic) = image.topic_by_id(request.log.topic_id) else {
        let message = format!("there is no topic of id {}", request.log.topic_id);
        return refuse(ErrorKind::UnknownTopicId, message);
    };
    let Some(held) = topic.partition(request.log.partition) else {
        let message = format!("{:?} has no partition {}", topic.name, request.log.partition);
        return refuse(ErrorKind::UnknownTopic, message);
    };
    check_epochs(held, request)?;
    check_members(held, request)?;
    check_view(image, topic, request)?;
    check_eligible(image, request)?;
    let isr = request.change.isr.iter().map(|(broker, _)| *broker).collect();
    let change = Change::new(image, topic, request.log.partition).map(|change| {
        let change = change.isr(isr);
        if request.change.recovering { change } else { change.recovered() }
    });
    let record = change.and_then(Change::record);
    Ok((record.into_iter().collect(), Reply::PartitionAltered))
}

fn check_epochs(held: &Partition, request: &AlterPartition) -> Result<(), CommandError> {
    let change = &request.change;
    let asked = (change.leader_epoch, change.partition_epoch);
    if asked.0 > held.leader_epoch || asked.1 > held.partition_epoch {
        let message = format!(
            "the request knows leader epoch {} and partition epoch {}, this controller only {} \
             and {}: another is newer",
            asked.0, asked.1, held.leader_epoch, held.partition_epoch
        );
        return refuse(ErrorKind::NotController, message);
    }
    if asked.0 < held.leader_epoch {
        let message = format!("leader epoch {} is over: it is {}", asked.0, held.leader_epoch);
        return refuse(ErrorKind::FencedLeaderEpoch, message);
    }
    if request.broker_id != held.leader {
        let message = format!("broker {} does not lead, {} does", request.broker_id, held.leader);
        return refuse(ErrorKind::InvalidRequest, message);
    }
    if asked.1 < held.partition_epoch {
        let message =
            format!("partition epoch {} is past: it is {}", asked.1, held.partition_epoch);
        return refuse(ErrorKind::InvalidUpdateVersion, message);
    }
    Ok(())
}

fn check_members(held: &Partition, request: &AlterPartition) -> Result<(), CommandError> {
    let change = &request.change;
    let isr: Vec<i32> = change.isr.iter().map(|(broker, _)| *broker).collect();
    let invalid = |message: String| refuse(ErrorKind::InvalidRequest, message);
    if let Some(other) = isr.iter().find(|id| !held.replicas.contains(id)) {
        return invalid(format!("broker {other} has no replica, so it cannot be in sync"));
    }
    if !isr.contains(&request.broker_id) {
        return invalid("a leader is in sync with itself".into());
    }
    if (1..isr.len()).any(|index| isr[..index].contains(&isr[index])) {
        return invalid("a member is named twice".into());
    }
    if change.recovering && isr.len() > 1 {
        return invalid("a leader that recovers is in sync with itself only".into());
    }
    if change.recovering && !held.recovering {
        return invalid("a leader that has recovered does not recover again".into());
    }
    Ok(())
}

/// The leader moves its high watermark by the minimum it knows: with another one, what it asks for
/// would make promises to the ELR that it does not keep. It asks again once it has the image.
fn check_view(image: &Image, topic: &Topic, request: &AlterPartition) -> Result<(), CommandError> {
    let min_isr = min_insync_replicas(image, &topic.name);
    let asked = request.change.min_isr;
    if asked == min_isr || on(Mutant::IsrCommittedByRpcAnswer) {
        return Ok(());
    }
    let message = format!("min.insync.replicas is {min_isr}, the leader goes by {asked}");
    refuse(ErrorKind::InvalidUpdateVersion, message)
}

fn check_eligible(image: &Image, request: &AlterPartition) -> Result<(), CommandError> {
    for &(id, epoch) in &request.change.isr {
        let why = match image.broker(id) {
            None => "is not registered".to_owned(),
            Some(broker) if broker.epoch != epoch && !on(Mutant::ExpandIgnoresBrokerEpoch) => {
                format!("registered under epoch {}, not {epoch}", broker.epoch)
            }
            Some(broker) if !broker.is_active() && !on(Mutant::ExpandAdmitsFenced) => {
                format!("cannot be in sync while it is {:?}", broker.state)
            }
            // It was fenced in between and has come back: the leader may have gone on without it.
            Some(broker)
                if broker.changed > request.change.image_offset && id != request.broker_id =>
            {
                "changed since the leader looked".to_owned()
            }
            Some(_) => continue,
        };
        return refuse(ErrorKind::IneligibleReplica, format!("broker {id} {why}"));
    }
    Ok(())
}

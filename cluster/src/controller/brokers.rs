//! Fencing, serving and stopping of a broker, and taking one away for good.

use super::change::{Change, of_broker};
use super::{Step, refuse};
use crate::command::Reply;
use crate::error::{CommandError, ErrorKind};
use crate::image::{Broker, Image};
use crate::records::{BrokerChanged, BrokerState, BrokerUnregistered, Record};

/// A broker's new state, and what follows for its partitions, as one batch.
pub(super) fn change(image: &Image, broker_id: i32, epoch: i64, state: BrokerState) -> Step {
    let broker = registered(image, broker_id, epoch)?;
    let before = broker.state;
    if before == state {
        return Ok((Vec::new(), Reply::BrokerChanged));
    }
    if state == BrokerState::ShuttingDown && before == BrokerState::Fenced {
        let message = format!("broker {broker_id} is fenced: it holds nothing to hand over");
        return refuse(ErrorKind::InvalidRequest, message);
    }
    if state == BrokerState::Serving && before == BrokerState::ShuttingDown {
        let message = format!("broker {broker_id} is stopping: it registers again to serve");
        return refuse(ErrorKind::InvalidRequest, message);
    }
    let mut records =
        vec![Record::BrokerChanged(BrokerChanged { broker_id, epoch: broker.epoch, state })];
    let after = with(image, &records)?;
    records.extend(match state {
        // Partitions without a leader may have one now.
        BrokerState::Serving => of_broker(&after, broker_id, |change, partition, _, _| {
            (partition.leader < 0).then_some(change)
        }),
        BrokerState::Fenced | BrokerState::ShuttingDown => leave(&after, broker_id, false),
    });
    Ok((records, Reply::BrokerChanged))
}

/// UnregisterBroker (64): nothing is expected of it any more.
pub(super) fn unregister(image: &Image, broker_id: i32) -> Step {
    let Some(broker) = image.broker(broker_id) else {
        let message = format!("broker {broker_id} is not registered");
        return refuse(ErrorKind::UnknownBroker, message);
    };
    if broker.state != BrokerState::Fenced {
        let message = format!("broker {broker_id} is running: stop it before it is unregistered");
        return refuse(ErrorKind::InvalidRequest, message);
    }
    let mut records = vec![Record::BrokerUnregistered(BrokerUnregistered { broker_id })];
    let after = with(image, &records)?;
    records.extend(leave(&after, broker_id, true));
    Ok((records, Reply::BrokerChanged))
}

/// Out of every ISR and every leadership; the ELR keeps it unless it is a suspect.
fn leave(image: &Image, broker_id: i32, suspect: bool) -> Vec<Record> {
    of_broker(image, broker_id, |change: Change<'_>, _, _, _| {
        Some(change.without(broker_id, suspect))
    })
}

/// The broker, if `epoch` is that of the process that is registered.
pub(super) fn registered(
    image: &Image,
    broker_id: i32,
    epoch: i64,
) -> Result<&Broker, CommandError> {
    match image.broker(broker_id) {
        None => refuse(ErrorKind::UnknownBroker, format!("broker {broker_id} is not registered")),
        Some(broker) if broker.epoch != epoch => refuse(
            ErrorKind::StaleBrokerEpoch,
            format!("broker {broker_id} registered under epoch {}, not {epoch}", broker.epoch),
        ),
        Some(broker) => Ok(broker),
    }
}

/// The image with the records that a batch has so far.
pub(super) fn with(image: &Image, records: &[Record]) -> Result<Image, CommandError> {
    let mut after = image.clone();
    for record in records {
        after.apply(record).map_err(|error| {
            CommandError::new(ErrorKind::Internal, format!("a checked record fails: {error}"))
        })?;
    }
    Ok(after)
}

//! AllocateProducerIds (67): blocks of producer ids, so that brokers need not ask for each.

use super::{Step, refuse};
use crate::command::{ProducerIdBlock, Reply};
use crate::error::ErrorKind;
use crate::image::Image;
use crate::limits::PRODUCER_ID_BLOCK_LEN;
use crate::records::{ProducerIdsAllocated, Record};

pub(super) fn step(image: &Image, broker_id: i32) -> Step {
    if image.broker(broker_id).is_none() {
        let message = format!("broker {broker_id} is not registered, so it gets no producer ids");
        return refuse(ErrorKind::UnknownBroker, message);
    }
    let first = image.next_producer_id();
    let len = PRODUCER_ID_BLOCK_LEN;
    let Some(next_producer_id) = first.checked_add(i64::from(len)) else {
        return refuse(
            ErrorKind::Internal,
            format!("there are no producer ids left after {first}"),
        );
    };
    let record = Record::ProducerIdsAllocated(ProducerIdsAllocated { broker_id, next_producer_id });
    Ok((vec![record], Reply::ProducerIds(ProducerIdBlock { first, len })))
}

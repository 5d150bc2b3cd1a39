//! DescribeProducers (key 61), version 0 (KIP-664): the idempotent producers that partitions
//! remember.

use std::rc::Rc;

use storage::ProducerInfo;
use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::describe_producers_response::{
    PartitionResponse, ProducerState, TopicResponse,
};
use wire::messages::{DescribeProducersRequest, DescribeProducersResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeProducersRequest<'_> = ctx.decode(body)?;
    let topics = request.topics.iter().map(|topic| TopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partition_indexes
            .iter()
            .map(|&index| partition(shard, &topic.name, index))
            .collect(),
    });
    let topics = topics.collect();
    ctx.respond(&DescribeProducersResponse { topics, ..Default::default() })
}

fn partition(shard: &Shard, topic: &str, index: i32) -> PartitionResponse<'static> {
    match shard.partitions.led_here(TopicRef::Name(topic), index) {
        Ok(partition) => {
            let producers = shard.logs.store().producers(partition.log);
            PartitionResponse {
                partition_index: index,
                error_code: ErrorCode::None as i16,
                active_producers: producers.iter().map(state).collect(),
                ..Default::default()
            }
        }
        Err(code) => PartitionResponse {
            partition_index: index,
            error_code: code as i16,
            ..Default::default()
        },
    }
}

fn state(producer: &ProducerInfo) -> ProducerState {
    ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.producer_epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp_ms,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_transaction_start_offset,
    }
}

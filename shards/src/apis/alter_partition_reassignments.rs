//! AlterPartitionReassignments (key 45), versions 0–1 (KIP-455).
//!
//! Partitions do not move yet. What asks for the replicas that a partition has is done already;
//! what Kafka refuses is refused with its codes; any other move is INVALID_REPLICA_ASSIGNMENT.

use std::rc::Rc;

use cluster::Image;
use cluster::controller::check_replicas;
use wire::ErrorCode;
use wire::messages::alter_partition_reassignments_request::ReassignablePartition;
use wire::messages::alter_partition_reassignments_response::{
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use wire::messages::{AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::shard::Shard;

/// The text may be missing: Kafka has none for one.
type Refusal = (ErrorCode, Option<String>);

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: AlterPartitionReassignmentsRequest<'_> = ctx.decode(body)?;
    let image = shard.image();
    let responses = request.topics.iter().map(|topic| ReassignableTopicResponse {
        name: topic.name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|asked| answer(asked.partition_index, reassign(&image, &topic.name, asked)))
            .collect(),
    });
    ctx.respond(&AlterPartitionReassignmentsResponse {
        responses: responses.collect(),
        allow_replication_factor_change: request.allow_replication_factor_change,
        // As Kafka answers a request for nothing.
        error_message: request.topics.is_empty().then(|| "".into()),
        ..Default::default()
    })
}

fn answer(
    partition_index: i32,
    outcome: Result<(), Refusal>,
) -> ReassignablePartitionResponse<'static> {
    let (code, message) = match outcome {
        Ok(()) => (ErrorCode::None, None),
        Err((code, message)) => (code, message.map(Into::into)),
    };
    ReassignablePartitionResponse {
        partition_index,
        error_code: code as i16,
        error_message: message,
    }
}

fn reassign(image: &Image, topic: &str, asked: &ReassignablePartition) -> Result<(), Refusal> {
    let index = asked.partition_index;
    let unknown = |message| (ErrorCode::UnknownTopicOrPartition, Some(message));
    if image.topic(topic).is_none() {
        return Err(unknown(format!("Unable to find a topic named {topic}.")));
    }
    let partition = image.partition(topic, index);
    let partition =
        partition.ok_or_else(|| unknown(format!("Unable to find partition {topic}:{index}.")))?;
    let Some(replicas) = &asked.replicas else {
        return Err((ErrorCode::NoReassignmentInProgress, None));
    };
    check_replicas(image, replicas).map_err(|error| {
        let (code, message) = errors::command(&error);
        (code, Some(message))
    })?;
    if *replicas == partition.replicas {
        return Ok(());
    }
    let held = &partition.replicas;
    let message = format!(
        "partitions do not move yet: {topic}-{index} stays on {held:?}, and not on {replicas:?}"
    );
    Err((ErrorCode::InvalidReplicaAssignment, Some(message)))
}

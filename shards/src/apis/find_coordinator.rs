//! FindCoordinator (key 10), versions 0–6.
//!
//! The coordinator of a group is the leader of its partition of `__consumer_offsets`. v1 has key
//! types, of which only groups (0) have coordinators here; v4 asks for many keys at once (KIP-699).
//! Nobody may use a transactional id yet: of all codes that is the one after which every client
//! stops. librdkafka asks again for ever after any other.

use std::rc::Rc;

use cluster::groups::partition_for;
use cluster::names::CONSUMER_OFFSETS;
use cluster::{Broker, Image};
use wire::ErrorCode;
use wire::messages::find_coordinator_response::Coordinator;
use wire::messages::{FindCoordinatorRequest, FindCoordinatorResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::limits::GROUPS_PER_REQUEST_MAX;
use crate::shard::Shard;

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const FIRST_VERSION_WITH_MESSAGE: i16 = 1;
const FIRST_VERSION_WITH_MANY: i16 = 4;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: FindCoordinatorRequest<'_> = ctx.decode(body)?;
    let mut image = shard.image();
    if request.key_type == GROUP && image.topic(CONSUMER_OFFSETS).is_none() {
        if let Err(error) = shard.create_internal_topics(&image).await
            && shard.controller.tell_missing.is_due(shard.clock.mono_ms())
        {
            tracing::warn!(%error, "__consumer_offsets is missing");
        }
        image = shard.image();
    }
    let find = |key: &str| find(&image, request.key_type, key);
    if ctx.api_version >= FIRST_VERSION_WITH_MANY {
        let too_many = request.coordinator_keys.len() > GROUPS_PER_REQUEST_MAX;
        let coordinators = request.coordinator_keys.iter().map(|key| {
            let found = if too_many { Err(ErrorCode::InvalidRequest) } else { find(key) };
            Coordinator { key: key.clone(), ..coordinator(found) }
        });
        let coordinators = coordinators.collect();
        return ctx.respond(&FindCoordinatorResponse { coordinators, ..Default::default() });
    }
    let found = coordinator(find(&request.key));
    // Kafka's word for "no error", in these versions.
    let message = match found.error_code {
        0 => Some("NONE".into()),
        _ => found.error_message,
    };
    let with_message = ctx.api_version >= FIRST_VERSION_WITH_MESSAGE;
    ctx.respond(&FindCoordinatorResponse {
        error_code: found.error_code,
        error_message: message.filter(|_| with_message),
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..Default::default()
    })
}

fn find<'a>(image: &'a Image, key_type: i8, key: &str) -> Result<&'a Broker, ErrorCode> {
    match key_type {
        GROUP => {}
        TRANSACTION => return Err(ErrorCode::TransactionalIdAuthorizationFailed),
        _ => return Err(ErrorCode::InvalidRequest),
    }
    let topic = image.topic(CONSUMER_OFFSETS).ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let index = partition_for(key, topic.partitions.len() as i32);
    let leader = topic.partition(index).and_then(|partition| image.broker(partition.leader));
    leader.ok_or(ErrorCode::CoordinatorNotAvailable)
}

fn coordinator(found: Result<&Broker, ErrorCode>) -> Coordinator<'_> {
    match found {
        Ok(broker) => Coordinator {
            node_id: broker.id,
            host: broker.host.as_str().into(),
            port: i32::from(broker.port),
            ..Default::default()
        },
        Err(code) => Coordinator {
            node_id: -1,
            port: -1,
            error_code: code as i16,
            error_message: Some(message(code).into()),
            ..Default::default()
        },
    }
}

fn message(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => {
            "only groups (key type 0) have coordinators here: there are no share groups yet"
        }
        ErrorCode::TransactionalIdAuthorizationFailed => {
            "transactions are not served yet: produce without a transactional id"
        }
        _ => "the coordinator is not available: __consumer_offsets has no leader for it",
    }
}

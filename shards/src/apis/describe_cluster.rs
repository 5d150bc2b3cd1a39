//! DescribeCluster (key 60), versions 0–2.
//!
//! Every shard of every node is a broker. `endpoint_type` 2 asks for controllers, whose listener
//! clients cannot reach here: MISMATCHED_ENDPOINT_TYPE, as a Kafka broker answers (KIP-919). Any
//! other type is UNSUPPORTED_ENDPOINT_TYPE.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::describe_cluster_response::DescribeClusterBroker;
use wire::messages::{DescribeClusterRequest, DescribeClusterResponse};

use crate::apis::operations;
use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

const ENDPOINT_BROKERS: i8 = 1;
const ENDPOINT_CONTROLLERS: i8 = 2;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeClusterRequest = ctx.decode(body)?;
    if request.endpoint_type != ENDPOINT_BROKERS {
        let (code, message) = match request.endpoint_type {
            ENDPOINT_CONTROLLERS => (
                ErrorCode::MismatchedEndpointType,
                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of \
                 type CONTROLLER"
                    .to_owned(),
            ),
            other => {
                (ErrorCode::UnsupportedEndpointType, format!("Unsupported endpoint type {other}"))
            }
        };
        return ctx.respond(&DescribeClusterResponse {
            error_code: code as i16,
            error_message: Some(message.into()),
            ..Default::default()
        });
    }
    let image = shard.image();
    let brokers = image.brokers().map(|broker| DescribeClusterBroker {
        broker_id: broker.id,
        host: broker.host.as_str().into(),
        port: i32::from(broker.port),
        rack: broker.rack.as_deref().map(Into::into),
        is_fenced: false,
    });
    let asked = request.include_cluster_authorized_operations;
    ctx.respond(&DescribeClusterResponse {
        endpoint_type: ENDPOINT_BROKERS,
        cluster_id: shard.cluster_id().into(),
        controller_id: shard.controller_id(),
        brokers: brokers.collect(),
        cluster_authorized_operations: operations::cluster(asked),
        ..Default::default()
    })
}

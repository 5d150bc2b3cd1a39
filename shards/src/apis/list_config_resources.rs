//! ListConfigResources (key 74), versions 0–1 (KIP-1142).
//!
//! v0 was ListClientMetricsResources and lists those alone. From v1 the request names the types;
//! an empty list means all of them.

use std::rc::Rc;

use cluster::{Image, ResourceKind};
use wire::ErrorCode;
use wire::messages::list_config_resources_response::ConfigResource;
use wire::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

const ALL: [ResourceKind; 5] = [
    ResourceKind::Topic,
    ResourceKind::Broker,
    ResourceKind::BrokerLogger,
    ResourceKind::ClientMetrics,
    ResourceKind::Group,
];

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ListConfigResourcesRequest = ctx.decode(body)?;
    let image = shard.image();
    let kinds: Option<Vec<ResourceKind>> = match ctx.api_version {
        0 => Some(vec![ResourceKind::ClientMetrics]),
        _ if request.resource_types.is_empty() => Some(ALL.to_vec()),
        _ => request.resource_types.iter().map(|&kind| ResourceKind::from_i8(kind)).collect(),
    };
    let Some(mut kinds) = kinds else {
        let error_code = ErrorCode::UnsupportedVersion as i16;
        return ctx.respond(&ListConfigResourcesResponse { error_code, ..Default::default() });
    };
    kinds.sort_unstable();
    kinds.dedup();
    let resources = kinds.into_iter().flat_map(|kind| names(&image, kind));
    ctx.respond(&ListConfigResourcesResponse {
        config_resources: resources.collect(),
        ..Default::default()
    })
}

fn names(image: &Image, kind: ResourceKind) -> Vec<ConfigResource<'_>> {
    let resource =
        |name: String| ConfigResource { resource_name: name.into(), resource_type: kind.as_i8() };
    match kind {
        ResourceKind::Topic => {
            image.topics().map(|topic| resource(topic.name.to_string())).collect()
        }
        ResourceKind::Broker | ResourceKind::BrokerLogger => {
            image.brokers().map(|broker| resource(broker.id.to_string())).collect()
        }
        ResourceKind::ClientMetrics | ResourceKind::Group => {
            image.configured(kind).map(|name| resource(name.to_owned())).collect()
        }
    }
}

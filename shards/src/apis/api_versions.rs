//! ApiVersions (key 18), versions 0–5.
//!
//! Generated from the dispatch table. A version we do not know is answered in v0 with
//! UNSUPPORTED_VERSION and the table, so that the client can ask again (KIP-511). v3 adds features
//! (KIP-584); the client's name and version are checked there, as in Kafka. v5 lets a client say
//! which cluster and node it believes it talks to (KIP-1242): REBOOTSTRAP_REQUIRED if that is not
//! us.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey};
use wire::messages::{ApiVersionsRequest, ApiVersionsResponse};

use super::TABLE;
use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

const FIRST_VERSION_WITH_SOFTWARE_NAME: i16 = 3;
/// Before it, clients cannot read a supported feature whose lowest level is 0 (KAFKA-17011).
const FIRST_VERSION_WITH_LEVEL_0: i16 = 4;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ApiVersionsRequest<'_> = ctx.decode(body)?;
    let named = |text: &str| {
        // Kafka's pattern: letters, digits, dots and dashes, the latter not at the ends.
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let outer = |c: char| c.is_ascii_alphanumeric();
        text.starts_with(outer) && text.ends_with(outer) && text.chars().all(inner)
    };
    let names = [&request.client_software_name, &request.client_software_version];
    let has_names = ctx.api_version >= FIRST_VERSION_WITH_SOFTWARE_NAME;
    if has_names && !names.iter().all(|text| named(text)) {
        return ctx.respond(&ApiVersionsResponse {
            error_code: ErrorCode::InvalidRequest as i16,
            ..Default::default()
        });
    }
    if is_for_another(shard, &request) {
        return ctx.respond(&ApiVersionsResponse {
            error_code: ErrorCode::RebootstrapRequired as i16,
            ..Default::default()
        });
    }
    let image = shard.image();
    let finalized = image.features().map(|(name, level)| FinalizedFeatureKey {
        name: name.to_owned().into(),
        max_version_level: level,
        min_version_level: level,
    });
    let supported = image.features().map(|(name, level)| SupportedFeatureKey {
        name: name.to_owned().into(),
        min_version: 0,
        max_version: level,
    });
    let readable = ctx.api_version >= FIRST_VERSION_WITH_LEVEL_0;
    ctx.respond(&ApiVersionsResponse {
        api_keys: api_keys(),
        supported_features: supported.filter(|_| readable).collect(),
        finalized_features: finalized.collect(),
        finalized_features_epoch: image.offset(),
        ..Default::default()
    })
}

/// The answer to a version that nobody knows yet.
pub fn unsupported_version(ctx: &RequestContext) -> Result<Vec<u8>, HandlerError> {
    let response = ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion as i16,
        api_keys: api_keys(),
        ..Default::default()
    };
    ctx.respond_in(0, &response)
}

fn is_for_another(shard: &Shard, request: &ApiVersionsRequest<'_>) -> bool {
    let cluster = request.cluster_id.as_deref();
    let node = request.node_id;
    cluster.is_some_and(|id| id != shard.cluster_id()) || (node >= 0 && node != shard.broker_id)
}

fn api_keys() -> Vec<ApiVersion> {
    let mut keys: Vec<ApiVersion> = TABLE
        .iter()
        .map(|row| ApiVersion {
            api_key: row.api as i16,
            min_version: *row.advertised_versions().start(),
            max_version: *row.advertised_versions().end(),
        })
        .collect();
    keys.sort_unstable_by_key(|key| key.api_key);
    keys
}

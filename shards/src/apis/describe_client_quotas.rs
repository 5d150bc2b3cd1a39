//! DescribeClientQuotas (key 48), versions 0–1 (KIP-546).
//!
//! No quotas are kept, so none match: an empty list. A filter that Kafka refuses is refused.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::describe_client_quotas_request::ComponentData;
use wire::messages::{DescribeClientQuotasRequest, DescribeClientQuotasResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

const EXACT: i8 = 0;
const DEFAULT: i8 = 1;
const ANY_NAMED: i8 = 2;

pub async fn handle(
    _: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeClientQuotasRequest<'_> = ctx.decode(body)?;
    ctx.respond(&match check(&request.components) {
        Ok(()) => DescribeClientQuotasResponse::default(),
        Err((code, message)) => DescribeClientQuotasResponse {
            error_code: code as i16,
            error_message: Some(message.into()),
            entries: None,
            ..Default::default()
        },
    })
}

fn check(components: &[ComponentData<'_>]) -> Result<(), (ErrorCode, String)> {
    let refuse = |message: &str| Err((ErrorCode::InvalidRequest, message.to_owned()));
    for (index, component) in components.iter().enumerate() {
        let kind = &*component.entity_type;
        let is_kind = |other: &ComponentData<'_>| *other.entity_type == *kind;
        if kind.is_empty() {
            return refuse("Invalid empty entity type.");
        }
        if components[..index].iter().any(is_kind) {
            return refuse(&format!(
                "Entity type {kind} cannot appear more than once in the filter."
            ));
        }
        if !matches!(kind, "user" | "client-id" | "ip") {
            let message = format!("Unsupported entity type {kind}");
            return Err((ErrorCode::UnsupportedVersion, message));
        }
        let named = component.match_.is_some();
        match component.match_type {
            EXACT if !named => {
                return refuse("Request specified MATCH_TYPE_EXACT, but set match string to null.");
            }
            DEFAULT | ANY_NAMED if named => {
                let kind = if component.match_type == DEFAULT { "DEFAULT" } else { "SPECIFIED" };
                return refuse(&format!(
                    "Request specified MATCH_TYPE_{kind}, but also specified a match string."
                ));
            }
            EXACT | DEFAULT | ANY_NAMED => {}
            other => return refuse(&format!("Unknown match type {other}")),
        }
    }
    let has = |kind: &str| components.iter().any(|component| *component.entity_type == *kind);
    if has("ip") && (has("user") || has("client-id")) {
        return refuse(
            "Invalid entity filter component combination. IP filter component should not be used \
             with user or clientId filter component.",
        );
    }
    Ok(())
}

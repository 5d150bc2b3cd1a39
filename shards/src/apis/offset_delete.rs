//! OffsetDelete (key 47), version 0 (KIP-496).
//!
//! A partition that does not exist is UNKNOWN_TOPIC_OR_PARTITION; the others are deleted.

use std::rc::Rc;

use cluster::Image;
use cluster::groups::{Reply, Request};
use wire::ErrorCode;
use wire::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use wire::messages::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use wire::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: OffsetDeleteRequest<'_> = ctx.decode(body)?;
    let image = shard.image();
    let known = known(&image, &request);
    let asked = Request::OffsetDelete(&known);
    let response = match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await
    {
        Ok(Reply::OffsetDelete(response)) => response,
        Ok(_) => return Err(HandlerError::Internal("OffsetDelete got another request's reply")),
        Err(code) => OffsetDeleteResponse { error_code: code as i16, ..Default::default() },
    };
    if response.error_code != ErrorCode::None as i16 {
        return ctx.respond(&response);
    }
    let mut done = response.topics.iter().flat_map(|topic| &topic.partitions);
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|asked| {
            let partition_index = asked.partition_index;
            let error_code = match image.partition(&topic.name, partition_index) {
                None => ErrorCode::UnknownTopicOrPartition as i16,
                Some(_) => {
                    done.next().map_or(ErrorCode::UnknownServerError as i16, |done| done.error_code)
                }
            };
            OffsetDeleteResponsePartition { partition_index, error_code }
        });
        let partitions = partitions.collect();
        OffsetDeleteResponseTopic { name: topic.name.clone(), partitions }
    });
    let topics = topics.collect();
    ctx.respond(&OffsetDeleteResponse { topics, ..Default::default() })
}

/// What of the request names partitions that exist.
fn known<'a>(image: &Image, request: &OffsetDeleteRequest<'a>) -> OffsetDeleteRequest<'a> {
    let topics = request.topics.iter().filter_map(|topic| {
        let exists = |asked: &&OffsetDeleteRequestPartition| {
            image.partition(&topic.name, asked.partition_index).is_some()
        };
        let partitions: Vec<_> = topic.partitions.iter().filter(exists).cloned().collect();
        (!partitions.is_empty())
            .then(|| OffsetDeleteRequestTopic { name: topic.name.clone(), partitions })
    });
    let topics = topics.collect();
    OffsetDeleteRequest { group_id: request.group_id.clone(), topics }
}

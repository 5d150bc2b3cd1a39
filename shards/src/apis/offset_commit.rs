//! OffsetCommit (key 8), versions 2–10.
//!
//! Each partition succeeds or fails on its own; one that does not exist is
//! UNKNOWN_TOPIC_OR_PARTITION and never comes to the group. v7 has static members (KIP-345), v9
//! members of consumer groups (KIP-848), v10 topics by id (KIP-848).

use std::borrow::Cow;
use std::rc::Rc;

use cluster::groups::{Reply, Request};
use cluster::{Image, Topic};
use wire::ErrorCode;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use wire::messages::{OffsetCommitRequest, OffsetCommitResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

const FIRST_VERSION_WITH_IDS: i16 = 10;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let mut request: OffsetCommitRequest<'_> = ctx.decode(body)?;
    let asked = std::mem::take(&mut request.topics);
    let image = shard.image();
    let by_id = ctx.api_version >= FIRST_VERSION_WITH_IDS;
    let found: Vec<Result<&Topic, ErrorCode>> =
        asked.iter().map(|topic| find(&image, by_id, topic)).collect();
    request.topics = asked
        .iter()
        .zip(&found)
        .filter_map(|(topic, found)| known(topic, found.as_ref().ok()?))
        .collect();
    let outcome = if request.topics.is_empty() {
        Ok(OffsetCommitResponse::default())
    } else {
        let submitted = Request::OffsetCommit(&request);
        match groups::submit(&shard.groups, &request.group_id, ctx.client(), submitted).await {
            Ok(Reply::OffsetCommit(response)) => Ok(response),
            Ok(_) => return Err(HandlerError::Internal("OffsetCommit got another reply")),
            Err(code) => Err(code),
        }
    };
    let mut codes = Codes::new(&outcome);
    let topics = asked.iter().zip(&found).map(|(topic, found)| answer(topic, found, &mut codes));
    let response = OffsetCommitResponse { topics: topics.collect(), ..Default::default() };
    let bytes = ctx.respond(&response)?;
    shard.commit_latency.record(shard.clock.mono_us().saturating_sub(ctx.received_us));
    Ok(bytes)
}

fn find<'a>(
    image: &'a Image,
    by_id: bool,
    asked: &OffsetCommitRequestTopic<'_>,
) -> Result<&'a Topic, ErrorCode> {
    if by_id {
        image.topic_by_id(asked.topic_id).map(|topic| &**topic).ok_or(ErrorCode::UnknownTopicId)
    } else {
        let topic = image.topic(&asked.name).map(|topic| &**topic);
        topic.ok_or(ErrorCode::UnknownTopicOrPartition)
    }
}

/// What of a topic's commits is for partitions that exist.
fn known<'a>(
    asked: &OffsetCommitRequestTopic<'a>,
    topic: &Topic,
) -> Option<OffsetCommitRequestTopic<'a>> {
    let exists = |asked: &&OffsetCommitRequestPartition<'a>| {
        topic.partition(asked.partition_index).is_some()
    };
    let partitions: Vec<_> = asked.partitions.iter().filter(exists).cloned().collect();
    (!partitions.is_empty()).then(|| OffsetCommitRequestTopic {
        name: Cow::Owned(topic.name.to_string()),
        topic_id: topic.id,
        partitions,
    })
}

/// The codes of what came to the group, in the order of the request.
struct Codes<'a> {
    all: Box<dyn Iterator<Item = i16> + 'a>,
}

impl<'a> Codes<'a> {
    fn new(outcome: &'a Result<OffsetCommitResponse<'static>, ErrorCode>) -> Self {
        let all: Box<dyn Iterator<Item = i16>> = match outcome {
            Ok(response) => {
                let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
                Box::new(partitions.map(|partition| partition.error_code))
            }
            Err(code) => Box::new(std::iter::repeat(*code as i16)),
        };
        Self { all }
    }

    fn next(&mut self) -> i16 {
        self.all.next().unwrap_or(ErrorCode::UnknownServerError as i16)
    }
}

fn answer<'a>(
    asked: &OffsetCommitRequestTopic<'a>,
    found: &Result<&Topic, ErrorCode>,
    codes: &mut Codes<'_>,
) -> OffsetCommitResponseTopic<'a> {
    let partitions = asked.partitions.iter().map(|partition| {
        let partition_index = partition.partition_index;
        let error_code = match found {
            Err(code) => *code as i16,
            Ok(topic) if topic.partition(partition_index).is_none() => {
                ErrorCode::UnknownTopicOrPartition as i16
            }
            Ok(_) => codes.next(),
        };
        OffsetCommitResponsePartition { partition_index, error_code }
    });
    OffsetCommitResponseTopic {
        name: asked.name.clone(),
        topic_id: asked.topic_id,
        partitions: partitions.collect(),
    }
}

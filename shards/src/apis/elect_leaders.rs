//! ElectLeaders (key 43), versions 0–2 (KIP-183, KIP-460).
//!
//! A partition has one replica, which leads it: there is nothing to elect. v1 has the kind of
//! election: preferred (0) or unclean (1). No list of topics means all, of which only those are
//! told that cannot be elected.

use std::rc::Rc;

use cluster::{Image, Partition};
use wire::ErrorCode;
use wire::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use wire::messages::{ElectLeadersRequest, ElectLeadersResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;

type Outcome = (ErrorCode, String);

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ElectLeadersRequest<'_> = ctx.decode(body)?;
    let (image, kind) = (shard.image(), request.election_type);
    let replica_election_results = match &request.topic_partitions {
        None => elect_all(&image, kind),
        Some(topics) => topics
            .iter()
            .map(|topic| ReplicaElectionResult {
                topic: topic.topic.clone(),
                partition_result: topic
                    .partitions
                    .iter()
                    .map(|&index| answer(index, elect(&image, kind, &topic.topic, index)))
                    .collect(),
            })
            .collect(),
    };
    let error_code = match kind {
        PREFERRED | UNCLEAN => ErrorCode::None,
        _ => ErrorCode::InvalidRequest,
    };
    ctx.respond(&ElectLeadersResponse {
        error_code: error_code as i16,
        replica_election_results,
        ..Default::default()
    })
}

fn elect_all(image: &Image, kind: i8) -> Vec<ReplicaElectionResult<'static>> {
    let topics = image.topics().map(|topic| {
        let outcomes = topic.partitions.iter().zip(0..).map(|(partition, index)| {
            let (code, message) = needed(partition, kind);
            (index, (code, message))
        });
        let failed = outcomes.filter(|(_, (code, _))| *code != ErrorCode::ElectionNotNeeded);
        ReplicaElectionResult {
            topic: topic.name.to_string().into(),
            partition_result: failed.map(|(index, outcome)| answer(index, outcome)).collect(),
        }
    });
    topics.collect()
}

fn elect(image: &Image, kind: i8, topic: &str, index: i32) -> Outcome {
    let unknown = |message| (ErrorCode::UnknownTopicOrPartition, message);
    if !matches!(kind, PREFERRED | UNCLEAN) {
        return (ErrorCode::InvalidRequest, format!("Unknown election type {kind}"));
    }
    if image.topic(topic).is_none() {
        return unknown(format!("No such topic as {topic}"));
    }
    match image.partition(topic, index) {
        None => unknown(format!("No such partition as {topic}-{index}")),
        Some(partition) => needed(partition, kind),
    }
}

fn needed(partition: &Partition, kind: i8) -> Outcome {
    let leads = match kind {
        PREFERRED => partition.replicas.first() == Some(&partition.leader),
        _ => partition.leader >= 0,
    };
    let (code, message) = match (leads, kind) {
        (true, _) => {
            (ErrorCode::ElectionNotNeeded, "Leader election not needed for topic partition.")
        }
        (false, PREFERRED) => {
            (ErrorCode::PreferredLeaderNotAvailable, "the preferred leader is not available")
        }
        (false, _) => (ErrorCode::EligibleLeadersNotAvailable, "no replica is available to lead"),
    };
    (code, message.to_owned())
}

fn answer(partition_id: i32, (code, message): Outcome) -> PartitionResult<'static> {
    let error_message = Some(message.into());
    PartitionResult { partition_id, error_code: code as i16, error_message }
}

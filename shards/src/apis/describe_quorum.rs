//! DescribeQuorum (key 55), versions 0–2 (KIP-595).
//!
//! Voters are nodes, each by the id of its first shard. Tools tell by this answer that there is no
//! ZooKeeper.

use std::rc::Rc;

use cluster::Image;
use cluster::names::CLUSTER_METADATA;
use wire::ErrorCode;
use wire::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use wire::messages::{DescribeQuorumRequest, DescribeQuorumResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::quorum::{Glance, Voter};
use crate::shard::Shard;

const FIRST_VERSION_WITH_NODES: i16 = 2;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeQuorumRequest<'_> = ctx.decode(body)?;
    let only_the_log = match &request.topics[..] {
        [topic] if *topic.topic_name == *CLUSTER_METADATA => {
            matches!(&topic.partitions[..], [asked] if asked.partition_index == 0)
        }
        _ => false,
    };
    if !only_the_log {
        return ctx.respond(&unknown(&request));
    }
    let image = shard.image();
    let glance = shard.quorum.get();
    let (voters, observers) = glance.members.iter().partition::<Vec<_>, _>(|held| held.is_voter);
    let quorum = PartitionData {
        leader_id: glance.leader.map_or(-1, first_shard),
        leader_epoch: i32::try_from(glance.term).unwrap_or(i32::MAX),
        high_watermark: glance.committed_end,
        current_voters: voters.into_iter().map(replica).collect(),
        observers: observers.into_iter().map(replica).collect(),
        ..Default::default()
    };
    let topic = TopicData { topic_name: CLUSTER_METADATA.into(), partitions: vec![quorum] };
    let nodes = match ctx.api_version {
        ..FIRST_VERSION_WITH_NODES => Vec::new(),
        _ => nodes(&glance, &image),
    };
    ctx.respond(&DescribeQuorumResponse { topics: vec![topic], nodes, ..Default::default() })
}

/// A node is known to Kafka's clients by its shards.
fn first_shard(node_id: i32) -> i32 {
    cluster::broker_id(node_id, 0)
}

fn replica(voter: &Voter) -> ReplicaState {
    ReplicaState {
        replica_id: first_shard(voter.node_id),
        log_end_offset: voter.end,
        last_fetch_timestamp: voter.heard_ms,
        last_caught_up_timestamp: voter.caught_up_ms,
        ..Default::default()
    }
}

/// The members' addresses: the controller has no listener of its own.
fn nodes<'a>(glance: &Glance, image: &'a Image) -> Vec<Node<'a>> {
    let brokers = glance.members.iter().filter_map(|held| image.broker(first_shard(held.node_id)));
    let nodes = brokers.map(|broker| Node {
        node_id: broker.id,
        listeners: vec![Listener {
            name: "PLAINTEXT".into(),
            host: broker.host.as_str().into(),
            port: broker.port,
        }],
    });
    nodes.collect()
}

fn unknown<'a>(request: &DescribeQuorumRequest<'a>) -> DescribeQuorumResponse<'a> {
    let topics = request.topics.iter().map(|topic| TopicData {
        topic_name: topic.topic_name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|asked| PartitionData {
                partition_index: asked.partition_index,
                error_code: ErrorCode::UnknownTopicOrPartition as i16,
                error_message: Some("This server does not host this topic-partition.".into()),
                ..Default::default()
            })
            .collect(),
    });
    DescribeQuorumResponse { topics: topics.collect(), ..Default::default() }
}

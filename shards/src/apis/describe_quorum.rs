//! DescribeQuorum (key 55), versions 0–2 (KIP-595).
//!
//! The metadata log has one voter, which leads it: the node, by the id of its first shard. The
//! other shards are no replicas of it. Tools tell by this answer that there is no ZooKeeper.

use std::rc::Rc;

use cluster::Image;
use cluster::names::CLUSTER_METADATA;
use wire::ErrorCode;
use wire::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use wire::messages::{DescribeQuorumRequest, DescribeQuorumResponse};

use crate::controller::LEADER_EPOCH;
use crate::dispatch::{HandlerError, RequestContext};
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
    let quorum = PartitionData {
        leader_id: shard.controller_id(),
        leader_epoch: LEADER_EPOCH,
        high_watermark: image.offset() + 1,
        current_voters: vec![voter(shard, &image)],
        ..Default::default()
    };
    let topic = TopicData { topic_name: CLUSTER_METADATA.into(), partitions: vec![quorum] };
    let nodes = match ctx.api_version {
        ..FIRST_VERSION_WITH_NODES => Vec::new(),
        _ => nodes(shard, &image),
    };
    ctx.respond(&DescribeQuorumResponse { topics: vec![topic], nodes, ..Default::default() })
}

/// The leader has by itself all that there is.
fn voter(shard: &Shard, image: &Image) -> ReplicaState {
    let now_ms = shard.clock.now().unix_ms;
    ReplicaState {
        replica_id: shard.controller_id(),
        log_end_offset: image.offset() + 1,
        last_fetch_timestamp: now_ms,
        last_caught_up_timestamp: now_ms,
        ..Default::default()
    }
}

/// The voter's address: the controller has no listener of its own.
fn nodes<'a>(shard: &Shard, image: &'a Image) -> Vec<Node<'a>> {
    let voter = image.broker(shard.controller_id());
    let node = voter.map(|broker| Node {
        node_id: broker.id,
        listeners: vec![Listener {
            name: "PLAINTEXT".into(),
            host: broker.host.as_str().into(),
            port: broker.port,
        }],
    });
    node.into_iter().collect()
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

//! AlterReplicaLogDirs (key 34), versions 1–2 (KIP-113).
//!
//! A shard has one log dir: its partitions are where they may be, and any other dir is
//! LOG_DIR_NOT_FOUND.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use wire::messages::{AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: AlterReplicaLogDirsRequest<'_> = ctx.decode(body)?;
    // As in Kafka a partition has one answer, for the last dir that is named for it.
    let mut topics: BTreeMap<&str, BTreeMap<i32, ErrorCode>> = BTreeMap::new();
    for dir in &request.dirs {
        let is_own = Path::new(&*dir.path) == shard.log_dir();
        for topic in &dir.topics {
            for &index in &topic.partitions {
                let code = match is_own {
                    false => ErrorCode::LogDirNotFound,
                    true => held_here(shard, &topic.name, index),
                };
                topics.entry(&topic.name).or_default().insert(index, code);
            }
        }
    }
    let result = |(index, code): (i32, ErrorCode)| AlterReplicaLogDirPartitionResult {
        partition_index: index,
        error_code: code as i16,
    };
    let results = topics.into_iter().map(|(name, partitions)| AlterReplicaLogDirTopicResult {
        topic_name: name.to_owned().into(),
        partitions: partitions.into_iter().map(result).collect(),
    });
    let results = results.collect();
    ctx.respond(&AlterReplicaLogDirsResponse { results, ..Default::default() })
}

fn held_here(shard: &Shard, topic: &str, index: i32) -> ErrorCode {
    match shard.partitions.led_here(TopicRef::Name(topic), index) {
        Ok(_) => ErrorCode::None,
        Err(ErrorCode::NotLeaderOrFollower) => ErrorCode::ReplicaNotAvailable,
        Err(code) => code,
    }
}

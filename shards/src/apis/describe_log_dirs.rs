//! DescribeLogDirs (key 35), versions 1–5.
//!
//! Each broker (shard) has one log dir, its folder in the data directory, and describes its own
//! partitions. v4 adds the disk's size, v5 whether the dir is cordoned (KIP-1066): never.

use std::collections::BTreeMap;
use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::describe_log_dirs_request::DescribableLogDirTopic;
use wire::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use wire::messages::{DescribeLogDirsRequest, DescribeLogDirsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeLogDirsRequest<'_> = ctx.decode(body)?;
    let topics = sizes(shard, request.topics.as_deref());
    let (total_bytes, usable_bytes) = shard.disk_space().unwrap_or((-1, -1));
    let result = DescribeLogDirsResult {
        error_code: ErrorCode::None as i16,
        log_dir: shard.log_dir().display().to_string().into(),
        topics: topics
            .into_iter()
            .map(|(name, partitions)| DescribeLogDirsTopic {
                name: name.to_string().into(),
                partitions,
            })
            .collect(),
        total_bytes,
        usable_bytes,
        is_cordoned: false,
    };
    ctx.respond(&DescribeLogDirsResponse { results: vec![result], ..Default::default() })
}

/// The partitions asked for (all, if nothing is) that are here, by topic.
fn sizes(
    shard: &Shard,
    asked: Option<&[DescribableLogDirTopic<'_>]>,
) -> BTreeMap<Rc<str>, Vec<DescribeLogDirsPartition>> {
    let store = shard.logs.store();
    let mut topics: BTreeMap<Rc<str>, Vec<_>> = BTreeMap::new();
    for partition in shard.partitions.table().iter() {
        let wanted = asked.is_none_or(|topics| {
            let of_topic = topics.iter().filter(|topic| *topic.topic == *partition.topic);
            of_topic.flat_map(|topic| &topic.partitions).any(|index| *index == partition.index)
        });
        let Some(status) = store.log(partition.log).filter(|_| wanted) else { continue };
        topics.entry(Rc::clone(&partition.topic)).or_default().push(DescribeLogDirsPartition {
            partition_index: partition.index,
            partition_size: i64::try_from(status.size_bytes).unwrap_or(i64::MAX),
            // How far this replica is behind the high watermark: the leader is not.
            offset_lag: 0,
            is_future_key: false,
        });
    }
    for partitions in topics.values_mut() {
        partitions.sort_unstable_by_key(|partition| partition.partition_index);
    }
    topics
}

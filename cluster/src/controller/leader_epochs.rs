//! BumpLeaderEpochs: the same leader goes on in a new epoch (KIP-320).
//!
//! Kafka does this when a broker that died comes back: records that were only in memory may be
//! gone, and a reader that saw them must notice that the log was cut.

use std::collections::BTreeSet;

use wire::Uuid;

use super::{Step, refuse};
use crate::command::{BumpLeaderEpochs, Reply};
use crate::error::ErrorKind;
use crate::image::{Image, Partition};
use crate::records::{PartitionRecord, Record};

pub(super) fn step(image: &Image, request: &BumpLeaderEpochs) -> Step {
    let records = match request {
        BumpLeaderEpochs::LedBy(brokers) => led_by(image, brokers),
        BumpLeaderEpochs::Partitions(partitions) => {
            let mut records = Vec::with_capacity(partitions.len());
            for &(topic_id, partition) in partitions.iter().collect::<BTreeSet<_>>() {
                let held = image.topic_by_id(topic_id).and_then(|topic| topic.partition(partition));
                let Some(state) = held else {
                    let message = format!("topic {topic_id} has no partition {partition}");
                    return refuse(ErrorKind::UnknownTopicId, message);
                };
                records.push(bumped(topic_id, partition, state));
            }
            records
        }
    };
    let partitions = records.len();
    Ok((records, Reply::LeaderEpochsBumped { partitions }))
}

fn led_by(image: &Image, brokers: &[i32]) -> Vec<Record> {
    let brokers: BTreeSet<i32> = brokers.iter().copied().collect();
    let mut records = Vec::new();
    for topic in image.topics() {
        for (partition, state) in topic.partitions.iter().enumerate() {
            if brokers.contains(&state.leader) {
                records.push(bumped(topic.id, partition as i32, state));
            }
        }
    }
    records
}

fn bumped(topic_id: Uuid, partition: i32, state: &Partition) -> Record {
    let state = Partition {
        leader_epoch: state.leader_epoch + 1,
        partition_epoch: state.partition_epoch + 1,
        ..state.clone()
    };
    Record::PartitionChanged(PartitionRecord { topic_id, partition, state })
}

//! What the store tells after a turn.

use std::rc::Rc;

use storage::Event;
use wire::ErrorCode;

use crate::groups;
use crate::shard::Shard;

pub fn handle(shard: &Rc<Shard>, event: Event) {
    match event {
        Event::AckEnd { log, offset } => {
            let partition = shard.partitions.borrow().by_log(log);
            if let Some(partition) = partition {
                partition.on_ack_end(offset);
                if groups::holds_groups(&partition) {
                    shard.groups.on_ack_end(&partition);
                }
            }
        }
        Event::Ticket { ticket, result } => shard.tickets.answer(ticket, result),
        Event::Fenced { log, reason } => {
            let partition = shard.partitions.borrow().by_log(log);
            if let Some(partition) = partition {
                tracing::error!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    %reason,
                    "the partition takes no more records until the broker is restarted"
                );
                shard.metrics.partitions_fenced.add(1);
                partition.fail_waiters(ErrorCode::KafkaStorageError);
                if groups::holds_groups(&partition) {
                    shard.groups.on_fenced(&partition);
                }
            }
        }
        Event::DiskFull { log } => {
            let partition = shard.partitions.borrow().by_log(log);
            if let Some(partition) = partition {
                tracing::error!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    "no space left on the disk: produce is refused until there is"
                );
                partition.fail_waiters(ErrorCode::KafkaStorageError);
                if groups::holds_groups(&partition) {
                    shard.groups.on_disk_full(&partition, true);
                }
            }
        }
        Event::DiskSpaceBack { log } => {
            let partition = shard.partitions.borrow().by_log(log);
            if let Some(partition) = partition {
                tracing::info!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    "there is space on the disk again"
                );
                if groups::holds_groups(&partition) {
                    shard.groups.on_disk_full(&partition, false);
                }
            }
        }
    }
}

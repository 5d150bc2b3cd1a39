//! Whether the disk has room for what a command asks for. A topic that could not take a record is
//! not made.

use cluster::Command;
use cluster::names::is_internal;

use super::Shard;
use crate::errors::ControllerError;
use crate::limits::PARTITION_ROOM_BYTES;

impl Shard {
    /// # Errors
    /// The disk has no room for so many new partitions. All shards of a node share it.
    pub(super) fn check_room(&self, command: &Command) -> Result<(), ControllerError> {
        let partitions = self.new_partitions(command);
        let Some((_, free_bytes)) = self.disk_space().filter(|_| partitions > 0) else {
            return Ok(());
        };
        let free_bytes = u64::try_from(free_bytes).unwrap_or(0);
        let room_bytes = free_bytes.saturating_sub(self.node.ballast.leave_bytes());
        match partitions * PARTITION_ROOM_BYTES > room_bytes {
            true => Err(ControllerError::DiskFull(partitions)),
            false => Ok(()),
        }
    }

    /// Partitions that clients' topics would have more than now, at most.
    fn new_partitions(&self, command: &Command) -> u64 {
        let count = |partitions: i32| u64::try_from(partitions).unwrap_or(0);
        match command {
            Command::CreateTopics(wanted) if !wanted.validate_only => {
                let default = self.broker_settings().num_partitions;
                let topics = wanted.topics.iter().filter(|topic| !is_internal(&topic.name));
                let each = topics.map(|topic| match topic.num_partitions {
                    -1 if topic.assignments.is_empty() => count(default),
                    given => count(given).max(topic.assignments.len() as u64),
                });
                each.sum()
            }
            Command::CreatePartitions(wanted) if !wanted.validate_only => {
                let image = self.image();
                let each = wanted.topics.iter().map(|more| {
                    let now = image.topic(&more.name).map_or(0, |topic| topic.partitions.len());
                    count(more.count).saturating_sub(now as u64)
                });
                each.sum()
            }
            _ => 0,
        }
    }
}

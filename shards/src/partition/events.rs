//! What the store tells after a turn, as what happens to a partition.

use std::rc::Rc;

use storage::{Event, LogId};
use wire::ErrorCode;

use super::{Partition, Partitions};

/// What happened to a partition; it has told its own waiters already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// What was appended is acknowledged up to the high watermark.
    Acked,
    /// Its log takes no more records in this life of the process; what was in flight may be lost.
    Fenced,
    /// No record can be written until [`Change::DiskSpaceBack`].
    DiskFull,
    DiskSpaceBack,
}

impl Partitions {
    /// Takes in what the store tells of a log; `None` if no partition is led here on it.
    pub fn on_event(&self, event: Event) -> Option<(Rc<Partition>, Change)> {
        match event {
            Event::StableEnd { log, offset } => {
                let partition = self.by_log(log)?;
                partition.on_stable_end(offset);
                Some((partition, Change::Acked))
            }
            // Whoever waits for one is told by the logs.
            Event::Ticket { .. } => None,
            Event::Fenced { log, reason } => {
                let partition = self.by_log(log)?;
                tracing::error!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    %reason,
                    "the partition takes no more records until the broker is restarted"
                );
                self.metrics.partitions_fenced.add(1);
                partition.fail_waiters(ErrorCode::KafkaStorageError);
                Some((partition, Change::Fenced))
            }
            Event::DiskFull { log } => {
                let partition = self.by_log(log)?;
                tracing::error!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    "no space left on the disk: produce is refused until there is"
                );
                partition.fail_waiters(ErrorCode::KafkaStorageError);
                Some((partition, Change::DiskFull))
            }
            Event::DiskSpaceBack { log } => {
                let partition = self.by_log(log)?;
                tracing::info!(
                    topic = &*partition.topic,
                    partition = partition.index,
                    "there is space on the disk again"
                );
                Some((partition, Change::DiskSpaceBack))
            }
        }
    }

    fn by_log(&self, log: LogId) -> Option<Rc<Partition>> {
        self.table.borrow().by_log(log)
    }
}

//! A coordinator and what stands between it and the world: batches that its log has not taken yet,
//! and replies that wait for the disk.

use std::collections::{HashMap, VecDeque};

use cluster::groups::{Coordinator, GroupRecord, Reply, Step, Ticket};
use storage::{AppendContext, AppendError};
use wire::ErrorCode;
use wire::records::{BatchBuilder, BatchHeader};

use super::{Ahead, Groups};
use crate::limits::{GROUP_BATCH_BYTES, GROUP_OUTBOX_BYTES_MAX, GROUP_PARKED_MAX};
use crate::partition::Partition;
use crate::runtime::oneshot;

/// See the module.
pub struct Loaded {
    pub coordinator: Coordinator,
    /// The disk has no space: nothing is decided that would have to be written.
    pub disk_full: bool,
    /// Requests that the coordinator has not replied to. Bounded by the connections there are.
    waiting: HashMap<Ticket, oneshot::Sender<Reply>>,
    next_ticket: Ticket,
    /// In the order of the log; the front is the oldest.
    parked: VecDeque<Parked>,
    /// Batches that the log has not taken yet, for want of write memory.
    outbox: VecDeque<Vec<u8>>,
    outbox_bytes: usize,
    /// Everything below was in the log when the last batch was appended.
    log_end: i64,
}

/// What leaves when the log is durable up to `end`.
struct Parked {
    /// `None` while batches are in the outbox.
    end: Option<i64>,
    /// How many batches must leave the outbox before `end` is known.
    batches: usize,
    replies: Vec<(Ticket, Reply)>,
    told: Option<oneshot::Sender<()>>,
    deadline_ms: u64,
}

impl Loaded {
    pub fn new(coordinator: Coordinator, log_end: i64) -> Self {
        Self {
            coordinator,
            disk_full: false,
            waiting: HashMap::new(),
            next_ticket: 0,
            parked: VecDeque::new(),
            outbox: VecDeque::new(),
            outbox_bytes: 0,
            log_end,
        }
    }

    /// A ticket for a request, and where its reply comes.
    pub fn open_ticket(&mut self) -> (Ticket, oneshot::Receiver<Reply>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let (sender, receiver) = oneshot::channel();
        self.waiting.insert(ticket, sender);
        (ticket, receiver)
    }

    /// Whether a request that leads to records can be taken now.
    ///
    /// # Errors
    /// COORDINATOR_NOT_AVAILABLE: the client tries again.
    pub fn check_writable(&self) -> Result<(), ErrorCode> {
        let full = self.disk_full
            || self.outbox_bytes > GROUP_OUTBOX_BYTES_MAX
            || self.parked.len() > GROUP_PARKED_MAX;
        if full { Err(ErrorCode::CoordinatorNotAvailable) } else { Ok(()) }
    }

    /// Appends a step's records and sees to its replies.
    ///
    /// # Errors
    /// The log refused: the state is ahead of it and must go.
    pub fn take(
        &mut self,
        groups: &Groups,
        partition: &Partition,
        step: Step,
    ) -> Result<(), Ahead> {
        let batches = batches(groups, &step.records)?;
        let parked = Parked {
            end: None,
            batches: batches.len(),
            replies: step.replies,
            told: None,
            deadline_ms: deadline_ms(groups),
        };
        self.outbox_bytes += batches.iter().map(Vec::len).sum::<usize>();
        self.outbox.extend(batches);
        if parked.batches > 0 || !parked.replies.is_empty() {
            self.parked.push_back(parked);
        }
        self.flush(groups, partition)
    }

    /// Told when everything that was decided so far is durable.
    pub fn durable(&mut self, groups: &Groups, partition: &Partition) -> oneshot::Receiver<()> {
        let (told, receiver) = oneshot::channel();
        self.parked.push_back(Parked {
            end: self.outbox.is_empty().then_some(self.log_end),
            batches: 0,
            replies: Vec::new(),
            told: Some(told),
            deadline_ms: deadline_ms(groups),
        });
        self.settle(partition.high_watermark.get());
        receiver
    }

    /// Gives the log what it has room for.
    ///
    /// # Errors
    /// As [`Loaded::take`].
    pub fn flush(&mut self, groups: &Groups, partition: &Partition) -> Result<(), Ahead> {
        // Those without an end are the newest, and all others may be many when the disk is slow.
        let first = self.parked.partition_point(|parked| parked.end.is_some());
        for parked in self.parked.range_mut(first..) {
            while parked.batches > 0 {
                let Some(batch) = self.outbox.front() else { break };
                match append(groups, partition, batch) {
                    Ok(end) => self.log_end = end,
                    Err(AppendError::Busy) => {
                        groups.logs.wake();
                        return Ok(());
                    }
                    Err(error) => return Err(Ahead(error.to_string())),
                }
                groups.logs.wake();
                self.outbox_bytes -= batch.len();
                self.outbox.pop_front();
                parked.batches -= 1;
            }
            parked.end = Some(self.log_end);
        }
        // The arena acknowledges at once, and the store then tells nobody.
        if let Some(stable_end) = groups.logs.stable_end(partition.log) {
            partition.on_stable_end(stable_end);
        }
        self.settle(partition.high_watermark.get());
        Ok(())
    }

    /// Everything below `acked` is durable.
    pub fn settle(&mut self, acked: i64) {
        while let Some(first) = self.parked.front()
            && first.end.is_some_and(|end| end <= acked)
        {
            let Some(parked) = self.parked.pop_front() else { break };
            for (ticket, reply) in parked.replies {
                if let Some(waiting) = self.waiting.remove(&ticket) {
                    waiting.send(reply);
                }
            }
            if let Some(told) = parked.told {
                told.send(());
            }
        }
    }

    /// Gives up on replies that wait for the disk too long (`offsets.commit.timeout.ms`); what they
    /// tell of may still become durable.
    pub fn expire(&mut self, now_ms: u64) {
        for parked in &mut self.parked {
            if parked.deadline_ms > now_ms {
                break;
            }
            for (ticket, _) in parked.replies.drain(..) {
                // Dropped, it is answered with COORDINATOR_NOT_AVAILABLE.
                self.waiting.remove(&ticket);
            }
            parked.told = None;
        }
    }

    /// Whether the ticker must look again soon.
    pub fn waits_for_disk(&self) -> bool {
        !self.parked.is_empty()
    }
}

fn deadline_ms(groups: &Groups) -> u64 {
    let timeout_ms = groups.metadata.broker_settings().offsets.commit_timeout_ms;
    groups.logs.clock.mono_ms() + u64::try_from(timeout_ms).unwrap_or(0)
}

fn append(groups: &Groups, partition: &Partition, batch: &[u8]) -> Result<i64, AppendError> {
    let Ok(header) = BatchHeader::parse(batch) else {
        return Err(AppendError::NoSuchLog);
    };
    let context =
        AppendContext { leader_epoch: partition.leader_epoch.get(), now: groups.logs.clock.now() };
    let appended = groups.logs.append(partition.log, batch, &header, context)?;
    Ok(appended.end)
}

/// One batch, or several where there is too much for one: each record stands for itself.
fn batches(groups: &Groups, records: &[GroupRecord]) -> Result<Vec<Vec<u8>>, Ahead> {
    let now_ms = groups.logs.clock.now().unix_ms;
    let mut batches = Vec::new();
    let mut builder = BatchBuilder::new();
    for record in records {
        let value = record.value.as_deref();
        let more_bytes = record.key.len() + value.map_or(0, <[u8]>::len);
        if builder.records_count() > 0 && builder.size_bytes() + more_bytes > GROUP_BATCH_BYTES {
            batches.push(built(&mut builder)?);
        }
        builder.append(now_ms, Some(&record.key), value, &[]);
    }
    if builder.records_count() > 0 {
        batches.push(built(&mut builder)?);
    }
    Ok(batches)
}

fn built(builder: &mut BatchBuilder) -> Result<Vec<u8>, Ahead> {
    builder.build().map_err(|error| Ahead(error.to_string()))
}

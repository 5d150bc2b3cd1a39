//! One pass over the partitions of a fetch.

use storage::{ReadOutcome, ReadRequest, Slice, Ticket, TicketResult};
use wire::ErrorCode;
use wire::hot::LeaderAndEpoch;
use wire::hot::fetch::EpochEndOffset;

use super::plan::{Plan, Wanted};
use crate::errors;
use crate::logs::Logs;
use crate::partition::{Located, Partition, Partitions};

/// What a partition gave.
#[derive(Debug)]
pub struct Found {
    pub error: ErrorCode,
    pub high_watermark: i64,
    pub log_start_offset: i64,
    pub slices: Vec<Slice>,
    pub records_bytes: usize,
    /// What counts for `min_bytes`: all of the limit where it cut off more that is there.
    pub counted_bytes: usize,
    /// Where the client's log leaves ours.
    pub diverging: Option<EpochEndOffset>,
    /// Who leads the partition, if not this broker.
    pub leader: Option<LeaderAndEpoch>,
    /// There was no memory to read into.
    pub busy: bool,
}

impl Found {
    fn error(error: ErrorCode) -> Self {
        Self {
            error,
            high_watermark: -1,
            log_start_offset: -1,
            slices: Vec::new(),
            records_bytes: 0,
            counted_bytes: 0,
            diverging: None,
            leader: None,
            busy: false,
        }
    }
}

/// What all partitions gave, in the plan's order.
#[derive(Debug)]
pub struct Pass {
    pub found: Vec<Found>,
    pub records_bytes: usize,
}

impl Pass {
    /// Whether the client need not wait for more. As in Kafka, partitions that were not there when
    /// the fetch came do not end the wait of the others; any other error does.
    pub fn satisfies(&self, plan: &Plan) -> bool {
        let is_telling = |(wanted, found): (&Wanted, &Found)| {
            let has_error = found.error != ErrorCode::None && wanted.absent.is_none();
            has_error || found.diverging.is_some()
        };
        let counted_bytes: usize = self.found.iter().map(|found| found.counted_bytes).sum();
        counted_bytes >= plan.min_bytes
            || plan.wanted.iter().all(|wanted| wanted.absent.is_some())
            || plan.wanted.iter().zip(&self.found).any(is_telling)
    }

    /// After the first pass: notes which partitions were not there. They are told so in the answer
    /// even if they are made meanwhile; one that goes away later ends the wait.
    pub fn note_absent(&self, plan: &mut Plan) {
        for (wanted, found) in plan.wanted.iter_mut().zip(&self.found) {
            let unknown = [ErrorCode::UnknownTopicOrPartition, ErrorCode::UnknownTopicId];
            wanted.absent = unknown.contains(&found.error).then_some(found.error);
        }
    }

    /// Something could not be read for want of memory, and nothing else was.
    pub fn is_starved(&self) -> bool {
        self.records_bytes == 0 && self.found.iter().any(|found| found.busy)
    }
}

/// Reads what is wanted, waiting for the disk where it must. Cold reads of several partitions are
/// under way together; each counts as its limit against the whole until it is back.
pub async fn pass(logs: &Logs, partitions: &Partitions, plan: &Plan) -> Pass {
    let mut left_bytes = plan.max_bytes;
    let mut at_least_one = true;
    let mut found = Vec::with_capacity(plan.wanted.len());
    let mut pending = Vec::new();
    for (place, wanted) in plan.wanted.iter().enumerate() {
        let max_bytes = wanted.max_bytes.min(left_bytes);
        let (one, ticket) = read_one(logs, partitions, wanted, max_bytes, at_least_one);
        if let Some(ticket) = ticket {
            pending.push((place, max_bytes, logs.answer(ticket)));
            left_bytes -= max_bytes;
            at_least_one = false;
        }
        if one.records_bytes > 0 {
            left_bytes = left_bytes.saturating_sub(one.records_bytes);
            at_least_one = false;
        }
        found.push(one);
    }
    for (place, max_bytes, answer) in pending {
        match answer.await {
            TicketResult::Read(outcome) => settle(&mut found[place], outcome, max_bytes),
            TicketResult::Lookup(_) => found[place].busy = true,
        }
    }
    let records_bytes = found.iter().map(|one| one.records_bytes).sum();
    Pass { found, records_bytes }
}

fn read_one(
    logs: &Logs,
    partitions: &Partitions,
    wanted: &Wanted,
    max_bytes: usize,
    at_least_one: bool,
) -> (Found, Option<Ticket>) {
    if let Some(code) = wanted.absent {
        return (Found::error(code), None);
    }
    let partition = match partitions.locate(wanted.topic.as_ref(), wanted.index) {
        Located::Here(partition) => partition,
        Located::Unknown(code) => return (Found::error(code), None),
        Located::Elsewhere(leader) => {
            let found =
                Found { leader: Some(leader), ..Found::error(ErrorCode::NotLeaderOrFollower) };
            return (found, None);
        }
    };
    if let Err(code) = partition.check_epoch(wanted.current_leader_epoch) {
        // A client that knows of a later epoch than this broker does is told nothing old.
        let is_fenced = code == ErrorCode::FencedLeaderEpoch;
        let leader = is_fenced.then(|| LeaderAndEpoch {
            leader_id: partitions.broker_id(),
            leader_epoch: partition.leader_epoch.get(),
        });
        return (Found { leader, ..Found::error(code) }, None);
    }
    read_here(logs, &partition, wanted, max_bytes, at_least_one)
}

fn read_here(
    logs: &Logs,
    partition: &Partition,
    wanted: &Wanted,
    max_bytes: usize,
    at_least_one: bool,
) -> (Found, Option<Ticket>) {
    let high_watermark = partition.high_watermark.get();
    let mut store = logs.store_mut();
    let Some((log_start_offset, _, _)) = store.offsets(partition.log) else {
        return (Found::error(ErrorCode::NotLeaderOrFollower), None);
    };
    let mut found = Found { high_watermark, log_start_offset, ..Found::error(ErrorCode::None) };
    if wanted.last_fetched_epoch >= 0 {
        match store.epoch_end_offset(partition.log, wanted.last_fetched_epoch) {
            None => return (Found::error(ErrorCode::OffsetOutOfRange), None),
            Some(end)
                if end.leader_epoch < wanted.last_fetched_epoch
                    || end.end_offset < wanted.offset =>
            {
                found.diverging =
                    Some(EpochEndOffset { epoch: end.leader_epoch, end_offset: end.end_offset });
                return (found, None);
            }
            Some(_) => {}
        }
    }
    let outcome = store.read(
        partition.log,
        ReadRequest {
            offset: wanted.offset,
            max_bytes,
            until_offset: high_watermark,
            at_least_one,
        },
    );
    if store.wants_turn() {
        // It reads ahead.
        logs.wake();
    }
    if let ReadOutcome::Pending(ticket) = outcome {
        return (found, Some(ticket));
    }
    settle(&mut found, outcome, max_bytes);
    (found, None)
}

fn settle(found: &mut Found, outcome: ReadOutcome, max_bytes: usize) {
    match outcome {
        ReadOutcome::Ready(slices) => {
            found.records_bytes = slices.total_bytes;
            // Kafka cuts the last batch in two. Were only whole ones to count, a reader that wants
            // as much as its limit would wait although all of that is there.
            let is_cut = slices.next_offset < found.high_watermark;
            let least = if is_cut { max_bytes } else { 0 };
            found.counted_bytes = slices.total_bytes.max(least);
            found.slices = slices.slices;
        }
        ReadOutcome::Busy | ReadOutcome::Pending(_) => found.busy = true,
        failed => {
            if let ReadOutcome::Corrupt(damage) = &failed {
                tracing::error!(%damage, "damaged bytes are not served");
            }
            *found = Found::error(errors::read(&failed));
        }
    }
}

//! Connections that write, each to partitions of its own.

use std::time::Instant;

use mio::Poll;

use super::{Target, Workload, Written};
use crate::BenchError;
use crate::connection::{Connection, Pending};
use crate::frames::{self, Batch, Frame};

struct Slot {
    partition: usize,
    frame: Frame,
    sent: i64,
}

/// One connection and the partitions it writes, all led where it is connected to.
pub struct Lane {
    pub connection: Connection,
    slots: Vec<Slot>,
    next_slot: usize,
}

impl Lane {
    /// How many partitions it writes.
    pub fn partitions(&self) -> usize {
        self.slots.len()
    }
}

/// All the lanes of a run.
pub struct Lanes {
    pub lanes: Vec<Lane>,
    batch: Batch,
    numbered: bool,
    /// The offset each partition has to acknowledge next; proves that nothing is lost or doubled
    /// while only one connection writes a partition.
    next_offset: Vec<i64>,
    one_writer: bool,
    acked: Vec<i64>,
}

impl Lanes {
    pub fn connect(
        target: &Target<'_>,
        workload: &Workload,
        batch: Batch,
        poll: &Poll,
    ) -> Result<Self, BenchError> {
        let Target { topic, leaders, .. } = *target;
        let one_writer = workload.connections <= leaders.len();
        if workload.numbered && !one_writer {
            let text = "several connections write one partition: its order cannot be verified";
            return Err(BenchError::Usage(text.into()));
        }
        let mut lanes = Vec::new();
        for index in 0..workload.connections {
            // Connection i takes partitions i, i + connections, …; with fewer they share.
            let first = index % leaders.len();
            let mine: Vec<usize> = (first..leaders.len())
                .step_by(workload.connections)
                .filter(|&partition| leaders[partition] == leaders[first])
                .collect();
            let slots = mine
                .into_iter()
                .map(|partition| {
                    let index = i32::try_from(partition).expect("few partitions");
                    let frame = frames::produce(topic, index, &batch)?;
                    Ok(Slot { partition, frame, sent: target.batches_of(partition) })
                })
                .collect::<Result<Vec<_>, BenchError>>()?;
            let connection = Connection::connect(&leaders[first], poll.registry(), index)?;
            lanes.push(Lane { connection, slots, next_slot: 0 });
        }
        let acked: Vec<i64> = (0..leaders.len()).map(|index| target.batches_of(index)).collect();
        let next_offset = acked.iter().map(|batches| batches * batch.records as i64).collect();
        Ok(Self { lanes, batch, numbered: workload.numbered, next_offset, one_writer, acked })
    }

    /// Sends the lane's next batch, and returns the partition it goes to.
    pub fn push(&mut self, lane: usize, since: Instant) -> usize {
        let lane = &mut self.lanes[lane];
        let count = lane.slots.len();
        let slot = &mut lane.slots[lane.next_slot];
        lane.next_slot = (lane.next_slot + 1) % count;
        if self.numbered {
            self.batch.number(slot.frame.batch_mut(&self.batch), slot.sent);
        }
        slot.sent += 1;
        slot.frame.set_correlation(lane.connection.next_correlation());
        lane.connection.push(&slot.frame.0, Pending { since, tag: slot.partition });
        slot.partition
    }

    /// Takes the acknowledgements that have arrived on a lane; hands on since when each counts.
    pub fn receive(
        &mut self,
        lane: usize,
        mut each: impl FnMut(Instant),
    ) -> Result<(), BenchError> {
        let Self { lanes, batch, next_offset, one_writer, acked, .. } = self;
        lanes[lane].connection.receive(|pending, response| {
            let offset = frames::produced_offset(response)?;
            let expected = &mut next_offset[pending.tag];
            if *one_writer && offset != *expected {
                return Err(BenchError::Wire(format!("offset {offset} where {expected} was due")));
            }
            *expected = offset + batch.records as i64;
            acked[pending.tag] += 1;
            each(pending.since);
            Ok(())
        })
    }

    pub fn is_idle(&self) -> bool {
        self.lanes.iter().all(|lane| lane.connection.in_flight() == 0)
    }

    pub fn written(&self) -> Written {
        let (batch, batches) = (self.batch.clone(), self.acked.clone());
        Written { batch, numbered: self.numbered, batches }
    }
}

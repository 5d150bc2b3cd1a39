//! The answers of one connection, in the order of their requests.

use std::collections::VecDeque;

use storage::Slice;
use wire::ErrorCode;

use crate::limits::{QUEUED_ANSWER_BYTES_MAX, SLOTS_PER_CONNECTION_MAX};

/// What is sent: a frame, with record batches to be put in between.
#[derive(Debug, Default)]
pub struct Answer {
    pub bytes: Vec<u8>,
    /// In the order in which they are sent.
    pub pieces: Vec<Piece>,
}

/// Record batches that go before `insert_at` of an answer's bytes.
#[derive(Debug)]
pub struct Piece {
    pub insert_at: usize,
    pub slice: Slice,
}

impl Answer {
    pub fn total_bytes(&self) -> usize {
        let records: usize = self.pieces.iter().map(|piece| piece.slice.len()).sum();
        self.bytes.len() + records
    }
}

/// What a request is, for the metrics and for answers that must be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// With the request's version.
    Produce(i16),
    Fetch,
    Other,
}

/// What is known of an answer when its request comes.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    pub kind: Kind,
    /// On the shard's clock.
    pub received_us: u64,
}

/// What became of a request whose answer can be sent.
#[derive(Debug)]
pub struct Settled {
    pub opened: Opened,
    /// Places of partitions that were not acknowledged after all, and why: the answer says that
    /// they were and must be corrected.
    pub failures: Vec<(u32, ErrorCode)>,
}

#[derive(Debug)]
struct Slot {
    opened: Opened,
    answer: Answer,
    filled: bool,
    /// Partitions whose acknowledgement is waited for. May go below 0 before the slot is filled: an
    /// ack may come first.
    pending: i64,
    failures: Vec<(u32, ErrorCode)>,
}

impl Slot {
    fn is_ready(&self) -> bool {
        self.filled && self.pending <= 0
    }
}

/// What a change made ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    No,
    /// It waits for an earlier one.
    Behind,
    /// It can be sent.
    First,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Slots {
    queue: VecDeque<Slot>,
    /// Number of the slot at the front.
    first: u64,
    ready: usize,
    queued_bytes: usize,
}

impl Slots {
    pub fn open(&mut self, opened: Opened) -> u64 {
        self.queue.push_back(Slot {
            opened,
            answer: Answer::default(),
            filled: false,
            pending: 0,
            failures: Vec::new(),
        });
        self.first + self.queue.len() as u64 - 1
    }

    pub fn fill(&mut self, number: u64, answer: Answer, acks: u32) -> Ready {
        let Some(slot) = at(&mut self.queue, self.first, number) else {
            return Ready::No;
        };
        debug_assert!(!slot.filled, "a slot is filled once");
        self.queued_bytes += answer.total_bytes();
        slot.answer = answer;
        slot.filled = true;
        slot.pending += i64::from(acks);
        self.settle(number)
    }

    pub fn acked(&mut self, number: u64, index: u32, outcome: Result<(), ErrorCode>) -> Ready {
        let Some(slot) = at(&mut self.queue, self.first, number) else {
            return Ready::No;
        };
        slot.pending -= 1;
        if let Err(code) = outcome {
            slot.failures.push((index, code));
        }
        self.settle(number)
    }

    fn settle(&mut self, number: u64) -> Ready {
        let Some(slot) = at(&mut self.queue, self.first, number) else {
            return Ready::No;
        };
        if !slot.is_ready() {
            return Ready::No;
        }
        self.ready += 1;
        if number == self.first { Ready::First } else { Ready::Behind }
    }

    /// The next answer that can be sent.
    pub fn take(&mut self) -> Option<(Settled, Answer)> {
        if !self.queue.front()?.is_ready() {
            return None;
        }
        let slot = self.queue.pop_front()?;
        self.first += 1;
        self.ready -= 1;
        self.queued_bytes -= slot.answer.total_bytes();
        Some((Settled { opened: slot.opened, failures: slot.failures }, slot.answer))
    }

    /// Whether another request may be read.
    pub fn have_room(&self) -> bool {
        self.queue.len() < SLOTS_PER_CONNECTION_MAX && self.queued_bytes < QUEUED_ANSWER_BYTES_MAX
    }

    /// Whether all requests so far are answered, sent or not.
    pub fn all_ready(&self) -> bool {
        self.ready == self.queue.len()
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn clear(&mut self) {
        self.first += self.queue.len() as u64;
        self.queue.clear();
        (self.ready, self.queued_bytes) = (0, 0);
    }
}

fn at(queue: &mut VecDeque<Slot>, first: u64, number: u64) -> Option<&mut Slot> {
    // Before the front it was cleared: the connection is closed.
    queue.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Opened {
        Opened { kind: Kind::Other, received_us: 0 }
    }

    fn answer(byte: u8) -> Answer {
        Answer { bytes: vec![byte], pieces: Vec::new() }
    }

    #[test]
    fn answers_leave_in_the_order_of_requests() {
        let mut slots = Slots::default();
        let numbers: Vec<u64> = (0..3).map(|_| slots.open(opened())).collect();
        assert_eq!(slots.fill(numbers[2], answer(2), 0), Ready::Behind);
        assert_eq!(slots.fill(numbers[0], answer(0), 1), Ready::No);
        assert!(slots.take().is_none());
        assert_eq!(slots.acked(numbers[0], 0, Ok(())), Ready::First);
        assert_eq!(slots.take().map(|(_, answer)| answer.bytes), Some(vec![0]));
        assert!(slots.take().is_none() && !slots.all_ready());
        assert_eq!(slots.fill(numbers[1], answer(1), 0), Ready::First);
        assert!(slots.all_ready());
        assert_eq!(slots.take().map(|(_, answer)| answer.bytes), Some(vec![1]));
        assert_eq!(slots.take().map(|(_, answer)| answer.bytes), Some(vec![2]));
        assert!(slots.is_empty() && slots.have_room());
    }

    #[test]
    fn an_ack_that_comes_before_the_answer_counts() {
        let mut slots = Slots::default();
        let number = slots.open(opened());
        assert_eq!(slots.acked(number, 0, Ok(())), Ready::No);
        assert_eq!(slots.fill(number, answer(0), 1), Ready::First);
    }

    #[test]
    fn acks_that_failed_go_with_their_answer() {
        let mut slots = Slots::default();
        let number = slots.open(opened());
        assert_eq!(slots.fill(number, answer(0), 2), Ready::No);
        assert_eq!(slots.acked(number, 0, Ok(())), Ready::No);
        let failed = ErrorCode::RequestTimedOut;
        assert_eq!(slots.acked(number, 1, Err(failed)), Ready::First);
        let failures = slots.take().map(|(settled, _)| settled.failures);
        assert_eq!(failures, Some(vec![(1, failed)]));
    }

    #[test]
    fn acks_for_a_closed_connection_fall_on_nothing() {
        let mut slots = Slots::default();
        let number = slots.open(opened());
        slots.clear();
        assert_eq!(slots.acked(number, 0, Ok(())), Ready::No);
        assert_eq!(slots.fill(number, answer(0), 0), Ready::No);
        let next = slots.open(opened());
        assert_eq!(slots.fill(next, answer(1), 0), Ready::First);
    }

    #[test]
    fn a_full_queue_says_so() {
        let mut slots = Slots::default();
        for _ in 0..SLOTS_PER_CONNECTION_MAX {
            assert!(slots.have_room());
            slots.open(opened());
        }
        assert!(!slots.have_room());
    }
}

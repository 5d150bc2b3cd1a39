//! What a log remembers of its idempotent producers (KIP-98, KIP-360): per producer id the epoch
//! and the last five batches, to recognise repetitions and gaps.

use std::collections::HashMap;

use rkyv::{Archive, Deserialize, Serialize};
use wire::records::BatchHeader;

use crate::errors::ProducerError;
use crate::limits::PRODUCER_BATCHES;
use crate::types::ProducerInfo;

/// A batch as it was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Archive, Serialize, Deserialize)]
pub struct RememberedBatch {
    pub first_sequence: i32,
    pub last_sequence: i32,
    pub base_offset: i64,
    pub last_offset: i64,
    pub max_timestamp_ms: i64,
}

/// One producer, as it is held and as it is stored with a closed segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
pub struct Producer {
    pub producer_id: i64,
    pub epoch: i16,
    /// How many of `batches` count; the newest is the last of them.
    pub count: u8,
    pub batches: [RememberedBatch; PRODUCER_BATCHES],
    /// The clock at its last append: what expiry goes by. Never a record's timestamp, which may be
    /// anything.
    pub last_append_ms: i64,
}

impl Producer {
    fn remembered(&self) -> &[RememberedBatch] {
        &self.batches[..usize::from(self.count).min(PRODUCER_BATCHES)]
    }

    fn last(&self) -> Option<&RememberedBatch> {
        self.remembered().last()
    }

    fn remember(&mut self, batch: RememberedBatch) {
        let count = usize::from(self.count).min(PRODUCER_BATCHES);
        if count == PRODUCER_BATCHES {
            self.batches.rotate_left(1);
            self.batches[PRODUCER_BATCHES - 1] = batch;
        } else {
            self.batches[count] = batch;
            self.count += 1;
        }
    }
}

/// The producers of one log; bounded, the longest idle go first.
#[derive(Debug, Default)]
pub(crate) struct Producers {
    map: HashMap<i64, Producer>,
}

impl Producers {
    pub fn new(snapshot: Vec<Producer>) -> Producers {
        Producers { map: snapshot.into_iter().map(|p| (p.producer_id, p)).collect() }
    }

    pub fn snapshot(&self) -> Vec<Producer> {
        let mut all: Vec<Producer> = self.map.values().copied().collect();
        all.sort_unstable_by_key(|p| p.producer_id);
        all
    }

    /// Whether the batch may be appended: `Ok(None)` yes, `Ok(Some(_))` it was already. A producer
    /// that is not known may begin with any sequence, as in Kafka: its state may have expired.
    pub fn check(&self, header: &BatchHeader) -> Result<Option<RememberedBatch>, ProducerError> {
        let producer_id = header.producer_id;
        let Some(known) = self.map.get(&producer_id) else { return Ok(None) };
        if header.producer_epoch < known.epoch {
            let (current, got) = (known.epoch, header.producer_epoch);
            return Err(ProducerError::Fenced { producer_id, current, got });
        }
        let got = header.base_sequence;
        if header.producer_epoch > known.epoch {
            if got != 0 {
                return Err(ProducerError::OutOfOrder { producer_id, expected: 0, got });
            }
            return Ok(None);
        }
        let last_sequence = header.last_sequence();
        let same =
            |b: &&RememberedBatch| b.first_sequence == got && b.last_sequence == last_sequence;
        if let Some(duplicate) = known.remembered().iter().rev().find(same) {
            return Ok(Some(*duplicate));
        }
        let Some(last) = known.last() else { return Ok(None) };
        let expected = next_sequence(last.last_sequence);
        if got == expected {
            return Ok(None);
        }
        // Sequences wrap, so "older" is the shorter way round.
        let behind = expected.wrapping_sub(got) & i32::MAX;
        if behind < 1 << 30 {
            return Err(ProducerError::DuplicateTooOld { producer_id });
        }
        Err(ProducerError::OutOfOrder { producer_id, expected, got })
    }

    /// Notes an appended batch; `check` has allowed it, or it is read back from the log.
    pub fn note(&mut self, header: &BatchHeader, base_offset: i64, append_ms: i64, limit: usize) {
        if self.map.len() >= limit.max(1) && !self.map.contains_key(&header.producer_id) {
            self.evict(limit);
        }
        let fresh = Producer {
            producer_id: header.producer_id,
            epoch: header.producer_epoch,
            count: 0,
            batches: [RememberedBatch::default(); PRODUCER_BATCHES],
            last_append_ms: append_ms,
        };
        let producer = self.map.entry(header.producer_id).or_insert(fresh);
        if producer.epoch != header.producer_epoch {
            *producer = fresh;
        }
        producer.last_append_ms = append_ms;
        // Markers of transactions carry no sequence; they only move the epoch.
        if header.base_sequence >= 0 {
            producer.remember(RememberedBatch {
                first_sequence: header.base_sequence,
                last_sequence: header.last_sequence(),
                base_offset,
                last_offset: base_offset + i64::from(header.last_offset_delta),
                max_timestamp_ms: header.max_timestamp,
            });
        }
    }

    /// Makes room by dropping the longest idle sixteenth.
    fn evict(&mut self, limit: usize) {
        let mut idle: Vec<(i64, i64)> =
            self.map.values().map(|p| (p.last_append_ms, p.producer_id)).collect();
        idle.sort_unstable();
        let excess = self.map.len().saturating_sub(limit) + (limit / 16).max(1);
        for (_, producer_id) in idle.into_iter().take(excess) {
            self.map.remove(&producer_id);
        }
    }

    /// Forgets who has been idle for longer than `expiration_ms`.
    pub fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        if expiration_ms >= 0 {
            let oldest = now_ms.saturating_sub(expiration_ms);
            self.map.retain(|_, p| p.last_append_ms >= oldest);
        }
    }

    /// Of each producer, its epoch and the last offset of its newest batch with records.
    pub fn last_offsets(&self) -> HashMap<i64, (i16, Option<i64>)> {
        let last = |p: &Producer| (p.epoch, p.last().map(|batch| batch.last_offset));
        self.map.values().map(|p| (p.producer_id, last(p))).collect()
    }

    pub fn infos(&self) -> Vec<ProducerInfo> {
        let info = |p: Producer| ProducerInfo {
            producer_id: p.producer_id,
            producer_epoch: p.epoch,
            last_sequence: p.last().map_or(-1, |b| b.last_sequence),
            last_timestamp_ms: p.last().map_or(-1, |b| b.max_timestamp_ms),
            coordinator_epoch: -1,
            current_transaction_start_offset: -1,
        };
        self.snapshot().into_iter().map(info).collect()
    }
}

fn next_sequence(last: i32) -> i32 {
    if last == i32::MAX { 0 } else { last + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(producer_id: i64, epoch: i16, first: i32, count: i32) -> BatchHeader {
        BatchHeader {
            base_offset: 0,
            batch_length: 100,
            partition_leader_epoch: 0,
            magic: 2,
            crc: 0,
            attributes: 0,
            last_offset_delta: count - 1,
            base_timestamp: 0,
            max_timestamp: 0,
            producer_id,
            producer_epoch: epoch,
            base_sequence: first,
            records_count: count,
        }
    }

    fn append(producers: &mut Producers, header: &BatchHeader, offset: i64) {
        assert_eq!(producers.check(header), Ok(None), "{header:?}");
        producers.note(header, offset, 0, 100);
    }

    #[test]
    fn the_last_five_batches_are_recognised() {
        let mut producers = Producers::default();
        for n in 0..8 {
            append(&mut producers, &batch(1, 0, n * 10, 10), i64::from(n) * 10);
        }
        for n in 3..8 {
            let seen = producers.check(&batch(1, 0, n * 10, 10)).unwrap().unwrap();
            assert_eq!(seen.base_offset, i64::from(n) * 10);
            assert_eq!(seen.last_offset, i64::from(n) * 10 + 9);
        }
        let too_old = ProducerError::DuplicateTooOld { producer_id: 1 };
        assert_eq!(producers.check(&batch(1, 0, 20, 10)), Err(too_old));
        let gap = ProducerError::OutOfOrder { producer_id: 1, expected: 80, got: 90 };
        assert_eq!(producers.check(&batch(1, 0, 90, 10)), Err(gap));
    }

    #[test]
    fn epochs_fence_and_restart_the_sequence() {
        let mut producers = Producers::default();
        append(&mut producers, &batch(1, 3, 7, 1), 0); // unknown: any sequence
        assert!(matches!(
            producers.check(&batch(1, 2, 8, 1)),
            Err(ProducerError::Fenced { current: 3, got: 2, .. })
        ));
        assert!(matches!(
            producers.check(&batch(1, 4, 8, 1)),
            Err(ProducerError::OutOfOrder { expected: 0, got: 8, .. })
        ));
        append(&mut producers, &batch(1, 4, 0, 1), 1);
        append(&mut producers, &batch(1, 4, 1, 1), 2);
    }

    #[test]
    fn sequences_wrap() {
        let mut producers = Producers::default();
        append(&mut producers, &batch(1, 0, i32::MAX - 1, 2), 0);
        append(&mut producers, &batch(1, 0, 0, 5), 2);
        let mut other = Producers::default();
        append(&mut other, &batch(1, 0, i32::MAX - 1, 4), 0);
        append(&mut other, &batch(1, 0, 2, 1), 4);
        assert_eq!(other.infos()[0].last_sequence, 2);
        let old = batch(1, 0, i32::MAX - 7, 2);
        assert!(matches!(other.check(&old), Err(ProducerError::DuplicateTooOld { .. })));
    }

    #[test]
    fn idle_producers_expire_and_the_count_is_bounded() {
        let mut producers = Producers::default();
        for id in 0..200 {
            producers.note(&batch(id, 0, 0, 1), id, id, 50);
        }
        assert!(producers.infos().len() <= 50);
        assert!(producers.infos().iter().all(|p| p.producer_id >= 140));
        producers.expire(300, 110);
        assert!(producers.infos().iter().all(|p| p.producer_id >= 190));
        let again = Producers::new(producers.snapshot());
        assert_eq!(again.infos(), producers.infos());
    }
}

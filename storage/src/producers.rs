//! What a log remembers of its idempotent producers (KIP-98, KIP-360): per producer id the epoch
//! and the last five batches, to recognise repetitions and gaps.

use std::cmp::Ordering;
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
    ///
    /// Only a batch that is remembered, from its first sequence to its last, is a duplicate. Of any
    /// other nobody knows whether it is in the log, and a producer takes "duplicate" for success.
    pub fn check(&self, header: &BatchHeader) -> Result<Option<RememberedBatch>, ProducerError> {
        let producer_id = header.producer_id;
        let Some(known) = self.map.get(&producer_id) else { return Ok(None) };
        let got = header.base_sequence;
        let expected = match header.producer_epoch.cmp(&known.epoch) {
            Ordering::Less => {
                let (current, got) = (known.epoch, header.producer_epoch);
                return Err(ProducerError::Fenced { producer_id, current, got });
            }
            Ordering::Greater => 0,
            Ordering::Equal => {
                let last_sequence = header.last_sequence();
                let same = |b: &&RememberedBatch| {
                    b.first_sequence == got && b.last_sequence == last_sequence
                };
                if let Some(duplicate) = known.remembered().iter().find(same) {
                    return Ok(Some(*duplicate));
                }
                // Markers move the epoch and leave no batch: the epoch begins behind them.
                known.last().map_or(0, |last| next_sequence(last.last_sequence))
            }
        };
        if got != expected {
            return Err(ProducerError::OutOfOrder { producer_id, expected, got });
        }
        Ok(None)
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
mod tests;

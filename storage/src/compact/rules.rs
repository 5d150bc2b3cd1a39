//! Which records stay: what Kafka's cleaner keeps of a batch.
//!
//! - Of each key the record with the largest offset; records behind the range stay as they are.
//! - A tombstone until its batch's delete horizon. The run that first meets it sets the horizon,
//!   `delete.retention.ms` from then on (KIP-534): a reader that started before has seen it.
//! - Nothing of a transaction that was given up. A transaction's marker, until nothing is left of
//!   its records and its own horizon has passed.
//! - A batch without records where it is the last of an idempotent producer, or of the segment.

use std::collections::{HashMap, HashSet};

use wire::records::{
    BatchError, BatchHeader, Compression, Payload, candidates, retain, without_records,
};

use crate::compact::keys::Keys;
use crate::compact::transactions::{Transactions, commits};
use crate::limits::{CLEAN_BATCH_BYTES_MAX, CLEAN_COMPRESS_COST};

/// What all batches of a run are judged by.
pub(crate) struct Rules {
    pub keys: Keys,
    pub transactions: Transactions,
    /// Behind the last offset whose key is known.
    pub end_offset: i64,
    pub now_ms: i64,
    pub delete_retention_ms: i64,
    /// Epoch and last offset with records of the producers that are remembered.
    pub producers: HashMap<i64, (i16, Option<i64>)>,
    /// Producers whose transaction, not yet at its marker, keeps records.
    keeps_records: HashSet<i64>,
    /// One answer per record of the batch at hand.
    kept: Vec<bool>,
}

/// What happened to the keys of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noted {
    Yes,
    /// There is no room: the range ends in front of this batch.
    Full,
}

impl Rules {
    pub fn new(keys: Keys, now_ms: i64, delete_retention_ms: i64) -> Rules {
        Rules {
            keys,
            transactions: Transactions::default(),
            end_offset: 0,
            now_ms,
            delete_retention_ms,
            producers: HashMap::new(),
            keeps_records: HashSet::new(),
            kept: Vec::new(),
        }
    }

    /// Collects the keys of a batch. Also gives what it cost.
    pub fn note(&mut self, header: &BatchHeader, batch: &[u8]) -> (Noted, u64) {
        let cost = batch.len() as u64;
        if header.is_control() {
            if let Some(is_commit) = commits(batch) {
                for (hash, offset) in self.transactions.decide(header, is_commit) {
                    self.keys.note(hash, offset);
                }
            }
            return (Noted::Yes, cost);
        }
        let records = u64::try_from(header.records_count).unwrap_or(0);
        if !self.keys.has_room(records + self.transactions.held()) {
            return (Noted::Full, cost);
        }
        // What does not open stays, and so does all that it might replace.
        let Ok(payload) = Payload::open(batch, CLEAN_BATCH_BYTES_MAX) else {
            return (Noted::Yes, cost);
        };
        let mut fits = true;
        let result = candidates(&payload, |record| {
            let Some(key) = record.key else { return };
            let hash = Keys::hash(key);
            fits &= match header.is_transactional() {
                true => self.transactions.hold(header, hash, record.offset),
                false => self.keys.note(hash, record.offset),
            };
        });
        if let Err(error) = result {
            tracing::warn!(offset = header.base_offset, %error, "a batch that does not parse");
        }
        let noted = if fits { Noted::Yes } else { Noted::Full };
        (noted, cost + payload.bytes().len() as u64)
    }

    /// Appends what stays of a batch to `out`. `is_last`: its place must be kept. Returns the cost.
    ///
    /// # Errors
    /// A codec failed to compress.
    pub fn clean(
        &mut self,
        header: &BatchHeader,
        batch: &[u8],
        is_last: bool,
        out: &mut Vec<u8>,
    ) -> Result<u64, BatchError> {
        let cost = batch.len() as u64;
        if header.base_offset >= self.end_offset {
            out.extend_from_slice(batch);
            return Ok(cost);
        }
        if header.records_count <= 0 {
            self.emptied(header, is_last, out)?;
            return Ok(cost);
        }
        if header.is_control() {
            self.clean_marker(header, batch, is_last, out)?;
            return Ok(cost);
        }
        if header.is_transactional() && self.transactions.is_aborted(header) {
            self.emptied(header, is_last, out)?;
            return Ok(cost);
        }
        let Ok(payload) = Payload::open(batch, CLEAN_BATCH_BYTES_MAX) else {
            out.extend_from_slice(batch);
            return Ok(cost);
        };
        let opened = cost + payload.bytes().len() as u64;
        let Some((left, has_tombstones)) = self.judge(header, &payload) else {
            out.extend_from_slice(batch);
            return Ok(opened);
        };
        if left == 0 {
            self.emptied(header, is_last, out)?;
            return Ok(opened);
        }
        if header.is_transactional() {
            self.keeps_records.insert(header.producer_id);
        }
        let horizon = (has_tombstones && !header.has_delete_horizon()).then(|| self.horizon());
        if left == self.kept.len() && horizon.is_none() {
            out.extend_from_slice(batch);
            return Ok(opened);
        }
        let mut kept = self.kept.iter().copied();
        let before = out.len();
        retain(&payload, horizon, |_| kept.next().unwrap_or(true), out)?;
        let rewritten = match header.compression() {
            Ok(Compression::None) | Err(_) => (out.len() - before) as u64,
            Ok(_) => payload.bytes().len() as u64 * CLEAN_COMPRESS_COST,
        };
        Ok(opened + rewritten)
    }

    /// Decides on each record; how many stay, and whether tombstones are among them. `None`: the
    /// records do not parse.
    fn judge(&mut self, header: &BatchHeader, payload: &Payload<'_>) -> Option<(usize, bool)> {
        let drop_tombstones = header.has_delete_horizon() && self.now_ms >= header.base_timestamp;
        let (mut left, mut has_tombstones) = (0, false);
        let (keys, kept) = (&self.keys, &mut self.kept);
        kept.clear();
        let result = candidates(payload, |record| {
            let stays = record.key.is_some_and(|key| {
                let latest = keys.latest(Keys::hash(key));
                latest.is_none_or(|latest| record.offset >= latest)
                    && !(record.is_tombstone && drop_tombstones)
            });
            kept.push(stays);
            left += usize::from(stays);
            has_tombstones |= stays && record.is_tombstone;
        });
        result.is_ok().then_some((left, has_tombstones))
    }

    fn clean_marker(
        &mut self,
        header: &BatchHeader,
        batch: &[u8],
        is_last: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), BatchError> {
        let is_needed = commits(batch).is_none() || self.keeps_records.remove(&header.producer_id);
        let waits = header.has_delete_horizon() && self.now_ms < header.base_timestamp;
        if is_needed || waits {
            out.extend_from_slice(batch);
        } else if header.has_delete_horizon() {
            self.emptied(header, is_last, out)?;
        } else {
            let payload = Payload::open(batch, CLEAN_BATCH_BYTES_MAX)?;
            retain(&payload, Some(self.horizon()), |_| true, out)?;
        }
        Ok(())
    }

    fn horizon(&self) -> i64 {
        self.now_ms.saturating_add(self.delete_retention_ms)
    }

    /// Nothing is left of a batch: it goes, or keeps its place.
    fn emptied(
        &self,
        header: &BatchHeader,
        is_last: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), BatchError> {
        if is_last || self.is_last_of_producer(header) {
            without_records(header, out)?;
        }
        Ok(())
    }

    fn is_last_of_producer(&self, header: &BatchHeader) -> bool {
        match self.producers.get(&header.producer_id) {
            Some((_, Some(last_offset))) => header.last_offset() == *last_offset,
            Some((epoch, None)) => header.is_control() && header.producer_epoch == *epoch,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::records::{BatchBuilder, records};

    use super::*;

    fn header(batch: &[u8]) -> BatchHeader {
        BatchHeader::parse(batch).unwrap()
    }

    fn data(offset: i64, producer_id: i64, key: &[u8]) -> Vec<u8> {
        let builder = BatchBuilder::new().base_offset(offset);
        let mut builder = match producer_id {
            -1 => builder,
            id => builder.producer(id, 0, 0).transactional(true),
        };
        builder.append(1, Some(key), Some(b"value"), &[]);
        builder.build().unwrap()
    }

    fn marker(offset: i64, producer_id: i64, kind: u8) -> Vec<u8> {
        let builder = BatchBuilder::new().base_offset(offset).producer(producer_id, 0, -1);
        let mut builder = builder.transactional(true).control(true);
        builder.append(1, Some(&[0, 0, 0, kind]), Some(&[0; 6]), &[]);
        builder.build().unwrap()
    }

    /// Offsets that are left, with records, of batches cleaned at a time.
    fn run(log: &[Vec<u8>], now_ms: i64) -> (Vec<Vec<u8>>, Vec<i64>) {
        let mut rules = Rules::new(Keys::new(1 << 16, 1000), now_ms, 1000);
        for batch in log {
            assert_eq!(rules.note(&header(batch), batch).0, Noted::Yes);
        }
        let end = header(log.last().unwrap()).last_offset() + 1;
        rules.end_offset = rules.transactions.first_open().unwrap_or(end);
        let mut left = Vec::new();
        for batch in log {
            let mut out = Vec::new();
            rules.clean(&header(batch), batch, false, &mut out).unwrap();
            if !out.is_empty() {
                left.push(out);
            }
        }
        let offsets = left.iter().flat_map(|b| records(b).unwrap()).map(|r| r.unwrap().offset);
        let offsets = offsets.collect();
        (left, offsets)
    }

    #[test]
    fn aborted_records_go_and_never_replace_committed_ones() {
        let log = [
            data(0, -1, b"a"),
            data(1, -1, b"b"),
            data(2, 5, b"a"),
            marker(3, 5, 0),
            data(4, 6, b"b"),
            marker(5, 6, 1),
            data(6, 5, b"b"),
            data(7, -1, b"c"),
        ];
        // 2 was given up; 6 is not decided, so the range ends there; 3 has its horizon set.
        let (left, offsets) = run(&log, 10_000);
        assert_eq!(offsets, [0, 3, 4, 5, 6, 7]);
        let abort = header(&left[1]);
        assert!(abort.has_delete_horizon() && abort.base_timestamp == 11_000, "{abort:?}");
        assert!(!header(&left[3]).has_delete_horizon(), "the commit still has its record");
        // Before the horizon the marker stays, behind it goes.
        assert_eq!(run(&left, 10_999).1, [0, 3, 4, 5, 6, 7]);
        assert_eq!(run(&left, 11_000).1, [0, 4, 5, 6, 7]);
    }

    #[test]
    fn records_without_a_key_go_and_those_that_do_not_open_stay() {
        let mut builder = BatchBuilder::new();
        builder.append(1, None, Some(b"value"), &[]).append(1, Some(b"k"), Some(b"v"), &[]);
        let keyless = builder.build().unwrap();
        let codec = Compression::Lz4;
        let mut broken = BatchBuilder::new().base_offset(2).compression(codec);
        broken.append(1, Some(b"k"), Some(b"v"), &[]);
        let mut broken = broken.build().unwrap();
        let at = broken.len() - 8;
        broken[at..].fill(0xff);
        let mut rules = Rules::new(Keys::new(1 << 16, 1000), 0, 1000);
        for batch in [&keyless, &broken] {
            rules.note(&header(batch), batch);
        }
        rules.end_offset = 3;
        let mut out = Vec::new();
        rules.clean(&header(&keyless), &keyless, false, &mut out).unwrap();
        assert_eq!(records(&out).unwrap().map(|r| r.unwrap().offset).collect::<Vec<_>>(), [1]);
        out.clear();
        rules.clean(&header(&broken), &broken, false, &mut out).unwrap();
        assert_eq!(out, broken);
    }
}

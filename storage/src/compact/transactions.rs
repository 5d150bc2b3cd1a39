//! What compaction knows of transactions: records of one that was given up count for nothing, and
//! its marker goes once its records are gone (KIP-98, KIP-534).

use std::collections::HashMap;

use wire::records::{BatchHeader, Payload};

use crate::limits::{CLEAN_BATCH_BYTES_MAX, CLEAN_UNDECIDED_MAX};

/// The transactions of the range whose keys are collected. Below it, all are decided and the
/// records of those given up are gone.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    /// Keys with their offsets by producer, until its marker comes.
    open: HashMap<i64, Open>,
    held: usize,
    /// Given up: (first offset, marker's offset) by producer, in order.
    aborted: HashMap<i64, Vec<(i64, i64)>>,
}

#[derive(Debug)]
struct Open {
    first_offset: i64,
    keys: Vec<(u128, i64)>,
}

impl Transactions {
    /// Holds a key back until its transaction is decided. `false`: too many are held.
    pub fn hold(&mut self, header: &BatchHeader, hash: u128, offset: i64) -> bool {
        self.held += 1;
        let fresh = Open { first_offset: header.base_offset, keys: Vec::new() };
        let open = self.open.entry(header.producer_id).or_insert(fresh);
        open.keys.push((hash, offset));
        self.held <= CLEAN_UNDECIDED_MAX
    }

    /// Keys held back.
    pub fn held(&self) -> u64 {
        self.held as u64
    }

    /// A marker: the keys that count from now on.
    pub fn decide(&mut self, header: &BatchHeader, is_commit: bool) -> Vec<(u128, i64)> {
        let Some(open) = self.open.remove(&header.producer_id) else { return Vec::new() };
        self.held -= open.keys.len();
        if is_commit {
            return open.keys;
        }
        let range = (open.first_offset, header.base_offset);
        self.aborted.entry(header.producer_id).or_default().push(range);
        Vec::new()
    }

    /// The first offset of a transaction without a marker yet: what follows cannot be cleaned.
    pub fn first_open(&self) -> Option<i64> {
        self.open.values().map(|open| open.first_offset).min()
    }

    /// Whether a batch belongs to a transaction that was given up.
    pub fn is_aborted(&self, header: &BatchHeader) -> bool {
        let ranges = self.aborted.get(&header.producer_id);
        ranges.is_some_and(|ranges| {
            let after = ranges.partition_point(|range| range.0 <= header.base_offset);
            after.checked_sub(1).is_some_and(|at| header.base_offset < ranges[at].1)
        })
    }
}

/// Whether a control batch is the marker of a commit; `None` if it is no transaction's marker.
pub(crate) fn commits(batch: &[u8]) -> Option<bool> {
    let payload = Payload::open(batch, CLEAN_BATCH_BYTES_MAX).ok()?;
    let record = payload.iter().next()?.ok()?;
    let key = record.key?;
    let kind = i16::from_be_bytes(key.get(2..4)?.try_into().ok()?);
    match kind {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

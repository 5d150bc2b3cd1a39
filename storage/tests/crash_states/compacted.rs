//! What must and may be in a log that compaction works on.

use std::collections::{BTreeMap, BTreeSet};

use wire::records::{BatchHeader, records};

use crate::truth::{Batch, Bounds};

/// A record: its key, and its value.
type Content = (Option<Vec<u8>>, Option<Vec<u8>>);

/// The records of some batches by offset.
fn contents<'a>(batches: impl Iterator<Item = &'a [u8]>) -> Result<BTreeMap<i64, Content>, String> {
    let mut all = BTreeMap::new();
    for batch in batches {
        for record in records(batch).map_err(|error| error.to_string())? {
            let record = record.map_err(|error| error.to_string())?;
            let content = (record.key.map(|k| k.to_vec()), record.value.map(|v| v.to_vec()));
            if all.insert(record.offset, content).is_some() {
                return Err(format!("two records at {}", record.offset));
            }
        }
    }
    Ok(all)
}

/// `range` is the log's start and end as they were found.
pub fn check(
    batches: &[(BatchHeader, Vec<u8>)],
    bounds: &Bounds,
    range: (i64, i64),
) -> Result<(), String> {
    let (start, end) = range;
    for pair in batches.windows(2) {
        if pair[1].0.base_offset <= pair[0].0.last_offset() {
            return Err(format!("{:?} behind {:?}", pair[1].0, pair[0].0));
        }
    }
    if let Some((header, _)) = batches.last()
        && header.last_offset() + 1 != end
    {
        return Err(format!("the end is {end}, {} is read", header.last_offset() + 1));
    }
    let found = contents(batches.iter().map(|(_, bytes)| bytes.as_slice()))?;
    let below_end: Vec<&Batch> = bounds.allowed.iter().filter(|b| b.last_offset < end).collect();
    let appended = contents(below_end.iter().map(|batch| batch.bytes.as_slice()))?;
    for (offset, content) in &found {
        if appended.get(offset) != Some(content) {
            return Err(format!("the record at {offset} was never appended"));
        }
        if bounds.taken.contains(offset) {
            return Err(format!("the record at {offset} has come back"));
        }
    }
    let mut latest: BTreeMap<&Vec<u8>, i64> = BTreeMap::new();
    for (offset, (key, _)) in &appended {
        latest.extend(key.iter().map(|key| (key, *offset)));
    }
    for (key, offset) in latest {
        if offset < start || found.contains_key(&offset) {
            continue;
        }
        if appended[&offset].1.is_some() {
            let offsets: Vec<_> = found.keys().collect();
            return Err(format!(
                "the last record of key {key:?}, at {offset}, is lost of {range:?}: {offsets:?}"
            ));
        }
        let older = found.iter().find(|(_, (other, _))| other.as_ref() == Some(key));
        if let Some((older, _)) = older {
            return Err(format!("{key:?} was deleted at {offset}, and is back at {older}"));
        }
    }
    Ok(())
}

/// Which records in `from..end` are gone, of those that were appended.
pub fn gone(
    batches: &[(BatchHeader, Vec<u8>)],
    bounds: &Bounds,
    range: (i64, i64),
) -> Result<BTreeSet<i64>, String> {
    let found = contents(batches.iter().map(|(_, bytes)| bytes.as_slice()))?;
    let appended = contents(bounds.allowed.iter().map(|batch| batch.bytes.as_slice()))?;
    for (offset, content) in &found {
        if appended.get(offset) != Some(content) {
            return Err(format!("read a record at {offset} that is not there"));
        }
    }
    let missing = appended.keys().filter(|offset| !found.contains_key(offset));
    Ok(missing.copied().filter(|offset| (range.0..range.1).contains(offset)).collect())
}

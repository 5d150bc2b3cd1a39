//! Whether a recovered store is right.

use std::collections::HashMap;

use storage::disk::memory::{Image, MemoryDisk, MemoryOptions, Random};
use storage::store::Store;
use storage::types::{LogId, Now};
use storage::{ArenaConfig, Ballast, StoreConfig, StoreLimits, Uuid, WriteUnit};
use wire::records::BatchHeader;

use crate::compacted;
use crate::drive::{TestStore, lookup, read_all};
use crate::truth::{Batch, Bounds, is_compacted};

pub const DATA_DIR: &str = "/data/shard-0";

/// A log as it was found.
pub struct Found {
    pub topic: String,
    pub topic_id: Uuid,
    pub id: LogId,
    pub log_start_offset: i64,
    pub log_end_offset: i64,
    pub batches: Vec<(BatchHeader, Vec<u8>)>,
}

/// What a store is opened with: half of them write in blocks, the others in larger units, whatever
/// the last one did.
pub fn draw_unit(random: &mut Random) -> WriteUnit {
    let bytes = [4096, 4096, 16384, 65536][random.below(4) as usize];
    WriteUnit::new(bytes).expect("a unit")
}

fn config(arena: Option<ArenaConfig>, write_unit: WriteUnit) -> StoreConfig {
    let (tail_bytes, read_bytes) = (2 << 20, 8 << 20);
    let limits = StoreLimits { tail_bytes, read_bytes, write_unit, ..StoreLimits::default() };
    StoreConfig { data_dir: DATA_DIR.into(), arena, limits, ballast: Ballast::default() }
}

/// Opens what a crash left.
pub fn open(
    disk: MemoryDisk,
    arena: Option<ArenaConfig>,
    unit: WriteUnit,
    now: Now,
) -> Result<TestStore, String> {
    Store::open(disk, config(arena, unit), now)
        .map_err(|error| format!("the store does not open: {error}"))
}

/// Compares a recovered store with what must and may be in it.
pub fn check(store: &mut TestStore, bounds: &[Bounds], now: Now) -> Result<Vec<Found>, String> {
    let report = store.recovery_report();
    if !report.damage.is_empty() || !report.skipped.is_empty() {
        return Err(format!("damage is reported: {:?} {:?}", report.damage, report.skipped));
    }
    let logs: Vec<_> =
        store.logs().map(|(id, key, topic_id)| (id, key.topic.to_string(), topic_id)).collect();
    let mut found = Vec::new();
    for (id, topic, topic_id) in logs {
        let known = bounds.iter().find(|log| log.topic == topic && log.topic_id == topic_id);
        let Some(log) = known.filter(|log| !log.gone) else {
            return Err(format!("{topic} {topic_id} is invented, or back from the dead"));
        };
        found.push(check_log(store, id, log, now).map_err(|why| format!("{topic}: {why}"))?);
    }
    for log in bounds.iter().filter(|log| log.must_end > log.start && !log.gone) {
        if !found.iter().any(|one| one.topic_id == log.topic_id) {
            return Err(format!("{} is lost, {} was its end", log.topic, log.must_end));
        }
    }
    Ok(found)
}

fn check_log(store: &mut TestStore, id: LogId, bounds: &Bounds, now: Now) -> Result<Found, String> {
    let status = store.log(id).ok_or("no status")?;
    let (start, end) = (status.log_start_offset, status.log_end_offset);
    if let Some(reason) = status.fenced {
        return Err(format!("fenced: {reason}"));
    }
    if end < bounds.must_end {
        return Err(format!("ends at {end}, {} was promised", bounds.must_end));
    }
    if start > bounds.start {
        return Err(format!("begins at {start}, {} is the furthest allowed", bounds.start));
    }
    if status.stable_end != end || status.durable_end_offset != end {
        return Err(format!("a log at rest is all acknowledged: {status:?}"));
    }
    let batches = read_all(store, id, start, now)?;
    if is_compacted(&bounds.topic) {
        compacted::check(&batches, bounds, (start, end))?;
        check_producers(store, id, &batches, true)?;
        let (topic, topic_id) = (bounds.topic.clone(), bounds.topic_id);
        return Ok(Found {
            topic,
            topic_id,
            id,
            log_start_offset: start,
            log_end_offset: end,
            batches,
        });
    }
    let allowed: HashMap<i64, &Batch> =
        bounds.allowed.iter().map(|batch| (batch.base_offset, batch)).collect();
    // A copy has gaps where its leader had nothing.
    let lacks = |from: i64, to: i64| {
        bounds.allowed.iter().any(|batch| (from..to).contains(&batch.last_offset))
    };
    let mut next = None;
    for (header, bytes) in &batches {
        let known = allowed.get(&header.base_offset);
        if known.is_none_or(|batch| batch.bytes != *bytes) {
            let other = known.map(|batch| BatchHeader::parse(&batch.bytes));
            return Err(format!("{header:?} was never appended, but {other:?}"));
        }
        let base = header.base_offset;
        if next.is_some_and(|next| next > base || lacks(next, base)) {
            return Err(format!("{base} follows {next:?}"));
        }
        next = Some(header.last_offset() + 1);
    }
    let read_from = batches.first().map_or(end, |(header, _)| header.base_offset);
    if lacks(start, read_from) || next.is_some_and(|next| next != end) {
        return Err(format!("{start}..{end} is there, {read_from}..{next:?} can be read"));
    }
    check_producers(store, id, &batches, false)?;
    let (topic, topic_id) = (bounds.topic.clone(), bounds.topic_id);
    Ok(Found { topic, topic_id, id, log_start_offset: start, log_end_offset: end, batches })
}

/// The sequences remembered are those of the log.
fn check_producers(
    store: &TestStore,
    id: LogId,
    batches: &[(BatchHeader, Vec<u8>)],
    compacted: bool,
) -> Result<(), String> {
    let mut last = HashMap::new();
    for (header, _) in batches.iter().filter(|(header, _)| header.has_producer()) {
        last.insert(header.producer_id, (header.producer_epoch, header.last_sequence()));
    }
    let remembered = store.producers(id);
    for (producer_id, expected) in last {
        let info = remembered.iter().find(|info| info.producer_id == producer_id);
        let found = info.map(|info| (info.producer_epoch, info.last_sequence));
        // After a cut the stored state may know of batches that compaction has taken.
        let newer = compacted && found > Some(expected);
        if found != Some(expected) && !newer {
            return Err(format!("producer {producer_id} is at {found:?}, not {expected:?}"));
        }
    }
    Ok(())
}

/// Everything that an index answers is the same with the stored indexes and without them.
pub fn check_indexes(image: &Image, now: Now) -> Result<u64, String> {
    let mut without = image.clone();
    let stored: Vec<_> = image
        .tree
        .keys()
        .filter(|path| path.extension().is_some_and(|extension| extension == "index"))
        .cloned()
        .collect();
    for path in &stored {
        without.tree.remove(path);
    }
    if stored.is_empty() {
        return Ok(0);
    }
    let mut answers = Vec::new();
    for image in [image.clone(), without] {
        let disk = MemoryDisk::from_image(image, MemoryOptions::default());
        let mut store = open(disk, None, WriteUnit::LEAST, now)?;
        answers.push(index_answers(&mut store, now)?);
    }
    let [with, without] = &answers[..] else { unreachable!("two images") };
    for (stored, rebuilt) in with.iter().zip(without) {
        if stored != rebuilt {
            return Err(format!("by the stored index {stored}, by a rebuilt one {rebuilt}"));
        }
    }
    if with.len() != without.len() {
        return Err("stored and rebuilt indexes know of different batches".into());
    }
    Ok(stored.len() as u64)
}

fn index_answers(store: &mut TestStore, now: Now) -> Result<Vec<String>, String> {
    let mut logs: Vec<_> = store.logs().map(|(id, key, _)| (key.to_string(), id)).collect();
    logs.sort();
    let mut answers = Vec::new();
    for (name, id) in logs {
        let status = store.log(id).ok_or("no status")?;
        let (start, end) = (status.log_start_offset, status.log_end_offset);
        answers.push(format!("{name} {start}..{end}"));
        let batches = read_all(store, id, start, now)?;
        let compacted = store.logs().any(|(log, key, _)| log == id && is_compacted(&key.topic));
        check_producers(store, id, &batches, compacted)?;
        let mut times: Vec<i64> = Vec::new();
        let bases: Vec<i64> = batches.iter().map(|(header, _)| header.base_offset).collect();
        for (header, bytes) in batches {
            let epoch = header.partition_leader_epoch;
            answers.push(format!("{name} {} {}", header.base_offset, crc32fast::hash(&bytes)));
            // An epoch that ended without records may be known or not: in front of a gap it makes
            // no difference which offset it began at.
            let ends = store.epoch_end_offset(id, epoch).map(|found| {
                let next = bases.iter().find(|base| **base >= found.end_offset);
                (found.leader_epoch, next.copied().unwrap_or(end))
            });
            answers.push(format!("{name} {epoch} {ends:?}"));
            times.extend([header.base_timestamp, header.max_timestamp + 1]);
        }
        for time in times {
            answers.push(format!("{name} {time}: {:?}", lookup(store, id, time, now)?));
        }
    }
    Ok(answers)
}

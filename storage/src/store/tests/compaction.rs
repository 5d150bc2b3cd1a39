//! Compaction: what stays, at which offset, and what readers and starts see of it.

use std::collections::BTreeMap;

use wire::records::{Batches, Compression, records};

use super::*;

/// A record as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    offset: i64,
    key: Vec<u8>,
    value: Option<Vec<u8>>,
}

fn compacted() -> LogConfig {
    LogConfig {
        segment_bytes: 20_000,
        cleanup_delete: false,
        cleanup_compact: true,
        min_cleanable_dirty_millionths: 0,
        delete_retention_ms: 60_000,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    }
}

fn quick() -> CleanerConfig {
    CleanerConfig { backoff_ms: 10, ..CleanerConfig::default() }
}

fn harness(config: LogConfig) -> Harness {
    let mut h = Harness::simple(config);
    h.store().configure_cleaner(CleanerConfig { enabled: false, ..quick() });
    h
}

fn keyed(h: &Harness, records: &[(u32, Option<u32>)], codec: Compression) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(codec);
    for (key, value) in records {
        let value = value.map(|value| format!("value {value} {}", "x".repeat(60)).into_bytes());
        builder.append(h.now.unix_ms, Some(&key.to_be_bytes()), value.as_deref(), &[]);
    }
    builder.build().unwrap()
}

impl Harness {
    fn put(&mut self, records: &[(u32, Option<u32>)], codec: Compression) -> Appended {
        let batch = keyed(self, records, codec);
        self.append(&batch)
    }

    /// Closes the active segment: what follows lies in another.
    fn roll(&mut self) {
        let id = self.id;
        let Store { io, logs, .. } = self.store.as_mut().unwrap();
        logs.get_mut(id).unwrap().roll(io);
        self.settle();
    }

    /// Compacts until there is nothing to do any more.
    fn compact(&mut self) -> StoreStats {
        self.store().configure_cleaner(quick());
        for _ in 0..20_000 {
            self.pass(1);
            self.settle();
        }
        self.store().configure_cleaner(CleanerConfig { enabled: false, ..quick() });
        self.store().stats()
    }

    fn seen(&mut self, from: i64) -> Vec<Seen> {
        let mut all = Vec::new();
        let mut offset = from;
        let end = self.status().log_end_offset;
        while offset < end {
            let request = ReadRequest {
                offset,
                max_bytes: 10_000,
                until_offset: i64::MAX,
                at_least_one: true,
            };
            let outcome = self.read(request);
            let ReadOutcome::Ready(slices) = outcome else { panic!("{offset}: {outcome:?}") };
            assert!(slices.next_offset > offset);
            let bytes = slices.to_vec();
            for (at, batch) in Batches::new(&bytes).enumerate() {
                let (header, batch) = batch.unwrap();
                assert!(at > 0 || header.last_offset() >= offset, "{header:?} for {offset}");
                for record in records(batch).unwrap() {
                    let record = record.unwrap();
                    let key = record.key.map(|k| k.to_vec()).unwrap_or_default();
                    let value = record.value.map(|v| v.to_vec());
                    all.push(Seen { offset: record.offset, key, value });
                }
            }
            offset = slices.next_offset;
        }
        all
    }
}

fn latest(seen: &[Seen]) -> BTreeMap<Vec<u8>, Seen> {
    seen.iter().map(|one| (one.key.clone(), one.clone())).collect()
}

fn ascending(seen: &[Seen]) -> bool {
    seen.windows(2).all(|pair| pair[0].offset < pair[1].offset)
}

/// A log of three passes over some keys, some of them deleted, in every codec.
fn filled() -> Harness {
    let mut h = harness(compacted());
    for n in 0..600_u32 {
        let codec = Compression::ALL[n as usize % 5];
        let value = |key: u32| (key % 10 != 3 || n < 200).then_some(n);
        let keys = [n % 50, n % 20 + 100, n % 7 + 200];
        let records: Vec<_> = keys.iter().map(|key| (*key, value(*key))).collect();
        h.put(&records, codec);
        h.turn();
    }
    h.settle();
    h
}

#[test]
fn the_last_record_of_each_key_stays_at_its_offset() {
    let mut h = filled();
    let before = h.seen(0);
    let size = h.status().size_bytes;
    let stats = h.compact();
    assert!(stats.cleaner_runs >= 1 && stats.cleaner_failures == 0, "{stats:?}");
    let after = h.seen(0);
    assert!(ascending(&after) && after.len() < before.len() / 2, "{}", after.len());
    assert_eq!(latest(&after), latest(&before));
    assert!(after.iter().all(|one| before.contains(one)), "nothing is invented");
    let status = h.status();
    assert_eq!(status.log_end_offset, 1800);
    assert!(status.size_bytes < size / 2 && stats.cleaned_bytes > 0, "{status:?}");
    // From every offset the next record is found.
    for from in 0..1800 {
        let first = h.seen_first(from);
        assert_eq!(first.as_ref(), after.iter().find(|one| one.offset >= from), "from {from}");
    }
    // A start finds the same, with the indexes and without.
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    assert_eq!(h.seen(0), after);
    assert!(h.store().recovery_report().damage.is_empty());
    for path in h.files(".index") {
        h.disk.edit(&PathBuf::from(path), Vec::clear).unwrap();
    }
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    assert!(h.store().recovery_report().damage.is_empty());
    assert_eq!(h.seen(0), after);
}

impl Harness {
    /// The first record at or behind an offset, in small reads.
    fn seen_first(&mut self, from: i64) -> Option<Seen> {
        let mut offset = from;
        while offset < self.status().log_end_offset {
            let request =
                ReadRequest { offset, max_bytes: 1, until_offset: i64::MAX, at_least_one: true };
            let outcome = self.read(request);
            let ReadOutcome::Ready(slices) = outcome else { panic!("{offset}: {outcome:?}") };
            for record in records(&slices.to_vec()).unwrap() {
                let record = record.unwrap();
                if record.offset >= from {
                    let key = record.key.map(|k| k.to_vec()).unwrap_or_default();
                    let value = record.value.map(|v| v.to_vec());
                    return Some(Seen { offset: record.offset, key, value });
                }
            }
            offset = slices.next_offset;
        }
        None
    }
}

#[test]
fn tombstones_stay_for_delete_retention_and_then_go() {
    let mut h = harness(compacted());
    h.put(&[(1, Some(1)), (2, Some(2))], Compression::None);
    h.roll();
    h.put(&[(1, None)], Compression::Lz4);
    h.roll();
    h.put(&[(9, Some(9))], Compression::None);
    h.roll();
    h.put(&[(9, Some(10))], Compression::None);
    h.compact();
    let tombstones = |seen: &[Seen]| seen.iter().filter(|one| one.value.is_none()).count();
    let seen = h.seen(0);
    assert_eq!((tombstones(&seen), seen.iter().filter(|s| s.key[3] == 1).count()), (1, 1));
    // Another run before its time keeps it, one after it does not.
    for (wait_ms, left) in [(1_000, 1), (120_000, 0)] {
        h.pass(wait_ms);
        h.roll();
        h.put(&[(9, Some(11))], Compression::None);
        h.compact();
        assert_eq!(tombstones(&h.seen(0)), left, "after {wait_ms}");
    }
    assert_eq!(h.seen(0).iter().filter(|s| s.key[3] == 2).count(), 1);
}

#[test]
fn producers_keep_their_last_sequence() {
    let mut h = harness(compacted());
    for n in 0..20 {
        let mut builder = BatchBuilder::new().producer(7, 0, n);
        builder.append(h.now.unix_ms, Some(b"key"), Some(&[n as u8; 4000]), &[]);
        h.append(&builder.build().unwrap());
        h.settle();
    }
    for n in 0..20 {
        let mut builder = BatchBuilder::new().producer(8, 0, n);
        builder.append(h.now.unix_ms, Some(b"key"), Some(&[n as u8; 4000]), &[]);
        h.append(&builder.build().unwrap());
        h.settle();
    }
    h.compact();
    for path in h.files(".index") {
        h.disk.edit(&PathBuf::from(path), Vec::clear).unwrap();
    }
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    let id = h.id;
    let producers = h.store().producers(id);
    let last: Vec<_> = producers.iter().map(|p| (p.producer_id, p.last_sequence)).collect();
    assert_eq!(last, [(7, 19), (8, 19)]);
}

#[test]
fn small_tables_compact_in_several_runs() {
    let mut h = harness(compacted());
    for n in 0..6_000_u32 {
        h.put(&[(n % 3_000, Some(n))], Compression::None);
        if n % 16 == 0 {
            h.turn();
        }
    }
    h.settle();
    let before = latest(&h.seen(0));
    h.store().configure_cleaner(CleanerConfig { keys_bytes: 0, ..quick() });
    let mut stats = h.store().stats();
    for _ in 0..60_000 {
        h.pass(1);
        h.settle();
        stats = h.store().stats();
    }
    assert!(stats.cleaner_runs >= 3, "{stats:?}");
    let after = h.seen(0);
    assert_eq!(latest(&after), before);
    assert!(after.len() < 3_400, "{}", after.len());
}

#[test]
fn lag_ratio_and_the_active_segment_hold_compaction_back() {
    let mut config = compacted();
    config.min_compaction_lag_ms = 100_000;
    let mut h = harness(config.clone());
    for n in 0..200 {
        h.put(&[(1, Some(n))], Compression::None);
        h.settle();
    }
    assert_eq!(h.compact().cleaner_runs, 0);
    h.pass(200_000);
    assert_eq!(h.compact().cleaner_runs, 1);
    // Some more dirt is not half of the log, until it waits for too long.
    config.min_compaction_lag_ms = 0;
    config.min_cleanable_dirty_millionths = 999_999;
    let id = h.id;
    h.store().configure(id, config.clone());
    for n in 0..200 {
        h.put(&[(1, Some(n))], Compression::None);
        h.settle();
    }
    assert_eq!(h.compact().cleaner_runs, 1);
    config.max_compaction_lag_ms = 10_000;
    h.store().configure(id, config);
    assert!(h.compact().cleaner_runs >= 2);
}

#[test]
fn cuts_lookups_and_deletions_fit_a_log_with_gaps() {
    let mut h = filled();
    h.compact();
    let id = h.id;
    let before = h.seen(0);
    // By time: the first record that is left.
    let lookup = h.store().offset_for_time(id, 0);
    assert_eq!(h.lookup(lookup).map(|found| found.offset), Some(before[0].offset));
    let lookup = h.store().offset_of_max_timestamp(id);
    assert!(h.lookup(lookup).is_some());
    // A cut among the gaps takes the records from there on, and new ones follow.
    let cut_at = before[before.len() / 2].offset;
    let end = h.store().truncate(id, cut_at).unwrap();
    assert!(end <= cut_at);
    let kept: Vec<Seen> = before.iter().filter(|s| s.offset < end).cloned().collect();
    assert_eq!(h.seen(0), kept);
    h.acked = end;
    h.kept.clear();
    h.put(&[(7, Some(7))], Compression::None);
    h.settle();
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    assert!(h.store().recovery_report().damage.is_empty());
    assert_eq!(h.seen(0).len(), kept.len() + 1);
    // Deleted records: the log begins at any offset, gap or not.
    let start = kept[kept.len() / 3].offset + 1;
    let id = h.id;
    h.store().delete_records(id, start).unwrap();
    h.settle();
    let left = h.seen(start);
    assert_eq!(left.iter().find(|s| s.offset >= start), kept.iter().find(|s| s.offset >= start));
    h.restart();
    assert_eq!(h.status().log_start_offset, start);
    assert_eq!(h.seen(start), left);
}

#[test]
fn readers_in_the_middle_of_compaction_are_unharmed() {
    let mut h = filled();
    let before = h.seen(0);
    h.store().configure_cleaner(quick());
    let mut offset = 0;
    let mut last = -1;
    for _ in 0..3_000 {
        h.pass(1);
        h.turn();
        let request =
            ReadRequest { offset, max_bytes: 300, until_offset: i64::MAX, at_least_one: true };
        let outcome = h.read(request);
        let ReadOutcome::Ready(slices) = outcome else { panic!("{offset}: {outcome:?}") };
        for batch in Batches::new(&slices.to_vec()) {
            for record in records(batch.unwrap().1).unwrap() {
                let record = record.unwrap();
                assert!(before.iter().any(|one| one.offset == record.offset));
                assert!(record.offset > last || record.offset < offset);
                last = last.max(record.offset);
            }
        }
        offset = slices.next_offset;
        if offset >= 1800 {
            (offset, last) = (0, -1);
        }
    }
    let stats = h.store().stats();
    assert!(stats.cleaner_runs >= 1 && stats.cleaner_failures == 0, "{stats:?}");
}

#[test]
fn a_failing_disk_ends_a_run_and_nothing_else() {
    use crate::disk::memory::{Fault, FaultOn};
    for on in [FaultOn::Write, FaultOn::Sync, FaultOn::Length, FaultOn::Read, FaultOn::Open] {
        let mut h = filled();
        let before = latest(&h.seen(0));
        let part = if on == FaultOn::Read { ".log" } else { ".cleaned" };
        let fault = Fault { on, path_part: part.into(), skip: 0, times: 1, errno: 28 };
        h.disk.inject(fault);
        let stats = h.compact();
        assert!(stats.cleaner_failures == 1 && stats.cleaner_runs >= 1, "{on:?} {stats:?}");
        assert!(h.status().fenced.is_none(), "{on:?}");
        assert_eq!(latest(&h.seen(0)), before);
        assert!(h.files(".cleaned").is_empty());
    }
}

#[test]
fn damage_is_not_laundered() {
    let mut h = filled();
    let path = h.files(".log")[1].clone();
    h.disk.edit(&PathBuf::from(&path), |bytes| bytes[3_000] ^= 1).unwrap();
    let stats = h.compact();
    assert!(stats.cleaner_failures >= 1, "{stats:?}");
    let request =
        ReadRequest { offset: 0, max_bytes: 1 << 20, until_offset: i64::MAX, at_least_one: true };
    assert!(matches!(h.read(request), ReadOutcome::Ready(_)));
    let image = h.disk.image();
    assert!(!image.tree.keys().any(|path| path.to_string_lossy().contains(".cleaned")));
}

/// The same few keys again and again, in values so large that segments are not made into one: of
/// all but the last nothing stays.
#[test]
fn a_reader_meets_no_segment_without_records() {
    let mut h = harness(compacted());
    for n in 0..6 {
        for key in 0..200 {
            h.put(&[(key, Some(n))], Compression::None);
            h.turn();
        }
        h.roll();
    }
    h.put(&[(1000, Some(0))], Compression::None);
    h.settle();
    let before = h.seen(0);
    h.compact();
    assert_eq!(latest(&h.seen(0)), latest(&before));
    let request =
        ReadRequest { offset: 0, max_bytes: 10_000, until_offset: i64::MAX, at_least_one: true };
    let ReadOutcome::Ready(slices) = h.read(request) else { panic!("read") };
    let read = slices.to_vec();
    let found = Batches::new(&read).map(|batch| batch.unwrap().0.records_count).max();
    assert!(found > Some(0), "the first read brings records: {found:?}");
    // Where there is nothing else, the empty batch is read: it moves the reader on.
    let first_end = h.status().log_end_offset.min(200);
    let until_offset = first_end;
    let ReadOutcome::Ready(slices) = h.read(ReadRequest { until_offset, ..request }) else {
        panic!("read")
    };
    assert!(slices.next_offset > 0, "{slices:?}");
}

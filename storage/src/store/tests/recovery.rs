//! What a start does with what it finds.

use std::path::Path;

use super::*;
use crate::disk::memory::{Fault, FaultOn, Node};
use crate::log::side::IndexFile;

fn rolled(seed: u64) -> Harness {
    let config =
        LogConfig { segment_bytes: 100_000, file_delete_delay_ms: 0, ..LogConfig::default() };
    let options = MemoryOptions { seed, ..MemoryOptions::default() };
    let mut h = Harness::new(config, false, options);
    for n in 0..60 {
        h.append(&batch(10, 900, h.now.unix_ms, n));
        h.turn();
    }
    h.settle();
    h
}

#[test]
fn closed_segments_are_not_read_at_a_start() {
    let mut h = rolled(1);
    let total: u64 = h.status().size_bytes;
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    h.accept_recovered(600);
    let scanned = h.store().recovery_report().scanned_bytes;
    assert!(total > 500_000 && scanned <= 200_000, "{scanned} of {total}");
}

#[test]
fn missing_and_damaged_indexes_are_rebuilt_equal() {
    let mut h = rolled(2);
    for _ in 0..20 {
        h.pass(6000);
        h.settle();
    }
    h.restart();
    let read = |h: &Harness, path: &str| {
        let image = h.disk.image();
        let Node::File(inode) = image.tree[&PathBuf::from(path)] else { panic!() };
        IndexFile::decode(&image.files[&inode].to_vec()).unwrap()
    };
    let paths = h.files(".index");
    assert!(paths.len() >= 5);
    let before: Vec<IndexFile> = paths.iter().map(|path| read(&h, path)).collect();
    for (n, path) in paths.iter().enumerate() {
        h.disk
            .edit(
                &PathBuf::from(path),
                |bytes| {
                    if n % 2 == 0 { bytes.clear() } else { bytes[40] ^= 1 }
                },
            )
            .unwrap();
    }
    let image = h.disk.image();
    h.store = None;
    h.start(image);
    h.check_all();
    for _ in 0..20 {
        h.pass(6000);
        h.settle();
    }
    for (path, before) in paths.iter().zip(before) {
        let after = read(&h, path);
        // The clock at the appends is not in the log.
        let clocks = (before.first_append_ms, before.last_append_ms);
        let after = IndexFile { first_append_ms: clocks.0, last_append_ms: clocks.1, ..after };
        assert_eq!(after, before);
    }
    h.check_all();
}

#[test]
fn a_break_before_acknowledged_data_is_damage_and_refused() {
    // In a segment that has a successor.
    let mut h = rolled(3);
    let size = h.kept[0].bytes.len();
    let logs = h.files(".log");
    let index = PathBuf::from(h.files(".index")[0].clone());
    h.disk.edit(&index, Vec::clear).unwrap();
    h.disk.edit(&PathBuf::from(&logs[0]), |bytes| bytes[size + 100] ^= 1).unwrap();
    let image = h.disk.image();
    h.store = None;
    h.start(image);
    let status = h.status();
    assert!(status.fenced.is_none());
    assert_eq!(status.damage.len(), 1, "{status:?}");
    assert_eq!(status.damage[0].start_position, size as u64);
    assert_eq!(h.store().recovery_report().damage.len(), 1);
    h.check_read(0, 1, 600);
    let request = ReadRequest { offset: 10, max_bytes: 1, until_offset: 600, at_least_one: true };
    assert!(matches!(h.read(request), ReadOutcome::Corrupt(_)));
    h.check_read(status.damage[0].end_offset, 1, 600);
}

/// A log whose last segment has no index, and of which all 600 records are known to be durable.
fn noted_as_durable(seed: u64) -> (Harness, PathBuf, usize) {
    let mut h = rolled(seed);
    let size = h.kept[0].bytes.len();
    h.pass(120_000);
    h.settle();
    let last = PathBuf::from(h.files(".log").last().unwrap());
    (h, last, size)
}

fn start_damaged(h: &mut Harness, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> LogStatus {
    h.disk.edit(path, change).unwrap();
    let image = h.disk.image();
    h.store = None;
    h.start(image);
    h.status()
}

#[test]
fn damage_in_the_last_segment_costs_the_batch_it_is_in() {
    // In the records; in the length; in the base offset, which no checksum covers.
    for (seed, place) in [(41, 100), (42, 10), (43, 6)] {
        let (mut h, last, size) = noted_as_durable(seed);
        let status = start_damaged(&mut h, &last, |bytes| bytes[size + place] ^= 1);
        assert!(status.fenced.is_none(), "{status:?}");
        assert_eq!((status.damage.len(), status.log_end_offset), (1, 600), "{status:?}");
        let damage = status.damage[0].clone();
        let positions = (damage.start_position, damage.end_position);
        assert_eq!(positions, (size as u64, 2 * size as u64));
        assert_eq!(damage.end_offset, damage.start_offset + 10);
        let others = |h: &mut Harness| {
            for (mut offset, until) in [(0, damage.start_offset), (damage.end_offset, 600)] {
                while offset < until {
                    offset = h.check_read(offset, 1 << 16, until);
                }
            }
            for offset in damage.start_offset..damage.end_offset {
                let request =
                    ReadRequest { offset, max_bytes: 1, until_offset: 600, at_least_one: true };
                assert!(matches!(h.read(request), ReadOutcome::Corrupt(_)), "at {offset}");
            }
        };
        others(&mut h);
        // It goes on behind, and is the same when the segment has a successor.
        assert_eq!(h.append(&batch(10, 900, 5, 1)).base_offset, 600);
        h.settle();
        h.restart();
        assert_eq!(h.status().damage.len(), 1);
        others(&mut h);
        h.check_read(600, 1, 610);
    }
}

#[test]
fn a_record_that_looks_like_a_batch_is_not_taken_for_one() {
    let config = LogConfig { file_delete_delay_ms: 0, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    let mut forged = batch(1, 10, 5, 9);
    rewrite_assigned(&mut forged, 5, 0);
    h.append(&batch(1, 300, h.now.unix_ms, 1));
    let mut builder = BatchBuilder::new();
    builder.append(5, None, Some(&forged), &[]);
    h.append(&builder.build().unwrap());
    for n in 0..8 {
        h.append(&batch(1, 300, h.now.unix_ms, n));
    }
    h.settle();
    h.pass(120_000);
    h.settle();
    let size = h.kept[0].bytes.len();
    let last = PathBuf::from(h.files(".log").last().unwrap());
    // The batch around it has a length that cannot be.
    let status = start_damaged(&mut h, &last, |bytes| bytes[size + 8] = 0x7f);
    assert_eq!((status.damage[0].start_offset, status.damage[0].end_offset), (1, 2));
    assert_eq!(status.log_end_offset, 10);
    h.check_read(2, 1 << 20, 10);
}

#[test]
fn a_last_segment_of_which_nothing_is_left_is_refused_and_not_forgotten() {
    let (mut h, last, size) = noted_as_durable(44);
    let mut status = start_damaged(&mut h, &last, |bytes| bytes[size..].fill(0x5a));
    for again in [true, false] {
        assert!(status.fenced.is_some(), "{status:?}");
        assert_eq!((status.damage[0].end_offset, status.log_end_offset), (600, 600));
        assert!(matches!(h.try_append(&batch(1, 1, 5, 1)), Err(AppendError::Fenced(_))));
        let damaged_from = status.damage[0].start_offset;
        let mut offset = 0;
        while offset < damaged_from {
            offset = h.check_read(offset, 1 << 16, damaged_from);
        }
        let request = ReadRequest { offset, max_bytes: 1, until_offset: 600, at_least_one: true };
        assert!(matches!(h.read(request), ReadOutcome::Corrupt(_)));
        if again {
            h.restart();
            status = h.status();
        }
    }
}

#[test]
fn a_shortened_closed_segment_is_damage() {
    let mut h = rolled(5);
    let path = PathBuf::from(&h.files(".log")[1]);
    h.disk.edit(&path, |bytes| bytes.truncate(50_000)).unwrap();
    let image = h.disk.image();
    h.store = None;
    h.start(image);
    let status = h.status();
    assert_eq!(status.damage.len(), 1, "{status:?}");
    assert_eq!(status.damage[0].file, path);
    assert!(status.fenced.is_none());
    h.append(&batch(1, 1, 5, 1));
    h.settle();
    assert_eq!(h.acked, 601);
}

#[test]
fn a_missing_side_file_is_rebuilt() {
    let mut h = rolled(6);
    h.close();
    let side = format!("{DIR}/orders-3/partition");
    h.disk.edit(&PathBuf::from(&side), |bytes| bytes[50] ^= 1).unwrap();
    let image = h.disk.image();
    h.start(image);
    assert_eq!(h.status().log_end_offset, 600);
    h.check_all();
    h.pass(6000);
    h.settle();
    h.restart();
    h.check_all();
}

#[test]
fn a_log_written_by_kafka_is_adopted() {
    let mut h = rolled(7);
    h.close();
    // Kafka has no partition file, and its own idea of an index.
    let mut image = h.disk.image();
    image.tree.remove(&PathBuf::from(format!("{DIR}/orders-3/partition")));
    h.disk = MemoryDisk::from_image(image, MemoryOptions::default());
    for path in h.files(".index") {
        h.disk.edit(&PathBuf::from(path), |bytes| *bytes = vec![0; 40]).unwrap();
    }
    let image = h.disk.image();
    h.start(image);
    h.check_all();
    assert_eq!(h.append(&batch(1, 1, 5, 1)).base_offset, 600);
    h.settle();
    h.restart();
    h.check_all();
}

#[test]
fn a_kill_in_the_middle_of_adoption_loses_nothing() {
    for seed in 0..60 {
        let config =
            LogConfig { segment_bytes: 150_000, flush_messages: 1000, ..LogConfig::default() };
        let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
        let mut h = Harness::new(config, true, options.clone());
        for n in 0..60 {
            let value = 1 + h.random.below(9000) as usize;
            h.append(&batch(2, value, 5, n));
            if h.random.one_in(3) {
                h.pass(100);
                h.turn();
            }
        }
        let must = h.acked;
        let image = h.crash(Crash::Kill, Keep::Drawn);
        // The adopting start dies at some write; the arena is as it was.
        let arena = h.arena.as_ref().unwrap().path().join("arena");
        let kept = std::fs::read(&arena).unwrap();
        let disk = MemoryDisk::from_image(image, options);
        // The dead process's writes in flight hold the arena no longer.
        h.disk = disk.clone();
        disk.inject(Fault {
            on: FaultOn::Any,
            path_part: "orders".into(),
            skip: h.random.below(40),
            times: 1_000_000,
            errno: 5,
        });
        let died = Store::open(disk.clone(), h.store_config(), h.now);
        let image = disk.crash(Crash::Kill, Keep::Drawn, &mut h.random);
        drop(died);
        std::fs::write(&arena, &kept).unwrap();
        h.start(image);
        h.accept_recovered(must);
    }
}

#[test]
fn many_lives_append_recover_append() {
    let config = LogConfig { segment_bytes: 50_000, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    for life in 0..30_u8 {
        for n in 0..10 {
            h.append(&batch(1, 700, h.now.unix_ms, life ^ n));
            h.turn();
        }
        let must = h.acked;
        let keep = [Keep::Nothing, Keep::Drawn, Keep::Everything][usize::from(life) % 3];
        let crash = if life % 2 == 0 { Crash::PowerCut } else { Crash::Kill };
        let image = h.crash(crash, keep);
        h.start(image);
        h.accept_recovered(must);
    }
}

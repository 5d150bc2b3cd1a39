//! What segment files are written in: blocks, or larger units where a device likes them better.

use std::path::Path;

use super::*;
use crate::disk::memory::{Event as DiskEvent, Node};

const UNITS: [&[u64]; 3] = [&[4096], &[16384], &[65536]];

fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 300_000, file_delete_delay_ms: 0, ..LogConfig::default() }
}

fn with_unit(config: LogConfig, arena: bool, seed: u64, units: &'static [u64]) -> Harness {
    let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
    Harness::with_units(config, arena, options, units)
}

/// Writes to segment files since the recording began: where, and how long.
fn recorded(h: &Harness) -> Vec<(u64, u64)> {
    h.disk.with_log(|events| {
        let made = |inode| {
            let log = |path: &Path| path.to_string_lossy().contains(".log");
            events.iter().any(|event| match event {
                DiskEvent::Create { inode: new, path } => *new == inode && log(path),
                _ => false,
            })
        };
        let writes = events.iter().filter_map(|event| match event {
            DiskEvent::Begin { inode, position, data, .. } if made(*inode) => {
                Some((*position, data.len() as u64))
            }
            _ => None,
        });
        writes.collect()
    })
}

#[test]
fn every_write_is_whole_units() {
    for (seed, units) in UNITS.into_iter().enumerate() {
        let mut h = with_unit(small_segments(), false, seed as u64, units);
        h.disk.record();
        let unit = units[0];
        h.append(&batch(1, 100, 5, 1));
        h.settle();
        assert_eq!(h.store().stats().written_bytes, unit, "one record is one unit");
        // Small ones until there are zeros ahead, and large ones beside a busy tail, over rolls.
        for n in 0..200_u64 {
            let value = if n % 40 == 39 { 290_000 } else { 900 };
            h.append(&batch(1, value, 5, n as u8));
            if n % 3 != 0 {
                h.turn();
            }
        }
        h.settle();
        let stats = h.store().stats();
        assert!(stats.zeroed_bytes > 0 && stats.rolled_segments > 3, "{stats:?}");
        let writes = recorded(&h);
        let whole = |(at, len): &(u64, u64)| at.is_multiple_of(unit) && len.is_multiple_of(unit);
        assert!(writes.len() > 50 && writes.iter().all(whole), "{unit}: {writes:?}");
        h.check_all();
        // Padding is not part of a file at rest.
        let size = h.status().size_bytes;
        h.close();
        let image = h.disk.image();
        let logs = image.tree.iter().filter(|(path, _)| path.to_string_lossy().ends_with(".log"));
        let on_disk: u64 = logs
            .map(|(_, node)| match node {
                Node::File(inode) => image.files[inode].len(),
                Node::Dir => 0,
            })
            .sum();
        assert_eq!(on_disk, size);
    }
}

#[test]
fn the_last_unit_is_written_again_whole_after_its_memory_was_given_away() {
    for (seed, units) in UNITS.into_iter().enumerate() {
        let mut h = with_unit(small_segments(), false, seed as u64, units);
        let other = LogKey { topic: "crowd".into(), partition: 0 };
        let config = h.config.clone();
        let crowd = h.store().create_log(other, Uuid([8; 16]), config, 0).unwrap();
        for round in 0..5_u8 {
            // It ends within a unit, not near a block's end.
            h.append(&batch(1, 6_100, 5, round));
            h.settle();
            for _ in 0..20 {
                let bytes = batch(1, 60_000, 5, 0);
                let header = BatchHeader::parse(&bytes).unwrap();
                let context = AppendContext { leader_epoch: 0, now: h.now };
                while let Err(error) = h.store().append(crowd, &bytes, &header, context) {
                    assert_eq!(error, AppendError::Busy);
                    let now = h.now;
                    h.store().turn(now);
                }
            }
            for _ in 0..200 {
                let now = h.now;
                h.store().turn(now);
                h.store().drain_events(&mut Vec::new());
            }
        }
        let end = h.status().log_end_offset;
        assert_eq!((end, h.status().durable_end_offset), (5, 5));
        let image = h.crash(Crash::PowerCut, Keep::Nothing);
        h.start(image);
        h.accept_recovered(end);
    }
}

/// The disk panics if two writes of one unit are in flight together.
#[test]
fn a_unit_in_flight_is_waited_for_where_a_block_ends_too() {
    let sizes = 3_800..4_096;
    let bytes = sizes.map(|value| batch(1, value, 5, 1)).find(|b| b.len() == 4096).unwrap();
    for (seed, units) in UNITS.into_iter().enumerate() {
        let mut h = with_unit(small_segments(), false, seed as u64, units);
        for _ in 0..100 {
            h.append(&bytes);
            h.turn();
        }
        h.settle();
        h.check_all();
    }
}

/// Appends, some of them not yet on their way.
fn append_some(h: &mut Harness, from: u8) {
    for n in from..from + 20 {
        h.append(&batch(1 + usize::from(n) % 3, 3_000, 5, n));
        if n % 4 == 0 {
            h.turn();
        }
    }
}

#[test]
fn a_log_goes_on_in_another_unit() {
    let pairs: [[&'static [u64]; 2]; 4] =
        [[&[4096], &[16384]], [&[16384], &[4096]], [&[65536], &[4096]], [&[4096], &[65536]]];
    for (seed, [first, second]) in pairs.into_iter().enumerate() {
        for crash in [None, Some(Crash::Kill), Some(Crash::PowerCut)] {
            for flush_messages in [1, 1_000_000] {
                let config = LogConfig { flush_messages, ..small_segments() };
                let mut h = with_unit(config, true, seed as u64, first);
                for (round, units) in [second, first, second].into_iter().enumerate() {
                    append_some(&mut h, round as u8 * 40);
                    if round == 1 {
                        h.settle();
                    }
                    reopen(&mut h, crash, units);
                    append_some(&mut h, round as u8 * 40 + 20);
                    h.settle();
                    h.check_all();
                }
            }
        }
    }
}

fn reopen(h: &mut Harness, crash: Option<Crash>, units: &'static [u64]) {
    h.drain();
    let status = h.status();
    h.units = units;
    let must_have = match crash {
        None => {
            h.restart();
            return h.accept_recovered(status.log_end_offset);
        }
        Some(Crash::Kill) => status.stable_end,
        Some(Crash::PowerCut) => status.durable_end_offset,
    };
    let image = h.crash(crash.unwrap_or(Crash::Kill), Keep::Drawn);
    h.start(image);
    h.accept_recovered(must_have);
}

#[test]
fn a_kill_in_one_unit_is_adopted_in_another() {
    for units in [[16384, 4096], [4096, 16384], [65536, 4096]] {
        let config = LogConfig { flush_messages: 1_000_000, ..small_segments() };
        let first: &'static [u64] = Box::leak(Box::new([units[0]]));
        let mut h = with_unit(config, true, 9, first);
        // The first ack waits until the log is made.
        h.append(&batch(1, 10, h.now.unix_ms, 0));
        h.settle();
        append_some(&mut h, 0);
        assert!(h.status().durable_end_offset < h.status().stable_end);
        let acked = h.status().stable_end;
        let image = h.crash(Crash::Kill, Keep::Nothing);
        h.units = Box::leak(Box::new([units[1]]));
        h.disk = MemoryDisk::from_image(image, h.options.clone());
        h.disk.record();
        h.open();
        h.accept_recovered(acked);
        let writes = recorded(&h);
        let whole = |(at, len): &(u64, u64)| at % units[1] == 0 && len % units[1] == 0;
        assert!(h.store().recovery_report().adopted_bytes > 0);
        assert!(!writes.is_empty() && writes.iter().all(whole), "{writes:?}");
    }
}

/// Recovery takes a whole batch that lies further than that behind a break for a proof of damage.
#[test]
fn no_batch_is_in_flight_further_behind_a_batch_that_is_not_whole_than_recovery_expects() {
    for unit_bytes in [4096, 16384] {
        let disk = MemoryDisk::new(MemoryOptions { shuffle: true, ..MemoryOptions::default() });
        disk.record();
        let write_unit = WriteUnit::new(unit_bytes).unwrap();
        let limits = StoreLimits { write_unit, ..StoreLimits::default() };
        let config =
            StoreConfig { data_dir: DIR.into(), arena: None, limits, ballast: Ballast::default() };
        let now = Now { unix_ms: 1_700_000_000_000, mono_ms: 1000 };
        let mut store = Store::open(disk.clone(), config, now).unwrap();
        let (preallocate, segment_bytes) = (true, 64 << 20);
        let config = LogConfig { preallocate, segment_bytes, ..LogConfig::default() };
        let id = store.create_log(key(), topic_id(), config, 0).unwrap();
        let bytes = batch(1, 900_000, 5, 1);
        let header = BatchHeader::parse(&bytes).unwrap();
        for _ in 0..40 {
            let context = AppendContext { leader_epoch: 0, now };
            store.append(id, &bytes, &header, context).unwrap();
        }
        while store.in_flight() > 0 || store.wants_turn() {
            store.turn(now);
            store.drain_events(&mut Vec::new());
        }
        assert_eq!(store.log(id).unwrap().durable_end_offset, 40);
        let furthest = disk.with_log(|events| furthest_ahead(events, bytes.len() as u64));
        let bound = limits::LOG_IN_FLIGHT_BYTES;
        assert!(furthest > bound / 2 && furthest <= bound, "{furthest} ahead");
    }
}

/// How far the writes of a log reached, at most, behind the start of the first batch that was not
/// whole. All batches are as long.
fn furthest_ahead(events: &[DiskEvent], batch_bytes: u64) -> u64 {
    let (mut flying, mut landed) = (Vec::new(), Vec::new());
    let (mut written, mut furthest) = (0, 0);
    for event in events {
        match event {
            // Side files are small.
            DiskEvent::Begin { id, position, data, .. } if data.len() > 4096 => {
                let end = position + data.len() as u64;
                flying.push((*id, *position, end));
                furthest = furthest.max(end - written / batch_bytes * batch_bytes);
            }
            DiskEvent::Land { id, .. } => {
                landed.extend(flying.extract_if(.., |(flying, ..)| flying == id));
                landed.sort_unstable_by_key(|(_, from, _)| *from);
                for (_, from, to) in &landed {
                    written = if *from <= written { written.max(*to) } else { written };
                }
            }
            _ => {}
        }
    }
    furthest
}

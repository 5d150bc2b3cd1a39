//! A log comes to be on disk with its first append, whatever happens in between.

use super::*;
use crate::disk::memory::{Fault, FaultOn};
use crate::disk::recording::RecordingDisk;
use crate::limits::{DISK_FULL_RETRY_MS, SWEEP_MS};

const ENOSPC: i32 = 28;

fn key_of(n: i32) -> LogKey {
    LogKey { topic: "many".into(), partition: n }
}

#[test]
fn a_log_without_an_append_is_nowhere_on_disk() {
    let mut h = Harness::simple(LogConfig::default());
    let many: Vec<LogId> = (0..200)
        .map(|n| {
            let lazy = LogConfig { flush_messages: 100, ..LogConfig::default() };
            h.store().create_log(key_of(n), Uuid([5; 16]), lazy, 3).unwrap()
        })
        .collect();
    let before = h.disk.image().tree.len();
    for id in &many {
        h.store().begin_term(*id, 4);
        assert_eq!(h.store().delete_records(*id, -1).unwrap(), 0);
        assert_eq!(h.store().durable_log_start(*id).unwrap(), 0);
        assert_eq!(h.store().truncate(*id, 0).unwrap(), 0);
        let status = h.store().log(*id).unwrap();
        assert_eq!((status.log_end_offset, status.leader_epoch, status.size_bytes), (0, 4, 0));
        let request =
            ReadRequest { offset: 0, max_bytes: 1, until_offset: i64::MAX, at_least_one: true };
        let outcome = h.store().read(*id, request);
        assert!(matches!(outcome, ReadOutcome::Ready(slices) if slices.total_bytes == 0));
        assert!(matches!(h.store().offset_for_time(*id, 0), Lookup::Ready(None)));
    }
    for _ in 0..4 {
        h.pass(60_000);
        h.settle();
    }
    assert_eq!(h.store().in_flight(), 0);
    assert_eq!(h.disk.image().tree.len(), before);
    for id in many {
        h.store().delete_log(id).unwrap();
    }
    h.settle();
    assert_eq!(h.disk.image().tree.len(), before);
    h.restart();
    assert!(h.store().logs().all(|(_, key, _)| &*key.topic != "many"), "nothing was written");
}

/// A store that makes a log and appends to it, crashed at every event: what was acknowledged is
/// there, and a log that is not there can be made again.
#[test]
fn whenever_the_crash_comes_the_first_ack_holds() {
    for (flush_messages, seed) in [(1, 1), (1, 2), (1000, 3), (1000, 4)] {
        let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
        let recording = RecordingDisk::new(options.clone());
        let mut h = Harness::simple(LogConfig { flush_messages, ..LogConfig::default() });
        h.close();
        h.disk = recording.disk();
        h.arena = (flush_messages > 1).then(|| tempfile::tempdir_in("/dev/shm").unwrap());
        h.open();
        let config = h.config.clone();
        h.append(&batch(3, 700, 5, 1));
        let mut acked_at = None;
        while acked_at.is_none() {
            h.turn();
            let durable = h.status().durable_end_offset;
            acked_at = (durable == 3).then(|| recording.position());
            h.pass(100);
        }
        let id = h.id;
        assert_eq!(h.store().stable_end(id), Some(3));
        h.settle();
        h.store = None;
        let history = recording.history();
        let mut replay = history.replay();
        let (mut empty, mut whole) = (0, 0);
        for position in 0..=history.len() {
            replay.advance_to(position);
            for draw in 0..24 {
                let keep = [Keep::Nothing, Keep::Everything, Keep::Drawn][draw % 3];
                let crash = if draw % 2 == 0 { Crash::PowerCut } else { Crash::Kill };
                let image = replay.crash(crash, keep, &mut Random::new(seed + draw as u64));
                let mut found = Harness::simple(config.clone());
                found.arena = None;
                found.start(image);
                let must_have = acked_at.is_some_and(|at| position >= at);
                let id = found.id;
                assert_eq!(found.store().topic_id(id), Some(topic_id()));
                let end = found.status().log_end_offset;
                assert!(end == 3 || (end == 0 && !must_have), "{end} at {position}");
                empty += u64::from(end == 0);
                whole += u64::from(end == 3);
                found.acked = end;
                found.kept.clear();
                let base = found.append(&batch(1, 10, 5, 9)).base_offset;
                found.settle();
                let status = found.status();
                assert_eq!(found.acked, base + 1, "{status:?}");
            }
        }
        assert!(empty > 20 && whole > 20, "{empty} {whole}");
    }
}

#[test]
fn what_cannot_be_made_is_made_later() {
    for (on, errno) in [(FaultOn::Length, ENOSPC), (FaultOn::Names, ENOSPC)] {
        let mut h = Harness::simple(LogConfig::default());
        let path_part = "orders-3".into();
        h.disk.inject(Fault { on, path_part, skip: 0, times: u64::MAX, errno });
        h.append(&batch(2, 10, 5, 1));
        h.settle();
        assert!(h.status().disk_full && h.acked == 0, "{:?}", h.status());
        assert!(matches!(h.try_append(&batch(1, 10, 5, 1)), Err(AppendError::DiskFull)));
        h.check_read(0, 1, 2);
        h.disk.heal();
        h.pass(DISK_FULL_RETRY_MS);
        h.settle();
        assert_eq!(h.acked, 2);
        h.append(&batch(2, 10, 5, 1));
        h.settle();
        let image = h.crash(Crash::PowerCut, Keep::Nothing);
        h.start(image);
        h.accept_recovered(4);
    }
}

#[test]
fn what_the_arena_kept_is_served_although_the_disk_has_no_room() {
    let config = LogConfig { flush_messages: 10_000, retention_ms: -1, ..LogConfig::default() };
    let mut h = Harness::new(config, true, MemoryOptions::default());
    let other = LogKey { topic: "other".into(), partition: 0 };
    let other_id = h.store().create_log(other.clone(), Uuid([8; 16]), LogConfig::default(), 0);
    let bytes = batch(1, 10, 5, 1);
    let header = BatchHeader::parse(&bytes).unwrap();
    let context = AppendContext { leader_epoch: 0, now: h.now };
    h.store().append(other_id.unwrap(), &bytes, &header, context).unwrap();
    let mut events = Vec::new();
    h.append(&batch(1, 10, 5, 1));
    for _ in 0..100 {
        let now = h.now;
        h.store().turn(now);
        h.store().drain_events(&mut events);
    }
    h.acked = 1;
    for n in 0..40 {
        h.append(&batch(1, 5000, 5, n));
    }
    let (id, must) = (h.id, 41);
    assert_eq!(h.store().stable_end(id), Some(must));
    for _ in 0..3 {
        let image = h.disk.crash(Crash::Kill, Keep::Nothing, &mut h.random);
        h.store = None;
        let used: u64 = image.files.values().map(|f| f.len().next_multiple_of(4096)).sum();
        h.options.capacity_bytes = used + 8192;
        h.start(image);
        let status = h.status();
        assert!(status.disk_full && status.fenced.is_none(), "{status:?}");
        assert_eq!((status.log_end_offset, status.stable_end), (must, must));
        h.check_all();
        assert!(matches!(h.try_append(&batch(1, 10, 5, 1)), Err(AppendError::DiskFull)));
        let other = h.store().find_log(&other).unwrap();
        assert!(!h.store().log(other).unwrap().disk_full);
    }
    h.disk.set_capacity(1 << 40);
    h.acked = must;
    h.pass(DISK_FULL_RETRY_MS.max(SWEEP_MS));
    for _ in 0..200 {
        let now = h.now;
        h.store().turn(now);
        h.store().drain_events(&mut events);
        h.pass(100);
    }
    let status = h.status();
    assert_eq!(status.durable_end_offset, must, "{status:?}");
    h.append(&batch(1, 10, 5, 1));
    h.check_all();
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    assert!(h.status().log_end_offset >= must, "{:?}", h.status());
    h.check_read(0, 1 << 20, must);
}

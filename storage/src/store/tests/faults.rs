//! A disk that fails: full, broken on write, on sync, on read.

use super::*;
use crate::disk::memory::{Fault, FaultOn};

const EIO: i32 = 5;

fn fault(on: FaultOn, errno: i32) -> Fault {
    Fault { on, path_part: ".log".into(), skip: 0, times: 1, errno }
}

#[test]
fn a_failed_write_fences_the_log_for_good() {
    for on in [FaultOn::Write, FaultOn::Sync] {
        // A sync of its own happens where acks come from the arena.
        let flush_messages = if on == FaultOn::Sync { 2 } else { 1 };
        let config = LogConfig { flush_messages, ..LogConfig::default() };
        let mut h = Harness::new(config, true, MemoryOptions::default());
        h.append(&batch(5, 10, h.now.unix_ms, 1));
        h.settle();
        let acked = h.acked;
        h.disk.inject(fault(on, EIO));
        h.append(&batch(5, 10, 5, 2));
        h.settle();
        assert!(h.events.iter().any(|e| matches!(e, Event::Fenced { .. })), "{:?}", h.events);
        assert!(matches!(h.try_append(&batch(1, 1, 5, 1)), Err(AppendError::Fenced(_))));
        assert_eq!(h.status().durable_end_offset, 5, "nothing pretends");
        assert!(flush_messages > 1 || h.acked == acked);
        // What is there can still be read; a start recovers.
        h.check_read(0, 1, 5);
        let must = h.status().ack_end_offset;
        let image = h.crash(Crash::Kill, Keep::Everything);
        h.start(image);
        h.accept_recovered(must);
        h.append(&batch(1, 1, 5, 1));
        h.settle();
        h.check_all();
    }
}

#[test]
fn a_full_disk_refuses_appends_and_recovers_by_itself() {
    for arena in [false, true] {
        let config = LogConfig {
            flush_messages: if arena { 1000 } else { 1 },
            segment_bytes: 200_000,
            ..LogConfig::default()
        };
        let mut h = Harness::new(config, arena, MemoryOptions::default());
        h.append(&batch(5, 10, h.now.unix_ms, 1));
        h.pass(300);
        h.settle();
        h.disk.set_capacity(150_000);
        let mut refused = false;
        for n in 0..200 {
            match h.try_append(&batch(1, 5000, h.now.unix_ms, n)) {
                Ok(_) => {}
                Err(AppendError::DiskFull) => refused = true,
                Err(AppendError::Busy) => assert!(!refused),
                Err(error) => panic!("{error}"),
            }
            h.pass(300);
            h.turn();
        }
        assert!(refused && h.status().disk_full, "{:?}", h.status());
        assert!(h.status().fenced.is_none());
        assert!(h.events.iter().any(|e| matches!(e, Event::DiskFull { .. })));
        // Reads go on.
        let acked = h.acked;
        let mut offset = 0;
        while offset < acked {
            offset = h.check_read(offset, 1 << 16, acked);
        }
        h.disk.set_capacity(1 << 40);
        for _ in 0..50 {
            h.pass(1000);
            h.settle();
        }
        assert!(!h.status().disk_full, "{:?}", h.status());
        assert!(h.events.iter().any(|e| matches!(e, Event::DiskSpaceBack { .. })));
        h.append(&batch(5, 10, h.now.unix_ms, 1));
        h.pass(300);
        h.settle();
        let end = h.status().log_end_offset;
        assert_eq!(h.acked, end);
        h.check_all();
        let image = h.crash(Crash::Kill, Keep::Drawn);
        let must = h.acked;
        h.start(image);
        h.accept_recovered(must);
    }
}

#[test]
fn damage_at_rest_is_named_and_never_served() {
    let config = LogConfig { segment_bytes: 300_000, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    for n in 0..100 {
        h.append(&batch(10, 900, 5, n));
        h.turn();
    }
    h.settle();
    h.restart();
    let size = h.kept[0].bytes.len();
    let path = PathBuf::from(&h.files(".log")[0]);
    h.disk.edit(&path, |bytes| bytes[size * 3 + 200] ^= 1).unwrap();
    assert_eq!(h.check_read(0, 1 << 20, 1000), 30);
    let request =
        ReadRequest { offset: 35, max_bytes: 1 << 20, until_offset: 1000, at_least_one: true };
    for _ in 0..2 {
        let ReadOutcome::Corrupt(corruption) = h.read(request) else { panic!("served") };
        assert_eq!(corruption.file, path);
        assert_eq!(corruption.start_position, size as u64 * 3);
        assert_eq!(corruption.end_position, size as u64 * 4);
        assert_eq!((corruption.start_offset, corruption.end_offset), (30, 40));
    }
    // Behind it everything is served, and appends go on.
    let mut offset = 40;
    while offset < 1000 {
        offset = h.check_read(offset, 1 << 16, 1000);
    }
    assert_eq!(h.status().damage.len(), 1);
    assert_eq!(h.append(&batch(1, 10, 5, 1)).base_offset, 1000);
    // A header that is nonsense: reading goes on at the next place the index knows.
    h.disk.edit(&path, |bytes| bytes[size * 10 + 8..size * 10 + 12].fill(0x7f)).unwrap();
    let image = h.disk.image();
    h.close();
    h.start(image);
    let request = ReadRequest { offset: 100, ..request };
    let ReadOutcome::Corrupt(corruption) = h.read(request) else { panic!("served") };
    assert_eq!(corruption.start_position, size as u64 * 10);
    assert!(corruption.end_offset > 100 && corruption.end_offset <= 120, "{corruption:?}");
    h.check_read(corruption.end_offset, 1, 1000);
}

#[test]
fn a_failed_read_is_an_error_of_that_read() {
    let mut h = Harness::simple(LogConfig { segment_bytes: 100_000, ..LogConfig::default() });
    for n in 0..30 {
        h.append(&batch(10, 900, 5, n));
        h.turn();
    }
    h.settle();
    h.restart();
    h.disk.inject(fault(FaultOn::Read, EIO));
    let request = ReadRequest { offset: 0, max_bytes: 1000, until_offset: 300, at_least_one: true };
    assert!(matches!(h.read(request), ReadOutcome::Fenced(_)));
    h.check_all();
    assert!(h.status().fenced.is_none());
}

#[test]
fn back_pressure_ends_when_the_disk_catches_up() {
    let mut h = Harness::simple(LogConfig::default());
    let mut refused = 0;
    for n in 0..100 {
        match h.try_append(&batch(1, 50_000, 5, n)) {
            Ok(_) => {}
            Err(AppendError::Busy) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0);
    h.settle();
    h.append(&batch(1, 50_000, 5, 1));
    h.settle();
    h.check_all();
}

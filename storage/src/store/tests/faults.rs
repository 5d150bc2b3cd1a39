//! A disk that fails: full, broken on write, on sync, on read.

use super::*;
use crate::disk::memory::{Fault, FaultOn};
use crate::limits::SWEEP_MS;

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
        let must = h.status().stable_end;
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

/// A store over a small disk with a ballast, whose file lies on a real one: what it gives back is
/// given to the small disk here.
fn with_ballast(capacity: u64, config: LogConfig) -> (Harness, Ballast, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let ballast = Ballast::of_bytes(dir.path(), BALLAST);
    let mut h = Harness::simple(config);
    h.store().io.ballast = ballast.clone();
    h.disk.set_capacity(capacity);
    (h, ballast, dir)
}

const BALLAST: u64 = 100_000;

fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 60_000, retention_ms: -1, ..LogConfig::default() }
}

impl Harness {
    fn append_until_full(&mut self) {
        for n in 0..250 {
            if let Err(AppendError::DiskFull) = self.try_append(&batch(1, 5000, 5, n)) {
                return;
            }
            self.settle();
        }
        panic!("never full: {:?}", self.status());
    }

    /// What a real ballast does to the disk it lies on.
    fn follow(&mut self, ballast: &Ballast, capacity: u64) {
        let more = if ballast.is_missing() { BALLAST } else { 0 };
        self.disk.set_capacity(capacity + more);
    }
}

#[test]
fn who_may_use_the_reserve_goes_on_and_others_do_not_eat_it() {
    const CAPACITY: u64 = 400_000;
    let config = small_segments();
    let (mut h, ballast, dir) = with_ballast(CAPACITY, config.clone());
    let groups = LogKey { topic: "groups".into(), partition: 0 };
    let reserve = LogConfig { reserve: Reserve::Most, ..config };
    let groups = h.store().create_log(groups, Uuid([8; 16]), reserve, 0).unwrap();
    h.settle();
    h.append_until_full();
    assert!(!ballast.is_missing(), "produce does not touch it");
    let bytes = batch(1, 3000, 5, 1);
    let header = BatchHeader::parse(&bytes).unwrap();
    for n in 1..=8 {
        let context = AppendContext { leader_epoch: 0, now: h.now };
        h.store().append(groups, &bytes, &header, context).unwrap();
        for _ in 0..50 {
            let now = h.now;
            h.store().turn(now);
            h.follow(&ballast, CAPACITY);
        }
        let mut events = Vec::new();
        h.store().drain_events(&mut events);
        assert_eq!(h.store().log(groups).unwrap().durable_end_offset, n);
    }
    assert!(ballast.is_missing());
    // However often it is asked again, there is no room for others. The real disk has some, so the
    // ballast is kept from coming back by taking its folder away.
    let folder = dir.path().to_path_buf();
    std::fs::remove_dir_all(&folder).unwrap();
    for _ in 0..5 {
        h.pass(2000);
        h.settle();
        assert!(matches!(h.try_append(&batch(1, 10, 5, 1)), Err(AppendError::DiskFull)));
    }
    std::fs::create_dir(&folder).unwrap();
    h.disk.set_capacity(1 << 40);
    h.pass(2000);
    h.settle();
    assert!(!ballast.is_missing() && !h.status().disk_full);
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    h.check_all();
}

#[test]
fn records_are_deleted_on_a_full_disk() {
    const CAPACITY: u64 = 400_000;
    let config = LogConfig { file_delete_delay_ms: 0, ..small_segments() };
    let (mut h, ballast, _dir) = with_ballast(CAPACITY, config);
    h.append_until_full();
    let full = h.disk.image().files.values().map(|f| f.len().next_multiple_of(4096)).sum::<u64>();
    h.disk.set_capacity(full);
    let (id, before) = (h.id, h.acked - 2);
    assert_eq!(h.store().delete_records(id, before).unwrap(), before);
    for _ in 0..50 {
        h.turn();
        h.follow(&ballast, full);
    }
    assert_eq!(h.store().durable_log_start(id).unwrap(), before);
    h.pass(2000);
    h.settle();
    h.append(&batch(1, 10, 5, 1));
}

#[test]
fn retention_frees_space_without_needing_any() {
    let config = LogConfig { file_delete_delay_ms: 0, ..small_segments() };
    let mut h = Harness::simple(config.clone());
    h.disk.set_capacity(400_000);
    h.append_until_full();
    // Nothing is kept back, and not a byte is left.
    let full = h.disk.image().files.values().map(|f| f.len().next_multiple_of(4096)).sum::<u64>();
    h.disk.set_capacity(full);
    let segments = h.files(".log").len();
    let id = h.id;
    let config = LogConfig { retention_bytes: 130_000, ..config };
    h.config = config.clone();
    h.store().configure(id, config);
    for _ in 0..6 {
        h.pass(SWEEP_MS);
        h.settle();
        let image = h.disk.crash(Crash::PowerCut, Keep::Nothing, &mut h.random);
        let disk = MemoryDisk::from_image(image, MemoryOptions::default());
        let found = Store::open(disk, h.store_config(), h.now).unwrap();
        assert!(found.recovery_report().damage.is_empty(), "{:?}", found.recovery_report());
    }
    assert!(h.files(".log").len() < segments, "{:?}", h.files(".log"));
    assert!(h.status().log_start_offset > 0 && !h.status().disk_full);
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    h.check_all();
}

#[test]
fn a_folder_that_could_not_be_renamed_is_renamed_later() {
    let mut h = Harness::simple(LogConfig { file_delete_delay_ms: 0, ..LogConfig::default() });
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    let refused = Fault {
        on: FaultOn::Names,
        path_part: "orders-3".into(),
        skip: 0,
        times: u64::MAX,
        errno: EIO,
    };
    h.disk.inject(refused);
    let id = h.id;
    h.store().delete_log(id).unwrap();
    assert!(h.store().log(id).is_none());
    let again = h.store().create_log(key(), Uuid([9; 16]), LogConfig::default(), 0);
    assert!(matches!(again, Err(StorageError::Io { .. })), "{again:?}");
    h.pass(SWEEP_MS);
    h.settle();
    assert!(!h.files("orders-3").is_empty());
    h.disk.heal();
    h.pass(SWEEP_MS);
    h.settle();
    h.pass(SWEEP_MS);
    h.settle();
    assert!(h.files("orders-3").is_empty(), "{:?}", h.files("orders-3"));
    h.store().create_log(key(), Uuid([9; 16]), LogConfig::default(), 0).unwrap();
}

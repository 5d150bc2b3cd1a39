//! Appends, acks, reads, rolls, lookups, retention: one thing at a time.

use super::*;
use crate::disk::memory::Node;

fn small_segments() -> LogConfig {
    LogConfig { segment_bytes: 100_000, file_delete_delay_ms: 0, ..LogConfig::default() }
}

#[test]
fn an_append_is_acknowledged_when_the_disk_has_it() {
    let mut h = Harness::simple(LogConfig::default());
    let appended = h.append(&batch(3, 100, 5, 1));
    assert_eq!((appended.base_offset, appended.last_offset, appended.end), (0, 2, 3));
    assert_eq!(h.acked, 0);
    assert_eq!(h.status().durable_end_offset, 0);
    h.settle();
    assert_eq!(h.acked, 3);
    assert_eq!(h.status().durable_end_offset, 3);
    h.check_all();
}

#[test]
fn batches_gather_behind_a_block_in_flight() {
    let mut h = Harness::simple(LogConfig::default());
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    let before = h.store().stats().writes;
    h.append(&batch(1, 10, 5, 2));
    h.turn();
    for n in 0..50 {
        h.append(&batch(1, 10, 5, n));
    }
    h.settle();
    let writes = h.store().stats().writes - before;
    assert!(writes <= 3, "{writes} writes for 51 batches");
    assert_eq!(h.acked, 52);
    h.check_all();
}

#[test]
fn the_arena_acknowledges_at_once() {
    let config = LogConfig { flush_messages: 1_000_000, ..LogConfig::default() };
    let mut h = Harness::new(config, true, MemoryOptions::default());
    h.append(&batch(1, 100, 5, 1));
    h.drain();
    assert_eq!(h.acked, 0, "nothing on disk says yet whose bytes the arena has");
    h.settle();
    assert_eq!(h.acked, 1);
    h.append(&batch(2, 100, 5, 1));
    h.drain();
    assert_eq!(h.acked, 3);
    assert_eq!(h.status().durable_end_offset, 0);
    h.pass(1000);
    h.settle();
    assert!(h.store().stats().writes >= 1, "written lazily");
    assert_eq!(h.status().durable_end_offset, 0, "and not synced");
}

#[test]
fn flush_messages_and_flush_ms_sync() {
    let config = LogConfig { flush_messages: 10, flush_ms: 5000, ..LogConfig::default() };
    let mut h = Harness::new(config, true, MemoryOptions::default());
    h.append(&batch(9, 10, 5, 1));
    h.settle();
    assert_eq!(h.status().durable_end_offset, 0);
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    assert_eq!(h.status().durable_end_offset, 10);
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    assert_eq!(h.status().durable_end_offset, 10);
    h.pass(5000);
    h.settle();
    assert_eq!(h.status().durable_end_offset, 11);
}

#[test]
fn a_log_without_arena_acknowledges_from_the_disk_whatever_flush_messages_says() {
    let mut h = Harness::simple(LogConfig { flush_messages: 1000, ..LogConfig::default() });
    h.append(&batch(1, 10, 5, 1));
    h.drain();
    assert_eq!(h.acked, 0);
    h.settle();
    assert_eq!(h.acked, 1);
}

#[test]
fn segments_roll_by_size_and_keep_their_exact_length() {
    let mut h = Harness::simple(small_segments());
    for n in 0..100 {
        h.append(&batch(10, 900, 5, n));
        h.turn();
    }
    h.settle();
    let status = h.status();
    assert!(status.segments >= 9, "{status:?}");
    assert!(h.files(".index").len() >= 9);
    h.check_all();
    h.close();
    let total: usize = h.kept.iter().map(|k| k.bytes.len()).sum();
    let image = h.disk.image();
    let on_disk: u64 = h
        .files(".log")
        .iter()
        .map(|path| match &image.tree[&PathBuf::from(path)] {
            Node::File(inode) => image.files[inode].len(),
            Node::Dir => 0,
        })
        .sum();
    assert_eq!(on_disk, total as u64);
}

#[test]
fn batches_larger_than_a_chunk_and_than_a_read_come_back() {
    let mut h = Harness::simple(LogConfig { segment_bytes: 5 << 20, ..LogConfig::default() });
    for n in 0..20 {
        h.append(&batch(1, 900_000, 5, n));
        h.append(&batch(1, 10, 5, n));
        h.settle();
    }
    h.check_all();
    assert!(h.store().stats().cold_reads > 0);
    assert!(h.store().stats().tail_reads > 0);
    // The middle of a batch gives the batch.
    h.append(&batch(10, 10, 5, 1));
    let base = h.kept.last().unwrap().base;
    let end = h.kept.last().unwrap().end;
    assert_eq!(h.check_read(base + 5, 1, end), end);
}

#[test]
fn reads_keep_their_bounds() {
    let mut h = Harness::simple(LogConfig::default());
    for n in 0..10 {
        h.append(&batch(2, 100, 5, n));
    }
    let size = h.kept[0].bytes.len();
    let read = |h: &mut Harness, offset, max_bytes, until_offset, at_least_one| match h
        .read(ReadRequest { offset, max_bytes, until_offset, at_least_one })
    {
        ReadOutcome::Ready(slices) => (slices.total_bytes / size, slices.next_offset),
        other => panic!("{other:?}"),
    };
    assert_eq!(read(&mut h, 0, size * 3 + 1, 20, false), (3, 6));
    assert_eq!(read(&mut h, 0, size * 3, 20, false), (3, 6));
    assert_eq!(read(&mut h, 0, size - 1, 20, false), (0, 0));
    assert_eq!(read(&mut h, 0, size - 1, 20, true), (1, 2));
    assert_eq!(read(&mut h, 3, 1 << 20, 20, true), (9, 20));
    assert_eq!(read(&mut h, 0, 1 << 20, 5, true), (2, 4));
    assert_eq!(read(&mut h, 4, 1 << 20, 5, true), (0, 4));
    assert_eq!(read(&mut h, 20, 1 << 20, 20, true), (0, 20));
    let beyond = ReadRequest { offset: 21, max_bytes: 1, until_offset: 99, at_least_one: true };
    let id = h.id;
    assert!(matches!(
        h.store().read(id, beyond),
        ReadOutcome::OffsetOutOfRange { log_start_offset: 0, log_end_offset: 20 }
    ));
}

#[test]
fn a_scan_of_the_past_leaves_the_tail_cached() {
    let mut h = Harness::simple(small_segments());
    for n in 0..400 {
        h.append(&batch(1, 8000, 5, n as u8));
        h.turn();
    }
    h.settle();
    h.check_all();
    let before = h.store().stats().cold_reads;
    let end = h.status().log_end_offset;
    h.check_read(end - 10, 1 << 20, end);
    assert_eq!(h.store().stats().cold_reads, before);
    let stats = h.store().stats();
    assert!(stats.tail_used_bytes <= stats.tail_limit_bytes);
    assert!(stats.read_used_bytes <= 4 << 20, "{stats:?}");
    assert!(stats.open_files <= 2, "{stats:?}");
}

#[test]
fn offsets_are_found_by_time_to_the_record() {
    let mut h = Harness::simple(small_segments());
    for n in 0..300_i64 {
        h.append(&batch(10, 200, 1_000_000 + n * 10, 1));
        h.turn();
    }
    h.settle();
    h.restart();
    let id = h.id;
    for target in [0, 1_000_000, 1_000_005, 1_001_234, 1_002_999] {
        let found = h.store().offset_for_time(id, target);
        let found = h.lookup(found).unwrap();
        assert_eq!(found.offset, (target - 1_000_000).max(0), "{target}");
        assert_eq!(found.timestamp_ms, target.max(1_000_000));
        assert_eq!(found.leader_epoch, 0);
    }
    let found = h.store().offset_for_time(id, 1_003_000);
    assert_eq!(h.lookup(found), None);
    h.append(&batch(5, 10, 2_000_000, 1));
    h.append(&batch(5, 10, 3, 1));
    let found = h.store().offset_of_max_timestamp(id);
    let found = h.lookup(found).unwrap();
    assert_eq!((found.offset, found.timestamp_ms), (3004, 2_000_004));
}

#[test]
fn retention_by_size_and_time_removes_whole_segments() {
    let config = LogConfig { retention_bytes: 250_000, ..small_segments() };
    let mut h = Harness::simple(config);
    for n in 0..100 {
        h.append(&batch(10, 900, h.now.unix_ms, n));
        h.turn();
    }
    h.settle();
    for _ in 0..3 {
        h.pass(10_000);
        h.settle();
    }
    let status = h.status();
    assert!(status.log_start_offset > 500 && status.size_bytes <= 350_000, "{status:?}");
    h.check_all();
    h.config.retention_ms = 60_000;
    let (id, config) = (h.id, h.config.clone());
    h.store().configure(id, config);
    h.pass(120_000);
    for _ in 0..4 {
        h.pass(10_000);
        h.settle();
    }
    let status = h.status();
    assert_eq!((status.log_start_offset, status.log_end_offset), (1000, 1000));
    assert_eq!(h.files(".log").len(), 1, "{:?}", h.files(""));
    // The next record keeps its place through a restart, and a crash.
    h.restart();
    assert_eq!(h.status().log_end_offset, 1000);
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    h.kept.clear();
    assert_eq!(h.append(&batch(1, 10, 5, 1)).base_offset, 1000);
    h.settle();
    h.restart();
    assert_eq!(h.status().log_end_offset, 1001);
}

#[test]
fn delete_records_moves_the_start_and_survives() {
    let mut h = Harness::simple(small_segments());
    for n in 0..50 {
        h.append(&batch(10, 900, h.now.unix_ms, n));
        h.turn();
    }
    h.settle();
    let id = h.id;
    assert!(h.store().delete_records(id, 501).is_err());
    assert_eq!(h.store().delete_records(id, 237).unwrap(), 237);
    h.settle();
    assert!(h.status().segments < 5);
    h.kept.retain(|k| k.end > 237);
    h.check_all();
    let below = ReadRequest { offset: 236, max_bytes: 1, until_offset: 500, at_least_one: true };
    assert!(matches!(h.read(below), ReadOutcome::OffsetOutOfRange { .. }));
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    assert_eq!(h.status().log_start_offset, 237);
    h.accept_recovered(500);
    let id = h.id;
    assert_eq!(h.store().delete_records(id, -1).unwrap(), 500);
    h.settle();
    h.restart();
    assert_eq!((h.status().log_start_offset, h.status().log_end_offset), (500, 500));
}

#[test]
fn a_log_start_counts_once_a_power_cut_cannot_take_it_back() {
    let mut h = Harness::simple(LogConfig::default());
    for n in 0..10 {
        h.append(&batch(1, 100, h.now.unix_ms, n));
    }
    h.settle();
    let id = h.id;
    // The second request comes while the file of the first is being written.
    for offset in [3, 7] {
        assert_eq!(h.store().delete_records(id, offset).unwrap(), offset);
    }
    let mut waited = 0;
    let mut before = 0;
    loop {
        let durable = h.store().durable_log_start(id).unwrap();
        assert!(durable >= before, "{durable} after {before}");
        before = durable;
        let image = h.disk.crash(Crash::PowerCut, Keep::Nothing, &mut h.random);
        let mut after = Harness::simple(LogConfig::default());
        after.start(image);
        assert!(after.status().log_start_offset >= durable, "{durable} was promised");
        if durable == 7 {
            break;
        }
        waited += 1;
        assert!(waited < 1000, "never durable");
        h.turn();
    }
    assert!(waited > 1, "it takes a write");
    // What a start found is durable.
    h.restart();
    let id = h.id;
    assert_eq!(h.store().durable_log_start(id).unwrap(), 7);
}

#[test]
fn a_cut_log_goes_on_from_the_cut() {
    let mut h = Harness::simple(small_segments());
    for n in 0..50 {
        h.append(&batch(10, 900, h.now.unix_ms, n));
        h.turn();
    }
    h.settle();
    let id = h.id;
    assert_eq!(h.store().truncate(id, 255).unwrap(), 250);
    h.kept.retain(|k| k.end <= 250);
    h.acked = 250;
    h.check_all();
    assert_eq!(h.append(&batch(1, 10, 5, 9)).base_offset, 250);
    h.settle();
    h.check_all();
    let image = h.crash(Crash::PowerCut, Keep::Nothing);
    h.start(image);
    h.accept_recovered(251);
    let id = h.id;
    assert_eq!(h.store().truncate(id, 0).unwrap(), 0);
    h.kept.clear();
    h.restart();
    assert_eq!(h.status().log_end_offset, 0);
    assert_eq!(h.append(&batch(1, 10, 5, 9)).base_offset, 0);
    h.acked = 0;
    h.settle();
    h.restart();
    h.check_all();
}

#[test]
fn idempotent_producers_are_remembered_over_rolls_and_restarts() {
    let mut h = Harness::simple(small_segments());
    for n in 0..8 {
        assert_eq!(h.append(&from_producer(9, 0, n * 2, 2)).base_offset, i64::from(n) * 2);
    }
    let again = h.append(&from_producer(9, 0, 10, 2));
    assert!(again.duplicate);
    assert_eq!((again.base_offset, again.last_offset, again.end), (10, 11, 12));
    for n in 0..30 {
        h.append(&batch(10, 900, 5, n));
    }
    h.settle();
    for clean in [true, false] {
        if clean {
            h.restart();
        } else {
            let image = h.crash(Crash::PowerCut, Keep::Nothing);
            h.start(image);
        }
        assert!(h.append(&from_producer(9, 0, 14, 2)).duplicate);
        assert!(matches!(
            h.try_append(&from_producer(9, 0, 18, 2)),
            Err(AppendError::Producer(ProducerError::OutOfOrder { expected: 16, got: 18, .. }))
        ));
        let id = h.id;
        assert_eq!(h.store().producers(id)[0].last_sequence, 15);
    }
    // Idle by the clock, whatever the records' timestamps say.
    h.pass(25 * 3_600_000);
    h.settle();
    let id = h.id;
    assert!(h.store().producers(id).is_empty());
}

#[test]
fn log_append_time_is_stamped_and_checked() {
    let config = LogConfig { timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    let appended = h.append(&batch(2, 10, 5, 1));
    assert_eq!(appended.log_append_time_ms, h.now.unix_ms);
    let request = ReadRequest { offset: 0, max_bytes: 1, until_offset: 2, at_least_one: true };
    let ReadOutcome::Ready(slices) = h.read(request) else { panic!() };
    let bytes = slices.to_vec();
    assert!(wire::records::check_crc(&bytes));
    assert_eq!(BatchHeader::parse(&bytes).unwrap().max_timestamp, h.now.unix_ms);
}

#[test]
fn what_is_not_allowed_is_refused() {
    let config = LogConfig { max_message_bytes: 1000, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    let now = h.now.unix_ms;
    assert!(matches!(
        h.try_append(&batch(1, 2000, now, 1)),
        Err(AppendError::MessageTooLarge { max_bytes: 1000, .. })
    ));
    h.append(&batch(1, 1, now - 1000, 1));
    assert_eq!(h.status().log_end_offset, 1);
}

#[test]
fn logs_come_and_go() {
    let mut h = Harness::simple(LogConfig::default());
    h.append(&batch(1, 10, 5, 1));
    assert!(matches!(
        h.store().create_log(key(), topic_id(), LogConfig::default(), 0),
        Err(StorageError::Exists(_))
    ));
    for bad in ["..", "a/b", "", "a b"] {
        let key = LogKey { topic: bad.into(), partition: 0 };
        let made = h.store().create_log(key, topic_id(), LogConfig::default(), 0);
        assert!(matches!(made, Err(StorageError::BadName(_))), "{bad}");
    }
    let id = h.id;
    h.store().delete_log(id).unwrap();
    assert!(h.store().log(id).is_none());
    h.kept.clear();
    let config = h.config.clone();
    h.id = h.store().create_log(key(), Uuid([8; 16]), config, 0).unwrap();
    assert_ne!(h.id, id);
    assert_eq!(h.append(&batch(1, 10, 5, 2)).base_offset, 0);
    h.acked = 0;
    h.settle();
    h.pass(120_000);
    h.settle();
    assert!(h.files(".deleted").is_empty(), "{:?}", h.files(""));
    h.restart();
    let found: Vec<Uuid> = h.store().logs().map(|(_, _, topic_id)| topic_id).collect();
    assert_eq!(found, [Uuid([8; 16])]);
    assert_eq!(h.status().leader_epoch, 0);
}

#[test]
fn an_idle_log_costs_little() {
    let mut h = Harness::simple(LogConfig::default());
    h.append(&batch(1, 10, 5, 1));
    h.settle();
    let image = h.disk.image();
    let path = PathBuf::from(&h.files(".log")[0]);
    let Node::File(inode) = image.tree[&path] else { panic!() };
    assert!(image.files[&inode].len() <= 64 << 10);
}

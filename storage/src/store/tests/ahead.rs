//! Reading ahead: that it goes on by itself, how far, and what it leaves when nobody wants it.

use super::*;
use crate::buffer::Chunk;
use crate::disk::round_up_to_block;
use crate::limits::{
    BESIDE_SYNCS_MS, BLOCK_BYTES, READ_AHEAD_MAX_BYTES, READ_AHEAD_WINDOW_BYTES,
    READ_BESIDE_SYNCS_MAX_BYTES, READS_BESIDE_SYNCS_BYTES, READS_IN_FLIGHT_BYTES, SWEEP_MS,
};
use crate::store::parse::Span;

const RECORDS: i64 = 2;

/// Segments that take several reads.
fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 3_000_000,
        retention_ms: -1,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    }
}

/// A log of so many batches, of which memory keeps the last, and no write on its way or expected.
fn filled(batches: u32) -> Harness {
    let mut h = Harness::simple(config());
    fill(&mut h, batches);
    h
}

fn fill(h: &mut Harness, batches: u32) {
    for n in 0..batches {
        h.append(&batch(RECORDS as usize, 4000, 5, n as u8));
        h.turn();
    }
    h.settle();
    h.pass(BESIDE_SYNCS_MS);
    h.settle();
}

impl Harness {
    /// Reads, and says whether that had to wait for the disk.
    fn read_on(&mut self, offset: i64, max_bytes: usize) -> (i64, bool) {
        let id = self.id;
        let request = ReadRequest { offset, max_bytes, until_offset: i64::MAX, at_least_one: true };
        let at_once = self.store().is_at_hand(id, offset);
        (self.check_read(request.offset, request.max_bytes, request.until_offset), !at_once)
    }

    /// What holds at every moment of cold reads.
    fn check_reading(&mut self) {
        let limit = self.store_config().limits.read_bytes;
        let store = self.store();
        let reading = &store.reading;
        let beside_syncs = store.io.is_beside_syncs();
        let most = if beside_syncs { READS_BESIDE_SYNCS_BYTES } else { READS_IN_FLIGHT_BYTES };
        assert!(reading.flying_bytes <= most, "{} bytes in flight", reading.flying_bytes);
        let lens = reading.flying.iter().map(|key| store.pending[*key].span_len());
        assert_eq!(lens.sum::<usize>(), reading.flying_bytes);
        let unread = store.logs.iter().flat_map(|log| &log.read_buffers).filter(|b| b.unread);
        let unread: usize = unread.map(|b| b.bytes.chunk().capacity()).sum();
        assert_eq!(unread, reading.unread_bytes);
        assert!(unread <= limit / 2, "{unread} bytes read for nobody yet");
        assert!(reading.pool.used_bytes() <= limit);
    }

    fn check_reading_is_over(&mut self) {
        self.check_reading();
        let reading = &self.store().reading;
        assert!(reading.flying.is_empty() && reading.ahead.is_empty() && !reading.has_queued());
        assert_eq!(reading.flying_bytes, 0);
        assert!(self.store().pending.is_empty());
    }

    /// Has a read on its way ahead of a reader.
    fn start_ahead(&mut self) -> i64 {
        let offset = self.check_read(0, 10_000, i64::MAX);
        let id = self.id;
        for _ in 0..1000 {
            self.turn();
            let log = self.store().logs.get(id).unwrap();
            if log.segments.iter().any(|segment| segment.reads > 0) {
                assert!(!self.store().reading.ahead.is_empty());
                return offset;
            }
        }
        panic!("nothing is read ahead");
    }
}

#[test]
fn a_reader_in_sequence_waits_for_the_disk_once() {
    let mut h = filled(900);
    let mut offset = 0;
    let mut waits = Vec::new();
    // The tail, and what an index that has to be loaded leads to, are others' matter.
    while offset < 1600 {
        let (next, waited) = h.read_on(offset, 100_000);
        if waited {
            waits.push(offset);
        }
        h.check_reading();
        // An answer is being sent.
        h.settle();
        h.check_reading_is_over();
        offset = next;
    }
    assert_eq!(waits, [0]);
}

#[test]
fn reading_ahead_ends_at_its_window() {
    let mut h = filled(900);
    let mut offset = 0;
    let mut furthest = 0;
    while offset < 1000 {
        (offset, _) = h.read_on(offset, 100_000);
        h.settle();
        let id = h.id;
        let log = h.store().logs.get(id).unwrap();
        let beyond = log.read_buffers.iter().map(|b| b.bytes_behind(offset)).sum::<usize>();
        assert!(beyond <= READ_AHEAD_WINDOW_BYTES + READ_AHEAD_MAX_BYTES, "{beyond}");
        furthest = furthest.max(beyond);
    }
    assert!(furthest > READ_AHEAD_WINDOW_BYTES / 2, "{furthest}");
}

#[test]
fn several_readers_of_several_logs_share_what_may_be_on_its_way() {
    let mut h = filled(800);
    let first = (h.id, std::mem::take(&mut h.kept));
    let other = LogKey { topic: "payments".into(), partition: 0 };
    h.id = h.store().create_log(other, Uuid([8; 16]), config(), 0).unwrap();
    h.acked = 0;
    h.settle();
    fill(&mut h, 700);
    let logs = [first, (h.id, std::mem::take(&mut h.kept))];
    // Two readers of each, one of them far behind the other.
    let mut readers = [(0, 0_i64), (1, 0), (0, 700), (1, 900), (0, 1), (1, 333)];
    for _ in 0..40 {
        for (log, offset) in &mut readers {
            let end = logs[*log].1.last().unwrap().end;
            if *offset >= end {
                continue;
            }
            (h.id, h.kept) = logs[*log].clone();
            *offset = h.check_read(*offset, 70_000, end);
            h.check_reading();
        }
    }
    h.settle();
    h.check_reading_is_over();
    assert!(readers.iter().all(|(_, offset)| *offset > 300), "{readers:?}");
}

#[test]
fn seeking_backwards_leaves_nothing_behind() {
    let mut h = filled(900);
    for round in 0..30_i64 {
        let mut offset = (round * 577) % 1500;
        for _ in 0..3 {
            (offset, _) = h.read_on(offset, 200_000);
            h.check_reading();
        }
    }
    h.settle();
    h.check_reading_is_over();
    assert!(h.store().reading.unread_bytes > 0);
    // What nobody came for is thrown away, so that there is room for others.
    for _ in 0..3 {
        h.pass(SWEEP_MS);
        h.settle();
    }
    assert_eq!(h.store().reading.unread_bytes, 0);
    let mut offset = 0;
    let mut waits = Vec::new();
    while offset < 1600 {
        let (next, waited) = h.read_on(offset, 100_000);
        waits.extend(waited.then_some(offset));
        h.settle();
        offset = next;
    }
    // What earlier reads have left on the way may be pushed out right in front of the reader.
    assert!(waits.len() <= 2, "{waits:?}");
}

#[test]
fn reads_keep_out_of_the_way_of_synced_writes() {
    let mut h = filled(900);
    let mut offset = 0;
    let mut largest = 0;
    while offset < 1000 {
        // It is acknowledged after a sync.
        h.append(&batch(1, 10, 5, 1));
        (offset, _) = h.read_on(offset, 1 << 20);
        h.check_reading();
        let id = h.id;
        let log = h.store().logs.get(id).unwrap();
        let lens = log.read_buffers.iter().filter(|b| b.sequential).map(|b| b.len);
        largest = largest.max(lens.max().unwrap_or(0));
        if offset < 500 {
            assert!(largest <= READ_BESIDE_SYNCS_MAX_BYTES, "{largest}");
        }
    }
    h.pass(BESIDE_SYNCS_MS);
    h.settle();
    while offset < 1600 {
        (offset, _) = h.read_on(offset, 1 << 20);
        h.check_reading();
    }
    let id = h.id;
    let log = h.store().logs.get(id).unwrap();
    assert!(log.read_buffers.iter().any(|b| b.len > READ_BESIDE_SYNCS_MAX_BYTES));
}

#[test]
fn a_log_may_go_while_it_is_read_ahead() {
    let mut h = filled(900);
    h.start_ahead();
    let id = h.id;
    h.store().delete_log(id).unwrap();
    h.settle();
    h.check_reading_is_over();
    assert_eq!(h.store().stats().read_used_bytes, 0);

    let mut h = filled(900);
    h.start_ahead();
    let id = h.id;
    let end = h.status().log_end_offset;
    h.store().delete_records(id, end - 10).unwrap();
    h.settle();
    h.pass(10_000);
    h.settle();
    h.check_reading_is_over();
    assert_eq!(h.files(".log").len(), 1);
    h.check_all();

    let mut h = filled(900);
    let offset = h.start_ahead();
    let id = h.id;
    assert_eq!(h.store().truncate(id, offset).unwrap(), offset);
    h.kept.retain(|kept| kept.end <= offset);
    h.acked = 0;
    h.settle();
    h.check_reading_is_over();
    h.append(&batch(1, 100, 5, 77));
    h.settle();
    h.check_all();
}

#[test]
fn a_stopped_process_has_its_reads_ended() {
    let mut h = filled(900);
    h.start_ahead();
    h.restart();
    h.check_all();
}

#[test]
fn bytes_read_before_they_were_written_are_no_damage() {
    let mut h = Harness::simple(config());
    for n in 0..20 {
        h.append(&batch(1, 1000, 5, n));
    }
    h.settle();
    let id = h.id;
    let whole: Vec<u8> = h.kept.iter().flat_map(|kept| kept.bytes.clone()).collect();
    let known = h.kept[..13].iter().map(|kept| kept.bytes.len()).sum::<usize>();
    // The disk has given the rest of the block as it was before the last batches.
    let len = round_up_to_block(known as u64) as usize;
    assert!(whole.len() > len && !known.is_multiple_of(BLOCK_BYTES));
    let chunk = Chunk::heap(len);
    chunk.append(&whole[..known]);
    chunk.append(&vec![0; len - known]);
    let span = Span { segment_base: 0, position: 0, len, readable: known, sequential: true };
    let log = h.store().logs.get(id).unwrap();
    let parsed = log.parse_read(0, &chunk.slice(0..len), &span, 0);
    assert!(parsed.corrupt.is_none(), "{:?}", parsed.corrupt);
    let buffer = parsed.buffer.unwrap();
    assert_eq!((buffer.next_offset, buffer.end_position), (13, known as u64));
    // Nor are they carried over into the next read.
    assert!(buffer.readable <= known);
}

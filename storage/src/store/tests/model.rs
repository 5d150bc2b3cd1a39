//! Random work beside a plain list: appends, turns, rolls, reads, cuts, crashes, starts. Some lives
//! write in blocks, some in larger units, and some in another after each start.

use super::*;

/// What must survive a crash: acknowledged bytes, where the arena holds them too.
fn must_have(h: &mut Harness, crash: Crash) -> i64 {
    let status = h.status();
    match crash {
        Crash::Kill => status.stable_end,
        Crash::PowerCut => status.durable_end_offset,
    }
}

fn step(h: &mut Harness, cut: bool) {
    match h.random.below(100) {
        0..=44 => {
            let records = 1 + h.random.below(5) as usize;
            let largest = if h.random.one_in(20) { 150_000 } else { 3000 };
            let value = h.random.below(largest) as usize;
            let fill = h.random.next_u64() as u8;
            h.append(&batch(records, value, h.now.unix_ms, fill));
        }
        45..=74 => h.turn(),
        75..=79 => h.settle(),
        80..=92 => {
            let status = h.status();
            let span = (status.log_end_offset - status.log_start_offset + 1) as u64;
            let offset = status.log_start_offset + h.random.below(span) as i64;
            let until = offset + h.random.below(60) as i64;
            let max_bytes = h.random.below(200_000) as usize;
            h.check_read(offset, max_bytes, until.min(status.log_end_offset));
        }
        93..=94 => h.pass(6000),
        95 => {
            let (id, status) = (h.id, h.status());
            let span = (status.stable_end - status.log_start_offset + 1) as u64;
            let offset = status.log_start_offset + h.random.below(span) as i64;
            h.store().delete_records(id, offset).unwrap();
        }
        96 if cut => {
            h.settle();
            let (id, status) = (h.id, h.status());
            let span = (status.log_end_offset - status.log_start_offset + 1) as u64;
            let offset = status.log_start_offset + h.random.below(span) as i64;
            let end = h.store().truncate(id, offset).unwrap();
            assert!(end <= offset);
            h.kept.retain(|k| k.end <= end);
            h.acked = h.acked.min(end);
        }
        97 => {
            let (must, end) = (h.status().stable_end, h.status().log_end_offset);
            h.restart();
            assert!(h.status().log_end_offset == end && end >= must);
            h.acked = end;
        }
        98..=99 => {
            let power = h.random.one_in(2);
            let crash = if power { Crash::PowerCut } else { Crash::Kill };
            let keep = [Keep::Nothing, Keep::Everything, Keep::Drawn, Keep::Drawn]
                [h.random.below(4) as usize];
            let must = must_have(h, crash);
            let image = h.crash(crash, keep);
            h.start(image);
            h.accept_recovered(must);
            // A second start finds the same.
            if h.random.one_in(2) {
                let end = h.status().log_end_offset;
                let image = h.crash(Crash::PowerCut, Keep::Drawn);
                h.start(image);
                h.accept_recovered(end);
            }
        }
        _ => {}
    }
}

fn run(seed: u64, steps: usize, flush_messages: u64, arena: bool) {
    let config = LogConfig {
        segment_bytes: 200_000,
        flush_messages,
        file_delete_delay_ms: if seed.is_multiple_of(2) { 0 } else { 60_000 },
        index_interval_bytes: 512,
        ..LogConfig::default()
    };
    let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
    let units: [&'static [u64]; 3] = [&[4096], &[16384], &[4096, 16384, 65536]];
    let units = units[(seed % 3) as usize];
    let mut h = Harness::with_units(config, arena, options, units);
    for _ in 0..steps {
        step(&mut h, flush_messages == 1);
    }
    h.settle();
    h.check_all();
    h.restart();
    h.check_all();
}

#[test]
fn acks_after_sync_hold_against_any_crash() {
    for seed in 0..60 {
        run(seed, 400, 1, false);
    }
}

#[test]
fn acks_after_sync_hold_with_an_arena() {
    for seed in 100..130 {
        run(seed, 400, 1, true);
    }
}

#[test]
fn acks_from_the_arena_hold_against_a_kill() {
    for seed in 200..240 {
        run(seed, 400, 1000, true);
    }
}

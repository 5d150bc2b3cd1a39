//! A follower's log: a leader's batches as they are, with gaps, cuts and new beginnings; and who
//! may append at all.

use super::*;

/// What a leader's log holds from `offset` on.
struct Leader {
    end: i64,
    epoch: i32,
    gaps: bool,
}

impl Leader {
    fn new(gaps: bool) -> Leader {
        Leader { end: 0, epoch: 3, gaps }
    }

    /// The next few batches.
    fn run(&mut self, random: &mut Random) -> Vec<Kept> {
        let mut run = Vec::new();
        for _ in 0..1 + random.below(4) {
            if self.gaps && random.one_in(4) {
                self.end += 1 + random.below(2000) as i64;
            }
            if random.one_in(10) {
                self.epoch += 1;
            }
            let records = 1 + random.below(4) as usize;
            let largest = if random.one_in(20) { 60_000 } else { 2000 };
            let value_bytes = random.below(largest) as usize;
            run.push(self.batch(records, value_bytes));
        }
        run
    }

    fn batch(&mut self, records: usize, value_bytes: usize) -> Kept {
        // Never zeros: the memory disk takes a sector of them for one that was never written.
        let fill = (self.end % 100 + 1) as u8;
        let mut bytes = batch(records, value_bytes, 1_700_000_000_000, fill);
        rewrite_assigned(&mut bytes, self.end, self.epoch);
        let base = self.end;
        self.end += records as i64;
        Kept { base, end: self.end, bytes }
    }
}

fn follower(config: LogConfig, arena: bool, options: MemoryOptions) -> Harness {
    let mut h = Harness::new(config, arena, options);
    follow(&mut h);
    h
}

fn follow(h: &mut Harness) {
    let id = h.id;
    h.store().end_term(id);
}

fn bytes_of(run: &[Kept]) -> Vec<u8> {
    run.iter().flat_map(|kept| kept.bytes.clone()).collect()
}

fn try_take(h: &mut Harness, run: &[Kept], epoch: i32) -> Result<Replicated, ReplicaError> {
    let (id, now) = (h.id, h.now);
    let taken = h.store().append_replica(id, &bytes_of(run), epoch, now)?;
    h.kept.extend_from_slice(run);
    Ok(taken)
}

fn take(h: &mut Harness, run: &[Kept], epoch: i32) -> Replicated {
    for _ in 0..10_000 {
        match try_take(h, run, epoch) {
            Ok(taken) => return taken,
            Err(ReplicaError::Append(AppendError::Busy)) => h.turn(),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("pushed back for ever: {:?}", h.status());
}

fn refused(h: &mut Harness, run: &[Kept], epoch: i32, part: &str) {
    let before = h.status().log_end_offset;
    let error = try_take(h, run, epoch).expect_err("it is refused").to_string();
    assert!(error.contains(part), "{error}");
    assert_eq!(h.status().log_end_offset, before, "nothing of it was kept");
}

#[test]
fn batches_are_kept_byte_for_byte_with_their_offsets_and_epochs() {
    let mut h = follower(LogConfig::default(), false, MemoryOptions::default());
    let mut leader = Leader::new(false);
    let first = vec![leader.batch(3, 10), leader.batch(1, 10)];
    assert_eq!(take(&mut h, &first, 3), Replicated { end: 4, last_epoch: 3 });
    h.settle();
    assert_eq!(h.acked, 4, "what is stable is told as for any append");
    leader.epoch = 7;
    leader.end = 90;
    let second = vec![leader.batch(2, 10)];
    assert_eq!(take(&mut h, &second, 8), Replicated { end: 92, last_epoch: 7 });
    h.settle();
    assert_eq!(h.acked, 92);
    h.check_all();
    h.restart();
    h.check_all();
    let id = h.id;
    let end = h.store().epoch_end_offset(id, 3).unwrap();
    assert_eq!((end.leader_epoch, end.end_offset), (3, 90));
    assert_eq!(h.store().epoch_at(id, 91), 7);
}

#[test]
fn what_does_not_go_on_is_refused_whole() {
    let mut h = follower(LogConfig::default(), false, MemoryOptions::default());
    let mut leader = Leader::new(false);
    let run = [leader.batch(3, 10), leader.batch(2, 10), leader.batch(2, 10)];
    take(&mut h, &run[..2], 3);
    refused(&mut h, &run[1..], 3, "it begins at 3");
    refused(&mut h, &run[..1], 3, "it begins at 0");
    refused(&mut h, &[], 3, "it is empty");
    let mut damaged = run[2].clone();
    *damaged.bytes.last_mut().unwrap() ^= 1;
    refused(&mut h, &[damaged], 3, "checksum");
    let mut cut = run[2].clone();
    cut.bytes.pop();
    refused(&mut h, &[cut], 3, "offset 5 is due");
    let mut older = run[2].clone();
    rewrite_assigned(&mut older.bytes, 5, 2);
    refused(&mut h, &[older], 3, "epoch 2, after 3");
    let mut newer = run[2].clone();
    rewrite_assigned(&mut newer.bytes, 5, 4);
    refused(&mut h, &[newer.clone()], 3, "epoch 4, after 3 and in 3");
    // The second of two is not as it must be: the first is not taken either.
    refused(&mut h, &[run[2].clone(), run[2].clone()], 3, "it begins at 5");
    take(&mut h, &run[2..], 3);
    h.settle();
    h.check_all();
}

#[test]
fn only_who_leads_appends_and_only_who_follows_copies() {
    let mut h = Harness::simple(LogConfig::default());
    let (id, sent) = (h.id, batch(1, 10, 5, 1));
    h.append(&sent);
    let copy = Leader { end: 1, epoch: 5, gaps: false }.batch(1, 10);
    let error = try_take(&mut h, std::slice::from_ref(&copy), 5).unwrap_err();
    assert_eq!(error, ReplicaError::Append(AppendError::TermOver { term: 0 }));
    h.store().begin_term(id, 4);
    assert_eq!(h.try_append(&sent), Err(AppendError::TermOver { term: 4 }), "decided in epoch 0");
    follow(&mut h);
    assert_eq!(h.try_append(&sent), Err(AppendError::TermOver { term: -1 }));
    take(&mut h, &[copy], 5);
    h.settle();
    h.check_all();
}

#[test]
fn a_log_begins_anew_where_its_leader_does() {
    let mut h = follower(LogConfig::default(), false, MemoryOptions::default());
    let mut leader = Leader::new(false);
    let run = vec![leader.batch(3, 10), leader.batch(2, 10)];
    take(&mut h, &run, 3);
    h.settle();
    let id = h.id;
    for start in [1000, 500] {
        h.store().restart_at(id, start).unwrap();
        (h.kept, h.acked) = (Vec::new(), start);
        let status = h.status();
        let ends = (status.log_start_offset, status.log_end_offset, status.stable_end);
        assert_eq!(ends, (start, start, start));
        assert_eq!((status.leader_epoch, status.size_bytes, status.segments), (-1, 0, 0));
        h.restart();
        assert_eq!(h.status().log_start_offset, start, "also after a start");
        assert_eq!(h.status().log_end_offset, start);
        follow(&mut h);
    }
    // The leader's start lies inside a batch: that batch comes whole.
    let mut leader = Leader { end: 498, epoch: 2, gaps: false };
    let run = vec![leader.batch(5, 10), leader.batch(1, 10)];
    take(&mut h, &run, 2);
    h.settle();
    for _ in 0..2 {
        let status = h.status();
        assert_eq!((status.log_start_offset, status.log_end_offset), (500, 504));
        h.check_all();
        h.restart();
    }
}

#[test]
fn nothing_goes_that_is_not_committed() {
    let config = LogConfig {
        segment_bytes: 100_000,
        retention_bytes: 0,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    };
    let mut h = Harness::simple(config);
    let id = h.id;
    h.store().set_committed(id, 0);
    for n in 0..8 {
        h.append(&batch(1, 60_000, 5, n));
    }
    h.settle();
    h.pass(60_000);
    h.settle();
    assert_eq!(h.status().log_start_offset, 0, "stable, but not committed");
    let refused = h.store().delete_records(id, 3);
    assert!(matches!(refused, Err(StorageError::OffsetOutOfRange { high_watermark: 0, .. })));
    h.store().set_committed(id, 3);
    assert_eq!(h.store().delete_records(id, -1), Ok(3));
    h.pass(60_000);
    h.settle();
    assert_eq!(h.status().log_start_offset, 3);
    h.store().set_committed(id, 8);
    h.pass(60_000);
    h.settle();
    h.pass(60_000);
    h.settle();
    assert_eq!(h.status().log_start_offset, 8);
    // A follower goes by its leader alone.
    follow(&mut h);
    let mut leader = Leader { end: 8, epoch: 1, gaps: false };
    for _ in 0..4 {
        take(&mut h, &[leader.batch(1, 60_000)], 1);
    }
    h.store().set_committed(id, 12);
    h.settle();
    h.pass(60_000);
    h.settle();
    assert_eq!(h.status().log_start_offset, 8);
    assert_eq!(h.store().delete_records(id, 10), Ok(10));
}

/// As the model of a leader's log: random runs, cuts, new beginnings, crashes, starts.
fn live(seed: u64, steps: usize, flush_messages: u64, arena: bool) {
    let config = LogConfig {
        segment_bytes: 150_000,
        flush_messages,
        file_delete_delay_ms: 0,
        index_interval_bytes: 512,
        ..LogConfig::default()
    };
    let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
    let mut h = follower(config, arena, options);
    let mut leader = Leader::new(!seed.is_multiple_of(3));
    for _ in 0..steps {
        step(&mut h, &mut leader, flush_messages == 1);
    }
    h.settle();
    h.check_all();
    h.restart();
    h.check_all();
}

fn step(h: &mut Harness, leader: &mut Leader, cuts: bool) {
    match h.random.below(100) {
        0..=44 => {
            let mut random = Random::new(h.random.next_u64());
            let run = leader.run(&mut random);
            take(h, &run, leader.epoch);
        }
        45..=69 => h.turn(),
        70..=74 => h.settle(),
        75..=87 => {
            let status = h.status();
            let span = (status.log_end_offset - status.log_start_offset + 1) as u64;
            let offset = status.log_start_offset + h.random.below(span) as i64;
            let max_bytes = h.random.below(200_000) as usize;
            h.check_read(offset, max_bytes, status.log_end_offset);
        }
        88..=89 => h.pass(6000),
        90 if cuts => {
            h.settle();
            let (id, status) = (h.id, h.status());
            let span = (status.log_end_offset - status.log_start_offset + 1) as u64;
            let offset = status.log_start_offset + h.random.below(span) as i64;
            let end = h.store().truncate(id, offset).unwrap();
            h.kept.retain(|kept| kept.end <= end);
            h.acked = h.acked.min(end);
            leader.end = end;
        }
        91 if cuts && h.status().size_bytes > 0 => {
            h.settle();
            let id = h.id;
            leader.end += h.random.below(3000) as i64;
            h.store().restart_at(id, leader.end).unwrap();
            (h.kept, h.acked) = (Vec::new(), leader.end);
        }
        92..=93 => {
            let end = h.status().log_end_offset;
            h.restart();
            follow(h);
            assert_eq!(h.status().log_end_offset, end);
            h.acked = end;
        }
        94..=99 => crash(h, leader),
        _ => {}
    }
}

fn crash(h: &mut Harness, leader: &mut Leader) {
    let power = h.random.one_in(2);
    let crash = if power { Crash::PowerCut } else { Crash::Kill };
    let keep = [Keep::Nothing, Keep::Everything, Keep::Drawn, Keep::Drawn];
    let keep = keep[h.random.below(4) as usize];
    let status = h.status();
    // A log that was never written is made again by who follows with it.
    let is_made = status.size_bytes > 0;
    let must = match crash {
        Crash::Kill => status.stable_end,
        Crash::PowerCut => status.durable_end_offset,
    };
    let image = h.crash(crash, keep);
    h.start(image);
    follow(h);
    h.accept_recovered(if is_made { must } else { 0 });
    leader.end = h.status().log_end_offset;
    // Who follows on is never behind what it holds.
    leader.epoch = leader.epoch.max(h.status().leader_epoch);
}

#[test]
fn what_is_stable_holds_against_any_crash() {
    for seed in 0..60 {
        live(seed, 300, 1, false);
    }
}

#[test]
fn what_is_stable_holds_with_an_arena() {
    for seed in 100..130 {
        live(seed, 300, 1, true);
    }
}

#[test]
fn what_the_arena_has_holds_against_a_kill() {
    for seed in 200..250 {
        live(seed, 300, 1000, true);
    }
}

//! The checker is checked: a good history is clean, and every way to spoil it is found.

use cluster::records::LogId;
use sim::history::History;
use wire::Uuid;

const LOG: LogId = LogId { topic_id: Uuid([1; 16]), partition: 0 };
const VALUES: u64 = 50;

/// One operation of a client, as it can be spoiled.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    Sent(usize, u64),
    Acked(u64, i64),
    Polled(usize, i64, u64),
    Final(i64, u64),
}

/// Two producers take turns; two readers read all, one of them only the first half.
fn good() -> Vec<Op> {
    let value = |offset: u64| (1 + offset % 2) << 32 | offset;
    let mut ops = Vec::new();
    for offset in 0..VALUES {
        ops.push(Op::Sent((offset % 2) as usize, value(offset)));
        ops.push(Op::Acked(value(offset), offset as i64));
    }
    for offset in 0..VALUES {
        ops.push(Op::Polled(0, offset as i64, value(offset)));
        if offset < VALUES / 2 {
            ops.push(Op::Polled(1, offset as i64, value(offset)));
        }
        ops.push(Op::Final(offset as i64, value(offset)));
    }
    ops
}

fn names(ops: &[Op]) -> Vec<&'static str> {
    let mut history = History::default();
    for op in ops {
        match *op {
            Op::Sent(producer, value) => history.sent(LOG, producer, value),
            Op::Acked(value, offset) => history.acked(LOG, value, offset),
            Op::Polled(reader, offset, value) => history.polled(LOG, reader, offset, value),
            Op::Final(offset, value) => history.read_finally(LOG, offset, value),
        }
    }
    let mut names: Vec<_> = history.check(LOG, 0).iter().map(|anomaly| anomaly.name).collect();
    names.dedup();
    names
}

fn value_of(op: &Op) -> u64 {
    match *op {
        Op::Sent(_, value)
        | Op::Acked(value, _)
        | Op::Polled(_, _, value)
        | Op::Final(_, value) => value,
    }
}

fn is_read(op: &Op) -> bool {
    matches!(op, Op::Polled(..) | Op::Final(..))
}

/// Spoils the good history at every offset in turn, and wants the anomaly of that name each time.
fn must_find(name: &str, spoil: impl Fn(&mut Vec<Op>, i64, u64)) {
    for offset in 1..(VALUES as i64 - 1) {
        let mut ops = good();
        let value = (1 + offset as u64 % 2) << 32 | offset as u64;
        spoil(&mut ops, offset, value);
        assert!(names(&ops).contains(&name), "{name} at {offset}: {:?}", names(&ops));
    }
}

#[test]
fn a_good_history_is_clean() {
    assert_eq!(names(&good()), [] as [&str; 0]);
}

#[test]
fn a_gap_of_offsets_is_no_anomaly() {
    let spread = |op: Op| match op {
        Op::Acked(value, offset) => Op::Acked(value, offset * 3),
        Op::Polled(reader, offset, value) => Op::Polled(reader, offset * 3, value),
        Op::Final(offset, value) => Op::Final(offset * 3, value),
        sent @ Op::Sent(..) => sent,
    };
    let ops: Vec<Op> = good().into_iter().map(spread).collect();
    assert_eq!(names(&ops), [] as [&str; 0]);
}

#[test]
fn a_batch_that_nobody_acknowledged_may_be_gone() {
    let mut ops = good();
    ops.retain(|op| value_of(op) != (2 << 32 | 7) || matches!(op, Op::Sent(..)));
    assert_eq!(names(&ops), [] as [&str; 0]);
}

#[test]
fn a_lost_write_is_found() {
    must_find("lost-write", |ops, _, value| ops.retain(|op| !is_read(op) || value_of(op) != value));
}

#[test]
fn a_write_that_nobody_saw_is_found() {
    must_find("unseen", |ops, offset, _| {
        ops.retain(|op| match op {
            Op::Polled(_, at, _) | Op::Final(at, _) => *at < offset,
            _ => true,
        });
    });
}

#[test]
fn a_duplicate_is_found() {
    must_find("duplicate", |ops, _, value| ops.push(Op::Final(VALUES as i64, value)));
}

#[test]
fn an_acknowledgement_for_another_offset_is_found() {
    must_find("duplicate", |ops, _, value| {
        for op in ops.iter_mut() {
            if let Op::Acked(held, offset) = op
                && *held == value
            {
                *offset += 1_000;
            }
        }
    });
}

#[test]
fn two_values_at_one_offset_are_found() {
    must_find("inconsistent-offsets", |ops, offset, value| {
        ops.push(Op::Polled(1, offset, value + 2));
    });
}

#[test]
fn a_follower_that_ends_elsewhere_is_found() {
    must_find("inconsistent-offsets", |ops, offset, _| {
        for op in ops.iter_mut() {
            if let Op::Polled(0, at, value) = op
                && *at == offset
            {
                *value = 1 << 32;
            }
        }
    });
}

#[test]
fn an_invented_value_is_found() {
    must_find("invented", |ops, offset, _| ops.push(Op::Final(VALUES as i64 + offset, 9 << 32)));
}

#[test]
fn a_value_read_of_which_only_the_send_was_forgotten_is_found() {
    must_find("invented", |ops, _, value| {
        ops.retain(|op| !matches!(op, Op::Sent(_, held) if *held == value));
    });
}

#[test]
fn a_reader_that_goes_back_is_found() {
    must_find("nonmonotonic-poll", |ops, offset, value| {
        ops.push(Op::Polled(0, offset, value));
    });
}

#[test]
fn a_reader_that_reads_twice_is_found() {
    must_find("nonmonotonic-poll", |ops, offset, _| {
        let at = ops.iter().position(|op| matches!(op, Op::Polled(0, at, _) if *at == offset));
        let at = at.expect("read by 0");
        ops.insert(at, ops[at]);
    });
}

#[test]
fn a_reader_that_skips_is_found() {
    must_find("poll-skip", |ops, offset, _| {
        ops.retain(|op| !matches!(op, Op::Polled(0, at, _) if *at == offset));
    });
}

#[test]
fn values_of_a_producer_in_another_order_are_found() {
    must_find("nonmonotonic-send", |ops, offset, _| {
        // The offsets of this value and the same producer's next or last one change places.
        let other = if offset + 2 < VALUES as i64 { offset + 2 } else { offset - 2 };
        let swap = |at: i64| match at {
            at if at == offset => other,
            at if at == other => offset,
            at => at,
        };
        for op in ops.iter_mut() {
            match op {
                Op::Acked(_, at) | Op::Polled(_, at, _) | Op::Final(at, _) => *at = swap(*at),
                Op::Sent(..) => {}
            }
        }
    });
}

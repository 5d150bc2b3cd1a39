//! Kafka's sequence rules, a row each. `tests/e2e/sequences.rs` has the same rows over the wire,
//! and passes against stock Kafka.

use super::*;

const MAX: i32 = i32::MAX;

fn batch(producer_id: i64, epoch: i16, first: i32, count: i32) -> BatchHeader {
    BatchHeader {
        base_offset: 0,
        batch_length: 100,
        partition_leader_epoch: 0,
        magic: 2,
        crc: 0,
        attributes: 0,
        last_offset_delta: count - 1,
        base_timestamp: 0,
        max_timestamp: 0,
        producer_id,
        producer_epoch: epoch,
        base_sequence: first,
        records_count: count,
    }
}

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Appended,
    /// The batch at this offset again.
    Duplicate(i64),
    OutOfOrder,
    Fenced,
}

use Fate::{Appended, Duplicate, Fenced, OutOfOrder};

/// Epoch, first sequence and count of a batch of producer 1, and its fate.
type Step = (i16, i32, i32, Fate);

#[track_caller]
fn follows(steps: &[Step]) -> Producers {
    let mut producers = Producers::default();
    let mut next_offset = 0;
    for (at, &(epoch, first, count, fate)) in steps.iter().enumerate() {
        let header = batch(1, epoch, first, count);
        let got = match producers.check(&header) {
            Ok(None) => Appended,
            Ok(Some(duplicate)) => {
                let len = duplicate.last_offset - duplicate.base_offset + 1;
                assert_eq!(len, i64::from(count), "step {at}: {duplicate:?}");
                Duplicate(duplicate.base_offset)
            }
            Err(ProducerError::OutOfOrder { .. }) => OutOfOrder,
            Err(ProducerError::Fenced { .. }) => Fenced,
        };
        assert_eq!(got, fate, "step {at} of {steps:?}");
        if got == Appended {
            producers.note(&header, next_offset, 0, 100);
            next_offset += i64::from(count);
        }
    }
    producers
}

/// A test per row.
macro_rules! rows {
    ($($name:ident: [$(($epoch:expr, $first:expr, $count:expr) => $fate:expr),* $(,)?];)*) => {
        $(#[test]
        fn $name() {
            follows(&[$(($epoch, $first, $count, $fate)),*]);
        })*
    };
}

rows! {
    an_unknown_producer_begins_at_zero: [(0, 0, 3) => Appended];
    an_unknown_producer_begins_anywhere: [(0, 17, 3) => Appended, (0, 20, 1) => Appended];
    an_unknown_producer_begins_in_any_epoch: [(7, 5, 1) => Appended, (7, 6, 1) => Appended];
    a_batch_follows_the_last: [(0, 0, 3) => Appended, (0, 3, 1) => Appended];
    the_last_batch_again: [(0, 0, 3) => Appended, (0, 0, 3) => Duplicate(0)];
    all_of_the_last_five_again: [
        (0, 0, 1) => Appended, (0, 1, 2) => Appended, (0, 3, 3) => Appended,
        (0, 6, 4) => Appended, (0, 10, 5) => Appended, (0, 15, 6) => Appended,
        (0, 1, 2) => Duplicate(1), (0, 10, 5) => Duplicate(10), (0, 3, 3) => Duplicate(3),
        (0, 15, 6) => Duplicate(15), (0, 6, 4) => Duplicate(6),
    ];
    the_sixth_last_again: [
        (0, 0, 1) => Appended, (0, 1, 1) => Appended, (0, 2, 1) => Appended,
        (0, 3, 1) => Appended, (0, 4, 1) => Appended, (0, 5, 1) => Appended,
        (0, 0, 1) => OutOfOrder, (0, 1, 1) => Duplicate(1),
    ];
    a_duplicate_moves_nothing: [
        (0, 0, 3) => Appended, (0, 3, 3) => Appended, (0, 0, 3) => Duplicate(0),
        (0, 6, 3) => Appended,
    ];
    a_gap: [(0, 0, 3) => Appended, (0, 4, 1) => OutOfOrder, (0, 3, 1) => Appended];
    a_gap_of_one_round_nearly: [(0, 0, 3) => Appended, (0, MAX, 1) => OutOfOrder];
    it_begins_within_the_last_and_ends_behind_it: [
        (0, 0, 3) => Appended, (0, 1, 3) => OutOfOrder, (0, 2, 8) => OutOfOrder,
        (0, 3, 1) => Appended,
    ];
    the_beginning_of_the_last: [(0, 0, 3) => Appended, (0, 0, 1) => OutOfOrder];
    the_end_of_the_last: [(0, 0, 3) => Appended, (0, 2, 1) => OutOfOrder];
    the_last_and_more: [(0, 0, 3) => Appended, (0, 0, 4) => OutOfOrder];
    two_batches_as_one: [
        (0, 0, 3) => Appended, (0, 3, 3) => Appended, (0, 0, 6) => OutOfOrder,
    ];
    before_where_it_began: [
        (0, 11, 1) => Appended, (0, 10, 4) => OutOfOrder, (0, 10, 1) => OutOfOrder,
        (0, 0, 1) => OutOfOrder,
    ];
    behind_a_batch_that_began_within_another: [
        (0, 1, 3) => Appended, (0, 3, 3) => OutOfOrder, (0, 4, 3) => Appended,
    ];
    sequences_go_round_between_batches: [
        (0, MAX - 1, 2) => Appended, (0, 0, 5) => Appended, (0, MAX - 1, 2) => Duplicate(0),
        (0, 0, 5) => Duplicate(2),
    ];
    sequences_go_round_within_a_batch: [
        (0, MAX - 1, 4) => Appended, (0, MAX - 1, 4) => Duplicate(0), (0, 0, 2) => OutOfOrder,
        (0, 2, 1) => Appended,
    ];
    behind_the_largest_nothing_but_zero: [
        (0, MAX, 1) => Appended, (0, 1, 1) => OutOfOrder, (0, MAX, 1) => Duplicate(0),
        (0, 0, 1) => Appended,
    ];
    from_before_the_turn: [
        (0, MAX - 3, 4) => Appended, (0, 0, 1) => Appended, (0, MAX - 2, 2) => OutOfOrder,
    ];
    a_new_epoch_begins_at_zero: [
        (0, 0, 3) => Appended, (1, 3, 1) => OutOfOrder, (1, 0, 1) => Appended,
        (1, 1, 1) => Appended,
    ];
    a_new_epoch_has_no_duplicates_in_the_old: [
        (0, 0, 3) => Appended, (1, 0, 3) => Appended, (1, 0, 3) => Duplicate(3),
    ];
    epochs_may_be_left_out: [(0, 0, 3) => Appended, (5, 0, 1) => Appended];
    an_old_epoch: [
        (3, 0, 1) => Appended, (2, 1, 1) => Fenced, (2, 0, 1) => Fenced, (3, 1, 1) => Appended,
    ];
    an_old_epoch_has_no_duplicates_either: [
        (0, 0, 3) => Appended, (1, 0, 1) => Appended, (0, 0, 3) => Fenced,
    ];
    a_refused_epoch_moves_nothing: [
        (0, 0, 3) => Appended, (1, 3, 1) => OutOfOrder, (0, 3, 1) => Appended,
    ];
    the_largest_epoch: [
        (i16::MAX - 1, 0, 1) => Appended, (i16::MAX, 0, 1) => Appended,
        (i16::MAX - 1, 1, 1) => Fenced,
    ];
}

#[test]
fn behind_a_marker_an_epoch_begins_at_zero() {
    let mut producers = follows(&[(0, 0, 3, Appended)]);
    producers.note(&batch(1, 1, -1, 1), 3, 0, 100);
    let gap = ProducerError::OutOfOrder { producer_id: 1, expected: 0, got: 3 };
    assert_eq!(producers.check(&batch(1, 1, 3, 1)), Err(gap));
    assert_eq!(producers.check(&batch(1, 1, 0, 1)), Ok(None));
}

#[test]
fn a_forgotten_producer_begins_anywhere() {
    let mut producers = follows(&[(4, 0, 3, Appended)]);
    producers.expire(101, 100);
    for (epoch, first) in [(4, 3), (4, 0), (4, 77), (3, 5), (0, MAX)] {
        assert_eq!(producers.check(&batch(1, epoch, first, 1)), Ok(None), "{epoch} {first}");
    }
}

#[test]
fn producers_are_apart() {
    let producers = follows(&[(0, 0, 3, Appended)]);
    assert_eq!(producers.check(&batch(2, 0, 0, 3)), Ok(None));
}

#[test]
fn the_largest_sequence_is_followed_by_zero_in_what_is_told() {
    let producers = follows(&[(0, MAX - 1, 4, Appended), (0, 2, 1, Appended)]);
    assert_eq!(producers.infos()[0].last_sequence, 2);
}

#[test]
fn idle_producers_expire_and_the_count_is_bounded() {
    let mut producers = Producers::default();
    for id in 0..200 {
        producers.note(&batch(id, 0, 0, 1), id, id, 50);
    }
    assert!(producers.infos().len() <= 50);
    assert!(producers.infos().iter().all(|p| p.producer_id >= 140));
    producers.expire(300, 110);
    assert!(producers.infos().iter().all(|p| p.producer_id >= 190));
    let again = Producers::new(producers.snapshot());
    assert_eq!(again.infos(), producers.infos());
}

//! The follower's rules, F1 to F9, one test each, and which logs a start may trust.

use cluster::replication::follower::{Input, Output};
use cluster::replication::messages::{Body, Refusal};
use cluster::replication::trust::{Arena, Evidence, Suspicion, Trust};
use cluster::replication::{EpochEnd, Follower, LogEnds, Run, Subscribe, ToFollower};

const EPOCH: i32 = 5;
const ENDS: LogEnds = LogEnds { start: 0, end: 10, stable: 8, high_watermark: 5, last_epoch: 3 };

struct Live {
    follower: Follower,
    now_ms: i64,
}

impl Live {
    /// A follower whose link has just come up.
    fn new() -> (Self, Subscribe) {
        let follower = Follower::new(2, 12, EPOCH, ENDS);
        let mut live = Self { follower, now_ms: 0 };
        let out = live.step(Input::LinkUp);
        let [Output::Subscribe(message)] = out[..] else {
            panic!("it subscribes: {out:?}");
        };
        (live, message)
    }

    fn streaming() -> Self {
        let (mut live, _) = Self::new();
        live.say(1, Body::Subscribed { start: 0, high_watermark: 6 });
        live
    }

    fn step(&mut self, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        self.follower.step(self.now_ms, input, &mut out);
        out
    }

    fn say(&mut self, number: u32, body: Body) -> Vec<Output> {
        self.say_in(EPOCH, number, body, None)
    }

    fn say_in(
        &mut self,
        leader_epoch: i32,
        number: u32,
        body: Body,
        own: Option<EpochEnd>,
    ) -> Vec<Output> {
        self.step(Input::Leader { message: ToFollower { leader_epoch, number, body }, own })
    }

    fn diverging(&mut self, found: (i32, i64), own: Option<(i32, i64)>) -> Vec<Output> {
        let end = |(epoch, end)| EpochEnd { epoch, end };
        let body = Body::Diverging { found: end(found), high_watermark: 9 };
        self.say_in(EPOCH, 1, body, own.map(end))
    }
}

fn run(from: i64, first: i64, end: i64, epochs: (i32, i32)) -> Body {
    let head = Run { from, first, first_epoch: epochs.0, last_epoch: epochs.1, end };
    Body::Run { head, start: 0, high_watermark: 11 }
}

#[test]
fn f1_subscribes_with_its_end_and_the_epoch_of_its_last_record() {
    let (mut live, message) = Live::new();
    assert_eq!((message.position, message.last_epoch, message.stable), (10, 3, 8));
    assert_eq!((message.leader_epoch, message.broker_epoch), (EPOCH, 12));
    let subscribed = Body::Subscribed { start: 0, high_watermark: 9 };
    assert!(live.say_in(EPOCH - 1, 1, subscribed, None).is_empty(), "of another epoch");
    assert!(live.say(7, subscribed).is_empty(), "of another subscription");
    assert_eq!(live.say(1, subscribed), [Output::HighWatermark(9)]);
}

#[test]
fn f2_cuts_to_where_both_may_be_equal_and_asks_again() {
    let cut = |found, own| {
        let (mut live, _) = Live::new();
        live.diverging(found, own).into_iter().rfind(|o| matches!(o, Output::Truncate { .. }))
    };
    assert_eq!(cut((3, 7), Some((3, 10))), Some(Output::Truncate { to: 7 }));
    assert_eq!(cut((3, 12), Some((3, 9))), Some(Output::Truncate { to: 9 }));
    assert_eq!(cut((2, 12), Some((1, 6))), Some(Output::Truncate { to: 6 }), "another epoch");
    assert_eq!(cut((2, 12), None), Some(Output::Truncate { to: 0 }), "nothing is the leader's");
    let (mut live, _) = Live::new();
    live.diverging((3, 7), Some((3, 10)));
    let out = live.step(Input::Cut { start: 0, end: 7, stable: 7, last_epoch: 3 });
    assert!(matches!(out[..], [Output::Subscribe(Subscribe { position: 7, number: 2, .. })]));
}

#[test]
fn f3_a_cut_below_the_high_watermark_is_never_silent() {
    let (mut live, _) = Live::new();
    let out = live.diverging((3, 4), Some((3, 10)));
    assert_eq!(out[0], Output::CutBelowHighWatermark { to: 4, high_watermark: 5 });
    live.step(Input::Cut { start: 0, end: 4, stable: 4, last_epoch: 3 });
    assert_eq!(live.follower.high_watermark(), 4);
}

#[test]
fn f4_behind_the_leaders_start_it_begins_anew_there() {
    let (mut live, _) = Live::new();
    let out = live.say(1, Body::OutOfRange { start: 20, end: 30 });
    assert_eq!(out, [Output::RestartAt { start: 20 }]);
    live.step(Input::Cut { start: 20, end: 20, stable: 20, last_epoch: -1 });
    assert_eq!((live.follower.start(), live.follower.high_watermark()), (20, 20));
    let (mut live, _) = Live::new();
    let out = live.say(1, Body::OutOfRange { start: 0, end: 9 });
    assert_eq!(out, [Output::Truncate { to: 9 }]);
}

/// Found by the simulator: it asked again for ever.
#[test]
fn f4_a_start_inside_a_batch_begins_at_the_batch() {
    let (mut live, _) = Live::new();
    live.say(1, Body::OutOfRange { start: 20, end: 30 });
    live.step(Input::Cut { start: 20, end: 20, stable: 20, last_epoch: -1 });
    live.say(2, Body::Subscribed { start: 20, high_watermark: 22 });
    assert_eq!(live.say(2, run(20, 18, 22, (4, 4))), [Output::Append]);
}

#[test]
fn f5_takes_what_goes_on_at_its_end_and_nothing_else() {
    let taken = |body| Live::streaming().say(1, body) == [Output::Append];
    assert!(taken(run(10, 10, 12, (3, 5))));
    assert!(taken(run(10, 15, 17, (3, 5))), "compaction left a gap");
    assert!(!taken(run(12, 12, 14, (3, 5))), "something is missing");
    assert!(!taken(run(8, 8, 12, (3, 5))));
    assert!(!taken(run(10, 10, 12, (2, 5))), "epochs never fall");
    assert!(!taken(run(10, 10, 12, (5, 6))), "an epoch above the subscription's");
    let out = Live::streaming().say(1, run(12, 12, 14, (5, 5)));
    assert!(matches!(out[..], [Output::Subscribe(_)]), "it asks again, it never patches");
}

#[test]
fn f6_the_watermark_comes_after_the_records_and_only_from_who_compared() {
    let mut live = Live::streaming();
    assert_eq!(live.say(1, run(10, 10, 12, (5, 5))), [Output::Append]);
    assert_eq!(live.follower.high_watermark(), 6);
    let out = live.step(Input::Appended { end: 12, last_epoch: 5 });
    assert_eq!(out, [Output::HighWatermark(11)]);
    let out = live.say(1, Body::Marks { start: 0, high_watermark: 40 });
    assert_eq!(out, [Output::HighWatermark(12)], "at most its own end");
    let (mut live, _) = Live::new();
    live.diverging((3, 9), Some((3, 10)));
    assert_eq!(live.follower.high_watermark(), 5, "a refusal moves nothing");
}

#[test]
fn f7_the_start_follows_the_leaders_up_to_the_watermark() {
    let mut live = Live::streaming();
    let marks = Body::Marks { start: 40, high_watermark: 7 };
    let out = live.say(1, marks);
    let [Output::LogStart(7), Output::HighWatermark(7), Output::Progress(told)] = out[..] else {
        panic!("its start moves, and the leader hears of it: {out:?}");
    };
    assert_eq!((told.start, told.stable), (7, 8));
    assert!(live.say(1, marks).is_empty(), "no news");
}

#[test]
fn f9_promises_what_is_stable_and_only_while_it_streams() {
    let (mut live, _) = Live::new();
    assert!(live.step(Input::Stable { end: 9 }).is_empty(), "nobody compared yet");
    let out = live.say(1, Body::Subscribed { start: 0, high_watermark: 5 });
    assert!(matches!(out[..], [Output::Progress(told)] if told.stable == 9), "{out:?}");
    live.say(1, run(10, 10, 12, (5, 5)));
    assert!(live.step(Input::Appended { end: 12, last_epoch: 5 }).len() == 1, "no promise");
    let out = live.step(Input::Stable { end: 12 });
    assert!(matches!(out[..], [Output::Progress(told)] if told.stable == 12));
}

#[test]
fn asks_again_when_refused_or_not_answered() {
    let (mut live, _) = Live::new();
    live.say(1, Body::Refused(Refusal::UnknownEpoch));
    assert!(live.step(Input::Tick).is_empty());
    live.now_ms = 100;
    assert!(matches!(live.step(Input::Tick)[..], [Output::Subscribe(_)]));
    live.now_ms = 2_000;
    assert!(matches!(live.step(Input::Tick)[..], [Output::Subscribe(_)]));
    live.step(Input::LinkDown);
    live.now_ms = 9_000;
    assert!(live.step(Input::Tick).is_empty());
}

#[test]
fn a_log_is_trusted_that_surely_has_all_it_promised() {
    let synced = Evidence {
        served_epoch: 7,
        clean_stop_epoch: None,
        recovered_end: 10,
        durable_end: 10,
        damaged: false,
        acks_from_memory: false,
        arena: Arena::Missing,
        high_watermark: 9,
    };
    let memory = Evidence { acks_from_memory: true, ..synced };
    let lost = |suspicion| Trust::Suspect(suspicion);
    assert_eq!(Trust::of(&synced), Trust::Trusted);
    assert_eq!(Trust::of(&memory), lost(Suspicion::ArenaLost));
    let adopted = |broker_epoch| Evidence { arena: Arena::Adopted { broker_epoch }, ..memory };
    assert_eq!(Trust::of(&adopted(7)), Trust::Trusted);
    assert_eq!(Trust::of(&adopted(6)), lost(Suspicion::ArenaLost), "of another incarnation");
    let stopped = |epoch| Evidence { clean_stop_epoch: Some(epoch), ..memory };
    assert_eq!(Trust::of(&stopped(7)), Trust::Trusted);
    assert_eq!(Trust::of(&stopped(6)), lost(Suspicion::ArenaLost), "a marker of before");
    let damaged = Evidence { damaged: true, clean_stop_epoch: Some(7), ..synced };
    assert_eq!(Trust::of(&damaged), lost(Suspicion::Damaged));
    let short = Evidence { recovered_end: 8, durable_end: 8, ..synced };
    assert_eq!(Trust::of(&short), lost(Suspicion::BelowHighWatermark));
    let torn = Evidence { recovered_end: 9, ..synced };
    assert_eq!(Trust::of(&torn), lost(Suspicion::BelowDurableEnd));
}

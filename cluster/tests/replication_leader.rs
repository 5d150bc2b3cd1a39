//! The leader's rules, L1 to L12, one test each.

use cluster::Partition;
use cluster::replication::leader::{Identity, Input, IsrAnswer, IsrChange, Output};
use cluster::replication::messages::{Body, Refusal};
use cluster::replication::{EpochEnd, Leader, LogEnds, Peer, Progress, Subscribe, View};

const LAG_MAX_MS: i64 = 1_000;
const EPOCH: i32 = 5;

fn view(partition_epoch: i32, isr: &[i32], min_isr: usize) -> View {
    let state = Partition {
        leader: 1,
        leader_epoch: EPOCH,
        partition_epoch,
        isr: isr.to_vec(),
        ..Partition::new(vec![1, 2, 3])
    };
    let peer = |broker| Peer { broker, broker_epoch: 10 + i64::from(broker), active: true };
    View { offset: 100, state, min_isr, peers: vec![peer(1), peer(2), peer(3)] }
}

/// Broker 1 leads 1, 2, 3 with ten records, five of them committed as far as it knows.
struct Live {
    leader: Leader,
    out: Vec<Output>,
    now_ms: i64,
}

impl Live {
    fn new(view: &View) -> Self {
        let ends = LogEnds { start: 0, end: 10, stable: 10, high_watermark: 5, last_epoch: 4 };
        let me = Identity { broker: 1, broker_epoch: 11, lag_max_ms: LAG_MAX_MS };
        let (leader, out) = Leader::new(0, me, view, ends);
        Self { leader, out, now_ms: 0 }
    }

    fn step(&mut self, input: Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        self.leader.step(self.now_ms, input, &mut out);
        self.out.extend(out.iter().cloned());
        out
    }

    fn subscribe(&mut self, broker: i32, position: i64) -> Vec<Output> {
        let message = Subscribe {
            broker,
            broker_epoch: 10 + i64::from(broker),
            leader_epoch: EPOCH,
            number: 1,
            position,
            last_epoch: 4,
            stable: position,
            start: 0,
        };
        self.step(Input::Subscribe { message, floor: Some(EpochEnd { epoch: 4, end: 10 }) })
    }

    fn progress(&mut self, broker: i32, stable: i64) -> Vec<Output> {
        let (broker_epoch, leader_epoch) = (10 + i64::from(broker), EPOCH);
        let message = Progress { broker, broker_epoch, leader_epoch, number: 1, stable, start: 0 };
        self.step(Input::Progress(message))
    }

    fn hw(&self) -> i64 {
        self.leader.high_watermark()
    }
}

fn changes(out: &[Output]) -> Vec<IsrChange> {
    let change = |output: &Output| match output {
        Output::ChangeIsr(change) => Some(change.clone()),
        _ => None,
    };
    out.iter().filter_map(change).collect()
}

fn bodies(out: &[Output]) -> Vec<Body> {
    let body = |output: &Output| match output {
        Output::ToFollower { message, .. } => Some(message.body),
        _ => None,
    };
    out.iter().filter_map(body).collect()
}

#[test]
fn l1_nothing_a_follower_said_before_this_term_counts() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    let of_old_term = Progress {
        broker: 2,
        broker_epoch: 12,
        leader_epoch: EPOCH - 1,
        number: 1,
        stable: 10,
        start: 0,
    };
    live.step(Input::Progress(of_old_term));
    assert_eq!(live.hw(), 5, "member 2 has said nothing in this epoch");
    live.subscribe(2, 10);
    assert_eq!(live.hw(), 10);
}

#[test]
fn l2_the_high_watermark_is_what_every_member_promised_and_the_leader_has() {
    let mut live = Live::new(&view(0, &[1, 2, 3], 2));
    live.subscribe(2, 10);
    live.subscribe(3, 8);
    assert_eq!(live.hw(), 8);
    live.step(Input::Appended { end: 12 });
    live.progress(2, 12);
    live.progress(3, 12);
    assert_eq!(live.hw(), 10, "the leader itself has only 10 stable");
    live.step(Input::Stable { end: 12 });
    assert_eq!(live.hw(), 12);
}

#[test]
fn l2_the_high_watermark_stands_still_below_the_minimum() {
    let mut live = Live::new(&view(0, &[1], 2));
    live.step(Input::Appended { end: 12 });
    live.step(Input::Stable { end: 12 });
    assert_eq!(live.hw(), 5);
    assert!(!live.leader.has_enough_in_sync());
}

#[test]
fn l2_two_cores_of_one_node_are_one() {
    let mut two = view(0, &[1, 1001], 2);
    two.state.replicas = vec![1, 1001, 2];
    two.peers[2] = Peer { broker: 1001, broker_epoch: 1011, active: true };
    let live = Live::new(&two);
    assert!(!live.leader.has_enough_in_sync());
}

#[test]
fn l3_proven_from_the_start_of_the_epoch_on() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    assert!(!live.leader.is_proven());
    live.subscribe(2, 10);
    assert!(live.leader.is_proven());
}

#[test]
fn l4_who_is_to_join_counts_at_once_and_who_is_to_leave_until_it_is_committed() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    assert_eq!(changes(&live.subscribe(3, 10)).len(), 1);
    assert!(live.leader.is_maximal(3));
    assert_eq!(live.leader.isr(), [1, 2]);

    let mut live = Live::new(&view(0, &[1, 2], 1));
    let mut out = Vec::new();
    for now_ms in [400, 800, 1_200, 1_600] {
        live.now_ms = now_ms;
        out.extend(live.step(Input::Tick));
    }
    assert_eq!(changes(&out)[0].isr, [(1, 11)]);
    assert!(live.leader.is_maximal(2), "not committed yet");
    live.step(Input::IsrAnswer { request: 1, answer: IsrAnswer::Accepted });
    assert!(live.leader.is_maximal(2), "the answer commits nothing");
    live.step(Input::View(&view(1, &[1], 1)));
    assert!(!live.leader.is_maximal(2));
}

#[test]
fn l5_joins_with_everything_up_to_the_start_of_the_epoch() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    assert!(changes(&live.subscribe(3, 7)).is_empty(), "at the watermark, below the epoch start");
    assert_eq!(changes(&live.progress(3, 10)).len(), 1);
}

#[test]
fn l5_joins_only_as_the_process_that_is_registered_and_active() {
    let mut fenced = view(0, &[1, 2], 1);
    fenced.peers[2].active = false;
    let mut live = Live::new(&fenced);
    assert!(changes(&live.subscribe(3, 10)).is_empty());
    let out = live.step(Input::View(&view(0, &[1, 2], 1)));
    assert_eq!(changes(&out)[0].isr, [(1, 11), (2, 12), (3, 13)]);

    let mut newer = view(0, &[1, 2], 1);
    newer.peers[2].broker_epoch = 99;
    let mut live = Live::new(&newer);
    let out = live.subscribe(3, 10);
    assert_eq!(bodies(&out), [Body::Refused(Refusal::StaleBroker)], "L8");
    assert!(changes(&out).is_empty());
}

/// Found by the simulator: what it wrote as the leader of an older epoch lay below the new start,
/// where nobody compares, and it could have been elected with it.
#[test]
fn l5_who_has_only_what_is_gone_here_joins_once_its_log_begins_where_this_does() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.step(Input::Retain { to: 10 });
    let out = live.subscribe(3, 10);
    assert_eq!(bodies(&out), [Body::Subscribed { start: 10, high_watermark: 10 }]);
    assert_eq!(changes(&live.out), [], "its log begins at 0");
    let (broker_epoch, leader_epoch) = (13, EPOCH);
    let moved =
        Progress { broker: 3, broker_epoch, leader_epoch, number: 1, stable: 10, start: 10 };
    let out = live.step(Input::Progress(moved));
    assert_eq!(changes(&out)[0].isr, [(1, 11), (2, 12), (3, 13)]);
}

#[test]
fn l5_a_new_process_starts_from_nothing() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    let mut newer = view(1, &[1], 1);
    newer.peers[1].broker_epoch = 99;
    live.step(Input::View(&newer));
    live.step(Input::Tick);
    assert!(!live.leader.is_maximal(2), "its position was its predecessor's");
}

#[test]
fn l6_l7_late_is_who_did_not_have_everything_for_too_long() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    for now_ms in [400, 800, 1_200, 1_600, 2_000] {
        live.now_ms = now_ms;
        assert!(changes(&live.step(Input::Tick)).is_empty(), "nothing is missing");
    }
    live.step(Input::Appended { end: 12 });
    for now_ms in [2_400, 2_800] {
        live.now_ms = now_ms;
        assert!(changes(&live.step(Input::Tick)).is_empty(), "late, but not for long");
    }
    live.now_ms = 3_200;
    let mut out = live.step(Input::Tick);
    live.now_ms = 3_600;
    out.extend(live.step(Input::Tick));
    assert_eq!(changes(&out).len(), 1);
}

#[test]
fn l7_after_a_pause_of_the_leader_nobody_is_late() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.now_ms = 60_000;
    assert!(changes(&live.step(Input::Tick)).is_empty());
}

#[test]
fn l9_a_log_that_differs_is_told_where_and_counts_for_nothing() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    let mut message = Subscribe {
        broker: 2,
        broker_epoch: 12,
        leader_epoch: EPOCH,
        number: 1,
        position: 12,
        last_epoch: 3,
        stable: 12,
        start: 0,
    };
    let found = EpochEnd { epoch: 3, end: 7 };
    let out = live.step(Input::Subscribe { message, floor: Some(found) });
    assert_eq!(bodies(&out), [Body::Diverging { found, high_watermark: 5 }]);
    assert_eq!(live.hw(), 5);
    message.last_epoch = 4;
    message.position = 9;
    let lower = EpochEnd { epoch: 3, end: 9 };
    let out = live.step(Input::Subscribe { message, floor: Some(lower) });
    assert_eq!(bodies(&out), [Body::Diverging { found: lower, high_watermark: 5 }]);
    let out = live.step(Input::Subscribe { message, floor: None });
    assert_eq!(bodies(&out), [Body::OutOfRange { start: 0, end: 10 }]);
}

#[test]
fn l9_what_is_before_the_start_is_out_of_range() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    assert_eq!(
        live.step(Input::Retain { to: 20 }),
        [Output::LogStart(10)],
        "at most the watermark"
    );
    let out = live.subscribe(3, 4);
    assert_eq!(bodies(&out), [Body::OutOfRange { start: 10, end: 10 }]);
}

/// Found by the simulator: the follower's log kept a hole between its old end and the new start.
#[test]
fn l9_who_is_behind_a_start_that_moves_begins_anew() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.subscribe(3, 4);
    let out = live.step(Input::Retain { to: 8 });
    assert_eq!(bodies(&out), [Body::OutOfRange { start: 8, end: 10 }]);
    assert_eq!(live.leader.due(3), None);
}

#[test]
fn l11_a_refusal_settles_only_the_request_it_answers() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.subscribe(3, 10);
    live.now_ms = 1_500;
    let again = changes(&live.step(Input::Tick));
    assert_eq!(again[0].request, 2, "no answer came");
    live.step(Input::IsrAnswer { request: 1, answer: IsrAnswer::Refused });
    assert!(live.leader.is_maximal(3), "the second request may still be accepted");
    live.step(Input::IsrAnswer { request: 2, answer: IsrAnswer::Refused });
    assert!(!live.leader.is_maximal(3));
}

/// Found by the simulator: with nothing to replicate no follower speaks, and nobody asked again.
#[test]
fn l11_after_a_refusal_it_asks_again_by_itself() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.subscribe(3, 10);
    live.step(Input::IsrAnswer { request: 1, answer: IsrAnswer::Refused });
    assert!(changes(&live.step(Input::Tick)).is_empty(), "not at once");
    live.now_ms = 300;
    assert_eq!(changes(&live.step(Input::Tick)).len(), 1);
}

/// Found by the simulator: a request that was asked again named the process of a member that had
/// come since, with an empty folder, and was accepted.
#[test]
fn l11_a_request_that_is_repeated_means_the_same_processes() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.subscribe(3, 10);
    let mut newer = view(0, &[1, 2], 1);
    newer.offset = 200;
    newer.peers[2].broker_epoch = 99;
    live.step(Input::View(&newer));
    let message = Subscribe {
        broker: 3,
        broker_epoch: 99,
        leader_epoch: EPOCH,
        number: 1,
        position: 0,
        last_epoch: -1,
        stable: 0,
        start: 0,
    };
    live.step(Input::Subscribe { message, floor: None });
    live.now_ms = 1_500;
    let again = changes(&live.step(Input::Tick));
    assert_eq!(again[0].isr, [(1, 11), (2, 12), (3, 13)]);
}

#[test]
fn l11_what_the_image_decides_stays_pending() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    live.subscribe(2, 10);
    live.subscribe(3, 10);
    live.step(Input::IsrAnswer { request: 1, answer: IsrAnswer::ImageDecides });
    assert!(live.leader.is_maximal(3));
    live.step(Input::View(&view(1, &[1, 2, 3], 1)));
    assert_eq!(live.leader.isr(), [1, 2, 3]);
}

#[test]
fn an_old_or_unknown_epoch_is_refused() {
    let mut live = Live::new(&view(0, &[1, 2], 1));
    let message = |leader_epoch, broker| Subscribe {
        broker,
        broker_epoch: 12,
        leader_epoch,
        number: 1,
        position: 10,
        last_epoch: 4,
        stable: 10,
        start: 0,
    };
    let floor = Some(EpochEnd { epoch: 4, end: 10 });
    let mut refusal = |message| bodies(&live.step(Input::Subscribe { message, floor }))[0];
    assert_eq!(refusal(message(EPOCH - 1, 2)), Body::Refused(Refusal::FencedEpoch));
    assert_eq!(refusal(message(EPOCH + 1, 2)), Body::Refused(Refusal::UnknownEpoch));
    assert_eq!(refusal(message(EPOCH, 7)), Body::Refused(Refusal::NotReplica));
}

#[test]
fn a_replica_alone_commits_what_its_disk_has() {
    let state = Partition::new(vec![1]);
    let peers = vec![Peer { broker: 1, broker_epoch: 11, active: true }];
    let alone = View { offset: 1, state, min_isr: 2, peers };
    let me = Identity { broker: 1, broker_epoch: 11, lag_max_ms: LAG_MAX_MS };
    let ends = LogEnds { start: 0, end: 3, stable: 3, high_watermark: 0, last_epoch: 0 };
    let (mut leader, out) = Leader::new(0, me, &alone, ends);
    assert_eq!(out, [Output::HighWatermark(3)]);
    let mut out = Vec::new();
    leader.step(1, Input::Appended { end: 5 }, &mut out);
    assert!(out.is_empty());
    leader.step(1, Input::Stable { end: 5 }, &mut out);
    assert_eq!(out, [Output::HighWatermark(5)]);
}

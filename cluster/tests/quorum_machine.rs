//! The quorum's machine by itself: what it refuses at a start, what it does with messages that
//! contradict it, and that no message ends the process.

use bytes::Bytes;
use cluster::Record;
use cluster::quorum::{
    Entry, Fault, Hard, Ignored, Input, MemberRequest, Members, Message, MessageKind, Output,
    Quorum, Refused, Request, Role, Settings, SnapshotId, SnapshotMeta, Stored, encode_command,
    message_length, raft_id,
};
use cluster::records::FeatureLevel;
use proptest::prelude::*;
use wire::Uuid;

fn directory(node: i32) -> Uuid {
    Uuid([node as u8; 16])
}

fn meta(nodes: &[i32]) -> SnapshotMeta {
    let founders: Vec<_> = nodes.iter().map(|node| (*node, directory(*node))).collect();
    SnapshotMeta { id: SnapshotId { index: 1, term: 1 }, members: Members::founding(&founders) }
}

fn entry(index: u64, term: u64) -> Entry {
    Entry { index, term, value: Bytes::new() }
}

/// What the disk of a founder holds, with entries of these terms from index 2 on.
fn stored(nodes: &[i32], terms: &[u64]) -> Stored {
    let entries = (2..).zip(terms).map(|(index, term)| entry(index, *term)).collect();
    let term = terms.last().copied().unwrap_or(1);
    Stored { hard: Hard { term, vote: 0, commit: 1 }, snapshot: Some(meta(nodes)), entries }
}

fn start(node: i32, stored: Stored) -> Result<Quorum, Fault> {
    Quorum::start(Settings::new(raft_id(node, 0), directory(node), 7), stored, 0)
}

/// A disk that is done at once: turns until nothing is left to write.
fn settle(quorum: &mut Quorum, now_ms: u64, inputs: Vec<Input>) -> Vec<Output> {
    let mut outputs = quorum.turn(now_ms, inputs);
    let mut done = 0;
    while done < outputs.len() {
        let durable = match &outputs[done] {
            Output::Persist(persist) => Some(persist.number),
            _ => None,
        };
        done += 1;
        if let Some(number) = durable {
            outputs.extend(quorum.turn(now_ms, vec![Input::Durable(number)]));
        }
    }
    outputs
}

fn feature(level: i16) -> Bytes {
    let record = Record::FeatureLevel(FeatureLevel { name: "f".to_owned(), level });
    encode_command(&[record]).unwrap()
}

/// A node that leads alone, in its first term.
fn alone() -> Quorum {
    let mut quorum = start(1, stored(&[1], &[])).unwrap();
    settle(&mut quorum, 0, Vec::new());
    settle(&mut quorum, 20, Vec::new());
    assert_eq!(quorum.role(), (Role::Leader, Some(2), 2));
    quorum
}

fn ask(quorum: &mut Quorum, ticket: u64, request: Request) -> Vec<Output> {
    settle(quorum, 40, vec![Input::Ask { ticket, request }])
}

fn refused(outputs: &[Output]) -> Option<Refused> {
    outputs.iter().find_map(|output| match output {
        Output::Reply { outcome: Err(refused), .. } => Some(refused.clone()),
        _ => None,
    })
}

#[test]
fn a_start_refuses_what_is_not_its_own() {
    let wrong = |node, stored| start(node, stored).err().expect("a fault");
    let fault = wrong(3, stored(&[1, 2], &[]));
    assert_eq!(fault, Fault::Stranger { raft_id: 4 });
    let other = Settings::new(raft_id(1, 0), directory(9), 7);
    let fault = Quorum::start(other, stored(&[1, 2], &[]), 0).err().unwrap();
    let expected = Fault::Identity { raft_id: 2, expected: directory(1), found: directory(9) };
    assert_eq!(fault, expected);
    assert!(fault.to_string().contains("join as a new member"), "{fault}");

    let mut gap = stored(&[1, 2], &[1, 1, 1]);
    gap.entries.remove(1);
    assert_eq!(wrong(1, gap), Fault::LogGap { expected: 3, found: 4 });
    let mut late = stored(&[1, 2], &[1, 1]);
    late.entries.remove(0);
    assert_eq!(wrong(1, late), Fault::LogGap { expected: 2, found: 3 });
    let mut bare = stored(&[1, 2], &[1]);
    bare.snapshot = None;
    assert_eq!(wrong(1, bare), Fault::NoSnapshot { first: 2 });
    let mut behind = stored(&[1, 2], &[5]);
    behind.hard.term = 4;
    assert_eq!(wrong(1, behind), Fault::TermBehind { state: 4, log: 5 });
}

/// Between the rename of an installed snapshot and the new log, a crash leaves the old one.
#[test]
fn a_log_of_another_history_than_the_snapshot_is_begun_anew() {
    let at = |index, term, terms: &[u64]| {
        let mut stored = stored(&[1, 2], terms);
        stored.hard.term = 9;
        if let Some(snapshot) = &mut stored.snapshot {
            snapshot.id = SnapshotId { index, term };
        }
        let mut quorum = start(1, stored).unwrap();
        let outputs = quorum.turn(0, Vec::new());
        let restarts = outputs.contains(&Output::RestartLog { next_index: index + 1 });
        (restarts, quorum.applied())
    };
    assert_eq!(at(10, 3, &[1, 1, 2]), (true, 10), "it ends before the snapshot");
    assert_eq!(at(3, 3, &[1, 2, 2]), (true, 3), "it has another entry there");
    assert_eq!(at(3, 1, &[1, 1, 2]), (false, 3));
    assert_eq!(at(4, 2, &[1, 1, 2]), (false, 4));
}

#[test]
fn a_note_of_what_is_committed_is_kept_within_the_log() {
    for (noted, expected) in [(0, 1), (2, 2), (3, 3), (77, 3)] {
        let mut stored = stored(&[1, 2], &[1, 1]);
        stored.hard.commit = noted;
        let mut quorum = start(1, stored).unwrap();
        quorum.turn(0, Vec::new());
        assert_eq!((quorum.committed(), quorum.applied()), (expected, expected));
    }
}

#[test]
fn a_disk_that_lost_what_it_acknowledged_stops() {
    let mut quorum = start(1, stored(&[1, 2, 3], &[1])).unwrap();
    let heartbeat = Message { commit: 9, ..Message::new(MessageKind::Heartbeat, 3, 2, 4) };
    let outputs = quorum.turn(20, vec![Input::Peer(heartbeat.clone())]);
    let fault = Fault::LostEntries { term: 4, acknowledged: 9, last: 2 };
    assert_eq!(outputs, [Output::Fault(fault)]);
    let outputs = quorum.turn(40, vec![Input::Peer(heartbeat)]);
    assert_eq!(outputs, [Output::Ignored { from: 3, why: Ignored::Stopped }]);
}

#[test]
fn another_history_of_what_is_committed_stops() {
    let mut stored = stored(&[1, 2, 3], &[1, 1]);
    stored.hard.commit = 3;
    let mut quorum = start(1, stored).unwrap();
    quorum.turn(0, Vec::new());
    let append = Message {
        index: 2,
        log_term: 1,
        entries: vec![entry(3, 2)],
        ..Message::new(MessageKind::Append, 3, 2, 4)
    };
    let outputs = quorum.turn(20, vec![Input::Peer(append)]);
    assert_eq!(outputs, [Output::Fault(Fault::Conflict { index: 3, ours: 1, theirs: 2 })]);
}

#[test]
fn messages_that_cannot_be_are_not_listened_to() {
    let base = |kind| Message::new(kind, 3, 2, 4);
    let far = u64::MAX;
    let id = SnapshotId { index: 9, term: 1 };
    let no_file = Ignored::SnapshotWithoutFile;
    let cases = [
        (Message { to: 9, ..base(MessageKind::Heartbeat) }, Ignored::NotForUs(9)),
        (Message { from: 0, ..base(MessageKind::Heartbeat) }, Ignored::OutOfRange),
        (Message { term: 0, ..base(MessageKind::Append) }, Ignored::OutOfRange),
        (Message { term: 1 << 31, ..base(MessageKind::Vote) }, Ignored::OutOfRange),
        (Message { reject_hint: far, ..base(MessageKind::AppendResponse) }, Ignored::OutOfRange),
        (Message { entries: vec![entry(1, 1)], ..base(MessageKind::Vote) }, Ignored::OutOfRange),
        (Message { entries: vec![entry(5, 1)], ..base(MessageKind::Append) }, Ignored::Gap),
        (Message { entries: vec![entry(1, 5)], ..base(MessageKind::Append) }, Ignored::Gap),
        (Message { index: 9, ..base(MessageKind::Append) }, Ignored::OutOfRange),
        (Message { snapshot: Some(id), ..base(MessageKind::Snapshot) }, no_file),
    ];
    let mut quorum = start(1, stored(&[1, 2, 3], &[])).unwrap();
    quorum.turn(0, Vec::new());
    for (message, why) in cases {
        let from = message.from;
        let outputs = quorum.turn(0, vec![Input::Peer(message)]);
        assert_eq!(outputs, [Output::Ignored { from, why }]);
    }
    // A new member has no vote to give before it has a state.
    let mut quorum = start(1, Stored::default()).unwrap();
    quorum.turn(0, Vec::new());
    let outputs = quorum.turn(0, vec![Input::Peer(base(MessageKind::PreVote))]);
    assert_eq!(outputs, [Output::Ignored { from: 3, why: Ignored::NothingToVoteWith }]);
}

#[test]
fn commands_of_one_turn_share_a_write_and_are_answered_in_order() {
    let mut quorum = alone();
    let ask = |ticket| Input::Ask { ticket, request: Request::Command(feature(ticket as i16)) };
    let outputs = quorum.turn(40, (1..=5).map(ask).collect());
    let writes: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Persist(persist) => Some((persist.number, persist.entries.len())),
            _ => None,
        })
        .collect();
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(writes[0].1, 5);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Committed { .. })));
    let outputs = quorum.turn(41, vec![Input::Durable(writes[0].0)]);
    let answered: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Reply { ticket, outcome: Ok(done) } => Some((*ticket, done.index)),
            _ => None,
        })
        .collect();
    assert_eq!(answered, [(1, 3), (2, 4), (3, 5), (4, 6), (5, 7)]);
}

#[test]
fn what_could_not_be_read_later_is_never_put_into_the_log() {
    let mut quorum = alone();
    for value in [&b""[..], b"\x09", b"\x01\x01\0\0\0", b"\x02\x01\x01"] {
        let outputs = ask(&mut quorum, 1, Request::Command(Bytes::from_static(value)));
        assert!(matches!(refused(&outputs), Some(Refused::Value(_))), "{value:?}: {outputs:?}");
    }
    let mut follower = start(1, stored(&[1, 2, 3], &[])).unwrap();
    let outputs = ask(&mut follower, 1, Request::Command(feature(1)));
    assert_eq!(refused(&outputs), Some(Refused::NotLeader { leader: None }));
}

#[test]
fn changes_of_the_members_that_would_hurt_are_refused() {
    let mut quorum = alone();
    let mut change =
        |ticket, request| refused(&ask(&mut quorum, ticket, Request::Members(request)));
    let add = MemberRequest::Add { node_id: 2, directory_id: directory(2) };
    assert_eq!(change(1, MemberRequest::Demote(2)), Some(Refused::LastVoter));
    assert_eq!(change(2, MemberRequest::Remove(2)), Some(Refused::StillVotes(2)));
    assert_eq!(change(3, MemberRequest::Promote(9)), Some(Refused::NoMember(9)));
    assert_eq!(change(4, add), None);
    assert_eq!(change(5, add), Some(Refused::AlreadyMember { node_id: 2, raft_id: 3 }));
    assert_eq!(change(6, MemberRequest::Promote(2)), Some(Refused::AlreadyVoter(2)));
    assert_eq!(change(7, MemberRequest::Demote(3)), Some(Refused::NotVoter(3)));
    // It has nothing yet; near the end of a short log that looks like having caught up.
    let behind = change(8, MemberRequest::Promote(3));
    assert!(matches!(behind, Some(Refused::NotCaughtUp { raft_id: 3, .. })), "{behind:?}");
    let renewed = MemberRequest::Add { node_id: 2, directory_id: directory(8) };
    assert_eq!(change(9, renewed), None, "another disk is another member");
    assert_eq!(change(10, MemberRequest::Remove(3)), None);
    assert!(!quorum.admits(3, directory(2)) && quorum.admits(1003, directory(8)));
}

/// A snapshot from before a member was added is of no use to it: a new one is written.
#[test]
fn a_new_member_is_sent_a_snapshot_that_knows_of_it() {
    let mut quorum = alone();
    let add = MemberRequest::Add { node_id: 2, directory_id: directory(2) };
    let mut outputs = ask(&mut quorum, 1, Request::Members(add));
    let asked_for = outputs.iter().find_map(|output| match output {
        Output::Send(message) if message.to == 3 => Some(message.index),
        _ => None,
    });
    let reject = Message {
        index: asked_for.expect("the new member is asked what it has"),
        reject: true,
        ..Message::new(MessageKind::AppendResponse, 3, 2, 2)
    };
    outputs.extend(settle(&mut quorum, 60, vec![Input::Peer(reject)]));
    let streams = |outputs: &[Output]| {
        outputs.iter().any(|output| matches!(output, Output::StreamSnapshot { .. }))
    };
    assert!(!streams(&outputs), "the founding snapshot does not know of it: {outputs:?}");
    let written = outputs.iter().find_map(|output| match output {
        Output::WriteSnapshot(meta) => Some(meta.clone()),
        _ => None,
    });
    let written = written.expect("a snapshot is asked for");
    assert!(written.members.get(3).is_some());
    let index = written.id.index;
    settle(&mut quorum, 80, vec![Input::SnapshotWritten { index, ok: true }]);
    let heartbeat = Message::new(MessageKind::HeartbeatResponse, 3, 2, 2);
    let outputs = settle(&mut quorum, 100, vec![Input::Peer(heartbeat.clone())]);
    assert!(streams(&outputs), "{outputs:?}");

    // Whatever becomes of it, it ends: here nobody says a word for ten seconds.
    let mut stopped = false;
    let mut again = false;
    for now_ms in (100..11_000).step_by(20) {
        let heartbeat = Input::Peer(heartbeat.clone());
        let outputs = settle(&mut quorum, now_ms, vec![heartbeat]);
        again |= stopped && streams(&outputs);
        stopped |= outputs.contains(&Output::StopSnapshot { to: 3 });
    }
    assert!(stopped && again, "stopped {stopped}, sent again {again}");
}

fn any_message() -> impl Strategy<Value = Message> {
    let small = || prop_oneof![4 => 0_u64..12, 1 => any::<u64>()];
    let entries = prop::collection::vec((small(), 0_u64..6, prop::bool::ANY), 0..4);
    let numbers = (small(), small(), small(), small(), small(), small());
    let fields = (1_u8..=10, 0_u64..6, 0_u64..6, 0_u64..7, any::<bool>(), any::<bool>());
    (fields, numbers, entries).prop_map(|(fields, numbers, entries)| {
        let (kind, from, to, term, reject, run) = fields;
        let kind = MessageKind::from_u8(kind).unwrap();
        let place = |(place, (index, term, command)): (usize, (u64, u64, bool))| Entry {
            // Half of the time they follow each other, so that they get further.
            index: if run { numbers.0.saturating_add(place as u64 + 1) } else { index },
            term,
            value: if command { feature(1) } else { Bytes::new() },
        };
        let snapshot = SnapshotId { index: numbers.4, term: numbers.5 };
        Message {
            index: numbers.0,
            commit: numbers.1,
            log_term: numbers.2,
            reject,
            reject_hint: numbers.3,
            commit_term: numbers.5,
            request_snapshot: if run { 0 } else { numbers.4 },
            entries: entries.into_iter().enumerate().map(place).collect(),
            snapshot: (kind == MessageKind::Snapshot).then_some(snapshot),
            ..Message::new(kind, from, to, term)
        }
    })
}

/// As many as the environment asks for (`PROPTEST_CASES`), or a few seconds' worth.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(4_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// Nothing that a peer can say ends the process, whoever this node is at that time.
    #[test]
    fn no_message_does_harm(
        messages in prop::collection::vec((any_message(), 0_u64..700), 1..30),
        terms in prop::collection::vec(Just(1_u64), 0..4),
        voters in 1_i32..4,
    ) {
        let nodes: Vec<i32> = (1..=voters).collect();
        let mut quorum = start(1, stored(&nodes, &terms)).unwrap();
        let mut now_ms = 0;
        for (mut message, pause_ms) in messages {
            now_ms += pause_ms;
            if message.to == 0 {
                message.to = 2;
            }
            let input = match message.snapshot.filter(|id| id.index < 100) {
                Some(id) => {
                    let meta = SnapshotMeta { id, members: meta(&nodes).members };
                    Input::SnapshotReceived { message, meta }
                }
                None => Input::Peer(message),
            };
            let outputs = settle(&mut quorum, now_ms, vec![input]);
            for output in outputs {
                if let Output::Send(message) = output {
                    let bytes = cluster::quorum::encode_message(&message);
                    prop_assert_eq!(message_length(&bytes), Ok(Some(bytes.len())));
                }
            }
        }
    }
}

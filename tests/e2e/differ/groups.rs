//! Groups: found, described while they change, their offsets deleted, deleted themselves.

use super::pair::Pair;
use crate::support::group::{self, Commit, Member, commit_alone};
use crate::support::topic::Topic;
use wire::messages::*;

const GROUP: i8 = 0;
const SHARE: i8 = 2;

pub fn compare(pair: &mut Pair) {
    find(pair);
    let members = [Side::join(pair, 0), Side::join(pair, 1)];
    let asked = |names: &[&str]| DescribeGroupsRequest {
        groups: names.iter().map(|name| (*name).to_owned().into()).collect(),
        include_authorized_operations: false,
    };
    pair.read("stable", &[], |_| asked(&["settled"]));
    pair.read("unknown", &[], |_| asked(&["nobody"]));
    pair.read("empty name", &[], |_| asked(&[""]));
    pair.read("twice", &[], |_| asked(&["nobody", "nobody"]));
    pair.read("offsets only", &[], |_| asked(&["committed"]));
    pair.read("with operations", &[], |_| DescribeGroupsRequest {
        include_authorized_operations: true,
        ..asked(&["settled", "nobody"])
    });
    list(pair);
    delete(pair);
    let waiting = [members[0].disturb(pair, 0), members[1].disturb(pair, 1)];
    pair.read("in a rebalance", &["members"], |_| asked(&["settled"]));
    drop(waiting);
}

/// A group of one member on each side, and another that only has offsets.
struct Side {
    members: Vec<Member>,
}

impl Side {
    fn join(pair: &Pair, side: usize) -> Side {
        let broker = [&pair.ours, &pair.stock][side];
        let mut connection = group::connect(broker, "settled");
        // No heartbeats are sent: on a slow machine all of this may take longer than a session.
        let member =
            Member { session_ms: 120_000, rebalance_ms: 120_000, ..Member::new("settled") };
        let mut member = member.topics(&["several-b-7"]);
        member.settle(&mut connection, &group::assignment("several-b-7", &[0]));
        // The second keeps the group when the first is deleted: ours goes with its last offset.
        for name in ["several-b-7", "several-a-7"] {
            let topic = Topic::find(&mut connection, name).expect("a topic");
            let mut connection = group::connect(broker, "committed");
            let codes = commit_alone(&mut connection, "committed", &[Commit::new(&topic, 0, 1)]);
            assert_eq!(codes, [0]);
        }
        Side { members: vec![member] }
    }

    /// A second member asks to join, which waits for the first.
    fn disturb(&self, pair: &Pair, side: usize) -> std::net::TcpStream {
        let broker = [&pair.ours, &pair.stock][side];
        let mut connection = group::connect(broker, &self.members[0].group);
        let second = Member { rebalance_ms: 120_000, ..Member::new("settled") };
        let second = second.topics(&["several-b-7"]);
        connection.send(3, &second.request()).expect("a request");
        connection.stream
    }
}

fn find(pair: &mut Pair) {
    let one = |key: &str, key_type: i8| FindCoordinatorRequest {
        key: key.to_owned().into(),
        key_type,
        ..Default::default()
    };
    let many = |keys: &[&str], key_type: i8| FindCoordinatorRequest {
        key_type,
        coordinator_keys: keys.iter().map(|key| (*key).to_owned().into()).collect(),
        ..Default::default()
    };
    let asked = |v: i16, keys: &[&str], key_type: i8| match v {
        0..=3 => one(keys[0], key_type),
        _ => many(keys, key_type),
    };
    pair.read("group", &[], |v| asked(v, &["settled"], GROUP));
    pair.read("group twice", &[], |v| asked(v, &["settled", "settled"], GROUP));
    pair.read("group empty", &[], |v| asked(v, &[""], GROUP));
    pair.read("none", &[], |v| asked(v, &[""][..usize::from(v < 4)], GROUP));
    pair.read("no type", &[], |v| asked(v, &["settled"], 9));
    pair.read("negative type", &[], |v| asked(v, &["settled"], -1));
    pair.read("share without a partition", &[], |v| asked(v, &["settled"], SHARE));
}

fn list(pair: &mut Pair) {
    let asked = |states: &[&str], types: &[&str]| ListGroupsRequest {
        states_filter: states.iter().map(|state| (*state).to_owned().into()).collect(),
        types_filter: types.iter().map(|kind| (*kind).to_owned().into()).collect(),
    };
    pair.read("all", &["groups"], |_| asked(&[], &[]));
    pair.read("stable", &["groups"], |_| asked(&["Stable"], &[]));
    pair.read("stable in small letters", &["groups"], |_| asked(&["stable"], &[]));
    pair.read("no state", &["groups"], |_| asked(&["Nonsense"], &[]));
    pair.read("consumer", &["groups"], |_| asked(&[], &["consumer"]));
    pair.read("no type", &["groups"], |_| asked(&[], &["nonsense"]));
    let described = |name: &str| ConsumerGroupDescribeRequest {
        group_ids: vec![name.to_owned().into()],
        include_authorized_operations: true,
    };
    pair.read("classic", &[], |_| described("settled"));
    pair.read("unknown", &[], |_| described("nobody"));
    pair.read("empty name", &[], |_| described(""));
}

fn delete(pair: &mut Pair) {
    let offsets = |name: &str, topics: &[(&str, &[i32])]| {
        use offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
        let topic = |(name, partitions): &(&str, &[i32])| OffsetDeleteRequestTopic {
            name: (*name).to_owned().into(),
            partitions: partitions
                .iter()
                .map(|index| OffsetDeleteRequestPartition { partition_index: *index })
                .collect(),
        };
        OffsetDeleteRequest {
            group_id: name.to_owned().into(),
            topics: topics.iter().map(topic).collect(),
        }
    };
    let name = "several-b-7";
    let mut deleted = |case: &str, group: &str, topics: &[(&str, &[i32])]| {
        pair.once(case, &["topics", "partitions"], |_| offsets(group, topics));
    };
    deleted("unknown group", "nobody", &[(name, &[0])]);
    deleted("empty group", "", &[(name, &[0])]);
    deleted("unknown partition", "committed", &[(name, &[9])]);
    deleted("unknown topic", "committed", &[("nowhere", &[0])]);
    deleted("read by a member", "settled", &[(name, &[0])]);
    deleted("read by nobody", "settled", &[("plain-7", &[0])]);
    deleted("partition twice", "committed", &[(name, &[0, 0])]);
    deleted("topic twice", "committed", &[(name, &[0]), (name, &[0])]);
    deleted("nothing", "committed", &[]);
    let groups = |names: &[&str]| DeleteGroupsRequest {
        groups_names: names.iter().map(|name| (*name).to_owned().into()).collect(),
    };
    let lists = ["results"];
    pair.once("with members", &lists, |_| groups(&["settled"]));
    pair.once("unknown", &lists, |_| groups(&["nobody"]));
    pair.once("unknown twice", &lists, |_| groups(&["nobody", "nobody"]));
    pair.once("empty name", &lists, |_| groups(&[""]));
    pair.once("none", &lists, |_| groups(&[]));
}

//! Groups that are rolled from the classic to the consumer protocol and back, member by member
//! (KIP-848), with stock Kafka's consumers and tools.

use crate::on_one_and_two_shards;
use crate::support::broker::Broker;
use crate::support::connection::Connection;
use crate::support::consumer::{JavaConsumer, Records, Source};
use crate::support::eventually;
use crate::support::group::{self, Commit, Member};
use crate::support::tools::{GROUPS, tool};
use crate::support::topic::Topic;
use std::time::Duration;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse, LeaveGroupRequest, ListGroupsRequest,
};

on_one_and_two_shards!(
    a_group_is_rolled_to_the_consumer_protocol_and_back,
    members_of_both_protocols_are_answered,
    static_members_change_their_protocol,
    groups_that_cannot_change_say_why,
    the_policy_counts,
);

const UNKNOWN_MEMBER_ID: i16 = 25;
const ILLEGAL_GENERATION: i16 = 22;
const INCONSISTENT_GROUP_PROTOCOL: i16 = 23;
const REBALANCE_IN_PROGRESS: i16 = 27;
const GROUP_ID_NOT_FOUND: i16 = 69;
const STALE_MEMBER_EPOCH: i16 = 113;

const GROUP: &str = "rolled";
const TOPIC: &str = "rolling";
const PARTITIONS: i32 = 6;
const MEMBERS: usize = 3;
/// Many times what a rebalance takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Type and state of the group, and how many members speak each protocol.
fn shape(broker: &Broker) -> (String, String, [usize; 2]) {
    let mut connection = group::connect(broker, GROUP);
    let listed = connection.call(5, &ListGroupsRequest::default()).groups;
    let Some(listed) = listed.into_iter().find(|listed| listed.group_id == GROUP) else {
        return Default::default();
    };
    let kind = listed.group_type.to_lowercase();
    let (state, members) = if kind == "consumer" {
        let request = ConsumerGroupDescribeRequest {
            group_ids: vec![GROUP.into()],
            ..ConsumerGroupDescribeRequest::default()
        };
        let response: ConsumerGroupDescribeResponse<'_> = connection.call(1, &request);
        let described = &response.groups[0];
        let classic = described.members.iter().filter(|one| one.member_type == 0).count();
        (described.group_state.to_string(), [classic, described.members.len() - classic])
    } else {
        let described = group::describe(&mut connection, GROUP);
        (described.group_state.to_string(), [described.members.len(), 0])
    };
    (kind, state, members)
}

struct Rolling {
    broker: Broker,
    consumers: Vec<JavaConsumer>,
    written: Records,
    seen: Records,
}

impl Rolling {
    fn start_one(&mut self, protocol: &str) {
        let consumer = JavaConsumer::start(&self.broker, GROUP, TOPIC, protocol, &self.seen);
        self.consumers.push(consumer);
    }

    /// The oldest member goes, and comes back with the other protocol.
    fn roll_one(&mut self, protocol: &str, kind: &str, members: [usize; 2]) {
        let old = self.consumers.remove(0);
        self.start_one(protocol);
        drop(old.stop());
        self.settles(kind, members);
    }

    /// The group comes to rest, and every record that is there is read.
    fn settles(&self, kind: &str, members: [usize; 2]) {
        let wanted = (kind.to_owned(), "Stable".to_owned(), members);
        let mut last = Default::default();
        let what = format!("the group is {wanted:?}");
        eventually(&what, LIMIT, || {
            let now = shape(&self.broker);
            if now != last {
                println!("{now:?}");
                last = now;
            }
            last == wanted
        });
        self.all_is_read();
    }

    fn all_is_read(&self) {
        let written = self.written.lock().expect("the records").clone();
        eventually("all that is written is read", LIMIT, || {
            let seen = self.seen.lock().expect("the records");
            written.is_subset(&seen)
        });
    }

    /// What stock Kafka's tool says of the group: its type, its state and its members.
    fn stock_says(&self, kind: &str, state: &str, members: usize) {
        let run = |arguments: &[&str]| {
            let bootstrap = self.broker.bootstrap();
            tool(GROUPS, &[&["--bootstrap-server", &bootstrap], arguments].concat()).ok()
        };
        let row = |out: &str| {
            let row = out.lines().find(|line| line.starts_with(&format!("{GROUP} ")));
            let row = row.unwrap_or_else(|| panic!("no {GROUP} in {out}"));
            row.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(row(&run(&["--list", "--type"]).out)[1].to_lowercase(), kind);
        let described = row(&run(&["--describe", "--state", "--group", GROUP]).out);
        let count = members.to_string();
        assert_eq!(described[described.len() - 2..], [state, count.as_str()], "{described:?}");
        let listed = run(&["--describe", "--members", "--group", GROUP]).out;
        assert_eq!(listed.lines().filter(|line| line.starts_with(GROUP)).count(), members);
    }
}

fn a_group_is_rolled_to_the_consumer_protocol_and_back(test: &str, shards: usize) {
    let options = group::options(shards)
        .set("group.consumer.min.heartbeat.interval.ms", "300")
        .set("group.consumer.heartbeat.interval.ms", "300");
    let broker = Broker::start(test, options);
    let topic = Topic::create(&broker, TOPIC, PARTITIONS, &[]);
    let source = Source::start(&broker, topic);
    let (written, seen) = (source.written.clone(), Records::default());
    let mut rolling = Rolling { broker, consumers: Vec::new(), written, seen };
    for _ in 0..MEMBERS {
        rolling.start_one("classic");
    }
    rolling.settles("classic", [3, 0]);
    rolling.stock_says("classic", "Stable", 3);

    rolling.roll_one("consumer", "consumer", [2, 1]);
    rolling.stock_says("consumer", "Stable", 3);
    // With members of both protocols in it, the group is there again after a kill.
    rolling.broker.kill();
    rolling.broker.start_again();
    rolling.settles("consumer", [2, 1]);
    rolling.roll_one("consumer", "consumer", [1, 2]);
    rolling.roll_one("consumer", "consumer", [0, 3]);
    rolling.stock_says("consumer", "Stable", 3);

    rolling.roll_one("classic", "consumer", [1, 2]);
    rolling.roll_one("classic", "consumer", [2, 1]);
    rolling.roll_one("classic", "classic", [3, 0]);
    rolling.stock_says("classic", "Stable", 3);

    let written = source.stop();
    rolling.all_is_read();
    let told: Vec<String> = rolling.consumers.drain(..).map(JavaConsumer::stop).collect();
    let bootstrap = rolling.broker.bootstrap();
    let arguments = ["--bootstrap-server", &bootstrap, "--describe", "--offsets", "--group", GROUP];
    let described = tool(GROUPS, &arguments).ok();
    let lags: Vec<&str> = described
        .out
        .lines()
        .filter(|line| line.starts_with(&format!("{GROUP} ")))
        .filter_map(|line| line.split_whitespace().nth(5))
        .collect();
    assert_eq!(lags, ["0"; PARTITIONS as usize], "{described}\n{}", told.concat());
    assert!(written.lock().expect("the records").len() > 100, "the source was at work");
}

type Beat = ConsumerGroupHeartbeatRequest<'static>;
type Told = ConsumerGroupHeartbeatResponse<'static>;

/// A member of the consumer protocol that joins.
fn joins(member_id: &'static str) -> Beat {
    Beat {
        group_id: GROUP.into(),
        member_id: member_id.into(),
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(vec![TOPIC.into()]),
        topic_partitions: Some(Vec::new()),
        ..Beat::default()
    }
}

fn beats(member_id: &'static str, epoch: i32, topic: &Topic, owned: &[i32]) -> Beat {
    let owned = TopicPartitions { topic_id: topic.id, partitions: owned.to_vec() };
    let none = owned.partitions.is_empty();
    Beat {
        group_id: GROUP.into(),
        member_id: member_id.into(),
        member_epoch: epoch,
        topic_partitions: Some(if none { Vec::new() } else { vec![owned] }),
        ..Beat::default()
    }
}

fn beat(connection: &mut Connection, request: &Beat) -> Told {
    connection.call(1, request)
}

/// How many partitions it has now.
fn count(told: &Told) -> Option<usize> {
    let topics = &told.assignment.as_ref()?.topic_partitions;
    Some(topics.iter().map(|topic| topic.partitions.len()).sum())
}

fn start_with_topic(test: &str, shards: usize, policy: &str) -> (Broker, Topic, Connection) {
    // Every change is assigned at once, so that each answer is known.
    let options = group::options(shards)
        .set("group.consumer.assignment.interval.ms", "0")
        .set("group.consumer.migration.policy", policy);
    let broker = Broker::start(test, options);
    let topic = Topic::create(&broker, TOPIC, 2, &[]);
    let connection = group::connect(&broker, GROUP);
    (broker, topic, connection)
}

fn leave(connection: &mut Connection, member_id: &str) -> (i16, i16) {
    let member = MemberIdentity { member_id: member_id.into(), ..MemberIdentity::default() };
    let request = LeaveGroupRequest {
        group_id: GROUP.into(),
        members: vec![member],
        ..LeaveGroupRequest::default()
    };
    let left = connection.call(4, &request);
    (left.error_code, left.members[0].error_code)
}

fn members_of_both_protocols_are_answered(test: &str, shards: usize) {
    let (mut broker, topic, mut connection) = start_with_topic(test, shards, "bidirectional");
    let connection = &mut connection;
    let mut member = Member::new(GROUP).topics(&[TOPIC]);
    let both = group::assignment(TOPIC, &[0, 1]);
    assert_eq!(member.settle(connection, &both), 1);
    let told = beat(connection, &joins("new"));
    assert_eq!((told.error_code, told.member_epoch, count(&told)), (0, 2, Some(0)), "{told:?}");
    assert_eq!(shape(&broker), ("consumer".into(), "Reconciling".into(), [1, 1]));
    let described = group::describe(connection, GROUP);
    assert_eq!(&*described.group_state, "Dead", "no classic group any more");

    // The classic member: told to join, refused with what it does not know, given its share.
    assert_eq!(member.heartbeat(connection, 4, 2), ILLEGAL_GENERATION);
    assert_eq!(member.heartbeat(connection, 4, 1), REBALANCE_IN_PROGRESS);
    assert_eq!(member.sync(connection, 5, 1, &[]).error_code, REBALANCE_IN_PROGRESS);
    let commit = |offset| [Commit::new(&topic, 0, offset)];
    assert_eq!(member.commit(connection, 8, 1, &commit(5)), [0], "of the generation it has");
    assert_eq!(member.commit(connection, 8, 2, &commit(5)), [ILLEGAL_GENERATION]);
    let joined = member.join(connection, 9);
    assert_eq!((joined.error_code, joined.generation_id), (0, 2), "{joined:?}");
    assert_eq!((&*joined.leader, joined.members.len(), joined.skip_assignment), ("", 0, false));
    assert_eq!(joined.protocol_type.as_deref(), Some("consumer"));
    assert_eq!(joined.protocol_name.as_deref(), Some("range"));
    let synced = member.sync(connection, 5, 2, &[]);
    let one = [0, 1].map(|partition| group::assignment(TOPIC, &[partition]));
    assert!(one.contains(&synced.assignment.to_vec()), "{synced:?}");
    assert_eq!(member.heartbeat(connection, 4, 2), 0);
    let told = beat(connection, &beats("new", 2, &topic, &[]));
    assert_eq!((told.error_code, count(&told)), (0, Some(1)), "{told:?}");
    assert_eq!(shape(&broker), ("consumer".into(), "Stable".into(), [1, 1]));

    let other = Member { id: "new".to_owned(), ..Member::new(GROUP) };
    assert_eq!(other.heartbeat(connection, 4, 2), UNKNOWN_MEMBER_ID);
    assert_eq!(other.sync(connection, 5, 2, &[]).error_code, UNKNOWN_MEMBER_ID);
    assert_eq!(other.commit(connection, 9, 3, &commit(6)), [STALE_MEMBER_EPOCH]);
    let mut sticky = Member::new(GROUP).topics(&[TOPIC]);
    sticky.protocols[0].0 = "sticky".to_owned();
    assert_eq!(sticky.join(connection, 9).error_code, INCONSISTENT_GROUP_PROTOCOL);

    // The last consumer goes: the group is classic again, and is about to rebalance.
    let told = beat(connection, &beats("new", -1, &topic, &[]));
    assert_eq!((told.error_code, told.member_epoch), (0, -1));
    assert_eq!(shape(&broker), ("classic".into(), "PreparingRebalance".into(), [1, 0]));
    assert_eq!(member.heartbeat(connection, 4, 2), REBALANCE_IN_PROGRESS);
    assert_eq!(member.settle(connection, &both), 3);
    // And again, but the classic member is the one that goes.
    assert_eq!(beat(connection, &joins("new")).member_epoch, 4);
    assert_eq!(leave(connection, &member.id), (0, 0));
    assert_eq!(leave(connection, &member.id), (0, UNKNOWN_MEMBER_ID));
    assert_eq!(count(&beat(connection, &beats("new", 4, &topic, &[]))), Some(2));

    // Stock Kafka reads what was written.
    let home = broker.shard_dir(group::shard(&broker, GROUP));
    broker.stop();
    let dumped = group::dump(&home);
    let classic = "\"classicMemberMetadata\":{\"sessionTimeoutMs\":10000,\
                   \"supportedProtocols\":[{\"name\":\"range\"";
    dumped.must_have(classic).must_have(&member.id).must_lack("isvalid: false");
}

fn static_members_change_their_protocol(test: &str, shards: usize) {
    let (broker, topic, mut connection) = start_with_topic(test, shards, "bidirectional");
    let connection = &mut connection;
    let mut member = Member::new(GROUP).topics(&[TOPIC]).instance("one");
    let both = group::assignment(TOPIC, &[0, 1]);
    member.settle(connection, &both);
    let named = |request: Beat| Beat { instance_id: Some("one".into()), ..request };
    let told = beat(connection, &named(joins("new")));
    assert_eq!((told.error_code, count(&told)), (0, Some(2)), "all that the old one had: {told:?}");
    assert_eq!(shape(&broker), ("consumer".into(), "Stable".into(), [0, 1]));
    assert_ne!(member.heartbeat(connection, 4, 1), 0, "it is fenced");
    // Back, without a word of the one that is replaced.
    let mut back = Member::new(GROUP).topics(&[TOPIC]).instance("one");
    let joined = back.join(connection, 9);
    assert_eq!(joined.error_code, 0, "{joined:?}");
    assert_eq!(shape(&broker), ("classic".into(), "Stable".into(), [1, 0]));
    let synced = back.sync(connection, 5, joined.generation_id, &[]);
    assert_eq!((synced.error_code, &*synced.assignment), (0, &*both), "{synced:?}");
    assert_eq!(back.heartbeat(connection, 4, joined.generation_id), 0);
    let commit = Commit::new(&topic, 1, 7);
    assert_eq!(back.commit(connection, 8, joined.generation_id, &[commit]), [0]);
}

#[track_caller]
fn refused(told: &Told, code: i16, why: &str) {
    assert_eq!(told.error_code, code, "{told:?}");
    let message = told.error_message.as_deref().unwrap_or_default();
    assert!(message.contains(why), "no {why:?} in {message:?}");
}

fn groups_that_cannot_change_say_why(test: &str, shards: usize) {
    let (broker, _, mut connection) = start_with_topic(test, shards, "bidirectional");
    let connection = &mut connection;
    let wrong = |connection: &mut Connection, kind: &'static str, assignment: &[u8], why: &str| {
        let mut member = Member::new(GROUP).topics(&[TOPIC]);
        let mut request = member.request();
        request.protocol_type = kind.into();
        let joined = connection.call(3, &request);
        assert_eq!(joined.error_code, 0);
        member.id = joined.member_id.to_string();
        let id = member.id.clone();
        let synced = member.sync(connection, 3, joined.generation_id, &[(&id, assignment)]);
        assert_eq!(synced.error_code, 0);
        refused(&beat(connection, &joins("new")), GROUP_ID_NOT_FOUND, why);
        assert_eq!(member.heartbeat(connection, 4, joined.generation_id), 0, "it goes on");
        assert_eq!(leave(connection, &member.id), (0, 0));
    };
    let whole = group::assignment(TOPIC, &[0]);
    wrong(connection, "connect", &whole, "does not use the consumer embedded protocol.");
    wrong(connection, "consumer", b"?", "the embedded consumer protocol is malformed.");
    let mut custom = whole[..whole.len() - 4].to_vec();
    custom.extend([0, 0, 0, 1, 42]);
    wrong(connection, "consumer", &custom, "an unsupported custom assignor is in use.");
    refused(&beat(connection, &Beat { member_epoch: 3, ..joins("new") }), GROUP_ID_NOT_FOUND, "");
    assert_eq!(shape(&broker).0, "classic");
}

fn the_policy_counts(test: &str, shards: usize) {
    let (broker, topic, mut connection) = start_with_topic(test, shards, "disabled");
    let connection = &mut connection;
    let mut member = Member::new(GROUP).topics(&[TOPIC]);
    member.settle(connection, &group::assignment(TOPIC, &[0, 1]));
    let told = beat(connection, &joins("new"));
    refused(&told, GROUP_ID_NOT_FOUND, "online upgrade is disabled.");
    assert_eq!(leave(connection, &member.id), (0, 0));
    // An empty group may be of either protocol; with members it is of the one it has.
    assert_eq!(beat(connection, &joins("new")).error_code, 0);
    let mut member = Member::new(GROUP).topics(&[TOPIC]);
    assert_eq!(member.join(connection, 9).error_code, INCONSISTENT_GROUP_PROTOCOL);
    beat(connection, &beats("new", -1, &topic, &[]));
    assert_eq!(member.join(connection, 9).error_code, 0);
    drop(broker);

    let (broker, topic, mut connection) = start_with_topic(test, shards, "UPGRADE");
    let connection = &mut connection;
    let mut member = Member::new(GROUP).topics(&[TOPIC]);
    member.settle(connection, &group::assignment(TOPIC, &[0, 1]));
    assert_eq!(beat(connection, &joins("new")).error_code, 0);
    beat(connection, &beats("new", -1, &topic, &[]));
    // A consumer group of a classic member, which goes on in it.
    assert_eq!(shape(&broker).0, "consumer");
    let joined = member.join(connection, 9);
    assert_eq!(joined.error_code, 0, "{joined:?}");
    let synced = member.sync(connection, 5, joined.generation_id, &[]);
    assert_eq!(*synced.assignment, *group::assignment(TOPIC, &[0, 1]));
    assert_eq!(member.heartbeat(connection, 4, joined.generation_id), 0);
}

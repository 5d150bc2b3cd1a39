//! Groups that are rolled from the classic to the consumer protocol and back, member by member
//! (KIP-848), with stock Kafka's consumers and tools.

use crate::on_one_and_two_shards;
use crate::support::broker::Broker;
use crate::support::consumer::{JavaConsumer, Records, Source};
use crate::support::eventually;
use crate::support::group;
use crate::support::tools::{GROUPS, tool};
use crate::support::topic::Topic;
use std::time::Duration;
use wire::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, ListGroupsRequest,
};

on_one_and_two_shards!(a_group_is_rolled_to_the_consumer_protocol_and_back);

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

//! Configs of groups (KIP-848): stock Kafka's tool sets, shows and takes them back, and members
//! live by them.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::command::Output;
use crate::support::connection::Connection;
use crate::support::eventually;
use crate::support::group;
use crate::support::tools::{CONFIGS, tool};
use crate::support::topic::Topic;
use std::time::{Duration, Instant};
use wire::messages::describe_configs_request::DescribeConfigsResource;
use wire::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use wire::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, DescribeConfigsRequest,
    IncrementalAlterConfigsRequest, ListConfigResourcesRequest,
};

on_one_and_two_shards!(
    group_configs_are_set_shown_and_taken_back,
    group_configs_that_cannot_be_are_refused,
    a_group_without_a_name_has_no_configs,
    members_live_by_their_groups_configs,
);

const SESSION: &str = "consumer.session.timeout.ms";
const HEARTBEAT: &str = "consumer.heartbeat.interval.ms";
const GROUP_TYPE: i8 = 32;
const INVALID_REQUEST: i16 = 42;
const LIMIT: Duration = Duration::from_secs(20);

fn configs(broker: &Broker, arguments: &[&str]) -> Output {
    let bootstrap = broker.bootstrap();
    let common = ["--bootstrap-server", &bootstrap, "--entity-type", "groups"];
    tool(CONFIGS, &[&common, arguments].concat())
}

/// The lines of what the tool says of one group, sorted.
fn described(broker: &Broker, group: &str, all: &[&str]) -> Vec<String> {
    let told = configs(broker, &[&["--entity-name", group, "--describe"], all].concat()).ok();
    let mut lines: Vec<String> = told.out.lines().map(|line| line.trim().to_owned()).collect();
    lines.sort();
    lines
}

/// A line of a config at its default.
fn default(name: &str, behind: &str, value: &str) -> String {
    format!("{name}={value} sensitive=false synonyms={{DEFAULT_CONFIG:{behind}={value}}}")
}

fn group_configs_are_set_shown_and_taken_back(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let none = vec!["The group 'set' doesn't exist and doesn't have dynamic config.".to_owned()];
    assert_eq!(described(&broker, "set", &[]), none);
    let mut all = vec!["All configs for group set are:".to_owned()];
    for (name, value) in [
        ("consumer.assignment.interval.ms", "1000"),
        ("consumer.heartbeat.interval.ms", "5000"),
        ("consumer.session.timeout.ms", "45000"),
        ("share.assignment.interval.ms", "1000"),
        ("share.auto.offset.reset", "latest"),
        ("share.delivery.count.limit", "5"),
        ("share.heartbeat.interval.ms", "5000"),
        ("share.isolation.level", "read_uncommitted"),
        ("share.partition.max.record.locks", "2000"),
        ("share.record.lock.duration.ms", "30000"),
        ("share.renew.acknowledge.enable", "true"),
        ("share.session.timeout.ms", "45000"),
        ("streams.assignment.interval.ms", "1000"),
        ("streams.heartbeat.interval.ms", "5000"),
        ("streams.initial.rebalance.delay.ms", "3000"),
        ("streams.num.standby.replicas", "0"),
        ("streams.session.timeout.ms", "45000"),
    ] {
        let own = matches!(
            name,
            "share.auto.offset.reset" | "share.isolation.level" | "share.renew.acknowledge.enable"
        );
        let behind = if own { name.to_owned() } else { format!("group.{name}") };
        all.push(default(name, &behind, value));
    }
    assert_eq!(described(&broker, "set", &["--all"]), all);

    let alter = |broker: &Broker, arguments: &[&str]| {
        let common = ["--entity-name", "set", "--alter"];
        let told = configs(broker, &[&common, arguments].concat()).ok();
        told.must_have("Completed updating config for group set.");
    };
    let values = format!("{SESSION}=50000,share.isolation.level=read_committed");
    alter(&broker, &["--add-config", &values]);
    let session = format!(
        "{SESSION}=50000 sensitive=false synonyms={{DYNAMIC_GROUP_CONFIG:{SESSION}=50000, \
         DEFAULT_CONFIG:group.{SESSION}=45000}}"
    );
    let own = [
        "Dynamic configs for group set are:".to_owned(),
        session.clone(),
        "share.isolation.level=read_committed sensitive=false synonyms={\
         DYNAMIC_GROUP_CONFIG:share.isolation.level=read_committed, \
         DEFAULT_CONFIG:share.isolation.level=read_uncommitted}"
            .to_owned(),
    ];
    eventually("the configs are shown", LIMIT, || described(&broker, "set", &[]) == own);
    // Of all groups: those that have configs, and those that there are.
    let topic = Topic::create(&broker, "any", 1, &[]);
    let commits = [group::Commit::new(&topic, 0, 1)];
    let mut connection = group::connect(&broker, "there");
    assert_eq!(group::commit_alone(&mut connection, "there", &commits), [0]);
    let told = configs(&broker, &["--describe"]).ok();
    told.must_have("Dynamic configs for group set are:").must_have(&session);
    told.must_have("Dynamic configs for group there are:");

    if !against_kafka() {
        // Stock Kafka may lose what it has not flushed.
        broker.kill();
        broker.start_again();
        assert_eq!(described(&broker, "set", &[]), own);
    }
    // What is not set, and what nobody knows, can be taken back as well.
    alter(&broker, &["--delete-config", &format!("share.isolation.level,{HEARTBEAT},nonsense")]);
    eventually("a config is gone", LIMIT, || described(&broker, "set", &[]) == own[..2]);
    alter(&broker, &["--delete-config", SESSION]);
    eventually("no config is left", LIMIT, || described(&broker, "set", &[]) == none);
}

fn group_configs_that_cannot_be_are_refused(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let add = |change: &str| {
        configs(&broker, &["--entity-name", "set", "--alter", "--add-config", change]).failed()
    };
    for (change, why) in [
        ("nonsense=1", "Unknown group config name: nonsense"),
        (
            "consumer.session.timeout.ms=abc",
            "Invalid value abc for configuration consumer.session.timeout.ms: Not a number of \
             type INT",
        ),
        (
            "consumer.session.timeout.ms=0",
            "Invalid value 0 for configuration consumer.session.timeout.ms: Value must be at \
             least 1",
        ),
        (
            "consumer.session.timeout.ms=44999",
            "consumer.session.timeout.ms must be greater than or equal to \
             group.consumer.min.session.timeout.ms",
        ),
        (
            "consumer.session.timeout.ms=60001",
            "consumer.session.timeout.ms must be less than or equal to \
             group.consumer.max.session.timeout.ms",
        ),
        (
            "consumer.heartbeat.interval.ms=4999",
            "consumer.heartbeat.interval.ms must be greater than or equal to \
             group.consumer.min.heartbeat.interval.ms",
        ),
        (
            "consumer.assignment.interval.ms=15001",
            "consumer.assignment.interval.ms must be less than or equal to \
             group.consumer.max.assignment.interval.ms",
        ),
        (
            "share.delivery.count.limit=11",
            "share.delivery.count.limit must be less than or equal to \
             group.share.max.delivery.count.limit",
        ),
        (
            "share.assignment.interval.ms=15001",
            "share.assignment.interval.ms must be less than or equal to \
             group.share.max.assignment.interval.ms",
        ),
        (
            "streams.num.standby.replicas=3",
            "streams.num.standby.replicas must be less than or equal to \
             group.streams.max.standby.replicas",
        ),
        (
            "share.isolation.level=x",
            "Invalid value x for configuration share.isolation.level: String must be one of: \
             read_committed, read_uncommitted",
        ),
        (
            "share.auto.offset.reset=x",
            "Invalid value x for configuration share.auto.offset.reset: Invalid value `x` for \
             configuration share.auto.offset.reset. The value must be either 'earliest', \
             'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
        ),
    ] {
        let told = add(change);
        let wanted = format!("InvalidConfigurationException: {why}\n");
        assert!(told.contains(&wanted), "no {wanted:?} in {told}");
    }
    // One bad change of two: neither is made.
    let told = add(&format!("{SESSION}=50000,{HEARTBEAT}=1"));
    assert!(told.contains(HEARTBEAT), "{told}");
    configs(&broker, &["--entity-name", "set", "--describe"])
        .ok()
        .must_have("doesn't have dynamic config");
}

fn resource(name: &'static str) -> AlterConfigsResource<'static> {
    AlterConfigsResource {
        resource_type: GROUP_TYPE,
        resource_name: name.into(),
        configs: vec![AlterableConfig {
            name: SESSION.into(),
            config_operation: 0,
            value: Some("50000".into()),
        }],
    }
}

/// The tool does not let it come so far.
fn a_group_without_a_name_has_no_configs(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let mut connection = broker.connect(shards - 1);
    let resources = vec![resource(""), resource("named")];
    let request = IncrementalAlterConfigsRequest { resources, validate_only: false };
    let altered = connection.call(1, &request).responses;
    let outcome = |name: &str| {
        let one = altered.iter().find(|one| one.resource_name == name).expect("an answer");
        (one.error_code, one.error_message.as_deref())
    };
    assert_eq!(outcome(""), (INVALID_REQUEST, Some("Default group resources are not allowed.")));
    assert_eq!(outcome("named").0, 0);
    let resources = vec![DescribeConfigsResource {
        resource_type: GROUP_TYPE,
        resource_name: "".into(),
        configuration_keys: None,
    }];
    let request = DescribeConfigsRequest { resources, ..DescribeConfigsRequest::default() };
    let described = connection.call(4, &request).results.remove(0);
    assert_eq!(described.error_code, INVALID_REQUEST);
    assert_eq!(described.error_message.as_deref(), Some("Group name must not be empty"));
    assert_eq!(described.configs.len(), 0);
    let request = ListConfigResourcesRequest { resource_types: vec![GROUP_TYPE] };
    eventually("the group with a name is listed", LIMIT, || {
        let listed = connection.call(1, &request).config_resources;
        listed.iter().map(|one| &*one.resource_name).eq(["named"])
    });
}

/// A heartbeat of the group's member, which joins with epoch 0. The interval it is told.
fn beat(connection: &mut Connection, epoch: &mut i32) -> i32 {
    let joins = *epoch == 0;
    let request = ConsumerGroupHeartbeatRequest {
        group_id: "lively".into(),
        member_id: "only".into(),
        member_epoch: *epoch,
        rebalance_timeout_ms: if joins { 60_000 } else { -1 },
        subscribed_topic_names: joins.then(|| vec!["any".into()]),
        topic_partitions: joins.then(Vec::new),
        ..ConsumerGroupHeartbeatRequest::default()
    };
    let told = connection.call(1, &request);
    assert_eq!(told.error_code, 0, "{told:?}");
    *epoch = told.member_epoch;
    told.heartbeat_interval_ms
}

fn members_live_by_their_groups_configs(test: &str, shards: usize) {
    let options = group::options(shards)
        .set("group.consumer.min.session.timeout.ms", "1000")
        .set("group.consumer.min.heartbeat.interval.ms", "500");
    let broker = Broker::start(test, options);
    Topic::create(&broker, "any", 1, &[]);
    let mut connection = group::connect(&broker, "lively");
    let mut epoch = 0;
    assert_eq!(beat(&mut connection, &mut epoch), 5_000);
    let changes = format!("{SESSION}=2000,{HEARTBEAT}=600");
    configs(&broker, &["--entity-name", "lively", "--alter", "--add-config", &changes]).ok();
    let mut last = Instant::now();
    eventually("members are told the group's interval", LIMIT, || {
        last = Instant::now();
        beat(&mut connection, &mut epoch) == 600
    });
    // Silent from here on: the broker's own session would last 45 s.
    let request = ConsumerGroupDescribeRequest {
        group_ids: vec!["lively".into()],
        ..ConsumerGroupDescribeRequest::default()
    };
    eventually("the silent member is put out", LIMIT, || {
        connection.call(1, &request).groups[0].members.is_empty()
    });
    assert!(last.elapsed() >= Duration::from_secs(2), "{:?}", last.elapsed());

    let gone = format!("{SESSION},{HEARTBEAT}");
    configs(&broker, &["--entity-name", "lively", "--alter", "--delete-config", &gone]).ok();
    epoch = 0;
    eventually("members are told the broker's interval again", LIMIT, || {
        beat(&mut connection, &mut epoch) == 5_000
    });
}

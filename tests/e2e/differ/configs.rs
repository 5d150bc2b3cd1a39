//! Configs of topics, brokers and groups: described and altered, whole and step by step.

use super::pair::Pair;
use wire::messages::*;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const BROKER_LOGGER: i8 = 8;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;
const NO_TYPE: i8 = 99;

const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

pub fn compare(pair: &mut Pair) {
    describe(pair);
    alter_step_by_step(pair);
    alter_whole(pair);
    alter_brokers(pair);
    describe_again(pair);
}

fn asked(
    resource_type: i8,
    name: &str,
    keys: Option<&[&str]>,
) -> describe_configs_request::DescribeConfigsResource<'static> {
    describe_configs_request::DescribeConfigsResource {
        resource_type,
        resource_name: name.to_owned().into(),
        configuration_keys: keys
            .map(|keys| keys.iter().map(|key| (*key).to_owned().into()).collect()),
    }
}

fn description(
    resource_type: i8,
    name: &str,
    keys: Option<&[&str]>,
) -> DescribeConfigsRequest<'static> {
    DescribeConfigsRequest {
        resources: vec![asked(resource_type, name, keys)],
        include_synonyms: true,
        include_documentation: false,
    }
}

fn describe(pair: &mut Pair) {
    pair.read("topic", &[], |_| description(TOPIC, "configured-7", None));
    pair.read("broker", &[], |_| description(BROKER, "1", None));
    pair.read("group", &[], |_| description(GROUP, "some", None));
    pair.read("all brokers", &[], |_| description(BROKER, "", None));
    pair.read("without synonyms", &[], |_| DescribeConfigsRequest {
        include_synonyms: false,
        ..description(TOPIC, "configured-7", None)
    });
    let named = ["segment.ms", "retention.ms", "nonsense", "cleanup.policy", "retention.ms"];
    pair.read("topic, named", &[], |_| description(TOPIC, "configured-7", Some(&named)));
    pair.read("topic, none named", &[], |_| description(TOPIC, "configured-7", Some(&[])));
    let named =
        ["num.partitions", "log.retention.ms", "listeners", "nonsense", "background.threads"];
    pair.read("broker, named", &[], |_| description(BROKER, "1", Some(&named)));
    pair.read("topic unknown", &[], |_| description(TOPIC, "nowhere", None));
    pair.read("topic invalid", &[], |_| description(TOPIC, "a b", None));
    pair.read("topic empty", &[], |_| description(TOPIC, "", None));
    pair.read("broker unknown", &[], |_| description(BROKER, "77", None));
    pair.read("broker no number", &[], |_| description(BROKER, "one", None));
    pair.read("group empty", &[], |_| description(GROUP, "", None));
    pair.read("client metrics", &[], |_| description(CLIENT_METRICS, "some", None));
    pair.read("client metrics empty", &[], |_| description(CLIENT_METRICS, "", None));
    pair.read("logger of another", &[], |_| description(BROKER_LOGGER, "77", None));
    pair.read("no type", &[], |_| description(NO_TYPE, "some", None));
    pair.read("one twice", &[], |_| DescribeConfigsRequest {
        resources: vec![asked(TOPIC, "configured-7", Some(&["retention.ms"])); 2],
        ..Default::default()
    });
}

type Op<'a> = (&'a str, i8, Option<&'a str>);

fn step(
    resource_type: i8,
    name: &str,
    ops: &[Op<'_>],
) -> incremental_alter_configs_request::AlterConfigsResource<'static> {
    use incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
    let config = |(name, config_operation, value): &Op<'_>| AlterableConfig {
        name: (*name).to_owned().into(),
        config_operation: *config_operation,
        value: value.map(|value| value.to_owned().into()),
    };
    let resource_name = name.to_owned().into();
    AlterConfigsResource { resource_type, resource_name, configs: ops.iter().map(config).collect() }
}

fn steps(
    resources: Vec<incremental_alter_configs_request::AlterConfigsResource<'static>>,
) -> IncrementalAlterConfigsRequest<'static> {
    IncrementalAlterConfigsRequest { resources, validate_only: false }
}

fn alter_step_by_step(pair: &mut Pair) {
    let mut altered = |case: &str, kind: i8, name: &str, ops: &[Op<'_>]| {
        pair.once(case, &["responses"], |_| steps(vec![step(kind, name, ops)]));
    };
    let topic = "configured-7";
    altered("set", TOPIC, topic, &[("retention.ms", SET, Some("70000"))]);
    altered("set with spaces", TOPIC, topic, &[("segment.ms", SET, Some(" 80000 "))]);
    altered("delete", TOPIC, topic, &[("segment.ms", DELETE, None)]);
    altered("delete unset", TOPIC, topic, &[("segment.jitter.ms", DELETE, None)]);
    altered("delete unknown", TOPIC, topic, &[("nonsense", DELETE, None)]);
    altered("append", TOPIC, topic, &[("cleanup.policy", APPEND, Some("delete"))]);
    altered("subtract", TOPIC, topic, &[("cleanup.policy", SUBTRACT, Some("delete"))]);
    altered("subtract all", TOPIC, topic, &[("cleanup.policy", SUBTRACT, Some("compact"))]);
    altered("append to no list", TOPIC, topic, &[("retention.ms", APPEND, Some("1"))]);
    altered("no operation", TOPIC, topic, &[("retention.ms", 9, Some("1"))]);
    altered("nothing", TOPIC, topic, &[]);
    altered("null", TOPIC, topic, &[("retention.ms", SET, None)]);
    altered("append null", TOPIC, topic, &[("cleanup.policy", APPEND, None)]);
    altered("unknown", TOPIC, topic, &[("nonsense", SET, Some("1"))]);
    altered("too small", TOPIC, topic, &[("segment.bytes", SET, Some("7"))]);
    altered("no number", TOPIC, topic, &[("segment.bytes", SET, Some("much"))]);
    altered("no value of it", TOPIC, topic, &[("cleanup.policy", SET, Some("burn"))]);
    altered(
        "two values of one",
        TOPIC,
        topic,
        &[("retention.ms", SET, Some("1000")), ("retention.ms", SET, Some("2000"))],
    );
    altered(
        "against each other",
        TOPIC,
        topic,
        &[("min.compaction.lag.ms", SET, Some("10")), ("max.compaction.lag.ms", SET, Some("5"))],
    );
    altered("topic unknown", TOPIC, "nowhere", &[("retention.ms", SET, Some("1000"))]);
    altered("topic empty", TOPIC, "", &[("retention.ms", SET, Some("1000"))]);
    altered("group", GROUP, "g", &[("consumer.session.timeout.ms", SET, Some("50000"))]);
    altered("group unknown key", GROUP, "g", &[("nonsense", SET, Some("50000"))]);
    altered("group out of bounds", GROUP, "g", &[("consumer.session.timeout.ms", SET, Some("1"))]);
    altered("group empty", GROUP, "", &[("consumer.session.timeout.ms", SET, Some("50000"))]);
    altered("no type", NO_TYPE, "some", &[("a", SET, Some("1"))]);
    pair.once("resource twice", &["responses"], |_| {
        let op = ("retention.ms", SET, Some("1000"));
        steps(vec![
            step(TOPIC, topic, &[op]),
            step(TOPIC, "plain-7", &[op]),
            step(TOPIC, topic, &[op]),
        ])
    });
    pair.once("only checked", &["responses"], |_| IncrementalAlterConfigsRequest {
        validate_only: true,
        ..steps(vec![
            step(TOPIC, topic, &[("retention.ms", SET, Some("99000"))]),
            step(TOPIC, topic, &[("retention.ms", SET, Some("-99000"))]),
        ])
    });
}

fn whole(
    resource_type: i8,
    name: &str,
    configs: &[(&str, Option<&str>)],
) -> alter_configs_request::AlterConfigsResource<'static> {
    use alter_configs_request::{AlterConfigsResource, AlterableConfig};
    let config = |(name, value): &(&str, Option<&str>)| AlterableConfig {
        name: (*name).to_owned().into(),
        value: value.map(|value| value.to_owned().into()),
    };
    let configs = configs.iter().map(config).collect();
    AlterConfigsResource { resource_type, resource_name: name.to_owned().into(), configs }
}

fn alter_whole(pair: &mut Pair) {
    let mut altered = |case: &str, kind: i8, name: &str, configs: &[(&str, Option<&str>)]| {
        pair.once(case, &["responses"], |_| AlterConfigsRequest {
            resources: vec![whole(kind, name, configs)],
            validate_only: false,
        });
    };
    let topic = "configured-6";
    altered("set", TOPIC, topic, &[("retention.bytes", Some("1000"))]);
    altered("nothing", TOPIC, topic, &[]);
    altered("null", TOPIC, topic, &[("retention.ms", None)]);
    altered("unknown", TOPIC, topic, &[("nonsense", Some("1"))]);
    altered("too small", TOPIC, topic, &[("retention.ms", Some("-2"))]);
    altered("twice", TOPIC, topic, &[("retention.ms", Some("1")), ("retention.ms", Some("2"))]);
    altered("topic unknown", TOPIC, "nowhere", &[("retention.ms", Some("1"))]);
    altered("topic empty", TOPIC, "", &[("retention.ms", Some("1"))]);
    altered("broker unknown", BROKER, "77", &[("log.retention.ms", Some("1000"))]);
    altered("no type", NO_TYPE, "some", &[("a", Some("1"))]);
    // One resource twice is left out: stock Kafka never answers that.
}

fn alter_brokers(pair: &mut Pair) {
    let mut altered = |case: &str, name: &str, key: &str, value: &str| {
        pair.once(case, &["responses"], |_| {
            steps(vec![step(BROKER, name, &[(key, SET, Some(value))])])
        });
    };
    for (side, name) in [("one broker", "1"), ("all brokers", "")] {
        let mut altered =
            |case: &str, key, value| altered(&format!("{side}, {case}"), name, key, value);
        altered("set", "log.retention.ms", "604800001");
        altered("read only", "num.partitions", "3");
        altered("per broker", "ssl.client.auth", "none");
        altered("unknown", "nonsense", "1");
        altered("too small", "log.segment.bytes", "5");
        altered("no number", "log.retention.ms", "soon");
        altered("no value of it", "log.cleanup.policy", "burn");
        altered("cleaner threads doubled", "log.cleaner.threads", "2");
        altered("io threads too many", "num.io.threads", "500");
        altered("network threads too few", "num.network.threads", "0");
        altered("listeners", "listeners", "PLAINTEXT://127.0.0.1:1");
        altered("synonym not dynamic", "log.retention.hours", "5");
    }
    // At the level of all brokers stock Kafka takes these, and its brokers then ignore them.
    altered("cleaner threads none", "1", "log.cleaner.threads", "0");
    altered("cleaner threads too many", "1", "log.cleaner.threads", "500");
    altered("unknown broker", "77", "log.retention.ms", "1000");
    altered("broker no number", "one", "log.retention.ms", "1000");
    altered("broker with a zero", "01", "log.retention.ms", "1000");
    pair.once("set and deleted", &["responses"], |_| {
        let ops = [("log.retention.ms", DELETE, None), ("log.segment.bytes", DELETE, None)];
        steps(vec![step(BROKER, "1", &ops)])
    });
}

fn describe_again(pair: &mut Pair) {
    pair.read("topic altered", &[], |_| description(TOPIC, "configured-7", None));
    pair.read("topic altered whole", &[], |_| description(TOPIC, "configured-6", None));
    pair.read("all brokers altered", &[], |_| description(BROKER, "", None));
    pair.read("broker altered", &[], |_| description(BROKER, "1", None));
    pair.read("group altered", &[], |_| description(GROUP, "g", None));
    let list = |resource_types: &[i8]| ListConfigResourcesRequest {
        resource_types: resource_types.to_vec(),
    };
    pair.read("groups", &["config_resources"], |_| list(&[GROUP]));
    pair.read("brokers", &["config_resources"], |_| list(&[BROKER, BROKER_LOGGER]));
    pair.read("topics", &["config_resources"], |_| list(&[TOPIC]));
    pair.read("no type", &["config_resources"], |_| list(&[NO_TYPE]));
    pair.read("all", &["config_resources"], |_| list(&[]));
}

//! Topics and partitions: created, described, grown and deleted, also by requests that contradict
//! themselves.

use super::pair::Pair;
use crate::support::topic;
use wire::Uuid;
use wire::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};
use wire::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use wire::messages::delete_topics_request::DeleteTopicState;
use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::*;

pub fn compare(pair: &mut Pair) {
    create(pair);
    cannot_be_created(pair);
    metadata(pair);
    grow(pair);
    delete(pair);
    cannot_be_deleted(pair);
    delete_by_id(pair);
}

pub fn new(name: &str, partitions: i32, factor: i16) -> CreatableTopic<'static> {
    CreatableTopic {
        name: name.to_owned().into(),
        num_partitions: partitions,
        replication_factor: factor,
        ..Default::default()
    }
}

pub fn with(
    mut topic: CreatableTopic<'static>,
    configs: &[(&str, Option<&str>)],
) -> CreatableTopic<'static> {
    let config = |(name, value): &(&str, Option<&str>)| CreatableTopicConfig {
        name: (*name).to_owned().into(),
        value: value.map(|value| value.to_owned().into()),
    };
    topic.configs = configs.iter().map(config).collect();
    topic
}

fn placed(name: &str, assignments: &[(i32, &[i32])]) -> CreatableTopic<'static> {
    let assignments = assignments.iter().map(|(partition_index, brokers)| {
        let broker_ids = brokers.to_vec();
        CreatableReplicaAssignment { partition_index: *partition_index, broker_ids }
    });
    CreatableTopic { assignments: assignments.collect(), ..new(name, -1, -1) }
}

pub fn creation(topics: Vec<CreatableTopic<'static>>) -> CreateTopicsRequest<'static> {
    CreateTopicsRequest { topics, timeout_ms: 10_000, ..Default::default() }
}

fn create(pair: &mut Pair) {
    pair.once("plain", &[], |v| creation(vec![new(&format!("plain-{v}"), 2, 1)]));
    pair.once("configured", &[], |v| {
        let configs = [("retention.ms", Some("60000")), ("cleanup.policy", Some("compact,delete"))];
        creation(vec![with(new(&format!("configured-{v}"), 1, 1), &configs)])
    });
    pair.once("of defaults", &[], |v| creation(vec![new(&format!("defaults-{v}"), -1, -1)]));
    pair.once("placed", &[], |v| {
        creation(vec![placed(&format!("placed-{v}"), &[(1, &[1]), (0, &[1])])])
    });
    pair.once("only checked", &[], |v| {
        let topics = vec![new(&format!("checked-{v}"), 3, 1)];
        CreateTopicsRequest { validate_only: true, ..creation(topics) }
    });
    pair.once("none", &[], |_| creation(Vec::new()));
    pair.once("several", &["topics"], |v| {
        let names = [format!("several-a-{v}"), format!("several-b-{v}"), "bad name".to_owned()];
        creation(names.iter().map(|name| new(name, 1, 1)).collect())
    });
    pair.settle("several-b-7");
}

fn cannot_be_created(pair: &mut Pair) {
    let mut refused = |case: &str, topic: CreatableTopic<'static>| {
        pair.once(case, &["topics"], |_| creation(vec![topic.clone()]));
    };
    refused("exists", new("plain-7", 1, 1));
    refused("exists, other counts", new("plain-7", -5, 9));
    refused("name empty", new("", 1, 1));
    refused("name of a dot", new(".", 1, 1));
    refused("name of two dots", new("..", 1, 1));
    refused("name with a space", new("a b", 1, 1));
    refused("name too long", new(&"n".repeat(250), 1, 1));
    refused("name of the metadata log", new("__cluster_metadata", 1, 1));
    refused("name collides", new("plain.7", 1, 1));
    refused("name collides", with(new("several_a.7", 1, 1), &[]));
    refused("no partitions", new("x", 0, 1));
    refused("negative partitions", new("x", -2, 1));
    refused("no replicas", new("x", 1, 0));
    refused("negative replicas", new("x", 1, -2));
    refused("too many replicas", new("x", 1, 3));
    refused("placed on nobody", placed("x", &[(0, &[])]));
    refused("placed on a stranger", placed("x", &[(0, &[77])]));
    refused("placed twice on one", placed("x", &[(0, &[1, 1])]));
    refused("placed with a gap", placed("x", &[(0, &[1]), (2, &[1])]));
    refused("placed from one", placed("x", &[(1, &[1])]));
    refused("placed one twice", placed("x", &[(0, &[1]), (0, &[1])]));
    let counted = CreatableTopic { num_partitions: 1, ..placed("x", &[(0, &[1])]) };
    refused("placed and counted", counted);
    let replicated = CreatableTopic { replication_factor: 1, ..placed("x", &[(0, &[1])]) };
    refused("placed and replicated", replicated);
    for (case, configs) in [
        ("config unknown", &[("nonsense", Some("1"))][..]),
        ("config null", &[("retention.ms", None)][..]),
        ("config too small", &[("retention.ms", Some("-5"))][..]),
        ("config no number", &[("retention.ms", Some("soon"))][..]),
        ("config not allowed", &[("cleanup.policy", Some("burn"))][..]),
        ("config of no value", &[("cleanup.policy", Some(""))][..]),
        (
            "configs against each other",
            &[("min.compaction.lag.ms", Some("10")), ("max.compaction.lag.ms", Some("5"))][..],
        ),
    ] {
        refused(case, with(new("x", 1, 1), configs));
    }
    let twice = [("retention.ms", Some("1000")), ("retention.ms", Some("2000"))];
    pair.once("config twice", &[], |v| {
        creation(vec![with(new(&format!("twice-{v}"), 1, 1), &twice)])
    });
    pair.once("topic twice", &["topics"], |_| {
        creation(vec![new("double", 1, 1), new("other", 1, 1), new("double", 2, 1)])
    });
    pair.once("existing topic twice", &["topics"], |_| {
        creation(vec![new("plain-7", 1, 1), new("plain-7", 1, 1)])
    });
}

fn metadata(pair: &mut Pair) {
    pair.settle("twice-7");
    let ask = |names: &[&str]| MetadataRequest {
        topics: Some(
            names
                .iter()
                .map(|name| MetadataRequestTopic {
                    name: Some((*name).to_owned().into()),
                    ..Default::default()
                })
                .collect(),
        ),
        allow_auto_topic_creation: false,
        ..Default::default()
    };
    pair.read("plain", &[], |_| ask(&["plain-7"]));
    pair.read("invalid", &[], |_| ask(&["bad name"]));
    pair.read("several", &["topics"], |_| ask(&["plain-7", "placed-7", "configured-7"]));
    pair.read("operations", &[], |_| MetadataRequest {
        include_topic_authorized_operations: true,
        include_cluster_authorized_operations: true,
        ..ask(&["plain-7"])
    });
    pair.read("all", &["topics"], |_| MetadataRequest { topics: None, ..ask(&[]) });
    let described = |names: &[&str], limit| DescribeTopicPartitionsRequest {
        topics: names
            .iter()
            .map(|name| describe_topic_partitions_request::TopicRequest {
                name: (*name).to_owned().into(),
            })
            .collect(),
        response_partition_limit: limit,
        cursor: None,
    };
    pair.read("plain", &[], |_| described(&["plain-7"], 100));
    pair.read("several", &[], |_| described(&["plain-7", "nowhere", "placed-7", "plain-7"], 100));
    pair.read("a page", &[], |_| described(&["plain-7", "placed-7"], 3));
    pair.read("invalid", &[], |_| described(&["bad name"], 3));
}

fn more(name: &str, count: i32, brokers: Option<&[&[i32]]>) -> CreatePartitionsTopic<'static> {
    CreatePartitionsTopic {
        name: name.to_owned().into(),
        count,
        assignments: brokers.map(|all| {
            all.iter()
                .map(|brokers| CreatePartitionsAssignment { broker_ids: brokers.to_vec() })
                .collect()
        }),
    }
}

fn growth(topics: Vec<CreatePartitionsTopic<'static>>) -> CreatePartitionsRequest<'static> {
    CreatePartitionsRequest { topics, timeout_ms: 10_000, validate_only: false }
}

fn grow(pair: &mut Pair) {
    pair.once("more", &[], |v| growth(vec![more("plain-7", 3 + i32::from(v), None)]));
    pair.once("placed", &[], |v| growth(vec![more("plain-6", 3 + i32::from(v), Some(&[&[1]]))]));
    pair.once("only checked", &[], |_| CreatePartitionsRequest {
        validate_only: true,
        ..growth(vec![more("plain-5", 9, None)])
    });
    let mut refused = |case: &str, topic: CreatePartitionsTopic<'static>| {
        pair.once(case, &[], |_| growth(vec![topic.clone()]));
    };
    refused("nowhere", more("nowhere", 3, None));
    refused("as many", more("plain-5", 2, None));
    refused("fewer", more("plain-5", 1, None));
    refused("none", more("plain-5", 0, None));
    refused("negative", more("plain-5", -1, None));
    refused("placed too few", more("plain-5", 4, Some(&[&[1]])));
    refused("placed on nobody", more("plain-5", 3, Some(&[&[]])));
    refused("placed on a stranger", more("plain-5", 3, Some(&[&[77]])));
    refused("placed on two", more("plain-5", 3, Some(&[&[1, 1]])));
    pair.once("twice", &["results"], |_| {
        growth(vec![more("plain-5", 4, None), more("plain-4", 4, None), more("plain-5", 5, None)])
    });
}

fn deletion(names: &[&str]) -> DeleteTopicsRequest<'static> {
    let names = names.iter().map(|name| (*name).to_owned().into()).collect();
    DeleteTopicsRequest { topic_names: names, timeout_ms: 10_000, ..Default::default() }
}

fn state(name: Option<&str>, topic_id: Uuid) -> DeleteTopicState<'static> {
    DeleteTopicState { name: name.map(|name| name.to_owned().into()), topic_id }
}

fn states(topics: Vec<DeleteTopicState<'static>>) -> DeleteTopicsRequest<'static> {
    DeleteTopicsRequest { topics, timeout_ms: 10_000, ..Default::default() }
}

fn delete(pair: &mut Pair) {
    let in_v6 =
        |names: &[&str]| states(names.iter().map(|name| state(Some(name), Uuid::ZERO)).collect());
    let by_name = |v: i16, names: &[&str]| if v < 6 { deletion(names) } else { in_v6(names) };
    pair.once("by name", &[], |v| by_name(v, &[&format!("plain-{}", v.min(4))]));
    pair.once("twice", &["responses"], |v| by_name(v, &["placed-7", "placed-6", "placed-7"]));
    pair.once("unknown", &[], |v| by_name(v, &["nowhere"]));
    pair.once("unknown twice", &[], |v| by_name(v, &["nowhere", "nowhere"]));
    pair.once("bad name", &[], |v| by_name(v, &["a b"]));
    pair.once("nothing", &[], |v| by_name(v, &[]));
}

/// With other ids on each side, `refused` and `deleted` name topics of both.
fn cannot_be_deleted(pair: &mut Pair) {
    let ids = pair.ids(&["defaults-7", "defaults-6"]);
    let [kept, other] = [ids[0], ids[1]];
    let mut refused = |case: &str, topics: &dyn Fn(usize) -> Vec<DeleteTopicState<'static>>| {
        pair.once_each(case, &["responses"], 6, |side| states(topics(side)));
    };
    refused("name and its id", &|side| vec![state(Some("defaults-7"), kept[side])]);
    refused("name and another's id", &|side| vec![state(Some("defaults-7"), other[side])]);
    refused("name, and its id beside it", &|side| {
        vec![state(Some("defaults-7"), Uuid::ZERO), state(None, kept[side])]
    });
    refused("id twice", &|side| vec![state(None, kept[side]), state(None, kept[side])]);
    refused("neither name nor id", &|_| vec![state(None, Uuid::ZERO)]);
    refused("unknown id", &|_| vec![state(None, Uuid([9; 16]))]);
    refused("unknown id twice", &|_| vec![state(None, Uuid([9; 16])); 2]);
    refused("name and an unknown id", &|_| vec![state(Some("defaults-7"), Uuid([9; 16]))]);
    refused("empty name and an id", &|side| vec![state(Some(""), kept[side])]);
    refused("empty name", &|_| vec![state(Some(""), Uuid::ZERO)]);
    // All of that deletes nothing.
    for broker in [&pair.ours, &pair.stock] {
        for name in ["defaults-7", "defaults-6"] {
            assert!(topic::Topic::find(&mut broker.connect(0), name).is_some(), "{name} is kept");
        }
    }
}

fn delete_by_id(pair: &mut Pair) {
    let ids = pair.ids(&["defaults-5"])[0];
    pair.once_each("by id", &[], 6, |side| states(vec![state(None, ids[side])]));
}

//! Changing configs of topics and brokers.

mod common;

use cluster::ErrorKind::{InvalidConfig, InvalidRequest, UnknownTopic};
use cluster::ResourceKind;
use cluster::command::{
    AlterConfigs, AlterConfigsResult, AlterResource, Command, ConfigChange,
    Operation::{Append, Delete, Set, Subtract},
    Reply,
};
use common::{Live, alter, live_with_a, of_topic, operation, set};

fn held(live: &Live, name: &str) -> Option<String> {
    live.controller.image().overrides(ResourceKind::Topic, "a").get(name).cloned()
}

#[test]
fn operations_do_what_kafkas_do() {
    let mut live = live_with_a();
    let throttled = "leader.replication.throttled.replicas";
    of_topic(&mut live, vec![operation(throttled, Append, Some("0:1,1:1"))]).unwrap();
    of_topic(&mut live, vec![operation(throttled, Append, Some("1:1, 2:1"))]).unwrap();
    assert_eq!(held(&live, throttled).as_deref(), Some("0:1,1:1,2:1"));
    of_topic(&mut live, vec![operation(throttled, Subtract, Some("1:1,9:9"))]).unwrap();
    assert_eq!(held(&live, throttled).as_deref(), Some("0:1,2:1"));
    of_topic(&mut live, vec![operation(throttled, Delete, None), set("preallocate", "TRUE")])
        .unwrap();
    assert_eq!(
        (held(&live, throttled), held(&live, "preallocate").as_deref()),
        (None, Some("TRUE"))
    );
    of_topic(&mut live, vec![operation("no.such.config", Delete, None)]).unwrap();

    // APPEND starts from the value in force: delete is there already, compact is added.
    of_topic(&mut live, vec![operation("cleanup.policy", Append, Some("delete"))]).unwrap();
    assert_eq!(held(&live, "cleanup.policy").as_deref(), Some("delete"));
    of_topic(&mut live, vec![operation("cleanup.policy", Append, Some("compact"))]).unwrap();
    assert_eq!(held(&live, "cleanup.policy").as_deref(), Some("delete,compact"));
    let error = of_topic(&mut live, vec![operation("cleanup.policy", Append, Some("shrink"))]);
    assert_eq!(error.unwrap_err().0, InvalidConfig);
    let error = of_topic(&mut live, vec![operation("retention.ms", Append, Some("1"))]);
    assert_eq!(error.unwrap_err().0, InvalidConfig);
    let error = of_topic(&mut live, vec![operation("retention.ms", Set, None)]);
    assert_eq!(error.unwrap_err().0, InvalidRequest);
    let twice = vec![set("retention.ms", "1"), operation("retention.ms", Delete, None)];
    assert_eq!(of_topic(&mut live, twice).unwrap_err().0, InvalidRequest);
}

#[test]
fn one_bad_operation_keeps_the_resource_as_it_is() {
    let mut live = live_with_a();
    let mixed = vec![set("retention.ms", "1"), set("segment.bytes", "1")];
    let (kind, message) = of_topic(&mut live, mixed).unwrap_err();
    assert_eq!(kind, InvalidConfig);
    assert!(message.contains("segment.bytes") && message.contains("1048576"), "{message}");
    assert_eq!(held(&live, "retention.ms"), None);
    let (kind, message) = of_topic(
        &mut live,
        vec![set("min.compaction.lag.ms", "50"), set("max.compaction.lag.ms", "5")],
    )
    .unwrap_err();
    assert_eq!(kind, InvalidConfig);
    assert!(message.contains("(50)") && message.contains("(5)"), "{message}");
}

#[test]
fn replacing_leaves_exactly_what_is_given() {
    let mut live = live_with_a();
    of_topic(&mut live, vec![set("retention.ms", "1"), set("segment.ms", "2")]).unwrap();
    let replace = |live: &mut Live, configs: &[(&str, &str)]| {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), Some(value.to_owned()));
        let change = ConfigChange::Replace(configs.iter().map(own).collect());
        alter(live, ResourceKind::Topic, "a", change)
    };
    replace(&mut live, &[("segment.ms", "2"), ("flush.ms", "9")]).unwrap();
    let overrides = live.controller.image().overrides(ResourceKind::Topic, "a");
    let names: Vec<&str> = overrides.keys().map(String::as_str).collect();
    assert_eq!(names, ["flush.ms", "segment.ms"]);
    // The unchanged one left no record: two changes, two records.
    assert_eq!(live.log.len(), live.controller.image().offset() as usize + 1);
    let before = live.log.len();
    replace(&mut live, &[("segment.ms", "2"), ("flush.ms", "9")]).unwrap();
    assert_eq!(live.log.len(), before);
    replace(&mut live, &[]).unwrap();
    assert!(live.controller.image().overrides(ResourceKind::Topic, "a").is_empty());
}

#[test]
fn resources_that_do_not_exist_are_refused() {
    let mut live = live_with_a();
    let mut kind = |kind, name: &str, config: &str| {
        let change = ConfigChange::Incremental(vec![set(config, "1048576")]);
        alter(&mut live, kind, name, change).unwrap_err().0
    };
    assert_eq!(kind(ResourceKind::Topic, "nope", "segment.bytes"), UnknownTopic);
    assert_eq!(kind(ResourceKind::Topic, "", "segment.bytes"), InvalidRequest);
    assert_eq!(kind(ResourceKind::Broker, "7", "log.segment.bytes"), InvalidRequest);
    assert_eq!(kind(ResourceKind::Broker, "x", "log.segment.bytes"), InvalidRequest);
    assert_eq!(kind(ResourceKind::Broker, "01", "log.segment.bytes"), InvalidRequest);
    assert_eq!(kind(ResourceKind::BrokerLogger, "1", "root"), InvalidRequest);
    assert_eq!(kind(ResourceKind::Broker, "1", "log.retention.hours"), InvalidRequest);
    assert_eq!(kind(ResourceKind::Broker, "", "listeners"), InvalidRequest);
}

/// As in Kafka, where plug-ins have configs that no broker knows.
#[test]
fn a_broker_keeps_names_that_nobody_knows() {
    let mut live = live_with_a();
    let kind = ResourceKind::Broker;
    let change = ConfigChange::Incremental(vec![set("bogus", " 1 ")]);
    alter(&mut live, kind, "1", change).unwrap();
    let held = live.controller.image().overrides(kind, "1").clone();
    assert_eq!(held.get("bogus").map(String::as_str), Some(" 1 "));
    let change = ConfigChange::Incremental(vec![set(&"x".repeat(1_001), "1")]);
    assert_eq!(alter(&mut live, kind, "1", change).unwrap_err().0, InvalidRequest);
}

/// A broker's numbers of threads go to the half or the double at most, as in Kafka.
#[test]
fn threads_change_step_by_step() {
    let mut live = live_with_a();
    let mut threads = |name: &str, wanted: &str| {
        let change = ConfigChange::Incremental(vec![set(name, wanted)]);
        alter(&mut live, ResourceKind::Broker, "", change).map_err(|(kind, _)| kind)
    };
    for (name, wanted, outcome) in [
        ("num.io.threads", "17", Err(InvalidRequest)),
        ("num.io.threads", "3", Err(InvalidRequest)),
        ("num.io.threads", "16", Ok(())),
        ("num.io.threads", "32", Ok(())),
        ("log.cleaner.threads", "0", Err(InvalidRequest)),
        ("log.cleaner.threads", "500", Err(InvalidRequest)),
        ("log.cleaner.threads", "2", Ok(())),
        ("num.partitions", "2", Err(InvalidRequest)),
        ("log.retention.ms", "-5", Err(InvalidRequest)),
    ] {
        assert_eq!(threads(name, wanted), outcome, "{name}={wanted}");
    }
}

#[test]
fn a_resource_named_twice_is_refused_and_validation_changes_nothing() {
    let mut live = live_with_a();
    let resource = || AlterResource {
        kind: ResourceKind::Topic,
        name: "a".into(),
        change: ConfigChange::Incremental(vec![set("retention.ms", "1")]),
    };
    let before = live.controller.image().clone();
    let twice = AlterConfigs { resources: vec![resource(), resource()], validate_only: false };
    let Ok(Reply::AlterConfigs(results)) = live.run(Command::AlterConfigs(twice)) else {
        panic!("another reply");
    };
    let refused = |result: &AlterConfigsResult| {
        result.outcome.as_ref().is_err_and(|error| error.kind == InvalidRequest)
    };
    assert!(results.len() == 2 && results.iter().all(refused));
    let only = AlterConfigs { resources: vec![resource()], validate_only: true };
    let Ok(Reply::AlterConfigs(results)) = live.run(Command::AlterConfigs(only)) else {
        panic!("another reply");
    };
    assert_eq!(results[0].outcome, Ok(()));
    assert_eq!(*live.controller.image(), before);
}

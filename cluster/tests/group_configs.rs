//! Configs of groups: kept, checked and shown as Kafka does.

mod common;

use cluster::ErrorKind::{self, InvalidConfig, InvalidRequest, PolicyViolation};
use cluster::command::Operation::{Append, Delete};
use cluster::command::{AlterConfigs, AlterResource, Command, ConfigChange, ConfigOp, Reply};
use cluster::configs::{Described, Source, StaticConfigs, View, check_together};
use cluster::limits::CONFIGURED_GROUPS_MAX;
use cluster::{Controller, ResourceKind};
use common::{Live, alter, operation, set};
use std::collections::BTreeMap;

const SESSION: &str = "consumer.session.timeout.ms";
const HEARTBEAT: &str = "consumer.heartbeat.interval.ms";

fn of_group(live: &mut Live, operations: Vec<ConfigOp>) -> Result<(), (ErrorKind, String)> {
    alter(live, ResourceKind::Group, "g", ConfigChange::Incremental(operations))
}

fn described(live: &Live, fixed: &StaticConfigs, name: &str) -> Described {
    let configs = View::new(live.controller.image(), fixed, 1).describe_group("g");
    configs.into_iter().find(|config| config.name == name).expect("a config of that name")
}

/// All values there are of a config, the one in force first.
fn layers(config: &Described) -> Vec<(&str, &str, Source)> {
    let layers = config.synonyms.iter();
    layers.map(|one| (&*one.name, one.value.as_deref().unwrap_or_default(), one.source)).collect()
}

#[test]
fn configs_are_set_shown_and_taken_back() {
    let mut live = Live::with_nodes(&[1]);
    let fixed = StaticConfigs::default();
    let broker = ("group.consumer.session.timeout.ms", "45000", Source::Default);
    assert_eq!(layers(&described(&live, &fixed, SESSION)), [broker]);
    let isolation = "share.isolation.level";
    let default = (isolation, "read_uncommitted", Source::Default);
    assert_eq!(layers(&described(&live, &fixed, isolation)), [default]);

    let both = vec![set(SESSION, " 50000 "), set(isolation, "read_committed")];
    of_group(&mut live, both).unwrap();
    let session = described(&live, &fixed, SESSION);
    assert_eq!(layers(&session), [(SESSION, "50000", Source::DynamicGroup), broker]);
    assert_eq!(session.value.as_deref(), Some("50000"));
    assert_eq!((session.source.as_i8(), session.read_only, session.sensitive), (8, false, false));
    let own = (isolation, "read_committed", Source::DynamicGroup);
    assert_eq!(layers(&described(&live, &fixed, isolation)), [own, default]);
    let image = live.controller.image();
    assert_eq!(image.configured(ResourceKind::Group).collect::<Vec<_>>(), ["g"]);

    let gone = vec![operation(SESSION, Delete, None), operation("nonsense", Delete, None)];
    of_group(&mut live, gone).unwrap();
    assert_eq!(layers(&described(&live, &fixed, SESSION)), [broker]);
    let nothing = ConfigChange::Replace(Vec::new());
    alter(&mut live, ResourceKind::Group, "g", nothing).unwrap();
    assert_eq!(live.controller.image().configured_count(ResourceKind::Group), 0);
    let renew = "share.renew.acknowledge.enable";
    of_group(&mut live, vec![set(renew, "FALSE")]).unwrap();
    assert_eq!(described(&live, &fixed, renew).value.as_deref(), Some("false"), "as Kafka shows");
}

#[test]
fn what_stands_behind_a_group_is_the_brokers() {
    let mut live = Live::with_nodes(&[1]);
    let mut fixed = StaticConfigs::default();
    fixed.set("group.consumer.session.timeout.ms", "47000").unwrap();
    let interval = "group.consumer.assignment.interval.ms";
    common::of_broker(&mut live, "", set(interval, "7")).unwrap();
    let session = described(&live, &fixed, SESSION);
    assert_eq!((session.value.as_deref(), session.source), (Some("47000"), Source::StaticBroker));
    let wanted =
        [(interval, "7", Source::DynamicDefaultBroker), (interval, "1000", Source::Default)];
    assert_eq!(layers(&described(&live, &fixed, "consumer.assignment.interval.ms")), wanted);
}

/// The words of Kafka 4.3.1, to the letter.
#[test]
fn what_cannot_be_is_refused_in_kafkas_words() {
    let mut live = Live::with_nodes(&[1]);
    let resets = "The value must be either 'earliest', 'latest' or of the format \
                  'by_duration:<PnDTnHnMn.nS>'.";
    let reset = format!(
        "Invalid value x for configuration share.auto.offset.reset: Invalid value `x` for \
         configuration share.auto.offset.reset. {resets}"
    );
    for (name, value, words) in [
        ("nonsense", "1", "Unknown group config name: nonsense"),
        (
            SESSION,
            "abc",
            "Invalid value abc for configuration consumer.session.timeout.ms: \
                          Not a number of type INT",
        ),
        (
            SESSION,
            "",
            "Invalid value  for configuration consumer.session.timeout.ms: \
                       Not a number of type INT",
        ),
        (
            SESSION,
            "3000000000",
            "Invalid value 3000000000 for configuration \
                                 consumer.session.timeout.ms: Not a number of type INT",
        ),
        (
            SESSION,
            "0",
            "Invalid value 0 for configuration consumer.session.timeout.ms: \
                        Value must be at least 1",
        ),
        (
            SESSION,
            "44999",
            "consumer.session.timeout.ms must be greater than or equal to \
                            group.consumer.min.session.timeout.ms",
        ),
        (
            SESSION,
            "60001",
            "consumer.session.timeout.ms must be less than or equal to \
                            group.consumer.max.session.timeout.ms",
        ),
        (
            HEARTBEAT,
            "16000",
            "consumer.heartbeat.interval.ms must be less than or equal to \
                              group.consumer.max.heartbeat.interval.ms",
        ),
        (
            "consumer.assignment.interval.ms",
            "15001",
            "consumer.assignment.interval.ms must be \
            less than or equal to group.consumer.max.assignment.interval.ms",
        ),
        (
            "share.delivery.count.limit",
            "11",
            "share.delivery.count.limit must be less than or \
            equal to group.share.max.delivery.count.limit",
        ),
        (
            "share.partition.max.record.locks",
            "99",
            "Invalid value 99 for configuration \
            share.partition.max.record.locks: Value must be at least 100",
        ),
        (
            "streams.num.standby.replicas",
            "3",
            "streams.num.standby.replicas must be less than or \
            equal to group.streams.max.standby.replicas",
        ),
        (
            "share.isolation.level",
            "x",
            "Invalid value x for configuration share.isolation.level: \
            String must be one of: read_committed, read_uncommitted",
        ),
        (
            "share.renew.acknowledge.enable",
            "x",
            "Invalid value x for configuration \
            share.renew.acknowledge.enable: Expected value to be either true or false",
        ),
        ("share.auto.offset.reset", "x", &reset),
    ] {
        let refused = of_group(&mut live, vec![set(name, value)]);
        assert_eq!(refused, Err((InvalidConfig, words.to_owned())), "{name}={value}");
    }
    for value in ["by_duration:-PT1H", "by_duration:P1W", "BY_DURATION:PT0S", "LATEST", "none"] {
        let refused = of_group(&mut live, vec![set("share.auto.offset.reset", value)]);
        assert!(refused.is_err_and(|(_, words)| words.contains(resets)), "{value}");
    }
    for value in ["by_duration:P1DT2H3.5S", "by_duration:pt1h", "earliest"] {
        of_group(&mut live, vec![set("share.auto.offset.reset", value)]).unwrap();
    }
    // All names are looked at before any value.
    let (_, words) =
        of_group(&mut live, vec![set(SESSION, "abc"), set("nonsense", "1")]).unwrap_err();
    assert_eq!(words, "Unknown group config name: nonsense");
    let append = of_group(&mut live, vec![operation(SESSION, Append, Some("1"))]);
    assert_eq!(append.unwrap_err().0, InvalidConfig);
    let change = || ConfigChange::Incremental(vec![set(SESSION, "50000")]);
    let unnamed = alter(&mut live, ResourceKind::Group, "", change());
    let words = "Default group resources are not allowed.";
    assert_eq!(unnamed, Err((InvalidRequest, words.to_owned())));
}

#[test]
fn the_brokers_bounds_hold() {
    let mut fixed = StaticConfigs::default();
    for (name, value) in [
        ("group.consumer.min.session.timeout.ms", "1000"),
        ("group.consumer.min.heartbeat.interval.ms", "500"),
    ] {
        fixed.set(name, value).unwrap();
    }
    let mut live = Live { controller: Controller::new(fixed), log: Vec::new() };
    of_group(&mut live, vec![set(SESSION, "1000"), set(HEARTBEAT, "500")]).unwrap();
    let below = of_group(&mut live, vec![set(SESSION, "999")]);
    assert_eq!(below.unwrap_err().0, InvalidConfig);
    // With what holds already, and with the broker's heartbeat of 5 s once that is gone.
    let words = "consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms";
    let refused = Err((InvalidConfig, words.to_owned()));
    assert_eq!(of_group(&mut live, vec![set(HEARTBEAT, "1000")]), refused);
    assert_eq!(of_group(&mut live, vec![operation(HEARTBEAT, Delete, None)]), refused);
    of_group(&mut live, vec![set(HEARTBEAT, "999")]).unwrap();
}

#[test]
fn groups_with_configs_are_bounded() {
    let mut live = Live::with_nodes(&[1]);
    let resource = |index: usize| AlterResource {
        kind: ResourceKind::Group,
        name: format!("g{index}"),
        change: ConfigChange::Incremental(vec![set(SESSION, "50000")]),
    };
    let resources = (0..=CONFIGURED_GROUPS_MAX).map(resource).collect();
    let command = Command::AlterConfigs(AlterConfigs { resources, validate_only: false });
    let Ok(Reply::AlterConfigs(results)) = live.run(command) else {
        panic!("another reply");
    };
    let (last, others) = results.split_last().unwrap();
    assert!(others.iter().all(|result| result.outcome.is_ok()));
    assert_eq!(last.outcome.as_ref().unwrap_err().kind, PolicyViolation);
    // Those that have configs may change them, and one that has none takes no room.
    let change = |value| ConfigChange::Incremental(vec![set(SESSION, value)]);
    alter(&mut live, ResourceKind::Group, "g7", change("51000")).unwrap();
    assert_eq!(
        alter(&mut live, ResourceKind::Group, "new", change("50000")).unwrap_err().0,
        PolicyViolation
    );
    let none = || ConfigChange::Replace(Vec::new());
    alter(&mut live, ResourceKind::Group, "new", none()).unwrap();
    alter(&mut live, ResourceKind::Group, "g7", none()).unwrap();
    alter(&mut live, ResourceKind::Group, "new", change("50000")).unwrap();
}

/// What Kafka 4.3 does not start with, and what it does.
#[test]
fn a_broker_does_not_start_with_bounds_that_contradict_each_other() {
    let check = |given: &[(&str, &'static str)]| {
        let given: BTreeMap<String, &str> =
            given.iter().map(|(name, value)| (format!("group.{name}"), *value)).collect();
        check_together(|name| given.get(name).copied()).map_err(|error| error.message)
    };
    assert_eq!(check(&[]), Ok(()));
    for kind in ["consumer", "share", "streams"] {
        for (given, larger, smaller) in [
            ("min.session.timeout.ms=50000", "session.timeout.ms = 45000 (the default)", ""),
            ("session.timeout.ms=44999", "", "min.session.timeout.ms = 45000 (the default)"),
            ("session.timeout.ms=60001", "max.session.timeout.ms = 60000 (the default)", ""),
            ("max.session.timeout.ms=44999", "", "min.session.timeout.ms = 45000 (the default)"),
            ("heartbeat.interval.ms=4999", "", "min.heartbeat.interval.ms = 5000 (the default)"),
            (
                "max.heartbeat.interval.ms=4000",
                "",
                "min.heartbeat.interval.ms = 5000 (the default)",
            ),
            (
                "assignment.interval.ms=15001",
                "max.assignment.interval.ms = 15000 (the default)",
                "",
            ),
            ("min.assignment.interval.ms=1001", "assignment.interval.ms = 1000 (the default)", ""),
        ] {
            let (name, value) = given.split_once('=').unwrap();
            let message = check(&[(&format!("{kind}.{name}"), value)]).unwrap_err();
            // What is not the default is what was given.
            let told = |text: &str| match text {
                "" => format!("group.{kind}.{name} = {value}"),
                default => format!("group.{kind}.{default}"),
            };
            let words = format!("{} must be at least {}: raise ", told(larger), told(smaller));
            assert!(message.starts_with(&words), "{words:?}: {message}");
        }
        let (most, own) = ("max.heartbeat.interval.ms", "heartbeat.interval.ms");
        let (most, own) = (format!("{kind}.{most}"), format!("{kind}.{own}"));
        let message = check(&[(&most, "45000"), (&own, "45000")]).unwrap_err();
        let (session, default) =
            (format!("group.{kind}.session.timeout.ms"), "45000 (the default)");
        assert_eq!(
            message,
            format!(
                "{session} = {default} must be above group.{own} = 45000: raise {session} or \
                 lower group.{own}"
            )
        );
        assert_eq!(check(&[(&most, "45000"), (&own, "44999")]), Ok(()));
    }
    let replicas = check(&[("streams.num.standby.replicas", "3")]).unwrap_err();
    assert!(replicas.starts_with("group.streams.max.standby.replicas = 2"), "{replicas}");
    assert_eq!(check(&[("min.session.timeout.ms", "2000000")]), Ok(()), "classic groups");
}

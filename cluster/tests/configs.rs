//! The tables of configs, and how they resolve.

mod common;

use std::collections::BTreeSet;

use cluster::ErrorKind::{InvalidConfig, InvalidRequest};
use cluster::Image;
use cluster::command::Operation::Delete;
use cluster::configs::{
    BrokerSettings, CleanerSettings, ConfigKey, Described, Effect, Source, StaticConfigs,
    TopicSettings, Update, ValueType, View, broker, check_value, group, topic,
};
use common::{Live, configured, live_with_a, of_broker, of_topic, operation, set};
use proptest::prelude::*;

fn find<'a>(described: &'a [Described], name: &str) -> &'a Described {
    described.iter().find(|config| config.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_tables_are_sound() {
    let (topics, groups) = (topic::KEYS.iter().collect::<Vec<_>>(), group::KEYS.iter().collect());
    for keys in [topics, groups, broker::keys().collect()] {
        let names: BTreeSet<&str> = keys.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), keys.len(), "a name is there twice");
        for key in keys {
            let ConfigKey { name, doc, default, .. } = *key;
            assert!(doc.ends_with('.') && doc.len() > 10, "{name} is not explained");
            if let Some(default) = default {
                let kept = check_value(key, default, false);
                assert_eq!(kept.as_deref(), Ok(default), "{name} refuses its own default");
            }
            for synonym in key.synonyms {
                assert!(broker::key(synonym.name).is_some(), "{name}: no {}", synonym.name);
            }
        }
    }
    assert_eq!((topic::KEYS.len(), group::KEYS.len()), (33, 17));
    assert!(broker::keys().count() >= 150);
}

/// With nothing set anywhere, the brokers' defaults and the topics' and groups' say the same.
#[test]
fn defaults_agree() {
    let (image, fixed) = (Image::default(), StaticConfigs::default());
    let view = View::new(&image, &fixed, 1);
    for key in topic::KEYS {
        let value = view.topic_value("a", key.name);
        assert_eq!(value.as_deref(), key.default, "{}", key.name);
    }
    for key in group::KEYS {
        assert_eq!(Some(&*view.group_value("g", key)), key.default, "{}", key.name);
    }
}

/// Kafka 4.3's defaults, but for the one that is safer here.
#[test]
fn settings_have_kafkas_defaults() {
    let (image, fixed) = (Image::default(), StaticConfigs::default());
    let view = View::new(&image, &fixed, 1);
    let expected = TopicSettings {
        segment_bytes: 1 << 30,
        segment_ms: 7 * 24 * 3_600_000,
        segment_jitter_ms: 0,
        retention_bytes: -1,
        retention_ms: 7 * 24 * 3_600_000,
        flush_messages: 1,
        flush_ms: i64::MAX,
        max_message_bytes: 1_048_588,
        index_interval_bytes: 4096,
        min_insync_replicas: 1,
        file_delete_delay_ms: 60_000,
        preallocate: false,
        packing: None,
        log_append_time: false,
        message_timestamp_before_max_ms: i64::MAX,
        message_timestamp_after_max_ms: 3_600_000,
        cleanup_delete: true,
        cleanup_compact: false,
        delete_retention_ms: 86_400_000,
        min_compaction_lag_ms: 0,
        max_compaction_lag_ms: i64::MAX,
        min_cleanable_dirty_millionths: 500_000,
        unclean_leader_election: false,
    };
    assert_eq!(TopicSettings::new(&view, "a"), expected);
    let settings = BrokerSettings::new(&view);
    assert_eq!((settings.num_partitions, settings.default_replication_factor), (1, 1));
    assert!(settings.auto_create_topics && settings.delete_topics);
    assert_eq!(settings.socket_request_max_bytes, 104_857_600);
    assert_eq!(settings.connections_max_idle_ms, 600_000);
    assert_eq!(settings.groups.initial_rebalance_delay_ms, 3_000);
    assert_eq!(settings.groups.consumer_assignors, ["uniform", "range"]);
    assert_eq!(settings.offsets.retention_ms, 7 * 24 * 3_600_000);
    assert_eq!(settings.offsets.topic_num_partitions, 50);
    assert_eq!(settings.transactions.max_timeout_ms, 900_000);
    let cleaner = CleanerSettings {
        enabled: true,
        backoff_ms: 15_000,
        dedupe_buffer_bytes: 128 << 20,
        io_buffer_bytes: 512 << 10,
        io_max_bytes_per_second: u64::MAX,
    };
    assert_eq!(settings.cleaner, cleaner);
}

/// Codecs have a test of their own: levels count with their codec alone.
fn acts(key: &&ConfigKey) -> bool {
    key.effect == Effect::Acts && !key.name.starts_with("compression.")
}

/// Every number of the settings is read from a config that exists: none is zero by mistake.
#[test]
fn every_setting_follows_its_config() {
    let mut live = live_with_a();
    let image = live.controller.image().clone();
    let mut fixed = StaticConfigs::default();
    let plain = BrokerSettings::new(&View::new(&image, &fixed, 1));
    let mut differing = BTreeSet::new();
    for key in broker::keys().filter(acts) {
        let before = fixed.clone();
        let value = match key.value_type {
            ValueType::Boolean if key.default == Some("true") => "false",
            ValueType::Boolean => "true",
            ValueType::Int | ValueType::Short | ValueType::Long => "1048577",
            _ => continue,
        };
        let value = if key.value_type == ValueType::Short { "7" } else { value };
        fixed.set(key.name, value).unwrap();
        if BrokerSettings::new(&View::new(&image, &fixed, 1)) != plain {
            differing.insert(key.name);
        }
        fixed = before;
    }
    assert!(differing.len() >= 35, "{}: {differing:?}", differing.len());

    let plain = TopicSettings::new(&View::new(&image, &fixed, 1), "a");
    for key in topic::KEYS.iter().filter(acts) {
        let value = match key.value_type {
            ValueType::Boolean => "true",
            ValueType::String => "LogAppendTime",
            ValueType::Double => "0.25",
            ValueType::List => "compact",
            _ => "1048577",
        };
        of_topic(&mut live, vec![set(key.name, value)]).unwrap();
        let changed = TopicSettings::new(&View::new(live.controller.image(), &fixed, 1), "a");
        assert_ne!(changed, plain, "{}", key.name);
        of_topic(&mut live, vec![operation(key.name, Delete, None)]).unwrap();
    }
}

#[test]
fn the_nearest_layer_wins_and_all_are_shown() {
    let mut live = live_with_a();
    let mut fixed = StaticConfigs::default();
    fixed.set("log.retention.hours", "2").unwrap();
    let value = |live: &Live, broker_id| {
        let view = View::new(live.controller.image(), &fixed, broker_id);
        TopicSettings::new(&view, "a").retention_ms
    };
    assert_eq!(value(&live, 1), 7_200_000);
    of_broker(&mut live, "", set("log.retention.ms", "1000")).unwrap();
    assert_eq!(value(&live, 1), 1000);
    of_broker(&mut live, "1001", set("log.retention.ms", "2000")).unwrap();
    assert_eq!((value(&live, 1), value(&live, 1001)), (1000, 2000));
    of_topic(&mut live, vec![set("retention.ms", "-1")]).unwrap();
    assert_eq!((value(&live, 1), value(&live, 1001)), (-1, -1));

    let view = View::new(live.controller.image(), &fixed, 1001);
    let described = view.describe_topic("a");
    let retention = find(&described, "retention.ms");
    assert_eq!((retention.value.as_deref(), retention.source), (Some("-1"), Source::DynamicTopic));
    let shown: Vec<(&str, &str, i8)> = retention
        .synonyms
        .iter()
        .map(|one| (&*one.name, one.value.as_deref().unwrap(), one.source.as_i8()))
        .collect();
    let expected = [
        ("retention.ms", "-1", 1),
        ("log.retention.ms", "2000", 2),
        ("log.retention.ms", "1000", 3),
        ("log.retention.hours", "2", 4),
        ("log.retention.hours", "168", 5),
    ];
    assert_eq!(shown, expected);

    let described = view.describe_broker();
    let retention = find(&described, "log.retention.ms");
    assert_eq!((retention.value.as_deref(), retention.source.as_i8()), (Some("2000"), 2));
    let hours = find(&described, "log.retention.hours");
    assert_eq!((hours.value.as_deref(), hours.source.as_i8()), (Some("2"), 4));
    assert!(hours.read_only && !retention.read_only);
    assert_eq!(described.len(), broker::keys().count());
    let all = view.describe_all_brokers();
    assert_eq!(all.len(), 1);
    assert_eq!((&*all[0].name, all[0].source.as_i8()), ("log.retention.ms", 3));
}

#[test]
fn negative_hours_are_no_bound_and_large_ones_do_not_overflow() {
    for (hours, ms) in [("-1", -1), ("2147483647", 7_730_941_129_200_000)] {
        let mut fixed = StaticConfigs::default();
        fixed.set("log.retention.hours", hours).unwrap();
        let image = Image::default();
        let view = View::new(&image, &fixed, 1);
        assert_eq!(TopicSettings::new(&view, "a").retention_ms, ms);
    }
}

#[test]
fn secrets_are_not_shown() {
    let mut fixed = StaticConfigs::default();
    // TLS cannot be kept, so neither can its secrets.
    let refused = fixed.set("ssl.key.password", "hunter2").unwrap_err();
    assert!(refused.message.contains("[hidden]") && !refused.message.contains("hunter2"));
    let image = Image::default();
    let described = View::new(&image, &fixed, 1).describe_broker();
    let secret = find(&described, "ssl.key.password");
    assert!(secret.sensitive);
    assert_eq!((secret.value.as_deref(), secret.source.as_i8()), (None, 5));
}

#[test]
fn unknown_names_come_with_a_remedy() {
    let remedy = |name: &str| topic::check("a", name, "1").unwrap_err().message;
    for (name, near) in [
        ("retention.mss", "retention.ms"),
        ("Retention_Ms", "retention.ms"),
        ("log.retention.ms", "retention.ms"),
        ("max.mesage.bytes", "max.message.bytes"),
        ("min.isync.replica", "min.insync.replicas"),
    ] {
        let message = remedy(name);
        assert!(message.contains(&format!("did you mean {near:?}?")), "{message}");
    }
    assert!(remedy("zzzzzzzzzz").contains("DescribeConfigs"));
    assert!(remedy(&"x".repeat(30_000)).len() < 1_000);
    let message = broker::check("retention.ms", "1").unwrap_err().message;
    assert!(message.contains("log.retention.ms"), "{message}");
}

#[test]
fn values_that_would_be_a_lie_are_refused_and_the_default_is_not() {
    for (name, value) in [("remote.storage.enable", "true"), ("remote.log.copy.disable", "true")] {
        let error = topic::check("a", name, value).unwrap_err();
        assert_eq!(error.kind, InvalidConfig);
        assert!(error.message.contains(name) && error.message.contains("leave it at"), "{error}");
    }
    for (name, value) in [
        ("cleanup.policy", "delete"),
        ("cleanup.policy", "compact"),
        ("cleanup.policy", "compact,delete"),
        ("remote.storage.enable", "FALSE"),
        ("compression.type", "producer"),
        ("compression.type", "zstd"),
    ] {
        assert!(topic::check("a", name, value).is_ok(), "{name}={value}");
    }
    let mut live = live_with_a();
    let (kind, _) = of_broker(&mut live, "", set("compression.type", "gz")).unwrap_err();
    assert_eq!(kind, InvalidRequest);
    live.create_one(configured("__consumer_offsets", &[("cleanup.policy", "compact")]))
        .outcome
        .unwrap();
    let fixed = StaticConfigs::default();
    let view = View::new(live.controller.image(), &fixed, 1);
    let settings = TopicSettings::new(&view, "__consumer_offsets");
    assert!(settings.cleanup_compact && !settings.cleanup_delete);
}

#[test]
fn the_codec_of_a_topic_comes_with_its_level() {
    let mut live = live_with_a();
    let packing = |live: &Live| {
        let fixed = StaticConfigs::default();
        let settings = TopicSettings::new(&View::new(live.controller.image(), &fixed, 1), "a");
        settings.packing.map(|packing| (packing.codec.name(), packing.level))
    };
    assert_eq!(packing(&live), None);
    for (name, value, wanted) in [
        ("compression.gzip.level", "7", None),
        ("compression.type", "gzip", Some(("gzip", 7))),
        ("compression.type", "zstd", Some(("zstd", 3))),
        ("compression.zstd.level", "-131072", Some(("zstd", -131_072))),
        ("compression.type", "lz4", Some(("lz4", 9))),
        ("compression.lz4.level", "17", Some(("lz4", 17))),
        ("compression.type", "snappy", Some(("snappy", 0))),
        ("compression.type", "uncompressed", Some(("none", 0))),
        ("compression.type", "producer", None),
    ] {
        of_topic(&mut live, vec![set(name, value)]).unwrap();
        assert_eq!(packing(&live), wanted, "{name}={value}");
    }
    // The broker's word counts where the topic says nothing.
    let delete = operation("compression.type", Delete, None);
    of_topic(&mut live, vec![delete]).unwrap();
    of_broker(&mut live, "", set("compression.type", "gzip")).unwrap();
    assert_eq!(packing(&live), Some(("gzip", 7)));
    for (name, value) in [
        ("compression.gzip.level", "0"),
        ("compression.gzip.level", "10"),
        ("compression.lz4.level", "0"),
        ("compression.lz4.level", "18"),
        ("compression.zstd.level", "23"),
        ("compression.zstd.level", "-131073"),
        ("compression.type", "none"),
    ] {
        let error = of_topic(&mut live, vec![set(name, value)]).unwrap_err();
        assert_eq!(error.0, InvalidConfig, "{name}={value}");
    }
}

#[test]
fn updates_while_running_follow_the_table() {
    let mode = |name: &str| broker::key(name).unwrap().update;
    assert_eq!(mode("num.partitions"), Update::ReadOnly);
    assert_eq!(mode("listeners"), Update::PerBroker);
    assert_eq!(mode("ssl.keystore.location"), Update::PerBroker);
    assert_eq!(mode("max.connections"), Update::ClusterWide);
    assert_eq!(mode("log.segment.bytes"), Update::ClusterWide);
}

proptest! {
    /// What a check lets through is a number in range; everything else is refused.
    #[test]
    fn numbers_are_checked(value in "[ ]?[-+]?[0-9a-f.]{0,21}[ ]?") {
        let parsed = value.trim().parse::<i64>();
        let kept = topic::check("a", "retention.ms", &value);
        prop_assert_eq!(kept.is_ok(), parsed.is_ok_and(|number| number >= -1));
        let kept = topic::check("a", "segment.bytes", &value);
        let parsed = value.trim().parse::<i32>();
        prop_assert_eq!(kept.is_ok(), parsed.is_ok_and(|number| number >= 1_048_576));
    }

    #[test]
    fn any_text_is_kept_or_refused(index in 0_usize..33, value in ".{0,40}") {
        let key = &topic::KEYS[index];
        if let Ok(kept) = check_value(key, &value, false) {
            // What is kept is kept as it is: checking it again changes nothing.
            prop_assert_eq!(check_value(key, &kept, false), Ok(kept));
        }
    }
}

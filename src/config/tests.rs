//! Layers, checks, and the example file.

use std::path::Path;

use cluster::configs::broker;

use super::keys::{self, KEYS, SETTINGS};
use super::serve::{ArenaChoice, LogFormat, ServeConfig};
use super::{Layer, Origin, file};
use crate::limits::ARENA_MIB_DEFAULT;
use crate::problem::Result;

const EXAMPLE: &str = include_str!("../../tidemill.example.toml");
const CORES: &[usize] = &[0, 1, 2, 3];

fn layer(origin: &Origin, given: &[(&str, &str)]) -> Layer {
    let mut layer = Layer::default();
    for (name, value) in given {
        match keys::find(name) {
            Some(key) => layer.put(key, *value, origin.clone()).unwrap(),
            None => layer.put_setting(name, (*value).to_owned(), origin.clone()).unwrap(),
        }
    }
    layer
}

fn flags(given: &[(&str, &str)]) -> Layer {
    layer(&Origin::Flag("--flag".into()), given)
}

fn resolve(given: &[(&str, &str)]) -> Result<ServeConfig> {
    ServeConfig::resolve(&flags(given), CORES)
}

/// What is refused, and what the complaint says.
#[track_caller]
fn refused(given: &[(&str, &str)], says: &[&str]) {
    let shown = resolve(given).unwrap_err().to_string();
    for part in says {
        assert!(shown.contains(part), "{part:?} is not in: {shown}");
    }
}

#[test]
fn nothing_given_is_a_broker_on_all_cores_at_localhost() {
    let config = resolve(&[]).unwrap();
    assert_eq!(config.data_dir, Path::new("./tidemill-data"));
    assert_eq!(config.listener.listen.to_string(), "127.0.0.1:9092");
    assert_eq!(config.listener.advertise.to_string(), "127.0.0.1:9092");
    assert_eq!(config.cores, CORES);
    assert_eq!(config.node_id, 1);
    assert_eq!(config.control.unwrap().to_string(), "127.0.0.1:9644");
    assert_eq!((config.arena, config.arena_bytes), (ArenaChoice::Auto, None));
    assert_eq!((config.log_format, config.log_level.as_str()), (LogFormat::Human, "info"));
    assert!(config.settings.is_empty());
}

#[test]
fn flags_win_over_variables_which_win_over_the_file() {
    let in_file = layer(
        &Origin::File { path: "t.toml".into(), line: 1 },
        &[("node-id", "1"), ("data", "f"), ("arena", "none"), ("log.retention.ms", "1")],
    );
    let in_file = in_file.over(flags(&[("log.segment.bytes", "2000000"), ("broker.rack", "file")]));
    let variables = layer(
        &Origin::Variable("TIDEMILL_X".into()),
        &[("node-id", "2"), ("data", "v"), ("log.retention.ms", "2"), ("broker.rack", "v")],
    );
    let flags = flags(&[("node-id", "3"), ("log.retention.ms", "3")]);
    let config = ServeConfig::resolve(&flags.over(variables).over(in_file), CORES).unwrap();
    assert_eq!(config.node_id, 3);
    assert_eq!(config.data_dir, Path::new("v"));
    assert_eq!(config.arena, ArenaChoice::None);
    assert_eq!(config.settings["log.retention.ms"], "3");
    assert_eq!(config.settings["broker.rack"], "v");
    assert_eq!(config.settings["log.segment.bytes"], "2000000");
}

#[test]
fn a_flag_wins_over_the_setting_of_the_same_meaning_below_it() {
    let below = layer(&Origin::Variable("TIDEMILL_X".into()), &[("num.partitions", "2")]);
    let layer = flags(&[("num-partitions", "5")]).over(below);
    let config = ServeConfig::resolve(&layer, CORES).unwrap();
    assert_eq!(config.settings["num.partitions"], "5");
}

#[test]
fn addresses() {
    let config = resolve(&[
        ("listen", "0.0.0.0:19092"),
        ("advertise", "broker.example:29092"),
        ("control", "none"),
    ])
    .unwrap();
    assert_eq!(config.listener.listen.to_string(), "0.0.0.0:19092");
    assert_eq!(config.listener.advertise.to_string(), "broker.example:29092");
    assert_eq!(config.control, None);
    let v6 = resolve(&[("listen", "[::1]:29092")]).unwrap();
    assert_eq!(v6.listener.listen.to_string(), "[::1]:29092");
    assert_eq!(v6.listener.advertise.to_string(), "[::1]:29092");

    refused(&[("listen", "0.0.0.0:9092")], &["--flag: advertise", "add --advertise HOST:9092"]);
    refused(&[("listen", "[::]:9092")], &["add --advertise"]);
    refused(&[("listen", "127.0.0.1:0")], &["1 to 65535"]);
    refused(&[("listen", "127.0.0.1:65533")], &["4 shards need the ports", "up to 65532"]);
    refused(&[("advertise", "a:1,b:2")], &["--flag: advertise", "brackets"]);
    refused(&[("control", "127.0.0.1:9094")], &["ports 9092 to 9095", "beside them"]);
    refused(&[("control", "0.0.0.0:9092")], &["beside them"]);
    refused(&[("listen", "no-such-host.invalid:9092")], &["cannot be found", "IP address"]);
    assert!(resolve(&[("control", "127.0.0.1:9096")]).is_ok());
}

#[test]
fn cores() {
    assert_eq!(resolve(&[("cores", "3,0-1")]).unwrap().cores, [3, 0, 1]);
    refused(&[("cores", "0,7")], &["may not run on core 7", "choose from 0-3"]);
    refused(&[("cores", "0,0")], &["twice"]);
    refused(&[("cores", "")], &["not the number of a core", "such as 0,2-5"]);
}

#[test]
fn numbers_names_and_settings() {
    refused(&[("node-id", "1000")], &["--flag: node-id = \"1000\"", "from 0 to 999"]);
    refused(&[("node-id", "-1")], &["from 0 to 999"]);
    refused(&[("node-id", "one")], &["whole number"]);
    refused(&[("arena-mib", "1")], &["from 8 to 65536"]);
    refused(&[("log-format", "xml")], &["human or json"]);
    refused(&[("log-level", "storage=loud")], &["log-level"]);
    refused(&[("log-level", "")], &["empty"]);
    refused(&[("data", "")], &["no directory"]);
    refused(
        &[("num.partitions", "many")],
        &["--flag", "num.partitions", "Not a number of type INT"],
    );
    refused(
        &[("group.consumer.session.timeout.ms", "44999")],
        &[
            "group.consumer.session.timeout.ms = 44999 must be at least",
            "group.consumer.min.session.timeout.ms = 45000 (the default): raise",
        ],
    );
    let level = resolve(&[("log-level", "warn,storage=debug")]).unwrap().log_level;
    assert_eq!(level, "warn,storage=debug");
}

#[test]
fn values_out_of_range_and_security_that_cannot_be_kept_are_refused() {
    refused(&[("log.retention.ms", "-5")], &["--flag", "log.retention.ms", "-1 or from 1"]);
    refused(&[("log.cleaner.threads", "0")], &["log.cleaner.threads", "at least 1"]);
    for (name, value, remedy) in [
        ("sasl.enabled.mechanisms", "SCRAM-SHA-256", "firewall or a proxy"),
        ("sasl.jaas.config", "secret", "firewall or a proxy"),
        ("ssl.keystore.location", "/etc/broker.p12", "end TLS in a proxy"),
        ("ssl.keystore.password", "secret", "end TLS in a proxy"),
        ("ssl.client.auth", "required", "end TLS in a proxy"),
        ("security.inter.broker.protocol", "SASL_SSL", "end TLS in a proxy"),
        ("authorizer.class.name", "org.Authorizer", "firewall"),
        ("listener.security.protocol.map", "OUTSIDE:SASL_SSL", "NAME:PLAINTEXT"),
        ("create.topic.policy.class.name", "org.Policy", "Java"),
    ] {
        refused(&[(name, value)], &["--flag", name, remedy]);
        let shown = resolve(&[(name, value)]).unwrap_err().to_string();
        assert!(!shown.contains("secret"), "a password is not shown: {shown}");
    }
    for (name, value) in [
        ("ssl.client.auth", "none"),
        ("security.inter.broker.protocol", "PLAINTEXT"),
        ("listener.security.protocol.map", "OUTSIDE:PLAINTEXT,SSL:SSL"),
        ("authorizer.class.name", ""),
    ] {
        resolve(&[(name, value)]).unwrap();
    }
    let mut layer = Layer::default();
    for (name, value) in [
        ("listeners", "PLAINTEXT://:9092,SASL_SSL://:9093"),
        ("advertised.listeners", "ssl://broker:9093"),
    ] {
        let origin = Origin::Flag("--flag".into());
        let shown = layer.put_setting(name, value.to_owned(), origin).unwrap_err().to_string();
        assert!(shown.contains("keeps S") && shown.contains(name), "{shown}");
    }
}

/// The example with its settings no longer commented out. A commented line that sets something has
/// no space behind its #.
fn uncommented() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            format!("{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    EXAMPLE.lines().map(line).collect()
}

#[test]
fn the_example_sets_nothing_until_uncommented() {
    let layer = file::parse(EXAMPLE, Path::new("example")).unwrap();
    assert_eq!(layer, Layer::default());
}

#[test]
fn the_example_names_every_key_at_its_default() {
    let text = uncommented();
    let layer = file::parse(&text, Path::new("example")).unwrap();
    for key in KEYS {
        if key.name == keys::NUM_PARTITIONS {
            assert_eq!(Some(layer.settings()["num.partitions"].text.as_str()), key.default);
            continue;
        }
        let given = layer.get(key.name);
        let given = given.unwrap_or_else(|| panic!("{} is not in the example", key.name));
        if let Some(default) = key.default {
            assert_eq!(given.text, default, "{}", key.name);
        }
    }
    assert!(text.contains(&format!("[{SETTINGS}]")));
    // On a machine of one core, with room for its arena, the example is what a start without
    // arguments is.
    let from_example = ServeConfig::resolve(&layer, &[0]).unwrap();
    let by_itself = ServeConfig::resolve(&Layer::default(), &[0]).unwrap();
    let settings = from_example.settings.clone();
    assert_eq!(from_example.arena_bytes, Some((ARENA_MIB_DEFAULT as usize) << 20));
    let (settings_by_itself, arena_bytes) = (by_itself.settings.clone(), by_itself.arena_bytes);
    let likened = ServeConfig { settings: settings_by_itself, arena_bytes, ..from_example };
    assert_eq!(likened, by_itself);
    for (name, value) in settings {
        let default = broker::key(&name).unwrap().default;
        // Kafka's log.retention.ms and log.flush.interval.ms stand in for keys with other units.
        if let Some(default) = default {
            assert_eq!(value, default, "{name}");
        }
    }
}

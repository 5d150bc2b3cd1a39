//! Every config of brokers and topics at its bounds, judged by stock Kafka's own validators and by
//! ours. What is judged otherwise on purpose is in [`EXCEPTIONS`].

use crate::support::command::run;
use crate::support::files::repository;
use crate::support::tools::java;
use cluster::configs::{Check, ConfigKey, Effect, ValueType, broker, check_together, topic};
use std::fmt::Write;
use std::time::Duration;

/// Values that are judged otherwise: the config, the values, and why.
type Exception = (&'static str, fn(&str) -> bool, &'static str);

const EXCEPTIONS: &[Exception] = &[
    ("log.retention.ms", below_minus_one, "Kafka takes any negative value for -1: a slip"),
    ("log.retention.minutes", below_minus_one, "as log.retention.ms"),
    ("log.retention.hours", below_minus_one, "as log.retention.ms"),
];

fn below_minus_one(value: &str) -> bool {
    value.trim().parse::<i64>().is_ok_and(|value| value < -1)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Broker,
    Topic,
}

struct Value {
    kind: Kind,
    key: &'static ConfigKey,
    text: String,
}

#[test]
fn values_are_taken_and_refused_as_by_stock_kafka() {
    let brokers = broker::keys().map(|key| (Kind::Broker, key));
    let topics = topic::KEYS.iter().map(|key| (Kind::Topic, key));
    // One that only tools of before Kafka 4 ask for; and what a broker is, which is told apart.
    let apart = ["inter.broker.protocol.version", "process.roles", "node.id", "broker.id"];
    let all = brokers.chain(topics).filter(|(_, key)| !apart.contains(&key.name));
    let values: Vec<Value> = all.flat_map(|(kind, key)| values_of(kind, key)).collect();
    let verdicts = ask_kafka(&values);
    let mut wrong = String::new();
    for (value, verdict) in values.iter().zip(&verdicts) {
        let (ours, stock) = (judge(value), verdict == "taken");
        if ours.is_ok() != stock && !is_excepted(value, stock) {
            let (name, text) = (value.key.name, &value.text);
            let ours = ours.err().unwrap_or_else(|| "taken".to_owned());
            writeln!(wrong, "{name}={text:?}\n    ours:  {ours}\n    stock: {verdict}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "judged otherwise than by stock Kafka:\n{wrong}");
}

/// What has no effect here may be refused although Kafka takes it; never the other way round.
fn is_excepted(value: &Value, stock_takes_it: bool) -> bool {
    let is_refused = matches!(value.key.effect, Effect::Refused(_)) && stock_takes_it;
    let mut exceptions = EXCEPTIONS.iter();
    is_refused || exceptions.any(|(name, of, _)| *name == value.key.name && of(&value.text))
}

fn judge(value: &Value) -> Result<(), String> {
    let (name, text) = (value.key.name, value.text.as_str());
    let judged = match value.kind {
        Kind::Broker => broker::check(name, text)
            .and_then(|kept| check_together(|asked| (asked == name).then_some(kept.as_str()))),
        Kind::Topic => topic::check("orders", name, text).and_then(|kept| {
            topic::check_together(&[(name.to_owned(), kept)].into_iter().collect())
        }),
    };
    judged.map_err(|error| error.to_string())
}

fn values_of(kind: Kind, key: &'static ConfigKey) -> Vec<Value> {
    let mut texts: Vec<String> = match key.value_type {
        ValueType::Boolean => ["true", "FALSE", "yes", "1"].map(str::to_owned).into(),
        ValueType::Short | ValueType::Int | ValueType::Long => numbers(key),
        ValueType::Double => {
            ["-0.1", "-0.0", "0", "0.5", "1", "1.0001", "1e3", "x"].map(str::to_owned).into()
        }
        _ => Vec::new(),
    };
    match key.check {
        Check::OneOf(allowed) | Check::OneOfAnyCase(allowed) | Check::ListOf(allowed) => {
            texts.extend(allowed.iter().map(|one| (*one).to_owned()));
            texts.extend(allowed.iter().map(|one| one.to_uppercase()));
            texts.extend([allowed.join(","), "nonsense".to_owned(), String::new()]);
            texts.push(format!("{0},{0}", allowed[0]));
        }
        Check::ThrottledReplicas => {
            let replicas = ["", "*", "0:1", "0:1,1:2", "0", "0:", "a:b", "*,0:1", "none"];
            texts.extend(replicas.map(str::to_owned));
        }
        _ => {}
    }
    texts.into_iter().map(|text| Value { kind, key, text }).collect()
}

/// The ends of the types, what lies about zero, and what lies about the bounds.
fn numbers(key: &ConfigKey) -> Vec<String> {
    let mut numbers: Vec<i128> = vec![-5, -2, -1, 0, 1, 2];
    let ends = [i64::from(i16::MAX), i64::from(i32::MAX), i64::MAX];
    for end in ends.map(i128::from) {
        numbers.extend([end, end + 1, -end - 1, -end - 2]);
    }
    let (least, most) = match key.check {
        Check::AtLeast(least) => (Some(least), None),
        Check::Between(least, most) | Check::MinusOneOrBetween(least, most) => {
            (Some(least), Some(most))
        }
        _ => (None, None),
    };
    for bound in least.into_iter().chain(most).map(i128::from) {
        numbers.extend([bound - 1, bound, bound + 1]);
    }
    let mut texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    texts.extend(["", "x", "1.5", " 7000000 "].map(str::to_owned));
    texts
}

/// A line for each value: "taken", or why not.
fn ask_kafka(values: &[Value]) -> Vec<String> {
    let mut asked = String::new();
    for Value { kind, key, text } in values {
        let kind = if *kind == Kind::Broker { "broker" } else { "topic" };
        writeln!(asked, "{kind}\t{}\t{text}", key.name).expect("a text takes more");
    }
    let program = repository().join("tests/kafka/ConfigBounds.java");
    let command = java("-Xmx256M", program.to_str().expect("a UTF-8 path"));
    let output = run(command, asked.as_bytes(), Duration::from_secs(60)).ok();
    let verdicts: Vec<String> = output.out.lines().map(str::to_owned).collect();
    assert_eq!(verdicts.len(), values.len(), "an answer for each value: {output}");
    verdicts
}

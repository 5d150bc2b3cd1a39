//! `tidemill topic`.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;
use wire::ErrorCode;

use super::table::{Align, Table};
use crate::args::{
    TopicCommand, TopicCreateArgs, TopicDeleteArgs, TopicDescribeArgs, TopicListArgs,
};
use crate::client::configs::{self, Config, Entity};
use crate::client::topics::{self, NewTopic, Outcome};
use crate::client::{Cluster, Topic, offsets};
use crate::problem::{Problem, Result};

pub fn run(command: &TopicCommand, out: &mut impl Write) -> Result<()> {
    match command {
        TopicCommand::Create(args) => create(args, out),
        TopicCommand::List(args) => list(args, out),
        TopicCommand::Describe(args) => describe(args, out),
        TopicCommand::Delete(args) => delete(args, out),
    }
}

/// Reads `KEY=VALUE`.
pub(super) fn key_value(text: &str, flag: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Problem::usage(format!("{flag} {text}: write {flag} KEY=VALUE"))),
    }
}

fn create(args: &TopicCreateArgs, out: &mut impl Write) -> Result<()> {
    let configs: Result<Vec<(String, String)>> =
        args.configs.iter().map(|text| key_value(text, "--config")).collect();
    let configs = configs?;
    let topic = |name: &String| NewTopic {
        name: name.clone(),
        partitions: args.partitions.unwrap_or(-1),
        replication_factor: args.replication_factor.unwrap_or(-1),
        configs: configs.clone(),
    };
    let new: Vec<NewTopic> = args.topics.iter().map(topic).collect();
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let outcomes = topics::create(&mut cluster, &new)?;
    let pardoned = args.if_not_exists.then_some(ErrorCode::TopicAlreadyExists);
    report(out, &args.topics, &outcomes, ["created", "exists"], pardoned, args.json)
}

fn delete(args: &TopicDeleteArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let outcomes = topics::delete(&mut cluster, &args.topics)?;
    let pardoned = args.if_exists.then_some(ErrorCode::UnknownTopicOrPartition);
    report(out, &args.topics, &outcomes, ["deleted", "absent"], pardoned, args.json)
}

/// Tells each topic's outcome; fails if one failed that is not pardoned.
fn report(
    out: &mut impl Write,
    names: &[String],
    outcomes: &[Outcome],
    [done, pardon]: [&str; 2],
    pardoned: Option<ErrorCode>,
    as_json: bool,
) -> Result<()> {
    let mut failures = Vec::new();
    let mut told = Vec::new();
    for (name, outcome) in names.iter().zip(outcomes) {
        let word = match outcome {
            Ok(()) => done,
            Err(refusal) if pardoned.is_some_and(|code| refusal.is(code)) => pardon,
            Err(refusal) => {
                failures.push(refusal.to_string());
                told.push(json!({ "topic": name, "status": "failed",
                    "error": refusal.to_string() }));
                continue;
            }
        };
        told.push(json!({ "topic": name, "status": word }));
        if !as_json {
            writeln!(out, "{word} {name}")?;
        }
    }
    if as_json {
        writeln!(out, "{}", json!(told))?;
    }
    if failures.is_empty() { Ok(()) } else { Err(Problem::failed(failures.join("\n  "))) }
}

fn list(args: &TopicListArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let mut found = cluster.all_topics()?;
    found.retain(|topic| args.internal || !topic.is_internal);
    found.sort_by(|left, right| left.name.cmp(&right.name));
    let replicas = |topic: &Topic| topic.partitions.first().map_or(0, |one| one.replicas.len());
    if args.json {
        let topics = found.iter().map(|topic| {
            json!({
                "topic": topic.name,
                "id": topic.id.to_string(),
                "internal": topic.is_internal,
                "partitions": topic.partitions.len(),
                "replicas": replicas(topic),
            })
        });
        writeln!(out, "{}", json!(topics.collect::<Vec<_>>()))?;
        return Ok(());
    }
    let mut table = Table::new(&[
        ("TOPIC", Align::Left),
        ("PARTITIONS", Align::Right),
        ("REPLICAS", Align::Right),
    ]);
    for topic in &found {
        table.row(vec![
            topic.name.clone(),
            topic.partitions.len().to_string(),
            replicas(topic).to_string(),
        ]);
    }
    table.write(out)?;
    Ok(())
}

/// All that is shown of one topic.
struct Description {
    topic: Topic,
    starts: BTreeMap<i32, i64>,
    ends: BTreeMap<i32, i64>,
    configs: Vec<Config>,
}

fn describe(args: &TopicDescribeArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let mut described = Vec::new();
    for name in &args.topics {
        let topic = cluster.topic(name, false)?;
        let numbers: Vec<i32> = topic.partitions.iter().map(|one| one.number).collect();
        let mut configs = configs::describe(&mut cluster, &Entity::Topic(name.clone()))?;
        configs.retain(|config| args.all_configs || !config.is_default());
        let mut at = |end| offsets::list(&mut cluster, &topic, &numbers, end, false);
        let (starts, ends) = (at(offsets::EARLIEST)?, at(offsets::LATEST)?);
        described.push(Description { topic, starts, ends, configs });
    }
    if args.json {
        let all: Vec<serde_json::Value> = described.iter().map(as_json).collect();
        writeln!(out, "{}", json!(all))?;
        return Ok(());
    }
    for (index, description) in described.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_description(out, description)?;
    }
    Ok(())
}

fn as_json(description: &Description) -> serde_json::Value {
    let topic = &description.topic;
    let partitions = topic.partitions.iter().map(|partition| {
        json!({
            "partition": partition.number,
            "leader": partition.leader,
            "leader_epoch": partition.leader_epoch,
            "replicas": partition.replicas,
            "isr": partition.isr,
            "start_offset": description.starts.get(&partition.number),
            "end_offset": description.ends.get(&partition.number),
        })
    });
    let configs = description.configs.iter().map(|config| {
        let source = config.source_name();
        json!({ "name": config.name, "value": config.value, "source": source })
    });
    json!({
        "topic": topic.name,
        "id": topic.id.to_string(),
        "internal": topic.is_internal,
        "partitions": partitions.collect::<Vec<_>>(),
        "configs": configs.collect::<Vec<_>>(),
    })
}

fn write_description(out: &mut impl Write, description: &Description) -> Result<()> {
    let topic = &description.topic;
    let id = if topic.id.is_zero() { String::new() } else { format!(", id {}", topic.id) };
    let count = topic.partitions.len();
    let noun = if count == 1 { "partition" } else { "partitions" };
    writeln!(out, "topic {}{id}, {count} {noun}", topic.name)?;
    let right = |title| (title, Align::Right);
    let mut table = Table::new(&[
        right("PARTITION"),
        right("LEADER"),
        right("EPOCH"),
        ("REPLICAS", Align::Left),
        ("ISR", Align::Left),
        right("START"),
        right("END"),
        right("RECORDS"),
    ]);
    let ids = |ids: &[i32]| ids.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    for partition in &topic.partitions {
        let start = description.starts.get(&partition.number).copied().unwrap_or(-1);
        let end = description.ends.get(&partition.number).copied().unwrap_or(-1);
        table.row(vec![
            partition.number.to_string(),
            partition.leader.to_string(),
            partition.leader_epoch.to_string(),
            ids(&partition.replicas),
            ids(&partition.isr),
            start.to_string(),
            end.to_string(),
            (end - start).to_string(),
        ]);
    }
    table.write(out)?;
    if !description.configs.is_empty() {
        writeln!(out)?;
        let mut table =
            Table::new(&[("CONFIG", Align::Left), ("VALUE", Align::Left), ("SET BY", Align::Left)]);
        for config in &description.configs {
            table.row(vec![config.name.clone(), config.shown(), config.source_name().to_owned()]);
        }
        table.write(out)?;
    }
    Ok(())
}

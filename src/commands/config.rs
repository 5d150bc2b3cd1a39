//! `tidemill config`.

use std::io::Write;

use clap::{Args, Subcommand};
use cluster::command::{ConfigOp, Operation};
use serde_json::json;
use wire::ErrorCode;

use super::table::{Align, Table};
use super::topic::key_value;
use crate::args::Bootstrap;
use crate::client::configs::{self, Config, Entity};
use crate::client::{ClientError, Cluster};
use crate::problem::{Problem, Result};

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show configs, and who has set them: those that are set, or the ones named.
    Get(ConfigGetArgs),
    /// Set configs, or take them back; either all changes are made or none.
    Set(ConfigSetArgs),
}

/// Whose configs.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct EntityArgs {
    /// Of a topic.
    #[arg(short, long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Of one broker, by its id.
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i32).range(0..))]
    pub broker: Option<i32>,
    /// What is set for all brokers.
    #[arg(long)]
    pub all_brokers: bool,
    /// Of a consumer group.
    #[arg(short, long, value_name = "GROUP")]
    pub group: Option<String>,
}

impl EntityArgs {
    fn entity(&self) -> Entity {
        match self {
            EntityArgs { topic: Some(name), .. } => Entity::Topic(name.clone()),
            EntityArgs { group: Some(name), .. } => Entity::Group(name.clone()),
            EntityArgs { broker: Some(id), .. } => Entity::Broker(*id),
            EntityArgs { .. } => Entity::AllBrokers,
        }
    }
}

#[derive(Debug, Args)]
pub struct ConfigGetArgs {
    /// Names of configs, such as retention.ms; without one, all that are set.
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    #[command(flatten)]
    pub entity: EntityArgs,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Show configs at their default too.
    #[arg(short, long, conflicts_with = "keys")]
    pub all: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ConfigSetArgs {
    /// Configs and their new values, such as retention.ms=86400000.
    #[arg(value_name = "KEY=VALUE")]
    #[arg(required_unless_present_any = ["delete", "append", "subtract"])]
    pub set: Vec<String>,
    #[command(flatten)]
    pub entity: EntityArgs,
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Take a config back: what holds without it holds again. May be given several times.
    #[arg(short, long, value_name = "KEY")]
    pub delete: Vec<String>,
    /// Add to a config that is a list. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub append: Vec<String>,
    /// Take out of a config that is a list. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    pub subtract: Vec<String>,
    /// Let the broker check the changes, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub fn run(command: &ConfigCommand, out: &mut impl Write) -> Result<()> {
    match command {
        ConfigCommand::Get(args) => get(args, out),
        ConfigCommand::Set(args) => set(args, out),
    }
}

fn get(args: &ConfigGetArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let entity = args.entity.entity();
    let found = configs::describe(&mut cluster, &entity)?;
    let shown = if args.keys.is_empty() {
        found.into_iter().filter(|config| args.all || !config.is_default()).collect()
    } else {
        named(&entity, &found, &args.keys)?
    };
    if args.json {
        writeln!(out, "{}", as_json(&entity, &shown))?;
        return Ok(());
    }
    let left = |title| (title, Align::Left);
    let mut table = Table::new(&[left("CONFIG"), left("VALUE"), left("SET BY")]);
    for config in &shown {
        table.row(vec![config.name.clone(), config.shown(), config.source_name().to_owned()]);
    }
    table.write(out)?;
    Ok(())
}

/// The configs of these names, in their order.
fn named(entity: &Entity, found: &[Config], keys: &[String]) -> Result<Vec<Config>> {
    let one = |key: &String| {
        let config = found.iter().find(|config| config.name == *key);
        config.cloned().ok_or_else(|| match entity {
            // Only what is set is told of all brokers.
            Entity::AllBrokers => Problem::failed(format!("{key} is not set for all brokers"))
                .remedy(format!("`tidemill config get --broker ID {key}` shows what holds")),
            _ => Problem::failed(format!("{entity} has no config {key:?}"))
                .remedy(unknown_remedy(found, key)),
        })
    };
    keys.iter().map(one).collect()
}

fn unknown_remedy(known: &[Config], key: &str) -> String {
    match cluster::configs::nearest(key, known.iter().map(|config| config.name.as_str())) {
        Some(near) => format!("did you mean {near}?"),
        None => "`tidemill config get --all` shows the configs there are".to_owned(),
    }
}

fn as_json(entity: &Entity, configs: &[Config]) -> serde_json::Value {
    let configs = configs.iter().map(|config| {
        json!({
            "name": config.name,
            "value": config.value,
            "source": config.source_name(),
            "sensitive": config.is_sensitive,
            "read_only": config.is_read_only,
        })
    });
    json!({
        "type": entity.kind(),
        "name": entity.name(),
        "configs": configs.collect::<Vec<_>>(),
    })
}

fn set(args: &ConfigSetArgs, out: &mut impl Write) -> Result<()> {
    let changes = changes(args)?;
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let entity = args.entity.entity();
    if let Err(error) = configs::alter(&mut cluster, &entity, &changes, args.dry_run) {
        return Err(explained(error, &mut cluster, &entity, &changes));
    }
    if args.json {
        // Values are not repeated: one may be a password.
        let told = changes.iter().map(
            |change| json!({ "name": change.name, "operation": word(change.operation, false) }),
        );
        let told = json!({
            "type": entity.kind(),
            "name": entity.name(),
            "dry_run": args.dry_run,
            "changes": told.collect::<Vec<_>>(),
        });
        writeln!(out, "{told}")?;
        return Ok(());
    }
    for change in &changes {
        let done = word(change.operation, true);
        let would = if args.dry_run { "would have " } else { "" };
        writeln!(out, "{would}{done} {} of {entity}", change.name)?;
    }
    Ok(())
}

fn changes(args: &ConfigSetArgs) -> Result<Vec<ConfigOp>> {
    let mut changes = Vec::new();
    let valued = [
        (&args.set, Operation::Set, "config set"),
        (&args.append, Operation::Append, "--append"),
        (&args.subtract, Operation::Subtract, "--subtract"),
    ];
    for (texts, operation, flag) in valued {
        for text in texts {
            let (name, value) = key_value(text, flag)?;
            changes.push(ConfigOp { name, operation, value: Some(value) });
        }
    }
    let delete =
        |name: &String| ConfigOp { name: name.clone(), operation: Operation::Delete, value: None };
    changes.extend(args.delete.iter().map(delete));
    Ok(changes)
}

fn word(operation: Operation, done: bool) -> &'static str {
    match operation {
        Operation::Set => "set",
        Operation::Delete if done => "deleted",
        Operation::Delete => "delete",
        Operation::Append if done => "appended to",
        Operation::Append => "append",
        Operation::Subtract if done => "subtracted from",
        Operation::Subtract => "subtract",
    }
}

/// Kafka refuses a name that nobody knows without saying which one is near.
fn explained(
    error: ClientError,
    cluster: &mut Cluster,
    entity: &Entity,
    changes: &[ConfigOp],
) -> Problem {
    let refused = matches!(&error, ClientError::Refused(refusal)
        if refusal.is(ErrorCode::InvalidConfig));
    let problem = Problem::from(error);
    if !refused || *entity == Entity::AllBrokers {
        return problem;
    }
    let Ok(known) = configs::describe(cluster, entity) else { return problem };
    let is_known = |change: &&ConfigOp| known.iter().any(|config| config.name == change.name);
    match changes.iter().find(|change| !is_known(change)) {
        Some(unknown) => problem.remedy(unknown_remedy(&known, &unknown.name)),
        None => problem,
    }
}

//! The configs of brokers that Kafka users meet, with Kafka's types, defaults and update modes.
//!
//! The tables are by subject, one file each. Left out are names nobody finds in practice: rare
//! knobs of OAuth, tiered storage and Kafka's internals; they are refused as unknown.

mod cluster;
mod groups;
mod log;
mod network;
mod security;

use super::{ConfigKey, check_value, unknown_name};
use crate::error::{CommandError, ErrorKind};

const TABLES: [&[ConfigKey]; 5] =
    [cluster::KEYS, network::KEYS, log::KEYS, groups::KEYS, security::KEYS];

/// Rows of a table: `"name": Type = default, check, update, effect, [synonyms], "doc";`.
macro_rules! table {
    ($($name:literal: $type:ident = $default:tt, $check:expr, $update:expr, $effect:expr,
        [$($synonym:literal $(* $factor:expr)?),*], $doc:literal;)*) => {
        &[$($crate::configs::ConfigKey {
            name: $name,
            value_type: $type,
            default: $crate::configs::broker::or_null!($default),
            check: $check,
            effect: $effect,
            update: $update,
            synonyms: &[$($crate::configs::synonym!($synonym $(, $factor)?)),*],
            doc: $doc,
        }),*]
    };
}

macro_rules! or_null {
    (null) => {
        None
    };
    ($default:literal) => {
        Some($default)
    };
}

use {or_null, table};

/// All broker configs, by subject.
pub fn keys() -> impl Iterator<Item = &'static ConfigKey> + Clone {
    TABLES.into_iter().flatten()
}

#[must_use]
pub fn key(name: &str) -> Option<&'static ConfigKey> {
    keys().find(|key| key.name == name)
}

/// The value as it is kept, or why no broker can have it, now or at start.
pub fn check(name: &str, value: &str) -> Result<String, CommandError> {
    let key = key(name).ok_or_else(|| unknown_name("broker", name, keys()))?;
    check_value(key, value, false)
}

/// Numbers of threads, of which Kafka takes changes to the half and to the double at most.
const THREADS: [&str; 7] = [
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "remote.log.reader.threads",
];

/// Refuses a number of threads that is too far from the one in force.
///
/// # Errors
/// INVALID_REQUEST
pub fn check_threads(key: &ConfigKey, held: &str, wanted: &str) -> Result<(), CommandError> {
    let (Ok(held), Ok(wanted)) = (held.parse::<i64>(), wanted.parse::<i64>()) else {
        return Ok(());
    };
    if !THREADS.contains(&key.name) || (held / 2..=held * 2).contains(&wanted) {
        return Ok(());
    }
    let bound = match wanted < held {
        true => "be at least half the current value",
        false => "not be greater than double the current value",
    };
    let message = format!(
        "Dynamic thread count update validation failed for {}={wanted}, value should {bound} \
         {held}",
        key.name
    );
    Err(CommandError::new(ErrorKind::InvalidRequest, message))
}

/// Refuses a config that cannot be changed while the broker runs; `all` is for all brokers at once.
pub fn check_update(key: &ConfigKey, all: bool) -> Result<(), CommandError> {
    use super::Update::{ClusterWide, PerBroker, ReadOnly};
    let name = key.name;
    let message = match key.update {
        ReadOnly => format!("Cannot update these configs dynamically: [{name}]"),
        PerBroker if all => format!(
            "Cannot update these configs at default cluster level, broker id must be specified: \
             [{name}]"
        ),
        // Kafka could; here a node listens where it was told to at its start.
        PerBroker if name == "listeners" => {
            format!("Cannot update these configs dynamically: [{name}]; start the node with others")
        }
        PerBroker | ClusterWide => return Ok(()),
    };
    Err(CommandError::new(ErrorKind::InvalidRequest, message))
}

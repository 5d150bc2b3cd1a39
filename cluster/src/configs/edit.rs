//! What a resource's overrides become by a request: full replacement, or operation by operation.

use std::collections::BTreeSet;

use super::{ConfigKey, ValueType, parse_list};
use crate::error::{CommandError, ErrorKind};
use crate::image::Overrides;
use crate::limits::{
    CONFIG_CHANGES_PER_REQUEST_MAX, CONFIG_NAME_LEN_MAX, CONFIG_VALUE_LEN_MAX,
    CONFIGS_PER_RESOURCE_MAX,
};

/// One change of one config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigOp {
    pub name: String,
    pub operation: Operation,
    pub value: Option<String>,
}

/// What a change does with a config (KIP-339), with Kafka's numbers; the last two on lists only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Set = 0,
    /// Back to what holds without it.
    Delete = 1,
    /// Adds to a list what it lacks.
    Append = 2,
    /// Takes out of a list.
    Subtract = 3,
}

impl Operation {
    /// `None` for a number Kafka does not know.
    #[must_use]
    pub const fn from_i8(number: i8) -> Option<Self> {
        match number {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }
}

/// What a kind of resource allows: which names there are, and which values they take.
pub trait Rules {
    /// The config of that name, or the refusal that names a remedy. `None` for a name that nobody
    /// here knows and that is kept all the same, with any value.
    fn key(&self, name: &str) -> Result<Option<&'static ConfigKey>, CommandError>;
    /// The value as it is kept.
    fn check(&self, key: &'static ConfigKey, value: &str) -> Result<String, CommandError>;
    /// What a list holds where it is not overridden: APPEND and SUBTRACT start from it.
    fn in_force(&self, key: &'static ConfigKey) -> String;
}

/// AlterConfigs: the overrides afterwards are exactly `configs`.
pub fn edit_replace(
    configs: &[(String, Option<String>)],
    rules: &impl Rules,
) -> Result<Overrides, CommandError> {
    check_names(configs.iter().map(|(name, _)| name))?;
    let mut overrides = Overrides::new();
    for (name, value) in configs {
        let value = value.as_deref().ok_or_else(|| no_value(name))?;
        let value = match rules.key(name)? {
            Some(key) => rules.check(key, value)?,
            None => check_unknown(name, value)?,
        };
        overrides.insert(name.clone(), value);
    }
    check_count(&overrides)?;
    Ok(overrides)
}

/// IncrementalAlterConfigs: `held` with the operations applied.
pub fn edit_incremental(
    held: &Overrides,
    operations: &[ConfigOp],
    rules: &impl Rules,
) -> Result<Overrides, CommandError> {
    check_names(operations.iter().map(|operation| &operation.name))?;
    let mut overrides = held.clone();
    for operation in operations {
        apply(&mut overrides, operation, rules)?;
    }
    check_count(&overrides)?;
    Ok(overrides)
}

fn apply(
    overrides: &mut Overrides,
    operation: &ConfigOp,
    rules: &impl Rules,
) -> Result<(), CommandError> {
    let name = &operation.name;
    if operation.operation == Operation::Delete {
        // As in Kafka, taking away what is not there is no error, whatever its name.
        overrides.remove(name);
        return Ok(());
    }
    let value = operation.value.as_deref().ok_or_else(|| no_value(name))?;
    let is_list_change = matches!(operation.operation, Operation::Append | Operation::Subtract);
    let value = match rules.key(name)? {
        None if is_list_change => return Err(no_list(name, operation.operation)),
        None => check_unknown(name, value)?,
        Some(key) if is_list_change => {
            let held = overrides.get(name).cloned().unwrap_or_else(|| rules.in_force(key));
            rules.check(key, &edit_list(key, &held, operation.operation, value)?)?
        }
        Some(key) => rules.check(key, value)?,
    };
    overrides.insert(name.clone(), value);
    Ok(())
}

fn check_unknown(name: &str, value: &str) -> Result<String, CommandError> {
    let bounds = [("name", name, CONFIG_NAME_LEN_MAX), ("value", value, CONFIG_VALUE_LEN_MAX)];
    for (what, text, max) in bounds {
        if text.len() > max {
            let message = format!("the {what} of a config is longer than {max} bytes");
            return Err(CommandError::new(ErrorKind::InvalidRequest, message));
        }
    }
    Ok(value.to_owned())
}

fn no_list(name: &str, operation: Operation) -> CommandError {
    let verb = format!("{operation:?}").to_uppercase();
    let message = format!("Can't {verb} to key {name} because its type is not LIST.");
    CommandError::new(ErrorKind::InvalidConfig, message)
}

/// Appends items that are not there yet, or takes away those that are.
fn edit_list(
    key: &ConfigKey,
    held: &str,
    operation: Operation,
    value: &str,
) -> Result<String, CommandError> {
    if key.value_type != ValueType::List {
        return Err(no_list(key.name, operation));
    }
    let mut items = parse_list(held);
    let edited = parse_list(value);
    if operation == Operation::Append {
        for item in edited {
            if !items.contains(&item) {
                items.push(item);
            }
        }
    } else {
        items.retain(|item| !edited.contains(item));
    }
    Ok(items.join(","))
}

fn check_names<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), CommandError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            let message = "Error due to duplicate config keys";
            return Err(CommandError::new(ErrorKind::InvalidRequest, message));
        }
        if seen.len() > CONFIG_CHANGES_PER_REQUEST_MAX {
            let message = format!(
                "a request may change {CONFIG_CHANGES_PER_REQUEST_MAX} configs at most: split it"
            );
            return Err(CommandError::new(ErrorKind::PolicyViolation, message));
        }
    }
    Ok(())
}

fn check_count(overrides: &Overrides) -> Result<(), CommandError> {
    if overrides.len() <= CONFIGS_PER_RESOURCE_MAX {
        return Ok(());
    }
    let message = format!("a resource holds {CONFIGS_PER_RESOURCE_MAX} configs at most");
    Err(CommandError::new(ErrorKind::PolicyViolation, message))
}

fn no_value(name: &str) -> CommandError {
    let message = format!("Null value not supported for : {name}");
    CommandError::new(ErrorKind::InvalidRequest, message)
}

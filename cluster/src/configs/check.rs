//! Whether a text is a value of a config.

use super::duration::is_duration;
use super::{ConfigKey, Effect, ValueType};
use crate::error::{CommandError, ErrorKind};
use crate::limits::CONFIG_VALUE_LEN_MAX;

/// What a value must be, beyond its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Check {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    /// gzip's -1 beside 1 to 9.
    MinusOneOrBetween(i64, i64),
    /// A share of one.
    Ratio,
    OneOf(&'static [&'static str]),
    OneOfAnyCase(&'static [&'static str]),
    ListOf(&'static [&'static str]),
    /// `partition:broker,…` or `*`, as the throttles of replication take it.
    ThrottledReplicas,
    /// `earliest`, `latest`, or `by_duration:` and a duration as Java reads it.
    OffsetReset,
}

/// What [`Check::OffsetReset`] takes, in Kafka's words.
pub(super) const OFFSET_RESETS: &str =
    "either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'";

/// The value as it is kept (spaces around it off), or why it cannot be `key`'s.
///
/// `internal` lifts what is refused to topics of users and what the broker's own topics need.
pub fn check_value(key: &ConfigKey, value: &str, internal: bool) -> Result<String, CommandError> {
    let value = value.trim();
    let refuse = |why: String| {
        let shown = if key.is_sensitive() { "[hidden]" } else { shorten(value) };
        let message = format!("{shown:?} cannot be the value of {}: {why}", key.name);
        CommandError::new(ErrorKind::InvalidConfig, message)
    };
    if value.len() > CONFIG_VALUE_LEN_MAX {
        return Err(refuse(format!("it is longer than {CONFIG_VALUE_LEN_MAX} bytes")));
    }
    check_type(key.value_type, value).map_err(refuse)?;
    check_rule(key.check, value).map_err(refuse)?;
    match key.effect {
        Effect::Refused(why) if !internal && !is_default(key, value) => {
            let default = key.default.unwrap_or("not set");
            Err(refuse(format!("{why}; leave it at {default:?}")))
        }
        _ => Ok(value.to_owned()),
    }
}

fn is_default(key: &ConfigKey, value: &str) -> bool {
    match (key.value_type, key.default) {
        (ValueType::Boolean, Some(default)) => parse_bool(value) == parse_bool(default),
        (_, Some(default)) => value == default,
        (_, None) => value.is_empty(),
    }
}

fn check_type(value_type: ValueType, value: &str) -> Result<(), String> {
    let whole = |min: i64, max: i64| match value.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(()),
        _ => Err(format!("it must be a whole number from {min} to {max}")),
    };
    match value_type {
        ValueType::Boolean => match parse_bool(value) {
            Some(_) => Ok(()),
            None => Err("it must be true or false".into()),
        },
        ValueType::Short => whole(i64::from(i16::MIN), i64::from(i16::MAX)),
        ValueType::Int => whole(i64::from(i32::MIN), i64::from(i32::MAX)),
        ValueType::Long => whole(i64::MIN, i64::MAX),
        ValueType::Double => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => Err("it must be a number".into()),
        },
        ValueType::String | ValueType::List | ValueType::Class | ValueType::Password => Ok(()),
    }
}

fn check_rule(check: Check, value: &str) -> Result<(), String> {
    let number = value.parse::<i64>().unwrap_or(0);
    let (fits, rule) = match check {
        Check::Any => return Ok(()),
        Check::AtLeast(min) => (number >= min, format!("{min} is the least")),
        Check::Between(min, max) => {
            ((min..=max).contains(&number), format!("it must be from {min} to {max}"))
        }
        Check::MinusOneOrBetween(min, max) => (
            number == -1 || (min..=max).contains(&number),
            format!("it must be -1 or from {min} to {max}"),
        ),
        Check::Ratio => {
            let ratio = value.parse::<f64>().unwrap_or(f64::NAN);
            ((0.0..=1.0).contains(&ratio), "it must be from 0 to 1".into())
        }
        Check::OneOf(allowed) => {
            (allowed.contains(&value), format!("it must be one of {}", allowed.join(", ")))
        }
        Check::OneOfAnyCase(allowed) => (
            allowed.iter().any(|one| one.eq_ignore_ascii_case(value)),
            format!("it must be one of {}", allowed.join(", ")),
        ),
        Check::ListOf(allowed) => (
            parse_list(value).iter().all(|item| allowed.contains(item)),
            format!("it must be a list of {}", allowed.join(", ")),
        ),
        Check::ThrottledReplicas => (
            throttled_replicas(value),
            "it must be * or a list of partition:broker, such as 0:1,1:2".into(),
        ),
        Check::OffsetReset => (offset_reset(value), format!("it must be {OFFSET_RESETS}")),
    };
    if fits { Ok(()) } else { Err(rule) }
}

fn throttled_replicas(value: &str) -> bool {
    let pair = |item: &&str| {
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        item.split_once(':').is_some_and(|(partition, broker)| number(partition) && number(broker))
    };
    value == "*" || parse_list(value).iter().all(pair)
}

fn offset_reset(value: &str) -> bool {
    let by_duration = || value.strip_prefix("by_duration:").is_some_and(is_duration);
    matches!(value, "earliest" | "latest") || by_duration()
}

/// Kafka takes any case.
#[must_use]
pub fn parse_bool(value: &str) -> Option<bool> {
    if value.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The items of a list: parted by commas, spaces off, none empty.
#[must_use]
pub fn parse_list(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// Messages go to clients; a value of 32 kB does not belong there whole.
fn shorten(value: &str) -> &str {
    let end = value.char_indices().nth(80).map_or(value.len(), |(index, _)| index);
    &value[..end]
}

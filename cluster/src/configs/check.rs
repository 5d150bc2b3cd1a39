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
    /// `NAME:PROTOCOL,…`, in which no listener is promised more than PLAINTEXT.
    ProtocolMap,
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
    // In Kafka's words, which tools and people look for.
    let refuse = |why: String| {
        let shown = if key.is_sensitive() { "[hidden]" } else { shorten(value) };
        let message = format!("Invalid value {shown} for configuration {}: {why}", key.name);
        CommandError::new(ErrorKind::InvalidConfig, message)
    };
    if value.len() > CONFIG_VALUE_LEN_MAX {
        return Err(refuse(format!("it is longer than {CONFIG_VALUE_LEN_MAX} bytes")));
    }
    check_type(key.value_type, value).map_err(refuse)?;
    check_rule(key, value).map_err(refuse)?;
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
    let whole =
        |min: i64, max: i64| value.parse::<i64>().is_ok_and(|number| (min..=max).contains(&number));
    let fits = match value_type {
        ValueType::Boolean if parse_bool(value).is_none() => {
            return Err("Expected value to be either true or false".into());
        }
        ValueType::Short => whole(i64::from(i16::MIN), i64::from(i16::MAX)),
        ValueType::Int => whole(i64::from(i32::MIN), i64::from(i32::MAX)),
        ValueType::Long => whole(i64::MIN, i64::MAX),
        ValueType::Double => value.parse::<f64>().is_ok_and(f64::is_finite),
        _ => true,
    };
    let name = format!("{value_type:?}").to_uppercase();
    if fits { Ok(()) } else { Err(format!("Not a number of type {name}")) }
}

fn check_rule(key: &ConfigKey, value: &str) -> Result<(), String> {
    let number = value.parse::<i64>().unwrap_or(0);
    let one_of = |allowed: &[&str]| format!("String must be one of: {}", allowed.join(", "));
    let (fits, rule) = match key.check {
        Check::Any => return Ok(()),
        Check::AtLeast(min) => (number >= min, format!("Value must be at least {min}")),
        Check::Between(min, _) if number < min => (false, format!("Value must be at least {min}")),
        Check::Between(_, max) => (number <= max, format!("Value must be no more than {max}")),
        Check::MinusOneOrBetween(min, max) => (
            number == -1 || (min..=max).contains(&number),
            format!("Value must be -1 or from {min} to {max}"),
        ),
        Check::Ratio => {
            let ratio = value.parse::<f64>().unwrap_or(f64::NAN);
            let bound = if ratio > 1.0 { "no more than 1" } else { "at least 0" };
            ((0.0..=1.0).contains(&ratio), format!("Value must be {bound}"))
        }
        Check::OneOf(allowed) => (allowed.contains(&value), one_of(allowed)),
        Check::OneOfAnyCase(allowed) => {
            (allowed.iter().any(|one| one.eq_ignore_ascii_case(value)), one_of(allowed))
        }
        Check::ListOf(allowed) => {
            (parse_list(value).iter().all(|item| allowed.contains(item)), one_of(allowed))
        }
        Check::ThrottledReplicas => (
            throttled_replicas(value),
            "it must be * or a list of partition:broker, such as 0:1,1:2".into(),
        ),
        Check::ProtocolMap => (
            protocol_map(value),
            "connections are neither encrypted nor authenticated yet: map names of listeners to \
             PLAINTEXT, as in NAME:PLAINTEXT"
                .into(),
        ),
        Check::OffsetReset => (
            offset_reset(value),
            // Kafka says it twice.
            format!(
                "Invalid value `{value}` for configuration {}. The value must be {OFFSET_RESETS}.",
                key.name
            ),
        ),
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

/// Kafka's default maps each protocol's name to itself, which promises nothing by itself.
fn protocol_map(value: &str) -> bool {
    let is_plain = |item: &&str| {
        let parts = item.split_once(':').map(|(name, protocol)| (name.trim(), protocol.trim()));
        parts.is_some_and(|(name, protocol)| protocol == "PLAINTEXT" || name == protocol)
    };
    parse_list(value).iter().all(is_plain)
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

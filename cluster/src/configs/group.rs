//! The configs of groups: all of Kafka 4.3's, in its order, refused in its words (KIP-848, KIP-932,
//! KIP-1071).
//!
//! Those of share and of streams groups are kept and checked; there are no such groups here.

use super::Check::{Any, AtLeast, OffsetReset, OneOf};
use super::Effect::{Accepted, Acts};
use super::ValueType::{Boolean, Int, String};
use super::{ConfigKey, View, check_value};
use crate::error::{CommandError, ErrorKind};
use crate::image::Overrides;

/// All group configs.
pub const KEYS: &[ConfigKey] = dynamic_table! {
    "consumer.session.timeout.ms": Int = "45000", AtLeast(1), Acts,
        ["group.consumer.session.timeout.ms"],
        "A member of a consumer group that is silent for this time is put out.";
    "consumer.heartbeat.interval.ms": Int = "5000", AtLeast(1), Acts,
        ["group.consumer.heartbeat.interval.ms"],
        "How often a consumer group's members are told to send heartbeats.";
    "consumer.assignment.interval.ms": Int = "1000", AtLeast(0), Acts,
        ["group.consumer.assignment.interval.ms"],
        "The least time between two assignments of a consumer group.";
    "share.session.timeout.ms": Int = "45000", AtLeast(1), Accepted,
        ["group.share.session.timeout.ms"],
        "A member of a share group that is silent for this time is put out.";
    "share.heartbeat.interval.ms": Int = "5000", AtLeast(1), Accepted,
        ["group.share.heartbeat.interval.ms"],
        "How often a share group's members are told to send heartbeats.";
    "share.record.lock.duration.ms": Int = "30000", AtLeast(1000), Accepted,
        ["group.share.record.lock.duration.ms"],
        "How long a record is locked for the member that got it.";
    "share.delivery.count.limit": Int = "5", AtLeast(2), Accepted,
        ["group.share.delivery.count.limit"],
        "How often a record is delivered before it is given up.";
    "share.partition.max.record.locks": Int = "2000", AtLeast(100), Accepted,
        ["group.share.partition.max.record.locks"],
        "Records of a partition that may be with members at one time.";
    "share.auto.offset.reset": String = "latest", OffsetReset, Accepted, [],
        "Where a share group starts in a partition: earliest, latest, or by_duration:PnDTnHnMn.nS.";
    "share.isolation.level": String = "read_uncommitted",
        OneOf(&["read_committed", "read_uncommitted"]), Accepted, [],
        "Whether a share group is given records of transactions that are not committed.";
    "share.renew.acknowledge.enable": Boolean = "true", Any, Accepted, [],
        "Whether members of a share group may renew the locks of records.";
    "share.assignment.interval.ms": Int = "1000", AtLeast(0), Accepted,
        ["group.share.assignment.interval.ms"],
        "The least time between two assignments of a share group.";
    "streams.session.timeout.ms": Int = "45000", AtLeast(1), Accepted,
        ["group.streams.session.timeout.ms"],
        "A member of a streams group that is silent for this time is put out.";
    "streams.heartbeat.interval.ms": Int = "5000", AtLeast(1), Accepted,
        ["group.streams.heartbeat.interval.ms"],
        "How often a streams group's members are told to send heartbeats.";
    "streams.num.standby.replicas": Int = "0", AtLeast(0), Accepted,
        ["group.streams.num.standby.replicas"],
        "Standby replicas of each task of a streams group.";
    "streams.initial.rebalance.delay.ms": Int = "3000", AtLeast(0), Accepted,
        ["group.streams.initial.rebalance.delay.ms"],
        "How long a new streams group waits for more members.";
    "streams.assignment.interval.ms": Int = "1000", AtLeast(0), Accepted,
        ["group.streams.assignment.interval.ms"],
        "The least time between two assignments of a streams group.";
};

macro_rules! bounds {
    ($kind:literal, $name:literal) => {
        (
            concat!($kind, ".", $name),
            Some(concat!("group.", $kind, ".min.", $name)),
            concat!("group.", $kind, ".max.", $name),
        )
    };
}

/// What brokers let groups set, in the order Kafka looks at it: the config, and the broker's
/// configs of the least and the most.
pub(super) const BOUNDS: &[(&str, Option<&str>, &str)] = &[
    bounds!("consumer", "heartbeat.interval.ms"),
    bounds!("consumer", "session.timeout.ms"),
    bounds!("consumer", "assignment.interval.ms"),
    bounds!("share", "heartbeat.interval.ms"),
    bounds!("share", "session.timeout.ms"),
    bounds!("share", "record.lock.duration.ms"),
    bounds!("share", "delivery.count.limit"),
    bounds!("share", "partition.max.record.locks"),
    bounds!("share", "assignment.interval.ms"),
    bounds!("streams", "heartbeat.interval.ms"),
    bounds!("streams", "session.timeout.ms"),
    ("streams.num.standby.replicas", None, "group.streams.max.standby.replicas"),
    bounds!("streams", "assignment.interval.ms"),
];

/// Sessions and the heartbeats that keep them alive.
pub(super) const SESSIONS: [(&str, &str); 3] = [
    ("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"),
    ("share.session.timeout.ms", "share.heartbeat.interval.ms"),
    ("streams.session.timeout.ms", "streams.heartbeat.interval.ms"),
];

/// # Errors
/// INVALID_CONFIG: there is none of that name.
pub fn key(name: &str) -> Result<&'static ConfigKey, CommandError> {
    let found = KEYS.iter().find(|key| key.name == name);
    found.ok_or_else(|| invalid(format!("Unknown group config name: {name}")))
}

/// All that will be set on a group, as it is kept.
///
/// # Errors
/// INVALID_CONFIG: a value is none of its config's, is beyond what the broker lets groups set, or
/// a session would be over before a heartbeat is due.
pub fn check(mut overrides: Overrides, view: &View<'_>) -> Result<Overrides, CommandError> {
    for key in KEYS {
        if let Some(value) = overrides.get_mut(key.name) {
            *value = kept(key, value)?;
        }
    }
    let number = |value: &str| value.parse::<i64>().unwrap_or(0);
    let own = |name: &str| overrides.get(name).map(|value| number(value));
    for (name, least, most) in BOUNDS {
        let Some(value) = own(name) else { continue };
        let bound = |name: &str| view.broker_value(name).map(|value| number(&value));
        if let Some(least) = least.filter(|least| bound(least).is_some_and(|least| value < least)) {
            return Err(invalid(format!("{name} must be greater than or equal to {least}")));
        }
        if bound(most).is_some_and(|most| value > most) {
            return Err(invalid(format!("{name} must be less than or equal to {most}")));
        }
    }
    for (session, heartbeat) in SESSIONS {
        let in_force = |name: &str| key(name).map(|key| number(&view.value_of(&overrides, key)));
        let is_set = own(session).is_some() || own(heartbeat).is_some();
        if is_set && in_force(session)? <= in_force(heartbeat)? {
            return Err(invalid(format!("{session} must be greater than {heartbeat}")));
        }
    }
    Ok(overrides)
}

fn kept(key: &ConfigKey, value: &str) -> Result<std::string::String, CommandError> {
    let kept = check_value(key, value, false)?;
    Ok(if key.value_type == Boolean { kept.to_ascii_lowercase() } else { kept })
}

fn invalid(message: impl Into<std::string::String>) -> CommandError {
    CommandError::new(ErrorKind::InvalidConfig, message)
}

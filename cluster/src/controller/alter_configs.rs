//! AlterConfigs (33) and IncrementalAlterConfigs (44) for topics, brokers and groups.

use std::sync::Arc;

use super::brokers::with;
use super::change::Change;
use super::{ANY_BROKER, Step, refuse, repeated};
use crate::command::{AlterConfigs, AlterConfigsResult, AlterResource, ConfigChange, Reply};
use crate::configs::{
    ConfigKey, Rules, StaticConfigs, View, broker, check_value, edit_incremental, edit_replace,
    group, topic, unknown_name,
};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Image, Overrides, Topic};
use crate::limits::CONFIGURED_GROUPS_MAX;
use crate::mutants::{Mutant, on};
use crate::names;
use crate::names::MIN_INSYNC_REPLICAS;
use crate::records::{ConfigChanged, Record, ResourceKind};

pub(super) fn step(image: &Image, fixed: &StaticConfigs, request: AlterConfigs) -> Step {
    let resources = request.resources.iter();
    let twice = repeated(resources.map(|resource| (resource.kind, resource.name.clone())));
    let mut records = Vec::new();
    let mut results = Vec::with_capacity(request.resources.len());
    let mut groups = image.configured_count(ResourceKind::Group);
    for AlterResource { kind, name, change } in request.resources {
        let outcome = if twice.contains(&(kind, name.clone())) {
            refuse(ErrorKind::InvalidRequest, "Each resource must appear at most once.")
        } else {
            overrides_after(image, fixed, kind, &name, &change)
        };
        let outcome = outcome.and_then(|after| {
            let held = image.overrides(kind, &name);
            if kind == ResourceKind::Group && held.is_empty() && !after.is_empty() {
                groups += 1;
                check_groups(groups)?;
            }
            let mut changes = difference(kind, &name, held, &after);
            changes.extend(elr_changes(image, kind, &name, &changes)?);
            records.extend(changes);
            Ok(())
        });
        results.push(AlterConfigsResult { kind, name, outcome });
    }
    if request.validate_only {
        records.clear();
    }
    Ok((records, Reply::AlterConfigs(results)))
}

fn overrides_after(
    image: &Image,
    fixed: &StaticConfigs,
    kind: ResourceKind,
    name: &str,
    change: &ConfigChange,
) -> Result<Overrides, CommandError> {
    let held = image.overrides(kind, name);
    match kind {
        ResourceKind::Topic => {
            if name.is_empty() {
                let message = "Default topic resources are not allowed.";
                return refuse(ErrorKind::InvalidRequest, message);
            }
            if image.topic(name).is_none() {
                let message = format!("The topic '{name}' does not exist.");
                return refuse(ErrorKind::UnknownTopic, message);
            }
            let view = View::new(image, fixed, ANY_BROKER);
            let after = edit(held, change, &TopicRules { topic: name, view })?;
            topic::check_together(&after)?;
            Ok(after)
        }
        ResourceKind::Broker => {
            let id = check_broker(image, name)?;
            let view = View::new(image, fixed, id.unwrap_or(ANY_BROKER));
            edit(held, change, &BrokerRules { all: id.is_none(), view })
        }
        ResourceKind::Group => {
            if name.is_empty() {
                let message = "Default group resources are not allowed.";
                return refuse(ErrorKind::InvalidRequest, message);
            }
            let view = View::new(image, fixed, ANY_BROKER);
            group::check(edit(held, change, &GroupRules { group: name, view })?, &view)
        }
        ResourceKind::BrokerLogger | ResourceKind::ClientMetrics => refuse(
            ErrorKind::InvalidRequest,
            format!(
                "configs of {kind:?} are not kept yet; those of topics, brokers and groups are"
            ),
        ),
    }
}

fn check_groups(count: usize) -> Result<(), CommandError> {
    if count <= CONFIGURED_GROUPS_MAX {
        return Ok(());
    }
    let message = format!(
        "{CONFIGURED_GROUPS_MAX} groups have configs of their own: delete those of groups that are \
         gone"
    );
    refuse(ErrorKind::PolicyViolation, message)
}

fn edit(
    held: &Overrides,
    change: &ConfigChange,
    rules: &impl Rules,
) -> Result<Overrides, CommandError> {
    match change {
        ConfigChange::Replace(configs) => edit_replace(configs, rules),
        ConfigChange::Incremental(operations) => edit_incremental(held, operations, rules),
    }
}

/// The broker's id, or `None` for all brokers.
fn check_broker(image: &Image, name: &str) -> Result<Option<i32>, CommandError> {
    if name.is_empty() {
        return Ok(None);
    }
    match name.parse::<i32>() {
        // "01" would be kept under a name that no broker looks at.
        Ok(id) if id.to_string() == name => match image.broker(id) {
            Some(_) => Ok(Some(id)),
            None => {
                let ids: Vec<_> = image.brokers().map(|broker| broker.id.to_string()).collect();
                let expected = ids.join(" or ");
                let message =
                    format!("Unexpected broker id, expected {expected}, but received {id}");
                refuse(ErrorKind::InvalidRequest, message)
            }
        },
        _ => {
            let message = format!("Node id must be an integer, but it is: {name}");
            refuse(ErrorKind::InvalidRequest, message)
        }
    }
}

/// The records that make `after` of `before`.
fn difference(
    kind: ResourceKind,
    resource: &str,
    before: &Overrides,
    after: &Overrides,
) -> Vec<Record> {
    let record = |name: &String, value: Option<&String>| {
        Record::ConfigChanged(ConfigChanged {
            kind,
            resource: resource.to_owned(),
            name: name.clone(),
            value: value.cloned(),
        })
    };
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let set = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    gone.map(|name| record(name, None))
        .chain(set.map(|(name, value)| record(name, Some(value))))
        .collect()
}

/// Members of the ELR are eligible because the high watermark stood still below the minimum they
/// left under. Under a minimum that is reached it moves again, without them.
///
/// Kafka clears the ELR with every change of the minimum. Where the ISR is below the old and the
/// new one the high watermark stands still under both, so here its members stay eligible: a change
/// while nobody is in sync must not make the next election unclean.
fn elr_changes(
    image: &Image,
    kind: ResourceKind,
    name: &str,
    records: &[Record],
) -> Result<Vec<Record>, CommandError> {
    let of_minimum = records.iter().any(|record| match record {
        Record::ConfigChanged(body) => body.name == MIN_INSYNC_REPLICAS,
        _ => false,
    });
    if !of_minimum || on(Mutant::ElrKeptWhenMinIsrChanges) {
        return Ok(Vec::new());
    }
    let after = with(image, records)?;
    let is_meant = |topic: &&Arc<Topic>| kind != ResourceKind::Topic || *topic.name == *name;
    let mut changes = Vec::new();
    for topic in after.topics().filter(is_meant) {
        for (number, held) in (0..).zip(&topic.partitions) {
            if !held.elr.is_empty() {
                changes.extend(Change::new(&after, topic, number).and_then(Change::record));
            }
        }
    }
    Ok(changes)
}

pub(super) struct TopicRules<'a> {
    pub(super) topic: &'a str,
    pub(super) view: View<'a>,
}

impl Rules for TopicRules<'_> {
    fn key(&self, name: &str) -> Result<Option<&'static ConfigKey>, CommandError> {
        topic::key(name).map(Some).ok_or_else(|| unknown_name("topic", name, topic::KEYS))
    }

    fn check(&self, key: &'static ConfigKey, value: &str) -> Result<String, CommandError> {
        check_value(key, value, names::is_internal(self.topic))
    }

    fn in_force(&self, key: &'static ConfigKey) -> String {
        self.view.topic_value(self.topic, key.name).unwrap_or_default()
    }
}

struct GroupRules<'a> {
    group: &'a str,
    view: View<'a>,
}

impl Rules for GroupRules<'_> {
    fn key(&self, name: &str) -> Result<Option<&'static ConfigKey>, CommandError> {
        group::key(name).map(Some)
    }

    /// Values are checked once all names are known, as Kafka does.
    fn check(&self, _: &'static ConfigKey, value: &str) -> Result<String, CommandError> {
        Ok(value.to_owned())
    }

    fn in_force(&self, key: &'static ConfigKey) -> String {
        self.view.group_value(self.group, key)
    }
}

struct BrokerRules<'a> {
    /// All brokers at once.
    all: bool,
    view: View<'a>,
}

impl Rules for BrokerRules<'_> {
    /// As in Kafka a name that no broker knows is kept: plug-ins there have configs of their own.
    fn key(&self, name: &str) -> Result<Option<&'static ConfigKey>, CommandError> {
        let Some(key) = broker::key(name) else { return Ok(None) };
        broker::check_update(key, self.all)?;
        Ok(Some(key))
    }

    /// As in Kafka a broker refuses values with INVALID_REQUEST, where topics have INVALID_CONFIG.
    fn check(&self, key: &'static ConfigKey, value: &str) -> Result<String, CommandError> {
        let kept = check_value(key, value, false)
            .map_err(|error| CommandError::new(ErrorKind::InvalidRequest, error.message))?;
        broker::check_threads(key, &self.in_force(key), &kept)?;
        Ok(kept)
    }

    fn in_force(&self, key: &'static ConfigKey) -> String {
        self.view.broker_value(key.name).unwrap_or_default()
    }
}

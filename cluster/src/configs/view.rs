//! The configs as one broker has them at one image: resolved, and as DescribeConfigs shows them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{ConfigKey, Source, Synonym, Update, ValueType, broker, group, topic};
use crate::error::CommandError;
use crate::image::{Image, Overrides};
use crate::records::ResourceKind;

/// The broker configs a node was started with: its file and command line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StaticConfigs {
    values: BTreeMap<String, String>,
}

impl StaticConfigs {
    /// Refuses names and values no broker knows, with a remedy.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), CommandError> {
        let value = broker::check(name, value)?;
        self.values.insert(name.to_owned(), value);
        Ok(())
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

/// A config as DescribeConfigs (32) v1-4 shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub name: Cow<'static, str>,
    /// `None` if not set, and always for what is sensitive.
    pub value: Option<String>,
    pub source: Source,
    pub read_only: bool,
    pub sensitive: bool,
    /// All values there are, the strongest first; the first is the one in force.
    pub synonyms: Vec<DescribedSynonym>,
    pub value_type: ValueType,
    pub doc: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedSynonym {
    pub name: Cow<'static, str>,
    /// In the unit of `name`.
    pub value: Option<String>,
    pub source: Source,
}

/// One broker's configs. Cheap to make; make one where it is needed.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    image: &'a Image,
    fixed: &'a StaticConfigs,
    of_broker: &'a Overrides,
    of_all: &'a Overrides,
}

/// One value that stands for a config, and where it is from.
struct Candidate<'a> {
    synonym: Synonym,
    value: &'a str,
    source: Source,
}

impl<'a> View<'a> {
    #[must_use]
    pub fn new(image: &'a Image, fixed: &'a StaticConfigs, broker_id: i32) -> Self {
        let of_broker = image.overrides(ResourceKind::Broker, &broker_id.to_string());
        Self { image, fixed, of_broker, of_all: image.overrides(ResourceKind::Broker, "") }
    }

    pub(super) fn overrides(&self, kind: ResourceKind, resource: &str) -> &'a Overrides {
        self.image.overrides(kind, resource)
    }

    /// A topic config in force for `topic` (which need not exist); `None` for an unknown name.
    #[must_use]
    pub fn topic_value(&self, topic: &str, name: &str) -> Option<String> {
        let key = topic::key(name)?;
        let overrides = self.image.overrides(ResourceKind::Topic, topic);
        Some(self.value_of(overrides, key))
    }

    /// A group config in force for `group`, of which nothing need be known.
    #[must_use]
    pub fn group_value(&self, group: &str, key: &ConfigKey) -> String {
        self.value_of(self.image.overrides(ResourceKind::Group, group), key)
    }

    pub(super) fn value_of(&self, overrides: &Overrides, key: &ConfigKey) -> String {
        if let Some(value) = overrides.get(key.name) {
            return value.clone();
        }
        let first = self.candidates(key.synonyms.iter().copied()).next();
        let of_broker = first.map(|found| found.synonym.convert(found.value));
        of_broker.unwrap_or_else(|| key.default.unwrap_or_default().to_owned())
    }

    /// A broker config in force; `None` if it is not set and has no default, or is unknown.
    #[must_use]
    pub fn broker_value(&self, name: &str) -> Option<String> {
        let key = broker::key(name)?;
        let found = self.candidates(own_and_synonyms(key)).next()?;
        Some(found.synonym.convert(found.value))
    }

    /// All configs of a topic that exists, or of a new one with these overrides.
    #[must_use]
    pub fn describe_topic(&self, topic: &str) -> Vec<Described> {
        self.describe_overrides(self.image.overrides(ResourceKind::Topic, topic))
    }

    pub(crate) fn describe_overrides(&self, overrides: &Overrides) -> Vec<Described> {
        let describe = |key| {
            let synonyms = self.own_and_of_broker(key, overrides, Source::DynamicTopic).collect();
            described_key(key, shown(key, &self.value_of(overrides, key)), synonyms, false)
        };
        topic::KEYS.iter().map(describe).collect()
    }

    /// All configs of a group, whether there is one of that name or not.
    #[must_use]
    pub fn describe_group(&self, group: &str) -> Vec<Described> {
        let overrides = self.image.overrides(ResourceKind::Group, group);
        let describe = |key: &'static ConfigKey| {
            let mut synonyms: Vec<_> =
                self.own_and_of_broker(key, overrides, Source::DynamicGroup).collect();
            // As in Kafka: what no broker config stands in for shows its own default.
            if key.synonyms.is_empty() {
                let value = key.default.and_then(|default| shown(key, default));
                synonyms.push(DescribedSynonym {
                    name: key.name.into(),
                    value,
                    source: Source::Default,
                });
            }
            described_key(key, shown(key, &self.value_of(overrides, key)), synonyms, false)
        };
        group::KEYS.iter().map(describe).collect()
    }

    /// What is set on a topic or group itself, and what stands behind it on the broker.
    fn own_and_of_broker(
        &self,
        key: &'static ConfigKey,
        overrides: &Overrides,
        source: Source,
    ) -> impl Iterator<Item = DescribedSynonym> {
        let own = overrides.get(key.name);
        let own = own.map(|value| DescribedSynonym {
            name: key.name.into(),
            value: shown(key, value),
            source,
        });
        // As in Kafka nothing comes before the synonym of the same unit: 168 hours are no 168 ms.
        let same_unit = key.synonyms.first().map(|first| first.name);
        let of_broker = self
            .candidates(key.synonyms.iter().copied())
            .skip_while(move |found| Some(found.synonym.name) != same_unit);
        own.into_iter().chain(of_broker.map(|found| described(&found)))
    }

    /// All configs of this broker.
    #[must_use]
    pub fn describe_broker(&self) -> Vec<Described> {
        let describe = |key: &'static ConfigKey| {
            let all = self.candidates(own_and_synonyms(key));
            // As in Kafka: a config that only others stand in for shows as not set itself.
            let synonyms: Vec<_> = all
                .skip_while(|found| found.synonym.name != key.name)
                .map(|found| described(&found))
                .collect();
            let value = synonyms.first().and_then(|first| first.value.clone());
            described_key(key, value, synonyms, key.update == Update::ReadOnly)
        };
        broker::keys().map(describe).chain(self.unknown()).collect()
    }

    /// What is set on this broker, or on all, under names that nobody here knows: as in Kafka they
    /// could be secrets, and their values are not shown.
    fn unknown(&self) -> impl Iterator<Item = Described> {
        let names: BTreeSet<&'a String> = self.of_broker.keys().chain(self.of_all.keys()).collect();
        let view = *self;
        names.into_iter().filter(|name| broker::key(name).is_none()).map(move |name| {
            let layers = [
                (view.of_broker, Source::DynamicBroker),
                (view.of_all, Source::DynamicDefaultBroker),
            ];
            let held = layers.into_iter().filter(|(layer, _)| layer.contains_key(name));
            described_unknown(name, held.map(|(_, source)| source))
        })
    }

    /// What is set for all brokers at once: only that, as in Kafka.
    #[must_use]
    pub fn describe_all_brokers(&self) -> Vec<Described> {
        let describe = |(name, value): (&String, &String)| {
            let source = Source::DynamicDefaultBroker;
            let Some(key) = broker::key(name) else {
                return described_unknown(name, std::iter::once(source));
            };
            let own = DescribedSynonym { name: key.name.into(), value: shown(key, value), source };
            described_key(key, own.value.clone(), vec![own], false)
        };
        self.of_all.iter().map(describe).collect()
    }

    /// Values of the named broker configs, the strongest first: set for this broker, for all, at
    /// start, by default.
    fn candidates(
        &self,
        names: impl Iterator<Item = Synonym> + Clone,
    ) -> impl Iterator<Item = Candidate<'a>> {
        let view = *self;
        let layer = move |source: Source, synonym: Synonym| {
            let value = match source {
                Source::DynamicBroker => view.of_broker.get(synonym.name).map(String::as_str),
                Source::DynamicDefaultBroker => view.of_all.get(synonym.name).map(String::as_str),
                Source::StaticBroker => view.fixed.get(synonym.name),
                Source::Default => broker::key(synonym.name)?.default,
                Source::DynamicTopic | Source::DynamicGroup => None,
            };
            value.map(|value| Candidate { synonym, value, source })
        };
        let layers = [
            Source::DynamicBroker,
            Source::DynamicDefaultBroker,
            Source::StaticBroker,
            Source::Default,
        ];
        layers
            .into_iter()
            .flat_map(move |source| names.clone().filter_map(move |synonym| layer(source, synonym)))
    }
}

fn own_and_synonyms(key: &ConfigKey) -> impl Iterator<Item = Synonym> + Clone + use<> {
    let own = Synonym { name: key.name, factor: 1 };
    std::iter::once(own).chain(key.synonyms.iter().copied())
}

fn described(found: &Candidate<'_>) -> DescribedSynonym {
    let value = match broker::key(found.synonym.name) {
        Some(key) => shown(key, found.value),
        None => None,
    };
    DescribedSynonym { name: found.synonym.name.into(), value, source: found.source }
}

fn described_unknown(name: &str, sources: impl Iterator<Item = Source>) -> Described {
    let name: Cow<'static, str> = name.to_owned().into();
    let synonym = |source| DescribedSynonym { name: name.clone(), value: None, source };
    let synonyms: Vec<_> = sources.map(synonym).collect();
    Described {
        name: name.clone(),
        value: None,
        source: synonyms.first().map_or(Source::Default, |first| first.source),
        read_only: true,
        sensitive: true,
        synonyms,
        value_type: ValueType::Unknown,
        doc: "",
    }
}

fn described_key(
    key: &'static ConfigKey,
    value: Option<String>,
    synonyms: Vec<DescribedSynonym>,
    read_only: bool,
) -> Described {
    Described {
        name: key.name.into(),
        value,
        source: synonyms.first().map_or(Source::Default, |first| first.source),
        read_only,
        sensitive: key.is_sensitive(),
        synonyms,
        value_type: key.value_type,
        doc: key.doc,
    }
}

fn shown(key: &ConfigKey, value: &str) -> Option<String> {
    (!key.is_sensitive()).then(|| value.to_owned())
}

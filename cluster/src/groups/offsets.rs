//! The committed offsets of a group.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::records::CommittedOffset;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Offsets {
    topics: BTreeMap<Arc<str>, BTreeMap<i32, CommittedOffset>>,
    count: usize,
}

impl Offsets {
    /// What a record says: sets an offset, or takes it away.
    pub fn apply(&mut self, topic: &str, partition: i32, value: Option<CommittedOffset>) {
        match value {
            Some(value) => {
                let partitions = match self.topics.get_mut(topic) {
                    Some(partitions) => partitions,
                    None => self.topics.entry(topic.into()).or_default(),
                };
                self.count += usize::from(partitions.insert(partition, value).is_none());
            }
            None => {
                let Some(partitions) = self.topics.get_mut(topic) else {
                    return;
                };
                self.count -= usize::from(partitions.remove(&partition).is_some());
                if partitions.is_empty() {
                    self.topics.remove(topic);
                }
            }
        }
    }

    pub fn get(&self, topic: &str, partition: i32) -> Option<&CommittedOffset> {
        self.topics.get(topic)?.get(&partition)
    }

    pub fn topic(&self, topic: &str) -> Option<&BTreeMap<i32, CommittedOffset>> {
        self.topics.get(topic)
    }

    pub fn topics(&self) -> impl Iterator<Item = (&Arc<str>, &BTreeMap<i32, CommittedOffset>)> {
        self.topics.iter()
    }

    /// Every offset with its topic and partition.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, i32, &CommittedOffset)> {
        self.topics.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(move |(partition, value)| (topic, *partition, value))
        })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

//! What a fetch wants: owned, so that it can wait.

use std::rc::Rc;

use wire::hot::TopicRef;
use wire::hot::fetch::FetchPartition;
use wire::{ErrorCode, Uuid};

/// A topic as the client names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TopicName {
    Name(Rc<str>),
    Id(Uuid),
}

impl TopicName {
    pub fn as_ref(&self) -> TopicRef<'_> {
        match self {
            TopicName::Name(name) => TopicRef::Name(name),
            TopicName::Id(id) => TopicRef::Id(*id),
        }
    }
}

impl From<TopicRef<'_>> for TopicName {
    fn from(topic: TopicRef<'_>) -> Self {
        match topic {
            TopicRef::Name(name) => TopicName::Name(Rc::from(name)),
            TopicRef::Id(id) => TopicName::Id(id),
            TopicRef::NotUtf8(bytes) => TopicName::Name(Rc::from(&*TopicRef::replaced(bytes))),
        }
    }
}

/// What is wanted of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub topic: TopicName,
    /// The partition's number in the topic.
    pub index: i32,
    /// The leader epoch the client believes in, or −1 (KIP-320).
    pub current_leader_epoch: i32,
    pub offset: i64,
    /// Epoch of the last record fetched, or −1 (KIP-595).
    pub last_fetched_epoch: i32,
    pub max_bytes: usize,
    /// Why it is not read: it was not there when the fetch came.
    pub absent: Option<ErrorCode>,
}

impl Wanted {
    /// Of a partition of a request; `before` names the topic of the one before it, which is mostly
    /// the same.
    pub fn new(partition: &FetchPartition<'_>, before: Option<&TopicName>) -> Self {
        let topic = match before {
            Some(before) if before.as_ref() == partition.topic => before.clone(),
            _ => TopicName::from(partition.topic),
        };
        Self {
            topic,
            index: partition.index,
            // All below 0 stands for none, as in Kafka.
            current_leader_epoch: partition.current_leader_epoch.max(-1),
            offset: partition.fetch_offset,
            last_fetched_epoch: partition.last_fetched_epoch,
            max_bytes: usize::try_from(partition.max_bytes).unwrap_or(0),
            absent: None,
        }
    }

    /// All partitions of a request.
    pub fn all<'a>(partitions: impl Iterator<Item = FetchPartition<'a>>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for partition in partitions {
            let wanted = Self::new(&partition, all.last().map(|last| &last.topic));
            all.push(wanted);
        }
        all
    }
}

/// A fetch under way.
#[derive(Debug)]
pub struct Plan {
    pub wanted: Vec<Wanted>,
    pub min_bytes: usize,
    pub max_bytes: usize,
    /// Only records of finished transactions.
    pub committed_only: bool,
    /// When to answer whatever there is, on the shard's clock.
    pub deadline_ms: u64,
    /// The session to name in the answer; 0 without.
    pub session_id: i32,
    /// Only what changed is answered.
    pub incremental: bool,
}

//! A group: what it is a group of, and its committed offsets.

use super::classic::{Classic, State};
use super::consumer::ConsumerGroup;
use super::offsets::Offsets;
use super::records::{GroupRecord, Record};

/// By which protocol the members meet.
#[derive(Debug)]
pub(crate) enum Kind {
    /// JoinGroup and SyncGroup; also a group without members that only commits offsets.
    Classic(Classic),
    /// ConsumerGroupHeartbeat (KIP-848).
    Consumer(ConsumerGroup),
}

#[derive(Debug)]
pub(crate) struct Group {
    pub kind: Kind,
    pub offsets: Offsets,
}

impl Default for Group {
    fn default() -> Self {
        Self { kind: Kind::Classic(Classic::default()), offsets: Offsets::default() }
    }
}

impl Group {
    /// Whether the log has nothing of it.
    pub fn is_unrecorded(&self) -> bool {
        self.offsets.is_empty() && self.kind.is_unrecorded()
    }

    /// Whether members read a topic, so that its offsets stay.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.kind {
            Kind::Classic(classic) => classic.is_subscribed_to(topic),
            Kind::Consumer(consumer) => consumer.is_subscribed_to(topic),
        }
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Classic(classic) => classic.state() == State::Empty,
            Kind::Consumer(consumer) => consumer.is_empty(),
        }
    }

    /// Whether anybody is in it, or about to come.
    pub fn is_in_use(&self) -> bool {
        match &self.kind {
            Kind::Classic(classic) => classic.is_in_use(),
            Kind::Consumer(consumer) => !consumer.is_empty(),
        }
    }
}

impl Kind {
    /// Whether the log has nothing of the members.
    pub fn is_unrecorded(&self) -> bool {
        match self {
            Self::Classic(classic) => classic.recorded().is_none(),
            Self::Consumer(consumer) => consumer.is_unrecorded(),
        }
    }

    /// What deletes it from the log.
    pub fn tombstones(&self, id: &str) -> Vec<GroupRecord> {
        match self {
            _ if self.is_unrecorded() => Vec::new(),
            Self::Classic(_) => vec![Record::Group { group: id, value: None }.encode()],
            Self::Consumer(consumer) => {
                consumer.tombstones().iter().map(|record| record.encode(id)).collect()
            }
        }
    }
}

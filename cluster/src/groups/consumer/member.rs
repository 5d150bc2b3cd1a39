//! A member of a consumer group: what it asked for and what it holds.

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

/// Partitions by topic id.
pub type Partitions = BTreeMap<Uuid, BTreeSet<i32>>;

/// Partitions by topic id, each with the epoch in which the member got it.
pub type OwnedPartitions = BTreeMap<Uuid, BTreeMap<i32, i32>>;

/// The epoch of a member that joins.
pub const JOIN_EPOCH: i32 = 0;
/// The epoch of a member that leaves for good.
pub const LEAVE_EPOCH: i32 = -1;
/// The epoch of a static member that means to come back.
pub const STATIC_LEAVE_EPOCH: i32 = -2;

/// How far a member is on the way to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemberState {
    /// It holds its target of the epoch it is in.
    #[default]
    Stable,
    /// It has to give up partitions before it can go on.
    UnrevokedPartitions,
    /// It waits for partitions that others still hold.
    UnreleasedPartitions,
    /// A later version wrote a state this one does not know.
    Unknown,
}

impl MemberState {
    pub(super) const fn to_i8(self) -> i8 {
        match self {
            Self::Stable => 0,
            Self::UnrevokedPartitions => 1,
            Self::UnreleasedPartitions => 2,
            Self::Unknown => 127,
        }
    }

    pub(super) const fn from_i8(number: i8) -> Self {
        match number {
            0 => Self::Stable,
            1 => Self::UnrevokedPartitions,
            2 => Self::UnreleasedPartitions,
            _ => Self::Unknown,
        }
    }
}

/// What a member says of itself: the value of its metadata record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub topic_names: BTreeSet<String>,
    /// `None` or empty: no regular expression.
    pub topic_regex: Option<String>,
    pub rebalance_timeout_ms: i32,
    pub server_assignor: Option<String>,
    /// Set if the member speaks the classic protocol.
    pub classic: Option<ClassicMetadata>,
}

/// What is kept of a member that speaks the classic protocol.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassicMetadata {
    pub session_timeout_ms: i32,
    /// Names and metadata, in the member's order of preference.
    pub protocols: Vec<(String, Vec<u8>)>,
}

impl ClassicMetadata {
    pub(super) fn session_ms(&self) -> u64 {
        self.session_timeout_ms.max(0) as u64
    }

    /// Its names, each once.
    pub(super) fn protocol_names(&self) -> BTreeSet<&str> {
        self.protocols.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.protocols.iter().map(|(name, metadata)| name.len() + metadata.len()).sum()
    }
}

impl Metadata {
    /// The regular expression it is subscribed to, if any.
    #[must_use]
    pub fn regex(&self) -> Option<&str> {
        self.topic_regex.as_deref().filter(|regex| !regex.is_empty())
    }
}

/// What a member holds: the value of its current assignment's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    pub epoch: i32,
    /// The epoch before, in case the answer with the new one was lost.
    pub previous_epoch: i32,
    pub state: MemberState,
    pub assigned: OwnedPartitions,
    pub pending_revocation: OwnedPartitions,
}

impl Default for Current {
    fn default() -> Self {
        Self {
            epoch: JOIN_EPOCH,
            previous_epoch: -1,
            state: MemberState::Stable,
            assigned: OwnedPartitions::new(),
            pending_revocation: OwnedPartitions::new(),
        }
    }
}

impl Current {
    /// Whether nothing is left to do towards the target of `epoch`.
    #[must_use]
    pub fn is_reconciled_to(&self, epoch: i32) -> bool {
        self.state == MemberState::Stable && self.epoch == epoch
    }

    /// What a static member keeps while it is away: its partitions, without their epochs.
    pub(super) fn away(&self) -> Self {
        let mut away = self.clone();
        away.epoch = STATIC_LEAVE_EPOCH;
        away.pending_revocation.clear();
        away.assigned.values_mut().flat_map(BTreeMap::values_mut).for_each(|epoch| *epoch = 0);
        away
    }

    /// The epoch in which a partition it holds or gives up was given to it.
    #[must_use]
    pub fn assignment_epoch(&self, topic: Uuid, partition: i32) -> Option<i32> {
        let of = |owned: &OwnedPartitions| owned.get(&topic)?.get(&partition).copied();
        of(&self.assigned).or_else(|| of(&self.pending_revocation))
    }
}

/// A member as its records say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    pub metadata: Metadata,
    pub current: Current,
}

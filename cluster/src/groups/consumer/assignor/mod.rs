//! The server-side assignors of KIP-848: who of a group gets which partitions.
//!
//! Pure functions over sorted input, so that the same group always gets the same answer.

mod heterogeneous;
mod range;
mod uniform;

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use super::Partitions;

/// What an assignor may know of a member.
#[derive(Debug, Clone, Default)]
pub struct MemberSpec {
    pub member_id: String,
    pub instance_id: Option<String>,
    /// The topics it is subscribed to that exist.
    pub topics: BTreeSet<Uuid>,
    /// Its target until now; an assignor that is sticky keeps of it what it can.
    pub assigned: Partitions,
}

/// A group to be assigned.
#[derive(Debug, Clone, Default)]
pub struct GroupSpec {
    /// By member id.
    pub members: Vec<MemberSpec>,
    /// Of every topic that any member is subscribed to.
    pub partition_counts: BTreeMap<Uuid, i32>,
}

impl GroupSpec {
    /// Whether all members are subscribed to the same topics.
    fn is_homogeneous(&self) -> bool {
        self.members.windows(2).all(|pair| pair[0].topics == pair[1].topics)
    }

    fn partition_count(&self, topic: Uuid) -> i32 {
        self.partition_counts.get(&topic).copied().unwrap_or(0)
    }
}

/// What members get, in the order of the spec's members.
pub type Assignment = Vec<Partitions>;

/// An assignor of this broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignor {
    /// Balanced to within one partition, and moves as little as it can.
    Uniform,
    /// Ranges of each topic in the order of the members, so that topics with the same number of
    /// partitions and the same subscribers are co-partitioned. Not sticky.
    Range,
}

impl Assignor {
    /// By the name clients know it by.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "uniform" => Some(Self::Uniform),
            "range" => Some(Self::Range),
            _ => None,
        }
    }

    /// Gives every partition of the subscribed topics to one member that is subscribed to it.
    #[must_use]
    pub fn assign(self, spec: &GroupSpec) -> Assignment {
        match self {
            Self::Range => range::assign(spec),
            Self::Uniform if spec.is_homogeneous() => uniform::assign(spec),
            Self::Uniform => heterogeneous::assign(spec),
        }
    }
}

#[cfg(test)]
mod tests;

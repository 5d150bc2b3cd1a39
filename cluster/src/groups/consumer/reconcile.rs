//! The steps of one member from what it holds to its target.
//!
//! ```text
//!   STABLE ──target of a later epoch──► UNREVOKED_PARTITIONS   gives up what it must, first
//!     ▲                                        │ revoked
//!     │                                        ▼
//!     └──────────all are free────────── UNRELEASED_PARTITIONS  waits for what others hold
//! ```
//!
//! A partition never has two owners: it is given only when nobody holds it.

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions;

use super::member::{Current, MemberState, OwnedPartitions, Partitions};

/// What a step of a member depends on.
pub(super) struct Reconciliation<'a> {
    pub target_epoch: i32,
    pub target: &'a Partitions,
    /// The topics the member is subscribed to that exist.
    pub topics: &'a BTreeSet<Uuid>,
    /// Whether they may be others than at the last step.
    pub subscription_changed: bool,
    /// What the member says it holds; `None`: as it said before.
    pub owned: Option<&'a [TopicPartitions]>,
    /// Whether any member holds a partition.
    pub is_held: &'a dyn Fn(Uuid, i32) -> bool,
}

impl Reconciliation<'_> {
    /// The member's next step; `None` if it is in a state that only joining anew can leave.
    pub fn next(&self, current: &Current) -> Option<Current> {
        if !self.subscription_changed && current.is_reconciled_to(self.target_epoch) {
            return Some(current.clone());
        }
        Some(match current.state {
            MemberState::Stable if current.epoch != self.target_epoch => self.advance(current),
            MemberState::Stable => self.strip(current),
            MemberState::UnrevokedPartitions if self.owns(&current.pending_revocation) => {
                if self.subscription_changed { self.strip(current) } else { current.clone() }
            }
            MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => {
                self.advance(current)
            }
            MemberState::Unknown if self.owned.is_some_and(<[_]>::is_empty) => {
                self.advance(&Current { epoch: self.target_epoch, ..current.clone() })
            }
            MemberState::Unknown => return None,
        })
    }

    /// Whether the member may still hold any of these.
    fn owns(&self, partitions: &OwnedPartitions) -> bool {
        let Some(owned) = self.owned else {
            return true;
        };
        owned.iter().any(|topic| {
            let asked = partitions.get(&topic.topic_id);
            asked.is_some_and(|asked| topic.partitions.iter().any(|p| asked.contains_key(p)))
        })
    }

    /// Takes away only the topics the member is not subscribed to any more.
    fn strip(&self, current: &Current) -> Current {
        let mut next = current.clone();
        next.assigned.retain(|topic, _| self.topics.contains(topic));
        if next.assigned.len() == current.assigned.len() {
            return next;
        }
        let gone = current.assigned.iter().filter(|(topic, _)| !self.topics.contains(topic));
        for (topic, partitions) in gone {
            next.pending_revocation.entry(*topic).or_default().extend(partitions);
        }
        next.previous_epoch = current.epoch;
        if self.owns(&next.pending_revocation) {
            next.state = MemberState::UnrevokedPartitions;
        } else {
            next.pending_revocation = current.pending_revocation.clone();
        }
        next
    }

    /// Towards the target: gives up what is not in it, then takes what is free of it.
    fn advance(&self, current: &Current) -> Current {
        let mut kept = OwnedPartitions::new();
        let mut revoked = OwnedPartitions::new();
        for (topic, partitions) in &current.assigned {
            for (partition, epoch) in partitions {
                let stays = self.wants(*topic, *partition);
                let side = if stays { &mut kept } else { &mut revoked };
                side.entry(*topic).or_default().insert(*partition, *epoch);
            }
        }
        if !revoked.is_empty() && self.owns(&revoked) {
            return Current {
                epoch: current.epoch,
                previous_epoch: current.epoch,
                state: MemberState::UnrevokedPartitions,
                assigned: kept,
                pending_revocation: revoked,
            };
        }
        let waits = self.take_free(current, &mut kept);
        let state = if waits { MemberState::UnreleasedPartitions } else { MemberState::Stable };
        Current {
            epoch: self.target_epoch,
            previous_epoch: current.epoch,
            state,
            assigned: kept,
            pending_revocation: OwnedPartitions::new(),
        }
    }

    /// Adds what nobody holds; whether anything is still held by others.
    fn take_free(&self, current: &Current, kept: &mut OwnedPartitions) -> bool {
        let mut waits = false;
        for (topic, partitions) in self.target.iter().filter(|(t, _)| self.topics.contains(t)) {
            for partition in partitions {
                if kept.get(topic).is_some_and(|kept| kept.contains_key(partition)) {
                    continue;
                }
                let given_up = current.pending_revocation.get(topic);
                let was_own = given_up.is_some_and(|own| own.contains_key(partition));
                if !was_own && (self.is_held)(*topic, *partition) {
                    waits = true;
                    continue;
                }
                let topic: &mut BTreeMap<i32, i32> = kept.entry(*topic).or_default();
                topic.insert(*partition, self.target_epoch);
            }
        }
        waits
    }

    fn wants(&self, topic: Uuid, partition: i32) -> bool {
        let target = self.target.get(&topic);
        self.topics.contains(&topic) && target.is_some_and(|target| target.contains(&partition))
    }
}

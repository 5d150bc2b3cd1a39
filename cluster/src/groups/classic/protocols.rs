//! What the members have in common: an assignor, topics.

use std::collections::BTreeSet;
use std::sync::Arc;

use wire::messages::JoinGroupRequest;

use super::{CONSUMER_PROTOCOL_TYPE, Classic, State};
use crate::groups::embedded::Subscription;

impl Classic {
    /// Whether somebody who joins has a protocol that every member has.
    pub(super) fn supports(&self, request: &JoinGroupRequest<'_>) -> bool {
        if request.protocol_type.is_empty() || request.protocols.is_empty() {
            return false;
        }
        if self.state == State::Empty {
            return true;
        }
        self.protocol_type.as_deref() == Some(&*request.protocol_type)
            && request
                .protocols
                .iter()
                .any(|protocol| self.members.values().all(|member| member.supports(&protocol.name)))
    }

    /// Every member votes for what it likes best of what all have. Votes that are even go to what
    /// the leader likes better.
    pub(super) fn select_protocol(&self) -> Option<Arc<str>> {
        let leader = self.leader.as_ref().and_then(|leader| self.members.get(leader));
        let first = leader.or_else(|| self.members.values().next())?;
        let common: Vec<&Arc<str>> = first
            .protocols
            .iter()
            .map(|protocol| &protocol.name)
            .filter(|name| self.members.values().all(|member| member.supports(name)))
            .collect();
        let mut votes = vec![0_usize; common.len()];
        for member in self.members.values() {
            let liked = member
                .protocols
                .iter()
                .find_map(|protocol| common.iter().position(|name| **name == protocol.name));
            if let Some(liked) = liked {
                votes[liked] += 1;
            }
        }
        let most = votes.iter().max()?;
        let winner = votes.iter().position(|count| count == most)?;
        Some(common[winner].clone())
    }

    /// The topics that the members of a group of consumers read.
    pub(super) fn subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if self.protocol_type.as_deref() != Some(CONSUMER_PROTOCOL_TYPE) {
            return None;
        }
        let mut topics = BTreeSet::new();
        if self.members.is_empty() {
            return Some(topics);
        }
        let protocol = self.protocol.as_deref()?;
        for member in self.members.values() {
            topics.extend(Subscription::decode(member.metadata(protocol)?).ok()?.topics);
        }
        Some(topics)
    }
}

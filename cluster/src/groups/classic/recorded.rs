//! Between a group in memory and its record.

use std::sync::Arc;

use super::member::Protocol;
use super::{Classic, Member, State};
use crate::groups::ops::Ops;
use crate::groups::records::{GroupMetadata, MemberMetadata, Record};
use crate::limits::GROUP_STEP_BYTES_MAX;

impl Classic {
    /// What a record says; the one way in which durable state changes.
    pub fn apply(&mut self, value: Option<Arc<GroupMetadata>>) {
        self.recorded = value;
    }

    /// Writes the group as it is now. False if no batch can take it: nothing is written then.
    pub(super) fn record(&mut self, ops: &mut Ops<'_, '_>) -> bool {
        let value = Arc::new(self.metadata());
        let record = Record::Group { group: ops.id, value: Some(value.clone()) }.encode();
        let size = record.size_bytes();
        let fits = size <= GROUP_STEP_BYTES_MAX;
        if fits {
            ops.out.records.push(record);
            self.apply(Some(value));
        }
        fits
    }

    pub fn metadata(&self) -> GroupMetadata {
        let protocol = self.protocol.as_deref();
        let member = |member: &Member| MemberMetadata {
            member_id: member.id.clone(),
            group_instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout_ms: member.rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
            subscription: protocol
                .and_then(|protocol| member.metadata(protocol).cloned())
                .unwrap_or_default(),
            assignment: member.assignment.clone(),
        };
        GroupMetadata {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            state_timestamp_ms: self.state_since_ms,
            members: self.members.values().map(member).collect(),
        }
    }

    /// Takes up from the record what the group was, with every member's session anew.
    pub fn load(&mut self, ops: &mut Ops<'_, '_>) {
        let recorded = self.recorded.take();
        *self = Self { state_since_ms: -1, ..Self::default() };
        let Some(value) = recorded else {
            return;
        };
        self.generation = value.generation;
        self.protocol_type = Some(value.protocol_type.clone()).filter(|name| !name.is_empty());
        self.protocol.clone_from(&value.protocol);
        self.leader.clone_from(&value.leader);
        self.state_since_ms = value.state_timestamp_ms;
        let protocol = value.protocol.clone().unwrap_or_default();
        for member in &value.members {
            self.insert(loaded_member(member, &protocol));
        }
        if !self.members.is_empty() {
            self.state = State::Stable;
        }
        self.subscribed = self.subscribed_topics();
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in ids {
            self.heard_of(ops, &id);
        }
        self.recorded = Some(value);
    }
}

fn loaded_member(member: &MemberMetadata, protocol: &Arc<str>) -> Member {
    let metadata = member.subscription.clone();
    Member {
        id: member.member_id.clone(),
        instance_id: member.group_instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        session_timeout_ms: member.session_timeout_ms,
        protocols: vec![Protocol { name: protocol.clone(), metadata }],
        assignment: member.assignment.clone(),
        is_new: false,
        join: None,
        sync: None,
    }
}

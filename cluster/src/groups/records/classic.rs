//! GroupMetadataKey and GroupMetadataValue: a group of the classic protocol.

use std::sync::Arc;

use wire::codec::{self, DecodeError, Reader};

use super::ReplayError;
use super::fields::Fields;
use super::offset::put_str;

const KIND: i16 = 2;
const VERSION: i16 = 3;
const VERSION_MAX: i16 = 4;
/// A member's fields take at least this, in any version.
const MEMBER_SIZE_MIN: usize = 8;

/// A group as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMetadata {
    /// Empty: a group that only commits offsets.
    pub protocol_type: Arc<str>,
    pub generation: i32,
    pub protocol: Option<Arc<str>>,
    pub leader: Option<Arc<str>>,
    /// When the group came into its state; -1 for unknown.
    pub state_timestamp_ms: i64,
    pub members: Vec<MemberMetadata>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMetadata {
    pub member_id: Arc<str>,
    pub group_instance_id: Option<Arc<str>>,
    pub client_id: Arc<str>,
    pub client_host: Arc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// What the member said for the chosen protocol.
    pub subscription: Arc<[u8]>,
    pub assignment: Arc<[u8]>,
}

impl GroupMetadata {
    pub(super) fn decode(value: &[u8]) -> Result<Self, ReplayError> {
        let mut reader = Reader::new(value);
        let version = reader.i16()?;
        if !(0..=VERSION_MAX).contains(&version) {
            return Err(ReplayError::UnknownVersion { kind: KIND, version });
        }
        let mut fields = Fields::new(reader, version >= 4);
        let protocol_type = fields.shared_str()?;
        let generation = fields.i32()?;
        let protocol = fields.nullable_str()?;
        let leader = fields.nullable_str()?;
        let state_timestamp_ms = if version >= 2 { fields.i64()? } else { -1 };
        let members =
            fields.array(MEMBER_SIZE_MIN, |fields| MemberMetadata::decode(fields, version))?;
        fields.skip_tags()?;
        Ok(Self { protocol_type, generation, protocol, leader, state_timestamp_ms, members })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        codec::put_i16(&mut out, VERSION);
        put_str(&mut out, &self.protocol_type);
        codec::put_i32(&mut out, self.generation);
        put_nullable_str(&mut out, self.protocol.as_deref());
        put_nullable_str(&mut out, self.leader.as_deref());
        codec::put_i64(&mut out, self.state_timestamp_ms);
        codec::put_array_len(&mut out, false, self.members.len()).expect("members are bounded");
        for member in &self.members {
            member.encode(&mut out);
        }
        out
    }
}

impl MemberMetadata {
    fn decode(fields: &mut Fields<'_>, version: i16) -> Result<Self, DecodeError> {
        let member_id = fields.shared_str()?;
        let group_instance_id = if version >= 3 { fields.nullable_str()? } else { None };
        let client_id = fields.shared_str()?;
        let client_host = fields.shared_str()?;
        let rebalance_timeout_ms = if version >= 1 { fields.i32()? } else { -1 };
        let session_timeout_ms = fields.i32()?;
        let subscription = fields.bytes()?;
        let assignment = fields.bytes()?;
        fields.skip_tags()?;
        Ok(Self {
            member_id,
            group_instance_id,
            client_id,
            client_host,
            // Version 0 had none: then the session timeout counts.
            rebalance_timeout_ms: match rebalance_timeout_ms {
                -1 => session_timeout_ms,
                timeout => timeout,
            },
            session_timeout_ms,
            subscription,
            assignment,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_str(out, &self.member_id);
        put_nullable_str(out, self.group_instance_id.as_deref());
        put_str(out, &self.client_id);
        put_str(out, &self.client_host);
        codec::put_i32(out, self.rebalance_timeout_ms);
        codec::put_i32(out, self.session_timeout_ms);
        codec::put_bytes(out, false, &self.subscription).expect("members are bounded");
        codec::put_bytes(out, false, &self.assignment).expect("members are bounded");
    }
}

fn put_nullable_str(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => put_str(out, text),
        None => codec::put_null_string(out, false),
    }
}

pub(super) fn key(group: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + group.len());
    codec::put_i16(&mut out, KIND);
    put_str(&mut out, group);
    out
}

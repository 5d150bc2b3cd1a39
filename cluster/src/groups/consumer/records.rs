//! The records of a consumer group in Kafka's own format.
//!
//! ```text
//!   key    i16 kind │ group │ member id or regular expression (kinds 5, 7, 8, 16)
//!   value  i16 0    │ fields of a flexible message; none: the record is deleted
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;
use wire::codec::{
    DecodeError, Reader, put_array_len, put_bytes, put_i8, put_i16, put_i32, put_i64, put_no_tags,
    put_null_string, put_string, put_uuid, put_uvarint,
};

use super::member::{ClassicMetadata, Current, MemberState, Metadata, OwnedPartitions, Partitions};
use crate::groups::GroupRecord;

const KIND_GROUP: i16 = 3;
const KIND_PARTITION_METADATA: i16 = 4;
const KIND_MEMBER: i16 = 5;
const KIND_TARGET: i16 = 6;
const KIND_TARGET_MEMBER: i16 = 7;
const KIND_CURRENT: i16 = 8;
const KIND_REGEX: i16 = 16;
/// The only version of all values.
const VALUE_VERSION: i16 = 0;

/// The group's epoch, and the hash of all that its assignment depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupEpoch {
    pub epoch: i32,
    pub metadata_hash: i64,
}

/// The epoch that the target assignment was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetEpoch {
    pub epoch: i32,
    /// Unix time; 0: not known.
    pub assigned_at_ms: i64,
}

/// The topics that a regular expression stood for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolvedRegex {
    pub topics: BTreeSet<String>,
    /// The offset of the image it was resolved with.
    pub version: i64,
    /// Unix time.
    pub resolved_at_ms: i64,
}

/// One change of a group; `None`: what the key names is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Group(Option<GroupEpoch>),
    /// Written before Kafka 4.1, never by us; only that it exists is kept, to delete it.
    PartitionMetadata(Option<()>),
    Member(String, Option<Metadata>),
    Target(Option<TargetEpoch>),
    TargetMember(String, Option<Partitions>),
    Current(String, Option<Current>),
    Regex(String, Option<ResolvedRegex>),
}

impl Record {
    /// Whether the kind of a key belongs to a consumer group.
    #[must_use]
    pub const fn is_kind(kind: i16) -> bool {
        matches!(kind, KIND_GROUP..=KIND_CURRENT | KIND_REGEX)
    }

    /// Whether what the key names is gone.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        match self {
            Self::Group(value) => value.is_none(),
            Self::PartitionMetadata(value) => value.is_none(),
            Self::Member(_, value) => value.is_none(),
            Self::Target(value) => value.is_none(),
            Self::TargetMember(_, value) => value.is_none(),
            Self::Current(_, value) => value.is_none(),
            Self::Regex(_, value) => value.is_none(),
        }
    }

    #[must_use]
    pub fn encode(&self, group_id: &str) -> GroupRecord {
        let (kind, name) = match self {
            Self::Group(_) => (KIND_GROUP, None),
            Self::PartitionMetadata(_) => (KIND_PARTITION_METADATA, None),
            Self::Member(member_id, _) => (KIND_MEMBER, Some(member_id)),
            Self::Target(_) => (KIND_TARGET, None),
            Self::TargetMember(member_id, _) => (KIND_TARGET_MEMBER, Some(member_id)),
            Self::Current(member_id, _) => (KIND_CURRENT, Some(member_id)),
            Self::Regex(regex, _) => (KIND_REGEX, Some(regex)),
        };
        let mut key = Vec::with_capacity(64);
        put_i16(&mut key, kind);
        put_text(&mut key, false, group_id);
        if let Some(name) = name {
            put_text(&mut key, false, name);
        }
        GroupRecord { key, value: self.encode_value() }
    }

    fn encode_value(&self) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(64);
        put_i16(&mut out, VALUE_VERSION);
        match self {
            Self::Group(value) => put_group(&mut out, value.as_ref()?),
            Self::PartitionMetadata(value) => {
                (*value)?;
                put_count(&mut out, 0);
                put_no_tags(&mut out);
            }
            Self::Member(_, value) => put_metadata(&mut out, value.as_ref()?),
            Self::Target(value) => put_target(&mut out, value.as_ref()?),
            Self::TargetMember(_, value) => put_target_member(&mut out, value.as_ref()?),
            Self::Current(_, value) => put_current(&mut out, value.as_ref()?),
            Self::Regex(_, value) => put_regex(&mut out, value.as_ref()?),
        }
        Some(out)
    }

    /// The group and the change that a record says; `kind` was read from the key already.
    pub fn decode(
        kind: i16,
        key: &mut Reader<'_>,
        value: Option<&[u8]>,
    ) -> Result<(String, Self), DecodeError> {
        let group_id = key.string(false)?.into_owned();
        let mut name = String::new();
        if matches!(kind, KIND_MEMBER | KIND_TARGET_MEMBER | KIND_CURRENT | KIND_REGEX) {
            name = key.string(false)?.into_owned();
        }
        key.finish()?;
        let record = match kind {
            KIND_GROUP => Self::Group(read(value, read_group)?),
            KIND_PARTITION_METADATA => Self::PartitionMetadata(value.map(|_| ())),
            KIND_MEMBER => Self::Member(name, read(value, read_metadata)?),
            KIND_TARGET => Self::Target(read(value, read_target)?),
            KIND_TARGET_MEMBER => Self::TargetMember(name, read(value, read_target_member)?),
            KIND_CURRENT => Self::Current(name, read(value, read_current)?),
            KIND_REGEX => Self::Regex(name, read(value, read_regex)?),
            version => return Err(DecodeError::Version { api: "group record", version }),
        };
        Ok((group_id, record))
    }
}

fn read<T>(
    value: Option<&[u8]>,
    fields: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let mut reader = Reader::new(value);
    match reader.i16()? {
        VALUE_VERSION => fields(&mut reader).map(Some),
        version => Err(DecodeError::Version { api: "group record's value", version }),
    }
}

/// Strings come from requests, where none is longer than a string may be.
fn put_text(out: &mut Vec<u8>, flexible: bool, text: &str) {
    put_string(out, flexible, text).expect("a string of a request fits a record");
}

fn put_nullable_text(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => put_text(out, true, text),
        None => put_null_string(out, true),
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    put_array_len(out, true, count).expect("what is in memory can be counted");
}

/// A section of the one tagged field 0.
fn put_tag_0(out: &mut Vec<u8>, field: &[u8]) {
    put_uvarint(out, 1);
    put_uvarint(out, 0);
    put_uvarint(out, field.len() as u32);
    out.extend_from_slice(field);
}

/// A section of tagged fields, of which 0 is read.
fn read_tag_0(
    reader: &mut Reader<'_>,
    mut field: impl FnMut(&mut Reader<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    reader.tags(|tag, reader| {
        if tag != 0 {
            return Ok(false);
        }
        field(reader).map(|()| true)
    })
}

fn put_group(out: &mut Vec<u8>, value: &GroupEpoch) {
    put_i32(out, value.epoch);
    match value.metadata_hash {
        0 => put_no_tags(out),
        hash => put_tag_0(out, &hash.to_be_bytes()),
    }
}

fn read_group(reader: &mut Reader<'_>) -> Result<GroupEpoch, DecodeError> {
    let mut value = GroupEpoch { epoch: reader.i32()?, metadata_hash: 0 };
    read_tag_0(reader, |reader| {
        value.metadata_hash = reader.i64()?;
        Ok(())
    })?;
    Ok(value)
}

fn put_target(out: &mut Vec<u8>, value: &TargetEpoch) {
    put_i32(out, value.epoch);
    match value.assigned_at_ms {
        0 => put_no_tags(out),
        time => put_tag_0(out, &time.to_be_bytes()),
    }
}

fn read_target(reader: &mut Reader<'_>) -> Result<TargetEpoch, DecodeError> {
    let mut value = TargetEpoch { epoch: reader.i32()?, assigned_at_ms: 0 };
    read_tag_0(reader, |reader| {
        value.assigned_at_ms = reader.i64()?;
        Ok(())
    })?;
    Ok(value)
}

fn put_metadata(out: &mut Vec<u8>, value: &Metadata) {
    put_nullable_text(out, value.instance_id.as_deref());
    put_nullable_text(out, value.rack_id.as_deref());
    put_text(out, true, &value.client_id);
    put_text(out, true, &value.client_host);
    put_count(out, value.topic_names.len());
    value.topic_names.iter().for_each(|name| put_text(out, true, name));
    put_nullable_text(out, value.topic_regex.as_deref());
    put_i32(out, value.rebalance_timeout_ms);
    put_nullable_text(out, value.server_assignor.as_deref());
    let Some(classic) = &value.classic else {
        return put_no_tags(out);
    };
    let mut field = Vec::new();
    // The marker of a nullable structure that is there.
    put_i8(&mut field, 1);
    put_i32(&mut field, classic.session_timeout_ms);
    put_count(&mut field, classic.protocols.len());
    for (name, metadata) in &classic.protocols {
        put_text(&mut field, true, name);
        put_bytes(&mut field, true, metadata).expect("bytes of a request fit a record");
        put_no_tags(&mut field);
    }
    put_no_tags(&mut field);
    put_tag_0(out, &field);
}

fn read_metadata(reader: &mut Reader<'_>) -> Result<Metadata, DecodeError> {
    let text = |reader: &mut Reader<'_>| reader.string(true).map(Cow::into_owned);
    let nullable = |reader: &mut Reader<'_>| {
        reader.nullable_string(true).map(|text| text.map(Cow::into_owned))
    };
    let mut value = Metadata {
        instance_id: nullable(reader)?,
        rack_id: nullable(reader)?,
        client_id: text(reader)?,
        client_host: text(reader)?,
        topic_names: reader.array(true, 1, text)?.into_iter().collect(),
        topic_regex: nullable(reader)?,
        rebalance_timeout_ms: reader.i32()?,
        server_assignor: nullable(reader)?,
        classic: None,
    };
    read_tag_0(reader, |reader| {
        value.classic = reader.nullable_struct(read_classic)?;
        Ok(())
    })?;
    Ok(value)
}

fn read_classic(reader: &mut Reader<'_>) -> Result<ClassicMetadata, DecodeError> {
    let session_timeout_ms = reader.i32()?;
    let protocols = reader.array(true, 3, |reader| {
        let protocol = (reader.string(true)?.into_owned(), reader.bytes(true)?.into_owned());
        reader.skip_tags()?;
        Ok(protocol)
    })?;
    reader.skip_tags()?;
    Ok(ClassicMetadata { session_timeout_ms, protocols })
}

fn put_target_member(out: &mut Vec<u8>, value: &Partitions) {
    put_count(out, value.len());
    for (topic, partitions) in value {
        put_uuid(out, *topic);
        put_count(out, partitions.len());
        partitions.iter().for_each(|partition| put_i32(out, *partition));
        put_no_tags(out);
    }
    put_no_tags(out);
}

fn read_target_member(reader: &mut Reader<'_>) -> Result<Partitions, DecodeError> {
    let topics = reader.array(true, 18, |reader| {
        let topic = (reader.uuid()?, reader.array(true, 4, Reader::i32)?);
        reader.skip_tags()?;
        Ok(topic)
    })?;
    reader.skip_tags()?;
    let topics = topics.into_iter();
    Ok(topics.map(|(topic, partitions)| (topic, partitions.into_iter().collect())).collect())
}

fn put_current(out: &mut Vec<u8>, value: &Current) {
    put_i32(out, value.epoch);
    put_i32(out, value.previous_epoch);
    put_i8(out, value.state.to_i8());
    put_owned(out, &value.assigned);
    put_owned(out, &value.pending_revocation);
    put_no_tags(out);
}

fn read_current(reader: &mut Reader<'_>) -> Result<Current, DecodeError> {
    let epoch = reader.i32()?;
    let value = Current {
        epoch,
        previous_epoch: reader.i32()?,
        state: MemberState::from_i8(reader.i8()?),
        assigned: read_owned(reader, epoch)?,
        pending_revocation: read_owned(reader, epoch)?,
    };
    reader.skip_tags()?;
    Ok(value)
}

fn put_owned(out: &mut Vec<u8>, value: &OwnedPartitions) {
    put_count(out, value.len());
    for (topic, partitions) in value {
        put_uuid(out, *topic);
        put_count(out, partitions.len());
        partitions.keys().for_each(|partition| put_i32(out, *partition));
        let mut epochs = Vec::with_capacity(5 + 4 * partitions.len());
        put_count(&mut epochs, partitions.len());
        partitions.values().for_each(|epoch| put_i32(&mut epochs, *epoch));
        put_tag_0(out, &epochs);
    }
}

/// Before Kafka 4.3 there were no epochs of partitions: then the member's own epoch counts.
fn read_owned(reader: &mut Reader<'_>, epoch: i32) -> Result<OwnedPartitions, DecodeError> {
    let topics = reader.array(true, 18, |reader| {
        let topic: Uuid = reader.uuid()?;
        let partitions: Vec<i32> = reader.array(true, 4, Reader::i32)?;
        let mut epochs = None;
        read_tag_0(reader, |reader| {
            epochs = reader.nullable_array(true, 4, Reader::i32)?;
            Ok(())
        })?;
        let epochs = epochs.filter(|epochs: &Vec<i32>| epochs.len() == partitions.len());
        let epochs = epochs.unwrap_or_else(|| vec![epoch.max(0); partitions.len()]);
        Ok((topic, partitions.into_iter().zip(epochs).collect::<BTreeMap<i32, i32>>()))
    })?;
    Ok(topics.into_iter().collect())
}

fn put_regex(out: &mut Vec<u8>, value: &ResolvedRegex) {
    put_count(out, value.topics.len());
    value.topics.iter().for_each(|topic| put_text(out, true, topic));
    put_i64(out, value.version);
    put_i64(out, value.resolved_at_ms);
    put_no_tags(out);
}

fn read_regex(reader: &mut Reader<'_>) -> Result<ResolvedRegex, DecodeError> {
    let topics = reader.array(true, 1, |reader| reader.string(true).map(Cow::into_owned))?;
    let value = ResolvedRegex {
        topics: topics.into_iter().collect(),
        version: reader.i64()?,
        resolved_at_ms: reader.i64()?,
    };
    reader.skip_tags()?;
    Ok(value)
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;

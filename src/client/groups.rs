//! Consumer groups of both protocols: their members, and the offsets they have committed.

use std::collections::BTreeMap;

use wire::codec::{DecodeError, Reader};
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::OffsetFetchRequestGroup;
use wire::messages::{
    ConsumerGroupDescribeRequest, DeleteGroupsRequest, DescribeGroupsRequest,
    FindCoordinatorRequest, ListGroupsRequest, OffsetCommitRequest, OffsetFetchRequest,
};
use wire::{ApiKey, ErrorCode, Uuid};

use super::cluster::{Cluster, Topic};
use super::error::{ClientError, Patience, Refusal, Result, check};

/// Since then FindCoordinator is asked for many groups at once, and OffsetFetch for many.
const COORDINATORS_SINCE: i16 = 4;
const OFFSETS_OF_GROUPS_SINCE: i16 = 8;
/// A commit of nobody in particular, allowed while a group has no members.
const NO_GENERATION: i32 = -1;

/// A partition by its topic's name and its number.
pub type PartitionName = (String, i32);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub state: String,
    /// `classic` or `consumer` (KIP-848); empty where the broker does not tell.
    pub kind: String,
    pub protocol_type: String,
    /// The broker that coordinates it.
    pub coordinator: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    pub partitions: Vec<PartitionName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub state: String,
    pub assignor: String,
    pub coordinator: i32,
    pub members: Vec<Member>,
}

impl Group {
    /// Whether offsets can be set from outside.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && matches!(&*self.state, "Empty" | "Dead")
    }
}

/// The groups of all brokers, by name.
pub fn list(cluster: &mut Cluster) -> Result<Vec<Listed>> {
    cluster.metadata(&[], false)?;
    let brokers: Vec<i32> = cluster.brokers().keys().copied().collect();
    let mut found = Vec::new();
    for coordinator in brokers {
        let response = cluster.broker(coordinator)?.call(&ListGroupsRequest::default())?;
        check(format!("groups of broker {coordinator}"), response.error_code, None)?;
        found.extend(response.groups.iter().map(|group| Listed {
            id: group.group_id.to_string(),
            state: group.group_state.to_string(),
            kind: group.group_type.to_string(),
            protocol_type: group.protocol_type.to_string(),
            coordinator,
        }));
    }
    found.sort_by(|left, right| left.id.cmp(&right.id));
    Ok(found)
}

/// The broker that coordinates a group, once there is one.
pub fn coordinator(cluster: &mut Cluster, group: &str) -> Result<i32> {
    cluster.metadata(&[], false)?;
    let mut patience = Patience::new();
    loop {
        let connection = cluster.any()?;
        let many = connection.version(ApiKey::FindCoordinator)? >= COORDINATORS_SINCE;
        let mut request = FindCoordinatorRequest::default();
        if many {
            request.coordinator_keys.push(group.into());
        } else {
            request.key = group.into();
        }
        let response = connection.call(&request)?;
        let (code, node) = match response.coordinators.first() {
            Some(found) => (found.error_code, found.node_id),
            None => (response.error_code, response.node_id),
        };
        match check(about(group), code, None) {
            Ok(()) => return Ok(node),
            Err(error) => patience.wait_after(error)?,
        }
    }
}

/// Asks again while the coordinator says that it is only just becoming one.
fn patiently<T>(mut ask: impl FnMut() -> Result<T>) -> Result<T> {
    let mut patience = Patience::new();
    loop {
        match ask() {
            Err(error @ ClientError::Refused(_)) if error.is_retriable() => {
                patience.wait_after(error)?;
            }
            done => return done,
        }
    }
}

fn about(group: &str) -> String {
    format!("group {group:?}")
}

/// A group of either protocol.
pub fn describe(cluster: &mut Cluster, id: &str) -> Result<Group> {
    let coordinator = coordinator(cluster, id)?;
    let connection = cluster.broker(coordinator)?;
    if connection.version(ApiKey::ConsumerGroupDescribe).is_ok() {
        let request = ConsumerGroupDescribeRequest {
            group_ids: vec![id.into()],
            ..ConsumerGroupDescribeRequest::default()
        };
        let response = connection.call(&request)?;
        if let Some(group) = response.groups.first()
            && group.error_code == ErrorCode::None as i16
        {
            return Ok(of_consumer_protocol(group, coordinator));
        }
    }
    patiently(|| describe_classic(cluster, id, coordinator))
}

fn of_consumer_protocol(
    group: &wire::messages::consumer_group_describe_response::DescribedGroup<'_>,
    coordinator: i32,
) -> Group {
    let members = group.members.iter().map(|member| Member {
        id: member.member_id.to_string(),
        instance_id: member.instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        partitions: member
            .assignment
            .topic_partitions
            .iter()
            .flat_map(|topic| topic.partitions.iter().map(|n| (topic.topic_name.to_string(), *n)))
            .collect(),
    });
    Group {
        id: group.group_id.to_string(),
        state: group.group_state.to_string(),
        assignor: group.assignor_name.to_string(),
        coordinator,
        members: members.collect(),
    }
}

fn describe_classic(cluster: &mut Cluster, id: &str, coordinator: i32) -> Result<Group> {
    let request =
        DescribeGroupsRequest { groups: vec![id.into()], ..DescribeGroupsRequest::default() };
    let response = cluster.broker(coordinator)?.call(&request)?;
    let missing = || ClientError::Refused(Refusal::new(about(id), NOT_FOUND as i16, None));
    let group = response.groups.first().ok_or_else(missing)?;
    check(about(id), group.error_code, group.error_message.as_deref())?;
    if group.group_state == "Dead" {
        return Err(missing());
    }
    let members = group.members.iter().map(|member| Member {
        id: member.member_id.to_string(),
        instance_id: member.group_instance_id.as_deref().map(str::to_owned),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        // Other kinds of groups have assignments of their own form.
        partitions: assigned(&member.member_assignment).unwrap_or_default(),
    });
    Ok(Group {
        id: id.to_owned(),
        state: group.group_state.to_string(),
        assignor: group.protocol_data.to_string(),
        coordinator,
        members: members.collect(),
    })
}

const NOT_FOUND: ErrorCode = ErrorCode::GroupIdNotFound;

/// What the leader of a classic group of consumers has given a member.
fn assigned(assignment: &[u8]) -> std::result::Result<Vec<PartitionName>, DecodeError> {
    let mut reader = Reader::with_budget(assignment, assignment.len() * 16);
    let _version = reader.i16()?;
    let topics = reader.array(false, 6, |reader| {
        let name = reader.string(false)?.into_owned();
        Ok((name, reader.array(false, 4, Reader::i32)?))
    })?;
    let each = topics
        .into_iter()
        .flat_map(|(name, numbers)| numbers.into_iter().map(move |number| (name.clone(), number)));
    Ok(each.collect())
}

/// All offsets that a group has committed. `topics` are the cluster's.
pub fn committed(
    cluster: &mut Cluster,
    coordinator: i32,
    group: &str,
    topics: &[Topic],
) -> Result<BTreeMap<PartitionName, i64>> {
    patiently(|| committed_once(cluster, coordinator, group, topics))
}

fn committed_once(
    cluster: &mut Cluster,
    coordinator: i32,
    group: &str,
    topics: &[Topic],
) -> Result<BTreeMap<PartitionName, i64>> {
    let connection = cluster.broker(coordinator)?;
    let many = connection.version(ApiKey::OffsetFetch)? >= OFFSETS_OF_GROUPS_SINCE;
    let mut request = OffsetFetchRequest::default();
    if many {
        request.groups.push(OffsetFetchRequestGroup {
            group_id: group.into(),
            topics: None,
            ..OffsetFetchRequestGroup::default()
        });
    } else {
        request.group_id = group.into();
        request.topics = None;
    }
    let response = connection.call(&request)?;
    let mut found = BTreeMap::new();
    let mut note = |topic: &str, partition: i32, code: i16, offset: i64| -> Result<()> {
        check(format!("{} of {}", about(group), topic), code, None)?;
        if offset >= 0 {
            found.insert((topic.to_owned(), partition), offset);
        }
        Ok(())
    };
    check(about(group), response.error_code, None)?;
    for topic in &response.topics {
        for one in &topic.partitions {
            note(&topic.name, one.partition_index, one.error_code, one.committed_offset)?;
        }
    }
    for of_group in &response.groups {
        check(about(group), of_group.error_code, None)?;
        for topic in &of_group.topics {
            let name = if topic.name.is_empty() {
                name_of(topics, topic.topic_id)
            } else {
                topic.name.to_string()
            };
            for one in &topic.partitions {
                note(&name, one.partition_index, one.error_code, one.committed_offset)?;
            }
        }
    }
    Ok(found)
}

/// A topic's name, or its id if it is gone.
fn name_of(topics: &[Topic], id: Uuid) -> String {
    let known = topics.iter().find(|topic| topic.id == id);
    known.map_or_else(|| id.to_string(), |topic| topic.name.clone())
}

/// Sets a group's offsets; it must have no members.
pub fn commit(
    cluster: &mut Cluster,
    coordinator: i32,
    group: &str,
    topics: &[Topic],
    offsets: &BTreeMap<PartitionName, i64>,
) -> Result<()> {
    let mut by_topic: BTreeMap<&str, Vec<OffsetCommitRequestPartition<'_>>> = BTreeMap::new();
    for ((topic, partition), offset) in offsets {
        by_topic.entry(topic).or_default().push(OffsetCommitRequestPartition {
            partition_index: *partition,
            committed_offset: *offset,
            ..OffsetCommitRequestPartition::default()
        });
    }
    let of_topic = |(name, partitions): (&str, _)| OffsetCommitRequestTopic {
        name: name.to_owned().into(),
        topic_id: topics.iter().find(|topic| topic.name == name).map_or(Uuid::ZERO, |one| one.id),
        partitions,
    };
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: NO_GENERATION,
        topics: by_topic.into_iter().map(of_topic).collect(),
        ..OffsetCommitRequest::default()
    };
    patiently(|| {
        let response = cluster.broker(coordinator)?.call(&request)?;
        for topic in &response.topics {
            for one in &topic.partitions {
                let number = one.partition_index;
                check(format!("{}, partition {number}", about(group)), one.error_code, None)?;
            }
        }
        Ok(())
    })
}

/// Deletes a group without members, and its offsets.
pub fn delete(cluster: &mut Cluster, group: &str) -> Result<()> {
    let coordinator = coordinator(cluster, group)?;
    let request = DeleteGroupsRequest { groups_names: vec![group.into()] };
    patiently(|| {
        let response = cluster.broker(coordinator)?.call(&request)?;
        let result = response.results.first();
        let (code, message) = result.map_or((NOT_FOUND as i16, None), |result| {
            (result.error_code, result.error_message.as_deref())
        });
        check(about(group), code, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_and_garbage_is_none() {
        let bytes = b"\x00\x01\x00\x00\x00\x01\x00\x02ab\x00\x00\x00\x02\x00\x00\x00\x00\
                      \x00\x00\x00\x05\xff\xff\xff\xff";
        assert_eq!(assigned(bytes).unwrap(), [("ab".to_owned(), 0), ("ab".to_owned(), 5)]);
        assert!(assigned(b"\x00\x01\x7f\xff\xff\xff").is_err());
        assert!(assigned(b"").is_err());
    }
}

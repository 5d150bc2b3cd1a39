//! Groups by raw requests: find the coordinator, join, sync, commit, fetch.

use super::broker::{Broker, Options};
use super::command::Output;
use super::connection::Connection;
use super::eventually;
use super::files::files_below;
use super::tools::{DUMP_LOG, tool};
use super::topic::{Topic, shard_of};
use std::path::Path;
use std::time::Duration;
use wire::messages::describe_groups_response::DescribedGroup;
use wire::messages::join_group_request::JoinGroupRequestProtocol;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use wire::messages::sync_group_request::SyncGroupRequestAssignment;
use wire::messages::*;

pub const COORDINATOR_LOAD_IN_PROGRESS: i16 = 14;
pub const COORDINATOR_NOT_AVAILABLE: i16 = 15;
pub const NOT_COORDINATOR: i16 = 16;

/// A broker whose groups wait for nobody but the members they have.
pub fn start(test: &str, shards: usize) -> Broker {
    Broker::start(test, options(shards))
}

pub fn options(shards: usize) -> Options {
    Options::shards(shards).set("group.initial.rebalance.delay.ms", "0")
}

/// The shard that coordinates a group.
pub fn shard(broker: &Broker, group: &str) -> usize {
    let request =
        FindCoordinatorRequest { coordinator_keys: vec![group.into()], ..Default::default() };
    let mut node = -1;
    eventually("the group has a coordinator", Duration::from_secs(30), || {
        let found = broker.connect(0).call(4, &request);
        node = found.coordinators[0].node_id;
        found.coordinators[0].error_code == 0
    });
    shard_of(node)
}

/// What stock Kafka reads in the logs of groups in a shard's folder; the broker has stopped.
pub fn dump(shard_dir: &Path) -> Output {
    let written = files_below(shard_dir).into_iter().filter(|path| {
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        is_log && bytes > 0 && path.to_string_lossy().contains("/__consumer_offsets-")
    });
    let written: Vec<String> = written.map(|path| path.to_string_lossy().into_owned()).collect();
    tool(DUMP_LOG, &["--offsets-decoder", "--files", &written.join(",")]).ok()
}

/// A connection to the group's coordinator, which has loaded its groups.
pub fn connect(broker: &Broker, group: &str) -> Connection {
    let mut connection = broker.connect(shard(broker, group));
    eventually("the coordinator has loaded", Duration::from_secs(30), || {
        let code = describe(&mut connection, group).error_code;
        ![COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR].contains(&code)
    });
    connection
}

pub fn describe(connection: &mut Connection, group: &str) -> DescribedGroup<'static> {
    let request = DescribeGroupsRequest {
        groups: vec![group.to_owned().into()],
        include_authorized_operations: false,
    };
    connection.call(5, &request).groups.remove(0)
}

/// What a member says when it joins.
#[derive(Clone, Debug)]
pub struct Member {
    pub group: String,
    pub id: String,
    pub instance: Option<String>,
    pub session_ms: i32,
    pub rebalance_ms: i32,
    pub protocols: Vec<(String, Vec<u8>)>,
}

impl Member {
    pub fn new(group: &str) -> Member {
        Member {
            group: group.to_owned(),
            id: String::new(),
            instance: None,
            session_ms: 10_000,
            rebalance_ms: 10_000,
            protocols: vec![("range".to_owned(), subscription(&[]))],
        }
    }

    pub fn instance(mut self, instance: &str) -> Member {
        self.instance = Some(instance.to_owned());
        self
    }

    pub fn topics(mut self, topics: &[&str]) -> Member {
        self.protocols[0].1 = subscription(topics);
        self
    }

    pub fn request(&self) -> JoinGroupRequest<'_> {
        let protocols = self.protocols.iter().map(|(name, metadata)| JoinGroupRequestProtocol {
            name: name.as_str().into(),
            metadata: metadata.as_slice().into(),
        });
        JoinGroupRequest {
            group_id: self.group.as_str().into(),
            session_timeout_ms: self.session_ms,
            rebalance_timeout_ms: self.rebalance_ms,
            member_id: self.id.as_str().into(),
            group_instance_id: self.instance.as_deref().map(Into::into),
            protocol_type: "consumer".into(),
            protocols: protocols.collect(),
            reason: None,
        }
    }

    /// Joins as clients do: with the id that the broker gives.
    #[track_caller]
    pub fn join(
        &mut self,
        connection: &mut Connection,
        version: i16,
    ) -> JoinGroupResponse<'static> {
        const MEMBER_ID_REQUIRED: i16 = 79;
        let mut joined = connection.call(version, &self.request());
        if joined.error_code == MEMBER_ID_REQUIRED {
            self.id = joined.member_id.to_string();
            joined = connection.call(version, &self.request());
        }
        if joined.error_code == 0 {
            self.id = joined.member_id.to_string();
        }
        joined
    }

    /// Joins alone, gives itself `assignment`, and returns the generation.
    #[track_caller]
    pub fn settle(&mut self, connection: &mut Connection, assignment: &[u8]) -> i32 {
        let joined = self.join(connection, 9);
        assert_eq!(joined.error_code, 0, "{joined:?}");
        let own = self.id.clone();
        let synced = self.sync(connection, 5, joined.generation_id, &[(&own, assignment)]);
        assert_eq!((synced.error_code, &*synced.assignment), (0, assignment));
        joined.generation_id
    }

    #[track_caller]
    pub fn sync(
        &self,
        connection: &mut Connection,
        version: i16,
        generation: i32,
        assignments: &[(&str, &[u8])],
    ) -> SyncGroupResponse<'static> {
        let assignments = assignments.iter().map(|(member, assignment)| {
            let (member_id, assignment) = ((*member).into(), (*assignment).into());
            SyncGroupRequestAssignment { member_id, assignment }
        });
        let request = SyncGroupRequest {
            group_id: self.group.as_str().into(),
            generation_id: generation,
            member_id: self.id.as_str().into(),
            group_instance_id: self.instance.as_deref().map(Into::into),
            protocol_type: (version >= 5).then_some("consumer".into()),
            protocol_name: (version >= 5).then_some("range".into()),
            assignments: assignments.collect(),
        };
        connection.call(version, &request)
    }

    #[track_caller]
    pub fn heartbeat(&self, connection: &mut Connection, version: i16, generation: i32) -> i16 {
        let request = HeartbeatRequest {
            group_id: self.group.as_str().into(),
            generation_id: generation,
            member_id: self.id.as_str().into(),
            group_instance_id: self.instance.as_deref().map(Into::into),
        };
        connection.call(version, &request).error_code
    }

    /// Commits as this member: the code of each partition.
    #[track_caller]
    pub fn commit(
        &self,
        connection: &mut Connection,
        version: i16,
        generation: i32,
        commits: &[Commit<'_>],
    ) -> Vec<i16> {
        let response = connection.call(version, &self.commit_request(version, generation, commits));
        let code_of = |commit: &Commit<'_>| {
            let same = |name: &str, id| match version {
                10.. => id == commit.topic.id,
                _ => name == commit.topic.name,
            };
            let of_topic = response.topics.iter().filter(|told| same(&told.name, told.topic_id));
            let mut partitions = of_topic.flat_map(|told| &told.partitions);
            let told = partitions.find(|told| told.partition_index == commit.partition);
            told.expect("an answer for each partition").error_code
        };
        commits.iter().map(code_of).collect()
    }

    pub fn commit_request<'a>(
        &'a self,
        version: i16,
        generation: i32,
        commits: &[Commit<'a>],
    ) -> OffsetCommitRequest<'a> {
        let topics = commits.iter().map(|commit| OffsetCommitRequestTopic {
            name: commit.topic.name.as_str().into(),
            topic_id: commit.topic.id,
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: commit.partition,
                committed_offset: commit.offset,
                committed_leader_epoch: if version >= 6 { commit.epoch } else { -1 },
                committed_metadata: Some(commit.metadata.into()),
                ..Default::default()
            }],
        });
        OffsetCommitRequest {
            group_id: self.group.as_str().into(),
            generation_id_or_member_epoch: generation,
            member_id: self.id.as_str().into(),
            group_instance_id: self.instance.as_deref().map(Into::into),
            retention_time_ms: -1,
            topics: topics.collect(),
        }
    }
}

/// One partition's offset to commit.
#[derive(Clone, Copy)]
pub struct Commit<'a> {
    pub topic: &'a Topic,
    pub partition: i32,
    pub offset: i64,
    pub epoch: i32,
    pub metadata: &'a str,
}

impl<'a> Commit<'a> {
    pub fn new(topic: &'a Topic, partition: i32, offset: i64) -> Commit<'a> {
        Commit { topic, partition, offset, epoch: -1, metadata: "" }
    }
}

/// Commits without being a member of a group that has none: a code for each.
#[track_caller]
pub fn commit_alone(connection: &mut Connection, group: &str, commits: &[Commit<'_>]) -> Vec<i16> {
    Member::new(group).commit(connection, 8, -1, commits)
}

/// A committed offset as it is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub offset: i64,
    pub epoch: i32,
    pub metadata: String,
    pub error_code: i16,
}

impl Committed {
    pub fn at(offset: i64) -> Committed {
        Committed { offset, epoch: -1, metadata: String::new(), error_code: 0 }
    }
}

/// What is committed for one partition.
#[track_caller]
pub fn committed(
    connection: &mut Connection,
    version: i16,
    group: &str,
    topic: &Topic,
    partition: i32,
) -> Committed {
    let names = |name: &str| OffsetFetchRequestTopic {
        name: name.to_owned().into(),
        partition_indexes: vec![partition],
    };
    if version < 8 {
        let request = OffsetFetchRequest {
            group_id: group.into(),
            topics: Some(vec![names(&topic.name)]),
            ..Default::default()
        };
        let response = connection.call(version, &request);
        assert_eq!(response.error_code, 0, "OffsetFetch v{version}");
        let found = &response.topics[0].partitions[0];
        return Committed {
            offset: found.committed_offset,
            epoch: found.committed_leader_epoch,
            metadata: found.metadata.as_deref().unwrap_or_default().to_owned(),
            error_code: found.error_code,
        };
    }
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: group.into(),
            member_epoch: -1,
            topics: Some(vec![OffsetFetchRequestTopics {
                name: topic.name.as_str().into(),
                topic_id: topic.id,
                partition_indexes: vec![partition],
            }]),
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = connection.call(version, &request);
    let group = &response.groups[0];
    assert_eq!(group.error_code, 0, "OffsetFetch v{version}");
    let found = &group.topics[0].partitions[0];
    Committed {
        offset: found.committed_offset,
        epoch: found.committed_leader_epoch,
        metadata: found.metadata.as_deref().unwrap_or_default().to_owned(),
        error_code: found.error_code,
    }
}

/// The metadata of a consumer that subscribes to `topics` (ConsumerProtocolSubscription v0).
pub fn subscription(topics: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        bytes.extend((topic.len() as i16).to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.extend((-1i32).to_be_bytes());
    bytes
}

/// What a consumer is given of one topic (ConsumerProtocolAssignment v0).
pub fn assignment(topic: &str, partitions: &[i32]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(1i32.to_be_bytes());
    bytes.extend((topic.len() as i16).to_be_bytes());
    bytes.extend(topic.as_bytes());
    bytes.extend((partitions.len() as i32).to_be_bytes());
    for partition in partitions {
        bytes.extend(partition.to_be_bytes());
    }
    bytes.extend((-1i32).to_be_bytes());
    bytes
}

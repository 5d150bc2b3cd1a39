//! One coordinator, its clock, and the log it writes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use wire::messages::join_group_request::JoinGroupRequestProtocol;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::sync_group_request::SyncGroupRequestAssignment;
use wire::messages::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, OffsetCommitRequest, SyncGroupRequest,
    SyncGroupResponse,
};
use wire::{ErrorCode, Uuid};

use crate::configs::{BrokerSettings, StaticConfigs, View};
use crate::groups::group::Kind;
use crate::groups::records::CommittedOffset;
use crate::groups::{
    Caller, Context, Coordinator, GroupRecord, GroupSettings, Now, Reply, Request, Step, Ticket,
};
use crate::image::{Image, Partition};
use crate::records::{PartitionRecord, Record, TopicCreated};

pub(super) const SESSION_MS: u64 = 10_000;
pub(super) const REBALANCE_MS: u64 = 60_000;
pub(super) const DELAY_MS: u64 = 3_000;

pub(super) struct World {
    pub coordinator: Coordinator,
    pub image: Image,
    pub settings: GroupSettings,
    pub now: Now,
    pub log: Vec<GroupRecord>,
    pub replies: BTreeMap<Ticket, Reply>,
    next: u64,
}

impl World {
    pub fn new() -> Self {
        let mut image = Image::default();
        for (id, name) in [(1, "a"), (2, "b")] {
            let topic_id = Uuid([id; 16]);
            image
                .apply(&Record::TopicCreated(TopicCreated { topic_id, name: name.into() }))
                .unwrap();
            for partition in 0..3 {
                let state = Partition::new(vec![1]);
                let record = PartitionRecord { topic_id, partition, state };
                image.apply(&Record::PartitionCreated(record)).unwrap();
            }
        }
        let statics = StaticConfigs::default();
        let settings = BrokerSettings::new(&View::new(&image, &statics, 1)).groups;
        let now = Now { mono_ms: 1_000, unix_ms: 1_700_000_000_000 };
        let (log, replies) = (Vec::new(), BTreeMap::new());
        let coordinator = Coordinator::new();
        let mut world = Self { coordinator, image, settings, now, log, replies, next: 0 };
        world.run(Coordinator::loaded);
        world
    }

    pub fn add_partition(&mut self, topic: &str, partition: i32) {
        let topic_id = self.image.topic(topic).unwrap().id;
        let record = PartitionRecord { topic_id, partition, state: Partition::new(vec![1]) };
        self.image.apply(&Record::PartitionCreated(record)).unwrap();
    }

    pub fn run(&mut self, step: impl FnOnce(&mut Coordinator, &Context<'_>) -> Step) {
        self.next += 1;
        let fresh_id = Uuid(u128::from(self.next).to_be_bytes());
        let ctx = Context { now: self.now, image: &self.image, settings: &self.settings, fresh_id };
        let step = step(&mut self.coordinator, &ctx);
        self.log.extend(step.records);
        for (ticket, reply) in step.replies {
            assert!(self.replies.insert(ticket, reply).is_none(), "{ticket} is answered twice");
        }
    }

    pub fn ask(&mut self, api_version: i16, request: Request<'_>) -> Ticket {
        let ticket = self.next + 1;
        let caller = Caller { client_id: "c", client_host: "/127.0.0.1", api_version };
        self.run(|coordinator, ctx| coordinator.step(ctx, &caller, ticket, request));
        ticket
    }

    /// Lets time pass; what is due on the way happens when it is due.
    pub fn pass(&mut self, ms: u64) {
        let end_ms = self.now.mono_ms + ms;
        while let Some(due_ms) = self.coordinator.next_deadline_ms().filter(|due| *due <= end_ms) {
            self.set_time(due_ms.max(self.now.mono_ms));
            self.run(Coordinator::tick);
        }
        self.set_time(end_ms);
    }

    fn set_time(&mut self, mono_ms: u64) {
        self.now.unix_ms += (mono_ms - self.now.mono_ms) as i64;
        self.now.mono_ms = mono_ms;
    }

    /// A new coordinator of the same log.
    pub fn restart(&mut self) {
        self.coordinator = self.replayed();
        self.run(Coordinator::loaded);
    }

    pub fn replayed(&self) -> Coordinator {
        let mut coordinator = Coordinator::new();
        for record in &self.log {
            coordinator.replay(&record.key, record.value.as_deref(), 0).unwrap();
        }
        coordinator
    }

    pub fn join(&mut self, version: i16, request: &JoinGroupRequest<'_>) -> Ticket {
        self.ask(version, Request::JoinGroup(request))
    }

    /// A join that is answered at once.
    pub fn joined_now(&mut self, version: i16, request: &JoinGroupRequest<'_>) -> Joined {
        let ticket = self.join(version, request);
        self.joined(ticket)
    }

    pub fn joined(&mut self, ticket: Ticket) -> Joined {
        match self.replies.remove(&ticket) {
            Some(Reply::JoinGroup(response)) => Joined(response),
            other => panic!("{other:?}"),
        }
    }

    pub fn waits(&self, ticket: Ticket) -> bool {
        !self.replies.contains_key(&ticket)
    }

    /// A member id as v4 gives it out.
    pub fn member_id(&mut self) -> String {
        let joined = self.joined_now(4, &join("", &["range"]));
        assert_eq!(joined.error(), ErrorCode::MemberIdRequired);
        joined.0.member_id.into_owned()
    }

    /// A stable group of this many members; the ids, the leader's first.
    pub fn stable(&mut self, count: usize) -> Vec<String> {
        let ids: Vec<String> = (0..count).map(|_| self.member_id()).collect();
        let tickets: Vec<Ticket> =
            ids.iter().map(|id| self.join(9, &join(id, &["range"]))).collect();
        self.pass(2 * DELAY_MS);
        let joins: Vec<Joined> = tickets.iter().map(|ticket| self.joined(*ticket)).collect();
        assert_eq!(joins[0].0.leader, ids[0]);
        assert_eq!(joins[0].0.members.len(), count);
        self.sync_all(&ids, joins[0].0.generation_id);
        ids
    }

    /// The leader is the first.
    pub fn sync_all(&mut self, ids: &[String], generation: i32) {
        for id in ids.iter().rev() {
            let all: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
            let assignments = if *id == ids[0] { &all[..] } else { &[] };
            let ticket = self.sync(id, generation, assignments);
            if *id == ids[0] {
                let own = self.synced(ticket);
                assert_eq!((own.error_code, &*own.assignment), (0, id.as_bytes()));
            }
        }
        self.replies.clear();
    }

    pub fn sync(&mut self, id: &str, generation: i32, assignments: &[(&str, &str)]) -> Ticket {
        let request = sync(id, generation, assignments);
        self.ask(5, Request::SyncGroup(&request))
    }

    pub fn synced(&mut self, ticket: Ticket) -> SyncGroupResponse<'static> {
        match self.replies.remove(&ticket) {
            Some(Reply::SyncGroup(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    pub fn heartbeat(&mut self, id: &str, generation: i32) -> ErrorCode {
        let request = HeartbeatRequest {
            group_id: "g".into(),
            generation_id: generation,
            member_id: id.into(),
            group_instance_id: None,
        };
        let ticket = self.ask(4, Request::Heartbeat(&request));
        match self.replies.remove(&ticket) {
            Some(Reply::Heartbeat(response)) => code(response.error_code),
            other => panic!("{other:?}"),
        }
    }

    /// Commits one offset of topic `a`, partition 0.
    pub fn commit(&mut self, id: &str, generation: i32, offset: i64) -> ErrorCode {
        self.commit_request(9, &commit(id, generation, offset))[0]
    }

    pub fn commit_request(
        &mut self,
        version: i16,
        request: &OffsetCommitRequest<'_>,
    ) -> Vec<ErrorCode> {
        let ticket = self.ask(version, Request::OffsetCommit(request));
        match self.replies.remove(&ticket) {
            Some(Reply::OffsetCommit(response)) => response
                .topics
                .iter()
                .flat_map(|topic| &topic.partitions)
                .map(|partition| code(partition.error_code))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    pub fn delete_group(&mut self) -> ErrorCode {
        let ticket = self.ask(2, Request::DeleteGroup("g"));
        self.pass(0);
        match self.replies.remove(&ticket) {
            Some(Reply::DeleteGroup(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    pub fn state(&self) -> String {
        self.coordinator.describe("g").group_state.into_owned()
    }

    /// What is in memory is what the log says.
    pub fn check_replay(&self) {
        assert_eq!(durable(&self.coordinator), durable(&self.replayed()));
    }

    pub fn members(&self) -> Vec<String> {
        let members = self.coordinator.describe("g").members;
        members.into_iter().map(|member| member.member_id.into_owned()).collect()
    }
}

/// Of each group what the log has: its members, and its offsets.
pub(super) type Durable = BTreeMap<Arc<str>, (String, Vec<(Arc<str>, i32, CommittedOffset)>)>;

pub(super) fn durable(coordinator: &Coordinator) -> Durable {
    let groups = coordinator.groups.iter().map(|(id, group)| {
        let members = match &group.kind {
            Kind::Classic(classic) => format!("{:?}", classic.recorded()),
            Kind::Consumer(consumer) => consumer.check_state(),
        };
        let offsets = group.offsets.iter();
        let offsets =
            offsets.map(|(topic, partition, value)| (topic.clone(), partition, value.clone()));
        (id.clone(), (members, offsets.collect()))
    });
    groups.collect()
}

#[derive(Debug)]
pub(super) struct Joined(pub JoinGroupResponse<'static>);

impl Joined {
    pub fn error(&self) -> ErrorCode {
        code(self.0.error_code)
    }
}

pub(super) fn code(code: i16) -> ErrorCode {
    ErrorCode::from_i16(code).unwrap()
}

/// A subscription of consumers: version 0, one topic, no user data.
pub(super) fn subscription(topic: &str) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 0, 0, 1, 0, topic.len() as u8];
    bytes.extend(topic.as_bytes());
    bytes.extend([0xff; 4]);
    bytes
}

pub(super) fn join(member_id: &str, protocols: &[&str]) -> JoinGroupRequest<'static> {
    let protocol = |name: &&str| JoinGroupRequestProtocol {
        name: Cow::Owned((*name).to_owned()),
        metadata: Cow::Owned(subscription("a")),
    };
    JoinGroupRequest {
        group_id: "g".into(),
        session_timeout_ms: SESSION_MS as i32,
        rebalance_timeout_ms: REBALANCE_MS as i32,
        member_id: Cow::Owned(member_id.to_owned()),
        group_instance_id: None,
        protocol_type: "consumer".into(),
        protocols: protocols.iter().map(protocol).collect(),
        reason: None,
    }
}

pub(super) fn static_join(instance_id: &str, protocols: &[&str]) -> JoinGroupRequest<'static> {
    let instance_id = Some(Cow::Owned(instance_id.to_owned()));
    JoinGroupRequest { group_instance_id: instance_id, ..join("", protocols) }
}

pub(super) fn sync<'a>(
    id: &'a str,
    generation: i32,
    assignments: &[(&'a str, &'a str)],
) -> SyncGroupRequest<'a> {
    let assignment = |(id, assignment): &(&'a str, &'a str)| SyncGroupRequestAssignment {
        member_id: Cow::Borrowed(*id),
        assignment: Cow::Borrowed(assignment.as_bytes()),
    };
    SyncGroupRequest {
        group_id: "g".into(),
        generation_id: generation,
        member_id: id.into(),
        group_instance_id: None,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: assignments.iter().map(assignment).collect(),
    }
}

pub(super) fn commit(id: &str, generation: i32, offset: i64) -> OffsetCommitRequest<'_> {
    let partition = OffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: offset,
        committed_leader_epoch: 7,
        committed_metadata: Some("m".into()),
    };
    let topic = OffsetCommitRequestTopic {
        name: "a".into(),
        topic_id: Uuid::ZERO,
        partitions: vec![partition],
    };
    OffsetCommitRequest {
        group_id: "g".into(),
        generation_id_or_member_epoch: generation,
        member_id: id.into(),
        group_instance_id: None,
        retention_time_ms: -1,
        topics: vec![topic],
    }
}

//! Members of both protocols in one group, as their clients would speak.

use std::collections::BTreeMap;

use wire::messages::consumer_group_describe_response::DescribedGroup;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::leave_group_response::LeaveGroupResponse;
use wire::messages::sync_group_request::SyncGroupRequestAssignment;
use wire::messages::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, JoinGroupRequest,
    LeaveGroupRequest, SyncGroupRequest,
};
use wire::{ErrorCode, Uuid};

use super::world::{DELAY_MS, World, code, join, static_join, sync};
use crate::groups::embedded::Assignment;
use crate::groups::{Caller, Context, Reply, Request, Ticket};

pub(super) type Beat = ConsumerGroupHeartbeatRequest<'static>;
pub(super) type Told = ConsumerGroupHeartbeatResponse<'static>;

/// Of topic `a`.
pub(super) fn assigned(partitions: &[i32]) -> Vec<u8> {
    Assignment::encode(0, [("a", partitions.to_vec())].into_iter())
}

/// The partitions of topic `a` in an assignment of the classic protocol.
pub(super) fn partitions(assignment: &[u8]) -> Vec<i32> {
    let topics = Assignment::decode(assignment).unwrap().partitions;
    topics.into_iter().filter(|(topic, _)| topic == "a").flat_map(|(_, numbers)| numbers).collect()
}

/// A first heartbeat of a member that reads topic `a`.
pub(super) fn joins(member_id: &str) -> Beat {
    Beat {
        group_id: "g".into(),
        member_id: member_id.to_owned().into(),
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(vec!["a".into()]),
        topic_partitions: Some(Vec::new()),
        ..Beat::default()
    }
}

pub(super) fn beats(member_id: &str, epoch: i32, owned: &[i32]) -> Beat {
    let owned = TopicPartitions { topic_id: Uuid([1; 16]), partitions: owned.to_vec() };
    Beat {
        group_id: "g".into(),
        member_id: member_id.to_owned().into(),
        member_epoch: epoch,
        rebalance_timeout_ms: -1,
        topic_partitions: Some(if owned.partitions.is_empty() { vec![] } else { vec![owned] }),
        ..Beat::default()
    }
}

/// What is owned after this answer; `None`: as before.
pub(super) fn owned(told: &Told) -> Option<Vec<i32>> {
    let topics = &told.assignment.as_ref()?.topic_partitions;
    Some(topics.iter().flat_map(|topic| topic.partitions.clone()).collect())
}

impl World {
    pub fn beat(&mut self, request: &Beat) -> Told {
        let ticket = self.ask(1, Request::ConsumerGroupHeartbeat(request));
        match self.replies.remove(&ticket) {
            Some(Reply::ConsumerGroupHeartbeat(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    pub fn beat_ok(&mut self, request: &Beat) -> Told {
        let told = self.beat(request);
        assert_eq!(told.error_code, 0, "{told:?}");
        self.check_replay();
        told
    }

    /// A stable classic group whose members share the partitions of `a`.
    pub fn classic(&mut self, shares: &[&[i32]]) -> Vec<String> {
        let joins: Vec<JoinGroupRequest<'static>> = shares
            .iter()
            .map(|_| {
                let id = self.member_id();
                join(&id, &["range"])
            })
            .collect();
        self.settle(&joins, shares)
    }

    /// The same, of static members that are named so.
    pub fn classic_statics(&mut self, shares: &[(&str, &[i32])]) -> Vec<String> {
        let joins: Vec<_> = shares.iter().map(|(name, _)| static_join(name, &["range"])).collect();
        let shares: Vec<&[i32]> = shares.iter().map(|(_, share)| *share).collect();
        self.settle(&joins, &shares)
    }

    fn settle(&mut self, joins: &[JoinGroupRequest<'_>], shares: &[&[i32]]) -> Vec<String> {
        let tickets: Vec<Ticket> = joins.iter().map(|request| self.join(9, request)).collect();
        self.pass(2 * DELAY_MS);
        let joined: Vec<_> = tickets.iter().map(|ticket| self.joined(*ticket).0).collect();
        let ids: Vec<String> = joined.iter().map(|one| one.member_id.to_string()).collect();
        let leader = ids.iter().position(|id| *id == joined[0].leader).unwrap();
        let all: BTreeMap<&str, Vec<u8>> =
            ids.iter().map(String::as_str).zip(shares.iter().map(|one| assigned(one))).collect();
        let order = (0..ids.len()).filter(|at| *at != leader).chain([leader]);
        for at in order {
            let request = SyncGroupRequest {
                assignments: if at == leader { assignments(&all) } else { Vec::new() },
                ..sync(&ids[at], joined[0].generation_id, &[])
            };
            self.ask(5, Request::SyncGroup(&request));
        }
        self.replies.clear();
        assert_eq!(self.state(), "Stable");
        ids
    }

    /// Joins and syncs as a classic member of a consumer group: its generation and its share.
    pub fn rejoin(&mut self, request: &JoinGroupRequest<'_>) -> (i32, Vec<i32>) {
        let joined = self.joined_now(9, request).0;
        assert_eq!((joined.error_code, &*joined.leader), (0, ""), "{joined:?}");
        let ticket = self.sync(&joined.member_id, joined.generation_id, &[]);
        let synced = self.synced(ticket);
        assert_eq!(synced.error_code, 0, "{synced:?}");
        assert_eq!(synced.protocol_name.as_deref(), joined.protocol_name.as_deref());
        self.check_replay();
        (joined.generation_id, partitions(&synced.assignment))
    }

    pub fn sync_error(&mut self, request: &SyncGroupRequest<'_>) -> ErrorCode {
        let ticket = self.ask(5, Request::SyncGroup(request));
        code(self.synced(ticket).error_code)
    }

    pub fn leave(
        &mut self,
        version: i16,
        members: &[(&str, Option<&str>)],
    ) -> LeaveGroupResponse<'static> {
        let member = |(id, instance): &(&str, Option<&str>)| MemberIdentity {
            member_id: (*id).to_owned().into(),
            group_instance_id: instance.map(|name| name.to_owned().into()),
            reason: None,
        };
        let first = members[0].0.to_owned();
        let request = LeaveGroupRequest {
            group_id: "g".into(),
            member_id: if version < 3 { first.into() } else { "".into() },
            members: if version < 3 { vec![] } else { members.iter().map(member).collect() },
        };
        let ticket = self.ask(version, Request::LeaveGroup(&request));
        match self.replies.remove(&ticket) {
            Some(Reply::LeaveGroup(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    pub fn described(&self) -> DescribedGroup<'static> {
        let ctx = Context {
            now: self.now,
            image: &self.image,
            settings: &self.settings,
            fresh_id: Uuid::ZERO,
        };
        self.coordinator.describe_consumer(&ctx, "g")
    }

    /// `(state, how many members speak the classic protocol, how many the other)`
    pub fn shape(&self) -> (String, usize, usize) {
        let described = self.described();
        let classic = described.members.iter().filter(|one| one.member_type == 0).count();
        (described.group_state.into_owned(), classic, described.members.len() - classic)
    }

    pub fn group_type(&self) -> String {
        self.coordinator.list(&[], &[])[0].group_type.to_string()
    }

    pub fn ask_as(&mut self, client_id: &str, request: &JoinGroupRequest<'_>) -> Ticket {
        let caller = Caller { client_id, client_host: "/10.0.0.1", api_version: 9 };
        let ticket = 1_000_000 + self.log.len() as u64;
        self.run(|coordinator, ctx| {
            coordinator.step(ctx, &caller, ticket, Request::JoinGroup(request))
        });
        ticket
    }
}

fn assignments(all: &BTreeMap<&str, Vec<u8>>) -> Vec<SyncGroupRequestAssignment<'static>> {
    let one = |(id, bytes): (&&str, &Vec<u8>)| SyncGroupRequestAssignment {
        member_id: (*id).to_owned().into(),
        assignment: bytes.clone().into(),
    };
    all.iter().map(one).collect()
}

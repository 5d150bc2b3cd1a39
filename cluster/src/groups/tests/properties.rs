//! Whatever is asked in whatever order: the log has it all, and the rules hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use wire::ErrorCode;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest, SyncGroupRequest,
};

use super::world::{World, commit, join, static_join, sync};
use crate::groups::group::Kind;
use crate::groups::records::{CommittedOffset, GroupMetadata, Record};
use crate::groups::{Coordinator, Reply, Request, Ticket};

const GROUPS: [&str; 2] = ["g", "h"];

#[derive(Debug, Clone)]
enum Op {
    /// Without a member id.
    JoinNew {
        version: i16,
        instance: Option<&'static str>,
        protocols: &'static [&'static str],
    },
    /// As one of the members that are known, with its generation shifted.
    Rejoin {
        who: usize,
        version: i16,
        protocols: &'static [&'static str],
    },
    Sync {
        who: usize,
        shift: i32,
    },
    /// Everybody of the group who is known.
    SyncAll,
    Heartbeat {
        who: usize,
        shift: i32,
    },
    Leave {
        who: usize,
    },
    Commit {
        who: usize,
        shift: i32,
    },
    CommitAlone,
    DeleteGroup,
    TopicDeleted,
    Pass(u64),
    Restart,
}

fn op() -> impl Strategy<Value = Op> {
    let protocols =
        || prop::sample::select(vec![&["range"][..], &["range", "sticky"], &["sticky"], &["x"]]);
    let instance = prop::sample::select(vec![None, None, Some("i"), Some("j")]);
    let shift = || prop::sample::select(vec![0, 0, 0, 0, 1, -1, -5]);
    let who = || 0_usize..8;
    prop_oneof![
        6 => (prop::sample::select(vec![0_i16, 3, 4, 9]), instance, protocols()).prop_map(
            |(version, instance, protocols)| Op::JoinNew { version, instance, protocols }
        ),
        8 => (who(), prop::sample::select(vec![3_i16, 9]), protocols())
            .prop_map(|(who, version, protocols)| Op::Rejoin { who, version, protocols }),
        8 => (who(), shift()).prop_map(|(who, shift)| Op::Sync { who, shift }),
        8 => Just(Op::SyncAll),
        4 => (who(), shift()).prop_map(|(who, shift)| Op::Heartbeat { who, shift }),
        2 => who().prop_map(|who| Op::Leave { who }),
        6 => (who(), shift()).prop_map(|(who, shift)| Op::Commit { who, shift }),
        2 => Just(Op::CommitAlone),
        1 => Just(Op::DeleteGroup),
        1 => Just(Op::TopicDeleted),
        8 => prop::sample::select(vec![1_u64, 3_000, 3_000, 3_000, 6_000, 9_999, 60_000, 700_000])
            .prop_map(Op::Pass),
        1 => Just(Op::Restart),
    ]
}

type Durable = BTreeMap<Arc<str>, (Option<GroupMetadata>, Vec<(Arc<str>, i32, CommittedOffset)>)>;

fn durable(coordinator: &Coordinator) -> Durable {
    let groups = coordinator.groups.iter().map(|(id, group)| {
        let Kind::Classic(classic) = &group.kind else { panic!("not classic") };
        let recorded = classic.recorded().map(|value| (**value).clone());
        let offsets = group.offsets.iter();
        let offsets =
            offsets.map(|(topic, partition, value)| (topic.clone(), partition, value.clone()));
        (id.clone(), (recorded, offsets.collect()))
    });
    groups.collect()
}

struct Run {
    world: World,
    /// Member ids with the generation they were told last.
    known: [Vec<(String, i32)>; 2],
    generations: [i32; 2],
    open: Vec<Ticket>,
}

impl Run {
    fn new() -> Self {
        let world = World::new();
        Self { world, known: Default::default(), generations: [0; 2], open: Vec::new() }
    }

    fn apply(&mut self, group: usize, op: &Op) {
        let id = GROUPS[group];
        let known = self.known[group].clone();
        let one = |who: usize| {
            known.get(who % known.len().max(1)).cloned().unwrap_or(("nobody".into(), 1))
        };
        let written = self.world.log.len();
        let ticket = match op {
            Op::JoinNew { version, instance, protocols } => {
                let request = match instance {
                    Some(instance) => static_join(instance, protocols),
                    None => join("", protocols),
                };
                self.world.join(*version, &JoinGroupRequest { group_id: id.into(), ..request })
            }
            Op::Rejoin { who, version, protocols } => {
                let request = join(&one(*who).0, protocols);
                self.world.join(*version, &JoinGroupRequest { group_id: id.into(), ..request })
            }
            Op::Sync { who, shift } => {
                let (member, generation) = one(*who);
                let all: Vec<(&str, &str)> =
                    known.iter().map(|(id, _)| (id.as_str(), id.as_str())).collect();
                let request = sync(&member, generation + shift, &all);
                let request = SyncGroupRequest {
                    group_id: id.into(),
                    protocol_name: None,
                    protocol_type: None,
                    ..request
                };
                self.world.ask(3, Request::SyncGroup(&request))
            }
            Op::SyncAll => {
                for who in 0..known.len() {
                    self.apply(group, &Op::Sync { who, shift: 0 });
                }
                return;
            }
            Op::Heartbeat { who, shift } => {
                let (member, generation) = one(*who);
                let request = HeartbeatRequest {
                    group_id: id.into(),
                    generation_id: generation + shift,
                    member_id: member.into(),
                    group_instance_id: None,
                };
                self.world.ask(3, Request::Heartbeat(&request))
            }
            Op::Leave { who } => {
                let member = MemberIdentity {
                    member_id: one(*who).0.into(),
                    group_instance_id: None,
                    reason: None,
                };
                let request = LeaveGroupRequest {
                    group_id: id.into(),
                    member_id: "".into(),
                    members: vec![member],
                };
                self.world.ask(4, Request::LeaveGroup(&request))
            }
            Op::Commit { who, shift } => {
                let (member, generation) = one(*who);
                self.commit(group, &member, generation + shift)
            }
            Op::CommitAlone => self.commit(group, "", -1),
            Op::DeleteGroup => self.world.ask(1, Request::DeleteGroup(id)),
            Op::TopicDeleted => {
                return self.world.run(|coordinator, ctx| coordinator.topics_deleted(ctx, &["a"]));
            }
            Op::Pass(ms) => return self.world.pass(*ms),
            Op::Restart => {
                self.open.clear();
                self.world.replies.clear();
                return self.world.restart();
            }
        };
        self.open.push(ticket);
        if self.world.log[written..].iter().any(deletes_group) {
            self.generations[group] = 0;
        }
    }

    /// Only a member of the current generation, or anybody if there are no members, commits.
    fn commit(&mut self, group: usize, member: &str, generation: i32) -> Ticket {
        let before = self.world.coordinator.groups.get(GROUPS[group]).map(|group| {
            let Kind::Classic(classic) = &group.kind else { panic!("not classic") };
            let is_member = classic.members().any(|one| *one.id == *member);
            let (current, _) = classic.check_state();
            (is_member && current == generation, classic.members().count() == 0)
        });
        let request =
            OffsetCommitRequest { group_id: GROUPS[group].into(), ..commit(member, generation, 5) };
        let ticket = self.world.ask(9, Request::OffsetCommit(&request));
        let Some(Reply::OffsetCommit(response)) = self.world.replies.get(&ticket) else {
            panic!("a commit is answered at once");
        };
        if response.topics[0].partitions[0].error_code == ErrorCode::None as i16 {
            let (current, nobody) = before.unwrap_or((false, true));
            assert!(current || (nobody && generation < 0));
        }
        ticket
    }

    /// Takes in what members are told.
    fn learn(&mut self, group: usize) {
        self.open.retain(|ticket| !self.world.replies.contains_key(ticket));
        for reply in std::mem::take(&mut self.world.replies).into_values() {
            if let Reply::JoinGroup(joined) = reply
                && !joined.member_id.is_empty()
            {
                // Replies do not say of which group they are; both may try the id.
                for (index, known) in self.known.iter_mut().enumerate() {
                    let generation = joined.generation_id.max(0);
                    match known.iter_mut().find(|(id, _)| **id == *joined.member_id) {
                        Some(entry) => entry.1 = generation,
                        None if index == group => {
                            known.push((joined.member_id.to_string(), generation));
                        }
                        None => {}
                    }
                }
            }
        }
    }

    fn check(&mut self) {
        for (index, id) in GROUPS.iter().enumerate() {
            let Some(group) = self.world.coordinator.groups.get(*id) else {
                self.generations[index] = 0;
                continue;
            };
            let Kind::Classic(classic) = &group.kind else { panic!("not classic") };
            let (generation, _) = classic.check_state();
            assert!(generation >= self.generations[index], "{id}: a generation goes back");
            // A restart may forget a generation that nobody was given an assignment of.
            self.generations[index] = classic.recorded().map_or(0, |value| value.generation);
            assert_eq!(group.offsets.iter().count(), group.offsets.len());
        }
        assert_eq!(durable(&self.world.coordinator), durable(&self.world.replayed()));
    }
}

fn deletes_group(record: &crate::groups::GroupRecord) -> bool {
    let decoded = Record::decode(&record.key, record.value.as_deref());
    matches!(decoded, Ok(Record::Group { value: None, .. }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_log_is_the_state(ops in prop::collection::vec((0_usize..2, op()), 1..60)) {
        let mut run = Run::new();
        for (group, op) in &ops {
            run.apply(*group, op);
            run.learn(*group);
            run.check();
        }
        // Nobody waits for ever.
        run.world.pass(3_600_000);
        run.learn(0);
        run.check();
        prop_assert!(run.open.is_empty(), "{:?} wait for ever", run.open);
        // Nor do members who are not heard of stay.
        for group in run.world.coordinator.groups.values() {
            let Kind::Classic(classic) = &group.kind else { panic!("not classic") };
            prop_assert_eq!(classic.members().count(), 0);
        }
    }

    #[test]
    fn no_record_does_harm(
        kind in 0_u8..20,
        key in prop::collection::vec(any::<u8>(), 0..40),
        value in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut coordinator = Coordinator::new();
        let _ = coordinator.replay(&key, Some(&value), 0);
        let mut key = b"\0\x01\0\x01g\0\x01t\0\0\0\0".to_vec();
        key[1] = kind;
        let value: Vec<u8> = [0, kind % 6].into_iter().chain(value).collect();
        let _ = coordinator.replay(&key, Some(&value), 0);
        let _ = coordinator.replay(b"\0\x02\0\x01g", Some(&value), 0);
    }
}

//! Whatever is asked in whatever order: the log has it all, and the rules hold.

use proptest::prelude::*;
use wire::ErrorCode;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest, SyncGroupRequest,
};

use super::rolling::{self, Beat, Told};
use super::world::{World, commit, join, static_join, sync};
use crate::configs::MigrationPolicy;
use crate::groups::group::{Group, Kind};
use crate::groups::records::Record;
use crate::groups::{Coordinator, Reply, Request, Ticket, consumer};

const GROUPS: [&str; 2] = ["g", "h"];
const CONSUMERS: usize = 3;
const POLICIES: [MigrationPolicy; 4] = [
    MigrationPolicy::Bidirectional,
    MigrationPolicy::Upgrade,
    MigrationPolicy::Downgrade,
    MigrationPolicy::Disabled,
];

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
    /// A member of the consumer protocol joins, or goes on.
    Beat {
        who: usize,
        instance: Option<&'static str>,
    },
    /// It leaves, and means to come back or not.
    BeatLeave {
        who: usize,
        epoch: i32,
    },
    Policy(MigrationPolicy),
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
        6 => (prop::sample::select(vec![0_i16, 3, 4, 9]), instance.clone(), protocols()).prop_map(
            |(version, instance, protocols)| Op::JoinNew { version, instance, protocols }
        ),
        8 => (who(), prop::sample::select(vec![3_i16, 9]), protocols())
            .prop_map(|(who, version, protocols)| Op::Rejoin { who, version, protocols }),
        8 => (who(), shift()).prop_map(|(who, shift)| Op::Sync { who, shift }),
        8 => Just(Op::SyncAll),
        4 => (who(), shift()).prop_map(|(who, shift)| Op::Heartbeat { who, shift }),
        2 => who().prop_map(|who| Op::Leave { who }),
        6 => (who(), shift()).prop_map(|(who, shift)| Op::Commit { who, shift }),
        8 => (0..CONSUMERS, instance.clone())
            .prop_map(|(who, instance)| Op::Beat { who, instance }),
        3 => (0..CONSUMERS, prop::sample::select(vec![-1, -1, -2]))
            .prop_map(|(who, epoch)| Op::BeatLeave { who, epoch }),
        1 => prop::sample::select(POLICIES.to_vec()).prop_map(Op::Policy),
        2 => Just(Op::CommitAlone),
        1 => Just(Op::DeleteGroup),
        1 => Just(Op::TopicDeleted),
        8 => prop::sample::select(vec![1_u64, 3_000, 3_000, 3_000, 6_000, 9_999, 60_000, 700_000])
            .prop_map(Op::Pass),
        1 => Just(Op::Restart),
    ]
}

/// A member of the consumer protocol, as it sees itself.
#[derive(Debug, Clone, Default)]
struct Client {
    epoch: i32,
    instance: Option<&'static str>,
    owned: Vec<i32>,
}

struct Run {
    world: World,
    consumers: [[Client; CONSUMERS]; 2],
    /// Member ids with the generation they were told last.
    known: [Vec<(String, i32)>; 2],
    generations: [i32; 2],
    open: Vec<Ticket>,
}

impl Run {
    fn new() -> Self {
        Self {
            world: World::new(),
            consumers: Default::default(),
            known: Default::default(),
            generations: [0; 2],
            open: Vec::new(),
        }
    }

    fn apply(&mut self, group: usize, op: &Op) {
        let written = self.world.log.len();
        self.ask(group, op);
        if self.world.log[written..].iter().any(deletes_group) {
            self.generations[group] = 0;
        }
    }

    fn ask(&mut self, group: usize, op: &Op) {
        let id = GROUPS[group];
        let known = self.known[group].clone();
        let one = |who: usize| {
            known.get(who % known.len().max(1)).cloned().unwrap_or(("nobody".into(), 1))
        };
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
                    known.iter().map(|(id, _)| (id.as_str(), "")).collect();
                let mut request = sync(&member, generation + shift, &all);
                for (partition, one) in (0..3).zip(&mut request.assignments) {
                    one.assignment = rolling::assigned(&[partition]).into();
                }
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
            Op::Beat { who, instance } => return self.beat(group, *who, *instance),
            Op::BeatLeave { who, epoch } => return self.beat_leave(group, *who, *epoch),
            Op::Policy(policy) => {
                self.world.settings.consumer_migration = *policy;
                return;
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
    }

    /// It does at once what it is told: takes what is new, and says that the rest is given up.
    fn beat(&mut self, group: usize, who: usize, instance: Option<&'static str>) {
        let name = format!("m{who}");
        let client = self.consumers[group][who].clone();
        let request = match client.epoch {
            0 => Beat { instance_id: instance.map(Into::into), ..rolling::joins(&name) },
            epoch => Beat {
                instance_id: client.instance.map(Into::into),
                ..rolling::beats(&name, epoch, &client.owned)
            },
        };
        let told = self.told(&Beat { group_id: GROUPS[group].into(), ..request });
        let client = &mut self.consumers[group][who];
        if told.error_code != 0 {
            *client = Client::default();
            return;
        }
        if client.epoch == 0 {
            client.instance = instance;
        }
        client.epoch = told.member_epoch;
        if let Some(owned) = rolling::owned(&told) {
            client.owned = owned;
        }
    }

    fn beat_leave(&mut self, group: usize, who: usize, epoch: i32) {
        let client = std::mem::take(&mut self.consumers[group][who]);
        let request = Beat {
            group_id: GROUPS[group].into(),
            instance_id: client.instance.map(Into::into),
            ..rolling::beats(&format!("m{who}"), epoch, &[])
        };
        self.told(&request);
    }

    fn told(&mut self, request: &Beat) -> Told {
        let ticket = self.world.ask(1, Request::ConsumerGroupHeartbeat(request));
        let Some(Reply::ConsumerGroupHeartbeat(told)) = self.world.replies.remove(&ticket) else {
            panic!("a heartbeat is answered at once");
        };
        told
    }

    /// Only a member of the current generation, or anybody if there are no members, commits.
    fn commit(&mut self, group: usize, member: &str, generation: i32) -> Ticket {
        let before = self.world.coordinator.groups.get(GROUPS[group]).map(|group| {
            let is_current = match &group.kind {
                Kind::Classic(classic) => {
                    let is_member = classic.members().any(|one| *one.id == *member);
                    is_member && classic.check_state().0 == generation
                }
                // A member that is behind may commit what it had then.
                Kind::Consumer(consumer) => {
                    consumer.member(member).is_some_and(|one| generation <= one.current.epoch)
                }
            };
            (is_current, count(group) == 0)
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
            let (generation, recorded) = match &group.kind {
                // A restart may forget a generation that nobody was given an assignment of.
                Kind::Classic(classic) => (
                    classic.check_state().0,
                    classic.recorded().map_or(0, |value| value.generation),
                ),
                Kind::Consumer(consumer) => (consumer.epoch(), consumer.epoch()),
            };
            assert!(generation >= self.generations[index], "{id}: a generation goes back");
            self.generations[index] = recorded;
            assert_eq!(group.offsets.iter().count(), group.offsets.len());
        }
        self.world.check_replay();
    }
}

/// The group is gone, or is another one from now on.
fn deletes_group(record: &crate::groups::GroupRecord) -> bool {
    match Record::decode(&record.key, record.value.as_deref()) {
        Ok(Record::Group { value: None, .. }) => true,
        Ok(Record::Consumer { record, .. }) => record == consumer::Record::Group(None),
        _ => false,
    }
}

fn count(group: &Group) -> usize {
    match &group.kind {
        Kind::Classic(classic) => classic.members().count(),
        Kind::Consumer(consumer) => consumer.member_count(),
    }
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
            prop_assert_eq!(count(group), 0);
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

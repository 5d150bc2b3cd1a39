//! A thousand members in a hundred groups over 500 partitions: they join, rebalance and commit
//! through a kill, and the broker's memory stays small.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::{Connection, decode};
use crate::support::group::{self, Member};
use crate::support::process::resident_bytes;
use crate::support::topic::Topic;
use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::*;

on_one_and_two_shards!(a_thousand_members_lose_no_committed_offset);

const GROUPS: usize = 100;
const MEMBERS_EACH: usize = 10;
const PARTITIONS: i32 = 500;
const ROUNDS: i64 = 4;
/// More than the members and their 50,000 offsets may take of the broker's memory.
const MORE_BYTES_MAX: u64 = 128 << 20;

const MEMBER_ID_REQUIRED: i16 = 79;
const REBALANCE_IN_PROGRESS: i16 = 27;

/// A member, its connection, and what it has committed for all of its partitions.
struct Consumer {
    member: Member,
    connection: Connection,
    partitions: Vec<i32>,
    sent: i64,
    acknowledged: i64,
}

/// A group whose members are driven by one thread.
struct Squad<'a> {
    topic: &'a Topic,
    generation: i32,
    consumers: Vec<Consumer>,
}

/// The partitions of an assignment as `group::assignment` makes it.
fn assigned(assignment: &[u8], topic: &str) -> Vec<i32> {
    let partitions = &assignment[2 + 4 + 2 + topic.len() + 4..assignment.len() - 4];
    let four = |bytes: &[u8]| i32::from_be_bytes(bytes.try_into().expect("four bytes"));
    partitions.chunks_exact(4).map(four).collect()
}

impl<'a> Squad<'a> {
    fn new(broker: &Broker, name: &str, topic: &'a Topic) -> Squad<'a> {
        let shard = group::shard(broker, name);
        let consumer = |_| Consumer {
            member: Member { session_ms: 60_000, ..Member::new(name) }.topics(&[&topic.name]),
            connection: broker.connect(shard),
            partitions: Vec::new(),
            sent: -1,
            acknowledged: -1,
        };
        Squad { topic, generation: 0, consumers: (0..MEMBERS_EACH).map(consumer).collect() }
    }

    fn name(&self) -> &str {
        &self.consumers[0].member.group
    }

    /// The broker gives each who has none an id.
    fn take_ids(&mut self) {
        for Consumer { member, connection, .. } in &mut self.consumers {
            if member.id.is_empty() {
                let given = connection.call(9, &member.request());
                assert_eq!(given.error_code, MEMBER_ID_REQUIRED, "{given:?}");
                member.id = given.member_id.to_string();
            }
        }
    }

    /// All join the next generation, the leader shares the partitions out, and each has its share.
    /// One who has sent its join already may be `joining` them.
    fn settle(&mut self, joining: Option<Consumer>) {
        for Consumer { member, connection, .. } in &mut self.consumers {
            connection.send(9, &member.request()).expect("a join");
        }
        self.consumers.extend(joining);
        let mut ids = Vec::new();
        let mut generations = Vec::new();
        let mut leader = String::new();
        for Consumer { connection, .. } in &mut self.consumers {
            let answer = connection.receive().expect("the answer to a join");
            let joined = decode::<JoinGroupRequest<'_>>(9, &answer);
            assert_eq!(joined.error_code, 0, "{joined:?}");
            generations.push(joined.generation_id);
            leader = joined.leader.to_string();
            ids.extend(joined.members.iter().map(|member| member.member_id.to_string()));
        }
        assert!(generations.iter().all(|&one| one == generations[0]), "{generations:?}");
        assert!(generations[0] > self.generation);
        self.generation = generations[0];
        assert_eq!(ids.len(), self.consumers.len(), "the leader is told of all");
        self.share_out(&ids, &leader);
    }

    fn share_out(&mut self, ids: &[String], leader: &str) {
        let topic = &self.topic.name;
        let share = |turn| (0..PARTITIONS).skip(turn).step_by(ids.len()).collect::<Vec<i32>>();
        let shares: Vec<Vec<u8>> =
            (0..ids.len()).map(|turn| group::assignment(topic, &share(turn))).collect();
        let shares: Vec<(&str, &[u8])> =
            ids.iter().zip(&shares).map(|(id, share)| (id.as_str(), share.as_slice())).collect();
        // The answers come when the leader has shared out.
        self.consumers.sort_by_key(|consumer| consumer.member.id != leader);
        let generation = self.generation;
        for Consumer { member, connection, partitions, .. } in &mut self.consumers {
            let said = if member.id == leader { shares.as_slice() } else { &[] };
            let synced = member.sync(connection, 5, generation, said);
            assert_eq!(synced.error_code, 0);
            *partitions = assigned(&synced.assignment, topic);
        }
        let all = self.consumers.iter().flat_map(|consumer| consumer.partitions.iter().copied());
        let mut all: Vec<i32> = all.collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..PARTITIONS), "{}: each partition has one owner", self.name());
    }

    fn wait_told_of_a_rebalance(&mut self) {
        let generation = self.generation;
        let Consumer { member, connection, .. } = &mut self.consumers[0];
        let from = Instant::now();
        while member.heartbeat(connection, 4, generation) != REBALANCE_IN_PROGRESS {
            assert!(from.elapsed() < Duration::from_secs(20), "nobody is told");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The last of them leaves, the others share its partitions, and it comes back.
    fn rebalance(&mut self) {
        let mut last = self.consumers.pop().expect("a member");
        let leave = LeaveGroupRequest {
            group_id: last.member.group.clone().into(),
            members: vec![MemberIdentity {
                member_id: last.member.id.clone().into(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let left = last.connection.call(5, &leave);
        assert_eq!((left.error_code, left.members[0].error_code), (0, 0));
        self.wait_told_of_a_rebalance();
        self.settle(None);
        last.member.id.clear();
        let given = last.connection.call(9, &last.member.request());
        last.member.id = given.member_id.to_string();
        // Its join is what calls the others together, so it is not to come after theirs.
        last.connection.send(9, &last.member.request()).expect("a join");
        self.wait_told_of_a_rebalance();
        self.settle(Some(last));
    }

    /// Each commits its next offset for all its partitions; an error if the broker is gone.
    fn commit(&mut self) -> io::Result<()> {
        let generation = self.generation;
        for consumer in &mut self.consumers {
            consumer.sent += 1;
            let partition = |&partition_index: &i32| OffsetCommitRequestPartition {
                partition_index,
                committed_offset: consumer.sent,
                committed_leader_epoch: -1,
                committed_metadata: Some("".into()),
            };
            let topic = OffsetCommitRequestTopic {
                name: self.topic.name.as_str().into(),
                partitions: consumer.partitions.iter().map(partition).collect(),
                ..Default::default()
            };
            let request = consumer.member.commit_request(8, generation, &[]);
            let request = OffsetCommitRequest { topics: vec![topic], ..request };
            consumer.connection.send(8, &request)?;
        }
        for consumer in &mut self.consumers {
            let answer = consumer.connection.receive()?;
            let answer = decode::<OffsetCommitRequest<'_>>(8, &answer);
            let told = answer.topics.iter().flat_map(|topic| &topic.partitions);
            let mut answered = 0;
            for partition in told {
                assert_eq!(partition.error_code, 0, "{partition:?}");
                answered += 1;
            }
            assert_eq!(answered, consumer.partitions.len());
            consumer.acknowledged = consumer.sent;
        }
        Ok(())
    }

    fn commit_until_the_broker_is_gone(&mut self) {
        while self.commit().is_ok() {}
    }

    /// What is committed now is no older than what was acknowledged, and nothing nobody sent.
    fn must_have_all(&self, broker: &Broker) {
        let request = OffsetFetchRequest {
            groups: vec![OffsetFetchRequestGroup {
                group_id: self.name().into(),
                member_epoch: -1,
                topics: Some(vec![OffsetFetchRequestTopics {
                    name: self.topic.name.as_str().into(),
                    partition_indexes: (0..PARTITIONS).collect(),
                    ..Default::default()
                }]),
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut connection = group::connect(broker, self.name());
        connection.send(8, &request).expect("a request");
        let answer = connection.receive().expect("an answer");
        let answer = decode::<OffsetFetchRequest<'_>>(8, &answer);
        assert_eq!(answer.groups[0].error_code, 0);
        let told = &answer.groups[0].topics[0].partitions;
        let told: BTreeMap<i32, i64> =
            told.iter().map(|one| (one.partition_index, one.committed_offset)).collect();
        for consumer in &self.consumers {
            for partition in &consumer.partitions {
                let may_be = consumer.acknowledged..=consumer.sent;
                let offset = told[partition];
                let name = self.name();
                assert!(may_be.contains(&offset), "{name}, {partition}: {offset}, not {may_be:?}");
            }
        }
    }

    /// After a start the members are still what they were.
    fn go_on(&mut self, broker: &Broker) {
        let shard = group::shard(broker, self.name());
        let generation = self.generation;
        for consumer in &mut self.consumers {
            consumer.connection = broker.connect(shard);
            let code = consumer.member.heartbeat(&mut consumer.connection, 4, generation);
            assert_eq!(code, 0, "a heartbeat after the start");
        }
        self.commit().expect("answers");
        self.must_have_all(broker);
    }
}

/// Does the same in every group at the same time.
fn in_all<'a>(squads: &mut [Squad<'a>], work: impl Fn(&mut Squad<'a>) + Sync) {
    std::thread::scope(|scope| {
        for squad in squads {
            scope.spawn(|| work(squad));
        }
    });
}

fn a_thousand_members_lose_no_committed_offset(test: &str, shards: usize) {
    // Long enough for all members of a group to come to its first generation.
    let options = Options::shards(shards).set("group.initial.rebalance.delay.ms", "2000");
    let mut broker = Broker::start(test, options);
    let topic = Topic::create(&broker, "scale", PARTITIONS, &[]);
    drop(group::connect(&broker, "group-0"));
    let before_bytes = resident_bytes(broker.pid());
    let names = (0..GROUPS).map(|number| format!("group-{number}"));
    let mut squads: Vec<Squad<'_>> = names.map(|name| Squad::new(&broker, &name, &topic)).collect();
    in_all(&mut squads, |squad| {
        squad.take_ids();
        squad.settle(None);
        squad.rebalance();
        for _ in 0..ROUNDS {
            squad.commit().expect("answers");
        }
        squad.must_have_all(&broker);
    });
    if !against_kafka() {
        let more_bytes = resident_bytes(broker.pid()).saturating_sub(before_bytes);
        println!("{shards} shards: {more_bytes} bytes more of memory");
        assert!(more_bytes < MORE_BYTES_MAX, "{more_bytes} bytes more of memory");
    }
    let before: i64 = squads.iter().flat_map(acknowledged).sum();
    std::thread::scope(|scope| {
        for squad in &mut squads {
            scope.spawn(|| squad.commit_until_the_broker_is_gone());
        }
        std::thread::sleep(Duration::from_millis(1_500));
        broker.kill();
    });
    let after: i64 = squads.iter().flat_map(acknowledged).sum();
    assert!(after > before, "nothing was committed until the kill");
    broker.start_again();
    in_all(&mut squads, |squad| squad.must_have_all(&broker));
    in_all(&mut squads, |squad| squad.go_on(&broker));
}

fn acknowledged(squad: &Squad<'_>) -> impl Iterator<Item = i64> {
    squad.consumers.iter().map(|consumer| consumer.acknowledged)
}

//! Any order of events: a partition never has two owners, the log says what memory does, and once
//! nothing happens any more everybody has a share.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const MEMBERS: usize = 4;
const TOPICS: [&str; 2] = ["a", "b"];

#[derive(Debug, Clone)]
enum Event {
    Beat(usize),
    /// The member gives up what it was told to, and says so.
    Revoke(usize),
    /// Joins or rejoins; with one topic or both, and which assignor.
    Join(usize, bool, bool),
    Leave(usize),
    /// An answer is lost.
    Lost(usize),
    Wait(u64),
    Grow(usize),
    Restart,
}

/// A consumer as it sees itself.
#[derive(Debug, Clone, Default)]
struct Client {
    epoch: i32,
    owned: BTreeSet<(Uuid, i32)>,
    /// What it was told last; it gives up the rest of what it owns.
    told: BTreeSet<(Uuid, i32)>,
    /// It missed an answer, so the next request says everything again.
    unsure: bool,
    both: bool,
}

impl Client {
    fn owned(&self) -> Vec<TopicPartitions> {
        let mut topics: BTreeMap<Uuid, Vec<i32>> = BTreeMap::new();
        for (topic, partition) in &self.owned {
            topics.entry(*topic).or_default().push(*partition);
        }
        let topics = topics.into_iter();
        topics.map(|(topic_id, partitions)| TopicPartitions { topic_id, partitions }).collect()
    }

    fn hear(&mut self, response: &Response848) {
        if response.error_code != 0 {
            *self = Self::default();
            return;
        }
        self.epoch = response.member_epoch;
        if let Some(topics) = assigned(response) {
            let each = topics.into_iter().flat_map(|(topic, partitions)| {
                partitions.into_iter().map(move |partition| (topic, partition))
            });
            self.told = each.collect();
        }
    }
}

fn name(index: usize) -> String {
    format!("m{index}")
}

struct World {
    broker: Broker,
    clients: Vec<Client>,
    partitions: [i32; 2],
}

impl World {
    fn run(&mut self, event: &Event) {
        match *event {
            Event::Beat(member) => self.beat(member, false),
            Event::Revoke(member) => {
                let client = &mut self.clients[member];
                client.owned = client.owned.intersection(&client.told).copied().collect();
                self.beat(member, false);
            }
            Event::Lost(member) => self.beat(member, true),
            Event::Join(member, both, range) => {
                let topics = if both { &TOPICS[..] } else { &TOPICS[..1] };
                let assignor = if range { "range" } else { "uniform" };
                let request = Request848 {
                    server_assignor: Some(text(assignor)),
                    ..join(&name(member), topics)
                };
                self.clients[member] = Client { both, ..Client::default() };
                let response = self.broker.ok(&request);
                self.clients[member].hear(&response);
            }
            Event::Leave(member) => {
                self.broker.send(&beat(&name(member), -1));
                self.clients[member] = Client::default();
            }
            Event::Wait(ms) => self.broker.wait(ms),
            Event::Grow(topic) if self.partitions[topic] < 12 => {
                let count = &mut self.partitions[topic];
                add_partitions(&mut self.broker.image, TOPICS[topic], *count..*count + 1);
                *count += 1;
            }
            Event::Grow(_) => {}
            Event::Restart => self.broker.restart(),
        }
        self.check_owners();
    }

    fn beat(&mut self, member: usize, lost: bool) {
        let client = &mut self.clients[member];
        if client.epoch == 0 {
            return;
        }
        let mut request = Request848 {
            topic_partitions: Some(client.owned()),
            ..beat(&name(member), client.epoch)
        };
        if std::mem::replace(&mut client.unsure, lost) {
            let topics = if client.both { &TOPICS[..] } else { &TOPICS[..1] };
            request.rebalance_timeout_ms = 60_000;
            request.subscribed_topic_names = join("", topics).subscribed_topic_names;
        }
        let response = self.broker.send(&request);
        if !lost {
            client.hear(&response);
            // It takes at once what is new; only giving up takes its time.
            client.owned.extend(client.told.iter().copied());
        }
    }

    /// A partition that one member holds, or has yet to give up, is held by no other.
    fn check_owners(&self) {
        let Some(group) = self.broker.coordinator.consumer("g") else {
            return;
        };
        assert!(group.saved.holders.values().all(|holders| *holders == 1));
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let member = 0..MEMBERS;
    let event = prop_oneof![
        4 => member.clone().prop_map(Event::Beat),
        4 => member.clone().prop_map(Event::Revoke),
        3 => (member.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(member, both, range)| Event::Join(member, both, range)),
        1 => member.clone().prop_map(Event::Leave),
        1 => member.prop_map(Event::Lost),
        1 => (1..30_000u64).prop_map(Event::Wait),
        1 => (0..2usize).prop_map(Event::Grow),
        1 => Just(Event::Restart),
    ];
    prop::collection::vec(event, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_partition_has_two_owners_and_all_settle(events in events()) {
        let broker = Broker::new(&[("a", 3), ("b", 4)]);
        let clients = vec![Client::default(); MEMBERS];
        let mut world = World { broker, clients, partitions: [3, 4] };
        for event in &events {
            world.run(event);
        }
        // Who was fenced joins again; then everybody does as told.
        for _ in 0..2 {
            for member in 0..MEMBERS {
                world.run(&Event::Beat(member));
                if world.clients[member].epoch == 0 {
                    world.run(&Event::Join(member, true, false));
                }
            }
        }
        for _ in 0..8 {
            for member in 0..MEMBERS {
                world.run(&Event::Revoke(member));
            }
        }
        prop_assert_eq!(world.broker.state(), "Stable");
        let group = world.broker.coordinator.consumer("g").unwrap();
        let counts = TOPICS.iter().zip(world.partitions);
        let read = counts.filter(|(topic, _)| group.saved.topic_subscribers.contains_key(**topic));
        let total = read.map(|(_, count)| count as usize).sum::<usize>();
        prop_assert_eq!(group.saved.holders.len(), total, "every partition has its owner");
    }
}

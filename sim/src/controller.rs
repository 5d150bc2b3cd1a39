//! The metadata log as one linearizable log, and the active controller on it.
//!
//! The controller decides on its own image, which runs ahead of what is committed; records are
//! seen by others and answers leave once they are. A new controller replays the log; what was not
//! committed then is lost or not, as luck has it. The quorum will take this place.

use std::collections::BTreeMap;

use cluster::command::{Command, CreateTopics, NewTopic};
use cluster::configs::StaticConfigs;
use cluster::controller::sessions::Sessions;
use cluster::records::{LogId, Record};
use cluster::replication::leader::IsrAnswer;
use cluster::{Controller, ErrorKind, Image, node_of};
use wire::Uuid;

use crate::limits::{MS, SESSION_MS};
use crate::message::{Address, Event, Message};
use crate::world::World;

pub const CLUSTER_ID: Uuid = Uuid([7; 16]);

/// One command's records, and the offset of the last.
#[derive(Debug, Clone)]
pub struct Entry {
    pub records: Vec<Record>,
    pub last_offset: i64,
}

pub struct Metadata {
    pub log: Vec<Entry>,
    /// How many entries are committed.
    pub committed: usize,
    image: Image,
    /// Images at some numbers of entries, for nodes that start from a snapshot.
    pub snapshots: BTreeMap<usize, Image>,
    /// The node that the active controller is on.
    pub seat: Option<i32>,
    pub term: u64,
    active: Option<Active>,
    unhealthy: u32,
}

struct Active {
    brains: Controller,
    sessions: Sessions,
    entries: usize,
    answers: Vec<(usize, Address, Message)>,
    balance_ms: i64,
}

impl Metadata {
    #[must_use]
    pub fn new() -> Self {
        Self {
            log: Vec::new(),
            committed: 0,
            image: Image::default(),
            snapshots: BTreeMap::from([(0, Image::default())]),
            seat: None,
            term: 0,
            active: None,
            unhealthy: 0,
        }
    }

    /// What is committed.
    #[must_use]
    pub fn image(&self) -> &Image {
        &self.image
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    pub fn begin_metadata(&mut self) {
        self.new_controller(1);
        self.decide(Address::Operator, Command::CreateCluster { cluster_id: CLUSTER_ID }, None);
    }

    /// A new controller on that node: it replays the log and gives everyone a session.
    pub fn new_controller(&mut self, seat: i32) {
        let metadata = &mut self.metadata;
        let keep = metadata.log.len() - metadata.committed;
        let kept = metadata.committed + self.rng.metadata.below(keep as u64 + 1) as usize;
        metadata.log.truncate(kept);
        metadata.term += 1;
        metadata.seat = Some(seat);
        metadata.unhealthy = 0;
        let mut brains = Controller::with_image(metadata.image.clone(), StaticConfigs::default());
        for entry in &metadata.log[metadata.committed..] {
            brains.replay_batch(&entry.records, entry.last_offset).expect("a logged batch fits");
        }
        let sessions = Sessions::new((self.now / MS) as i64, SESSION_MS, brains.image());
        let (entries, term) = (kept, metadata.term);
        let balance_ms = (self.now / MS) as i64 + 3_000;
        metadata.active =
            Some(Active { brains, sessions, entries, answers: Vec::new(), balance_ms });
        self.counts.controllers += 1;
        self.note(|| format!("controller: term {term} on node {seat}, {kept} entries"));
        self.at(50 * MS, Event::Controller { term });
        self.at(MS, Event::Commit { term, entries: kept });
    }

    /// Decides a command; what comes of it is answered once it is committed.
    fn decide(
        &mut self,
        from: Address,
        command: Command,
        answer: Option<&dyn Fn(Result<(), ErrorKind>) -> Message>,
    ) {
        let now_ms = (self.now / MS) as i64;
        let Some(active) = &mut self.metadata.active else {
            return;
        };
        let step = active.brains.step(now_ms, command);
        let (records, outcome) = match step {
            Ok((records, _)) => (records, Ok(())),
            Err(error) => (Vec::new(), Err(error.kind)),
        };
        if !records.is_empty() {
            let last = self.metadata.log.last().map_or(-1, |entry| entry.last_offset);
            let last_offset = last + records.len() as i64;
            let replayed = active.brains.replay_batch(&records, last_offset);
            replayed.expect("what a controller decided fits its image");
            self.metadata.log.push(Entry { records, last_offset });
            active.entries = self.metadata.log.len();
            let (term, entries) = (self.metadata.term, active.entries);
            let pause = MS / 10 + self.rng.metadata.spread(self.swarm.commit_delay);
            self.at(pause, Event::Commit { term, entries });
        }
        if let Some(answer) = answer {
            let message = answer(outcome);
            // An answer rests on all that was decided before it.
            if let Some(active) = &mut self.metadata.active {
                active.answers.push((active.entries, from, message));
            }
            self.send_answers();
        }
    }

    fn send_answers(&mut self) {
        let committed = self.metadata.committed;
        let Some(active) = &mut self.metadata.active else {
            return;
        };
        let ready: Vec<_> = active.answers.extract_if(.., |held| held.0 <= committed).collect();
        for (_, to, message) in ready {
            self.send(Address::Controller, to, message);
        }
    }

    /// Everything up to there is committed: it takes effect, and is sent to every node.
    pub fn commit(&mut self, term: u64, entries: usize) {
        if term != self.metadata.term {
            return;
        }
        while self.metadata.committed < entries {
            let entry = self.metadata.log[self.metadata.committed].clone();
            let before = self.metadata.image.clone();
            let metadata = &mut self.metadata;
            metadata.image.apply_batch(&entry.records, entry.last_offset).expect("it fits");
            metadata.committed += 1;
            if metadata.committed.is_multiple_of(16) {
                metadata.snapshots.insert(metadata.committed, metadata.image.clone());
            }
            self.committed(&before, &entry);
        }
        self.send_answers();
        for id in self.nodes.keys().copied().collect::<Vec<_>>() {
            self.send_image(id);
        }
    }

    /// The image travels to a node, unless the way is cut; then a later tick asks again.
    pub fn send_image(&mut self, node: i32) {
        let (Some(seat), Some(process)) = (self.metadata.seat, self.process_of(node)) else {
            return;
        };
        if self.net.is_cut(seat, node) || self.net.is_cut(node, seat) {
            return;
        }
        let late = self.swarm.late_node == Some(node) && !self.healing;
        let mean = if late { 700 * MS } else { self.swarm.image_delay };
        let delay = MS / 20 + self.rng.metadata.spread(mean);
        let entries = self.metadata.committed;
        self.at(delay, Event::Image { node, process, entries });
    }

    pub fn tick_controller(&mut self, term: u64) {
        if term != self.metadata.term {
            return;
        }
        let now_ms = (self.now / MS) as i64;
        let seat = self.metadata.seat.unwrap_or(-1);
        self.metadata.unhealthy =
            if self.reaches_majority(seat) { 0 } else { self.metadata.unhealthy + 1 };
        if self.metadata.unhealthy > 8 {
            let ids: Vec<i32> = self.nodes.keys().copied().collect();
            let healthy: Vec<i32> =
                ids.into_iter().filter(|id| self.reaches_majority(*id)).collect();
            if let Some(seat) = self.rng.metadata.pick(&healthy).copied() {
                self.new_controller(seat);
                return;
            }
        } else if self.metadata.unhealthy == 0 {
            self.end_sessions(now_ms);
        }
        self.at(50 * MS, Event::Controller { term });
    }

    fn end_sessions(&mut self, now_ms: i64) {
        let Some(active) = &mut self.metadata.active else {
            return;
        };
        let mut commands = active.sessions.expired(now_ms, active.brains.image());
        if now_ms >= active.balance_ms {
            active.balance_ms = now_ms + 3_000;
            commands.push(Command::BalanceLeaders);
        }
        for command in commands {
            self.decide(Address::Operator, command, None);
        }
    }

    pub fn controller_receives(&mut self, from: Address, message: Message) {
        let seat = self.metadata.seat.unwrap_or(-1);
        let Some(seated) = self.nodes.get(&seat) else {
            return;
        };
        // Dead, standing still or cut off from the others: nothing is decided.
        if seated.process.is_none() || seated.frozen || !self.reaches_majority(seat) {
            return;
        }
        let now_ms = (self.now / MS) as i64;
        match message {
            Message::Register(mut request) => {
                let node = request.brokers.first().map_or(-1, |broker| broker.node_id);
                let Some(active) = &self.metadata.active else {
                    return;
                };
                request.session_lives = active.sessions.lives(now_ms, node);
                self.decide(from, Command::RegisterNode(request), None);
            }
            Message::Heartbeat(heartbeat) => {
                let Some(active) = &mut self.metadata.active else {
                    return;
                };
                let image = active.brains.image().clone();
                let (answer, commands) = active.sessions.heartbeat(now_ms, &image, &heartbeat);
                for command in commands {
                    self.decide(Address::Operator, command, None);
                }
                self.send(Address::Controller, from, Message::HeartbeatAnswer(answer));
            }
            Message::AlterPartition(request) => {
                let (log, broker) = (request.log, request.broker_id);
                let leader_epoch = request.change.leader_epoch;
                let number = request.change.request;
                let answer = move |outcome: Result<(), ErrorKind>| Message::IsrAnswer {
                    log,
                    broker,
                    leader_epoch,
                    request: number,
                    answer: isr_answer(outcome),
                };
                self.decide(from, Command::AlterPartition(request), Some(&answer));
            }
            Message::Operate(command) => self.decide(from, command, None),
            _ => {}
        }
    }

    /// An operator asks for a topic.
    pub fn create_topic(&mut self, name: &str, id: u8, partitions: i32) {
        let config = ("min.insync.replicas".to_owned(), Some(self.swarm.min_isr.to_string()));
        let topic = NewTopic {
            name: name.to_owned(),
            id: Uuid([id; 16]),
            num_partitions: partitions,
            replication_factor: self.swarm.replication_factor,
            configs: vec![config],
            ..NewTopic::default()
        };
        let seed = self.rng.operations.draw();
        let request = CreateTopics { topics: vec![topic], validate_only: false, seed };
        self.operate(Command::CreateTopics(request));
    }

    pub fn operate(&mut self, command: Command) {
        self.send(Address::Operator, Address::Controller, Message::Operate(command));
    }

    /// All partitions there are.
    #[must_use]
    pub fn logs(&self) -> Vec<LogId> {
        let of_topic = |topic: &std::sync::Arc<cluster::Topic>| {
            let topic_id = topic.id;
            (0..topic.partitions.len() as i32).map(move |partition| LogId { topic_id, partition })
        };
        self.metadata.image().topics().flat_map(of_topic).collect()
    }

    #[must_use]
    pub fn partition(&self, log: LogId) -> Option<&cluster::Partition> {
        self.metadata.image().topic_by_id(log.topic_id)?.partition(log.partition)
    }

    /// Whether a node has a broker that the committed image calls a replica of this partition.
    #[must_use]
    pub fn is_replica_node(&self, log: LogId, node: i32) -> bool {
        self.partition(log).is_some_and(|held| held.replicas.iter().any(|id| node_of(*id) == node))
    }
}

fn isr_answer(outcome: Result<(), ErrorKind>) -> IsrAnswer {
    match outcome {
        Ok(()) => IsrAnswer::Accepted,
        Err(ErrorKind::IneligibleReplica) => IsrAnswer::Refused,
        Err(ErrorKind::NotController | ErrorKind::StaleBrokerEpoch) => IsrAnswer::Unknown,
        Err(_) => IsrAnswer::ImageDecides,
    }
}

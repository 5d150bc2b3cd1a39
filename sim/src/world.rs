//! The simulated world: one clock, one queue of what is due, and everything that lives in it.

use std::collections::BTreeMap;

use cluster::records::LogId;

use crate::clients::{Producer, Reader};
use crate::controller::Metadata;
use crate::history::History;
use crate::limits::{LIVENESS_PHASE, MS, SECOND};
use crate::message::{Address, Event, Message};
use crate::net::Net;
use crate::node::Node;
use crate::oracle::Oracle;
use crate::rng::Rng;
use crate::swarm::{Options, Swarm};
use crate::trace::Trace;

/// Streams of randomness, one per concern: fewer faults leave the rest of a run alike.
pub struct Streams {
    pub net: Rng,
    pub disk: Rng,
    pub faults: Rng,
    pub clients: Rng,
    pub operations: Rng,
    pub metadata: Rng,
}

/// What a run did: the floors that tell a run that shows something from a vacuous one.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub steps: u64,
    pub faults: BTreeMap<&'static str, u64>,
    pub elections: u64,
    pub elections_from_elr: u64,
    pub unclean_elections: u64,
    pub truncations: u64,
    pub restarts_at: u64,
    pub isr_changes: u64,
    pub fenced: u64,
    pub acked: u64,
    pub read: u64,
    pub reassigned: u64,
    pub suspects: u64,
    pub controllers: u64,
    pub losses: u64,
}

impl Counts {
    #[must_use]
    pub fn faults_total(&self) -> u64 {
        self.faults.values().sum()
    }
}

pub struct World {
    pub now: u64,
    queue: BTreeMap<(u64, u64), Event>,
    queued: u64,
    pub swarm: Swarm,
    pub faults_left: usize,
    pub rng: Streams,
    pub net: Net,
    pub nodes: BTreeMap<i32, Node>,
    pub metadata: Metadata,
    pub producers: Vec<Producer>,
    pub readers: Vec<Reader>,
    pub oracle: Oracle,
    pub history: History,
    pub trace: Trace,
    pub counts: Counts,
    pub healing: bool,
    pub converged: bool,
    pub deadline: u64,
    pub steps_max: u64,
}

impl World {
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let swarm = Swarm::of(options);
        let stream = |number: u64| Rng::new(options.seed.wrapping_mul(64).wrapping_add(number));
        let rng = Streams {
            net: stream(1),
            disk: stream(2),
            faults: stream(3),
            clients: stream(4),
            operations: stream(5),
            metadata: stream(6),
        };
        let mut world = Self {
            now: 0,
            queue: BTreeMap::new(),
            queued: 0,
            faults_left: options.faults,
            net: Net::default(),
            nodes: (1..=swarm.nodes).map(|id| (id, Node::new(id, swarm.shards))).collect(),
            metadata: Metadata::new(),
            producers: Vec::new(),
            readers: Vec::new(),
            oracle: Oracle::default(),
            history: History::default(),
            trace: Trace::new(options.trace),
            counts: Counts::default(),
            healing: false,
            converged: false,
            deadline: swarm.safety + LIVENESS_PHASE,
            steps_max: options.steps,
            rng,
            swarm,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.begin_metadata();
        for id in self.nodes.keys().copied().collect::<Vec<_>>() {
            self.at(MS, Event::Start { node: id, life: 0 });
        }
        self.at(10 * MS, Event::Connect);
        self.at(SECOND, Event::Operation);
        self.at(2 * SECOND, Event::Fault);
        self.at(2 * SECOND, Event::Retention);
        self.at(self.swarm.safety, Event::EndOfSafety);
    }

    /// Something is due after `pause`.
    pub fn at(&mut self, pause: u64, event: Event) {
        self.queued += 1;
        self.queue.insert((self.now + pause, self.queued), event);
    }

    /// Runs until the cluster is whole again, something is wrong, or time is up.
    pub fn run(&mut self) {
        while let Some(((due, _), event)) = self.queue.pop_first() {
            if due > self.deadline || self.counts.steps >= self.steps_max {
                break;
            }
            self.now = due;
            self.counts.steps += 1;
            self.happen(event);
            if self.oracle.violation.is_some() || self.converged {
                break;
            }
        }
        self.judge();
    }

    fn happen(&mut self, event: Event) {
        if let Some(node) = self.frozen_by(&event) {
            // It happens to a process that stands still: once it goes on.
            self.nodes.get_mut(&node).expect("a node").deferred.push(event);
            return;
        }
        match event {
            Event::Deliver { from, to, process, message } => {
                self.deliver(from, to, process, message);
            }
            Event::Tick { node, process } => self.tick_node(node, process),
            Event::Image { node, process, entries } => self.move_image(node, process, entries),
            Event::Disk { node, process, broker, log, done } => {
                self.disk_done(node, process, broker, log, done);
            }
            Event::Append { node, process, broker, log, epoch, client, batch } => {
                if self.lives(node, process) {
                    self.append(node, broker, log, epoch, client, batch);
                    self.pump(node, broker, log);
                }
            }
            Event::LinkUp { node, process, peer } => self.link_up(node, process, peer),
            Event::LinkDown { node, process, peer } => self.link_down(node, process, peer),
            Event::Start { node, life } => self.start_node(node, life),
            Event::Thaw { node, process } => self.thaw(node, process),
            Event::Heal { cut } => self.heal_cut(cut),
            Event::Commit { term, entries } => self.commit(term, entries),
            Event::Controller { term } => self.tick_controller(term),
            Event::Connect => self.connect(),
            Event::Producer { id } => self.produce(id),
            Event::Reader { id } => self.read(id),
            Event::Fault => self.fault(),
            Event::Operation => self.operation(),
            Event::Swap { log, more } => self.swap(log, more),
            Event::Retention => self.retention(),
            Event::Check => self.check_whole(),
            Event::EndOfSafety => self.end_of_safety(),
        }
    }

    fn frozen_by(&self, event: &Event) -> Option<i32> {
        let node = match event {
            Event::Deliver { to: Address::Node(node), .. }
            | Event::Tick { node, .. }
            | Event::Image { node, .. }
            | Event::Disk { node, .. }
            | Event::Append { node, .. }
            | Event::LinkUp { node, .. }
            | Event::LinkDown { node, .. } => *node,
            _ => return None,
        };
        self.nodes.get(&node).filter(|held| held.frozen).map(|_| node)
    }

    fn deliver(&mut self, from: Address, to: Address, process: u64, message: Message) {
        match to {
            Address::Node(node) => {
                if self.lives(node, process) {
                    self.receive(node, from, message);
                }
            }
            Address::Controller => self.controller_receives(from, message),
            Address::Producer(id) => self.producer_receives(id, &message),
            Address::Reader(id) => self.reader_receives(id, message),
            Address::Operator => {}
        }
    }

    /// Whether that process of the node still runs.
    #[must_use]
    pub fn lives(&self, node: i32, process: u64) -> bool {
        self.process_of(node) == Some(process)
    }

    #[must_use]
    pub fn process_of(&self, node: i32) -> Option<u64> {
        self.nodes.get(&node)?.process.as_ref().map(|held| held.number)
    }

    /// A node's own clock in milliseconds.
    #[must_use]
    pub fn clock_ms(&self, node: i32) -> i64 {
        let ahead = self.nodes.get(&node).map_or(0, |held| held.clock_ahead_ms);
        (self.now / MS) as i64 + ahead
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        self.trace.note(self.now, line);
    }

    /// The name that people read.
    #[must_use]
    pub fn name_of(&self, log: LogId) -> String {
        let topic = self.metadata.image().topic_by_id(log.topic_id);
        let name = topic.map_or_else(|| "gone".to_owned(), |topic| topic.name.to_string());
        format!("{name}-{}", log.partition)
    }
}

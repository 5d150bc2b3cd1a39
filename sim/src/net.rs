//! The network: delays, order within a connection, partitions and what they leave of connections.
//!
//! Between two nodes there is one connection. It keeps order; when it breaks, what was under way
//! is lost or comes late, and both ends learn of it at their own time.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits::{MS, SECOND};
use crate::message::{Address, Event, Message};
use crate::world::World;

#[derive(Default)]
pub struct Net {
    /// Paths that carry nothing, by the cut that closed them.
    cuts: BTreeMap<u64, BTreeSet<(i32, i32)>>,
    next_cut: u64,
    /// Paths that are slow until then.
    clogged: BTreeMap<(i32, i32), u64>,
    links: BTreeMap<(i32, i32), Link>,
    /// When the last message of a path arrives: connections keep order.
    arrives: BTreeMap<(Address, Address), u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Link {
    up: bool,
    /// Something was lost on it: nothing more arrives, and soon both ends know.
    broken: bool,
    /// The processes at both ends.
    ends: (u64, u64),
}

impl Net {
    #[must_use]
    pub fn is_cut(&self, from: i32, to: i32) -> bool {
        from != to && self.cuts.values().any(|paths| paths.contains(&(from, to)))
    }

    pub fn cut(&mut self, paths: BTreeSet<(i32, i32)>) -> u64 {
        self.next_cut += 1;
        self.cuts.insert(self.next_cut, paths);
        self.next_cut
    }

    pub fn heal(&mut self, cut: u64) {
        self.cuts.remove(&cut);
    }

    pub fn heal_all(&mut self) {
        self.cuts.clear();
        self.clogged.clear();
    }

    pub fn clog(&mut self, from: i32, to: i32, until: u64) {
        self.clogged.insert((from, to), until);
    }
}

fn pair(a: i32, b: i32) -> (i32, i32) {
    (a.min(b), a.max(b))
}

impl World {
    /// Where a program is for the network: clients are everywhere.
    fn place_of(&self, address: Address) -> Option<i32> {
        match address {
            Address::Node(node) => Some(node),
            Address::Controller => self.metadata.seat,
            Address::Producer(_) | Address::Reader(_) | Address::Operator => None,
        }
    }

    /// Sends a message; it may be lost, late, or come twice.
    pub fn send(&mut self, from: Address, to: Address, message: Message) {
        let (source, target) = (self.place_of(from), self.place_of(to));
        if to == Address::Controller && target.is_none() {
            return;
        }
        let link = matches!(
            message,
            Message::Subscribe { .. } | Message::Progress { .. } | Message::Replicate { .. }
        );
        let cut = match (source, target) {
            (Some(source), Some(target)) => self.net.is_cut(source, target),
            _ => false,
        };
        let lost = cut || (source != target && self.rng.net.chance(self.swarm.loss));
        if let (true, Some(source), Some(target)) = (link && source != target, source, target) {
            self.send_on_link(source, target, lost, from, to, message);
            return;
        }
        if lost {
            return;
        }
        let twice = self.rng.net.chance(self.swarm.duplication);
        let process = target.and_then(|node| self.process_of(node)).unwrap_or(0);
        let delay = self.delay(source, target);
        if twice {
            let late = self.delay(source, target) + self.rng.net.spread(20 * MS);
            let message = message.clone();
            self.at(late, Event::Deliver { from, to, process, message });
        }
        let due = self.in_order(from, to, delay);
        self.at(due, Event::Deliver { from, to, process, message });
    }

    fn send_on_link(
        &mut self,
        source: i32,
        target: i32,
        lost: bool,
        from: Address,
        to: Address,
        message: Message,
    ) {
        let key = pair(source, target);
        let link = self.net.links.get(&key).copied().unwrap_or_default();
        if !link.up || link.broken {
            return;
        }
        if lost {
            self.break_link(source, target);
            return;
        }
        let process = if key.0 == target { link.ends.0 } else { link.ends.1 };
        let delay = self.delay(Some(source), Some(target));
        let due = self.in_order(from, to, delay);
        self.at(due, Event::Deliver { from, to, process, message });
    }

    /// Nothing more comes over it; both ends learn that at their own time.
    pub fn break_link(&mut self, a: i32, b: i32) {
        let key = pair(a, b);
        let Some(link) = self.net.links.get_mut(&key).filter(|held| held.up && !held.broken) else {
            return;
        };
        link.broken = true;
        let ends = link.ends;
        for (node, process, peer) in [(key.0, ends.0, key.1), (key.1, ends.1, key.0)] {
            let late = self.rng.net.spread(60 * MS);
            self.at(late, Event::LinkDown { node, process, peer });
        }
        // What was under way is not ordered with what a new connection brings.
        self.net.arrives.remove(&(Address::Node(a), Address::Node(b)));
        self.net.arrives.remove(&(Address::Node(b), Address::Node(a)));
    }

    fn delay(&mut self, source: Option<i32>, target: Option<i32>) -> u64 {
        let mut delay = MS / 20 + self.rng.net.spread(self.swarm.delay);
        if let (Some(source), Some(target)) = (source, target) {
            if source == target {
                return MS / 50;
            }
            if self.net.clogged.get(&(source, target)).is_some_and(|until| *until > self.now) {
                delay += self.rng.net.spread(400 * MS);
            }
        }
        delay
    }

    fn in_order(&mut self, from: Address, to: Address, delay: u64) -> u64 {
        let last = self.net.arrives.entry((from, to)).or_default();
        let due = (self.now + delay).max(*last + 1);
        *last = due;
        due - self.now
    }

    /// Nodes connect to each other as soon as they can.
    pub fn connect(&mut self) {
        let ids: Vec<i32> = self.nodes.keys().copied().collect();
        for (index, &a) in ids.iter().enumerate() {
            for &b in &ids[index + 1..] {
                self.connect_pair(a, b);
            }
        }
        let pause = self.rng.net.between(20 * MS, 60 * MS);
        self.at(pause, Event::Connect);
    }

    fn connect_pair(&mut self, a: i32, b: i32) {
        let held = self.net.links.get(&(a, b)).copied().unwrap_or_default();
        let ends = (self.process_of(a), self.process_of(b));
        let same = ends == (Some(held.ends.0), Some(held.ends.1));
        if held.up && !held.broken {
            // A process that died closes its connections; one that is cut off is found out.
            if !same || self.net.is_cut(a, b) || self.net.is_cut(b, a) {
                self.break_link(a, b);
            }
            return;
        }
        let frozen = self.nodes[&a].frozen || self.nodes[&b].frozen;
        let cut = self.net.is_cut(a, b) || self.net.is_cut(b, a);
        let (Some(of_a), Some(of_b)) = ends else {
            return;
        };
        if frozen || cut || self.knows_link(a, b) || self.knows_link(b, a) {
            return;
        }
        self.net.links.insert((a, b), Link { up: true, broken: false, ends: (of_a, of_b) });
        self.at(MS / 10, Event::LinkUp { node: a, process: of_a, peer: b });
        self.at(MS / 10, Event::LinkUp { node: b, process: of_b, peer: a });
    }

    /// Both ends must have noticed that the last connection is gone.
    fn knows_link(&self, node: i32, peer: i32) -> bool {
        let process = self.nodes.get(&node).and_then(|held| held.process.as_ref());
        process.is_some_and(|held| held.links.contains(&peer))
    }

    pub fn heal_cut(&mut self, cut: u64) {
        self.net.heal(cut);
        self.note(|| format!("network: cut {cut} is healed"));
    }

    /// Whether the node reaches more than half of all nodes, both ways.
    #[must_use]
    pub fn reaches_majority(&self, node: i32) -> bool {
        let both = |other: i32| !self.net.is_cut(node, other) && !self.net.is_cut(other, node);
        let alive = |other: i32| {
            self.nodes.get(&other).is_some_and(|held| held.process.is_some() && !held.frozen)
        };
        let reached = self.nodes.keys().filter(|other| both(**other) && alive(**other)).count();
        alive(node) && reached * 2 > self.nodes.len()
    }

    /// A cut that goes on for so long.
    pub fn cut_for(&mut self, paths: &BTreeSet<(i32, i32)>, mean: u64) {
        let cut = self.net.cut(paths.clone());
        self.note(|| format!("network: cut {cut} closes {paths:?}"));
        let pause = (self.rng.faults.spread(mean) + 100 * MS).min(8 * SECOND);
        self.at(pause, Event::Heal { cut });
    }
}

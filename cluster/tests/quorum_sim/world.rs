//! A cluster in one thread: its nodes, its time, and what is on its way.

use std::collections::BTreeMap;
use std::rc::Rc;

use cluster::quorum::{Input, Members, Message, Mutant, RaftId, SnapshotId};
use wire::Uuid;

use crate::checks::Checks;
use crate::dice::{Dice, Trace};
use crate::disk::{Disk, File, Told};
use crate::operator::Asked;
use crate::plan::Plan;
use crate::process::Process;

pub const CLUSTER_ID: Uuid = Uuid([7; 16]);

/// A machine that a node can run on.
pub struct Slot {
    pub node_id: i32,
    pub directory_id: Uuid,
    pub raft_id: Option<RaftId>,
    pub disk: Disk,
    pub process: Option<Process>,
    /// Counts processes, so that what was meant for an earlier one is dropped.
    pub run: u64,
    pub wipes: u8,
    /// Its disk was emptied, and somebody started it under its old id.
    pub impostor: bool,
}

pub enum Event {
    Tick { slot: usize, run: u64 },
    Deliver { to: usize, from: usize, directory_id: Uuid, bytes: Rc<[u8]> },
    Input { slot: usize, run: u64, input: Input },
    Written { slot: usize, run: u64 },
    OwnSnapshot { slot: usize, run: u64 },
    Arrived { to: usize, from: usize, run: u64, message: Message, id: SnapshotId },
    Thaw { slot: usize, run: u64 },
    Start { slot: usize, run: u64 },
    BadDay { slot: usize, leader: usize },
    Client,
    Operator,
    Trouble,
}

pub struct World {
    pub plan: Plan,
    pub mutant: Option<Mutant>,
    pub now_us: u64,
    sequence: u64,
    events: BTreeMap<(u64, u64), Event>,
    pub dice: Dice,
    pub trace: Trace,
    pub slots: Vec<Slot>,
    /// What founders begin with.
    pub founding: Option<(SnapshotId, File)>,
    /// Until when nothing passes from one slot to another.
    pub blocked_until_us: Vec<Vec<u64>>,
    pub checks: Checks,
    pub asked: BTreeMap<u64, Asked>,
    pub next_ticket: u64,
    pub calm: bool,
    /// A change of the members was asked for and nobody knows what became of it.
    pub members_uncertain: bool,
    pub members: Members,
    pub members_index: u64,
    pub verbose: bool,
}

impl World {
    pub fn new(plan: Plan, mutant: Option<Mutant>) -> Self {
        let count = (plan.voters + plan.spares) as usize;
        let mut world = Self {
            dice: Dice::new(plan.seed),
            mutant,
            now_us: 1_000_000,
            sequence: 0,
            events: BTreeMap::new(),
            trace: Trace::default(),
            slots: Vec::new(),
            founding: None,
            blocked_until_us: vec![vec![0; count]; count],
            checks: Checks::default(),
            asked: BTreeMap::new(),
            next_ticket: 1,
            calm: false,
            members_uncertain: false,
            members: Members::default(),
            members_index: 0,
            verbose: std::env::var_os("QUORUM_TRACE").is_some(),
            plan,
        };
        world.found();
        world
    }

    pub fn after(&mut self, delay_us: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((self.now_us + delay_us, self.sequence), event);
    }

    pub fn note(&self, what: impl FnOnce() -> String) {
        if self.verbose {
            eprintln!("{:>9.3} {}", self.now_us as f64 / 1e3, what());
        }
    }

    /// Runs for so long, or until something is broken.
    pub fn run_for(&mut self, duration_ms: u64) {
        let end_us = self.now_us + duration_ms * 1000;
        while self.checks.broken.is_empty() {
            let Some(entry) = self.events.first_entry().filter(|next| next.key().0 <= end_us)
            else {
                break;
            };
            let ((at_us, _), event) = entry.remove_entry();
            self.now_us = at_us;
            self.trace.add(at_us);
            self.happen(event);
        }
        self.now_us = end_us;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick { slot, run } => {
                if self.slots[slot].run == run && self.slots[slot].process.is_some() {
                    self.turn(slot, Vec::new());
                    self.after(20_000, Event::Tick { slot, run });
                }
            }
            Event::Deliver { to, from, directory_id, bytes } => {
                self.deliver(to, from, directory_id, &bytes);
            }
            Event::Input { slot, run, input } => {
                if self.slots[slot].run == run {
                    self.turn(slot, vec![input]);
                }
            }
            Event::Written { slot, run } => self.written(slot, run),
            Event::OwnSnapshot { slot, run } => self.own_snapshot_written(slot, run),
            Event::Arrived { to, from, run, message, id } => {
                self.snapshot_arrived(to, from, run, message, id);
            }
            Event::Thaw { slot, run } => {
                if self.slots[slot].run == run {
                    self.thaw(slot);
                }
            }
            Event::Start { slot, run } => {
                if self.slots[slot].run == run && self.slots[slot].process.is_none() {
                    self.start(slot);
                }
            }
            Event::BadDay { slot, leader } => self.bad_day_ends(slot, leader),
            Event::Client => self.client(),
            Event::Operator => self.operate(),
            Event::Trouble => self.trouble(),
        }
    }

    /// The next write of a disk is done, if the disk does not hang.
    fn written(&mut self, slot: usize, run: u64) {
        let stalled_until_us = self.slots[slot].disk.stalled_until_us;
        if self.slots[slot].run != run {
            return;
        }
        if stalled_until_us > self.now_us {
            return self.after(stalled_until_us - self.now_us, Event::Written { slot, run });
        }
        let disk = &mut self.slots[slot].disk;
        let Some(job) = disk.jobs.pop_front() else {
            return;
        };
        let told = disk.finish(job);
        if !disk.jobs.is_empty() {
            self.schedule_write(slot);
        }
        let input = match told {
            Told::Persist(number) => Input::Durable(number),
            Told::Installed(number, id) => {
                self.load_installed(slot, id);
                Input::Durable(number)
            }
            Told::Nothing | Told::OwnSnapshot(_) => return,
        };
        self.turn(slot, vec![input]);
    }

    pub fn schedule_write(&mut self, slot: usize) {
        let mut latency_us = self.dice.between(50, 100 + self.plan.disk_us);
        if matches!(self.slots[slot].disk.jobs[0].told, Told::Installed(..)) {
            latency_us += self.dice.below(self.plan.install_ms * 1000);
        }
        let run = self.slots[slot].run;
        self.after(latency_us, Event::Written { slot, run });
    }

    fn own_snapshot_written(&mut self, slot: usize, run: u64) {
        if self.slots[slot].run != run {
            return;
        }
        let disk = &mut self.slots[slot].disk;
        let told = disk.own_snapshot.take().map(|job| disk.finish(job));
        if let Some(Told::OwnSnapshot(index)) = told {
            self.turn(slot, vec![Input::SnapshotWritten { index, ok: true }]);
        }
    }

    pub fn slot_of(&self, id: RaftId) -> Option<usize> {
        self.slots.iter().position(|slot| slot.raft_id == Some(id))
    }

    /// The newest leader that is up, as far as it knows itself.
    pub fn leader(&self) -> Option<usize> {
        let term = |slot: &Slot| {
            let quorum = &slot.process.as_ref()?.quorum;
            let (role, _, term) = quorum.role();
            (role >= cluster::quorum::Role::Elected).then_some(term)
        };
        let leaders = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(place, slot)| term(slot).map(|term| (term, place)));
        leaders.max().map(|(_, place)| place)
    }

    /// No more trouble from here on: everything is healed, and everybody comes back.
    pub fn heal(&mut self) {
        self.calm = true;
        for row in &mut self.blocked_until_us {
            row.fill(0);
        }
        for slot in 0..self.slots.len() {
            self.slots[slot].disk.stalled_until_us = 0;
            if self.slots[slot].impostor {
                self.expose(slot);
            }
            if self.slots[slot].process.is_none() && self.slots[slot].raft_id.is_some() {
                self.start(slot);
            }
            self.thaw(slot);
        }
    }

    /// Everybody that should be is there, and of one mind.
    pub fn check_end(&mut self) {
        let acked_before = self.checks.counts.acked;
        self.run_for(2_000);
        let acked = self.checks.counts.acked > acked_before;
        let (calm, seed) = (self.calm, self.plan.seed);
        self.checks
            .break_if(!acked, || format!("nothing is committed after all is healed: {calm}"));
        let members = self.members.clone();
        let newest = self.slots.iter().filter_map(|slot| slot.process.as_ref());
        let newest = newest.map(|process| process.quorum.applied()).max().unwrap_or_default();
        self.run_for(500);
        for slot in &self.slots {
            let Some(process) = &slot.process else {
                let id = slot.raft_id;
                let missing = id.is_some_and(|id| members.get(id).is_some());
                self.checks.break_if(missing, || format!("member {id:?} is not there"));
                continue;
            };
            let id = slot.raft_id.unwrap_or_default();
            let applied = process.quorum.applied();
            let behind = members.get(id).is_some() && applied < newest;
            let name = if members.is_voter(id) { "voter" } else { "learner" };
            self.checks.break_if(behind, || {
                format!("{name} {id} does not catch up: {applied} of {newest}, seed {seed}")
            });
            // Who was given nothing yet has an image of nothing.
            let applied = process.image.offset().max(0);
            let same = process.quorum.applied() as i64 == applied;
            self.checks.break_if(!same, || format!("the image of {id} is of {applied}"));
        }
        let applied = self.slots.iter().filter_map(|slot| slot.process.as_ref());
        let applied = applied.map(|process| process.quorum.applied()).max();
        self.checks.end(applied.unwrap_or_default());
    }
}

//! What goes wrong.

use cluster::quorum::{Input, RaftId};

use crate::disk::Disk;
use crate::world::{Event, World};

impl World {
    pub fn trouble(&mut self) {
        if self.calm {
            return;
        }
        let pause_ms = self.dice.between(50.min(self.plan.trouble_ms), 2 * self.plan.trouble_ms);
        self.after(pause_ms * 1000, Event::Trouble);
        let plan = &self.plan;
        let weights = [
            plan.crash,
            plan.power_cut,
            plan.isolate,
            plan.one_way,
            plan.stall,
            plan.freeze,
            plan.wipe,
            plan.careless,
        ];
        let mut drawn = self.dice.below(weights.iter().sum());
        let what = weights.iter().position(|weight| {
            let here = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            here
        });
        // Leaders are worth more trouble than others.
        let anybody = self.dice.below(self.slots.len() as u64) as usize;
        let slot =
            self.leader().filter(|_| self.dice.thousandth(self.plan.leaders)).unwrap_or(anybody);
        match what {
            Some(0) => self.crash(slot),
            Some(1) => (0..self.slots.len()).for_each(|slot| self.crash(slot)),
            Some(2) => self.isolate(slot, true),
            Some(3) => self.isolate(slot, false),
            Some(4) => {
                let stall_ms = self.dice.between(50, 4_000);
                self.note(|| format!("the disk of slot {slot} hangs for {stall_ms} ms"));
                self.slots[slot].disk.stalled_until_us = self.now_us + stall_ms * 1000;
            }
            Some(5) => self.freeze(slot),
            Some(6) => {
                self.wipe(slot, false);
            }
            Some(7) => self.bad_day(slot),
            _ => {}
        }
    }

    /// Everybody but the leader and this one is cut off and falls behind; as they come back, this
    /// one's disk is emptied and the leader is gone, for longer than an election takes.
    fn bad_day(&mut self, slot: usize) {
        let for_ms = self.dice.between(100, 900);
        let Some(leader) = self.leader().filter(|leader| *leader != slot) else {
            return;
        };
        for other in (0..self.slots.len()).filter(|other| ![slot, leader].contains(other)) {
            for both in 0..self.slots.len() {
                self.block(other, both, for_ms);
                self.block(both, other, for_ms);
            }
        }
        self.after(for_ms * 1000 - 4_000, Event::BadDay { slot, leader });
    }

    pub fn bad_day_ends(&mut self, slot: usize, leader: usize) {
        if !self.calm && self.wipe(slot, true) {
            self.crash_for(leader, 2_500);
        }
    }

    pub fn crash(&mut self, slot: usize) {
        let away_ms = self.dice.between(1, self.plan.away_ms);
        self.crash_for(slot, away_ms);
    }

    pub fn crash_for(&mut self, slot: usize, away_ms: u64) {
        if self.slots[slot].process.is_none() {
            return;
        }
        self.note(|| format!("slot {slot} is killed"));
        self.checks.counts.crashes += 1;
        self.stop(slot);
        let run = self.slots[slot].run;
        self.after(away_ms * 1000, Event::Start { slot, run });
        self.links_down(slot);
    }

    fn links_down(&mut self, gone: usize) {
        let Some(id) = self.slots[gone].raft_id else {
            return;
        };
        for slot in 0..self.slots.len() {
            if slot != gone && self.slots[slot].process.is_some() && self.dice.thousandth(500) {
                let run = self.slots[slot].run;
                let input = Input::LinkDown(id);
                let delay_us = self.dice.between(1_000, 300_000);
                self.after(delay_us, Event::Input { slot, run, input });
            }
        }
    }

    /// From all, or from some; in both directions or only in one.
    fn isolate(&mut self, slot: usize, both_ways: bool) {
        self.checks.counts.cuts += 1;
        let for_ms = self.dice.between(50, 3_000);
        let from_all = self.dice.thousandth(500);
        self.note(|| format!("slot {slot} is cut off for {for_ms} ms, both ways: {both_ways}"));
        for other in 0..self.slots.len() {
            if other == slot || !(from_all || self.dice.thousandth(500)) {
                continue;
            }
            let outward = self.dice.thousandth(500);
            if both_ways || outward {
                self.block(slot, other, for_ms);
            }
            if both_ways || !outward {
                self.block(other, slot, for_ms);
            }
        }
        self.links_down(slot);
    }

    fn freeze(&mut self, slot: usize) {
        let for_ms = self.dice.between(300, 3_000);
        self.freeze_for(slot, for_ms);
    }

    pub fn freeze_for(&mut self, slot: usize, for_ms: u64) {
        let until_us = self.now_us + for_ms * 1000;
        if let Some(process) = &mut self.slots[slot].process {
            process.frozen_until_us = until_us;
            let run = self.slots[slot].run;
            self.after(for_ms * 1000, Event::Thaw { slot, run });
        }
    }

    /// A disk is replaced by an empty one: only as long as a majority of the voters has theirs,
    /// whatever becomes of what was asked before.
    fn wipe(&mut self, slot: usize, careless: bool) -> bool {
        let Some(id) = self.slots[slot].raft_id else {
            return false;
        };
        let voters: Vec<RaftId> = self.members.voters().collect();
        let all_live = self.members.iter().all(|(id, member)| {
            self.slot_of(id)
                .is_some_and(|slot| self.slots[slot].directory_id == member.directory_id)
        });
        if voters.len() < 3 || self.members_uncertain || !all_live || self.slots[slot].impostor {
            return false;
        }
        self.note(|| format!("the disk of slot {slot} is emptied, careless: {careless}"));
        self.checks.counts.wiped += 1;
        self.empty(slot);
        if careless {
            // Somebody starts it again as if nothing had happened.
            self.slots[slot].impostor = true;
            self.slots[slot].raft_id = Some(id);
            let run = self.slots[slot].run;
            self.after(5_000, Event::Start { slot, run });
            self.found_again(slot);
        }
        true
    }

    /// As a founder that was configured by hand would: it begins with the first snapshot again.
    fn found_again(&mut self, slot: usize) {
        let founder = self.slots[slot].node_id as u64 <= self.plan.voters;
        if let Some((id, file)) = self.founding.clone().filter(|_| founder) {
            self.slots[slot].disk = Disk::founded(id, file);
        }
    }

    /// Somebody notices that a node runs under an id that is not its own any more.
    pub fn expose(&mut self, slot: usize) {
        self.slots[slot].impostor = false;
        self.empty(slot);
    }
}

//! The network: messages are late, lost, doubled and cut off; snapshots go a way of their own.

use std::rc::Rc;
use std::sync::Arc;

use cluster::quorum::{Input, Message, SnapshotId};

use crate::world::{Event, World};

impl World {
    fn is_blocked(&self, from: usize, to: usize) -> bool {
        self.blocked_until_us[from][to] > self.now_us
    }

    fn delay_us(&mut self) -> u64 {
        let delay_us = self.dice.between(1_000, 4_000);
        let late = !self.calm && self.dice.thousandth(self.plan.delayed);
        delay_us + if late { self.dice.below(self.plan.delay_ms * 1000) } else { 0 }
    }

    pub fn carry(&mut self, from: usize, to: usize, bytes: &Rc<[u8]>) {
        let loss = if self.calm { 0 } else { self.plan.loss };
        if self.is_blocked(from, to) || self.dice.thousandth(loss) {
            return;
        }
        let copies = 1 + u64::from(!self.calm && self.dice.thousandth(self.plan.duplicates));
        let directory_id = self.slots[from].directory_id;
        for _ in 0..copies {
            let delay_us = self.delay_us();
            let bytes = Rc::clone(bytes);
            self.after(delay_us, Event::Deliver { to, from, directory_id, bytes });
        }
    }

    /// A snapshot begins its way. Its end is always told to the leader: by the receiver, or by the
    /// link that broke.
    pub fn stream(&mut self, from: usize, message: Message, id: SnapshotId) {
        self.trace.add(id.index);
        let run = self.slots[from].run;
        let held = self.slots[from].disk.snapshots.contains_key(&id);
        let (to, peer) = (self.slot_of(message.to), message.to);
        self.note(|| format!("a snapshot of {} goes to {peer}, held: {held}", id.index));
        let delay_us = self.dice.between(2_000, 60_000);
        match to.filter(|to| held && !self.is_blocked(from, *to)) {
            Some(to) => self.after(delay_us, Event::Arrived { to, from, run, message, id }),
            None => {
                let input = Input::SnapshotSent { to: peer, index: id.index, ok: false };
                self.after(delay_us, Event::Input { slot: from, run, input });
            }
        }
    }

    pub fn snapshot_arrived(
        &mut self,
        to: usize,
        from: usize,
        run: u64,
        message: Message,
        id: SnapshotId,
    ) {
        let broken = !self.calm && self.dice.thousandth(self.plan.broken);
        let up = self.slots[to].process.is_some() && self.slots[to].raft_id == Some(message.to);
        let ok = up && !broken && !self.is_blocked(from, to);
        let peer = message.to;
        let file = self.slots[from].disk.snapshots.get(&id).map(Arc::clone);
        let ok = match file.filter(|_| ok) {
            Some(file) => {
                self.take_snapshot(to, message, file);
                true
            }
            None => false,
        };
        let input = if ok {
            Input::SnapshotSent { to: peer, index: id.index, ok }
        } else {
            Input::LinkDown(peer)
        };
        let delay_us = self.dice.between(2_000, 100_000);
        self.after(delay_us, Event::Input { slot: from, run, input });
    }

    pub fn block(&mut self, from: usize, to: usize, for_ms: u64) {
        self.blocked_until_us[from][to] = self.now_us + for_ms * 1000;
    }
}

//! What the leader knows of its followers, and what it answers them.

use super::{Leader, Output};
use crate::mutants::{Mutant, on};
use crate::replication::View;
use crate::replication::messages::{Body, EpochEnd, Progress, Refusal, Subscribe};

#[derive(Debug, Clone)]
pub(super) struct Follower {
    pub(super) broker: i32,
    /// As the image has it.
    pub(super) broker_epoch: i64,
    pub(super) active: bool,
    /// When it last had everything.
    pub(super) caught_up_ms: i64,
    /// `None` until it subscribed in this term: what it had before says nothing, it may have been
    /// taken out and come back empty since.
    pub(super) cursor: Option<Cursor>,
}

#[derive(Debug, Clone)]
pub(super) struct Cursor {
    pub(super) number: u32,
    /// Of the process that subscribed.
    pub(super) broker_epoch: i64,
    /// Where to send from; what is before it may not even have arrived.
    pub(super) next: i64,
    /// What the follower promised.
    pub(super) stable: i64,
    pub(super) start: i64,
    /// Where its log has to begin before it may join: what it has below was compared with nothing.
    pub(super) uncompared_to: i64,
    linked: bool,
    message_ms: i64,
    end_at_message: i64,
}

impl Cursor {
    /// Only of a mutant: a position that nobody compared.
    fn of_progress(now_ms: i64, message: &Progress) -> Self {
        Self {
            number: 0,
            broker_epoch: message.broker_epoch,
            next: message.stable,
            stable: 0,
            start: message.start,
            uncompared_to: 0,
            linked: false,
            message_ms: now_ms,
            end_at_message: i64::MAX,
        }
    }
}

impl Follower {
    /// Up to where this follower holds its word; nothing if it said nothing in this term.
    pub(super) fn promised(&self) -> i64 {
        match &self.cursor {
            Some(cursor) if on(Mutant::HwFromNextNotStable) => cursor.next,
            Some(cursor) => cursor.stable,
            None => -1,
        }
    }

    fn note_message(&mut self, now_ms: i64, end: i64) {
        let Some(cursor) = &mut self.cursor else {
            return;
        };
        if cursor.stable >= end {
            self.caught_up_ms = now_ms;
        } else if cursor.stable >= cursor.end_at_message {
            self.caught_up_ms = self.caught_up_ms.max(cursor.message_ms);
        }
        cursor.message_ms = now_ms;
        cursor.end_at_message = end;
    }
}

impl Leader {
    /// Takes over who is a replica, and who may be in sync.
    pub(super) fn set_followers(&mut self, now_ms: i64, view: &View) {
        let mut before = std::mem::take(&mut self.followers);
        let first = self.partition_epoch < 0;
        for peer in view.peers.iter().filter(|peer| peer.broker != self.me.broker) {
            let known = before.iter().position(|held| held.broker == peer.broker);
            let mut follower = match known {
                Some(index) => before.swap_remove(index),
                None => Follower {
                    broker: peer.broker,
                    broker_epoch: -1,
                    active: false,
                    // Members have time to say where they are; others are late until they do.
                    caught_up_ms: match first && view.state.isr.contains(&peer.broker) {
                        true => now_ms,
                        false => i64::MIN / 2,
                    },
                    cursor: None,
                },
            };
            follower.active = peer.active;
            follower.broker_epoch = peer.broker_epoch;
            if !on(Mutant::ExpandIgnoresBrokerEpoch) {
                let lives = |cursor: &Cursor| cursor.broker_epoch >= peer.broker_epoch;
                follower.cursor = follower.cursor.filter(lives);
            }
            self.followers.push(follower);
        }
    }

    /// The subscription's number and where to go on sending; `None` if there is nothing to send.
    #[must_use]
    pub fn due(&self, broker: i32) -> Option<(u32, i64)> {
        let follower = self.followers.iter().find(|held| held.broker == broker)?;
        let cursor = follower.cursor.as_ref()?;
        (cursor.linked && cursor.next < self.end).then_some((cursor.number, cursor.next))
    }

    /// Followers with a subscription: those that marks and runs go to.
    pub fn subscribed(&self) -> impl Iterator<Item = (i32, u32)> {
        let linked = |cursor: &&Cursor| cursor.linked;
        self.followers.iter().filter_map(move |held| {
            held.cursor.as_ref().filter(linked).map(|cursor| (held.broker, cursor.number))
        })
    }

    /// Everything before `next` is on its way to the follower.
    pub fn sent(&mut self, broker: i32, number: u32, next: i64) {
        let follower = self.followers.iter_mut().find(|held| held.broker == broker);
        if let Some(cursor) = follower.and_then(|held| held.cursor.as_mut())
            && cursor.number == number
        {
            cursor.next = cursor.next.max(next);
        }
    }

    /// Who had not been sent yet what is gone now begins anew at the start. Sent on from here, its
    /// log would hold what is before the start, then a hole.
    pub(super) fn leave_behind(&mut self, out: &mut Vec<Output>) {
        let (start, end) = (self.start, self.end);
        let mut behind = Vec::new();
        for follower in &mut self.followers {
            if let Some(cursor) = follower.cursor.take_if(|held| held.next < start) {
                behind.push((follower.broker, cursor.number));
            }
        }
        for (broker, number) in behind {
            out.push(self.to_follower(broker, number, Body::OutOfRange { start, end }));
        }
    }

    pub(super) fn link_down(&mut self, broker: i32) {
        let follower = self.followers.iter_mut().find(|held| held.broker == broker);
        if let Some(cursor) = follower.and_then(|held| held.cursor.as_mut()) {
            cursor.linked = false;
        }
    }

    pub(super) fn subscribe(
        &mut self,
        now_ms: i64,
        message: &Subscribe,
        floor: Option<EpochEnd>,
        out: &mut Vec<Output>,
    ) {
        let (broker, number) = (message.broker, message.number);
        if let Err(refusal) = self.admit(broker, message.broker_epoch, message.leader_epoch) {
            out.push(self.to_follower(broker, number, Body::Refused(refusal)));
            return;
        }
        if let Some(body) = self.mismatch(message, floor) {
            out.push(self.to_follower(broker, number, body));
            return;
        }
        let (end, start) = (self.end, self.start);
        let Some(follower) = self.followers.iter_mut().find(|held| held.broker == broker) else {
            return;
        };
        if follower.cursor.as_ref().is_some_and(|held| is_older(message, held)) {
            return;
        }
        follower.cursor = Some(Cursor {
            number,
            broker_epoch: message.broker_epoch,
            next: message.position,
            stable: message.stable.min(message.position),
            start: message.start,
            // All that the follower has is gone here, whether it was the same or not.
            uncompared_to: if message.position == start { start } else { 0 },
            linked: true,
            message_ms: now_ms,
            end_at_message: end,
        });
        follower.note_message(now_ms, end);
        let body = Body::Subscribed { start, high_watermark: self.high_watermark };
        out.push(self.to_follower(broker, number, body));
        self.ask_for_change(now_ms, out);
        self.advance(now_ms, out);
    }

    /// A process that is gone, an epoch that is over or not known: nothing of it counts.
    fn admit(&self, broker: i32, broker_epoch: i64, epoch: i32) -> Result<(), Refusal> {
        if epoch < self.leader_epoch {
            return Err(Refusal::FencedEpoch);
        }
        if epoch > self.leader_epoch {
            return Err(Refusal::UnknownEpoch);
        }
        match self.followers.iter().find(|held| held.broker == broker) {
            None => Err(Refusal::NotReplica),
            Some(held)
                if broker_epoch < held.broker_epoch && !on(Mutant::ExpandIgnoresBrokerEpoch) =>
            {
                Err(Refusal::StaleBroker)
            }
            Some(_) => Ok(()),
        }
    }

    /// Whether what the follower has is not the beginning of what this log has.
    fn mismatch(&self, message: &Subscribe, floor: Option<EpochEnd>) -> Option<Body> {
        let out_of_range = Some(Body::OutOfRange { start: self.start, end: self.end });
        if message.position < self.start {
            return out_of_range;
        }
        match floor {
            _ if message.last_epoch < 0 => {}
            None => return out_of_range,
            Some(found) if found.epoch < message.last_epoch || found.end < message.position => {
                let high_watermark = self.high_watermark;
                return Some(Body::Diverging { found, high_watermark });
            }
            Some(_) => {}
        }
        if message.position > self.end { out_of_range } else { None }
    }

    pub(super) fn progress(&mut self, now_ms: i64, message: &Progress, out: &mut Vec<Output>) {
        let any_epoch = on(Mutant::HwCountsPositionsOfOldEpoch);
        let epoch = if any_epoch { self.leader_epoch } else { message.leader_epoch };
        if self.admit(message.broker, message.broker_epoch, epoch).is_err() {
            return;
        }
        let end = self.end;
        let follower = self.followers.iter_mut().find(|held| held.broker == message.broker);
        let Some(follower) = follower else {
            return;
        };
        if any_epoch && follower.cursor.is_none() {
            follower.cursor = Some(Cursor::of_progress(now_ms, message));
        }
        let Some(cursor) = &mut follower.cursor else {
            return;
        };
        let same = cursor.number == message.number && cursor.broker_epoch == message.broker_epoch;
        if !same && !any_epoch {
            return;
        }
        cursor.stable = cursor.stable.max(message.stable.min(end));
        cursor.next = cursor.next.max(cursor.stable);
        cursor.start = message.start;
        follower.note_message(now_ms, end);
        self.ask_for_change(now_ms, out);
        self.advance(now_ms, out);
    }
}

/// Connections that take turns may bring an old subscription after a newer one.
fn is_older(message: &Subscribe, held: &Cursor) -> bool {
    (message.broker_epoch, message.number) < (held.broker_epoch, held.number)
}

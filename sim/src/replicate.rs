//! Messages between replicas, disks, and what the machines ask for.

use cluster::command::AlterPartition;
use cluster::node_of;
use cluster::records::LogId;
use cluster::replication::leader::{self, Output as LeaderOutput};
use cluster::replication::messages::Body;
use cluster::replication::{Run, ToFollower, follower};

use crate::limits::{BATCHES_PER_RUN_MAX, DISK_MAX, MS};
use crate::log::{Batch, ReplicaLog};
use crate::message::{Address, Done, Event, Message, Produced};
use crate::node::{Replica, Role};
use crate::world::World;

impl World {
    pub fn replica(&mut self, id: i32, broker: i32, log: LogId) -> Option<&mut Replica> {
        self.nodes.get_mut(&id)?.process.as_mut()?.replicas.get_mut(&(broker, log))
    }

    pub fn receive(&mut self, id: i32, from: Address, message: Message) {
        match message {
            Message::Produce { log, broker, batch } => {
                if let Address::Producer(client) = from {
                    self.produced_at(id, broker, log, client, batch);
                }
            }
            Message::Fetch { log, broker, offset } => {
                self.fetched_at(id, broker, log, offset, from);
            }
            Message::Subscribe { log, broker, message } => {
                let floor = self.nodes[&id].logs.get(&(broker, log));
                let floor = floor.and_then(|held| held.end_of(message.last_epoch));
                self.leader_step(id, broker, log, leader::Input::Subscribe { message, floor });
            }
            Message::Progress { log, broker, message } => {
                self.leader_step(id, broker, log, leader::Input::Progress(message));
            }
            Message::Replicate { log, broker, message, batches } => {
                let own = match message.body {
                    Body::Diverging { found, .. } => {
                        let held = self.nodes[&id].logs.get(&(broker, log));
                        held.and_then(|held| held.end_of(found.epoch))
                    }
                    _ => None,
                };
                let input = follower::Input::Leader { message, own };
                self.follower_step(id, broker, log, input, &batches);
            }
            Message::IsrAnswer { log, broker, leader_epoch, request, answer } => {
                let held = self.replica(id, broker, log).map_or(-1, |held| held.leader_epoch);
                if held == leader_epoch {
                    let input = leader::Input::IsrAnswer { request, answer };
                    self.leader_step(id, broker, log, input);
                }
            }
            Message::HeartbeatAnswer(answer) => self.heartbeat_answered(id, &answer),
            _ => {}
        }
    }

    fn leader_step(&mut self, id: i32, broker: i32, log: LogId, input: leader::Input<'_>) {
        let now_ms = self.clock_ms(id);
        let mut out = Vec::new();
        match self.replica(id, broker, log).map(|replica| &mut replica.role) {
            Some(Role::Lead(machine)) => machine.step(now_ms, input, &mut out),
            _ => return,
        }
        self.leader_outputs(id, broker, log, out);
        self.pump(id, broker, log);
    }

    fn follower_step(
        &mut self,
        id: i32,
        broker: i32,
        log: LogId,
        input: follower::Input,
        batches: &[Batch],
    ) {
        let now_ms = self.clock_ms(id);
        let mut out = Vec::new();
        match self.replica(id, broker, log).map(|replica| &mut replica.role) {
            Some(Role::Follow(machine, _)) => machine.step(now_ms, input, &mut out),
            _ => return,
        }
        self.follower_outputs(id, broker, log, out, batches);
    }

    pub fn leader_outputs(&mut self, id: i32, broker: i32, log: LogId, out: Vec<LeaderOutput>) {
        for output in out {
            match output {
                LeaderOutput::HighWatermark(high_watermark) => {
                    let held = self.nodes.get_mut(&id).and_then(|n| n.logs.get_mut(&(broker, log)));
                    held.expect("a led log").set_high_watermark(high_watermark);
                    self.oracle_leader_watermark(id, broker, log, high_watermark);
                    self.acknowledge(id, broker, log);
                    self.send_marks(id, broker, log);
                }
                LeaderOutput::LogStart(start) => {
                    self.oracle_start(broker, log, start, id);
                    let held = self.nodes.get_mut(&id).and_then(|n| n.logs.get_mut(&(broker, log)));
                    held.expect("a led log").move_start(start);
                    self.send_marks(id, broker, log);
                }
                LeaderOutput::ToFollower { broker: to, message } => {
                    self.note_divergence(log, to, &message);
                    self.replicate(id, log, to, message, Vec::new());
                }
                LeaderOutput::ChangeIsr(change) => {
                    let process = self.nodes[&id].process.as_ref().expect("it lives");
                    let broker_epoch = process.broker_epoch(broker).unwrap_or(-1);
                    let name = self.name_of(log);
                    self.note(|| {
                        format!("broker {broker}: asks for ISR {:?} of {name}", change.isr)
                    });
                    self.spite(log);
                    let request = AlterPartition { broker_id: broker, broker_epoch, log, change };
                    let message = Message::AlterPartition(request);
                    self.send(Address::Node(id), Address::Controller, message);
                }
            }
        }
    }

    fn note_divergence(&mut self, log: LogId, to: i32, message: &ToFollower) {
        if let Body::Diverging { found, .. } = message.body {
            let name = self.name_of(log);
            self.note(|| format!("broker {to}: {name} diverges from its leader's {found:?}"));
        }
    }

    fn replicate(
        &mut self,
        id: i32,
        log: LogId,
        to: i32,
        message: ToFollower,
        batches: Vec<Batch>,
    ) {
        let target = Address::Node(node_of(to));
        let message = Message::Replicate { log, broker: to, message, batches };
        self.send(Address::Node(id), target, message);
    }

    fn send_marks(&mut self, id: i32, broker: i32, log: LogId) {
        let Some(Role::Lead(machine)) = self.replica(id, broker, log).map(|held| &held.role) else {
            return;
        };
        let body = Body::Marks { start: machine.start(), high_watermark: machine.high_watermark() };
        let leader_epoch = machine.leader_epoch();
        let to: Vec<(i32, u32)> = machine.subscribed().collect();
        for (follower, number) in to {
            // What is due says the marks itself.
            let message = ToFollower { leader_epoch, number, body };
            self.replicate(id, log, follower, message, Vec::new());
        }
    }

    /// Sends followers what is due: from memory, or from the disk for those far behind.
    pub fn pump(&mut self, id: i32, broker: i32, log: LogId) {
        let cold_after = self.swarm.cold_after;
        let Some(node) = self.nodes.get_mut(&id) else {
            return;
        };
        let Some(process) = node.process.as_mut() else {
            return;
        };
        let Some(replica) = process.replicas.get_mut(&(broker, log)) else {
            return;
        };
        let Role::Lead(machine) = &mut replica.role else {
            return;
        };
        let held = &node.logs[&(broker, log)];
        let to: Vec<(i32, u32)> = machine.subscribed().collect();
        let (mut runs, mut reads) = (Vec::new(), Vec::new());
        for (follower, _) in to {
            while let Some((number, from)) = machine.due(follower) {
                if held.batches.len() - held.index_of(from) > cold_after {
                    if replica.reading.insert(follower) {
                        let leader_epoch = machine.leader_epoch();
                        reads.push(Done::Read { follower, leader_epoch, number, from });
                    }
                    break;
                }
                let batches = held.read(from, BATCHES_PER_RUN_MAX).to_vec();
                let Some(last) = batches.last() else {
                    break;
                };
                machine.sent(follower, number, last.end());
                let marks = (machine.start(), machine.high_watermark());
                runs.push((
                    follower,
                    run(machine.leader_epoch(), number, from, &batches, marks),
                    batches,
                ));
            }
        }
        for (follower, message, batches) in runs {
            self.replicate(id, log, follower, message, batches);
        }
        for done in reads {
            let pause = MS / 10 + self.rng.disk.spread(self.swarm.cold_read);
            self.disk(id, broker, log, pause, done);
        }
    }

    pub fn follower_outputs(
        &mut self,
        id: i32,
        broker: i32,
        log: LogId,
        out: Vec<follower::Output>,
        batches: &[Batch],
    ) {
        use follower::Output;
        for output in out {
            match output {
                Output::Subscribe(message) => {
                    let to = self.leader_of(id, broker, log);
                    let message = Message::Subscribe { log, broker: to, message };
                    self.send(Address::Node(id), Address::Node(node_of(to)), message);
                }
                Output::Progress(message) => {
                    let to = self.leader_of(id, broker, log);
                    let message = Message::Progress { log, broker: to, message };
                    self.send(Address::Node(id), Address::Node(node_of(to)), message);
                }
                Output::Append => self.append_run(id, broker, log, batches),
                Output::Truncate { to } => self.cut(id, broker, log, Done::Truncated { to }),
                Output::RestartAt { start } => self.cut(id, broker, log, Done::Restarted { start }),
                Output::CutBelowHighWatermark { to, high_watermark } => {
                    self.oracle_cut_below(broker, log, to, high_watermark);
                }
                Output::HighWatermark(high_watermark) => {
                    let held = self.nodes.get_mut(&id).and_then(|n| n.logs.get_mut(&(broker, log)));
                    held.expect("a followed log").set_high_watermark(high_watermark);
                    self.oracle_follower_watermark(id, broker, log, high_watermark);
                }
                Output::LogStart(start) => {
                    let held = self.nodes.get_mut(&id).and_then(|n| n.logs.get_mut(&(broker, log)));
                    held.expect("a followed log").move_start(start);
                }
            }
        }
    }

    fn leader_of(&mut self, id: i32, broker: i32, log: LogId) -> i32 {
        match self.replica(id, broker, log).map(|held| &held.role) {
            Some(Role::Follow(_, leader)) => *leader,
            _ => -1,
        }
    }

    fn append_run(&mut self, id: i32, broker: i32, log: LogId, batches: &[Batch]) {
        self.oracle_replicated(broker, log, batches);
        let held = self.nodes.get_mut(&id).and_then(|node| node.logs.get_mut(&(broker, log)));
        let held = held.expect("a followed log");
        held.append_replica(batches);
        let ends = held.ends();
        let input = follower::Input::Appended { end: ends.end, last_epoch: ends.last_epoch };
        self.follower_step(id, broker, log, input, &[]);
        self.sync(id, broker, log);
    }

    fn cut(&mut self, id: i32, broker: i32, log: LogId, done: Done) {
        if let Some(replica) = self.replica(id, broker, log) {
            replica.cutting = true;
        }
        let name = self.name_of(log);
        self.note(|| format!("broker {broker}: cuts {name}: {done:?}"));
        let pause = MS / 5 + self.rng.disk.spread(self.swarm.sync * 2);
        self.disk(id, broker, log, pause, done);
    }

    fn disk(&mut self, id: i32, broker: i32, log: LogId, pause: u64, done: Done) {
        let Some(process) = self.process_of(id) else {
            return;
        };
        let slow = self.nodes[&id].slow_until > self.now;
        let pause = if slow { (pause * 20).min(DISK_MAX.max(pause)) } else { pause };
        self.at(pause, Event::Disk { node: id, process, broker, log, done });
    }

    /// What is appended becomes stable: at once in the arena, else with a sync, one at a time.
    pub fn sync(&mut self, id: i32, broker: i32, log: LogId) {
        let Some(held) = self.nodes[&id].logs.get(&(broker, log)) else {
            return;
        };
        let (to, cuts, pending) = (held.end(), held.cuts, held.durable_end < held.end());
        let from_memory = held.acks_from_memory;
        if from_memory {
            self.stable_moved(id, broker, log);
        }
        let pause = self.rng.disk.spread(self.swarm.sync) + MS / 20;
        let Some(replica) = self.replica(id, broker, log).filter(|_| pending) else {
            return;
        };
        if !replica.syncing {
            replica.syncing = true;
            let pause = if from_memory { pause + 100 * MS } else { pause };
            self.disk(id, broker, log, pause, Done::Synced { to, cuts });
        }
    }

    fn stable_moved(&mut self, id: i32, broker: i32, log: LogId) {
        let Some(held) = self.nodes[&id].logs.get(&(broker, log)) else {
            return;
        };
        let end = held.stable();
        self.oracle_stable(id, broker, log);
        match self.replica(id, broker, log).map(|held| &held.role) {
            Some(Role::Lead(_)) => {
                self.leader_step(id, broker, log, leader::Input::Stable { end });
            }
            Some(Role::Follow(..)) => {
                self.follower_step(id, broker, log, follower::Input::Stable { end }, &[]);
            }
            _ => {}
        }
    }

    pub fn disk_done(&mut self, id: i32, process: u64, broker: i32, log: LogId, done: Done) {
        if !self.lives(id, process) || self.replica(id, broker, log).is_none() {
            return;
        }
        let node = self.nodes.get_mut(&id).expect("a node");
        let held = node.logs.get_mut(&(broker, log)).expect("a replica's log");
        match done {
            Done::Synced { to, cuts } => {
                if held.cuts == cuts {
                    held.synced(to);
                }
                self.replica(id, broker, log).expect("checked").syncing = false;
                self.stable_moved(id, broker, log);
                self.sync(id, broker, log);
            }
            Done::Truncated { to } => {
                held.truncate(to);
                self.counts.truncations += 1;
                self.cut_done(id, broker, log);
            }
            Done::Restarted { start } => {
                held.restart_at(start);
                self.counts.restarts_at += 1;
                self.cut_done(id, broker, log);
            }
            Done::Read { follower, leader_epoch, number, from } => {
                // The read may have overtaken a truncation: what the follower may take of it, its
                // own rule says (F5).
                let batches = held.read(from, BATCHES_PER_RUN_MAX).to_vec();
                self.cold_read(id, broker, log, follower, (leader_epoch, number, from), &batches);
            }
        }
    }

    fn cut_done(&mut self, id: i32, broker: i32, log: LogId) {
        let ends = self.nodes[&id].logs[&(broker, log)].ends();
        let replica = self.replica(id, broker, log).expect("its log was cut");
        replica.cutting = false;
        self.oracle_cut(id, broker, log);
        let (start, end, stable) = (ends.start, ends.end, ends.stable);
        let input = follower::Input::Cut { start, end, stable, last_epoch: ends.last_epoch };
        self.follower_step(id, broker, log, input, &[]);
        // A term that waited for the log to be at rest.
        self.apply_view(id, broker, log);
    }

    fn cold_read(
        &mut self,
        id: i32,
        broker: i32,
        log: LogId,
        to: i32,
        (leader_epoch, number, from): (i32, u32, i64),
        batches: &[Batch],
    ) {
        let log_start = self.nodes[&id].logs.get(&(broker, log)).map_or(0, |held| held.start);
        let Some(replica) = self.replica(id, broker, log) else {
            return;
        };
        replica.reading.remove(&to);
        // Whoever reads says where the log begins by then, even when it leads no more.
        let mut marks = (log_start, 0);
        if let Role::Lead(machine) = &mut replica.role
            && machine.leader_epoch() == leader_epoch
        {
            marks = (machine.start(), machine.high_watermark());
            if let Some(last) = batches.last() {
                machine.sent(to, number, last.end());
            }
        }
        if !batches.is_empty() {
            let message = run(leader_epoch, number, from, batches, marks);
            self.replicate(id, log, to, message, batches.to_vec());
        }
        self.pump(id, broker, log);
    }

    pub fn link_up(&mut self, id: i32, process: u64, peer: i32) {
        if !self.lives(id, process) {
            return;
        }
        let held = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
        held.expect("it lives").links.insert(peer);
        for (broker, log) in self.following(id, peer) {
            self.follower_step(id, broker, log, follower::Input::LinkUp, &[]);
        }
    }

    pub fn link_down(&mut self, id: i32, process: u64, peer: i32) {
        if !self.lives(id, process) {
            return;
        }
        let held = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
        held.expect("it lives").links.remove(&peer);
        for (broker, log) in self.following(id, peer) {
            self.follower_step(id, broker, log, follower::Input::LinkDown, &[]);
        }
        let process = self.nodes[&id].process.as_ref().expect("it lives");
        let keys: Vec<_> = process.replicas.keys().copied().collect();
        let shards = self.nodes[&id].shards;
        for (broker, log) in keys {
            for shard in 0..shards {
                let broker_down = cluster::broker_id(peer, shard);
                let input = leader::Input::LinkDown { broker: broker_down };
                self.leader_step(id, broker, log, input);
            }
        }
    }

    fn following(&self, id: i32, peer: i32) -> Vec<(i32, LogId)> {
        let process = self.nodes[&id].process.as_ref().expect("it lives");
        let follows = |replica: &Replica| match replica.role {
            Role::Follow(_, leader) => node_of(leader) == peer,
            _ => false,
        };
        let replicas = process.replicas.iter().filter(|(_, replica)| follows(replica));
        replicas.map(|(key, _)| *key).collect()
    }

    /// What is committed now is acknowledged.
    fn acknowledge(&mut self, id: i32, broker: i32, log: LogId) {
        let Some(replica) = self.replica(id, broker, log) else {
            return;
        };
        let Role::Lead(machine) = &replica.role else {
            return;
        };
        let (high_watermark, enough) = (machine.high_watermark(), machine.has_enough_in_sync());
        let min_isr = machine.min_isr();
        let done: Vec<_> =
            replica.waiters.extract_if(.., |waiter| waiter.end <= high_watermark).collect();
        for waiter in done {
            let outcome =
                if enough { Produced::At(waiter.base) } else { Produced::NotEnoughReplicas };
            if enough {
                self.oracle_acked(id, broker, log, &waiter, min_isr);
            }
            self.answer_producer(id, waiter.client, &waiter.batch, outcome);
        }
    }
}

fn run(
    leader_epoch: i32,
    number: u32,
    from: i64,
    batches: &[Batch],
    marks: (i64, i64),
) -> ToFollower {
    let (first, last) = (batches[0], batches[batches.len() - 1]);
    let head = Run {
        from,
        first: first.base,
        first_epoch: first.epoch,
        last_epoch: last.epoch,
        end: last.end(),
    };
    let body = Body::Run { head, start: marks.0, high_watermark: marks.1 };
    ToFollower { leader_epoch, number, body }
}

//! Clients: idempotent producers with five batches in flight that wait for all, and readers.

use cluster::node_of;
use cluster::records::LogId;
use cluster::replication::leader;

use crate::limits::{BATCHES_PER_PRODUCER_MAX, CLIENT_TIMEOUT, IN_FLIGHT_MAX, MS};
use crate::log::{Appended, Batch, ReplicaLog};
use crate::message::{Address, Event, Message, Produced};
use crate::node::{Role, Waiter};
use crate::world::World;

pub struct Producer {
    pub log: LogId,
    pub in_flight: Vec<InFlight>,
    name: u64,
    made: u64,
    next_sequence: i64,
    /// A batch under this name is in the log.
    known: bool,
    leader: i32,
}

pub struct InFlight {
    batch: Batch,
    sent_at: u64,
    out_of_order: u32,
}

pub struct Reader {
    pub log: LogId,
    pub position: i64,
    asked_at: u64,
}

/// A batch that is out of order so often will never be in order: the log was cut under it.
const OUT_OF_ORDER_MAX: u32 = 30;

impl World {
    /// A producer and a reader for a partition that came to be.
    pub fn add_clients(&mut self, log: LogId) {
        let id = self.producers.len();
        self.producers.push(Producer {
            log,
            in_flight: Vec::new(),
            name: id as u64 + 1,
            made: 0,
            next_sequence: 0,
            known: false,
            leader: -1,
        });
        self.readers.push(Reader { log, position: 0, asked_at: 0 });
        self.at(20 * MS, Event::Producer { id });
        self.at(30 * MS, Event::Reader { id });
    }

    /// Whether the producer of a batch has no answer for it yet.
    #[must_use]
    pub fn waits_for(&self, batch: &Batch) -> bool {
        let mut in_flight = self.producers.iter().flat_map(|producer| &producer.in_flight);
        in_flight.any(|held| held.batch.value == batch.value)
    }

    /// Who leads, as a client learns it from any broker.
    fn ask_for_leader(&mut self, log: LogId) -> i32 {
        let of_log = |image: &cluster::Image| {
            let topic = image.topic_by_id(log.topic_id)?;
            Some(topic.partition(log.partition)?.leader)
        };
        let running = self.nodes.values().filter(|node| !node.frozen);
        let known: Vec<i32> = running
            .filter_map(|node| node.process.as_ref())
            .filter_map(|process| of_log(&process.image))
            .collect();
        self.rng.clients.pick(&known).copied().unwrap_or(-1)
    }

    pub fn produce(&mut self, id: usize) {
        let exists = self.partition(self.producers[id].log).is_some();
        let producer = &mut self.producers[id];
        if !exists {
            producer.in_flight.clear();
            return;
        }
        let more = !self.healing && producer.made < BATCHES_PER_PRODUCER_MAX;
        // A log that does not know a producer takes whatever comes first.
        let most = if producer.known { IN_FLIGHT_MAX } else { 1 };
        if more && producer.in_flight.len() < most {
            let records = self.rng.clients.between(1, 3) as i64;
            let batch = Batch {
                base: -1,
                records,
                epoch: -1,
                producer: producer.name,
                sequence: producer.next_sequence,
                value: producer.name << 32 | producer.made,
            };
            producer.made += 1;
            producer.next_sequence += records;
            producer.in_flight.push(InFlight { batch, sent_at: 0, out_of_order: 0 });
            self.history.sent(producer.log, id, batch.value);
        }
        self.send_due(id);
        if more || !self.producers[id].in_flight.is_empty() {
            let pause = MS + self.rng.clients.spread(self.swarm.think);
            self.at(pause, Event::Producer { id });
        }
    }

    /// Sends what was not sent yet, or not answered in time.
    fn send_due(&mut self, id: usize) {
        let log = self.producers[id].log;
        if self.producers[id].leader < 0 {
            self.producers[id].leader = self.ask_for_leader(log);
        }
        let leader = self.producers[id].leader;
        if leader < 0 {
            return;
        }
        let now = self.now;
        let mut due = Vec::new();
        let mut late = false;
        for held in &mut self.producers[id].in_flight {
            if held.sent_at == 0 || now > held.sent_at + CLIENT_TIMEOUT {
                late |= held.sent_at != 0;
                held.sent_at = now;
                due.push(held.batch);
            }
        }
        for batch in due {
            let message = Message::Produce { log, broker: leader, batch };
            self.send(Address::Producer(id), Address::Node(node_of(leader)), message);
        }
        if late {
            self.producers[id].leader = -1;
        }
    }

    pub fn producer_receives(&mut self, id: usize, message: &Message) {
        let Message::Produced { sequence, producer: name, outcome } = *message else {
            return;
        };
        let producer = &mut self.producers[id];
        let is_mine = |held: &InFlight| held.batch.sequence == sequence && producer.name == name;
        let Some(index) = producer.in_flight.iter().position(is_mine) else {
            return;
        };
        match outcome {
            Produced::At(offset) => {
                let held = producer.in_flight.remove(index);
                producer.known = true;
                self.counts.acked += 1;
                self.history.acked(producer.log, held.batch.value, offset);
            }
            Produced::NotLeader | Produced::NotEnoughReplicas => {
                // Again, at the next turn, in case with another leader.
                producer.leader = -1;
                producer.in_flight[index].sent_at = 0;
            }
            Produced::OutOfOrder => {
                let held = &mut producer.in_flight[index];
                held.sent_at = 0;
                held.out_of_order += 1;
                if index == 0 && held.out_of_order > OUT_OF_ORDER_MAX {
                    // What came before it is gone: the producer begins anew (KIP-360).
                    producer.in_flight.clear();
                    producer.name += 1 << 20;
                    producer.next_sequence = 0;
                    producer.known = false;
                    let log = producer.log;
                    self.oracle.gave_up(log);
                }
            }
        }
    }

    pub fn produced_at(&mut self, id: i32, broker: i32, log: LogId, client: usize, batch: Batch) {
        let late = self.rng.clients.chance(self.swarm.late_appends);
        let Some(Role::Lead(machine)) = self.replica(id, broker, log).map(|held| &held.role) else {
            return self.answer_producer(id, client, &batch, Produced::NotLeader);
        };
        if !machine.has_enough_in_sync() {
            return self.answer_producer(id, client, &batch, Produced::NotEnoughReplicas);
        }
        let epoch = machine.leader_epoch();
        let now = self.now;
        let replica = self.replica(id, broker, log).expect("it leads");
        if late || replica.late_until > now {
            let process = self.process_of(id).expect("it lives");
            let pause = if late { self.rng.clients.spread(60 * MS) } else { 0 };
            let replica = self.replica(id, broker, log).expect("it leads");
            replica.late_until = replica.late_until.max(now + pause) + 1;
            let pause = replica.late_until - now;
            let event = Event::Append { node: id, process, broker, log, epoch, client, batch };
            self.at(pause, event);
            return;
        }
        self.append(id, broker, log, epoch, client, batch);
        self.pump(id, broker, log);
    }

    /// Appends what was decided in `epoch`; the log refuses it if that term is over.
    pub fn append(
        &mut self,
        id: i32,
        broker: i32,
        log: LogId,
        epoch: i32,
        client: usize,
        batch: Batch,
    ) {
        let now_ms = self.clock_ms(id);
        let held = self.nodes.get_mut(&id).and_then(|node| node.logs.get_mut(&(broker, log)));
        let Some(held) = held else {
            return self.answer_producer(id, client, &batch, Produced::NotLeader);
        };
        let appended = held.append(epoch, batch);
        let stored = held.batches.last().copied();
        let outcome = match appended {
            Appended::At(base, end) => {
                self.oracle_appended(id, broker, log, stored.expect("just appended"));
                self.wait(id, broker, log, Waiter { end, base, client, batch });
                let mut out = Vec::new();
                if let Some(Role::Lead(machine)) =
                    self.replica(id, broker, log).map(|held| &mut held.role)
                {
                    machine.step(now_ms, leader::Input::Appended { end }, &mut out);
                }
                self.leader_outputs(id, broker, log, out);
                self.pump(id, broker, log);
                return self.sync(id, broker, log);
            }
            // A repeated batch is committed, or waits like the first.
            Appended::Before(base, end) => {
                let high_watermark = self.watermark_of(id, broker, log);
                if end > high_watermark {
                    return self.wait(id, broker, log, Waiter { end, base, client, batch });
                }
                Produced::At(base)
            }
            Appended::OutOfOrder => Produced::OutOfOrder,
            Appended::TermOver => Produced::NotLeader,
        };
        self.answer_producer(id, client, &batch, outcome);
    }

    fn watermark_of(&mut self, id: i32, broker: i32, log: LogId) -> i64 {
        match self.replica(id, broker, log).map(|held| &held.role) {
            Some(Role::Lead(machine)) => machine.high_watermark(),
            Some(Role::Follow(machine, _)) => machine.high_watermark(),
            _ => -1,
        }
    }

    fn wait(&mut self, id: i32, broker: i32, log: LogId, waiter: Waiter) {
        if let Some(replica) = self.replica(id, broker, log) {
            replica.waiters.push(waiter);
        }
    }

    pub fn read(&mut self, id: usize) {
        let log = self.readers[id].log;
        let Some(partition) = self.partition(log) else {
            return;
        };
        let replicas = partition.replicas.clone();
        let at_follower = self.rng.clients.chance(self.swarm.follower_reads);
        let leader = self.ask_for_leader(log);
        let target = if at_follower {
            self.rng.clients.pick(&replicas).copied().unwrap_or(-1)
        } else {
            leader
        };
        if target >= 0 && self.now >= self.readers[id].asked_at + 100 * MS {
            self.readers[id].asked_at = self.now;
            let offset = self.readers[id].position;
            let message = Message::Fetch { log, broker: target, offset };
            self.send(Address::Reader(id), Address::Node(node_of(target)), message);
        }
        if !self.converged {
            let pause = 20 * MS + self.rng.clients.spread(40 * MS);
            self.at(pause, Event::Reader { id });
        }
    }

    /// Leaders and followers serve what is below their own high watermark.
    pub fn fetched_at(&mut self, id: i32, broker: i32, log: LogId, offset: i64, to: Address) {
        let high_watermark = self.watermark_of(id, broker, log);
        let cutting = self.replica(id, broker, log).is_some_and(|held| held.cutting);
        let Some(held) = self.nodes[&id].logs.get(&(broker, log)) else {
            return;
        };
        if high_watermark < 0 || cutting {
            return;
        }
        let offset = offset.max(held.start);
        let below = |batch: &&Batch| batch.end() <= high_watermark;
        let batches = held.read(offset, 32).iter().take_while(below).copied().collect();
        self.send(Address::Node(id), to, Message::Fetched { log, offset, batches });
    }

    pub fn reader_receives(&mut self, id: usize, message: Message) {
        let Message::Fetched { log, offset, batches } = message else {
            return;
        };
        let reader = &mut self.readers[id];
        reader.asked_at = 0;
        // An answer to an earlier question.
        if offset < reader.position {
            return;
        }
        if offset > reader.position {
            self.history.jumped(log, id);
        }
        for batch in &batches {
            if batch.base >= reader.position {
                reader.position = batch.end();
                self.counts.read += 1;
                self.history.polled(log, id, batch.base, batch.value);
            }
        }
        self.oracle_read(log, &batches);
    }
}

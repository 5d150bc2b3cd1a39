//! Producers that number what they send and remember what was acknowledged, and a reader that
//! checks that exactly this is there.

use super::batch::Builder;
use super::broker::Broker;
use super::connection::{Connection, correlation_of, decode};
use super::fetch::read_all;
use super::random::Random;
use super::topic::{self, Topic, produce_request};
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};
use wire::messages::produce_request::ProduceRequest;

/// Requests without an answer on one connection: what Kafka's idempotent producer allows.
const IN_FLIGHT: usize = 5;
const LANES_EACH: usize = 4;
const NOT_SEEN: i64 = -1;

struct Sent {
    first: u64,
    count: u64,
    batch: Vec<u8>,
}

/// One producer's way into one partition. Its records are numbered from 0.
struct Lane {
    partition: i32,
    next: u64,
    /// Sent and not acknowledged: in flight, or at the time of a crash.
    open: VecDeque<Sent>,
    /// Number of the first record, how many, and the offset of the first.
    acknowledged: Vec<(u64, u64, i64)>,
}

pub struct Producer {
    number: usize,
    idempotent: Option<(i64, i16)>,
    lanes: Vec<Lane>,
    random: Random,
}

impl Producer {
    fn new(number: usize, partitions: usize, broker: &Broker, random: &mut Random) -> Producer {
        let lanes = (0..LANES_EACH)
            .map(|lane| Lane {
                partition: ((number * LANES_EACH + lane) % partitions) as i32,
                next: 0,
                open: VecDeque::new(),
                acknowledged: Vec::new(),
            })
            .collect();
        // The two producers of a partition are of both kinds.
        let idempotent =
            (number < partitions / LANES_EACH).then(|| topic::new_producer(&mut broker.connect(0)));
        Producer { number, idempotent, lanes, random: Random::new(random.next()) }
    }

    /// Produces until the broker goes away or `end` comes.
    fn run(&mut self, addresses: &[String], topic: &Topic, end: Instant) {
        let mut streams: Vec<Stream> = Vec::new();
        for (shard, address) in addresses.iter().enumerate() {
            let Ok(connection) = Connection::try_open(address) else {
                return;
            };
            let mine = |lane: &&usize| topic.shards[self.lanes[**lane].partition as usize] == shard;
            let lanes: Vec<usize> =
                (0..self.lanes.len()).collect::<Vec<_>>().iter().filter(mine).copied().collect();
            if !lanes.is_empty() {
                streams.push(Stream { connection, lanes, turn: 0, waiting: VecDeque::new() });
            }
        }
        self.send_open_again(&mut streams, topic);
        while Instant::now() < end && streams.iter_mut().all(|stream| self.turn(stream, topic)) {}
        // What has been answered already counts as acknowledged.
        for stream in &mut streams {
            while !stream.waiting.is_empty() && self.take_answer(stream).is_ok() {}
        }
    }

    /// After a crash an idempotent producer sends again what has no answer, and the broker must
    /// find out which of it is there. Without a producer id that would make duplicates: what has no
    /// answer is given up.
    fn send_open_again(&mut self, streams: &mut [Stream], topic: &Topic) {
        for stream in streams {
            for at in stream.lanes.clone() {
                let open = std::mem::take(&mut self.lanes[at].open);
                if self.idempotent.is_none() {
                    continue;
                }
                for sent in open {
                    // One at a time, so that no more than five are ever without an answer.
                    let went = self.send(stream, topic, at, sent).is_ok();
                    if went && self.take_answer(stream).is_err() {
                        continue;
                    }
                }
            }
        }
    }

    /// Fills the pipe and takes one answer; false when the connection is gone.
    fn turn(&mut self, stream: &mut Stream, topic: &Topic) -> bool {
        while stream.waiting.len() < IN_FLIGHT {
            let at = stream.lanes[stream.turn % stream.lanes.len()];
            stream.turn += 1;
            let sent = self.next_batch(at);
            if self.send(stream, topic, at, sent).is_err() {
                return false;
            }
        }
        self.take_answer(stream).is_ok()
    }

    fn next_batch(&mut self, at: usize) -> Sent {
        let count = 1 + self.random.below(20);
        let lane = &mut self.lanes[at];
        let first = lane.next;
        lane.next += count;
        let values: Vec<Vec<u8>> = (first..first + count)
            .map(|sequence| value(self.number, lane.partition, sequence))
            .collect();
        let builder = match self.idempotent {
            Some((id, epoch)) => Builder::idempotent(id, epoch, first as i32),
            None => Builder::default(),
        };
        Sent { first, count, batch: builder.values(&values) }
    }

    /// Half the producers name the topic, half give its id.
    fn version(&self) -> i16 {
        if self.number.is_multiple_of(2) { topic::PRODUCE_BY_ID } else { topic::PRODUCE_BY_NAME }
    }

    fn send(
        &mut self,
        stream: &mut Stream,
        topic: &Topic,
        at: usize,
        sent: Sent,
    ) -> io::Result<()> {
        let version = self.version();
        let lane = &mut self.lanes[at];
        // Kept first: whatever becomes of the sending, the broker may have it.
        lane.open.push_back(sent);
        let batch = &lane.open.back().expect("just pushed").batch;
        let request = produce_request(topic, lane.partition, -1, batch);
        let correlation = stream.connection.send(version, &request)?;
        stream.waiting.push_back((correlation, at));
        Ok(())
    }

    fn take_answer(&mut self, stream: &mut Stream) -> io::Result<()> {
        let Some((correlation, at)) = stream.waiting.front().copied() else {
            return Ok(());
        };
        let answer = stream.connection.receive()?;
        assert_eq!(correlation_of(&answer), correlation, "answers out of order");
        let response = decode::<ProduceRequest<'_>>(self.version(), &answer);
        let answer = &response.responses[0].partition_responses[0];
        let lane = &mut self.lanes[at];
        assert_eq!(
            answer.error_code, 0,
            "producer {} to partition {} under load",
            self.number, lane.partition
        );
        stream.waiting.pop_front();
        let sent = lane.open.pop_front().expect("a batch that was sent");
        lane.acknowledged.push((sent.first, sent.count, answer.base_offset));
        Ok(())
    }
}

struct Stream {
    connection: Connection,
    /// The lanes whose partitions this shard leads.
    lanes: Vec<usize>,
    turn: usize,
    /// Correlation id and lane of each request without an answer.
    waiting: VecDeque<(i32, usize)>,
}

/// `producer|partition|number|padding|crc`
fn value(producer: usize, partition: i32, sequence: u64) -> Vec<u8> {
    let mut value = format!("{producer}|{partition}|{sequence}|").into_bytes();
    value.resize(60 + (sequence % 80) as usize, b'.');
    let crc = crc32c::crc32c(&value);
    value.extend_from_slice(format!("|{crc:08x}").as_bytes());
    value
}

/// Producer and number of a record, whose partition and CRC must fit.
fn read_value(value: &[u8], partition: i32) -> (usize, u64) {
    let shown = String::from_utf8_lossy(value);
    let (body, crc) = value.split_at(value.len().saturating_sub(9));
    let wanted = format!("|{:08x}", crc32c::crc32c(body));
    assert_eq!(crc, wanted.as_bytes(), "damaged in partition {partition}: {shown}");
    let mut fields = shown.split('|');
    let mut number = || fields.next().and_then(|field| field.parse::<u64>().ok()).expect("a field");
    let (producer, of, sequence) = (number(), number(), number());
    assert_eq!(of, partition as u64, "a record of another partition: {shown}");
    (producer as usize, sequence)
}

/// All producers, and what has been read of their records.
pub struct Load {
    pub topic: Topic,
    producers: Vec<Producer>,
    /// For each partition, the offset from which on nothing has been read yet.
    read_to: Vec<i64>,
    /// For each producer and each of its lanes: the offset at which each record was seen.
    seen: Vec<Vec<Vec<i64>>>,
}

impl Load {
    pub fn new(broker: &Broker, topic: Topic, producers: usize, random: &mut Random) -> Load {
        let partitions = topic.shards.len();
        let producers: Vec<Producer> = (0..producers)
            .map(|number| Producer::new(number, partitions, broker, random))
            .collect();
        let seen = producers.iter().map(|_| vec![Vec::new(); LANES_EACH]).collect();
        Load { topic, producers, read_to: vec![0; partitions], seen }
    }

    /// Runs all producers until the broker dies, which `meanwhile` sees to.
    pub fn run_until_killed(&mut self, broker: &mut Broker, meanwhile: impl FnOnce(&mut Broker)) {
        let shards = broker.options.shards;
        let addresses: Vec<String> = (0..shards).map(|shard| broker.address(shard)).collect();
        let end = Instant::now() + Duration::from_secs(30);
        let topic = &self.topic;
        std::thread::scope(|scope| {
            for producer in &mut self.producers {
                let addresses = &addresses;
                scope.spawn(move || producer.run(addresses, topic, end));
            }
            meanwhile(broker);
        });
    }

    pub fn acknowledged(&self) -> u64 {
        let lanes = self.producers.iter().flat_map(|producer| &producer.lanes);
        lanes.flat_map(|lane| &lane.acknowledged).map(|(_, count, _)| count).sum()
    }

    /// Reads what has come since the last check, and compares all of it.
    pub fn check(&mut self, broker: &Broker) {
        for partition in 0..self.read_to.len() {
            let from = self.read_to[partition];
            self.read_to[partition] = self.read(broker, partition as i32, from);
        }
        self.compare();
    }

    /// Forgets what was read and reads everything again.
    pub fn check_from_the_start(&mut self, broker: &Broker) {
        self.read_to.fill(0);
        for lane in self.seen.iter_mut().flatten() {
            lane.clear();
        }
        self.check(broker);
    }

    fn read(&mut self, broker: &Broker, partition: i32, from: i64) -> i64 {
        let (producers, seen) = (&self.producers, &mut self.seen);
        let mut connection = self.topic.connect(broker, partition);
        read_all(&mut connection, &self.topic, partition, from, |batch| {
            for (offset, value) in batch.values() {
                let (number, sequence) = read_value(value, partition);
                let producer = &producers[number];
                let at = producer
                    .lanes
                    .iter()
                    .position(|lane| lane.partition == partition)
                    .expect("a partition of this producer");
                assert!(sequence < producer.lanes[at].next, "{number}: {sequence} was never sent");
                let lane = &mut seen[number][at];
                let place = format!("producer {number}, partition {partition}");
                assert!(
                    lane.len() as u64 <= sequence,
                    "{place}: {sequence} at offset {offset} comes again, or late"
                );
                if producer.idempotent.is_some() {
                    assert_eq!(lane.len() as u64, sequence, "{place}: a hole before {offset}");
                }
                lane.resize(sequence as usize, NOT_SEEN);
                lane.push(offset);
            }
        })
    }

    /// Each acknowledged record has been seen, at the offset that was acknowledged.
    fn compare(&self) {
        for (producer, seen) in self.producers.iter().zip(&self.seen) {
            for (lane, seen) in producer.lanes.iter().zip(seen) {
                let place = format!("producer {}, partition {}", producer.number, lane.partition);
                for (first, count, offset) in &lane.acknowledged {
                    for n in 0..*count {
                        let found = seen.get((first + n) as usize).copied().unwrap_or(NOT_SEEN);
                        assert_eq!(
                            found,
                            offset + n as i64,
                            "{place}: record {} was acknowledged at {}{}",
                            first + n,
                            offset + n as i64,
                            if found == NOT_SEEN { ", and is lost" } else { "" }
                        );
                    }
                }
            }
        }
    }
}

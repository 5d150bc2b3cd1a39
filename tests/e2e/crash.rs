//! SIGKILL under full load, again and again: what was acknowledged is there, once and in order.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::load::Load;
use crate::support::random::Random;
use crate::support::skip;
use crate::support::topic::{self, LATEST, PRODUCE_BY_NAME, Topic, produce_request};
use std::time::{Duration, Instant};

const PRODUCERS: usize = 8;
const PARTITIONS: i32 = 16;

/// How often the broker is killed; fewer for a quick look.
fn rounds(all: u64) -> u64 {
    match std::env::var("TIDEMILL_TEST_KILLS") {
        Ok(text) => text.parse().expect("TIDEMILL_TEST_KILLS is a number"),
        Err(_) => all,
    }
}

/// What the acknowledgement means.
#[derive(Clone, Copy, PartialEq)]
enum Acks {
    AfterSync,
    FromArena,
}

#[test]
fn kills_lose_nothing_acknowledged_after_sync() {
    let test = "kills_lose_nothing_acknowledged_after_sync";
    kill_again_and_again(test, Acks::AfterSync, rounds(50), |_, _| {});
}

#[test]
fn kills_lose_nothing_acknowledged_from_the_arena() {
    let test = "kills_lose_nothing_acknowledged_from_the_arena";
    kill_again_and_again(test, Acks::FromArena, rounds(50), |_, _| {});
}

/// The process that comes back is killed while it adopts the arena and recovers the logs.
#[test]
fn kills_while_it_recovers_lose_nothing() {
    let test = "kills_while_it_recovers_lose_nothing";
    kill_again_and_again(test, Acks::FromArena, rounds(15), |broker, random| {
        for _ in 0..=random.below(2) {
            broker.spawn();
            std::thread::sleep(Duration::from_micros(random.below(120_000)));
            broker.kill();
        }
    });
}

/// What segment files are written in may be another after each start.
#[test]
fn kills_lose_nothing_when_the_block_changes() {
    let test = "kills_lose_nothing_when_the_block_changes";
    if against_kafka() {
        return skip(test, "about our own disk.toml");
    }
    let mut blocks = [16384, 65536, 4096].into_iter().cycle();
    kill_again_and_again(test, Acks::FromArena, rounds(9), |broker, _| {
        let block_bytes = blocks.next().expect("a cycle");
        let settings = format!(
            "block_bytes = {block_bytes}\nzero_ahead_bytes = 1048576\n\
             in_flight_bytes = 8388608\npreallocate_step_bytes = 33554432\n"
        );
        std::fs::write(broker.data_dir().join("disk.toml"), settings).expect("written");
    });
}

fn kill_again_and_again(
    test: &str,
    acks: Acks,
    rounds: u64,
    mut before_start: impl FnMut(&mut Broker, &mut Random),
) {
    let mut random = Random::from_environment(test);
    let mut broker = Broker::start(test, Options::shards(2));
    let flush = if acks == Acks::AfterSync { "1" } else { "1000000" };
    // Small segments: a kill finds the log in the middle of a roll, too.
    let configs = [("segment.bytes", "1048576"), ("flush.messages", flush)];
    let topic = Topic::create(&broker, "load", PARTITIONS, &configs);
    let mut load = Load::new(&broker, topic, PRODUCERS, &mut random);
    let mut slowest = Duration::ZERO;
    for round in 1..=rounds {
        // Stock Kafka takes longer to become fast.
        let longer = if against_kafka() { 10 } else { 1 };
        let pause = Duration::from_millis(longer * (100 + random.below(300)));
        load.run_until_killed(&mut broker, |broker| {
            std::thread::sleep(pause);
            broker.must_run();
            broker.kill();
        });
        before_start(&mut broker, &mut random);
        let from = Instant::now();
        broker.start_again();
        slowest = slowest.max(from.elapsed());
        load.topic.wait_until_led(&broker);
        load.check(&broker);
        if round % 10 == 0 || round == rounds {
            let acknowledged = load.acknowledged();
            println!(
                "{round} kills, {acknowledged} records acknowledged, slowest start {slowest:?}"
            );
        }
    }
    load.check_from_the_start(&broker);
    assert!(load.acknowledged() > rounds * 1000, "not much load: {}", load.acknowledged());
    assert_eq!(broker.stop().unwrap_or(0), 0, "a clean end after it all:\n{}", broker.log());
    broker.start_again();
    load.check_from_the_start(&broker);
}

/// A restart after SIGKILL reads the ends of the logs, not the logs.
#[test]
fn restart_time_does_not_grow_with_closed_segments() {
    let test = "restart_time_does_not_grow_with_closed_segments";
    const BATCH_BYTES: usize = 1_000_000;
    let gib: u64 = if against_kafka() { 1 } else { 3 };
    let mut broker = Broker::start(test, Options::shards(2));
    let configs = [("segment.bytes", "16777216")];
    let topic = Topic::create(&broker, "large", 4, &configs);
    let from = Instant::now();
    std::thread::scope(|scope| {
        for partition in 0..4 {
            let (topic, broker) = (&topic, &broker);
            scope.spawn(move || {
                let batch = Builder::default().values(&[vec![b'x'; BATCH_BYTES]]);
                let mut connection = topic.connect(broker, partition);
                let batches = (gib << 30) / 4 / BATCH_BYTES as u64;
                let request = produce_request(topic, partition, -1, &batch);
                let mut ahead = 0;
                for _ in 0..batches {
                    connection.send(PRODUCE_BY_NAME, &request).expect("a request");
                    ahead += 1;
                    if ahead > 4 {
                        connection.receive().expect("an answer");
                        ahead -= 1;
                    }
                }
                for _ in 0..ahead {
                    connection.receive().expect("an answer");
                }
            });
        }
    });
    println!("wrote {gib} GiB in {:?}", from.elapsed());
    let ends: Vec<i64> = (0..4)
        .map(|partition| {
            let mut connection = topic.connect(&broker, partition);
            topic::offset_for(&mut connection, &topic, partition, LATEST)
        })
        .collect();
    broker.kill();
    let from = Instant::now();
    broker.start_again();
    let took = from.elapsed();
    // 2 s for 10 GB, and the start that an empty broker needs.
    let allowed = Duration::from_millis(500 + 2000 * (gib << 30) / 10_000_000_000);
    println!("restart with {gib} GiB of closed segments: {took:?}, allowed {allowed:?}");
    if !against_kafka() {
        assert!(took <= allowed, "{took:?} for {gib} GiB, allowed {allowed:?}");
    }
    topic.wait_until_led(&broker);
    for (partition, end) in ends.iter().enumerate() {
        let mut connection = topic.connect(&broker, partition as i32);
        let found = topic::offset_for(&mut connection, &topic, partition as i32, LATEST);
        assert_eq!(found, *end);
    }
}

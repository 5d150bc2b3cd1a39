//! A full disk: produce is refused clearly, fetch goes on, and space that comes back is used.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::{Bounds, fetch, read_all};
use crate::support::mounts::Mount;
use crate::support::topic::{self, Topic};
use crate::support::{eventually, skip};
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const MIB: u64 = 96;
const BALLAST_BYTES: usize = 32 << 20;
/// What two of them hold, and the disk does not, has to fit when the ballast is gone.
const ARENA_MIB: usize = 8;
/// KAFKA_STORAGE_ERROR
const STORAGE_ERROR: i16 = 56;

#[test]
fn a_full_disk_refuses_produce_and_recovers() {
    full_disk("a_full_disk_refuses_produce_and_recovers", &[]);
}

#[test]
fn a_full_disk_loses_nothing_acked_from_memory() {
    full_disk("a_full_disk_loses_nothing_acked_from_memory", &[("flush.messages", "1000000")]);
}

/// What the arena holds and the full disk does not take waits for room, over any number of starts:
/// some are refused for want of any space, others serve what they can.
#[test]
fn a_crash_on_a_full_disk_loses_nothing_acked_from_memory() {
    let test = "a_crash_on_a_full_disk_loses_nothing_acked_from_memory";
    let Some(mut full) = Full::prepare(test, &[("flush.messages", "1000000")]) else { return };
    full.broker.kill();
    full.broker.spawn();
    let (code, log) = full.broker.wait_refused(Duration::from_secs(10));
    assert_ne!(code, 0, "{log}");
    assert!(log.contains("make space on its file system"), "the log does not name the remedy");
    // Room for a start, and not for what the arenas hold.
    let ballast = File::options().write(true).open(&full.ballast).expect("the ballast");
    ballast.set_len(BALLAST_BYTES as u64 - (2 << 20)).expect("less ballast");
    drop(ballast);
    for _ in 0..2 {
        full.broker.start_again();
        full.broker.must_run();
        assert!(full.fetch_errors().contains(&STORAGE_ERROR), "a log that cannot be opened");
        full.broker.kill();
    }
    std::fs::remove_file(&full.ballast).expect("the ballast");
    full.broker.start_again();
    full.must_have_all();
    full.must_take_more();
    full.broker.stop();
}

fn full_disk(test: &str, configs: &[(&str, &str)]) {
    let Some(mut full) = Full::prepare(test, configs) else { return };
    // Reading goes on, and all that was acknowledged is there.
    full.must_have_all();
    // By itself, without a restart.
    std::fs::remove_file(&full.ballast).expect("the ballast");
    full.must_take_more();
    full.must_have_all();
    full.broker.kill();
    full.broker.start_again();
    full.must_have_all();
    full.broker.stop();
}

/// A broker whose disk is full, and what it acknowledged until then.
struct Full {
    broker: Broker,
    topic: Topic,
    acknowledged: [i64; 2],
    /// A file that takes up space.
    ballast: PathBuf,
    _mount: Mount,
}

impl Full {
    fn prepare(test: &str, configs: &[(&str, &str)]) -> Option<Full> {
        if against_kafka() {
            skip(test, "stock Kafka shuts down instead");
            return None;
        }
        let mount = match Mount::small(test, MIB) {
            Ok(mount) => mount,
            Err(why) => {
                skip(test, &why);
                return None;
            }
        };
        let ballast = mount.path().join("ballast");
        std::fs::write(&ballast, vec![0; BALLAST_BYTES]).expect("ballast");
        let options = Options::shards(2).arena_mib(ARENA_MIB).data(&mount.path().join("data"));
        let mut broker = Broker::start(test, options);
        let segment = [("segment.bytes", "4194304")];
        let topic = Topic::create(&broker, "filling", 2, &[configs, &segment[..]].concat());
        let mut acknowledged = [0; 2];
        let batch = Builder::default().values(&vec![vec![b'x'; 10_000]; 50]);
        for partition in [0, 1] {
            let refused = fill(&broker, &topic, partition, &batch, &mut acknowledged);
            assert_eq!(refused, STORAGE_ERROR, "a full disk");
        }
        assert!(acknowledged.iter().sum::<i64>() > 2000, "some was taken: {acknowledged:?}");
        let log = broker.log();
        assert!(log.to_lowercase().contains("full"), "the log does not say that the disk is full");
        broker.must_run();
        Some(Full { broker, topic, acknowledged, ballast, _mount: mount })
    }

    fn must_have_all(&self) {
        for (partition, acknowledged) in (0..).zip(self.acknowledged) {
            let mut connection = self.topic.connect(&self.broker, partition);
            let mut count = 0;
            read_all(&mut connection, &self.topic, partition, 0, |batch| {
                count += batch.values().len() as i64;
            });
            assert!(count >= acknowledged, "{count} records, {acknowledged} acknowledged");
        }
    }

    fn fetch_errors(&self) -> [i16; 2] {
        [0, 1].map(|partition| {
            let mut connection = self.topic.connect(&self.broker, partition);
            fetch(&mut connection, &self.topic, partition, 0, Bounds::default()).error_code
        })
    }

    fn must_take_more(&mut self) {
        let small = Builder::default().values(&["there is room again"]);
        for partition in [0, 1] {
            eventually("produce is taken again", Duration::from_secs(15), || {
                let mut connection = self.topic.connect(&self.broker, partition);
                topic::produce(&mut connection, &self.topic, partition, &small).0 == 0
            });
            self.acknowledged[partition as usize] += 1;
        }
    }
}

/// Produces until it is refused, and returns the error.
fn fill(
    broker: &Broker,
    topic: &Topic,
    partition: i32,
    batch: &[u8],
    acknowledged: &mut [i64; 2],
) -> i16 {
    let mut connection = topic.connect(broker, partition);
    let from = Instant::now();
    loop {
        let (error, _) = topic::produce(&mut connection, topic, partition, batch);
        if error != 0 {
            return error;
        }
        acknowledged[partition as usize] += 50;
        assert!(from.elapsed() < Duration::from_secs(60), "the disk does not fill");
    }
}

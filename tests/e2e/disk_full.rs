//! A full disk: produce is refused clearly, fetch goes on, and space that comes back is used.

use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::read_all;
use crate::support::mounts::Mount;
use crate::support::topic::{self, Topic};
use crate::support::{eventually, skip};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const MIB: u64 = 96;
const FILLER_BYTES: usize = 32 << 20;
/// What two of them hold, and the disk does not, has to fit when the filler is gone.
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
/// all of it is served meanwhile.
#[test]
fn a_crash_on_a_full_disk_loses_nothing_acked_from_memory() {
    let test = "a_crash_on_a_full_disk_loses_nothing_acked_from_memory";
    let Some(mut full) = Full::prepare(test, &[("flush.messages", "1000000")]) else { return };
    for _ in 0..2 {
        full.broker.kill();
        full.broker.start_again();
        full.must_have_all();
        full.must_refuse();
    }
    std::fs::remove_file(&full.filler).expect("the filler");
    full.must_take_more();
    full.must_have_all();
    full.broker.kill();
    full.broker.start_again();
    full.must_have_all();
    full.broker.stop();
}

fn full_disk(test: &str, configs: &[(&str, &str)]) {
    let Some(mut full) = Full::prepare(test, configs) else { return };
    // Reading goes on, and all that was acknowledged is there.
    full.must_have_all();
    // By itself, without a restart.
    std::fs::remove_file(&full.filler).expect("the filler");
    full.must_take_more();
    full.must_have_all();
    full.broker.kill();
    full.broker.start_again();
    full.must_have_all();
    full.broker.stop();
}

/// A broker whose disk is full, and what it acknowledged until then.
pub struct Full {
    pub broker: Broker,
    pub topic: Topic,
    acknowledged: [i64; 2],
    /// Where the partitions begin.
    starts: [i64; 2],
    /// A file that takes up space.
    pub filler: PathBuf,
    _mount: Mount,
}

impl Full {
    pub fn prepare(test: &str, configs: &[(&str, &str)]) -> Option<Full> {
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
        let filler = mount.path().join("filler");
        std::fs::write(&filler, vec![0; FILLER_BYTES]).expect("filler");
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
        Some(Full { broker, topic, acknowledged, starts: [0; 2], filler, _mount: mount })
    }

    pub fn must_have_all(&self) {
        for (partition, acknowledged) in (0..).zip(self.acknowledged) {
            let mut connection = self.topic.connect(&self.broker, partition);
            let start = self.starts[partition as usize];
            let mut count = 0;
            read_all(&mut connection, &self.topic, partition, start, |batch| {
                count +=
                    batch.values().iter().filter(|(offset, _)| *offset >= start).count() as i64;
            });
            let expected = acknowledged - start;
            assert!(count >= expected, "{count} records, {expected} acknowledged");
        }
    }

    /// Produce is refused, and says why.
    pub fn must_refuse(&self) {
        let batch = Builder::default().values(&[vec![b'x'; 100_000]]);
        for partition in [0, 1] {
            let mut connection = self.topic.connect(&self.broker, partition);
            eventually("produce is refused", Duration::from_secs(5), || {
                topic::produce(&mut connection, &self.topic, partition, &batch).0 == STORAGE_ERROR
            });
        }
    }

    /// Records that were deleted are not looked for any more.
    pub fn forget_below(&mut self, partition: i32, offset: i64) {
        self.starts[partition as usize] = offset;
    }

    /// Produces until all is refused again.
    pub fn fill_again(&mut self) {
        let batch = Builder::default().values(&vec![vec![b'x'; 10_000]; 50]);
        for partition in [0, 1] {
            let acknowledged = &mut self.acknowledged;
            let refused = fill(&self.broker, &self.topic, partition, &batch, acknowledged);
            assert_eq!(refused, STORAGE_ERROR, "a full disk");
        }
    }

    pub fn must_take_more(&mut self) {
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

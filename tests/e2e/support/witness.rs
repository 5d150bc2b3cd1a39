//! A client that does nothing wrong, while others do.

use super::batch::Builder;
use super::broker::Broker;
use super::connection::Connection;
use super::fetch::{Bounds, fetch};
use super::topic::{self, Topic};
use std::time::{Duration, Instant};

/// No honest request may wait longer than this because of others.
const PATIENCE: Duration = Duration::from_secs(3);

/// One connection per shard, opened before the trouble begins.
pub struct Witness {
    topic: Topic,
    connections: Vec<Connection>,
    written: Vec<i64>,
}

impl Witness {
    pub fn new(broker: &Broker) -> Witness {
        let shards = broker.options.shards;
        let topic = Topic::create(broker, "witness", shards as i32, &[]);
        let connections =
            (0..shards).map(|partition| topic.connect(broker, partition as i32)).collect();
        Witness { topic, connections, written: vec![0; shards] }
    }

    /// Writes a record to each shard, and reads it back.
    #[track_caller]
    pub fn is_unharmed(&mut self) {
        for (partition, connection) in self.connections.iter_mut().enumerate() {
            let from = Instant::now();
            let offset = self.written[partition];
            let value = format!("witness {partition} {offset}");
            let batch = Builder::default().values(&[&value]);
            let partition_number = partition as i32;
            let written = topic::produce_ok(connection, &self.topic, partition_number, &batch);
            assert_eq!(written, offset);
            let fetched =
                fetch(connection, &self.topic, partition_number, offset, Bounds::default());
            assert_eq!(fetched.error_code, 0);
            assert_eq!(fetched.batches()[0].values(), [(offset, value.as_bytes())]);
            self.written[partition] += 1;
            assert!(from.elapsed() < PATIENCE, "a witness waited {:?}", from.elapsed());
        }
    }

    /// The same over connections that are opened now.
    #[track_caller]
    pub fn connects_and_is_unharmed(&mut self, broker: &Broker) {
        for (partition, connection) in self.connections.iter_mut().enumerate() {
            *connection = self.topic.connect(broker, partition as i32);
        }
        self.is_unharmed();
    }
}

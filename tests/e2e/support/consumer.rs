//! Stock Kafka's verifiable consumer as a process of its own, and a source that keeps it busy.

use super::batch::Builder;
use super::broker::Broker;
use super::command::wait;
use super::connection::Connection;
use super::process::{Restrictions, restrict, signal};
use super::tools::{VERIFIABLE_CONSUMER, java};
use super::topic::{self, Topic};
use std::collections::{BTreeSet, HashMap};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Partitions and offsets.
pub type Records = Arc<Mutex<BTreeSet<(i32, i64)>>>;

pub struct JavaConsumer {
    process: Child,
    printed: JoinHandle<String>,
}

impl JavaConsumer {
    /// Commits what it has read after every poll; tells `seen` of each record.
    pub fn start(
        broker: &Broker,
        group: &str,
        topic: &str,
        protocol: &str,
        seen: &Records,
    ) -> JavaConsumer {
        let mut command = java("-Xmx128M", VERIFIABLE_CONSUMER);
        command.args(["--bootstrap-server", &broker.bootstrap(), "--verbose"]).args([
            "--topic",
            topic,
            "--group-id",
            group,
            "--group-protocol",
            protocol,
        ]);
        if protocol == "classic" {
            // Only there may a client say how often it beats.
            let config = broker.dir.join("classic.properties");
            std::fs::write(&config, "heartbeat.interval.ms=300\n").expect("a config file");
            command.arg("--command-config").arg(config);
        }
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(broker.dir.join("consumers.log"))
            .expect("a log");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        restrict(&mut command, Restrictions::default());
        let mut process = command.spawn().expect("java; tests/setup installs it");
        let lines = BufReader::new(process.stdout.take().expect("a piped stream")).lines();
        let seen = seen.clone();
        let printed = std::thread::spawn(move || {
            let mut printed = String::new();
            for line in lines.map_while(Result::ok) {
                let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if event["name"] == "record_data" {
                    let partition = event["partition"].as_i64().expect("a partition") as i32;
                    let offset = event["offset"].as_i64().expect("an offset");
                    seen.lock().expect("the records").insert((partition, offset));
                } else {
                    printed += &format!("{line}\n");
                }
            }
            printed
        });
        JavaConsumer { process, printed }
    }

    /// SIGTERM, on which it leaves its group. All that it printed but records.
    pub fn stop(mut self) -> String {
        signal(self.process.id(), libc::SIGTERM);
        let code = wait(&mut self.process, Duration::from_secs(30));
        let _ = self.process.kill();
        let printed = self.printed.join().expect("a reader");
        assert!(code.is_some(), "it does not end:\n{printed}");
        printed
    }
}

/// Writes to every partition of a topic until it is told to end, whatever the broker does.
pub struct Source {
    end: Arc<AtomicBool>,
    /// What has been acknowledged.
    pub written: Records,
    thread: JoinHandle<()>,
}

impl Source {
    pub fn start(broker: &Broker, topic: Topic) -> Source {
        let addresses: Vec<String> =
            (0..broker.options.shards).map(|shard| broker.address(shard)).collect();
        let (end, written) = (Arc::new(AtomicBool::new(false)), Records::default());
        let (told, taken) = (end.clone(), written.clone());
        let thread = std::thread::spawn(move || {
            let mut connections = HashMap::new();
            while !told.load(Ordering::Relaxed) {
                for partition in 0..topic.shards.len() as i32 {
                    let shard = topic.shards[partition as usize];
                    let offset = write(&mut connections, &addresses[shard], &topic, partition);
                    match offset {
                        Some(offset) => {
                            taken.lock().expect("the records").insert((partition, offset));
                        }
                        None => drop(connections.remove(&addresses[shard])),
                    }
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Source { end, written, thread }
    }

    pub fn stop(self) -> Records {
        self.end.store(true, Ordering::Relaxed);
        self.thread.join().expect("the source");
        self.written
    }
}

/// The offset of a record that was taken.
fn write(
    connections: &mut HashMap<String, Connection>,
    address: &str,
    topic: &Topic,
    partition: i32,
) -> Option<i64> {
    if !connections.contains_key(address) {
        connections.insert(address.to_owned(), Connection::try_open(address).ok()?);
    }
    let connection = connections.get_mut(address)?;
    let batch = Builder::default().values(&["x"]);
    match topic::try_produce(connection, topic, partition, &batch) {
        Ok((0, offset)) => Some(offset),
        Ok(_) | Err(_) => None,
    }
}

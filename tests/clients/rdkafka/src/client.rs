//! What the checks do, by the means of rdkafka.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct Record {
    pub key: String,
    pub value: String,
    pub partition: i32,
    pub timestamp_ms: Option<i64>,
}

pub struct Client {
    bootstrap: String,
    admin: AdminClient<DefaultClientContext>,
    /// Asks for metadata, offsets and groups; reads nothing.
    asking: BaseConsumer,
    runtime: Runtime,
}

impl Client {
    pub fn new(bootstrap: &str) -> Result<Client> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap);
        Ok(Client {
            bootstrap: bootstrap.to_owned(),
            admin: config.create()?,
            asking: config.create()?,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        })
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config
    }

    pub fn create_topic(&self, topic: &str, partitions: i32) -> Result<()> {
        let topic = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        let created = self.admin.create_topics([&topic], &AdminOptions::new());
        first(self.runtime.block_on(created)?)
    }

    pub fn delete_topic(&self, topic: &str) -> Result<()> {
        let deleted = self.admin.delete_topics(&[topic], &AdminOptions::new());
        first(self.runtime.block_on(deleted)?)
    }

    pub fn delete_group(&self, group: &str) -> Result<()> {
        let deleted = self.admin.delete_groups(&[group], &AdminOptions::new());
        first(self.runtime.block_on(deleted)?)
    }

    pub fn topics(&self) -> Result<Vec<String>> {
        let metadata = self.asking.fetch_metadata(None, TIMEOUT)?;
        Ok(metadata.topics().iter().map(|topic| topic.name().to_owned()).collect())
    }

    pub fn groups(&self) -> Result<Vec<String>> {
        let listed = self.asking.fetch_group_list(None, TIMEOUT)?;
        Ok(listed.groups().iter().map(|group| group.name().to_owned()).collect())
    }

    pub fn produce(&self, topic: &str, codec: &str, records: &[Record]) -> Result<()> {
        let producer: FutureProducer = self
            .config()
            .set("compression.type", codec)
            .set("enable.idempotence", "true")
            .set("linger.ms", "5")
            .create()?;
        let mut deliveries = Vec::new();
        for record in records {
            let mut sent = FutureRecord::to(topic).key(&record.key).payload(&record.value);
            sent.timestamp = record.timestamp_ms;
            deliveries.push(producer.send_result(sent).map_err(|(error, _)| error)?);
        }
        for delivery in deliveries {
            self.runtime.block_on(delivery)?.map_err(|(error, _)| error)?;
        }
        Ok(())
    }

    /// What the group has not read yet of the topic.
    pub fn lag(&self, topic: &str, group: &str, partitions: i32) -> Result<i64> {
        let consumer: BaseConsumer = self.config().set("group.id", group).create()?;
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(topic, 0, partitions - 1);
        let committed = consumer.committed_offsets(asked, TIMEOUT)?;
        let mut lag = 0;
        for each in committed.elements() {
            let (_, end) = consumer.fetch_watermarks(topic, each.partition(), TIMEOUT)?;
            lag += end - each.offset().to_raw().unwrap_or(0).max(0);
        }
        Ok(lag)
    }

    /// The first offset of partition 0 that is not before a time.
    pub fn offset_for(&self, topic: &str, timestamp_ms: i64) -> Result<i64> {
        let mut asked = TopicPartitionList::new();
        asked.add_partition_offset(topic, 0, Offset::Offset(timestamp_ms))?;
        let found = self.asking.offsets_for_times(asked, TIMEOUT)?;
        found.elements()[0].offset().to_raw().ok_or_else(|| "no offset for that time".into())
    }

    /// The values of partition 0 from an offset, by a seek of a consumer that is at the end.
    pub fn read_from(&self, topic: &str, offset: i64, count: usize) -> Result<Vec<String>> {
        let consumer: BaseConsumer = self.config().set("group.id", "seeking").create()?;
        let mut assigned = TopicPartitionList::new();
        assigned.add_partition_offset(topic, 0, Offset::Beginning)?;
        consumer.assign(&assigned)?;
        next_value(&consumer)?;
        consumer.seek(topic, 0, Offset::Offset(offset), TIMEOUT)?;
        let mut values = Vec::new();
        while values.len() < count {
            values.push(next_value(&consumer)?);
        }
        Ok(values)
    }

    pub fn join(&self, topic: &str, group: &str) -> Result<Member> {
        let consumer: BaseConsumer = self
            .config()
            .set("group.id", group)
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", "false")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "200")
            .set("fetch.wait.max.ms", "100")
            .create()?;
        consumer.subscribe(&[topic])?;
        Ok(Member::start(Arc::new(consumer)))
    }
}

/// The outcome for the one thing asked for.
fn first<T: std::fmt::Debug>(
    outcomes: Vec<std::result::Result<T, (T, RDKafkaErrorCode)>>,
) -> Result<()> {
    match outcomes.into_iter().next() {
        Some(Ok(_)) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

/// The value of the next message; an empty poll says nothing, and librdkafka mends its errors.
fn next_value(consumer: &BaseConsumer) -> Result<String> {
    let from = Instant::now();
    while from.elapsed() < TIMEOUT {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
            return Ok(text(message.payload()));
        }
    }
    Err("no more messages come".into())
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// A member of a group, read by a thread.
pub struct Member {
    consumer: Arc<BaseConsumer>,
    records: Arc<Mutex<Vec<Record>>>,
    open: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Member {
    fn start(consumer: Arc<BaseConsumer>) -> Member {
        let records = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::new(AtomicBool::new(true));
        let (reader, read, go_on) = (consumer.clone(), records.clone(), open.clone());
        let thread = std::thread::spawn(move || {
            while go_on.load(Ordering::Relaxed) {
                match reader.poll(Duration::from_millis(50)) {
                    Some(Ok(message)) => read.lock().expect("no panic holds it").push(Record {
                        key: text(message.key()),
                        value: text(message.payload()),
                        partition: message.partition(),
                        timestamp_ms: message.timestamp().to_millis(),
                    }),
                    // librdkafka mends by itself what it reports here.
                    Some(Err(error)) => eprintln!("a member: {error}"),
                    None => {}
                }
            }
        });
        Member { consumer, records, open, thread: Some(thread) }
    }

    pub fn records(&self) -> Vec<Record> {
        self.records.lock().expect("no panic holds it").clone()
    }

    pub fn assigned(&self) -> Result<Vec<i32>> {
        let assigned = self.consumer.assignment()?;
        Ok(assigned.elements().iter().map(|each| each.partition()).collect())
    }

    /// Commits what was read, and leaves the group.
    pub fn leave(mut self) -> Result<()> {
        self.open.store(false, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
        match self.consumer.commit_consumer_state(CommitMode::Sync) {
            // Nothing was read since this member was assigned its partitions.
            Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) => Ok(()),
            other => Ok(other?),
        }
    }
}

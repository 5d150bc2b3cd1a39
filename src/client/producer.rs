//! Sending records: batches per partition, one request per leader, tried again where that may help.

use std::collections::BTreeMap;

use wire::ErrorCode;
use wire::messages::ProduceRequest;
use wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use wire::records::{BatchBuilder, Compression};

use super::cluster::{Cluster, Topic};
use super::error::{ClientError, Patience, Refusal, Result};
use super::murmur2::partition_of;
use crate::limits::{CLIENT_ANSWER_TIME, PRODUCE_BATCH_BYTES, PRODUCE_REQUEST_BYTES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    None,
    Leader,
    All,
}

impl Acks {
    fn as_i16(self) -> i16 {
        match self {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        }
    }
}

/// One header: a name and a value.
pub type Header = (String, Vec<u8>);

/// A record whose answer is lost is sent again, so it can be there twice: this is no idempotent
/// producer. The order within a partition holds.
pub struct Producer<'c> {
    cluster: &'c mut Cluster,
    topic: Topic,
    acks: Acks,
    compression: Compression,
    /// Batches that take records, by partition.
    open: BTreeMap<i32, BatchBuilder>,
    open_bytes: usize,
    /// Where records without key go until the batch is full.
    sticky: usize,
    pub sent_records: u64,
    /// Records by partition.
    pub sent_by_partition: BTreeMap<i32, u64>,
}

impl<'c> Producer<'c> {
    pub fn new(
        cluster: &'c mut Cluster,
        topic: Topic,
        acks: Acks,
        compression: Compression,
    ) -> Producer<'c> {
        Producer {
            cluster,
            topic,
            acks,
            compression,
            open: BTreeMap::new(),
            open_bytes: 0,
            sticky: 0,
            sent_records: 0,
            sent_by_partition: BTreeMap::new(),
        }
    }

    /// Adds a record, and sends what is gathered if that is enough.
    pub fn add(
        &mut self,
        partition: Option<i32>,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header],
    ) -> Result<()> {
        let partition = partition.unwrap_or_else(|| self.choose(key));
        let headers: Vec<(&str, Option<&[u8]>)> =
            headers.iter().map(|(name, value)| (name.as_str(), Some(value.as_slice()))).collect();
        let builder = self
            .open
            .entry(partition)
            .or_insert_with(|| BatchBuilder::new().compression(self.compression));
        let before = builder.size_bytes();
        builder.append(timestamp_ms, key, value, &headers);
        let size = builder.size_bytes();
        self.open_bytes += size - before;
        if size >= PRODUCE_BATCH_BYTES || self.open_bytes >= PRODUCE_REQUEST_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn choose(&self, key: Option<&[u8]>) -> i32 {
        let count = self.topic.partitions.len();
        let index = match key {
            Some(key) => partition_of(key, count),
            None => self.sticky % count,
        };
        self.topic.partitions[index].number
    }

    /// Sends what is gathered, and waits until it is acknowledged.
    pub fn flush(&mut self) -> Result<()> {
        let mut waiting = BTreeMap::new();
        for (partition, mut builder) in std::mem::take(&mut self.open) {
            let records = u64::try_from(builder.records_count()).unwrap_or(0);
            let batch = builder.build().map_err(|error| {
                let about = format!("{}-{partition}", self.topic.name);
                let code = ErrorCode::InvalidRecord as i16;
                ClientError::Refused(Refusal::new(about, code, Some(&error.to_string())))
            })?;
            waiting.insert(partition, (batch, records));
        }
        self.open_bytes = 0;
        self.sticky += 1;
        let mut patience = Patience::new();
        while !waiting.is_empty() {
            if let Err(error) = self.send(&mut waiting) {
                patience.wait_after(error)?;
                self.cluster.forget_connections();
                self.topic = self.cluster.topic(&self.topic.name, true)?;
            }
        }
        Ok(())
    }

    /// One request to each leader; what is acknowledged leaves `waiting`. The first error is given
    /// after all leaders were asked, unless it cannot pass.
    fn send(&mut self, waiting: &mut BTreeMap<i32, (Vec<u8>, u64)>) -> Result<()> {
        let mut by_leader: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for number in waiting.keys() {
            let known = self.topic.partitions.iter().find(|one| one.number == *number);
            let leader = known.map_or(-1, |partition| partition.leader);
            by_leader.entry(leader).or_default().push(*number);
        }
        let mut first_error = None;
        for (leader, partitions) in by_leader {
            match self.send_to(leader, &partitions, waiting) {
                Ok(()) => {}
                Err(error) if error.is_retriable() => {
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    fn send_to(
        &mut self,
        leader: i32,
        partitions: &[i32],
        waiting: &mut BTreeMap<i32, (Vec<u8>, u64)>,
    ) -> Result<()> {
        let data = partitions.iter().map(|number| PartitionProduceData {
            index: *number,
            records: waiting.get(number).map(|(batch, _)| batch.as_slice().into()),
        });
        let request = ProduceRequest {
            acks: self.acks.as_i16(),
            timeout_ms: CLIENT_ANSWER_TIME.as_millis() as i32 / 2,
            topic_data: vec![TopicProduceData {
                name: self.topic.name.as_str().into(),
                topic_id: self.topic.id,
                partition_data: data.collect(),
            }],
            ..ProduceRequest::default()
        };
        let connection = self.cluster.broker(leader)?;
        let mut outcomes = Vec::new();
        if self.acks == Acks::None {
            connection.send_only(&request)?;
            outcomes.extend(partitions.iter().map(|number| (*number, Ok(()))));
        } else {
            let response = connection.call(&request)?;
            for partition in response.responses.iter().flat_map(|topic| &topic.partition_responses)
            {
                let about = format!("{}-{}", self.topic.name, partition.index);
                let message = partition.error_message.as_deref();
                let outcome = super::error::check(about, partition.error_code, message);
                outcomes.push((partition.index, outcome));
            }
        }
        drop(request);
        let mut first_error = None;
        for (number, outcome) in outcomes {
            match outcome {
                Ok(()) => {
                    let records = waiting.remove(&number).map_or(0, |(_, records)| records);
                    self.sent_records += records;
                    *self.sent_by_partition.entry(number).or_default() += records;
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}

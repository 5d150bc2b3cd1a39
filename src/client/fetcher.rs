//! Reading records: one thread per leader, each with its own connection, so that a broker that has
//! nothing to say holds up no other.

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;
use std::thread;

use wire::ErrorCode;
use wire::Uuid;
use wire::messages::FetchRequest;
use wire::messages::fetch_request::{FetchPartition, FetchTopic};
use wire::messages::fetch_response::PartitionData;
use wire::records::{Batches, check_crc};

use super::connection::Connection;
use super::error::{ClientError, Refusal, Result, check};
use crate::address::HostPort;
use crate::limits::{CONSUME_FETCH_BYTES, CONSUME_PARTITION_BYTES, CONSUME_WAIT};

/// What a fetcher tells the thread that prints.
pub enum Fetched {
    /// Whole batches of one partition, each with the right checksum.
    Records(Records),
    /// The fetcher is at its end, because of this; its partitions have to be fetched anew.
    Ended { leader: i32, error: ClientError },
}

pub struct Records {
    pub partition: i32,
    /// Batches back to back; the first may begin before the offset that was asked for.
    pub bytes: Vec<u8>,
    pub from_offset: i64,
    /// The offset to ask for next.
    pub next_offset: i64,
    /// Producer and first offset of transactions in it that were aborted; only with read_committed.
    pub aborted: Vec<(i64, i64)>,
}

/// What one thread fetches.
pub struct Assignment {
    pub leader: i32,
    pub address: HostPort,
    pub topic: String,
    pub topic_id: Uuid,
    /// The next offset of each partition.
    pub offsets: BTreeMap<i32, i64>,
    pub read_committed: bool,
}

/// Fetches until something fails or nobody listens.
pub fn spawn(assignment: Assignment, to: SyncSender<Fetched>) -> std::io::Result<()> {
    let name = format!("fetch-{}", assignment.leader);
    let run = move || {
        let leader = assignment.leader;
        if let Err(error) = fetch(assignment, &to) {
            let _ = to.send(Fetched::Ended { leader, error });
        }
    };
    thread::Builder::new().name(name).spawn(run).map(drop)
}

fn fetch(mut assignment: Assignment, to: &SyncSender<Fetched>) -> Result<()> {
    let mut connection = Connection::open(&assignment.address)?;
    loop {
        for records in fetch_once(&mut connection, &assignment)? {
            assignment.offsets.insert(records.partition, records.next_offset);
            if to.send(Fetched::Records(records)).is_err() {
                return Ok(());
            }
        }
    }
}

fn fetch_once(connection: &mut Connection, assignment: &Assignment) -> Result<Vec<Records>> {
    let partition = |(partition, offset): (&i32, &i64)| FetchPartition {
        partition: *partition,
        current_leader_epoch: -1,
        fetch_offset: *offset,
        log_start_offset: -1,
        partition_max_bytes: CONSUME_PARTITION_BYTES,
        ..FetchPartition::default()
    };
    let request = FetchRequest {
        max_wait_ms: CONSUME_WAIT.as_millis() as i32,
        min_bytes: 1,
        max_bytes: CONSUME_FETCH_BYTES,
        isolation_level: i8::from(assignment.read_committed),
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: assignment.topic.as_str().into(),
            topic_id: assignment.topic_id,
            partitions: assignment.offsets.iter().map(partition).collect(),
        }],
        ..FetchRequest::default()
    };
    let response = connection.call(&request)?;
    check(format!("topic {:?}", assignment.topic), response.error_code, None)?;
    let mut fetched = Vec::new();
    for data in response.responses.iter().flat_map(|topic| &topic.partitions) {
        if let Some(records) = read(assignment, data)? {
            fetched.push(records);
        }
    }
    Ok(fetched)
}

/// The batches of one partition, checked; nothing if there are none.
fn read(assignment: &Assignment, data: &PartitionData<'_>) -> Result<Option<Records>> {
    let partition = data.partition_index;
    let topic = &assignment.topic;
    let Some(from_offset) = assignment.offsets.get(&partition).copied() else {
        return Ok(None);
    };
    if data.error_code == ErrorCode::OffsetOutOfRange as i16 {
        let about = format!("offset {from_offset} of {topic}-{partition}");
        let message = match data.log_start_offset {
            start if start > from_offset => format!("its records begin at {start}"),
            _ => format!("its records end at {}", data.high_watermark),
        };
        let message = (data.log_start_offset >= 0).then_some(message);
        let refusal = Refusal::new(about, data.error_code, message.as_deref());
        return Err(ClientError::Refused(refusal));
    }
    check(format!("{topic}-{partition}"), data.error_code, None)?;
    let bytes = data.records.as_deref().unwrap_or_default();
    let corrupt =
        |offset, why: String| ClientError::Corrupt { topic: topic.clone(), partition, offset, why };
    let mut next_offset = from_offset;
    let mut batches = Batches::new(bytes);
    for batch in &mut batches {
        let (header, batch) = batch.map_err(|error| corrupt(next_offset, error.to_string()))?;
        if !check_crc(batch) {
            let why = format!("its checksum is not the declared {:#010x}", header.crc);
            return Err(corrupt(header.base_offset, why));
        }
        next_offset = next_offset.max(header.last_offset() + 1);
    }
    if next_offset == from_offset {
        return Ok(None);
    }
    let aborted = data.aborted_transactions.iter().flatten();
    Ok(Some(Records {
        partition,
        bytes: bytes[..batches.consumed_bytes()].to_vec(),
        from_offset,
        next_offset,
        aborted: aborted.map(|one| (one.producer_id, one.first_offset)).collect(),
    }))
}

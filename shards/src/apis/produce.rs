//! Produce (key 0), versions 3–13.
//!
//! The hot path: decoded in place, nothing allocated per record or batch, no task of its own.
//! - The answer is written when the batches are appended, and let go when they are acknowledged: by
//!   the local log's stable end, for acks=1 as for acks=all (there is one replica). If an ack fails
//!   after all, the answer is corrected.
//! - acks=0 gets no answer; an error ends the connection (a producer without acks learns no other
//!   way).
//! - Batches are checked, and made what the log keeps, by the store ([`storage::Store::admit`]).
//! - zstd only from v7 (KIP-110). v10 names the new leader (KIP-951). v13 names topics by id.
//! - Transactions do not exist yet: their batches are refused with INVALID_TXN_STATE.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use storage::{AdmitError, AppendContext, AppendError, Appended, RecordFaults};
use wire::codec::{Decode, Reader};
use wire::header::{self, RequestHeader};
use wire::hot::produce::{Partition as PartitionData, PartitionResult, ProduceRequest};
use wire::hot::produce::{RecordError, ResponseEncoder};
use wire::hot::{LeaderAndEpoch, NodeEndpoint};
use wire::messages::ProduceResponse;
use wire::records::{BatchHeader, Compression, Fault};
use wire::{ApiKey, ErrorCode};

use crate::dispatch::HandlerError;
use crate::errors;
use crate::limits::{ACK_WAIT_MS_MIN, BACK_PRESSURE_MS_MAX, RECORD_ERRORS_MAX};
use crate::partition::{AckWaiter, Located, Partition};
use crate::session::{Answer, Connection, Kind, Opened};
use crate::shard::Shard;

const FIRST_VERSION_WITH_ZSTD: i16 = 7;

/// What holds for all partitions of a request.
struct Call<'a> {
    shard: &'a Rc<Shard>,
    connection: &'a Rc<Connection>,
    version: i16,
    /// `None` with acks=0.
    slot: Option<u64>,
    deadline_ms: u64,
    /// The whole request is refused.
    refusal: Option<ErrorCode>,
    /// Records that the answer may still name.
    record_errors_left: Cell<usize>,
}

/// Why one partition's batch was not appended.
struct Refused {
    code: ErrorCode,
    message: Option<Cow<'static, str>>,
    /// The records at fault (KIP-467): index in the batch, and why.
    records: Vec<(i32, String)>,
    leader: Option<LeaderAndEpoch>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None, records: Vec::new(), leader: None }
    }
}

/// Appends what a request holds. Returns when all of it is in the logs' tails, or refused; it waits
/// only where a log has no buffer free, and so the client is not read meanwhile.
pub async fn start(
    shard: &Rc<Shard>,
    connection: &Rc<Connection>,
    header: &RequestHeader<'_>,
    body: &[u8],
) -> Result<(), HandlerError> {
    let version = header.api_version;
    let request = ProduceRequest::decode(body, 0, version)?;
    shard.metrics.produce_requests.add(1);
    let opened = Opened { kind: Kind::Produce(version), received_us: shard.clock.mono_us() };
    let timeout_ms = u64::try_from(request.timeout_ms).unwrap_or(0);
    let call = Call {
        shard,
        connection,
        version,
        slot: (request.acks != 0).then(|| connection.open_slot(opened)),
        deadline_ms: shard.clock.mono_ms() + timeout_ms.max(ACK_WAIT_MS_MIN),
        refusal: refusal(&request),
        record_errors_left: Cell::new(RECORD_ERRORS_MAX),
    };
    let mut bytes = shard.buffers.take();
    let correlation_id = header.correlation_id;
    let outcome = append_all(&call, &request, &mut bytes, correlation_id).await?;
    shard.logs.wake();
    match call.slot {
        Some(slot) => {
            let answer = Answer { bytes, pieces: Vec::new() };
            connection.fill(slot, answer, outcome.acks);
        }
        None => {
            shard.buffers.put(bytes);
            if let Some(code) = outcome.first_error {
                return Err(HandlerError::Silent(code.name()));
            }
        }
    }
    Ok(())
}

/// Why a request is refused as a whole.
fn refusal(request: &ProduceRequest<'_>) -> Option<ErrorCode> {
    if !(-1..=1).contains(&request.acks) {
        return Some(ErrorCode::InvalidRequiredAcks);
    }
    request.transactional_id.as_ref().map(|_| ErrorCode::InvalidTxnState)
}

struct Outcome {
    /// Partitions whose ack is waited for.
    acks: u32,
    first_error: Option<ErrorCode>,
}

async fn append_all(
    call: &Call<'_>,
    request: &ProduceRequest<'_>,
    bytes: &mut Vec<u8>,
    correlation_id: i32,
) -> Result<Outcome, HandlerError> {
    let topics_count = request.topics_count();
    let mut encoder = ResponseEncoder::begin(bytes, call.version, correlation_id, topics_count)?;
    let mut outcome = Outcome { acks: 0, first_error: None };
    let mut leaders: Vec<i32> = Vec::new();
    let mut partitions = request.partitions().zip(0u32..);
    for topic in request.topics() {
        encoder.topic(topic.topic, topic.partitions_count)?;
        for (data, place) in partitions.by_ref().take(topic.partitions_count) {
            match append_one(call, &data, place).await {
                Ok((appended, waits)) => {
                    outcome.acks += u32::from(waits);
                    encoder.partition(&PartitionResult::ok(
                        data.index,
                        appended.base_offset,
                        appended.log_append_time_ms,
                        appended.log_start_offset,
                    ))?;
                }
                Err(refused) => {
                    call.shard.metrics.produce_errors.add(1);
                    outcome.first_error.get_or_insert(refused.code);
                    leaders.extend(refused.leader.map(|leader| leader.leader_id));
                    encode_refusal(&mut encoder, data.index, &refused)?;
                }
            }
        }
    }
    if leaders.is_empty() {
        encoder.finish(0, &[])?;
    } else {
        let image = call.shard.image();
        encoder.finish(0, &endpoints(&image, leaders))?;
    }
    Ok(outcome)
}

fn encode_refusal(
    encoder: &mut ResponseEncoder<'_>,
    index: i32,
    refused: &Refused,
) -> Result<(), HandlerError> {
    let records = refused.records.iter();
    let record_errors: Vec<_> = records
        .map(|(index, message)| RecordError { batch_index: *index, message: Some(message) })
        .collect();
    encoder.partition(&PartitionResult {
        error_message: refused.message.as_deref(),
        record_errors: &record_errors,
        current_leader: refused.leader,
        ..PartitionResult::error(index, refused.code as i16)
    })?;
    Ok(())
}

/// Where leaders that a client should go to are found.
pub fn endpoints(image: &cluster::Image, mut leaders: Vec<i32>) -> Vec<NodeEndpoint<'_>> {
    leaders.sort_unstable();
    leaders.dedup();
    let endpoint = |leader: i32| {
        let broker = image.broker(leader)?;
        Some(NodeEndpoint {
            node_id: broker.id,
            host: &broker.host,
            port: i32::from(broker.port),
            rack: broker.rack.as_deref(),
        })
    };
    leaders.into_iter().filter_map(endpoint).collect()
}

/// Appends one partition's batch; whether its ack is still to come.
async fn append_one(
    call: &Call<'_>,
    data: &PartitionData<'_>,
    place: u32,
) -> Result<(Appended, bool), Refused> {
    if let Some(code) = call.refusal {
        return Err(code.into());
    }
    let shard = call.shard;
    let partition = match shard.locate(data.topic, data.index) {
        Located::Here(partition) => partition,
        Located::Unknown(code) => return Err(code.into()),
        Located::Elsewhere(leader) => {
            return Err(Refused { leader: Some(leader), ..ErrorCode::NotLeaderOrFollower.into() });
        }
    };
    if partition.internal {
        return Err(ErrorCode::InvalidTopicException.into());
    }
    let batch = data.records.unwrap_or_default();
    // Memory is taken only where a batch is not kept as it came.
    let mut rewritten = Vec::new();
    let header = admit(call, &partition, batch, &mut rewritten)?;
    let kept = if rewritten.is_empty() { batch } else { &rewritten };
    let appended = append_waiting(shard, &partition, kept, &header).await?;
    shard.metrics.produce_batches.add(1);
    shard.metrics.produce_records.add(header.records_count as u64);
    shard.metrics.produce_bytes.add(batch.len() as u64);
    Ok((appended, await_ack(call, &partition, &appended, place)))
}

/// Has the answer wait for the ack, unless it is there already (the arena acknowledges at once).
fn await_ack(call: &Call<'_>, partition: &Partition, appended: &Appended, place: u32) -> bool {
    let stable_end = call.shard.logs.stable_end(partition.log);
    if let Some(stable_end) = stable_end.filter(|stable_end| *stable_end >= appended.end) {
        partition.on_stable_end(stable_end);
        return false;
    }
    let Some(slot) = call.slot else {
        return false;
    };
    partition.wait_for_ack(AckWaiter {
        end: appended.end,
        deadline_ms: call.deadline_ms,
        connection: call.connection.clone(),
        slot,
        place,
    });
    true
}

/// Checks a batch and makes it what the log keeps: see [`storage::Store::admit`].
fn admit(
    call: &Call<'_>,
    partition: &Partition,
    batch: &[u8],
    rewritten: &mut Vec<u8>,
) -> Result<BatchHeader, Refused> {
    if batch.is_empty() {
        return Err(Refused {
            message: Some("a produce request carries one record batch per partition".into()),
            ..ErrorCode::InvalidRecord.into()
        });
    }
    if call.version < FIRST_VERSION_WITH_ZSTD && is_zstd(batch) {
        return Err(ErrorCode::UnsupportedCompressionType.into());
    }
    let shard = call.shard;
    let now = shard.clock.now();
    let admitted = shard.logs.store_mut().admit(partition.log, batch, now, rewritten);
    let header = admitted.map_err(|error| {
        let code = errors::admit(&error);
        match error {
            AdmitError::Records(faults) => refused_records(call, partition, code, &faults),
            _ => Refused { message: Some(error.to_string().into()), ..code.into() },
        }
    })?;
    if header.is_transactional() {
        return Err(ErrorCode::InvalidTxnState.into());
    }
    Ok(header)
}

fn is_zstd(batch: &[u8]) -> bool {
    let header = BatchHeader::parse(batch);
    header.is_ok_and(|header| header.compression() == Ok(Compression::Zstd))
}

/// Names the records at fault, in Kafka's words: clients show them to people.
#[cold]
fn refused_records(
    call: &Call<'_>,
    partition: &Partition,
    code: ErrorCode,
    faults: &RecordFaults,
) -> Refused {
    let (topic, number) = (&partition.topic, partition.index);
    let RecordFaults { earliest_ms, latest_ms, .. } = faults;
    let words = |(index, fault): &(i32, Fault)| match fault {
        Fault::NoKey => format!(
            "Compacted topic cannot accept message without key in topic partition {topic}-{number}"
        ),
        Fault::Timestamp(timestamp_ms) => format!(
            "Timestamp {timestamp_ms} of message with offset {index} is out of range. The \
             timestamp should be within [{earliest_ms}, {latest_ms}]"
        ),
        Fault::LogAppendTime => format!(
            "Invalid timestamp type in message with offset {index}. Producer should not set \
             timestamp type to LogAppendTime."
        ),
    };
    let named = faults.listed.len().min(call.record_errors_left.get());
    call.record_errors_left.set(call.record_errors_left.get() - named);
    let records: Vec<_> =
        faults.listed[..named].iter().map(|fault| (fault.0, words(fault))).collect();
    let message = if faults.of_time {
        "One or more records have been rejected due to invalid timestamp".to_owned()
    } else {
        let shown: Vec<_> = records
            .iter()
            .take(3)
            .map(|(index, why)| format!("RecordError(batchIndex={index}, message='{why}')"))
            .collect();
        format!(
            "One or more records have been rejected due to {} record errors in total, and only \
             showing the first three errors at most: [{}]",
            faults.total,
            shown.join(", ")
        )
    };
    Refused { records, message: Some(message.into()), ..code.into() }
}

/// Appends, waiting for the disk where all write buffers are in use.
async fn append_waiting(
    shard: &Rc<Shard>,
    partition: &Partition,
    batch: &[u8],
    header: &BatchHeader,
) -> Result<Appended, Refused> {
    let mut give_up_ms = None;
    // Another term may begin while this waits: it is not this request's to write in.
    let leader_epoch = partition.leader_epoch.get();
    loop {
        let context = AppendContext { leader_epoch, now: shard.clock.now() };
        let appended = shard.logs.append(partition.log, batch, header, context);
        let error = match appended {
            Ok(appended) => return Ok(appended),
            Err(error) => error,
        };
        let now_ms = shard.clock.mono_ms();
        let give_up_ms = *give_up_ms.get_or_insert(now_ms + BACK_PRESSURE_MS_MAX);
        if error != AppendError::Busy || now_ms >= give_up_ms {
            return Err(Refused {
                message: Some(error.to_string().into()),
                ..errors::append(&error).into()
            });
        }
        shard.metrics.produce_waits.add(1);
        shard.logs.next_turn().await;
    }
}

/// Rewrites an answer whose acks failed after it was written: `failures` are places of partitions
/// in the request, and why.
pub fn correct(frame: &mut Vec<u8>, version: i16, failures: &[(u32, ErrorCode)]) {
    const LENGTH_BYTES: usize = 4;
    let corrected = || -> Result<Vec<u8>, HandlerError> {
        let mut reader = Reader::new(&frame[LENGTH_BYTES..]);
        let api = ApiKey::Produce;
        let correlation_id = header::decode_response_header(&mut reader, api, version)?;
        let mut response = ProduceResponse::decode(&mut reader, version)?;
        let topics = response.responses.iter_mut();
        let mut partitions: Vec<_> =
            topics.flat_map(|topic| &mut topic.partition_responses).collect();
        for (place, code) in failures {
            let Some(partition) = partitions.get_mut(*place as usize) else {
                continue;
            };
            partition.error_code = *code as i16;
            partition.base_offset = -1;
            partition.log_append_time_ms = -1;
            partition.log_start_offset = -1;
        }
        let mut out = Vec::new();
        header::encode_response(&mut out, api, version, correlation_id, &response)?;
        Ok(out)
    };
    match corrected() {
        Ok(bytes) => *frame = bytes,
        // An answer that we wrote ourselves reads back; were it not so, saying nothing is the only
        // thing left that is not wrong.
        Err(error) => {
            tracing::error!(%error, "a produce answer does not read back");
            frame.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::hot::TopicRef;
    use wire::hot::produce::VERSIONS;

    #[test]
    fn a_failed_ack_changes_its_partition_alone_in_every_version() {
        for version in VERSIONS {
            let topic = match version {
                13.. => TopicRef::Id(wire::Uuid([7; 16])),
                _ => TopicRef::Name("tides"),
            };
            let write = |second: &PartitionResult<'_>| {
                let mut frame = Vec::new();
                let mut encoder = ResponseEncoder::begin(&mut frame, version, 9, 1).unwrap();
                encoder.topic(topic, 2).unwrap();
                encoder.partition(&PartitionResult::ok(0, 10, -1, 0)).unwrap();
                encoder.partition(second).unwrap();
                encoder.finish(0, &[]).unwrap();
                frame
            };
            let mut frame = write(&PartitionResult::ok(1, 20, 5, 3));
            correct(&mut frame, version, &[(1, ErrorCode::RequestTimedOut)]);
            let code = ErrorCode::RequestTimedOut as i16;
            assert_eq!(frame, write(&PartitionResult::error(1, code)), "v{version}");
        }
    }
}

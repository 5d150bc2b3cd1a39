//! Fetch (key 1), versions 4–18.
//!
//! - Records are whole batches, from the log's own buffers to the socket. The first batch of the
//!   first partition that has any is sent even if it is over the limits, so that a client always
//!   gets on.
//! - A fetch that finds less than `min_bytes` is parked on its partitions until their high
//!   watermark moves, at most `max_wait`.
//! - v7 has sessions (KIP-227), v9 checks leader epochs (KIP-320), v12 tells where logs diverge
//!   (KIP-595), v13 names topics by id (KIP-516), v16 names the leader to go to (KIP-951).
//! - `replica_id` is not believed: whoever asks reads up to the high watermark.

use std::rc::Rc;
use std::time::Duration;

use wire::header::RequestHeader;
use wire::hot::fetch::{FetchRequest, PartitionResponse, ResponseEncoder, ResponseHead};
use wire::{ErrorCode, hot};

use super::produce::endpoints;
use crate::dispatch::HandlerError;
use crate::fetch::plan::{Plan, Wanted};
use crate::fetch::read::{self, Found, Pass};
use crate::limits::{FETCH_WAIT_MAX_MS, PARTITIONS_PER_REQUEST_MAX, READ_MEMORY_PAUSE_MS};
use crate::partition::Located;
use crate::runtime;
use crate::runtime::wake::Signal;
use crate::session::{Answer, Connection, Kind, Opened, Piece};
use crate::shard::Shard;

const FIRST_VERSION_WITH_IDS: i16 = 13;
const READ_UNCOMMITTED: i8 = 0;
const READ_COMMITTED: i8 = 1;

/// Where and how to answer.
struct Call {
    shard: Rc<Shard>,
    connection: Rc<Connection>,
    version: i16,
    correlation_id: i32,
    slot: u64,
}

/// Starts a fetch. What can be answered at once is; the rest goes on in a task of its own.
pub async fn start(
    shard: &Rc<Shard>,
    connection: &Rc<Connection>,
    header: &RequestHeader<'_>,
    body: &[u8],
) -> Result<(), HandlerError> {
    let version = header.api_version;
    let request = FetchRequest::decode(body, 0, version)?;
    shard.metrics.fetch_requests.add(1);
    let call = Call {
        shard: Rc::clone(shard),
        connection: Rc::clone(connection),
        version,
        correlation_id: header.correlation_id,
        slot: connection
            .open_slot(Opened { kind: Kind::Fetch, received_us: shard.clock.mono_us() }),
    };
    match plan(shard, &request, version) {
        Err(code) => refuse(&call, code),
        Ok(plan) => {
            let mut serving = Box::pin(serve(call, plan));
            let first = futures_lite::future::poll_once(&mut serving).await;
            match first {
                Some(done) => done,
                None => {
                    shard.metrics.fetch_parked.add(1);
                    runtime::spawn(async move {
                        if let Err(error) = serving.await {
                            tracing::error!(%error, "fetch");
                        }
                    });
                    Ok(())
                }
            }
        }
    }
}

fn plan(shard: &Shard, request: &FetchRequest<'_>, version: i16) -> Result<Plan, ErrorCode> {
    if request.partitions().take(PARTITIONS_PER_REQUEST_MAX + 1).count()
        > PARTITIONS_PER_REQUEST_MAX
    {
        return Err(ErrorCode::InvalidRequest);
    }
    if ![READ_UNCOMMITTED, READ_COMMITTED].contains(&request.isolation_level) {
        // What Kafka says of it.
        return Err(ErrorCode::UnknownServerError);
    }
    if request.cluster_id.as_ref().is_some_and(|id| *id != shard.cluster_id()) {
        return Err(ErrorCode::InconsistentClusterId);
    }
    let now_ms = shard.clock.mono_ms();
    let by_id = version >= FIRST_VERSION_WITH_IDS;
    let opened = shard.sessions.borrow_mut().take(request, by_id, now_ms)?;
    let limit_bytes = shard.broker_settings().fetch_max_bytes as usize;
    let max_bytes = usize::try_from(request.max_bytes).unwrap_or(0).min(limit_bytes);
    let wait_ms = u64::try_from(request.max_wait_ms).unwrap_or(0);
    Ok(Plan {
        wanted: opened.wanted,
        min_bytes: usize::try_from(request.min_bytes).unwrap_or(0).min(max_bytes),
        max_bytes,
        committed_only: request.isolation_level == READ_COMMITTED,
        deadline_ms: now_ms + wait_ms.min(FETCH_WAIT_MAX_MS),
        session_id: opened.session_id,
        incremental: opened.incremental,
    })
}

/// The whole request is refused.
fn refuse(call: &Call, code: ErrorCode) -> Result<(), HandlerError> {
    call.shard.metrics.fetch_errors.add(1);
    let mut bytes = call.shard.buffers.take();
    let mut splices = Vec::new();
    let head = ResponseHead { error_code: code as i16, ..ResponseHead::default() };
    let (version, correlation_id) = (call.version, call.correlation_id);
    ResponseEncoder::begin(&mut bytes, &mut splices, version, correlation_id, head, 0)?
        .finish(&[])?;
    let answer = Answer { bytes, pieces: Vec::new() };
    call.connection.fill(call.slot, answer, 0);
    Ok(())
}

/// Reads until the client is satisfied or its time is up, then answers.
async fn serve(call: Call, mut plan: Plan) -> Result<(), HandlerError> {
    let shard = &call.shard;
    let mut parked: Option<Rc<Signal>> = None;
    let mut is_first = true;
    let pass = loop {
        let pass = read::pass(&shard.logs, &shard.partitions, &plan).await;
        if std::mem::take(&mut is_first) {
            pass.note_absent(&mut plan);
        }
        let now_ms = shard.clock.mono_ms();
        if pass.satisfies(&plan) || now_ms >= plan.deadline_ms || call.connection.is_ending() {
            break pass;
        }
        if pass.is_starved() {
            runtime::sleep(Duration::from_millis(READ_MEMORY_PAUSE_MS)).await;
            shard.clock.refresh();
            continue;
        }
        // Forget what was read: its buffers are not to be held for as long as this waits.
        let seen: Vec<i64> = pass.found.iter().map(|found| found.high_watermark).collect();
        drop(pass);
        let signal = parked.get_or_insert_with(|| {
            let signal = Rc::default();
            call.connection.park(&signal);
            signal
        });
        if park(shard, &plan.wanted, &seen, signal) {
            let left = Duration::from_millis(plan.deadline_ms - now_ms);
            signal.wait_for(left).await;
            shard.clock.refresh();
        }
        unpark(shard, &plan.wanted, signal);
    };
    if let Some(signal) = &parked {
        call.connection.unpark(signal);
    }
    answer(&call, &plan, pass)
}

/// Has `signal` notified when any of the partitions has more; `false` if one has more already than
/// was seen.
fn park(shard: &Shard, wanted: &[Wanted], seen: &[i64], signal: &Rc<Signal>) -> bool {
    let mut nothing_new = true;
    let present = wanted.iter().zip(seen).filter(|(wanted, _)| wanted.absent.is_none());
    for (wanted, seen) in present {
        match shard.locate(wanted.topic.as_ref(), wanted.index) {
            Located::Here(partition) => {
                nothing_new &= partition.high_watermark.get() == *seen;
                partition.park(signal);
            }
            Located::Elsewhere(_) | Located::Unknown(_) => nothing_new = false,
        }
    }
    nothing_new
}

fn unpark(shard: &Shard, wanted: &[Wanted], signal: &Rc<Signal>) {
    for wanted in wanted {
        if let Located::Here(partition) = shard.locate(wanted.topic.as_ref(), wanted.index) {
            partition.unpark(signal);
        }
    }
}

fn answer(call: &Call, plan: &Plan, pass: Pass) -> Result<(), HandlerError> {
    let shard = &call.shard;
    shard.metrics.fetch_bytes.add(pass.records_bytes as u64);
    let tell = {
        let mut sessions = shard.sessions.borrow_mut();
        sessions.tell(plan.session_id, plan.incremental, &plan.wanted, &pass.found)
    };
    let told: Vec<(&Wanted, Found)> = plan
        .wanted
        .iter()
        .zip(pass.found)
        .zip(tell)
        .filter_map(|(one, tell)| tell.then_some(one))
        .collect();
    let answer = encode(call, plan, told)?;
    call.connection.fill(call.slot, answer, 0);
    Ok(())
}

fn encode(call: &Call, plan: &Plan, told: Vec<(&Wanted, Found)>) -> Result<Answer, HandlerError> {
    let mut bytes = call.shard.buffers.take();
    let mut splices = Vec::new();
    let head = ResponseHead { session_id: plan.session_id, ..ResponseHead::default() };
    let same_topic = |a: &(&Wanted, Found), b: &(&Wanted, Found)| a.0.topic == b.0.topic;
    let topics_count = told.chunk_by(same_topic).count();
    let mut encoder = ResponseEncoder::begin(
        &mut bytes,
        &mut splices,
        call.version,
        call.correlation_id,
        head,
        topics_count,
    )?;
    let mut leaders = Vec::new();
    for topic in told.chunk_by(same_topic) {
        encoder.topic(topic[0].0.topic.as_ref(), topic.len())?;
        for (wanted, found) in topic {
            if found.error != ErrorCode::None {
                call.shard.metrics.fetch_errors.add(1);
            }
            leaders.extend(found.leader.map(|leader| leader.leader_id));
            encoder.partition(&response(wanted, found, plan.committed_only))?;
        }
    }
    if leaders.is_empty() {
        encoder.finish(&[])?;
    } else {
        let image = call.shard.image();
        encoder.finish(&endpoints(&image, leaders))?;
    }
    let with_records = told.into_iter().filter(|(_, found)| found.records_bytes > 0);
    let mut pieces = Vec::new();
    for (splice, (_, found)) in splices.iter().zip(with_records) {
        debug_assert_eq!(splice.records_bytes, found.records_bytes);
        pieces.extend(
            found.slices.into_iter().map(|slice| Piece { insert_at: splice.insert_at, slice }),
        );
    }
    Ok(Answer { bytes, pieces })
}

fn response(wanted: &Wanted, found: &Found, committed_only: bool) -> PartitionResponse<'static> {
    const NONE_ABORTED: &[hot::fetch::AbortedTransaction] = &[];
    let was_read = committed_only && found.error == ErrorCode::None;
    let has_aborted = was_read || wanted.absent.is_some();
    PartitionResponse {
        high_watermark: found.high_watermark,
        // Without transactions every record is stable as soon as it is readable.
        last_stable_offset: found.high_watermark,
        log_start_offset: found.log_start_offset,
        diverging_epoch: found.diverging,
        current_leader: found.leader,
        // Where nothing is read Kafka has null, and an empty list for what is not there.
        aborted_transactions: has_aborted.then_some(NONE_ABORTED),
        records_bytes: found.records_bytes,
        ..PartitionResponse::error(wanted.index, found.error as i16)
    }
}

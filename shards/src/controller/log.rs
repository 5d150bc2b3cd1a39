//! The metadata log: a log of the first shard's store, like any other but for its name and that no
//! client sees it. A command's records are one batch, so they are there together or not at all.

use std::path::Path;
use std::rc::Rc;

use cluster::names::CLUSTER_METADATA;
use cluster::{Controller, Record};
use storage::{AppendContext, AppendError, LogConfig, LogId, LogKey, Reserve};
use wire::Uuid;
use wire::records::{BatchBuilder, BatchHeader, Batches, records};

use crate::errors::ControllerError;
use crate::limits::{METADATA_BATCH_BYTES_MAX, METADATA_READ_BYTES};
use crate::logs::{Logs, Unreadable};
use crate::runtime::stop::Stop;

/// The id Kafka's own metadata topic has.
const TOPIC_ID: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
/// One voter for all time, so there is one epoch until Raft counts terms.
pub const EPOCH: i32 = 0;

pub struct MetadataLog {
    log: LogId,
}

fn failed(what: impl std::fmt::Display) -> ControllerError {
    ControllerError::Log(what.to_string())
}

impl From<Unreadable> for ControllerError {
    fn from(error: Unreadable) -> Self {
        failed(error)
    }
}

/// Nothing is ever removed: the log is the cluster.
fn config() -> LogConfig {
    LogConfig {
        retention_ms: -1,
        retention_bytes: -1,
        cleanup_delete: false,
        max_message_bytes: METADATA_BATCH_BYTES_MAX,
        // Deletions are decided on a full disk too.
        reserve: Reserve::All,
        ..LogConfig::default()
    }
}

impl MetadataLog {
    /// Finds the log, or makes it in a new data folder.
    pub fn open(logs: &Logs, data_dir: &Path) -> Result<Self, ControllerError> {
        let mut store = logs.store_mut();
        let key = LogKey { topic: Rc::from(CLUSTER_METADATA), partition: 0 };
        let log = match store.find_log(&key) {
            Some(log) => {
                store.configure(log, config());
                log
            }
            // Logs without the log that says what they are: somebody took it away.
            None if store.logs().next().is_some() => {
                let data = data_dir.display();
                return Err(failed(format!(
                    "{data}/shard-0/{key} is missing although there are other logs; put it back \
                     from a copy of the data folder, or start with an empty one"
                )));
            }
            None => store.create_log(key, TOPIC_ID, config(), EPOCH).map_err(failed)?,
        };
        Ok(Self { log })
    }

    /// Gives everything in the log to `brains`, in order.
    pub async fn replay(
        &self,
        logs: &Logs,
        brains: &mut Controller,
    ) -> Result<(), ControllerError> {
        let status = logs.store().log(self.log).ok_or_else(|| failed("it is gone"))?;
        if let Some(damage) = status.damage.first() {
            return Err(failed(format!("{damage}; restore the file from a copy")));
        }
        let (start, end) = (status.log_start_offset, status.log_end_offset);
        let replay = |bytes: &[u8]| replay_batches(bytes, brains);
        let read = logs.read_through(self.log, start..end, METADATA_READ_BYTES, replay).await?;
        if read < end {
            return Err(failed(format!("nothing is there from offset {read} on, below {end}")));
        }
        Ok(())
    }

    /// Appends a command's records; returns the offset of the last one when they are durable.
    pub async fn append(
        &self,
        logs: &Logs,
        stop: &Stop,
        records: &[Record],
    ) -> Result<i64, ControllerError> {
        let now = logs.clock.now();
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.append(now.unix_ms, None, Some(&record.to_bytes()), &[]);
        }
        let batch = builder.build().map_err(failed)?;
        let header = BatchHeader::parse(&batch).map_err(failed)?;
        let context = AppendContext { leader_epoch: EPOCH, now };
        let appended = logs.append(self.log, &batch, &header, context);
        let appended = appended.map_err(|error| match error {
            AppendError::DiskFull => ControllerError::ReserveUsed,
            other => failed(other),
        })?;
        loop {
            let durable = logs.ack_end_offset(self.log);
            if durable.is_some_and(|durable| durable >= appended.end) {
                return Ok(appended.last_offset);
            }
            let status = logs.store().log(self.log);
            if let Some(why) = status.ok_or(ControllerError::Stopping)?.fenced {
                return Err(failed(why));
            }
            if stop.is_stopped() {
                return Err(ControllerError::Stopping);
            }
            logs.next_turn().await;
        }
    }
}

fn replay_batches(bytes: &[u8], brains: &mut Controller) -> Result<(), ControllerError> {
    for batch in Batches::new(bytes) {
        let (header, batch) = batch.map_err(failed)?;
        let mut changes = Vec::new();
        for record in records(batch).map_err(failed)? {
            let record = record.map_err(failed)?;
            let value = record.value.ok_or_else(|| failed("a record without a value"))?;
            changes.push(Record::from_bytes(&value).map_err(failed)?);
        }
        brains.replay_batch(&changes, header.last_offset()).map_err(failed)?;
    }
    Ok(())
}

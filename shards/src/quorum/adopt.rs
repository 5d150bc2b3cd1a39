//! A data folder of a version before the quorum: its metadata is a log of the first shard's.
//!
//! The log is replayed once; the image becomes the snapshot that the quorum begins with, at the
//! log's last offset. The log goes when that is durable: until then a start begins again.

use std::path::Path;

use cluster::{Controller, Image, Record};
use wire::records::{Batches, records};

use super::journal::key;
use super::{QuorumError, open_logs};
use crate::config::NodeConfig;
use crate::limits::METADATA_READ_BYTES;
use crate::logs::{DiskEnded, Logs};

fn failed(what: impl std::fmt::Display) -> QuorumError {
    QuorumError::Log(what.to_string())
}

/// Where the log lies, if there is one.
fn old_folder(data: &Path) -> Option<std::path::PathBuf> {
    let shard = data.join("shard-0");
    shard.join(key().to_string()).is_dir().then_some(shard)
}

/// Whether shards have logs in this data folder.
fn has_logs(data: &Path) -> bool {
    let is_shard = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name.starts_with("shard-"))
    };
    let is_log = |entry: std::fs::DirEntry| {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.rsplit_once('-')).map(|(_, number)| number);
        number.is_some_and(|number| number.parse::<u32>().is_ok()) && entry.path().is_dir()
    };
    let Ok(shards) = std::fs::read_dir(data) else { return false };
    let mut shards = shards.filter_map(Result::ok).filter(is_shard);
    shards.any(|shard| {
        let logs = std::fs::read_dir(shard.path());
        logs.is_ok_and(|mut logs| logs.any(|entry| entry.is_ok_and(is_log)))
    })
}

/// The image that an old folder's log makes; `None` in a new data folder.
///
/// # Errors
/// The log is damaged, or there are logs of shards and no metadata at all.
pub async fn old_image(config: &NodeConfig) -> Result<Option<Image>, QuorumError> {
    let data = &config.data_dir;
    let Some(folder) = old_folder(data) else {
        // Logs without the log that says what they are: somebody took it away.
        if has_logs(data) {
            let data = data.display();
            return Err(failed(format!(
                "{data}/quorum is missing although there are other logs; put it back from a copy \
                 of the data folder, or start with an empty one"
            )));
        }
        return Ok(None);
    };
    // With the arena, or what it holds of the shard's logs would be lost.
    let arena = config.arena.as_ref().map(|place| place.of_shard(0));
    let (logs, ended) = open_logs(config, folder, arena)?;
    let image = drive_while(&logs, &ended, replay(&logs, config)).await?;
    close(logs);
    Ok(Some(image))
}

/// Removes the old log, for which a snapshot stands now.
///
/// # Errors
/// The disk refuses.
pub fn forget_old(config: &NodeConfig) -> Result<(), QuorumError> {
    let Some(folder) = old_folder(&config.data_dir) else { return Ok(()) };
    let path = folder.join(key().to_string());
    std::fs::remove_dir_all(&path).map_err(|error| QuorumError::Io {
        what: "remove",
        path,
        why: error.to_string(),
    })
}

fn close(logs: std::rc::Rc<Logs>) {
    if let Ok(logs) = std::rc::Rc::try_unwrap(logs) {
        let now = logs.clock.refresh();
        logs.into_store().close(now);
    }
}

/// Gives the store its turns until `work` is done.
pub async fn drive_while<T>(
    logs: &Logs,
    ended: &DiskEnded,
    work: impl Future<Output = Result<T, QuorumError>>,
) -> Result<T, QuorumError> {
    let drive = async {
        let mut events = Vec::new();
        loop {
            logs.turn(&mut events, drop);
            logs.turn_due(ended).await;
        }
    };
    futures_lite::future::or(work, drive).await
}

async fn replay(logs: &Logs, config: &NodeConfig) -> Result<Image, QuorumError> {
    let log = logs.store().find_log(&key()).ok_or_else(|| failed("it cannot be opened"))?;
    let status = logs.store().log(log).ok_or_else(|| failed("it is gone"))?;
    if let Some(damage) = status.damage.first() {
        return Err(failed(format!("{damage}; restore the file from a copy")));
    }
    let (start, end) = (status.log_start_offset, status.log_end_offset);
    let mut brains = Controller::new(config.configs.clone());
    let each = |bytes: &[u8]| replay_batches(bytes, &mut brains);
    let read = logs.read_through(log, start..end, METADATA_READ_BYTES, each).await?;
    if read < end {
        return Err(failed(format!("nothing is there from offset {read} on, below {end}")));
    }
    Ok(brains.image().clone())
}

fn replay_batches(bytes: &[u8], brains: &mut Controller) -> Result<(), QuorumError> {
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

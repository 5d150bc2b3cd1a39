//! Making a coordinator from its partition's log, one after the other.

use std::rc::Rc;
use std::time::Duration;

use cluster::groups::Coordinator;
use wire::records::{Batches, records};

use super::loaded::Loaded;
use super::{Groups, State, forget_when_loaded, with_slot};
use crate::limits::{GROUP_READ_BYTES, GROUP_RELOAD_PAUSE_MS};
use crate::logs::Unreadable;
use crate::partition::Partition;
use crate::runtime;

/// Why a log gave no coordinator.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    /// The shard is overwhelmed: it may be read later.
    #[error("all read memory is in use")]
    Busy,
    #[error("{0}")]
    Failed(String),
}

impl From<Unreadable> for LoadError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Busy => LoadError::Busy,
            error => failed(error),
        }
    }
}

fn failed(what: impl std::fmt::Display) -> LoadError {
    LoadError::Failed(what.to_string())
}

/// The task that loads; ends when the shard stops.
pub async fn run(groups: Rc<Groups>) {
    while !groups.stop.is_stopping() {
        let next = groups.to_load.borrow_mut().pop_front();
        match next {
            Some(index) => {
                groups.stop.unless_stopping(load(&groups, index)).await;
            }
            None => {
                groups.stop.unless_stopping(groups.load.wait()).await;
            }
        }
    }
}

async fn load(groups: &Rc<Groups>, index: i32) {
    let wanted = groups.slots.borrow().get(&index).and_then(|slot| match slot.state {
        State::Loading { not_before_ms, .. } => Some((Rc::clone(&slot.partition), not_before_ms)),
        State::Loaded(_) | State::Failed => None,
    });
    let Some((partition, not_before_ms)) = wanted else {
        return;
    };
    let pause_ms = not_before_ms.saturating_sub(groups.logs.clock.mono_ms());
    if pause_ms > 0 {
        runtime::sleep(Duration::from_millis(pause_ms)).await;
    }
    // It has refused what a coordinator has to write, and would refuse it again.
    let is_full = groups.logs.store().log(partition.log).is_some_and(|log| log.disk_full);
    if not_before_ms > 0 && is_full {
        put_off(groups, &partition);
        return;
    }
    let replayed = replay(groups, &partition).await;
    groups.logs.clock.refresh();
    match replayed {
        Ok(loaded) => install(groups, &partition, loaded),
        Err(LoadError::Busy) => {
            let pause = Duration::from_millis(GROUP_RELOAD_PAUSE_MS);
            runtime::sleep(pause).await;
            groups.to_load.borrow_mut().push_back(index);
        }
        Err(error) => {
            tracing::error!(partition = index, %error, "the groups there are not served");
            let mut slots = groups.slots.borrow_mut();
            if let Some(slot) = slots.get_mut(&index)
                && Rc::ptr_eq(&slot.partition, &partition)
            {
                slot.state = State::Failed;
            }
        }
    }
}

/// Others are loaded before it is tried again.
fn put_off(groups: &Rc<Groups>, partition: &Rc<Partition>) {
    let later_ms = groups.logs.clock.refresh().mono_ms + GROUP_RELOAD_PAUSE_MS;
    let mut slots = groups.slots.borrow_mut();
    if let Some(slot) = slots.get_mut(&partition.index)
        && let State::Loading { not_before_ms, .. } = &mut slot.state
    {
        *not_before_ms = later_ms;
    }
    groups.to_load.borrow_mut().push_back(partition.index);
}

fn install(groups: &Rc<Groups>, partition: &Rc<Partition>, loaded: Loaded) {
    let index = partition.index;
    let mut to_forget = Vec::new();
    let done = with_slot(groups, index, |slot, context| {
        if !Rc::ptr_eq(&slot.partition, partition) {
            return Ok(());
        }
        let loading = std::mem::replace(&mut slot.state, State::Loaded(Box::new(loaded)));
        let (State::Loaded(loaded), State::Loading { deleted, .. }) = (&mut slot.state, loading)
        else {
            return Ok(());
        };
        let (groups_count, offsets) =
            (loaded.coordinator.groups_count(), loaded.coordinator.offsets_count());
        if groups_count > 0 || offsets > 0 {
            tracing::info!(
                shard = groups.metadata.shard,
                partition = index,
                groups = groups_count,
                offsets,
                "groups loaded"
            );
        }
        to_forget = deleted;
        let step = loaded.coordinator.loaded(context);
        loaded.take(groups, partition, step)?;
        let deleted: Vec<&str> = to_forget.iter().map(String::as_str).collect();
        if !deleted.is_empty() {
            let step = loaded.coordinator.topics_deleted(context, &deleted);
            loaded.take(groups, partition, step)?;
        }
        Ok(())
    });
    if done.is_none() {
        forget_when_loaded(groups, index, &to_forget);
    }
    groups.wake.notify();
}

/// Gives everything in the log to a new coordinator, in order. Nobody else writes to the log, so
/// its end stays where it is.
async fn replay(groups: &Rc<Groups>, partition: &Partition) -> Result<Loaded, LoadError> {
    let log = partition.log;
    let status = groups.logs.store().log(log).ok_or_else(|| failed("its log is gone"))?;
    if let Some(why) = status.fenced {
        return Err(failed(format!("the log is fenced: {why}")));
    }
    let mut coordinator = Coordinator::new();
    let offsets = status.log_start_offset..status.log_end_offset;
    // Less than all of it is there where the end is compacted away.
    let replay = |bytes: &[u8]| replay_batches(bytes, partition.index, &mut coordinator);
    groups.logs.read_through(log, offsets, GROUP_READ_BYTES, replay).await?;
    let mut loaded = Loaded::new(coordinator, status.log_end_offset);
    loaded.disk_full = status.disk_full;
    Ok(loaded)
}

fn replay_batches(
    bytes: &[u8],
    partition: i32,
    coordinator: &mut Coordinator,
) -> Result<(), LoadError> {
    for batch in Batches::new(bytes) {
        let (header, batch) = batch.map_err(failed)?;
        if header.is_control() {
            continue;
        }
        for record in records(batch).map_err(failed)? {
            let record = record.map_err(failed)?;
            let key = record.key.as_deref().unwrap_or_default();
            let replayed = coordinator.replay(key, record.value.as_deref(), record.timestamp);
            if let Err(error) = replayed {
                let offset = record.offset;
                tracing::warn!(partition, offset, %error, "a record of a group is skipped");
            }
        }
    }
    Ok(())
}

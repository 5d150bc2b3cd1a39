//! A log goes. It is gone for everybody at once; its folder follows, and what the disk refuses is
//! done again.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, Op};
use crate::errors::StorageError;
use crate::log::segment::{DELETED_SUFFIX, FileState, IndexState, Phase};
use crate::store::Store;
use crate::store::admin::io_error;
use crate::store::io::{Grave, Purpose};
use crate::types::LogId;

/// A folder that is to be renamed, and removed so long after.
#[derive(Debug)]
pub(crate) struct Doomed {
    from: PathBuf,
    to: PathBuf,
    delay_ms: u64,
}

impl<D: Disk> Store<D> {
    /// Removes a log: its folder is renamed at once, or as soon as the disk allows that, and
    /// removed after `file.delete.delay.ms`. Blocks until nothing of it is in flight.
    pub fn delete_log(&mut self, id: LogId) -> Result<(), StorageError> {
        self.stop_cleaning(Some(id));
        self.settle(id);
        let mut log = self.logs.remove(id).ok_or(StorageError::NoSuchLog)?;
        let from = log.dir.clone();
        let mut name = from.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}-{}{DELETED_SUFFIX}", self.io.now.unix_ms, self.io.use_clock));
        self.io.use_clock += 1;
        let to = from.with_file_name(name);
        let delay_ms = u64::try_from(log.config.file_delete_delay_ms).unwrap_or(0);
        let doomed = Doomed { from, to, delay_ms };
        self.kept.remove(&log.arena_key());
        if (log.made || log.make_tried)
            && let Err(error) = self.put_to_death(&doomed)
        {
            let folder = doomed.from.display();
            tracing::error!(%folder, %error, "a deleted log's folder cannot be renamed yet");
            self.doomed.push(doomed);
        }
        log.forget_tail(&mut self.io);
        for segment in &log.segments {
            if let FileState::Open(file) = segment.file {
                if segment.phase == Phase::Closed {
                    self.io.open_for_read = self.io.open_for_read.saturating_sub(1);
                }
                self.io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
            }
            if let (IndexState::Here(index), Phase::Closed) = (&segment.index, segment.phase) {
                self.io.index_bytes = self.io.index_bytes.saturating_sub(index.memory_bytes());
            }
        }
        for buffer in std::mem::take(&mut log.read_buffers) {
            self.put_away(buffer);
        }
        let orphans: Vec<usize> =
            self.pending.iter().filter(|(_, p)| p.log == id).map(|(key, _)| key).collect();
        for key in orphans {
            self.drive_or_finish(key);
        }
        Ok(())
    }

    /// Renames a deleted log's folder, durably.
    fn put_to_death(&mut self, doomed: &Doomed) -> io::Result<()> {
        let Doomed { from, to, delay_ms } = doomed;
        let (disk, parent) = (&mut self.io.disk, &self.config.data_dir);
        let renamed = self.io.ballast.with_reserve(|| match disk.rename(from, to) {
            // Somebody else took it away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        });
        renamed.and_then(|()| disk.sync_dir(parent))?;
        let due_ms = self.io.now.mono_ms + delay_ms;
        self.io.graves.push_back((due_ms, Grave::Folder(to.clone())));
        Ok(())
    }

    /// Does again what the disk refused.
    pub(crate) fn bury_doomed(&mut self) {
        for doomed in std::mem::take(&mut self.doomed) {
            match self.put_to_death(&doomed) {
                Ok(()) => {
                    let folder = doomed.from.display();
                    tracing::info!(%folder, "a deleted log's folder is renamed after all");
                }
                Err(_) => self.doomed.push(doomed),
            }
        }
    }

    /// Where a log is to be made, none of a deleted one may lie.
    pub(super) fn clear_the_way(&mut self, dir: &Path) -> Result<(), StorageError> {
        let Some(at) = self.doomed.iter().position(|doomed| doomed.from == dir) else {
            return Ok(());
        };
        let doomed = self.doomed.swap_remove(at);
        self.put_to_death(&doomed).map_err(|error| {
            let refused = io_error("renaming", dir)(error);
            self.doomed.push(doomed);
            refused
        })
    }
}

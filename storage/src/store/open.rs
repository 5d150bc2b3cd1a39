//! A start: the folder is taken, what the arena kept is adopted, every log is found again.

use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::path::Path;
use std::rc::Rc;

use slab::Slab;
use wire::records::Decompressor;

use crate::arena::{Arena, Survivor};
use crate::compact::{Cleaner, Pace};
use crate::config::StoreConfig;
use crate::disk::{Disk, FileId, Op};
use crate::errors::OpenError;
use crate::limits::{CUTS_IN_FLIGHT, OPEN_AGAIN_MS_MAX, SWEEP_MS};
use crate::log;
use crate::log::segment::DELETED_SUFFIX;
use crate::store::io::{Io, Purpose};
use crate::store::reading::Reading;
use crate::store::recover::{Failure, Recovery};
use crate::store::{Logs, Store};
use crate::types::{LogId, Now, RecoveryReport, StoreStats};

/// What the arena kept of one log, by its arena topic and partition.
pub(crate) type Survivors = HashMap<([u8; 16], i32), Vec<Survivor>>;

impl<D: Disk> Store<D> {
    /// Opens the store of one shard: takes the folder, adopts the arena, recovers every log. Closed
    /// segments are not read. A damaged log is no error here; see [`Store::recovery_report`].
    pub fn open(mut disk: D, config: StoreConfig, now: Now) -> Result<Store<D>, OpenError> {
        let dir = config.data_dir.clone();
        disk.create_dir(&dir).map_err(open_error("creating the data folder", &dir))?;
        disk.lock_dir(&dir).map_err(open_error("locking the data folder", &dir))?;
        let (arena, survivors) = open_arena(&config)?;
        let mut store = Store::with(disk, arena, config, now);
        store.recover(&dir, survivors, now)?;
        store.write_adopted();
        // Nobody has asked yet.
        for id in store.io.moved.drain(..) {
            if let Some(log) = store.logs.get_mut(id) {
                log.stable_noted = false;
            }
        }
        store.next_sweep_ms = now.mono_ms + SWEEP_MS;
        Ok(store)
    }

    fn with(disk: D, arena: Arena, config: StoreConfig, now: Now) -> Store<D> {
        let io = Io {
            crash_safe: arena.is_crash_safe(),
            arena,
            disk,
            ballast: config.ballast.clone(),
            limits: config.limits.clone(),
            now,
            starting: false,
            cuts: 0,
            closing: false,
            spare: Vec::new(),
            zeros: log::zero::chunk(config.limits.write_unit),
            zeroing_bytes: 0,
            ops: Slab::new(),
            events: Vec::new(),
            dirty: Vec::new(),
            moved: Vec::new(),
            lazy: VecDeque::new(),
            flushes: BinaryHeap::new(),
            fifo: VecDeque::new(),
            crowded: false,
            starved: false,
            sealed: Vec::new(),
            full: Vec::new(),
            graves: VecDeque::new(),
            open_for_read: 0,
            index_bytes: 0,
            use_clock: 0,
            clean_pace: Pace::default(),
            last_sync_ms: None,
            stats: StoreStats::default(),
        };
        let read_bytes = config.limits.read_bytes;
        Store {
            io,
            logs: Logs::default(),
            config,
            report: RecoveryReport::default(),
            kept: Survivors::new(),
            pending: Slab::new(),
            pending_serial: 0,
            reading: Reading::new(read_bytes),
            open_order: VecDeque::new(),
            index_order: VecDeque::new(),
            completions: Vec::new(),
            scratch: Vec::new(),
            decompressor: Decompressor::new(),
            sweep_slot: 0,
            next_sweep_ms: 0,
            next_full_retry_ms: 0,
            cleaner: Cleaner::new(now),
            doomed: Vec::new(),
            unopened: Vec::new(),
        }
    }

    fn recover(&mut self, dir: &Path, mut survivors: Survivors, now: Now) -> Result<(), OpenError> {
        let names = self.io.disk.list(dir).map_err(open_error("reading the data folder", dir))?;
        let mut report = RecoveryReport::default();
        for (name, is_dir) in names {
            if !is_dir {
                continue;
            }
            let path = dir.join(&name);
            if name.ends_with(DELETED_SUFFIX) {
                self.io.submit(Purpose::Remove { log: None }, Op::RemoveDirAll { path });
                continue;
            }
            if let Err(why) = self.recover_log(&path, &name, &mut report, &mut survivors, now) {
                tracing::error!(folder = %path.display(), %why, "a log cannot be opened yet");
                let (due_ms, pause_ms) = (now.mono_ms + SWEEP_MS, SWEEP_MS);
                let name: Rc<str> = name.into();
                self.unopened.push(Unopened { name: Rc::clone(&name), due_ms, pause_ms });
                report.skipped.push((name, why.to_string().into()));
            }
        }
        self.report = report;
        // What may belong to a folder that could not be opened stays in the arena.
        if !self.unopened.is_empty() {
            self.kept.extend(survivors);
        }
        Ok(())
    }

    /// Takes the log in a folder in, if there is one.
    fn recover_log(
        &mut self,
        path: &Path,
        name: &str,
        report: &mut RecoveryReport,
        survivors: &mut Survivors,
        now: Now,
    ) -> Result<(), Failure> {
        let mut recovery = Recovery {
            disk: &mut self.io.disk,
            report,
            survivors,
            kept: &mut self.kept,
            producers_limit: self.io.limits.producers_per_log,
            write_unit: self.io.limits.write_unit,
            now,
            cut: None,
        };
        let found = recovery.log(path, name);
        let cut = recovery.cut;
        let Some(mut log) = found.inspect_err(|_| {
            if let Some((file, _)) = cut {
                self.io.disk.close(file);
            }
        })?
        else {
            return Ok(());
        };
        report.logs += 1;
        report.segments += log.segments.len();
        if log.side_dirty {
            log.side_written_ms = now.mono_ms;
        }
        let id = self.logs.insert(|id| {
            log.id = id;
            log
        });
        if let Some((file, len)) = cut {
            self.cut_recovered(id, file, len);
        }
        Ok(())
    }

    /// Cuts a recovered segment and makes it durable, side by side with those of other logs.
    fn cut_recovered(&mut self, id: LogId, file: FileId, len: u64) {
        if let Some(log) = self.logs.get_mut(id) {
            log.jobs += 1;
        }
        self.io.cuts += 1;
        self.io.submit(Purpose::Cut { log: id }, Op::Close { file, truncate_to: Some(len) });
        let begun = self.io.disk.flush();
        while begun.is_ok() && self.io.cuts > CUTS_IN_FLIGHT && self.io.disk.wait().is_ok() {
            self.reap();
        }
    }

    /// Tries again to open logs that could not be opened, more and more seldom.
    pub(crate) fn open_again(&mut self, now: Now) {
        for mut one in std::mem::take(&mut self.unopened) {
            if one.due_ms > now.mono_ms {
                self.unopened.push(one);
                continue;
            }
            let path = self.config.data_dir.join(&*one.name);
            let mut report = RecoveryReport::default();
            let mut none = Survivors::new();
            match self.recover_log(&path, &one.name, &mut report, &mut none, now) {
                Ok(()) => {
                    tracing::info!(folder = %path.display(), "a log is opened after all");
                    self.report.skipped.retain(|(skipped, _)| *skipped != one.name);
                    self.write_adopted();
                }
                Err(why) => {
                    tracing::debug!(folder = %path.display(), %why, "a log cannot be opened yet");
                    one.pause_ms = (one.pause_ms * 2).min(OPEN_AGAIN_MS_MAX);
                    one.due_ms = now.mono_ms + one.pause_ms;
                    self.unopened.push(one);
                }
            }
        }
    }
}

/// A folder of a log that could not be opened, and when it is tried again.
#[derive(Debug)]
pub(crate) struct Unopened {
    name: Rc<str>,
    due_ms: u64,
    pause_ms: u64,
}

fn open_arena(config: &StoreConfig) -> Result<(Arena, Survivors), OpenError> {
    let wrap = |path: &Path, error: &dyn std::fmt::Display| OpenError::Arena {
        path: path.to_path_buf(),
        why: error.to_string().into(),
    };
    let mut survivors = Survivors::new();
    let unit = config.limits.write_unit;
    let Some(place) = &config.arena else {
        let arena = Arena::heap(config.limits.tail_bytes, unit)
            .map_err(|error| wrap(Path::new("(plain memory)"), &error))?;
        return Ok((arena, survivors));
    };
    let (arena, found) = Arena::open(&place.path, place.bytes, &config.data_dir, unit)
        .map_err(|error| wrap(&place.path, &error))?;
    for survivor in found {
        let key = (survivor.key.topic_id, survivor.key.partition);
        survivors.entry(key).or_default().push(survivor);
    }
    Ok((arena, survivors))
}

fn open_error(what: &'static str, path: &Path) -> impl Fn(std::io::Error) -> OpenError + use<> {
    let path = path.to_path_buf();
    move |error| OpenError::Io { what, path: path.clone(), why: error.to_string().into() }
}

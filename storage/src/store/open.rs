//! A start: the folder is taken, what the arena kept is adopted, every log is found again.

use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::path::Path;
use std::rc::Rc;

use slab::Slab;
use wire::records::Decompressor;

use crate::arena::{Arena, Survivor};
use crate::compact::{Cleaner, Pace};
use crate::config::StoreConfig;
use crate::disk::{Disk, Op};
use crate::errors::OpenError;
use crate::limits::SWEEP_MS;
use crate::log;
use crate::log::segment::DELETED_SUFFIX;
use crate::store::io::{Io, Purpose};
use crate::store::reading::Reading;
use crate::store::recover::Recovery;
use crate::store::{Logs, Store};
use crate::types::{Now, RecoveryReport, StoreStats};

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
        store.next_sweep_ms = now.mono_ms + SWEEP_MS;
        Ok(store)
    }

    fn with(disk: D, arena: Arena, config: StoreConfig, now: Now) -> Store<D> {
        let io = Io {
            crash_safe: arena.is_crash_safe(),
            arena,
            disk,
            limits: config.limits.clone(),
            now,
            closing: false,
            spare: Vec::new(),
            zeros: log::zero::chunk(config.limits.write_unit),
            zeroing_bytes: 0,
            ops: Slab::new(),
            events: Vec::new(),
            dirty: Vec::new(),
            acks: Vec::new(),
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
            kept: Vec::new(),
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
            let mut recovery = Recovery {
                disk: &mut self.io.disk,
                report: &mut report,
                survivors: &mut survivors,
                kept: &mut self.kept,
                producers_limit: self.io.limits.producers_per_log,
                write_unit: self.io.limits.write_unit,
                now,
            };
            match recovery.log(&path, &name) {
                Ok(None) => {}
                Ok(Some(mut log)) => {
                    report.logs += 1;
                    report.segments += log.segments.len();
                    if log.side_dirty {
                        log.side_written_ms = now.mono_ms;
                    }
                    self.logs.insert(|id| {
                        log.id = id;
                        log
                    });
                }
                Err(why) => {
                    tracing::error!(folder = %path.display(), %why, "a log cannot be opened");
                    let name: Rc<str> = name.into();
                    report.skipped.push((name, why.to_string().into()));
                }
            }
        }
        self.report = report;
        // Everything that was adopted is on stable storage: its memory may be used again. What may
        // belong to a folder that could not be opened stays in the arena for the next start.
        if !self.report.skipped.is_empty() {
            self.kept.extend(survivors.into_values().flatten());
        }
        Ok(())
    }
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

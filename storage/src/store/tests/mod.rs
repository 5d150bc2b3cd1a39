//! A store over a memory disk, beside a plain list of what it must hold.

mod admit;
mod ahead;
mod basics;
mod compaction;
mod faults;
mod making;
mod model;
mod recovery;
mod replica;
mod ring;
mod units;
mod zeros;

use std::path::PathBuf;

use wire::Uuid;
use wire::records::{BatchBuilder, BatchHeader, rewrite_assigned};

use crate::disk::memory::{Crash, Image, Keep, MemoryDisk, MemoryOptions, Random};
use crate::*;

pub(super) const DIR: &str = "/data/shard-0";

/// A batch as it must be read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub base: i64,
    pub end: i64,
    pub bytes: Vec<u8>,
}

pub(super) struct Harness {
    pub disk: MemoryDisk,
    pub store: Option<Store<MemoryDisk>>,
    pub id: LogId,
    pub kept: Vec<Kept>,
    pub acked: i64,
    pub now: Now,
    pub random: Random,
    pub config: LogConfig,
    pub arena: Option<tempfile::TempDir>,
    pub options: MemoryOptions,
    /// What the store may be opened with: one of them is drawn each time.
    pub units: &'static [u64],
    pub events: Vec<Event>,
}

pub(super) fn topic_id() -> Uuid {
    Uuid([7; 16])
}

pub(super) fn key() -> LogKey {
    LogKey { topic: "orders".into(), partition: 3 }
}

/// A batch as a producer sends it.
pub(super) fn batch(records: usize, value_bytes: usize, timestamp_ms: i64, fill: u8) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for n in 0..records {
        let value = vec![fill.wrapping_add(n as u8); value_bytes];
        builder.append(timestamp_ms + n as i64, Some(b"key"), Some(&value), &[]);
    }
    builder.build().unwrap()
}

pub(super) fn from_producer(id: i64, epoch: i16, sequence: i32, records: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new().producer(id, epoch, sequence);
    for _ in 0..records {
        builder.append(1000, None, Some(b"value"), &[]);
    }
    builder.build().unwrap()
}

impl Harness {
    pub fn new(config: LogConfig, arena: bool, options: MemoryOptions) -> Harness {
        Harness::with_units(config, arena, options, &[4096])
    }

    pub fn with_units(
        config: LogConfig,
        arena: bool,
        options: MemoryOptions,
        units: &'static [u64],
    ) -> Harness {
        let mut harness = Harness {
            disk: MemoryDisk::new(options.clone()),
            store: None,
            id: LogId { slot: 0, generation: 0 },
            kept: Vec::new(),
            acked: 0,
            now: Now { unix_ms: 1_700_000_000_000, mono_ms: 1000 },
            random: Random::new(options.seed),
            config,
            arena: arena.then(|| tempfile::tempdir_in("/dev/shm").unwrap()),
            options,
            units,
            events: Vec::new(),
        };
        harness.open();
        harness.settle();
        harness
    }

    pub fn simple(config: LogConfig) -> Harness {
        Harness::new(config, false, MemoryOptions::default())
    }

    pub fn store_config(&mut self) -> StoreConfig {
        let unit = match self.units {
            [only] => *only,
            several => several[self.random.below(several.len() as u64) as usize],
        };
        let arena = self
            .arena
            .as_ref()
            .map(|dir| ArenaConfig { path: dir.path().join("arena"), bytes: 1 << 20 });
        let limits = StoreLimits {
            tail_bytes: 1 << 20,
            read_bytes: 4 << 20,
            open_files: 2,
            index_bytes: 4096,
            write_unit: WriteUnit::new(unit).unwrap(),
            ..StoreLimits::default()
        };
        StoreConfig { data_dir: PathBuf::from(DIR), arena, limits, ballast: Ballast::default() }
    }

    pub fn open(&mut self) {
        let config = self.store_config();
        let store = Store::open(self.disk.clone(), config, self.now).unwrap();
        self.store = Some(store);
        let (found, config) = (self.store().find_log(&key()), self.config.clone());
        if let Some(id) = found {
            self.id = id;
            self.store().configure(id, config);
            self.store().begin_term(id, 0);
        } else if let Ok(id) = self.store().create_log(key(), topic_id(), config, 0) {
            // It was not written before: who leads it makes it again.
            self.id = id;
        }
    }

    pub fn store(&mut self) -> &mut Store<MemoryDisk> {
        self.store.as_mut().unwrap()
    }

    pub fn status(&mut self) -> LogStatus {
        let id = self.id;
        self.store().log(id).unwrap()
    }

    pub fn try_append(&mut self, bytes: &[u8]) -> Result<Appended, AppendError> {
        let header = BatchHeader::parse(bytes).unwrap();
        let context = AppendContext { leader_epoch: 0, now: self.now };
        let id = self.id;
        let appended = self.store().append(id, bytes, &header, context)?;
        if !appended.duplicate {
            let mut stored = bytes.to_vec();
            rewrite_assigned(&mut stored, appended.base_offset, 0);
            assert_eq!(
                appended.base_offset,
                self.kept.last().map_or(0, |k| k.end).max(appended.base_offset)
            );
            self.kept.push(Kept {
                base: appended.base_offset,
                end: appended.last_offset + 1,
                bytes: stored,
            });
        }
        Ok(appended)
    }

    /// Appends, giving the disk turns while it pushes back.
    pub fn append(&mut self, bytes: &[u8]) -> Appended {
        for _ in 0..10_000 {
            match self.try_append(bytes) {
                Ok(appended) => return appended,
                Err(AppendError::Busy) => self.turn(),
                Err(error) => panic!("append: {error}"),
            }
        }
        panic!("pushed back for ever: {:?}", self.status());
    }

    pub fn turn(&mut self) {
        let now = self.now;
        self.store().turn(now);
        self.drain();
    }

    pub fn drain(&mut self) {
        let mut events = Vec::new();
        self.store().drain_events(&mut events);
        for event in events {
            if let Event::StableEnd { log, offset } = event {
                assert!(log == self.id && offset > self.acked, "{offset} after {}", self.acked);
                self.acked = offset;
            } else {
                self.events.push(event);
            }
        }
    }

    /// Turns until nothing moves any more.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            self.turn();
            if self.store().in_flight() == 0 && !self.store().wants_turn() {
                return;
            }
        }
        panic!("never at rest: {:?}", self.status());
    }

    pub fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.unix_ms += ms as i64;
    }

    /// Reads to the end, however many turns it takes.
    pub fn read(&mut self, request: ReadRequest) -> ReadOutcome {
        for _ in 0..1000 {
            let id = self.id;
            let ticket = match self.store().read(id, request) {
                ReadOutcome::Pending(ticket) => ticket,
                ReadOutcome::Busy => {
                    self.turn();
                    continue;
                }
                outcome => return outcome,
            };
            for _ in 0..10_000 {
                self.turn();
                let mine = |e: &Event| matches!(e, Event::Ticket { ticket: t, .. } if *t == ticket);
                if let Some(at) = self.events.iter().position(mine) {
                    let Event::Ticket { result: TicketResult::Read(outcome), .. } =
                        self.events.remove(at)
                    else {
                        panic!("a read was answered with a lookup");
                    };
                    return outcome;
                }
            }
            panic!("no answer to {request:?}: {:?}", self.status());
        }
        panic!("busy for ever");
    }

    pub fn lookup(&mut self, lookup: Lookup) -> Option<TimestampOffset> {
        let ticket = match lookup {
            Lookup::Pending(ticket) => ticket,
            Lookup::Ready(found) => return found,
            other => panic!("{other:?}"),
        };
        for _ in 0..10_000 {
            self.turn();
            for event in std::mem::take(&mut self.events) {
                if let Event::Ticket { ticket: t, result: TicketResult::Lookup(found) } = event
                    && t == ticket
                {
                    return self.lookup(found);
                }
            }
        }
        panic!("no answer");
    }

    /// Reads everything from the log start on and compares it with the list.
    pub fn check_all(&mut self) {
        let status = self.status();
        let mut offset = status.log_start_offset;
        let end = self.kept.last().map_or(status.log_end_offset, |k| k.end);
        assert_eq!(status.log_end_offset, end, "{status:?}");
        while offset < end {
            offset = self.check_read(offset, 1 << 16, end);
        }
    }

    /// One read, compared with the list. Returns where it ended.
    pub fn check_read(&mut self, offset: i64, max_bytes: usize, until_offset: i64) -> i64 {
        let request = ReadRequest { offset, max_bytes, until_offset, at_least_one: true };
        let outcome = self.read(request);
        let ReadOutcome::Ready(slices) = outcome else {
            panic!("{request:?}: {outcome:?} with {:?}", self.status())
        };
        let bytes = slices.to_vec();
        assert_eq!(bytes.len(), slices.total_bytes);
        let first = self.kept.iter().position(|k| k.end > offset);
        let mut at = 0;
        let mut next = offset;
        for kept in first.map_or(&[][..], |first| &self.kept[first..]) {
            if at == bytes.len() {
                break;
            }
            assert_eq!(&bytes[at..at + kept.bytes.len()], kept.bytes, "batch {}", kept.base);
            at += kept.bytes.len();
            next = kept.end;
        }
        assert_eq!(at, bytes.len(), "whole batches and nothing else");
        assert_eq!(next, slices.next_offset);
        let due = first.is_some_and(|first| self.kept[first].end <= until_offset);
        assert!(next > offset || !due, "{request:?} gave nothing");
        next
    }

    /// What a crash now would leave. The store is dropped without a word, as by SIGKILL.
    pub fn crash(&mut self, crash: Crash, keep: Keep) -> Image {
        let image = self.disk.crash(crash, keep, &mut self.random);
        if crash == Crash::PowerCut
            && let Some(arena) = &self.arena
        {
            let _ = std::fs::remove_file(arena.path().join("arena"));
        }
        self.store = None;
        if crash == Crash::PowerCut
            && let Some(arena) = &self.arena
        {
            let _ = std::fs::remove_file(arena.path().join("arena"));
        }
        image
    }

    pub fn start(&mut self, image: Image) {
        self.disk = MemoryDisk::from_image(image, self.options.clone());
        self.open();
    }

    /// After a start: nothing that must be there is missing, and nothing is there that was not
    /// appended. What was never acknowledged may be gone.
    pub fn accept_recovered(&mut self, must_have: i64) {
        let status = self.status();
        assert!(status.fenced.is_none(), "{status:?}");
        assert!(status.log_end_offset >= must_have, "{must_have} was acknowledged: {status:?}");
        let (start, log_end) = (status.log_start_offset, status.log_end_offset);
        self.kept.retain(|k| k.end <= log_end && k.end > start);
        let end = self.kept.last().map_or(0, |k| k.end).max(status.log_start_offset);
        assert_eq!(status.log_end_offset, end, "on a batch boundary");
        self.acked = status.log_end_offset;
        self.check_all();
    }

    pub fn close(&mut self) {
        let now = self.now;
        self.store.take().unwrap().close(now);
    }

    pub fn restart(&mut self) {
        self.close();
        let image = self.disk.image();
        self.start(image);
    }

    pub fn files(&self, part: &str) -> Vec<String> {
        let image = self.disk.image();
        let mut names: Vec<String> = image
            .tree
            .keys()
            .map(|path| path.to_string_lossy().into_owned())
            .filter(|path| path.contains(part))
            .collect();
        names.sort();
        names
    }
}

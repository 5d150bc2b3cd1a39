//! A seeded life of a store on a disk that keeps its history, with the truth about it.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use storage::arena::image::ArenaImage;
use storage::disk::memory::{Image, MemoryOptions, Random};
use storage::disk::recording::RecordingDisk;
use storage::types::{AppendContext, Event, LogId, LogKey, Now};
use storage::{AppendError, ArenaConfig, CleanerConfig, LogConfig, Uuid};
use wire::records::{BatchBuilder, rewrite_assigned};

use crate::check::{Found, check, draw_unit, open};
use crate::drive::TestStore;
use crate::truth::{Batch, Bounds, Fact, LogTruth, is_compacted};

const ARENA_BYTES: usize = 2 << 20;
pub const PRODUCERS: u64 = 3;

/// The arena as it was when so many disk events had happened and so many facts were known.
pub struct Snapshot {
    pub position: usize,
    pub facts: Vec<usize>,
    pub arena: ArenaImage,
}

type FactCounts = Rc<RefCell<Vec<usize>>>;

/// A log while it is driven.
pub struct Live {
    pub id: LogId,
    pub truth: usize,
    pub epoch: i32,
    config: LogConfig,
    pub sequences: [i32; PRODUCERS as usize],
    pub start: i64,
    pub acked: i64,
    pub durable: i64,
}

pub struct Workload {
    pub recording: RecordingDisk,
    pub truths: Vec<LogTruth>,
    pub snapshots: Rc<RefCell<Vec<Snapshot>>>,
    pub now: Now,
    pub store: Option<TestStore>,
    pub live: Vec<Live>,
    pub random: Random,
    arena: Option<PathBuf>,
    fact_counts: FactCounts,
    /// The disk fails now and then, so logs may be fenced and refuse.
    pub faulty: bool,
    /// Compaction was seen to have taken records.
    pub compacted: bool,
}

/// How a life begins.
pub struct Start {
    pub image: Option<Image>,
    pub bounds: Vec<Bounds>,
    pub now: Now,
    pub seed: u64,
    /// The arena file, if there is one.
    pub arena: Option<PathBuf>,
    /// Copies the arena once in so many disk events.
    pub snapshot_every: u64,
    pub faulty: bool,
    /// The device says it has synced, and has not.
    pub ignores_sync: bool,
}

impl Workload {
    /// Opens the store, checks it, and makes what was found the truth from there on.
    pub fn start(start: Start) -> Result<Workload, String> {
        let mut random = Random::new(start.seed);
        let options = MemoryOptions {
            shuffle: true,
            seed: random.next_u64(),
            ignores_sync: start.ignores_sync,
            ..MemoryOptions::default()
        };
        let recording = match start.image {
            Some(image) => RecordingDisk::from_image(image, options),
            None => RecordingDisk::new(options),
        };
        let truths = start.bounds.iter().cloned().map(LogTruth::from_bounds).collect();
        let mut workload = Workload {
            recording,
            truths,
            snapshots: Rc::default(),
            now: start.now,
            store: None,
            live: Vec::new(),
            random,
            arena: start.arena,
            fact_counts: Rc::default(),
            faulty: start.faulty,
            compacted: false,
        };
        workload.count_facts();
        workload.watch(start.snapshot_every);
        workload.open(&start.bounds)?;
        Ok(workload)
    }

    fn arena_config(&self) -> Option<ArenaConfig> {
        let path = self.arena.clone()?;
        Some(ArenaConfig { path, bytes: ARENA_BYTES })
    }

    /// Copies the arena at some of the disk's events.
    fn watch(&self, every: u64) {
        let Some(path) = self.arena.clone() else { return };
        let (snapshots, facts) = (self.snapshots.clone(), self.fact_counts.clone());
        let last = Cell::new(0);
        self.recording.disk().observe(Box::new(move |events| {
            if events < last.get() + every {
                return;
            }
            // Before it is made, and after it is removed, there is no arena to copy.
            if let Ok(arena) = ArenaImage::take(&path) {
                last.set(events);
                let (position, facts) = (events as usize, facts.borrow().clone());
                snapshots.borrow_mut().push(Snapshot { position, facts, arena });
            }
        }));
    }

    pub fn count_facts(&self) {
        *self.fact_counts.borrow_mut() = self.truths.iter().map(|log| log.facts.len()).collect();
    }

    pub fn position(&self) -> usize {
        self.recording.position()
    }

    pub fn open(&mut self, bounds: &[Bounds]) -> Result<(), String> {
        let unit = draw_unit(&mut self.random);
        let mut store = open(self.recording.disk(), self.arena_config(), unit, self.now)?;
        let found = check(&mut store, bounds, self.now)?;
        store.configure_cleaner(CleanerConfig { backoff_ms: 500, ..CleanerConfig::default() });
        self.store = Some(store);
        for truth in &mut self.truths {
            let at = self.recording.position();
            match found.iter().find(|one| one.topic_id == truth.topic_id) {
                Some(one) => {
                    truth.note(at, Fact::CutEnd(one.log_end_offset));
                    truth.note(at, Fact::Start(one.log_start_offset));
                    truth.note(at, Fact::Acked(one.log_end_offset));
                    truth.note(at, Fact::Durable(one.log_end_offset));
                }
                None => truth.note(at, Fact::DeleteEnd),
            }
        }
        self.live.clear();
        for one in found {
            self.resume(&one);
        }
        self.count_facts();
        Ok(())
    }

    fn resume(&mut self, found: &Found) {
        let truth = self.truths.iter().rposition(|truth| truth.topic_id == found.topic_id);
        let store = self.store.as_mut().expect("open");
        let mut sequences = [0; PRODUCERS as usize];
        for info in store.producers(found.id) {
            sequences[info.producer_id as usize] = info.last_sequence + 1;
        }
        let epoch = store.log(found.id).map_or(0, |status| status.leader_epoch.max(0)) + 1;
        let config = log_config(&mut self.random, is_compacted(&found.topic));
        store.configure(found.id, config.clone());
        store.begin_term(found.id, epoch);
        self.live.push(Live {
            id: found.id,
            truth: truth.expect("checked"),
            epoch,
            config,
            sequences,
            start: found.log_start_offset,
            acked: found.log_end_offset,
            durable: found.log_end_offset,
        });
    }

    /// So many things happen.
    pub fn run(&mut self, steps: usize) -> Result<(), String> {
        for _ in 0..steps {
            self.now.unix_ms += self.random.below(300) as i64;
            self.now.mono_ms += self.random.below(300);
            match self.random.below(100) {
                0..=3 => self.create()?,
                4..=55 => self.append()?,
                56..=59 => self.copy()?,
                60..=62 => self.cut()?,
                63 => self.begin_anew()?,
                64..=66 => self.delete_records()?,
                67 => self.delete()?,
                68..=70 => self.bump_epoch(),
                71..=73 => self.wait_long(),
                74 => self.restart()?,
                75..=80 => self.settle()?,
                81..=84 => self.read_back()?,
                85..=88 if self.faulty => self.fail_soon(),
                _ => self.turn()?,
            }
        }
        Ok(())
    }

    pub fn store(&mut self) -> &mut TestStore {
        self.store.as_mut().expect("open")
    }

    fn create(&mut self) -> Result<(), String> {
        if self.live.len() >= 3 {
            return Ok(());
        }
        let topic = format!("topic-{}", self.random.below(4));
        if self.live.iter().any(|live| self.truths[live.truth].topic == topic) {
            return Ok(());
        }
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.random.next_u64().to_be_bytes());
        let topic_id = Uuid(id);
        let config = log_config(&mut self.random, is_compacted(&topic));
        // From its first moment on it may be found.
        self.truths.push(LogTruth::new(&topic, topic_id));
        let key = LogKey { topic: topic.as_str().into(), partition: 0 };
        let made = self.store().create_log(key, topic_id, config.clone(), 0);
        let id = match made {
            Ok(id) => id,
            Err(_) if self.faulty => return Ok(()),
            Err(error) => return Err(format!("creating {topic}: {error}")),
        };
        let truth = self.truths.len() - 1;
        let sequences = [0; PRODUCERS as usize];
        self.live.push(Live {
            id,
            truth,
            epoch: 0,
            config,
            sequences,
            start: 0,
            acked: 0,
            durable: 0,
        });
        self.count_facts();
        Ok(())
    }

    pub fn pick(&mut self) -> Option<usize> {
        match self.live.len() as u64 {
            0 => None,
            count => Some(self.random.below(count) as usize),
        }
    }

    fn append(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return self.create() };
        for _ in 0..=self.random.below(4) {
            self.append_one(at)?;
        }
        match self.random.one_in(3) {
            true => self.turn(),
            false => Ok(()),
        }
    }

    fn append_one(&mut self, at: usize) -> Result<(), String> {
        let (batch, producer) = self.batch(at);
        let header = wire::records::BatchHeader::parse(&batch).map_err(|e| e.to_string())?;
        let live = &self.live[at];
        let (id, epoch, truth) = (live.id, live.epoch, live.truth);
        let store = self.store.as_mut().expect("open");
        let base_offset = store.log(id).ok_or("no status")?.log_end_offset;
        let mut bytes = batch.clone();
        rewrite_assigned(&mut bytes, base_offset, epoch);
        let last_offset = base_offset + i64::from(header.last_offset_delta);
        let position = self.recording.position();
        let log = &mut self.truths[truth];
        log.note(position, Fact::Appended(log.batches.len()));
        log.batches.push(Batch { base_offset, last_offset, bytes });
        self.count_facts();
        let context = AppendContext { leader_epoch: epoch, now: self.now };
        let result = self.store().append(id, &batch, &header, context);
        match result {
            Ok(appended) if appended.base_offset == base_offset && !appended.duplicate => {
                if let Some((producer_id, last)) = producer {
                    self.live[at].sequences[producer_id as usize] = last + 1;
                }
                self.observe(position)
            }
            Ok(appended) => Err(format!("{base_offset} was due, got {appended:?}")),
            Err(error) => {
                // Nothing of it was kept.
                let log = &mut self.truths[truth];
                log.batches.pop();
                log.facts.pop();
                self.count_facts();
                match error {
                    AppendError::Busy => self.turn(),
                    _ if self.faulty => Ok(()),
                    error => Err(format!("append: {error}")),
                }
            }
        }
    }

    /// A batch, and its producer with its last sequence.
    pub fn batch(&mut self, at: usize) -> (Vec<u8>, Option<(i64, i32)>) {
        let value_bytes = match self.random.below(20) {
            0 => 20_000 + self.random.below(60_000),
            1..=4 => 1_000 + self.random.below(8_000),
            _ => self.random.below(300),
        };
        let compacted = is_compacted(&self.truths[self.live[at].truth].topic);
        let records = 1 + self.random.below(4);
        let mut builder = BatchBuilder::new();
        let mut producer = None;
        if !self.random.one_in(3) {
            let producer_id = self.random.below(PRODUCERS) as i64;
            let first = self.live[at].sequences[producer_id as usize];
            builder = builder.producer(producer_id, 0, first);
            producer = Some((producer_id, first + records as i32 - 1));
        }
        for _ in 0..records {
            let fill = self.random.next_u64();
            let value: Vec<u8> =
                (0..value_bytes / 8 + 1).flat_map(|word| (fill ^ word).to_le_bytes()).collect();
            if !compacted {
                builder.append(self.now.unix_ms, None, Some(&value), &[]);
                continue;
            }
            let key = [self.random.below(6) as u8];
            let value = (!self.random.one_in(8)).then_some(value.as_slice());
            builder.append(self.now.unix_ms, Some(&key), value, &[]);
        }
        (builder.build().expect("a batch"), producer)
    }

    pub fn turn(&mut self) -> Result<(), String> {
        let (now, position) = (self.now, self.position());
        self.store().turn(now);
        self.observe(position)
    }

    /// Notes what the store has promised, and where logs begin since `before`.
    pub fn observe(&mut self, before: usize) -> Result<(), String> {
        let mut events = Vec::new();
        let position = self.position();
        let store = self.store.as_mut().expect("open");
        store.drain_events(&mut events);
        for event in events {
            if let Event::Fenced { reason, .. } = event
                && !self.faulty
            {
                return Err(format!("a log is fenced without an error of the disk: {reason}"));
            }
        }
        for live in &mut self.live {
            let status = store.log(live.id).ok_or("a log is gone")?;
            let truth = &mut self.truths[live.truth];
            if status.log_start_offset > live.start {
                live.start = status.log_start_offset;
                truth.note(before, Fact::Start(live.start));
            }
            if status.durable_end_offset > live.durable {
                live.durable = status.durable_end_offset;
                truth.note(position, Fact::Durable(live.durable));
            }
            if status.stable_end > live.acked {
                live.acked = status.stable_end;
                truth.note(position, Fact::Acked(live.acked));
                if live.config.flush_messages == 1 && live.acked > live.durable {
                    return Err(format!("acknowledged before it is durable: {status:?}"));
                }
            }
        }
        self.count_facts();
        Ok(())
    }

    pub fn bounds_now(&self) -> Vec<Bounds> {
        let (position, from_memory) = (self.position(), self.has_arena());
        self.truths.iter().map(|log| log.bounds(position, usize::MAX, !from_memory)).collect()
    }

    pub fn has_arena(&self) -> bool {
        self.arena.is_some()
    }

    /// The process is gone without a word. The disk's history stays.
    pub fn abandon(&mut self) {
        self.store = None;
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.abandon();
    }
}

pub fn log_config(random: &mut Random, compacted: bool) -> LogConfig {
    let lazily = random.one_in(2);
    LogConfig {
        cleanup_compact: compacted,
        cleanup_delete: !compacted || random.one_in(3),
        min_cleanable_dirty_millionths: [0, 300_000][random.below(2) as usize],
        delete_retention_ms: [0, 20_000][random.below(2) as usize],
        segment_bytes: 8_192 << random.below(5),
        segment_ms: if random.one_in(4) { 20_000 } else { i64::MAX / 4 },
        retention_bytes: if random.one_in(2) { 100_000 } else { -1 },
        flush_messages: if lazily { 1 + random.below(20) } else { 1 },
        flush_ms: if lazily && random.one_in(2) { 500 } else { i64::MAX },
        index_interval_bytes: 512,
        file_delete_delay_ms: [0, 10_000][random.below(2) as usize],
        ..LogConfig::default()
    }
}

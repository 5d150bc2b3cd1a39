//! A seeded life of a store on a disk that keeps its history, with the truth about it.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use storage::arena::image::ArenaImage;
use storage::disk::memory::{Image, MemoryOptions, Random};
use storage::disk::recording::RecordingDisk;
use storage::types::{AppendContext, Event, LogId, LogKey, Now};
use storage::{AppendError, ArenaConfig, LogConfig, Uuid};
use wire::records::{BatchBuilder, rewrite_assigned};

use crate::check::{Found, check, open};
use crate::drive::TestStore;
use crate::truth::{Batch, Bounds, Fact, LogTruth};

const ARENA_BYTES: usize = 2 << 20;
const PRODUCERS: u64 = 3;

/// The arena as it was when so many disk events had happened and so many facts were known.
pub struct Snapshot {
    pub position: usize,
    pub facts: Vec<usize>,
    pub arena: ArenaImage,
}

type FactCounts = Rc<RefCell<Vec<usize>>>;

/// A log while it is driven.
struct Live {
    id: LogId,
    truth: usize,
    epoch: i32,
    config: LogConfig,
    sequences: [i32; PRODUCERS as usize],
    start: i64,
    acked: i64,
    durable: i64,
}

pub struct Workload {
    pub recording: RecordingDisk,
    pub truths: Vec<LogTruth>,
    pub snapshots: Rc<RefCell<Vec<Snapshot>>>,
    pub now: Now,
    store: Option<TestStore>,
    live: Vec<Live>,
    random: Random,
    arena: Option<PathBuf>,
    fact_counts: FactCounts,
    names: u64,
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
}

impl Workload {
    /// Opens the store, checks it, and makes what was found the truth from there on.
    pub fn start(start: Start) -> Result<Workload, String> {
        let mut random = Random::new(start.seed);
        let options =
            MemoryOptions { shuffle: true, seed: random.next_u64(), ..MemoryOptions::default() };
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
            names: 0,
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

    fn count_facts(&self) {
        *self.fact_counts.borrow_mut() = self.truths.iter().map(|log| log.facts.len()).collect();
    }

    fn position(&self) -> usize {
        self.recording.position()
    }

    fn open(&mut self, bounds: &[Bounds]) -> Result<(), String> {
        let mut store = open(self.recording.disk(), self.arena_config(), self.now)?;
        let found = check(&mut store, bounds, self.now)?;
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
        let config = log_config(&mut self.random);
        store.configure(found.id, config.clone());
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
                4..=59 => self.append()?,
                60..=63 => self.cut()?,
                64..=66 => self.delete_records()?,
                67 => self.delete()?,
                68..=70 => self.bump_epoch(),
                71..=73 => self.wait_long(),
                74 => self.restart()?,
                75..=80 => self.settle()?,
                _ => self.turn()?,
            }
        }
        Ok(())
    }

    fn store(&mut self) -> &mut TestStore {
        self.store.as_mut().expect("open")
    }

    fn create(&mut self) -> Result<(), String> {
        if self.live.len() >= 3 {
            return Ok(());
        }
        self.names += 1;
        let topic = format!("topic-{}", self.random.below(4));
        if self.live.iter().any(|live| self.truths[live.truth].topic == topic) {
            return Ok(());
        }
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.random.next_u64().to_be_bytes());
        let topic_id = Uuid(id);
        let config = log_config(&mut self.random);
        // From its first moment on it may be found.
        self.truths.push(LogTruth::new(&topic, topic_id));
        let key = LogKey { topic: topic.as_str().into(), partition: 0 };
        let made = self.store().create_log(key, topic_id, config.clone(), 0);
        let id = made.map_err(|error| format!("creating {topic}: {error}"))?;
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

    fn pick(&mut self) -> Option<usize> {
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
        let header = wire::records::validate_produced(&batch).map_err(|e| e.to_string())?;
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
            Err(AppendError::Busy) => {
                let log = &mut self.truths[truth];
                log.batches.pop();
                log.facts.pop();
                self.count_facts();
                self.turn()
            }
            Err(error) => Err(format!("append: {error}")),
        }
    }

    /// A batch, and its producer with its last sequence.
    fn batch(&mut self, at: usize) -> (Vec<u8>, Option<(i64, i32)>) {
        let value_bytes = match self.random.below(20) {
            0 => 20_000 + self.random.below(60_000),
            1..=4 => 1_000 + self.random.below(8_000),
            _ => self.random.below(300),
        };
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
            builder.append(self.now.unix_ms, None, Some(&value), &[]);
        }
        (builder.build().expect("a batch"), producer)
    }

    fn turn(&mut self) -> Result<(), String> {
        let (now, position) = (self.now, self.position());
        self.store().turn(now);
        self.observe(position)
    }

    /// Notes what the store has promised, and where logs begin since `before`.
    fn observe(&mut self, before: usize) -> Result<(), String> {
        let mut events = Vec::new();
        let position = self.position();
        let store = self.store.as_mut().expect("open");
        store.drain_events(&mut events);
        for event in events {
            if let Event::Fenced { reason, .. } = event {
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
            if status.ack_end_offset > live.acked {
                live.acked = status.ack_end_offset;
                truth.note(position, Fact::Acked(live.acked));
                if live.config.flush_messages == 1 && live.acked > live.durable {
                    return Err(format!("acknowledged before it is durable: {status:?}"));
                }
            }
        }
        self.count_facts();
        Ok(())
    }

    fn cut(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let (id, truth) = (self.live[at].id, self.live[at].truth);
        let status = self.store().log(id).ok_or("no status")?;
        let length = status.log_end_offset - status.log_start_offset;
        if length == 0 {
            return Ok(());
        }
        // Mostly near the end, as followers do.
        let back = match self.random.one_in(4) {
            true => self.random.below(length as u64 + 1) as i64,
            false => (self.random.below(6) as i64).min(length),
        };
        let offset = status.log_end_offset - back;
        let before = self.position();
        self.truths[truth].note(before, Fact::CutBegin(offset));
        self.count_facts();
        let end = self.store().truncate(id, offset).map_err(|error| format!("cut: {error}"))?;
        if end > offset {
            return Err(format!("a cut at {offset} ends at {end}"));
        }
        let position = self.position();
        self.truths[truth].note(position, Fact::CutEnd(end));
        let sequences = self.sequences(id);
        let live = &mut self.live[at];
        live.acked = live.acked.min(end);
        live.durable = live.durable.min(end);
        live.start = live.start.min(end);
        live.epoch += 1;
        live.sequences = sequences;
        self.observe(before)
    }

    fn sequences(&mut self, id: LogId) -> [i32; PRODUCERS as usize] {
        let mut sequences = [0; PRODUCERS as usize];
        for info in self.store().producers(id) {
            sequences[info.producer_id as usize] = info.last_sequence + 1;
        }
        sequences
    }

    fn delete_records(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let live = &self.live[at];
        let (id, span) = (live.id, live.acked - live.start);
        if span <= 0 {
            return Ok(());
        }
        let offset = live.start + self.random.below(span as u64 + 1) as i64;
        let before = self.position();
        let truth = self.live[at].truth;
        self.truths[truth].note(before, Fact::Start(offset));
        self.count_facts();
        let result = self.store().delete_records(id, offset);
        result.map_err(|error| format!("deleting records below {offset}: {error}"))?;
        self.observe(before)
    }

    fn delete(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let live = self.live.remove(at);
        let before = self.position();
        self.truths[live.truth].note(before, Fact::DeleteBegin);
        self.count_facts();
        self.store().delete_log(live.id).map_err(|error| format!("deleting: {error}"))?;
        let position = self.position();
        self.truths[live.truth].note(position, Fact::DeleteEnd);
        self.observe(before)
    }

    fn bump_epoch(&mut self) {
        let Some(at) = self.pick() else { return };
        self.live[at].epoch += 1;
        let (id, epoch) = (self.live[at].id, self.live[at].epoch);
        let store = self.store.as_mut().expect("open");
        if let Some(status) = store.log(id) {
            store.set_leader_epoch(id, epoch, status.log_end_offset);
            store.set_high_watermark(id, status.ack_end_offset);
        }
    }

    /// Long enough for sweeps, side files and buried files.
    fn wait_long(&mut self) {
        let step = self.random.below(40_000);
        self.now.unix_ms += step as i64;
        self.now.mono_ms += step;
    }

    /// Turns until everything is done.
    pub fn settle(&mut self) -> Result<(), String> {
        for _ in 0..5_000 {
            self.now.mono_ms += 5;
            self.turn()?;
            let store = self.store();
            if store.in_flight() == 0 && !store.wants_turn() {
                return Ok(());
            }
        }
        Err("the store does not come to rest".into())
    }

    fn restart(&mut self) -> Result<(), String> {
        let Some(store) = self.store.take() else { return Ok(()) };
        let before = self.position();
        for live in &self.live {
            let status = store.log(live.id).ok_or("no status")?;
            self.truths[live.truth].note(before, Fact::Start(status.log_start_offset));
        }
        let ends: Vec<_> = self
            .live
            .iter()
            .map(|live| (live.truth, store.log(live.id).map_or(0, |status| status.log_end_offset)))
            .collect();
        store.close(self.now);
        let position = self.position();
        for (truth, end) in ends {
            self.truths[truth].note(position, Fact::Acked(end));
            self.truths[truth].note(position, Fact::Durable(end));
        }
        self.count_facts();
        let bounds = self.bounds_now();
        self.open(&bounds)
    }

    fn bounds_now(&self) -> Vec<Bounds> {
        let position = self.position();
        self.truths.iter().map(|truth| truth.bounds(position, usize::MAX, true)).collect()
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

pub fn log_config(random: &mut Random) -> LogConfig {
    let lazily = random.one_in(2);
    LogConfig {
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

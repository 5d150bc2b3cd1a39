//! From one life to many crashes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use storage::ArenaConfig;
use storage::disk::memory::{
    Crash, Event, Fault, FaultOn, Image, Keep, MemoryDisk, MemoryOptions, Node, Random,
};
use storage::types::Now;
use wire::records::BatchHeader;

use crate::check::{DATA_DIR, Found, check, check_indexes, draw_unit, open};
use crate::truth::Bounds;
use crate::workload::{Start, Workload};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const GENERATIONS: u32 = 3;
const STEPS: usize = 70;
const STEPS_AFTER: usize = 6;
/// A state lives on once in so many.
const LIVES_ON: u64 = 24;
const ARENA_BYTES: usize = 2 << 20;

/// What was seen.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    pub states: u64,
    pub lives: u64,
    pub faulty_lives: u64,
    pub failed_starts: u64,
    pub power_cuts: u64,
    pub kills: u64,
    pub with_arena: u64,
    pub adopted: u64,
    pub with_late_writes: u64,
    pub cut_tails: u64,
    pub second_generation: u64,
    pub third_generation: u64,
    pub during_recovery: u64,
    pub indexes_compared: u64,
    pub batches_checked: u64,
    /// Lives that saw records taken, crashes with a compacted segment not yet in its place, and
    /// recovered logs with gaps.
    pub compacted_lives: u64,
    pub during_compaction: u64,
    pub with_gaps: u64,
    /// Crashes with a log's folder of which something is missing.
    pub half_made: u64,
    /// Lives that wrote zeros ahead of their tails.
    pub zeroed_lives: u64,
}

impl Counts {
    pub fn plus(mut self, other: &Counts) -> Counts {
        self.states += other.states;
        self.lives += other.lives;
        self.faulty_lives += other.faulty_lives;
        self.failed_starts += other.failed_starts;
        self.power_cuts += other.power_cuts;
        self.kills += other.kills;
        self.with_arena += other.with_arena;
        self.adopted += other.adopted;
        self.with_late_writes += other.with_late_writes;
        self.cut_tails += other.cut_tails;
        self.second_generation += other.second_generation;
        self.third_generation += other.third_generation;
        self.during_recovery += other.during_recovery;
        self.indexes_compared += other.indexes_compared;
        self.batches_checked += other.batches_checked;
        self.compacted_lives += other.compacted_lives;
        self.during_compaction += other.during_compaction;
        self.with_gaps += other.with_gaps;
        self.half_made += other.half_made;
        self.zeroed_lives += other.zeroed_lives;
        self
    }

    /// A campaign that never met the hard cases proves nothing.
    pub fn assert_floors(&self) {
        let share = |count: u64, parts: u64| count >= self.states / parts;
        assert!(share(self.power_cuts, 4) && share(self.kills, 4), "kinds of crashes");
        assert!(share(self.with_arena, 10) && share(self.adopted, 50), "arenas");
        assert!(share(self.with_late_writes, 200) && share(self.cut_tails, 40), "torn tails");
        assert!(
            share(self.second_generation, 10) && share(self.third_generation, 50),
            "generations"
        );
        assert!(share(self.during_recovery, 50), "crashes during recovery");
        assert!(self.faulty_lives > 10 && share(self.failed_starts, 50), "failing disks");
        assert!(self.compacted_lives > 10 && share(self.during_compaction, 200), "compaction");
        assert!(share(self.with_gaps, 20), "gaps");
        assert!(self.zeroed_lives > 10, "zeros");
        assert!(share(self.half_made, 1000), "half-made logs");
        assert!(share(self.indexes_compared, 100) && self.batches_checked > self.states);
    }
}

/// A place for arena files, in memory where there is some.
struct Places {
    dir: tempfile::TempDir,
    made: u64,
}

impl Places {
    fn new() -> Places {
        let memory = Path::new("/dev/shm");
        let dir = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        Places { dir: dir.expect("a folder"), made: 0 }
    }

    fn fresh(&mut self) -> PathBuf {
        self.made += 1;
        self.dir.path().join(format!("arena-{}", self.made))
    }
}

/// One crash, ready to be recovered from.
struct State {
    image: Image,
    bounds: Vec<Bounds>,
    arena: Option<PathBuf>,
    label: String,
    generation: u32,
    now: Now,
}

struct Explorer<'a> {
    random: Random,
    places: Places,
    defect: Defect,
    counts: &'a mut Counts,
}

/// A defect that the judge has to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    None,
    /// The device says it has synced, and has not.
    IgnoredSyncs,
    /// The arena is gone after a kill.
    LostArena,
}

/// Lives one life and crashes it everywhere.
pub fn explore(seed: u64, defect: Defect, counts: &mut Counts) -> Result<(), String> {
    let (random, places) = (Random::new(seed), Places::new());
    let mut explorer = Explorer { random, places, defect, counts };
    let arena = (!explorer.random.one_in(3)).then(|| explorer.places.fresh());
    let start = Start {
        image: None,
        bounds: Vec::new(),
        now: Now { unix_ms: 1_700_000_000_000, mono_ms: 1_000 },
        seed: explorer.random.next_u64(),
        arena,
        snapshot_every: 2,
        faulty: explorer.random.one_in(3),
        ignores_sync: defect == Defect::IgnoredSyncs,
    };
    explorer.counts.faulty_lives += u64::from(start.faulty);
    explorer.live_and_crash(start, STEPS, 1, "")
}

impl Explorer<'_> {
    fn live_and_crash(
        &mut self,
        start: Start,
        steps: usize,
        generation: u32,
        label: &str,
    ) -> Result<(), String> {
        let mut workload = caught(|| {
            let mut workload = Workload::start(start)?;
            workload.run(steps).map_err(|why| {
                let history = workload.recording.history();
                format!("{why}{}", story(history.events(), history.len()))
            })?;
            Ok(workload)
        })
        .map_err(|why| format!("{label} while living: {why}"))?;
        let zeroed = workload.store.as_ref().is_some_and(|store| store.stats().zeroed_bytes > 0);
        self.counts.zeroed_lives += u64::from(zeroed);
        workload.abandon();
        self.counts.compacted_lives += u64::from(workload.compacted);
        self.counts.lives += 1;
        let history = workload.recording.history();
        let mut replay = history.replay();
        let mut snapshots =
            std::mem::take(&mut *workload.snapshots.borrow_mut()).into_iter().peekable();
        let recovered_at = workload.truths.iter().map(opened_at).max().unwrap_or(0);
        for position in 0..=history.len() {
            replay.advance_to(position);
            while snapshots.peek().is_some_and(|snapshot| snapshot.position < position) {
                snapshots.next();
            }
            let snapshot = snapshots.peek().filter(|snapshot| snapshot.position == position);
            let mut crashes = Vec::new();
            for keep in self.keeps(generation) {
                crashes.push((Crash::PowerCut, keep, None));
                // Without an arena, a kill keeps only what is on its way.
                if workload.truths.is_empty() || !workload.has_arena() {
                    crashes.push((Crash::Kill, keep, None));
                } else if let Some(snapshot) = snapshot {
                    crashes.push((Crash::Kill, keep, Some(snapshot)));
                }
            }
            for (crash, keep, snapshot) in crashes {
                let image = replay.crash(crash, keep, &mut self.random);
                let power_cut = crash == Crash::PowerCut;
                let bounds = workload
                    .truths
                    .iter()
                    .enumerate()
                    .map(|(index, truth)| {
                        let facts = snapshot
                            .map_or(usize::MAX, |s| s.facts.get(index).copied().unwrap_or(0));
                        truth.bounds(position, facts, power_cut)
                    })
                    .collect();
                let arena = match snapshot {
                    Some(snapshot) if self.defect != Defect::LostArena => {
                        let path = self.places.fresh();
                        snapshot.arena.restore(&path).map_err(|error| error.to_string())?;
                        Some(path)
                    }
                    // The power took the arena along; the next life may have a new one.
                    _ => workload.has_arena().then(|| self.places.fresh()),
                };
                self.counts.during_recovery += u64::from(generation > 1 && position < recovered_at);
                let label = format!(
                    "{label} generation {generation}: {crash:?} {keep:?} at event {position} of {}",
                    history.len()
                );
                let state = State { image, bounds, arena, label, generation, now: workload.now };
                self.count(&state, crash, snapshot.is_some());
                self.recover(state).map_err(|why| {
                    let facts: Vec<_> =
                        workload.truths.iter().map(|log| log.tail(position)).collect();
                    format!("{why}{}\n  {}", story(history.events(), position), facts.join("\n  "))
                })?;
            }
        }
        Ok(())
    }

    /// Which parts of the undecided to keep at one point.
    fn keeps(&mut self, generation: u32) -> Vec<Keep> {
        let extreme = if self.random.one_in(2) { Keep::Nothing } else { Keep::Everything };
        match generation {
            1 if self.random.one_in(3) => vec![extreme, Keep::Drawn],
            1 if self.random.one_in(2) => vec![Keep::Drawn],
            _ if self.random.one_in(3) => vec![Keep::Drawn],
            _ if self.random.one_in(8) => vec![extreme],
            _ => Vec::new(),
        }
    }

    fn count(&mut self, state: &State, crash: Crash, with_arena: bool) {
        self.counts.states += 1;
        match crash {
            Crash::PowerCut => self.counts.power_cuts += 1,
            Crash::Kill => self.counts.kills += 1,
        }
        self.counts.with_arena += u64::from(with_arena);
        let unfinished = |name: &str| name.ends_with(".cleaned") || name.ends_with(".compacted");
        let mut names = state.image.tree.keys().map(|path| path.to_string_lossy());
        self.counts.during_compaction += u64::from(names.any(|name| unfinished(&name)));
        self.counts.half_made += u64::from(has_half_made_log(&state.image));
        self.counts.with_late_writes += u64::from(!state.image.late.is_empty());
        self.counts.second_generation += u64::from(state.generation == 2);
        self.counts.third_generation += u64::from(state.generation == 3);
    }

    /// Opens a state and judges it; some live on.
    fn recover(&mut self, state: State) -> Result<(), String> {
        let lives_on = state.generation < GENERATIONS && self.random.one_in(LIVES_ON);
        let seed = self.random.next_u64();
        let arena_file = state.arena.clone();
        let result = if lives_on {
            let start = Start {
                image: Some(state.image),
                bounds: state.bounds,
                now: state.now,
                seed,
                arena: state.arena,
                snapshot_every: 2,
                faulty: false,
                ignores_sync: false,
            };
            self.live_and_crash(start, STEPS_AFTER, state.generation + 1, &state.label)
        } else {
            let (label, failed) = (state.label.clone(), self.counts.failed_starts);
            caught(|| self.open_and_check(state, seed)).map_err(|why| {
                let failed = self.counts.failed_starts - failed;
                format!("{label}, {failed} failed starts: {why}")
            })
        };
        if let Some(path) = arena_file {
            let _ = std::fs::remove_file(path);
        }
        result
    }

    fn open_and_check(&mut self, mut state: State, seed: u64) -> Result<(), String> {
        if self.random.one_in(6) {
            self.fail_to_start(&mut state, seed);
        }
        let options = MemoryOptions { shuffle: true, seed, ..MemoryOptions::default() };
        let disk = MemoryDisk::from_image(state.image, options);
        let arena = state.arena.map(|path| ArenaConfig { path, bytes: ARENA_BYTES });
        let mut store = open(disk.clone(), arena, draw_unit(&mut self.random), state.now)?;
        let found = check(&mut store, &state.bounds, state.now)?;
        let report = store.recovery_report();
        self.counts.adopted += u64::from(report.adopted_bytes > 0);
        self.counts.cut_tails += u64::from(report.cut_bytes > 0);
        self.counts.batches_checked +=
            found.iter().map(|one| one.batches.len() as u64).sum::<u64>();
        let gap =
            |pair: &[(BatchHeader, Vec<u8>)]| pair[1].0.base_offset > pair[0].0.last_offset() + 1;
        let gaps = found.iter().any(|one| one.batches.windows(2).any(gap));
        self.counts.with_gaps += u64::from(gaps);
        drop(store);
        if self.random.one_in(30) {
            self.counts.indexes_compared += check_indexes(&disk.image(), state.now)?;
        }
        // Recovered once more, all that was found is there again, whatever the power took
        // meanwhile.
        if self.random.one_in(4) {
            let image = disk.crash(Crash::PowerCut, Keep::Nothing, &mut Random::new(seed));
            let again = MemoryDisk::from_image(image, MemoryOptions::default());
            let mut store = open(again, None, draw_unit(&mut self.random), state.now)?;
            let second = check(&mut store, &state.bounds, state.now)?;
            if ends(&found) != ends(&second) {
                return Err(format!("recovered {:?}, again {:?}", ends(&found), ends(&second)));
            }
        }
        Ok(())
    }

    /// A start on a failing disk may do nothing, or a part; what the next one finds is as good.
    fn fail_to_start(&mut self, state: &mut State, seed: u64) {
        let image = std::mem::take(&mut state.image);
        let disk =
            MemoryDisk::from_image(image, MemoryOptions { seed, ..MemoryOptions::default() });
        let (skip, errno) = (self.random.below(20), [EIO, ENOSPC][self.random.below(2) as usize]);
        let (on, path_part) = (FaultOn::Any, String::new());
        disk.inject(Fault { on, path_part, skip, times: 1 + skip % 3, errno });
        let arena = state.arena.clone().map(|path| ArenaConfig { path, bytes: ARENA_BYTES });
        let opened = open(disk.clone(), arena, draw_unit(&mut self.random), state.now);
        self.counts.failed_starts += u64::from(match opened {
            Ok(store) => {
                let mut ids = store.logs().map(|(id, _, _)| id);
                let is_refused =
                    |id| store.log(id).is_some_and(|log| log.fenced.is_some() || log.disk_full);
                !store.recovery_report().skipped.is_empty() || ids.any(is_refused)
            }
            Err(_) => true,
        });
        state.image = disk.crash(Crash::Kill, Keep::Drawn, &mut self.random);
    }
}

/// Whether there is a log's folder without its side file, or without a segment.
fn has_half_made_log(image: &Image) -> bool {
    let folders = image
        .tree
        .iter()
        .filter(|(path, node)| **node == Node::Dir && path.parent() == Some(Path::new(DATA_DIR)));
    let mut names = folders.filter(|(path, _)| !path.to_string_lossy().ends_with(".deleted"));
    names.any(|(folder, _)| {
        let mut files = image.tree.keys().filter(|path| path.parent() == Some(folder));
        let has_side = image.tree.contains_key(&folder.join("partition"));
        !has_side || !files.any(|path| path.extension().is_some_and(|end| end == "log"))
    })
}

fn ends(found: &[Found]) -> Vec<(&str, i64)> {
    let ends = found.iter().map(|one| (one.topic.as_str(), one.log_end_offset));
    ends.filter(|(_, end)| *end > 0).collect()
}

/// The last events before a crash, for whoever looks into a failure.
fn story(events: &[Event], position: usize) -> String {
    let mut told = String::from("\n  before it:");
    for (at, event) in events.iter().enumerate().take(position).skip(position.saturating_sub(60)) {
        let event = match event {
            Event::Begin { inode, id, position, data } => {
                format!("begin write {id} of file {inode}: {} bytes at {position}", data.len())
            }
            Event::Fail { inode, id, .. } => format!("failed write {id} of file {inode}"),
            Event::Land { inode, id, sync, .. } => {
                format!("landed write {id} of file {inode}, sync {sync}")
            }
            other => format!("{other:?}"),
        };
        told.push_str(&format!("\n  {at}: {event}"));
    }
    told
}

/// When a life that began with these logs had recovered them.
fn opened_at(truth: &crate::truth::LogTruth) -> usize {
    let opened = truth.facts.iter().find(|(at, _)| *at > 0);
    opened.map_or(0, |(at, _)| *at)
}

/// Runs it; a panic of the store is a failure like another.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

//! Many small commits of few keys: how long compaction takes, what is left, and how fast a start
//! and a reader go over it. `cargo run --release -p storage --example compaction -- FOLDER [COUNT]`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use storage::disk::ring::{RingConfig, RingDisk};
use storage::{
    AppendContext, AppendError, Ballast, CleanerConfig, Event, LogConfig, LogId, LogKey, Now,
    ReadOutcome, ReadRequest, Store, StoreConfig, StoreLimits, TicketResult, Uuid,
};
use wire::records::{BatchBuilder, BatchHeader, Batches};

const KEYS: u32 = 1_000;

type RingStore = Store<RingDisk>;

fn now(from: Instant) -> Now {
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Now {
        unix_ms: unix.map_or(0, |time| time.as_millis() as i64),
        mono_ms: from.elapsed().as_millis() as u64 + 1,
    }
}

fn open(dir: &std::path::Path, from: Instant) -> RingStore {
    let ring = RingDisk::new(&RingConfig::default()).expect("a ring");
    let limits = StoreLimits::default();
    let config = StoreConfig {
        data_dir: dir.to_path_buf(),
        arena: None,
        limits,
        ballast: Ballast::default(),
    };
    Store::open(ring, config, now(from)).expect("a store")
}

fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 100 << 20,
        cleanup_delete: false,
        cleanup_compact: true,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().expect("a folder that does not exist yet"));
    let count: u32 = arguments.next().map_or(10_000_000, |text| text.parse().expect("a number"));
    let from = Instant::now();
    let mut store = open(&dir, from);
    store.configure_cleaner(CleanerConfig { enabled: false, ..CleanerConfig::default() });
    let key = LogKey { topic: "commits".into(), partition: 0 };
    let id = store.create_log(key.clone(), Uuid([1; 16]), config(), 0).expect("a log");
    fill(&mut store, id, count, from);
    let status = store.log(id).expect("a status");
    println!(
        "{count} commits written: {:.1} s, {}",
        from.elapsed().as_secs_f64(),
        status.size_bytes
    );
    compact(&mut store, id, from);
    store.close(now(from));

    let start = Instant::now();
    let mut store = open(&dir, from);
    let opened = start.elapsed();
    let id = store.find_log(&key).expect("the log");
    let (batches, bytes) = read(&mut store, id, from);
    println!(
        "a start: open {:.3} s, read {batches} batches, {bytes} bytes: {:.3} s in all",
        opened.as_secs_f64(),
        start.elapsed().as_secs_f64()
    );
    store.close(now(from));
}

fn fill(store: &mut RingStore, id: LogId, count: u32, from: Instant) {
    let mut builder = BatchBuilder::new();
    let mut events = Vec::new();
    for n in 0..count {
        let time = now(from);
        let value = format!("offset {n:012}, metadata of a group");
        builder.append(time.unix_ms, Some(&(n % KEYS).to_be_bytes()), Some(value.as_bytes()), &[]);
        let batch = builder.build().expect("a batch");
        let header = BatchHeader::parse(&batch).expect("a header");
        let context = AppendContext { leader_epoch: 0, now: time };
        while let Err(error) = store.append(id, &batch, &header, context) {
            assert_eq!(error, AppendError::Busy);
            store.turn(time);
        }
        if n % 256 == 0 {
            store.turn(time);
            store.drain_events(&mut events);
            events.clear();
        }
    }
    while store.in_flight() > 0 || store.wants_turn() {
        store.turn(now(from));
        store.drain_events(&mut events);
    }
}

fn compact(store: &mut RingStore, id: LogId, from: Instant) {
    store.configure_cleaner(CleanerConfig { backoff_ms: 10, ..CleanerConfig::default() });
    let (started, mut longest) = (Instant::now(), Duration::ZERO);
    let mut idle = Instant::now();
    let mut runs = 0;
    let mut events = Vec::new();
    // As long as there is something to do: a run is followed by the next, or by a rest.
    while idle.elapsed() < Duration::from_secs(2) {
        let before = cpu_time();
        store.turn(now(from));
        longest = longest.max(cpu_time().saturating_sub(before));
        store.drain_events(&mut events);
        events.clear();
        if store.stats().cleaner_runs != runs || store.in_flight() > 0 {
            runs = store.stats().cleaner_runs;
            idle = Instant::now();
        }
        std::thread::sleep(Duration::from_micros(50));
    }
    let (stats, status) = (store.stats(), store.log(id).expect("a status"));
    println!(
        "compacted in {:.1} s, {} runs: {} bytes in {} segments are left, read {}, written {}; \
         the longest turn took {:.2} ms of CPU",
        started.elapsed().as_secs_f64() - 2.0,
        stats.cleaner_runs,
        status.size_bytes,
        status.segments,
        stats.cleaner_read_bytes,
        stats.cleaner_written_bytes,
        longest.as_secs_f64() * 1e3
    );
}

/// What this thread has used of its core: time given to others does not count.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0);
    Duration::from_nanos(nanos)
}

/// Reads the whole log; how many batches and bytes that are.
fn read(store: &mut RingStore, id: LogId, from: Instant) -> (usize, usize) {
    let (mut batches, mut bytes) = (0, 0);
    let mut offset = 0;
    let mut events = Vec::new();
    while offset < store.log(id).expect("a status").log_end_offset {
        let request =
            ReadRequest { offset, max_bytes: 1 << 20, until_offset: i64::MAX, at_least_one: true };
        let mut outcome = store.read(id, request);
        while let ReadOutcome::Pending(wanted) = outcome {
            store.turn(now(from));
            store.drain_events(&mut events);
            for event in events.drain(..) {
                if let Event::Ticket { ticket, result: TicketResult::Read(found) } = event
                    && ticket == wanted
                {
                    outcome = found;
                }
            }
        }
        let ReadOutcome::Ready(slices) = outcome else { panic!("{outcome:?}") };
        batches += Batches::new(&slices.to_vec()).count();
        bytes += slices.total_bytes;
        offset = slices.next_offset;
    }
    (batches, bytes)
}

//! What a disk does with the accesses of a log: for `tidemill tune disk` and the probe among the
//! examples.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::buffer::{Chunk, IoBuf};
use crate::disk::ring::RingDisk;
use crate::disk::{Disk, Done, FileId, Op, OpenMode};
use crate::limits::BLOCK_BYTES;

/// Accesses go around in files of this size.
pub const FILE_BYTES: u64 = 32 << 20;
/// What zeros and the content of files to be read are written with.
const FILL_BYTES: usize = 1 << 20;

/// What was done to a file before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// Nothing: it grows.
    Grown,
    /// Space was reserved (fallocate).
    Reserved,
    /// Every block was written once.
    Zeroed,
}

/// What is done over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Writes one behind the other, each with a data sync or without.
    Append { prepared: Prepared, sync: bool },
    /// Reads one behind the other.
    ReadOn,
    /// Reads anywhere.
    ReadAnywhere,
}

/// One measurement.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    pub access: Access,
    pub files: usize,
    /// Accesses in flight on each file.
    pub depth: usize,
    /// Of one access; whole blocks, at most 1 MiB.
    pub bytes: usize,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub per_second: f64,
    pub p50_us: u64,
    pub p99_us: u64,
    /// Processor time of this thread for one access, in and out of the kernel.
    pub cpu_us: f64,
}

/// Repeats a pattern for `time` in a folder of its own below `dir`, which is removed again.
///
/// # Errors
/// What the disk says: no space, no such folder, a ring that ends.
pub fn measure(
    disk: &mut RingDisk,
    dir: &Path,
    pattern: &Pattern,
    time: Duration,
) -> io::Result<Sample> {
    assert!(pattern.bytes.is_multiple_of(BLOCK_BYTES) && pattern.bytes <= FILL_BYTES);
    assert!((pattern.depth * pattern.bytes) as u64 <= FILE_BYTES / 2, "rounds do not overlap");
    let folder = Folder::new(disk, dir)?;
    let mut files = Vec::with_capacity(pattern.files);
    for index in 0..pattern.files {
        files.push(prepare(disk, &folder.0.join(format!("{index}.log")), pattern.access)?);
    }
    let mut run = Run::new(pattern, files);
    let result = run.go(disk, time);
    run.drain(disk)?;
    for file in &run.files {
        disk.close(*file);
    }
    result
}

/// How long it takes to reserve so much space for a new file, which is removed again.
pub fn reserve_time(disk: &mut RingDisk, dir: &Path, bytes: u64) -> io::Result<Duration> {
    let folder = Folder::new(disk, dir)?;
    let file = disk.open(&folder.0.join("reserved"), OpenMode::Create)?;
    let from = Instant::now();
    let result = disk.allocate(file, bytes);
    let took = from.elapsed();
    disk.close(file);
    result.map(|()| took)
}

/// Removed with all that is in it, whatever happens.
struct Folder(PathBuf);

impl Folder {
    fn new(disk: &mut RingDisk, dir: &Path) -> io::Result<Folder> {
        let path = dir.join(format!("disk-measurement-{}", std::process::id()));
        disk.create_dir(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a folder is left over");
        }
    }
}

fn prepare(disk: &mut RingDisk, path: &Path, access: Access) -> io::Result<FileId> {
    let file = disk.open(path, OpenMode::Create)?;
    let prepared = match access {
        Access::Append { prepared, .. } => prepared,
        Access::ReadOn | Access::ReadAnywhere => Prepared::Zeroed,
    };
    if prepared != Prepared::Grown {
        disk.allocate(file, FILE_BYTES)?;
    }
    if prepared == Prepared::Zeroed {
        let zeros = filled(FILL_BYTES, 0);
        for position in (0..FILE_BYTES).step_by(FILL_BYTES) {
            disk.write_at(file, position, std::slice::from_ref(&zeros), false)?;
        }
    }
    disk.sync(file)?;
    Ok(file)
}

fn filled(bytes: usize, byte: u8) -> IoBuf {
    let chunk = Chunk::heap(bytes);
    chunk.append(&vec![byte; bytes]);
    chunk.slice(0..bytes)
}

/// A pattern at work: the token of an access is its lane, and a lane has one in flight.
struct Run<'a> {
    pattern: &'a Pattern,
    files: Vec<FileId>,
    data: IoBuf,
    begun: Vec<Instant>,
    /// Where the next access of each file goes.
    positions: Vec<u64>,
    random: u64,
    latencies_us: Vec<u64>,
}

impl Run<'_> {
    fn new(pattern: &Pattern, files: Vec<FileId>) -> Run<'_> {
        Run {
            pattern,
            data: filled(pattern.bytes, 0x5a),
            begun: vec![Instant::now(); files.len() * pattern.depth],
            positions: vec![0; files.len()],
            random: 0x9e37_79b9_7f4a_7c15,
            latencies_us: Vec::new(),
            files,
        }
    }

    fn go(&mut self, disk: &mut RingDisk, time: Duration) -> io::Result<Sample> {
        let (cpu, start) = (cpu_time(), Instant::now());
        for lane in 0..self.begun.len() {
            self.submit(disk, lane);
        }
        disk.flush()?;
        let mut ended = Vec::new();
        while start.elapsed() < time {
            disk.wait()?;
            disk.reap(&mut ended)?;
            let now = Instant::now();
            for end in ended.drain(..) {
                end.result?;
                let lane = end.token as usize;
                self.latencies_us.push((now - self.begun[lane]).as_micros() as u64);
                self.submit(disk, lane);
            }
            disk.flush()?;
        }
        let (elapsed, cpu) = (start.elapsed(), cpu_time().saturating_sub(cpu));
        if self.latencies_us.is_empty() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "not one access ended in time"));
        }
        self.latencies_us.sort_unstable();
        let count = self.latencies_us.len();
        let at = |share: f64| self.latencies_us[(count as f64 * share) as usize];
        Ok(Sample {
            per_second: count as f64 / elapsed.as_secs_f64(),
            p50_us: at(0.5),
            p99_us: at(0.99),
            cpu_us: cpu.as_micros() as f64 / count as f64,
        })
    }

    fn submit(&mut self, disk: &mut RingDisk, lane: usize) {
        let at = lane % self.files.len();
        let (file, bytes) = (self.files[at], self.pattern.bytes);
        let position = self.next_position(at);
        let op = match self.pattern.access {
            Access::Append { sync, .. } => {
                Op::Write { file, position, bufs: vec![self.data.clone()], sync }
            }
            Access::ReadOn | Access::ReadAnywhere => {
                Op::Read { file, position, len: bytes, into: Chunk::heap(bytes) }
            }
        };
        self.begun[lane] = Instant::now();
        disk.submit(lane as u64, op);
    }

    fn next_position(&mut self, file: usize) -> u64 {
        let bytes = self.pattern.bytes as u64;
        let places = FILE_BYTES / bytes;
        if self.pattern.access == Access::ReadAnywhere {
            // A xorshift is random enough to defeat read-ahead.
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            return self.random % places * bytes;
        }
        let position = self.positions[file];
        self.positions[file] = (position + bytes) % (places * bytes);
        position
    }

    fn drain(&mut self, disk: &mut RingDisk) -> io::Result<()> {
        let mut ended: Vec<crate::disk::Completion> = Vec::new();
        while disk.in_flight() > 0 {
            disk.wait()?;
            disk.reap(&mut ended)?;
            ended.retain(|end| matches!(end.result, Ok(Done::Opened(_))));
        }
        Ok(())
    }
}

/// Processor time of this thread, in and out of the kernel.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    Duration::from_nanos(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::ring::RingConfig;

    #[test]
    fn every_access_gives_figures_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let config = RingConfig { buffered: true, ..RingConfig::default() };
        let mut disk = RingDisk::new(&config).expect("a ring");
        let appends = [Prepared::Grown, Prepared::Reserved, Prepared::Zeroed]
            .map(|prepared| Access::Append { prepared, sync: prepared == Prepared::Zeroed });
        for access in [Access::ReadOn, Access::ReadAnywhere].into_iter().chain(appends) {
            let pattern = Pattern { access, files: 2, depth: 3, bytes: BLOCK_BYTES };
            let time = Duration::from_millis(20);
            let sample = measure(&mut disk, dir.path(), &pattern, time).expect("measured");
            assert!(sample.per_second > 0.0 && sample.p50_us <= sample.p99_us, "{sample:?}");
            assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut disk = RingDisk::new(&RingConfig::default()).expect("a ring");
        let access = Access::Append { prepared: Prepared::Grown, sync: false };
        let pattern = Pattern { access, files: 1, depth: 1, bytes: BLOCK_BYTES };
        let nowhere = Path::new("/nowhere/at/all\0");
        assert!(measure(&mut disk, nowhere, &pattern, Duration::from_millis(1)).is_err());
    }
}

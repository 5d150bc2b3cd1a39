//! A large topic that is read from its start, not from memory; and how fast its disk could be read.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Advice, OFlags, fadvise};

use super::{Pace, Target, Wait, Workload, Written, produce};
use crate::BenchError;
use crate::admin::{self, Leaders};
use crate::frames::Payload;
use crate::limits::DIRECT_READ_BYTES;
use crate::peer::Peer;

const PARTITIONS: usize = 4;
const RECORDS_PER_BATCH: usize = 64;
const RECORD_BYTES: usize = 1024;

/// A filled topic.
pub struct Backlog {
    pub topic: String,
    pub leaders: Leaders,
    pub written: Written,
}

impl Backlog {
    /// Writes `bytes` of records into a topic of their own.
    pub fn fill(
        peer: &Peer,
        topic: String,
        bytes: u64,
        payload: Payload,
        numbered: bool,
        now_ms: i64,
    ) -> Result<Self, BenchError> {
        // Acknowledged from memory: how it is filled is not measured.
        let configs = [
            ("flush.messages", "9223372036854775807"),
            ("retention.bytes", "-1"),
            ("segment.bytes", "268435456"),
        ];
        let leaders = admin::create_topic(&peer.address, &topic, PARTITIONS, &configs)?;
        let workload = Workload {
            connections: PARTITIONS,
            records_per_batch: RECORDS_PER_BATCH,
            record_bytes: RECORD_BYTES,
            payload,
            pace: Pace::InFlight(1),
            wait: Wait::Sleep,
            warm_up: Duration::ZERO,
            measure: Duration::ZERO,
            numbered,
        };
        let batch_bytes = workload.batch(now_ms).bytes.len() as u64;
        let requests = (bytes / batch_bytes / PARTITIONS as u64).max(1);
        let requests = usize::try_from(requests).unwrap_or(usize::MAX);
        let written =
            produce::run_count(&Target::new(&topic, &leaders), &workload, requests, now_ms)?;
        Ok(Self { topic, leaders, written })
    }

    /// The log files of each partition, oldest first.
    pub fn files(&self, data: &Path) -> Result<Vec<Vec<PathBuf>>, BenchError> {
        let mut files = vec![Vec::new(); self.leaders.len()];
        collect(data, &self.topic, &mut files)?;
        for files in &mut files {
            files.sort();
        }
        Ok(files)
    }
}

/// Kafka's layout, which Tidemill has too: `…/<topic>-<partition>/<base offset>.log`.
fn collect(folder: &Path, topic: &str, files: &mut [Vec<PathBuf>]) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, topic, files)?;
        } else if path.extension().is_some_and(|extension| extension == "log") {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let partition = name.strip_prefix(topic).and_then(|rest| rest.strip_prefix('-'));
            let partition = partition.and_then(|number| number.parse::<usize>().ok());
            if let Some(files) = partition.and_then(|partition| files.get_mut(partition)) {
                files.push(path);
            }
        }
    }
    Ok(())
}

/// Takes the files out of the page cache: they are written out first, for only clean pages go.
pub fn drop_cache<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), BenchError> {
    for path in files {
        let file = File::open(path)?;
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed).map_err(io::Error::from)?;
    }
    Ok(())
}

/// Reads the bytes of a range directly from each partition, one thread a partition; how many there
/// were and how long it took. `None` where the file system has no direct I/O.
pub fn direct_reads(
    partitions: &[Vec<PathBuf>],
    range: &Range<u64>,
) -> Result<Option<(u64, Duration)>, BenchError> {
    let started = Instant::now();
    let read = thread::scope(|scope| {
        let readers: Vec<_> =
            partitions.iter().map(|files| scope.spawn(move || direct_read(files, range))).collect();
        let readers = readers.into_iter().map(|reader| reader.join().expect("no panic"));
        readers.sum::<io::Result<u64>>()
    });
    match read {
        Ok(read) => Ok(Some((read, started.elapsed()))),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Memory for direct reads starts at a multiple of this.
const ALIGNMENT_BYTES: usize = 4096;

/// Reads a range of the files' bytes, as if they were one; the bytes read.
fn direct_read(files: &[PathBuf], range: &Range<u64>) -> io::Result<u64> {
    let mut memory = vec![0; DIRECT_READ_BYTES + ALIGNMENT_BYTES];
    let start = memory.as_ptr().align_offset(ALIGNMENT_BYTES);
    let block = &mut memory[start..start + DIRECT_READ_BYTES];
    // What lies before the range is passed over in whole blocks.
    let mut before = range.start - range.start % DIRECT_READ_BYTES as u64;
    let wanted = range.end - range.start;
    let mut total = 0;
    for path in files {
        let flags = i32::try_from(OFlags::DIRECT.bits()).expect("a flag of open(2)");
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let len = file.metadata()?.len();
        if before >= len {
            before -= len;
            continue;
        }
        let mut position = before - before % ALIGNMENT_BYTES as u64;
        before = 0;
        while total < wanted {
            let read = file.read_at(block, position)?;
            position += read as u64;
            total += read as u64;
            if read < block.len() {
                break;
            }
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_files_are_found_by_topic_and_partition() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/t-0/2.log", "a/t-0/1.log", "b/t-1/1.log", "b/t-2-1/1.log", "a/t-0/1.index"]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut files = vec![Vec::new(); 2];
        collect(folder.path(), "t", &mut files).unwrap();
        files[0].sort();
        let names = |partition: usize| -> Vec<_> {
            files[partition].iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect()
        };
        assert_eq!(names(0), [Path::new("a/t-0/1.log"), Path::new("a/t-0/2.log")]);
        assert_eq!(names(1), [Path::new("b/t-1/1.log")]);
    }

    #[test]
    fn direct_reads_take_so_many_bytes_and_no_more() {
        // Not in /tmp, which may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let path = folder.path().join("1.log");
        fs::write(&path, vec![7; 3 << 20]).unwrap();
        drop_cache([&path]).unwrap();
        let files = [path.clone(), path];
        for (range, bytes) in
            [(0..5 << 20, 5 << 20), (4 << 20..6 << 20, 2 << 20), (6 << 20..9 << 20, 0)]
        {
            match direct_read(&files, &range) {
                Ok(read) => assert_eq!(read, bytes, "{range:?}"),
                // A file system without direct I/O.
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::InvalidInput),
            }
        }
    }
}

//! What the disk under a folder does with small synced writes: `disk_probe [folder] [seconds]`.
//!
//! Each line is 4 KiB appends with one write in flight per file, on files that were prepared in one
//! of three ways: reserved (fallocate), zeroed ahead (written once with zeros), or neither.
//!
//! One run on a busy 2-core virtual machine (virtio disk, write-back cache, no FUA, ext4, Linux
//! 6.18; DeferTaskrun):
//!
//! | files | prepared | no sync | RWF_DSYNC | p50, synced | CPU of a synced write |
//! | --- | --- | --- | --- | --- | --- |
//! | 16 | grown | 35 k/s | 12.0 k/s | 1076 us | 13.7 us |
//! | 16 | reserved | 21 k/s | 11.0 k/s | 708 us | 14.0 us |
//! | 16 | zeroed | 15 k/s | 26.8 k/s | 380 us | 10.4 us |
//! | 128 | reserved | 50 k/s | 28.7 k/s | 3481 us | 7.4 us |
//! | 128 | zeroed | 89 k/s | 49.9 k/s | 1875 us | 5.5 us |
//!
//! What follows: zeroing ahead of the tail doubles the synced writes and takes a quarter off their
//! CPU, because a write into zeroed blocks needs no journal commit; reserving alone saves little.
//! The device refuses FALLOC_FL_WRITE_ZEROES (Linux 6.17), so the zeros have to be written.
//! DeferTaskrun and CoopTaskrun cost about the same, Plain a quarter more; an eventfd adds about 1
//! us a write.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use storage::buffer::{Chunk, IoBuf};
use storage::disk::probe::{Direct, probe};
use storage::disk::ring::{RingConfig, RingDisk, RingFlags};
use storage::disk::{Disk, FileId, Op, OpenMode};

const BLOCK: usize = 4096;
const FILE_BYTES: u64 = 32 << 20;

#[derive(Debug, Clone, Copy)]
enum Prepared {
    Grown,
    Reserved,
    Zeroed,
}

struct Run {
    flags: RingFlags,
    files: usize,
    prepared: Prepared,
    sync: bool,
    wake_fd: bool,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().unwrap_or_else(|| ".".to_string()));
    let seconds: f64 = args.next().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let report = match probe(&folder) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    println!("{report:?}");
    if report.direct == Direct::Refused {
        eprintln!("direct I/O is refused here; measuring through the page cache");
    }
    println!("flags         files prepared  sync  wake   writes/s  p50 us  p99 us  cpu us/write");
    let best = report.flags[0];
    for files in [1, 16, 128] {
        for prepared in [Prepared::Grown, Prepared::Reserved, Prepared::Zeroed] {
            for sync in [false, true] {
                let run = Run { flags: best, files, prepared, sync, wake_fd: false };
                measure(&folder, &run, report.direct == Direct::Refused, seconds);
            }
        }
    }
    for flags in report.flags {
        for wake_fd in [false, true] {
            let run = Run { flags, files: 16, prepared: Prepared::Zeroed, sync: true, wake_fd };
            measure(&folder, &run, report.direct == Direct::Refused, seconds);
        }
    }
}

fn measure(folder: &Path, run: &Run, buffered: bool, seconds: f64) {
    let config = RingConfig { flags: Some(run.flags), wake_fd: run.wake_fd, buffered };
    let mut disk = RingDisk::new(&config).expect("probed");
    let dir = folder.join(format!("disk-probe-{}", std::process::id()));
    disk.create_dir(&dir).expect("a folder");
    let files: Vec<FileId> =
        (0..run.files).map(|index| prepare(&mut disk, &dir, index, run.prepared)).collect();
    let chunk = Chunk::heap(BLOCK);
    chunk.append(&[0x5a; 3000]);
    let buf = chunk.slice(0..3000);
    let mut positions = vec![0; run.files];
    let mut begun = vec![Instant::now(); run.files];
    let (mut ended, mut latencies) = (Vec::new(), Vec::new());
    let (cpu, start) = (cpu_time(), Instant::now());
    for (index, file) in files.iter().enumerate() {
        submit(&mut disk, index, *file, 0, &buf, run.sync);
    }
    while start.elapsed() < Duration::from_secs_f64(seconds) {
        disk.wait().expect("the ring works");
        disk.reap(&mut ended).expect("the ring works");
        let now = Instant::now();
        for end in ended.drain(..) {
            end.result.expect("a write");
            let index = end.token as usize;
            latencies.push((now - begun[index]).as_micros() as u64);
            positions[index] = (positions[index] + BLOCK as u64) % FILE_BYTES;
            begun[index] = now;
            submit(&mut disk, index, files[index], positions[index], &buf, run.sync);
        }
        disk.flush().expect("the ring works");
    }
    let elapsed = start.elapsed().as_secs_f64();
    let cpu = cpu_time() - cpu;
    latencies.sort_unstable();
    let at = |share: f64| latencies[(latencies.len() as f64 * share) as usize];
    println!(
        "{:13} {:5} {:9} {:5} {:5} {:9.0} {:7} {:7} {:9.1}",
        format!("{:?}", run.flags),
        run.files,
        format!("{:?}", run.prepared),
        run.sync,
        run.wake_fd,
        latencies.len() as f64 / elapsed,
        at(0.5),
        at(0.99),
        cpu.as_micros() as f64 / latencies.len() as f64,
    );
    drop(disk);
    std::fs::remove_dir_all(dir).expect("own folder");
}

fn prepare(disk: &mut RingDisk, dir: &Path, index: usize, prepared: Prepared) -> FileId {
    let path = dir.join(format!("{index}.log"));
    let file = disk.open(&path, OpenMode::Create).expect("a file");
    match prepared {
        Prepared::Grown => {}
        Prepared::Reserved => disk.allocate(file, FILE_BYTES).expect("space"),
        Prepared::Zeroed => {
            disk.allocate(file, FILE_BYTES).expect("space");
            let zeros = Chunk::heap(1 << 20);
            zeros.append(&vec![0; 1 << 20]);
            for position in (0..FILE_BYTES).step_by(1 << 20) {
                disk.write_at(file, position, &[zeros.slice(0..1 << 20)], false).expect("zeros");
            }
        }
    }
    disk.sync(file).expect("a sync");
    file
}

fn submit(disk: &mut RingDisk, index: usize, file: FileId, position: u64, buf: &IoBuf, sync: bool) {
    disk.submit(index as u64, Op::Write { file, position, bufs: vec![buf.clone()], sync });
}

/// Processor time of this thread, in and out of the kernel.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    Duration::from_nanos(nanos)
}

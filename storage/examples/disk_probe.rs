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
use std::time::Duration;

use storage::disk::measure::{Access, Pattern, Prepared, measure};
use storage::disk::probe::{Direct, probe};
use storage::disk::ring::{RingConfig, RingDisk, RingFlags};

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
                run.print(&folder, report.direct == Direct::Refused, seconds);
            }
        }
    }
    for flags in report.flags {
        for wake_fd in [false, true] {
            let run = Run { flags, files: 16, prepared: Prepared::Zeroed, sync: true, wake_fd };
            run.print(&folder, report.direct == Direct::Refused, seconds);
        }
    }
}

impl Run {
    fn print(&self, folder: &Path, buffered: bool, seconds: f64) {
        let config = RingConfig { flags: Some(self.flags), wake_fd: self.wake_fd, buffered };
        let mut disk = RingDisk::new(&config).expect("probed");
        let access = Access::Append { prepared: self.prepared, sync: self.sync };
        let pattern = Pattern { access, files: self.files, depth: 1, bytes: 4096 };
        let time = Duration::from_secs_f64(seconds);
        let sample = measure(&mut disk, folder, &pattern, time).expect("writes");
        println!(
            "{:13} {:5} {:9} {:5} {:5} {:9.0} {:7} {:7} {:9.1}",
            format!("{:?}", self.flags),
            self.files,
            format!("{:?}", self.prepared),
            self.sync,
            self.wake_fd,
            sample.per_second,
            sample.p50_us,
            sample.p99_us,
            sample.cpu_us,
        );
    }
}

//! A process killed in the middle of its writes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{buf, disk, drain, one, opened};
use crate::buffer::Chunk;
use crate::disk::ring::RingConfig;
use crate::disk::{Disk, Op, OpenMode};

const CHILD: &str = "TIDEMILL_RING_CHILD";

/// Not a test of its own: what the child of the next test does until it is killed.
#[test]
fn child_writes_until_killed() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let mut disk = disk(&RingConfig::default());
    let path = Path::new(&dir).join("log");
    let file = opened(one(&mut disk, Op::Create { path, allocate_bytes: 4 << 20, leave_bytes: 0 }));
    for round in 0_u64.. {
        for index in 0..256_u64 {
            let bufs = vec![buf(round as u8 | 1, 16384)];
            disk.submit(index, Op::Write { file, position: index * 16384, bufs, sync: true });
        }
        disk.flush().unwrap();
        drain(&mut disk);
        std::fs::write(Path::new(&dir).join("started"), []).unwrap();
    }
}

#[test]
fn after_a_kill_nothing_lands_in_a_file_that_was_opened_for_writing() {
    for round in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "disk::ring::tests::kill::child_writes_until_killed"])
            .env(CHILD, dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while !dir.path().join("started").exists() {
            assert!(start.elapsed().as_secs() < 20, "the child writes");
        }
        std::thread::sleep(Duration::from_millis(20 + round * 3));
        child.kill().unwrap();
        let mut disk = disk(&RingConfig::default());
        let file = disk.open(&path, OpenMode::Write).unwrap();
        let before = disk.read_at(file, 0, 4 << 20, Chunk::heap(4 << 20)).unwrap();
        std::thread::sleep(Duration::from_millis(30));
        let after = disk.read_at(file, 0, 4 << 20, Chunk::heap(4 << 20)).unwrap();
        assert!(*before == *after, "a write landed after the file was locked");
        assert!(before.iter().any(|byte| *byte != 0), "the child wrote");
        child.wait().unwrap();
    }
}

mod kill;
mod model;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::*;
use crate::disk::{Done, OpenMode};
use crate::limits::{BLOCK_BYTES, RING_ENTRIES};

fn disk(config: &RingConfig) -> RingDisk {
    RingDisk::new(config).unwrap()
}

fn configs() -> Vec<RingConfig> {
    let mut configs = Vec::new();
    for flags in [RingFlags::DeferTaskrun, RingFlags::CoopTaskrun, RingFlags::Plain] {
        for wake_fd in [false, true] {
            configs.push(RingConfig { flags: Some(flags), wake_fd, buffered: false });
        }
    }
    configs
}

fn buf(fill: u8, len: usize) -> IoBuf {
    let chunk = Chunk::heap(len);
    chunk.append(&vec![fill; len]);
    chunk.slice(0..len)
}

fn drain(disk: &mut RingDisk) -> Vec<Completion> {
    let mut ended = Vec::new();
    while disk.in_flight() > 0 {
        disk.wait().unwrap();
        disk.reap(&mut ended).unwrap();
    }
    ended
}

fn one(disk: &mut RingDisk, op: Op) -> io::Result<Done> {
    disk.submit(77, op);
    let mut ended = drain(disk);
    assert_eq!((ended.len(), ended[0].token), (1, 77));
    ended.pop().unwrap().result
}

fn opened(done: io::Result<Done>) -> FileId {
    match done.unwrap() {
        Done::Opened(file) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn with_every_set_of_flags_writes_are_read_back() {
    for config in configs() {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = disk(&config);
        let path = dir.path().join("log");
        let file =
            opened(one(&mut disk, Op::Create { path, allocate_bytes: 1 << 20, leave_bytes: 0 }));
        assert_eq!(disk.size(file).unwrap(), 1 << 20);
        for index in 0..64_u64 {
            let bufs = vec![buf(index as u8 + 1, 4096), buf(index as u8 + 1, 4000)];
            disk.submit(index, Op::Write { file, position: index * 8192, bufs, sync: true });
        }
        disk.flush().unwrap();
        let ended = drain(&mut disk);
        assert_eq!(ended.len(), 64);
        assert!(ended.iter().all(|end| matches!(end.result, Ok(Done::Written))));
        one(&mut disk, Op::Sync { file }).unwrap();
        let into = Chunk::heap(1 << 20);
        let read = one(&mut disk, Op::Read { file, position: 0, len: 1 << 20, into });
        let Ok(Done::Read(bytes)) = read else { panic!("{read:?}") };
        for (index, pair) in bytes[..64 * 8192].chunks(8192).enumerate() {
            let fill = index as u8 + 1;
            assert!(pair[..8096].iter().all(|byte| *byte == fill), "{config:?}");
            assert!(pair[8096..].iter().all(|byte| *byte == 0), "the block's end is zero");
        }
    }
}

#[test]
fn a_read_is_short_only_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig::default());
    let file = disk.open(&dir.path().join("log"), OpenMode::Create).unwrap();
    disk.write_at(file, 0, &[buf(5, 3 * BLOCK_BYTES)], true).unwrap();
    disk.truncate(file, 9000).unwrap();
    for (position, expected) in [(0, 9000), (4096, 4904), (8192, 808), (12288, 0)] {
        let read = Op::Read { file, position, len: 16384, into: Chunk::heap(16384) };
        let Ok(Done::Read(bytes)) = one(&mut disk, read) else { panic!("a read") };
        assert_eq!(bytes.len(), expected);
        let again = disk.read_at(file, position, 16384, Chunk::heap(16384)).unwrap();
        assert_eq!(*again, *bytes);
    }
}

#[test]
fn jobs_are_done_in_order_and_a_close_waits_for_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let mut disk = disk(&RingConfig::default());
    let file = opened(one(
        &mut disk,
        Op::Create { path: path("a.log"), allocate_bytes: 1 << 20, leave_bytes: 0 },
    ));
    for index in 0..100 {
        let bufs = vec![buf(1, 4096)];
        disk.submit(index, Op::Write { file, position: index * 4096, bufs, sync: false });
    }
    disk.submit(100, Op::Close { file, truncate_to: Some(100 * 4096 - 17) });
    disk.submit(101, Op::Rename { from: path("a.log"), to: path("b.log") });
    disk.submit(102, Op::WriteFile { path: path("side"), bytes: b"side file".to_vec() });
    disk.submit(103, Op::ReadFile { path: path("side") });
    disk.submit(104, Op::RemoveFiles { paths: vec![path("side"), path("never there")] });
    disk.submit(105, Op::Open { path: path("b.log"), mode: OpenMode::Write });
    disk.submit(106, Op::ReadFile { path: path("side") });
    let ended = drain(&mut disk);
    let jobs: Vec<_> = ended.iter().filter(|end| end.token >= 100).collect();
    let tokens: Vec<_> = jobs.iter().map(|end| end.token).collect();
    assert_eq!(tokens, [100, 101, 102, 103, 104, 105, 106]);
    assert!(matches!(&jobs[3].result, Ok(Done::Bytes(bytes)) if bytes == b"side file"));
    let Ok(Done::Opened(file)) = jobs[5].result else { panic!("{:?}", jobs[5]) };
    assert_eq!(disk.size(file).unwrap(), 100 * 4096 - 17);
    assert_eq!(jobs[6].result.as_ref().unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(disk.list(dir.path()).unwrap(), [("b.log".to_string(), false)]);
}

#[test]
fn a_create_that_fails_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig::default());
    let path = dir.path().join("huge");
    let refused =
        one(&mut disk, Op::Create { path: path.clone(), allocate_bytes: 1 << 45, leave_bytes: 0 });
    assert!(refused.is_err());
    assert!(!path.exists());
}

#[test]
fn more_operations_than_the_ring_holds_all_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig::default());
    let path = dir.path().join("log");
    let count = u64::from(RING_ENTRIES) * 5;
    let file =
        opened(one(&mut disk, Op::Create { path, allocate_bytes: count * 4096, leave_bytes: 0 }));
    let shared = buf(3, 4096);
    for index in 0..count {
        let bufs = vec![shared.clone()];
        disk.submit(index, Op::Write { file, position: index * 4096, bufs, sync: false });
    }
    let mut tokens: Vec<_> = drain(&mut disk).iter().map(|end| end.token).collect();
    tokens.sort_unstable();
    assert_eq!(tokens, (0..count).collect::<Vec<_>>());
    assert!(shared.chunk().is_unique(), "the disk holds no memory after the completion");
}

#[test]
fn errors_are_the_kernels_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig::default());
    let path = dir.path().join("log");
    disk.open(&path, OpenMode::Create).unwrap();
    let read_only = disk.open(&path, OpenMode::Read).unwrap();
    let write = Op::Write { file: read_only, position: 0, bufs: vec![buf(1, 1)], sync: true };
    let error = one(&mut disk, write).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    let missing = disk.open(&dir.path().join("none"), OpenMode::Write).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_write_that_the_file_system_refuses_does_not_stop_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig::default());
    let file = disk.open(&dir.path().join("log"), OpenMode::Create).unwrap();
    let position = 1 << 62;
    let refused = one(&mut disk, Op::Write { file, position, bufs: vec![buf(1, 1)], sync: true });
    assert!(refused.is_err());
    one(&mut disk, Op::Write { file, position: 0, bufs: vec![buf(1, 1)], sync: true }).unwrap();
}

#[test]
fn a_file_that_is_open_for_writing_elsewhere_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut first = disk(&RingConfig::default());
    let file = first.open(&path, OpenMode::Create).unwrap();
    let opener: PathBuf = path.clone();
    let thread = std::thread::spawn(move || {
        let mut second = disk(&RingConfig::default());
        let start = Instant::now();
        second.open(&opener, OpenMode::Write).unwrap();
        start.elapsed()
    });
    std::thread::sleep(Duration::from_millis(100));
    first.close(file);
    assert!(thread.join().unwrap().as_millis() >= 50);
}

#[test]
fn a_disk_dropped_with_operations_in_flight_lets_them_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let mut disk = disk(&RingConfig::default());
    let file = opened(one(
        &mut disk,
        Op::Create { path: path.clone(), allocate_bytes: 1 << 20, leave_bytes: 0 },
    ));
    let held = buf(9, 4096);
    for index in 0..200 {
        let bufs = vec![held.clone()];
        disk.submit(index, Op::Write { file, position: index * 4096, bufs, sync: true });
    }
    disk.flush().unwrap();
    drop(disk);
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes[..200 * 4096].iter().all(|byte| *byte == 9));
    assert!(held.chunk().is_unique());
}

#[test]
fn the_wake_fd_is_readable_after_a_completion() {
    let dir = tempfile::tempdir().unwrap();
    let mut disk = disk(&RingConfig { wake_fd: true, ..RingConfig::default() });
    let fd = disk.wake_fd().unwrap();
    let fd = std::os::fd::AsRawFd::as_raw_fd(&fd);
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let file = disk.open(&dir.path().join("log"), OpenMode::Create).unwrap();
    let path = dir.path().join("side");
    let write = Op::Write { file, position: 0, bufs: vec![buf(1, 1)], sync: true };
    for op in [write, Op::WriteFile { path, bytes: vec![1] }] {
        disk.submit(1, op);
        disk.flush().unwrap();
        // SAFETY: one pollfd.
        assert_eq!(unsafe { libc::poll(&raw mut poll, 1, 5000) }, 1);
        let mut ended = Vec::new();
        disk.reap(&mut ended).unwrap();
        assert_eq!(ended.len(), 1);
        disk.wake.as_ref().unwrap().wait(0);
        // SAFETY: one pollfd.
        assert_eq!(unsafe { libc::poll(&raw mut poll, 1, 0) }, 0, "read empty");
    }
}

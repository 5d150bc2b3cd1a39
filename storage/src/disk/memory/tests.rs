use std::path::Path;

use super::*;
use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Disk, Done, Op};
use crate::limits::BLOCK_BYTES;

const DIR: &str = "/data/shard-0";

fn disk(shuffle: bool, seed: u64) -> MemoryDisk {
    let mut disk = MemoryDisk::new(MemoryOptions { shuffle, seed, ..MemoryOptions::default() });
    disk.create_dir(Path::new(DIR)).unwrap();
    disk
}

fn path(name: &str) -> PathBuf {
    Path::new(DIR).join(name)
}

fn bytes(len: usize, fill: u8) -> IoBuf {
    let chunk = Chunk::heap(len);
    assert_eq!(chunk.append(&vec![fill; len]), len);
    chunk.slice(0..len)
}

fn durable_file(disk: &mut MemoryDisk, name: &str, len: u64) -> FileId {
    let file = disk.open(&path(name), OpenMode::Create).unwrap();
    disk.allocate(file, len).unwrap();
    disk.sync(file).unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file
}

fn drain(disk: &mut MemoryDisk) -> Vec<Completion> {
    let mut out = Vec::new();
    while disk.in_flight() > 0 {
        disk.wait().unwrap();
        disk.reap(&mut out).unwrap();
    }
    out
}

fn after(disk: &MemoryDisk, keep: Keep, seed: u64) -> MemoryDisk {
    let image = disk.crash(Crash::PowerCut, keep, &mut Random::new(seed));
    MemoryDisk::from_image(image, MemoryOptions::default())
}

#[test]
fn a_synced_write_survives_and_an_unsynced_one_need_not() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 16384);
    disk.submit(1, Op::Write { file, position: 0, bufs: vec![bytes(4096, 1)], sync: true });
    disk.submit(2, Op::Write { file, position: 4096, bufs: vec![bytes(100, 2)], sync: false });
    assert!(drain(&mut disk).iter().all(|end| matches!(end.result, Ok(Done::Written))));
    let lost = after(&disk, Keep::Nothing, 1).read_file(&path("log")).unwrap();
    assert_eq!((lost.len(), lost[4095], lost[4096]), (16384, 1, 0));
    let kept = after(&disk, Keep::Everything, 1).read_file(&path("log")).unwrap();
    assert_eq!((kept[4095], kept[4096], kept[4196]), (1, 2, 0));
    disk.submit(3, Op::Sync { file });
    drain(&mut disk);
    let lost = after(&disk, Keep::Nothing, 1).read_file(&path("log")).unwrap();
    assert_eq!((lost[4095], lost[4096]), (1, 2));
}

#[test]
fn a_sync_covers_only_what_had_landed_when_it_began() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 8192);
    disk.submit(1, Op::Write { file, position: 0, bufs: vec![bytes(4096, 1)], sync: false });
    disk.submit(2, Op::Sync { file });
    drain(&mut disk);
    let lost = after(&disk, Keep::Nothing, 1).read_file(&path("log")).unwrap();
    assert_eq!(lost[0], 0, "the sync was submitted before the write had ended");
}

#[test]
fn names_are_durable_after_their_folder_is_synced() {
    let mut disk = disk(false, 1);
    let file = disk.open(&path("new"), OpenMode::Create).unwrap();
    disk.sync(file).unwrap();
    assert!(after(&disk, Keep::Nothing, 1).read_file(&path("new")).is_err());
    disk.sync_dir(Path::new(DIR)).unwrap();
    disk.rename(&path("new"), &path("old")).unwrap();
    assert!(after(&disk, Keep::Nothing, 1).read_file(&path("new")).is_ok());
    disk.sync_dir(Path::new(DIR)).unwrap();
    disk.remove_file(&path("old")).unwrap();
    assert!(after(&disk, Keep::Nothing, 1).read_file(&path("old")).is_ok());
    assert!(after(&disk, Keep::Everything, 1).read_file(&path("old")).is_err());
}

#[test]
fn a_side_file_is_replaced_whole_or_not_at_all() {
    let disk = disk(false, 1);
    let mut store = disk.clone();
    store.write_file(&path("partition"), b"first").unwrap();
    let recording =
        super::super::recording::RecordingDisk::from_image(disk.image(), MemoryOptions::default());
    recording.disk().write_file(&path("partition"), b"the second").unwrap();
    let history = recording.history();
    let mut replay = history.replay();
    let mut seen = [0, 0];
    for position in 0..=history.len() {
        replay.advance_to(position);
        for seed in 0..50 {
            let image = replay.crash(Crash::PowerCut, Keep::Drawn, &mut Random::new(seed));
            let mut disk = MemoryDisk::from_image(image, MemoryOptions::default());
            let found = disk.read_file(&path("partition")).unwrap();
            assert!(found == b"first" || found == b"the second", "{found:?} at {position}");
            seen[usize::from(found != b"first")] += 1;
            if position == history.len() {
                assert_eq!(found, b"the second");
            }
        }
    }
    assert!(seen[0] > 50 && seen[1] > 50, "{seen:?}");
}

#[test]
fn a_torn_write_keeps_what_was_durable_in_its_block() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 8192);
    let chunk = Chunk::heap(8192);
    chunk.append(&[1; 700]);
    disk.write_at(file, 0, &[chunk.slice(0..700)], true).unwrap();
    chunk.append(&[2; 6000]);
    disk.submit(1, Op::Write { file, position: 0, bufs: vec![chunk.slice(0..6700)], sync: true });
    disk.flush().unwrap();
    let (mut torn, mut stale) = (0, 0);
    for seed in 0..500 {
        let found = after(&disk, Keep::Drawn, seed).read_file(&path("log")).unwrap();
        assert!(found[..700].iter().all(|byte| *byte == 1), "durable bytes are gone, seed {seed}");
        let twos = found.iter().filter(|byte| **byte == 2).count();
        torn += usize::from(twos != 0 && twos != 6000);
        stale += usize::from(found[1024..].iter().any(|byte| *byte != 0 && *byte != 2));
    }
    assert!(torn > 100 && stale > 20, "{torn} torn, {stale} stale");
}

#[test]
fn a_killed_process_loses_nothing_that_had_landed_and_may_write_late() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 8192);
    disk.write_at(file, 0, &[bytes(4096, 1)], false).unwrap();
    let write = Op::Write { file, position: 4096, bufs: vec![bytes(4096, 2)], sync: true };
    disk.submit(1, write);
    disk.flush().unwrap();
    let mut late = 0;
    for seed in 0..200 {
        let image = disk.crash(Crash::Kill, Keep::Drawn, &mut Random::new(seed));
        let is_late = !image.late.is_empty();
        let mut next = MemoryDisk::from_image(image, MemoryOptions::default());
        let found = next.read_file(&path("log")).unwrap();
        assert!(found[..4096].iter().all(|byte| *byte == 1));
        if is_late {
            assert_eq!(found[4096], 0);
            next.open(&path("log"), OpenMode::Write).unwrap();
            assert_eq!(next.read_file(&path("log")).unwrap()[4096], 2, "landed before the open");
            late += 1;
        }
    }
    assert!(late > 20, "{late}");
}

#[test]
fn a_full_disk_refuses_growth_and_recovers() {
    let mut disk = disk(false, 1);
    disk.set_capacity(64 << 10);
    let file = durable_file(&mut disk, "one", 48 << 10);
    let other = disk.open(&path("two"), OpenMode::Create).unwrap();
    let full = disk.allocate(other, 32 << 10).unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    disk.submit(1, Op::Write { file, position: 48 << 10, bufs: vec![bytes(32768, 1)], sync: true });
    let end = drain(&mut disk).pop().unwrap();
    assert_eq!(end.result.unwrap_err().kind(), io::ErrorKind::StorageFull);
    disk.remove_file(&path("one")).unwrap();
    disk.allocate(other, 32 << 10).unwrap();
    assert_eq!(disk.free_bytes(Path::new(DIR)).unwrap(), 32 << 10);
}

#[test]
fn an_injected_error_meets_the_nth_operation() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 65536);
    let fault = |on| Fault { on, path_part: "log".into(), skip: 2, times: 1, errno: libc::EIO };
    disk.inject(fault(FaultOn::Write));
    let mut results = Vec::new();
    for index in 0..5 {
        results.push(disk.write_at(file, index * 4096, &[bytes(BLOCK_BYTES, 9)], true).is_ok());
    }
    assert_eq!(results, [true, true, false, true, true]);
    disk.inject(fault(FaultOn::Sync));
    let results: Vec<_> = (0..5).map(|_| disk.sync(file).is_ok()).collect();
    assert_eq!(results, [true, true, false, true, true]);
}

#[test]
fn shuffled_operations_all_end_once_and_the_same_seed_gives_the_same_order() {
    let run = |seed| {
        let mut disk = disk(true, seed);
        let file = durable_file(&mut disk, "log", 1 << 20);
        for index in 0..200 {
            let position = index * 4096;
            disk.submit(index, Op::Write { file, position, bufs: vec![bytes(9, 1)], sync: true });
        }
        for index in 200..210 {
            let path = path(&format!("side-{index}"));
            disk.submit(index, Op::WriteFile { path, bytes: vec![1] });
        }
        drain(&mut disk).iter().map(|end| end.token).collect::<Vec<_>>()
    };
    let order = run(7);
    assert_eq!(order, run(7));
    assert_ne!(order, run(8));
    assert!(order.iter().filter(|token| **token >= 200).is_sorted(), "jobs end in order");
    let mut sorted = order;
    sorted.sort_unstable();
    assert_eq!(sorted, (0..210).collect::<Vec<_>>());
}

#[test]
#[should_panic(expected = "two writes of the same block")]
fn overlapping_writes_are_an_error_of_the_program() {
    let mut disk = disk(false, 1);
    let file = durable_file(&mut disk, "log", 8192);
    disk.submit(1, Op::Write { file, position: 0, bufs: vec![bytes(8192, 1)], sync: true });
    disk.submit(2, Op::Write { file, position: 4096, bufs: vec![bytes(10, 1)], sync: true });
    let _ = disk.flush();
}

#[test]
fn bytes_appended_behind_a_write_in_flight_may_land_with_it() {
    let mut landed = [0, 0];
    for seed in 0..50 {
        let mut disk = disk(false, seed);
        let file = durable_file(&mut disk, "log", 4096);
        let chunk = Chunk::heap(4096);
        chunk.append(&[1; 512]);
        disk.submit(
            1,
            Op::Write { file, position: 0, bufs: vec![chunk.slice(0..512)], sync: true },
        );
        disk.flush().unwrap();
        chunk.append(&[2; 512]);
        drain(&mut disk);
        let found = disk.read_file(&path("log")).unwrap();
        assert_eq!(found[511], 1);
        landed[usize::from(found[512] == 2)] += 1;
    }
    assert!(landed[0] > 5 && landed[1] > 5, "{landed:?}");
}

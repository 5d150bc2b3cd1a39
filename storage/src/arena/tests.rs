use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::image::ArenaImage;
use super::*;
use crate::write_unit::WriteUnit;

const MIB: usize = 1 << 20;

struct Place {
    _dir: tempfile::TempDir,
    data: PathBuf,
    path: PathBuf,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir_in("/dev/shm").unwrap();
        let data = dir.path().join("shard-0");
        std::fs::create_dir(&data).unwrap();
        let path = dir.path().join("arena");
        Place { _dir: dir, data, path }
    }

    fn open(&self, bytes: usize) -> (Arena, Vec<Survivor>) {
        Arena::open(&self.path, bytes, &self.data, WriteUnit::LEAST).unwrap()
    }
}

fn key(position: u64) -> SliceKey {
    SliceKey { topic_id: [9; 16], partition: 3, segment_base_offset: 100, position }
}

fn give_up(arena: Arena, chunks: Vec<Chunk>) {
    drop(arena);
    drop(chunks);
}

#[test]
fn what_was_published_survives_and_what_was_not_does_not() {
    let place = Place::new();
    let (arena, survivors) = place.open(MIB);
    assert!(survivors.is_empty() && arena.is_crash_safe());
    let (first, second) = (arena.allocate().unwrap(), arena.allocate().unwrap());
    first.append(b"acknowledged");
    arena.publish(&first, &key(0));
    first.append(b" and more");
    second.append(&[7; CHUNK_BYTES]);
    arena.publish(&second, &key(65536));
    give_up(arena, vec![first, second]);
    let (arena, survivors) = place.open(MIB);
    let found: Vec<_> = survivors.iter().map(|s| (s.key, s.bytes.to_vec())).collect();
    assert_eq!(found[0], (key(0), b"acknowledged".to_vec()));
    assert_eq!(found[1], (key(65536), vec![7; CHUNK_BYTES]));
    assert_eq!((found.len(), arena.used_bytes()), (2, 2 * CHUNK_BYTES));
    drop(survivors);
    assert_eq!(arena.used_bytes(), 0, "survivors that nobody needs are free chunks");
    drop(arena);
    assert!(place.open(MIB).1.is_empty(), "what the recovery dropped is not found again");
}

#[test]
fn a_chunk_that_is_free_or_retracted_is_not_adopted() {
    let place = Place::new();
    let (arena, _) = place.open(MIB);
    let chunks: Vec<_> = (0..3).map(|_| arena.allocate().unwrap()).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        chunk.append(&[index as u8; 100]);
        for _ in 0..=index {
            arena.publish(chunk, &key(index as u64 * 65536));
        }
    }
    let [gone, taken_back, kept] = chunks.try_into().unwrap();
    drop(gone);
    arena.retract(&taken_back);
    give_up(arena, vec![taken_back, kept]);
    let (_arena, survivors) = place.open(MIB);
    let keys: Vec<_> = survivors.iter().map(|survivor| survivor.key.position).collect();
    assert_eq!(keys, [2 * 65536]);
}

#[test]
fn chunks_are_bounded_come_back_and_are_clean_behind_their_end() {
    for unit_bytes in [4096, 16384, 65536] {
        let (place, unit) = (Place::new(), WriteUnit::new(unit_bytes).unwrap());
        let file = Arena::open(&place.path, MIB, &place.data, unit).unwrap().0;
        for arena in [Arena::heap(MIB, unit).unwrap(), file] {
            chunks_come_back_clean(&arena, unit_bytes as usize);
        }
    }
}

fn chunks_come_back_clean(arena: &Arena, unit_bytes: usize) {
    let chunks: Vec<_> = std::iter::from_fn(|| arena.allocate()).collect();
    assert_eq!(chunks.len() * CHUNK_BYTES, arena.limit_bytes());
    for chunk in &chunks {
        assert_eq!(chunk.append(&[0xee; CHUNK_BYTES + 1]), CHUNK_BYTES);
    }
    let held = chunks[5].slice(10..20);
    drop(chunks);
    assert_eq!(arena.used_bytes(), CHUNK_BYTES, "a slice keeps its chunk");
    assert_eq!(*held, [0xee; 10]);
    let again = arena.allocate().unwrap();
    let mut filled = 0;
    // Within the first unit, at its end, and within the next.
    for more in [1, unit_bytes - 1, 5000] {
        filled += again.append(&vec![b'x'; more]);
        let mut padded = Vec::new();
        again.slice(0..filled).copy_padded(&mut padded);
        assert_eq!(padded.len(), filled.next_multiple_of(unit_bytes));
        assert!(padded[..filled].iter().all(|byte| *byte == b'x'));
        assert!(padded[filled..].iter().all(|byte| *byte == 0), "bytes of the last use");
    }
}

#[test]
fn a_foreign_or_damaged_file_is_set_aside_and_not_adopted() {
    let place = Place::new();
    let (arena, _) = place.open(MIB);
    let chunk = arena.allocate().unwrap();
    chunk.append(b"of the first folder");
    arena.publish(&chunk, &key(0));
    give_up(arena, vec![chunk]);
    let other = place.data.with_file_name("shard-1");
    std::fs::create_dir(&other).unwrap();
    let (arena, survivors) = Arena::open(&place.path, MIB, &other, WriteUnit::LEAST).unwrap();
    assert!(survivors.is_empty());
    arena.close().unwrap();
    std::fs::rename(place.path.with_extension("set-aside"), &place.path).unwrap();
    assert_eq!(place.open(MIB).1.len(), 1, "set aside is not destroyed");
    std::fs::write(&place.path, vec![0x55; 3 * MIB]).unwrap();
    assert!(place.open(MIB).1.is_empty());
    std::fs::write(&place.path, vec![0; 100]).unwrap();
    assert!(place.open(MIB).1.is_empty());
}

#[test]
fn another_size_waits_until_the_survivors_are_gone() {
    let place = Place::new();
    let (arena, _) = place.open(MIB);
    let chunk = arena.allocate().unwrap();
    chunk.append(b"kept");
    arena.publish(&chunk, &key(0));
    give_up(arena, vec![chunk]);
    let (arena, survivors) = place.open(8 * MIB);
    assert_eq!((survivors.len(), arena.limit_bytes()), (1, MIB));
    drop(survivors);
    drop(arena);
    let (arena, survivors) = place.open(8 * MIB);
    assert_eq!((survivors.len(), arena.limit_bytes()), (0, 8 * MIB));
    arena.close().unwrap();
    assert!(!place.path.exists());
}

#[test]
fn an_idle_arena_takes_little_memory_and_trim_gives_it_back() {
    let place = Place::new();
    let (arena, _) = place.open(512 * MIB);
    let used = || place.path.metadata().unwrap().blocks() as usize * 512;
    assert!(used() <= 2 * MIB, "{} bytes", used());
    let chunks: Vec<_> = (0..160).map(|_| arena.allocate().unwrap()).collect();
    assert!(used() >= 10 * MIB);
    drop(chunks);
    arena.trim();
    assert!(used() <= 2 * MIB, "{} bytes", used());
    let chunk = arena.allocate().unwrap();
    assert_eq!(chunk.append(&[1; 10]), 10);
}

#[test]
fn no_room_is_an_error_that_says_so() {
    let place = Place::new();
    let error =
        Arena::open(&place.path, 1 << 50, &place.data, WriteUnit::LEAST).err().unwrap().to_string();
    assert!(error.contains("--shm-size"), "{error}");
    assert!(!place.path.exists());
}

#[test]
fn an_image_holds_what_a_kill_would_leave() {
    let place = Place::new();
    let (arena, _) = place.open(MIB);
    let chunk = arena.allocate().unwrap();
    chunk.append(b"before");
    arena.publish(&chunk, &key(0));
    let image = ArenaImage::take(&place.path).unwrap();
    chunk.append(b"after");
    arena.publish(&chunk, &key(0));
    drop(chunk);
    arena.close().unwrap();
    image.restore(&place.path).unwrap();
    let (_arena, survivors) = place.open(MIB);
    assert_eq!((survivors.len(), &*survivors[0].bytes), (1, &b"before"[..]));
}

const CHILD: &str = "TIDEMILL_ARENA_CHILD";

/// Not a test of its own: what the child of the next test does until it is killed. Each record
/// tells its place, so the parent can check every byte. Chunks are dropped, too, and used again.
#[test]
fn child_publishes_until_killed() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let dir = PathBuf::from(dir);
    let (arena, survivors) = Arena::open(&dir.join("arena"), MIB, &dir, WriteUnit::LEAST).unwrap();
    drop(survivors);
    let mut held = std::collections::VecDeque::new();
    for position in (0_u64..).step_by(CHUNK_BYTES) {
        let chunk = arena.allocate().unwrap();
        let mut at = position;
        while chunk.room() >= 8 {
            chunk.append(&at.to_le_bytes());
            arena.publish(&chunk, &key(position));
            at += 8;
        }
        held.push_back(chunk);
        if held.len() > 12 {
            held.pop_front();
        }
    }
}

#[test]
fn a_process_killed_at_any_moment_leaves_whole_notes() {
    let place = Place::new();
    let mut found = 0;
    for round in 0..40 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "arena::tests::child_publishes_until_killed"])
            .env(CHILD, &place.data)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(15 + round * 7 % 20));
        child.kill().unwrap();
        child.wait().unwrap();
        let path = place.data.join("arena");
        let (arena, survivors) = Arena::open(&path, MIB, &place.data, WriteUnit::LEAST).unwrap();
        let mut starts: Vec<_> = survivors.iter().map(|s| s.key.position).collect();
        for survivor in &survivors {
            for (index, bytes) in survivor.bytes.chunks(8).enumerate() {
                let expected = survivor.key.position + index as u64 * 8;
                assert_eq!(bytes, expected.to_le_bytes(), "round {round}");
            }
            found += 1;
        }
        starts.dedup();
        assert_eq!(starts.len(), survivors.len(), "no position twice, round {round}");
        let whole = survivors.iter().filter(|s| s.bytes.len() == CHUNK_BYTES).count();
        assert!(whole + 1 >= survivors.len(), "only the last chunk is not full, round {round}");
        drop(survivors);
        arena.close().unwrap();
    }
    assert!(found > 100, "{found} survivors");
}

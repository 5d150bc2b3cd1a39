//! Many operations in any order against a model of the files.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::{buf, configs, disk, drain, one, opened};
use crate::buffer::Chunk;
use crate::disk::memory::Random;
use crate::disk::ring::RingDisk;
use crate::disk::{Disk, Done, Op, Token};
use crate::limits::{BLOCK_BYTES, RING_ENTRIES};

/// Thousands of operations of all kinds in any order against a model of the files, through many
/// times the ring's own size at once.
#[test]
fn tens_of_thousands_of_operations_agree_with_a_model() {
    let mut total = 0;
    for (seed, config) in configs().into_iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        total += run_against_model(&mut disk(&config), dir.path(), seed as u64);
    }
    assert!(total >= 30_000, "{total} operations");
}

fn is_busy(
    busy: &HashMap<Token, (usize, Range<usize>)>,
    file: usize,
    range: &Range<usize>,
) -> bool {
    busy.values()
        .any(|(other, used)| *other == file && used.start < range.end && range.start < used.end)
}

const MODEL_BLOCKS: u64 = 512;

fn run_against_model(disk: &mut RingDisk, dir: &Path, seed: u64) -> usize {
    let mut random = Random::new(seed);
    let mut files = Vec::new();
    for index in 0..3 {
        let path = dir.join(format!("{index}.log"));
        let allocate_bytes = MODEL_BLOCKS * BLOCK_BYTES as u64;
        let file = opened(one(disk, Op::Create { path, allocate_bytes, leave_bytes: 0 }));
        files.push((file, vec![0_u8; MODEL_BLOCKS as usize]));
    }
    let (mut next, mut busy, mut ended) = (0, HashMap::new(), Vec::new());
    let mut total = 0;
    for _ in 0..40 {
        let burst = random.below(u64::from(RING_ENTRIES)) as usize;
        for _ in 0..burst {
            let at = random.below(3) as usize;
            let block = random.below(MODEL_BLOCKS);
            let blocks = 1 + random.below(8.min(MODEL_BLOCKS - block));
            let range = block as usize..(block + blocks) as usize;
            if is_busy(&busy, at, &range) {
                continue;
            }
            let (file, model) = &mut files[at];
            let position = block * BLOCK_BYTES as u64;
            let len = blocks as usize * BLOCK_BYTES;
            let op = if random.one_in(2) {
                let fill = random.next_u64() as u8;
                model[range.clone()].fill(fill);
                let bufs = (0..blocks).map(|_| buf(fill, BLOCK_BYTES)).collect();
                Op::Write { file: *file, position, bufs, sync: random.one_in(4) }
            } else {
                Op::Read { file: *file, position, len, into: Chunk::heap(len) }
            };
            busy.insert(next, (at, range));
            disk.submit(next, op);
            next += 1;
        }
        disk.flush().unwrap();
        while disk.in_flight() > 0 && !random.one_in(50) {
            disk.wait().unwrap();
            disk.reap(&mut ended).unwrap();
            for end in ended.drain(..) {
                total += 1;
                let (at, range) = busy.remove(&end.token).expect("each ends once");
                if let Done::Read(bytes) = end.result.unwrap() {
                    for (index, block) in range.enumerate() {
                        let fill = files[at].1[block];
                        let found = &bytes[index * BLOCK_BYTES..][..BLOCK_BYTES];
                        assert!(found.iter().all(|byte| *byte == fill), "block {block}");
                    }
                }
            }
        }
    }
    drain(disk);
    total
}

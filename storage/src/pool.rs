//! Memory for reads from the disk, used over and over: fresh pages cost more than the read itself.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::ptr::NonNull;
use std::rc::Rc;

use crate::buffer::{Chunk, Home};
use crate::limits::{BLOCK_BYTES, POOL_BLOCK_BYTES_MAX, POOL_BLOCK_BYTES_MIN};
use crate::write_unit::WriteUnit;

/// Sizes that are kept when they are free: the powers of two between the bounds.
const CLASSES: usize = (POOL_BLOCK_BYTES_MAX.ilog2() - POOL_BLOCK_BYTES_MIN.ilog2()) as usize + 1;

/// Chunks of a bounded memory. A chunk counts until its last reference is gone.
pub(crate) struct Pool(Rc<Inner>);

struct Inner {
    limit_bytes: usize,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Blocks by the index that their chunks carry.
    blocks: Vec<Option<Block>>,
    /// Indexes without a block.
    vacant: Vec<u32>,
    free: [Free; CLASSES],
    used_bytes: usize,
    free_bytes: usize,
}

/// Free blocks of one size; the last one freed is used first.
#[derive(Default)]
struct Free {
    blocks: Vec<u32>,
    /// So many were never needed since the last [`Pool::trim`].
    unneeded: usize,
}

#[derive(Clone, Copy)]
struct Block {
    base: NonNull<u8>,
    layout: Layout,
}

/// The class of a block's size; `None` for one that is not kept.
fn class_of(bytes: usize) -> Option<usize> {
    let bytes = bytes.max(POOL_BLOCK_BYTES_MIN).next_power_of_two();
    (bytes <= POOL_BLOCK_BYTES_MAX).then(|| (bytes.ilog2() - POOL_BLOCK_BYTES_MIN.ilog2()) as usize)
}

impl Pool {
    /// Free memory is kept as long as all is within the limit.
    pub fn new(limit_bytes: usize) -> Pool {
        Pool(Rc::new(Inner { limit_bytes, state: RefCell::default() }))
    }

    /// Bytes in use.
    pub fn used_bytes(&self) -> usize {
        self.0.state.borrow().used_bytes
    }

    /// Bytes that [`Pool::take`] will use for a chunk of this size.
    pub fn size_of(bytes: usize) -> usize {
        match class_of(bytes) {
            Some(class) => POOL_BLOCK_BYTES_MIN << class,
            None => bytes.next_multiple_of(BLOCK_BYTES),
        }
    }

    /// An empty chunk for at least so many bytes, even beyond the limit.
    pub fn take(&self, bytes: usize) -> Chunk {
        let size = Pool::size_of(bytes);
        let mut state = self.0.state.borrow_mut();
        let index = state.take_free(size).unwrap_or_else(|| {
            let room = self.0.limit_bytes.saturating_sub(size);
            state.release_beyond(room);
            state.allocate(size)
        });
        state.used_bytes += size;
        let base = state.blocks[index as usize].expect("just taken").base;
        let home: Rc<dyn Home> = self.0.clone();
        // SAFETY: the block is that large, aligned, and nobody else's until it is released.
        unsafe { Chunk::at_home(base, size, 0, WriteUnit::LEAST, home, index) }
    }

    /// Gives back what was free since the last call, and never needed.
    pub fn trim(&self) {
        let mut state = self.0.state.borrow_mut();
        for class in 0..CLASSES {
            for _ in 0..state.free[class].unneeded {
                state.release_free(class);
            }
            state.free[class].unneeded = state.free[class].blocks.len();
        }
    }

    /// Bytes that are kept and not in use.
    #[cfg(test)]
    pub fn free_bytes(&self) -> usize {
        self.0.state.borrow().free_bytes
    }
}

impl State {
    fn take_free(&mut self, size: usize) -> Option<u32> {
        let free = &mut self.free[class_of(size)?];
        let index = free.blocks.pop()?;
        free.unneeded = free.unneeded.min(free.blocks.len());
        self.free_bytes -= size;
        Some(index)
    }

    /// Gives free blocks back, large ones first, until all are within `room_bytes`.
    fn release_beyond(&mut self, room_bytes: usize) {
        for class in (0..CLASSES).rev() {
            while self.used_bytes + self.free_bytes > room_bytes && self.release_free(class) {}
        }
    }

    /// Gives the free block back that was unused for longest.
    fn release_free(&mut self, class: usize) -> bool {
        let free = &mut self.free[class];
        if free.blocks.is_empty() {
            return false;
        }
        let index = free.blocks.remove(0);
        free.unneeded = free.unneeded.min(free.blocks.len());
        self.free_bytes -= POOL_BLOCK_BYTES_MIN << class;
        self.deallocate(index);
        true
    }

    fn allocate(&mut self, size: usize) -> u32 {
        let layout = Layout::from_size_align(size, BLOCK_BYTES).expect("a chunk fits memory");
        // SAFETY: the layout's size is not zero.
        let base = unsafe { alloc(layout) };
        let Some(base) = NonNull::new(base) else { handle_alloc_error(layout) };
        let index = self.vacant.pop().unwrap_or_else(|| {
            self.blocks.push(None);
            self.blocks.len() as u32 - 1
        });
        self.blocks[index as usize] = Some(Block { base, layout });
        index
    }

    fn deallocate(&mut self, index: u32) {
        let block = self.blocks[index as usize].take().expect("a block is freed once");
        self.vacant.push(index);
        // SAFETY: allocated with this layout, and no chunk refers to it.
        unsafe { dealloc(block.base.as_ptr(), block.layout) };
    }
}

impl Home for Inner {
    fn release(&self, index: u32) {
        let mut state = self.state.borrow_mut();
        let size = state.blocks[index as usize].expect("a chunk has its block").layout.size();
        state.used_bytes -= size;
        match class_of(size) {
            Some(class) if state.used_bytes + state.free_bytes + size <= self.limit_bytes => {
                state.free_bytes += size;
                state.free[class].blocks.push(index);
            }
            _ => state.deallocate(index),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.state.get_mut();
        for index in 0..state.blocks.len() as u32 {
            if state.blocks[index as usize].is_some() {
                state.deallocate(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: usize = POOL_BLOCK_BYTES_MIN;

    #[test]
    fn memory_is_used_again_and_shows_nothing_of_its_last_use() {
        let pool = Pool::new(8 * SMALL);
        let chunk = pool.take(SMALL - 1);
        chunk.append(&[7; 5000]);
        let slice = chunk.slice(0..5000);
        let place = slice.as_padded_ptr();
        drop(chunk);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (SMALL, 0), "a slice holds it");
        drop(slice);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (0, SMALL));
        let again = pool.take(SMALL);
        assert_eq!((again.filled(), again.capacity()), (0, SMALL));
        again.append(&[1; 10]);
        let slice = again.slice(0..10);
        assert_eq!(slice.as_padded_ptr(), place);
        let mut padded = Vec::new();
        slice.copy_padded(&mut padded);
        assert!(padded[10..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn free_memory_stays_within_the_limit_and_goes_when_it_is_not_needed() {
        let pool = Pool::new(4 * SMALL);
        let small: Vec<_> = (0..4).map(|_| pool.take(SMALL)).collect();
        let large = pool.take(2 * SMALL);
        assert_eq!(pool.used_bytes(), 6 * SMALL, "the limit is for whoever asks to keep");
        drop(small);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (2 * SMALL, 2 * SMALL));
        drop(large);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (0, 4 * SMALL));
        // Another size pushes out what is free.
        let other = pool.take(4 * SMALL);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (4 * SMALL, 0));
        drop(other);
        pool.trim();
        assert_eq!(pool.free_bytes(), 4 * SMALL, "it was needed");
        pool.trim();
        assert_eq!(pool.free_bytes(), 0);
    }

    #[test]
    fn what_is_larger_than_any_class_is_not_kept() {
        let pool = Pool::new(1 << 30);
        let bytes = POOL_BLOCK_BYTES_MAX + 1;
        let chunk = pool.take(bytes);
        assert_eq!(chunk.capacity(), bytes.next_multiple_of(BLOCK_BYTES));
        drop(chunk);
        assert_eq!((pool.used_bytes(), pool.free_bytes()), (0, 0));
    }
}

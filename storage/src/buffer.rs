//! Aligned memory that is written once, front to back, shared by counting references, and given to
//! the kernel without a copy.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::fmt;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::rc::Rc;

use crate::limits::BLOCK_BYTES;
use crate::write_unit::WriteUnit;

/// Where a chunk's memory goes when the last reference to it is gone.
pub(crate) trait Home {
    /// The chunk numbered `index` is free again.
    fn release(&self, index: u32);
}

enum Owner {
    Heap(Layout),
    Home { home: Rc<dyn Home>, index: u32 },
}

struct Memory {
    base: NonNull<u8>,
    capacity: usize,
    /// Bytes `0..filled` are final: they never change while a reference lives.
    filled: Cell<usize>,
    /// Bytes `filled..zeroed` are zero. Always a multiple of the unit, and at least `filled`.
    zeroed: Cell<usize>,
    /// What it is written in. The capacity is a multiple of it.
    unit: WriteUnit,
    owner: Owner,
}

impl Drop for Memory {
    fn drop(&mut self) {
        match &self.owner {
            // SAFETY: allocated in `Chunk::heap` with this layout, and this is the last reference.
            Owner::Heap(layout) => unsafe { dealloc(self.base.as_ptr(), *layout) },
            Owner::Home { home, index } => home.release(*index),
        }
    }
}

/// A block-aligned piece of memory with a length that only grows. Cheap to clone; all clones are
/// the same memory. What lies behind the filled part, up to the end of its [`WriteUnit`], is zero,
/// so that a write of whole units never carries bytes of an earlier use to the disk.
#[derive(Clone)]
pub struct Chunk(Rc<Memory>);

impl Chunk {
    /// A chunk of its own from the heap, written in blocks. `capacity_bytes` is rounded up to a
    /// block.
    pub fn heap(capacity_bytes: usize) -> Chunk {
        Chunk::heap_of_units(capacity_bytes, WriteUnit::LEAST)
    }

    /// As [`Chunk::heap`], written in other units. `capacity_bytes` is rounded up to one.
    pub fn heap_of_units(capacity_bytes: usize, unit: WriteUnit) -> Chunk {
        let capacity = unit.round_up(capacity_bytes.max(1) as u64) as usize;
        let layout = Layout::from_size_align(capacity, BLOCK_BYTES).expect("a chunk fits memory");
        // SAFETY: the layout's size is not zero.
        let base = unsafe { alloc_zeroed(layout) };
        let Some(base) = NonNull::new(base) else { handle_alloc_error(layout) };
        Chunk(Rc::new(Memory {
            base,
            capacity,
            filled: Cell::new(0),
            zeroed: Cell::new(capacity),
            unit,
            owner: Owner::Heap(layout),
        }))
    }

    /// A chunk in memory that belongs to `home`, with `filled` final bytes in it.
    ///
    /// # Safety
    /// `base..base + capacity` is readable and writable, aligned to a block, stays so until
    /// `home.release(index)`, and nothing else in this process refers to it meanwhile.
    pub(crate) unsafe fn at_home(
        base: NonNull<u8>,
        capacity: usize,
        filled: usize,
        unit: WriteUnit,
        home: Rc<dyn Home>,
        index: u32,
    ) -> Chunk {
        assert!(filled <= capacity && unit.is_start(capacity as u64));
        let chunk = Chunk(Rc::new(Memory {
            base,
            capacity,
            filled: Cell::new(filled),
            zeroed: Cell::new(filled),
            unit,
            owner: Owner::Home { home, index },
        }));
        chunk.zero_unit_end();
        chunk
    }

    /// Bytes it can hold.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    /// What it is written in.
    pub fn write_unit(&self) -> WriteUnit {
        self.0.unit
    }

    /// Bytes in it.
    pub fn filled(&self) -> usize {
        self.0.filled.get()
    }

    /// Bytes that still fit.
    pub fn room(&self) -> usize {
        self.capacity() - self.filled()
    }

    /// Copies as much of `bytes` as fits behind what is there; returns how much that is.
    pub fn append(&self, bytes: &[u8]) -> usize {
        let filled = self.filled();
        let count = bytes.len().min(self.room());
        // SAFETY: `filled + count` is within the capacity. No slice covers bytes behind `filled`,
        // so none can overlap the target, `bytes` included.
        unsafe {
            let target = self.0.base.as_ptr().add(filled);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, count);
        }
        self.0.filled.set(filled + count);
        self.zero_unit_end();
        count
    }

    /// The filled bytes of `range`.
    ///
    /// # Panics
    /// If the range is not within the filled part.
    pub fn slice(&self, range: Range<usize>) -> IoBuf {
        assert!(range.start <= range.end && range.end <= self.filled(), "a slice of filled bytes");
        IoBuf { chunk: self.clone(), start: range.start as u32, len: range.len() as u32 }
    }

    /// Whether no other chunk or slice refers to this memory.
    pub fn is_unique(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }

    /// Whether both are the same memory.
    pub fn is_same(&self, other: &Chunk) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The place in the home's numbering, if the chunk has a home.
    pub(crate) fn home_index(&self) -> Option<u32> {
        match self.0.owner {
            Owner::Heap(_) => None,
            Owner::Home { index, .. } => Some(index),
        }
    }

    /// The first byte.
    pub(crate) fn as_mut_ptr(&self) -> *mut u8 {
        self.0.base.as_ptr()
    }

    /// Where a read may be put: behind what is there.
    pub(crate) fn room_ptr(&self) -> *mut u8 {
        // SAFETY: `filled` is within the capacity.
        unsafe { self.as_mut_ptr().add(self.filled()) }
    }

    /// Declares the `len` bytes behind what was there final: a read has put them there.
    pub(crate) fn fill_on(&self, len: usize) {
        assert!(self.filled().is_multiple_of(BLOCK_BYTES) && len <= self.room(), "room for a read");
        let filled = self.filled() + len;
        self.0.filled.set(filled);
        self.0.zeroed.set(filled);
        self.zero_unit_end();
    }

    fn zero_unit_end(&self) {
        let (filled, zeroed) = (self.filled(), self.0.zeroed.get());
        let unit_end = self.0.unit.round_up(filled as u64) as usize;
        let from = filled.max(zeroed);
        if from < unit_end {
            // SAFETY: within the capacity, which is a multiple of the unit, and behind `filled`.
            unsafe {
                let start = self.0.base.as_ptr().add(from);
                std::ptr::write_bytes(start, 0, unit_end - from);
            }
        }
        self.0.zeroed.set(zeroed.max(unit_end));
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk({} of {} bytes)", self.filled(), self.capacity())
    }
}

/// Final bytes of a chunk, kept alive by this reference. Cheap to clone.
#[derive(Clone)]
pub struct IoBuf {
    chunk: Chunk,
    start: u32,
    len: u32,
}

impl IoBuf {
    /// A part of it.
    ///
    /// # Panics
    /// If the range is not within it.
    pub fn slice(&self, range: Range<usize>) -> IoBuf {
        assert!(range.start <= range.end && range.end <= self.len(), "a slice of the buffer");
        IoBuf {
            chunk: self.chunk.clone(),
            start: self.start + range.start as u32,
            len: range.len() as u32,
        }
    }

    /// The chunk it lies in.
    pub fn chunk(&self) -> &Chunk {
        &self.chunk
    }

    /// Its first byte's place in the chunk.
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// Its length rounded up to a unit: what a write of it puts on disk.
    pub(crate) fn padded_len(&self) -> usize {
        self.chunk.0.unit.round_up(self.len() as u64) as usize
    }

    /// The bytes as the kernel reads them now, `padded_len` of them. Those behind the filled part
    /// may change meanwhile, so they are copied, not borrowed.
    pub(crate) fn copy_padded(&self, out: &mut Vec<u8>) {
        assert!(self.start() + self.padded_len() <= self.chunk.capacity());
        let old = out.len();
        out.resize(old + self.padded_len(), 0);
        // SAFETY: the source is within the chunk, the target was just made, and they cannot
        // overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(
                self.as_padded_ptr(),
                out.as_mut_ptr().add(old),
                self.padded_len(),
            );
        }
    }

    /// The first byte, for the kernel to read `padded_len` bytes from.
    pub(crate) fn as_padded_ptr(&self) -> *const u8 {
        // SAFETY: `start` is within the chunk.
        unsafe { self.chunk.0.base.as_ptr().add(self.start()) }
    }
}

impl Deref for IoBuf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range was within the filled part when this was made; filled bytes do not
        // change while a reference lives, and `self` is one.
        unsafe { std::slice::from_raw_parts(self.as_padded_ptr(), self.len as usize) }
    }
}

impl fmt::Debug for IoBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IoBuf({}..{})", self.start, self.start + self.len)
    }
}

//! Memory that a shard bounds or uses again.

use std::cell::{Cell, RefCell};

use crate::limits::{POOLED_BUFFER_BYTES_MAX, POOLED_BUFFERS_MAX, REQUEST_BUDGET_BYTES};
use crate::runtime::wake::Broadcast;

/// Bytes that may be held at a time for frames being read. Who finds too little waits.
#[derive(Debug)]
pub struct Budget {
    limit_bytes: usize,
    used_bytes: Cell<usize>,
    freed: Broadcast,
}

/// A part of the budget that one reader holds. Given back with [`Budget::release`], always: a lost
/// one is lost for good.
#[derive(Debug, Default)]
pub struct Reserved {
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(REQUEST_BUDGET_BYTES)
    }
}

impl Budget {
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, used_bytes: Cell::new(0), freed: Broadcast::default() }
    }

    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    pub fn used_bytes(&self) -> usize {
        self.used_bytes.get()
    }

    /// Makes `held` a reservation of `bytes`, if there are so many.
    pub fn try_resize(&self, held: &mut Reserved, bytes: usize) -> bool {
        let others = self.used_bytes.get() - held.bytes;
        if bytes > held.bytes && others + bytes > self.limit_bytes {
            return false;
        }
        let freed = bytes < held.bytes;
        self.used_bytes.set(others + bytes);
        held.bytes = bytes;
        if freed {
            self.freed.notify_all();
        }
        true
    }

    /// As [`Budget::try_resize`], waiting until there is enough. Whoever waits holds nothing
    /// meanwhile, so that readers do not wait for each other for ever.
    pub async fn resize(&self, held: &mut Reserved, bytes: usize) {
        debug_assert!(bytes <= self.limit_bytes);
        while !self.try_resize(held, bytes) {
            self.try_resize(held, 0);
            self.freed.wait().await;
        }
    }

    /// Whether somebody waits for memory: whoever can do without should give back.
    pub fn is_wanted(&self) -> bool {
        self.freed.has_waiters()
    }

    pub fn release(&self, held: &mut Reserved) {
        self.try_resize(held, 0);
    }
}

/// Response buffers that were sent and wait to be filled again.
#[derive(Debug, Default)]
pub struct Buffers {
    free: RefCell<Vec<Vec<u8>>>,
}

impl Buffers {
    /// An empty buffer.
    pub fn take(&self) -> Vec<u8> {
        self.free.borrow_mut().pop().unwrap_or_default()
    }

    pub fn put(&self, mut buffer: Vec<u8>) {
        let mut free = self.free.borrow_mut();
        let keeps = (1..=POOLED_BUFFER_BYTES_MAX).contains(&buffer.capacity());
        if keeps && free.len() < POOLED_BUFFERS_MAX {
            buffer.clear();
            free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_exceeded_and_comes_back() {
        let budget = Budget::new(100);
        let (mut a, mut b) = (Reserved::default(), Reserved::default());
        assert!(budget.try_resize(&mut a, 60));
        assert!(!budget.try_resize(&mut b, 41));
        assert!(budget.try_resize(&mut b, 40));
        assert!(budget.try_resize(&mut a, 10), "giving back always works");
        assert_eq!(budget.used_bytes(), 50);
        budget.release(&mut a);
        budget.release(&mut b);
        assert_eq!(budget.used_bytes(), 0);
    }

    #[test]
    fn large_buffers_are_not_kept() {
        let buffers = Buffers::default();
        buffers.put(Vec::with_capacity(POOLED_BUFFER_BYTES_MAX + 1));
        assert_eq!(buffers.take().capacity(), 0);
        buffers.put(b"used".to_vec());
        let again = buffers.take();
        assert!(again.is_empty() && again.capacity() >= 4);
    }
}

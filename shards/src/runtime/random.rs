//! Randomness from the system, for ids and seeds; nothing on a record's way needs any.
//!
//! Every step of a group's coordinator is given an id that it may use, and few do: so the system is
//! asked for many bytes at a time. Each is given out once, on the thread that asked.

use std::cell::RefCell;

use wire::Uuid;

use crate::limits::RANDOM_POOL_BYTES;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool::new()) };
}

struct Pool {
    bytes: [u8; RANDOM_POOL_BYTES],
    used: usize,
}

impl Pool {
    const fn new() -> Pool {
        Pool { bytes: [0; RANDOM_POOL_BYTES], used: RANDOM_POOL_BYTES }
    }

    /// `N` bytes that nobody has had; `system` fills the pool where it has fewer left.
    fn take<const N: usize>(&mut self, system: impl FnOnce(&mut [u8])) -> [u8; N] {
        const { assert!(N <= RANDOM_POOL_BYTES) };
        if self.bytes.len() - self.used < N {
            system(&mut self.bytes);
            self.used = 0;
        }
        let taken = &mut self.bytes[self.used..self.used + N];
        self.used += N;
        let bytes = std::array::from_fn(|at| taken[at]);
        // What is out is a secret of who has it.
        taken.fill(0);
        bytes
    }
}

fn take<const N: usize>() -> [u8; N] {
    // Without it no id is safe from meeting another: there is no way on.
    let system = |bytes: &mut [u8]| getrandom::fill(bytes).expect("the system gives random bytes");
    POOL.with_borrow_mut(|pool| pool.take(system))
}

pub fn u64() -> u64 {
    u64::from_ne_bytes(take())
}

/// A positive number, for ids that are not 0.
pub fn positive_i32() -> i32 {
    ((u64() >> 34) as i32).max(1)
}

/// A version 4 UUID whose text does not begin with a dash, as Kafka's ids.
pub fn uuid() -> Uuid {
    loop {
        let mut bytes: [u8; 16] = take();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        // The first six bits make the first character; 62 is the dash of url-safe base64.
        if bytes[0] >> 2 != 62 {
            return Uuid(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn bytes_of_the_system_are_given_out_once_and_in_portions() {
        let (mut pool, mut asked) = (Pool::new(), 0_u8);
        let mut seen = Vec::new();
        for _ in 0..RANDOM_POOL_BYTES / 16 {
            let system = |bytes: &mut [u8]| {
                asked += 1;
                bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8);
            };
            seen.extend(pool.take::<16>(system));
        }
        assert_eq!(asked, 1, "a system call for each id");
        let whole: Vec<u8> = (0..RANDOM_POOL_BYTES).map(|at| at as u8).collect();
        assert_eq!(seen, whole, "each byte once");
        assert_eq!(pool.bytes, [0; RANDOM_POOL_BYTES], "none is kept");
        assert_eq!(pool.take::<8>(|bytes| bytes.fill(7)), [7; 8]);
        // Too few are left: they are not stretched.
        pool.used = RANDOM_POOL_BYTES - 4;
        assert_eq!(pool.take::<8>(|bytes| bytes.fill(9)), [9; 8]);
    }

    #[test]
    fn ids_are_kafkas_and_meet_no_other() {
        let ids: HashSet<[u8; 16]> = (0..10_000).map(|_| uuid().0).collect();
        assert_eq!(ids.len(), 10_000);
        for id in ids {
            assert_eq!((id[6] >> 4, id[8] >> 6), (4, 2), "version 4");
            assert!(!Uuid(id).to_string().starts_with('-'));
        }
    }
}

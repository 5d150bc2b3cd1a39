//! The last offset of every key of a run, in a table of fixed size.

use twox_hash::XxHash3_128;

/// Hash in two halves, and offset + 1; an offset of 0 there is a free slot.
type Slot = [u64; 3];

/// Slots of a hundred that may be taken: beyond, searches get long.
const LOAD_PERCENT: u64 = 75;

/// Which offset a key was last seen at. Keys are known by 128 bits of hash, so that two of them are
/// taken for one less often than memory fails.
pub(crate) struct Keys {
    slots: Vec<Slot>,
    taken: u64,
    most: u64,
}

impl Keys {
    /// A table for at most `records` keys within `memory_bytes`. Its pages are made real only as
    /// keys fall on them.
    pub fn new(memory_bytes: usize, records: u64) -> Keys {
        let affordable = (memory_bytes / size_of::<Slot>()).max(16) as u64;
        let useful = records.saturating_mul(100) / LOAD_PERCENT + 16;
        let count = affordable.min(useful);
        Keys { slots: vec![[0; 3]; count as usize], taken: 0, most: count * LOAD_PERCENT / 100 }
    }

    /// Whether so many more keys surely fit.
    pub fn has_room(&self, keys: u64) -> bool {
        self.taken + keys <= self.most
    }

    /// The hash that a key is known by.
    #[inline]
    pub fn hash(key: &[u8]) -> u128 {
        XxHash3_128::oneshot(key)
    }

    /// Notes a key at an offset. `false`: there is no room for another key.
    #[inline]
    pub fn note(&mut self, hash: u128, offset: i64) -> bool {
        let place = self.find(hash);
        let slot = &mut self.slots[place];
        let seen = offset as u64 + 1;
        if slot[2] == 0 {
            if self.taken >= self.most {
                return false;
            }
            self.taken += 1;
            *slot = [hash as u64, (hash >> 64) as u64, seen];
        } else {
            slot[2] = slot[2].max(seen);
        }
        true
    }

    /// The offset a key was last noted at.
    #[inline]
    pub fn latest(&self, hash: u128) -> Option<i64> {
        let slot = &self.slots[self.find(hash)];
        slot[2].checked_sub(1).map(|offset| offset as i64)
    }

    /// The key's slot, or the free one where it belongs. There is always a free one.
    #[inline]
    fn find(&self, hash: u128) -> usize {
        let (low, high) = (hash as u64, (hash >> 64) as u64);
        let count = self.slots.len();
        // The high half of the product is spread evenly over the slots, without a division.
        let mut place = ((u128::from(high) * count as u128) >> 64) as usize;
        loop {
            let slot = &self.slots[place];
            if slot[2] == 0 || (slot[0] == low && slot[1] == high) {
                return place;
            }
            place = if place + 1 == count { 0 } else { place + 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_the_last_offset_of_each_key_until_it_is_full() {
        let mut keys = Keys::new(24 * 1000, u64::MAX);
        let mut fitted = 0;
        for n in 0..2_000_i64 {
            let hash = Keys::hash(&n.to_be_bytes());
            if !keys.has_room(1) {
                assert!(!keys.note(hash, n));
                continue;
            }
            assert!(keys.note(hash, n) && keys.note(hash, n + 5_000));
            fitted += 1;
        }
        assert_eq!(fitted, 750);
        for n in 0..2_000_i64 {
            let latest = keys.latest(Keys::hash(&n.to_be_bytes()));
            assert_eq!(latest, (n < fitted).then_some(n + 5_000), "key {n}");
        }
    }

    #[test]
    fn few_records_need_no_large_table() {
        assert!(Keys::new(1 << 30, 100).slots.len() < 200);
        assert!(Keys::new(0, 0).note(1, 0));
    }
}

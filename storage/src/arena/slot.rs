//! The note about one chunk: two slots written in turn, so that whatever instruction a process dies
//! at, one of them is whole.

use super::SliceKey;

/// Bytes of one slot; a pair lies side by side.
pub(super) const SLOT_BYTES: usize = 64;
/// A slot as it is stored, little-endian.
pub(super) type Words = [u64; SLOT_BYTES / 8];

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// Grows with every publication of the whole arena; 0 in a table never written.
    pub(super) sequence: u64,
    pub(super) key: SliceKey,
    /// Published bytes of the chunk; 0: the chunk is free.
    pub(super) len: u32,
}

impl Slot {
    /// The note that a chunk holds nothing.
    pub(super) fn free(sequence: u64) -> Slot {
        let key = SliceKey { topic_id: [0; 16], partition: 0, segment_base_offset: 0, position: 0 };
        Slot { sequence, key, len: 0 }
    }

    pub(super) fn to_words(self) -> Words {
        let id = |range: std::ops::Range<usize>| {
            u64::from_le_bytes(self.key.topic_id[range].try_into().expect("eight bytes"))
        };
        let mut words = [
            self.sequence,
            id(0..8),
            id(8..16),
            u64::from(self.key.partition as u32) | u64::from(self.len) << 32,
            self.key.segment_base_offset as u64,
            self.key.position,
            0,
            0,
        ];
        words[7] = u64::from(checksum(&words));
        words
    }

    /// The slot, if it was written whole.
    pub(super) fn from_words(words: &Words) -> Option<Slot> {
        if words[0] == 0 || words[7] != u64::from(checksum(words)) {
            return None;
        }
        let mut topic_id = [0; 16];
        topic_id[..8].copy_from_slice(&words[1].to_le_bytes());
        topic_id[8..].copy_from_slice(&words[2].to_le_bytes());
        let key = SliceKey {
            topic_id,
            partition: words[3] as u32 as i32,
            segment_base_offset: words[4] as i64,
            position: words[5],
        };
        Some(Slot { sequence: words[0], key, len: (words[3] >> 32) as u32 })
    }
}

/// The valid slot of a pair: the newer of those that are whole. The place is 0 or 1.
pub(super) fn choose(pair: [&Words; 2]) -> Option<(usize, Slot)> {
    let found = pair.map(Slot::from_words);
    match found {
        [Some(first), Some(second)] if second.sequence > first.sequence => Some((1, second)),
        [Some(first), _] => Some((0, first)),
        [None, Some(second)] => Some((1, second)),
        [None, None] => None,
    }
}

fn checksum(words: &Words) -> u32 {
    let mut bytes = [0; SLOT_BYTES - 8];
    for (bytes, word) in bytes.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    crc32fast::hash(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(sequence: u64, len: u32) -> Slot {
        let key = SliceKey {
            topic_id: *b"sixteen bytes id",
            partition: -7,
            segment_base_offset: i64::MIN + 3,
            position: 4096 * 77,
        };
        Slot { sequence, key, len }
    }

    #[test]
    fn a_slot_comes_back_and_zeros_are_none() {
        assert_eq!(Slot::from_words(&slot(9, 65536).to_words()), Some(slot(9, 65536)));
        assert_eq!(Slot::from_words(&[0; 8]), None);
    }

    #[test]
    fn whichever_words_of_a_publication_were_stored_the_old_or_the_new_note_is_found() {
        let (oldest, old, new) = (slot(7, 100), slot(8, 200), slot(9, 300));
        for stored in 0_u32..256 {
            let mut words = oldest.to_words();
            for (index, word) in new.to_words().into_iter().enumerate() {
                if stored & (1 << index) != 0 {
                    words[index] = word;
                }
            }
            let (_, found) = choose([&words, &old.to_words()]).unwrap();
            let whole = words == new.to_words();
            assert_eq!(found, if whole { new } else { old }, "words {stored:#010b}");
        }
    }
}

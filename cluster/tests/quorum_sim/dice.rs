//! All chance of a run, from its seed.

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Splitmix64.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `0..below`; 0 if that is empty.
    pub fn below(&mut self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.next() % below }
    }

    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    /// With a probability of so many in a thousand.
    pub fn thousandth(&mut self, of: u64) -> bool {
        self.below(1000) < of
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(of.len() as u64) as usize;
        of.get(place)
    }
}

/// A hash of everything that happened, in order.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trace(pub u64);

impl Trace {
    pub fn add(&mut self, number: u64) {
        let mut z = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z ^= z >> 29;
        self.0 = z.wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(17);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.add(hash(bytes));
    }
}

/// FNV-1a, eight bytes at a time.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3);
        state ^= state >> 32;
    }
    state
}

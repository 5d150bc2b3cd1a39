//! A small seeded generator: a failure names its seed, and the seed repeats the choices.

#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// From TIDEMILL_TEST_SEED, else from the clock; printed, so that a failure shows it.
    pub fn from_environment(test: &str) -> Random {
        let seed = match std::env::var("TIDEMILL_TEST_SEED") {
            Ok(text) => text.parse().expect("TIDEMILL_TEST_SEED is a number"),
            Err(_) => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .expect("a clock after 1970")
                .as_nanos() as u64,
        };
        println!("to repeat: TIDEMILL_TEST_SEED={seed} tests/run e2e {test}");
        Random::new(seed)
    }

    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// SplitMix64.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

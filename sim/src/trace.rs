//! What happened, as a hash of every line and, if wanted, as the lines.

use crate::limits::{SECOND, TRACE_LINES_MAX};

pub struct Trace {
    keep: bool,
    pub lines: Vec<String>,
    hash: u64,
}

impl Trace {
    #[must_use]
    pub fn new(keep: bool) -> Self {
        Self { keep, lines: Vec::new(), hash: 0xCBF2_9CE4_8422_2325 }
    }

    pub fn note(&mut self, now: u64, line: impl FnOnce() -> String) {
        let line = line();
        self.mix(now);
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        if self.keep && self.lines.len() < TRACE_LINES_MAX {
            self.lines.push(format!("{:>10.6}  {line}", now as f64 / SECOND as f64));
        }
    }

    /// Numbers that need no line of their own.
    pub fn mix(&mut self, number: u64) {
        self.hash = (self.hash ^ number).wrapping_mul(0x0000_0100_0000_01B3);
        self.hash ^= self.hash >> 29;
    }

    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

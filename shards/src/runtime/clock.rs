//! The clocks of a shard, read once per wake-up rather than once per request.

use std::cell::Cell;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use storage::Now;

/// Time since the shard started and since 1970, as of the last [`Clock::refresh`].
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    mono_us: Cell<u64>,
    unix_ms: Cell<i64>,
}

impl Clock {
    pub fn start() -> Self {
        let clock = Self { start: Instant::now(), mono_us: Cell::new(0), unix_ms: Cell::new(0) };
        clock.refresh();
        clock
    }

    /// Reads the clocks of the machine.
    pub fn refresh(&self) -> Now {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        let unix_ms = since_1970.map_or(0, |time| time.as_millis() as i64);
        self.unix_ms.set(unix_ms);
        self.mono_us.set(self.start.elapsed().as_micros() as u64);
        self.now()
    }

    /// Both clocks as last read.
    pub fn now(&self) -> Now {
        Now { unix_ms: self.unix_ms.get(), mono_ms: self.mono_us.get() / 1000 }
    }

    /// Microseconds since the shard started, as last read.
    pub fn mono_us(&self) -> u64 {
        self.mono_us.get()
    }

    /// Milliseconds since the shard started, as last read.
    pub fn mono_ms(&self) -> u64 {
        self.mono_us.get() / 1000
    }
}

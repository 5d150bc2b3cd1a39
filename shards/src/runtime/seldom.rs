//! A line of the log that clients can bring about as often as they like is not written as often.

use std::cell::Cell;

use crate::limits::LOG_REPEAT_MS;

/// Of one kind of line: when it may be written again.
#[derive(Debug, Default)]
pub struct Seldom {
    next_ms: Cell<u64>,
}

impl Seldom {
    /// Whether the line may be written now, on the shard's clock: once in [`LOG_REPEAT_MS`].
    pub fn is_due(&self, now_ms: u64) -> bool {
        let is_due = now_ms >= self.next_ms.get();
        if is_due {
            self.next_ms.set(now_ms + LOG_REPEAT_MS);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_at_once_and_then_once_in_its_time() {
        let line = Seldom::default();
        assert!(line.is_due(5));
        assert!(!line.is_due(5) && !line.is_due(4 + LOG_REPEAT_MS));
        assert!(line.is_due(5 + LOG_REPEAT_MS));
        assert!(!line.is_due(6 + LOG_REPEAT_MS));
    }
}

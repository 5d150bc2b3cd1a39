//! Whether the shards' loops turn: the watchdog is fed by the main thread, and for all of them.

use std::sync::Arc;
use std::time::Instant;

use shards::Metrics;

use crate::limits::SHARD_SILENCE_MAX;

pub struct Pulse {
    metrics: Arc<Metrics>,
    /// Of each shard: how often it had published, and when that was seen to change.
    seen: Vec<(u64, Instant)>,
    is_told: bool,
}

impl Pulse {
    pub fn new(metrics: Arc<Metrics>, now: Instant) -> Pulse {
        let seen = vec![(0, now); metrics.shards.len()];
        Pulse { metrics, seen, is_told: false }
    }

    /// Asked about once a second; a shard that falls silent is told in the log.
    pub fn is_well(&mut self, now: Instant) -> bool {
        let mut stuck = Vec::new();
        for (index, (shard, seen)) in self.metrics.shards.iter().zip(&mut self.seen).enumerate() {
            let publications = shard.publications();
            if publications != seen.0 {
                *seen = (publications, now);
            } else if now.duration_since(seen.1) > SHARD_SILENCE_MAX {
                stuck.push(index);
            }
        }
        let is_well = stuck.is_empty();
        match (is_well, self.is_told) {
            (false, false) => tracing::error!(shards = ?stuck, "stuck; the watchdog is not fed"),
            (true, true) => tracing::warn!("all shards turn again"),
            _ => {}
        }
        self.is_told = !is_well;
        is_well
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_shard_that_falls_silent_is_enough() {
        let metrics = Arc::new(Metrics::new(2));
        let start = Instant::now();
        let mut pulse = Pulse::new(Arc::clone(&metrics), start);
        let mut well_at = |seconds: u64, of: &[usize]| {
            for &shard in of {
                metrics.shards[shard].publish(Default::default());
            }
            pulse.is_well(start + Duration::from_secs(seconds))
        };
        assert!(well_at(1, &[]), "it has only begun");
        assert!(well_at(9, &[0, 1]));
        assert!(well_at(18, &[0]), "nine seconds");
        assert!(!well_at(20, &[0]));
        assert!(!well_at(60, &[0]));
        assert!(well_at(61, &[0, 1]), "it turns again");
    }
}

//! How long requests take, from the arrival of their last byte to their answer being ready to send.

use std::cell::RefCell;

use hdrhistogram::Histogram;

/// Larger values count as this.
const LATENCY_MAX_US: u64 = 600_000_000;

/// A histogram of microseconds; belongs to one shard.
#[derive(Debug)]
pub struct Latency {
    histogram: RefCell<Histogram<u64>>,
    sum_us: std::cell::Cell<u64>,
}

/// A histogram at a glance, since the shard's start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub count: u64,
    pub sum_us: u64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub p999_us: u64,
    pub max_us: u64,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LATENCY_MAX_US, 2);
        Self {
            histogram: RefCell::new(histogram.expect("the bounds are constants that fit")),
            sum_us: std::cell::Cell::new(0),
        }
    }
}

impl Latency {
    #[inline]
    pub fn record(&self, us: u64) {
        self.sum_us.set(self.sum_us.get() + us);
        self.histogram.borrow_mut().saturating_record(us.max(1));
    }

    pub fn summary(&self) -> Summary {
        let histogram = self.histogram.borrow();
        Summary {
            count: histogram.len(),
            sum_us: self.sum_us.get(),
            p50_us: histogram.value_at_quantile(0.5),
            p99_us: histogram.value_at_quantile(0.99),
            p999_us: histogram.value_at_quantile(0.999),
            max_us: histogram.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent() {
        let latency = Latency::default();
        (1..=1000).for_each(|us| latency.record(us));
        let summary = latency.summary();
        assert_eq!((summary.count, summary.sum_us), (1000, 500_500));
        assert!((495..=505).contains(&summary.p50_us), "{summary:?}");
        assert!((985..=1000).contains(&summary.p99_us), "{summary:?}");
        latency.record(u64::MAX / 2);
        assert!(latency.summary().max_us >= LATENCY_MAX_US);
    }
}

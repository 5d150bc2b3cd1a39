//! How long requests take, from the arrival of their last byte to their answer being ready to send.

use std::cell::RefCell;

use hdrhistogram::Histogram;

/// Larger values count as this.
const LATENCY_MAX_US: u64 = 600_000_000;

/// Upper bounds of what Prometheus is shown, 50 µs to 10 s.
pub const BOUNDS_US: [u64; 17] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

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
    /// How many took at most each of [`BOUNDS_US`].
    pub within: [u64; BOUNDS_US.len()],
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
        let mut within = [0; BOUNDS_US.len()];
        // One pass: a value goes into the first bound that holds it, then the bounds are summed up.
        for step in histogram.iter_recorded() {
            let bound = BOUNDS_US.partition_point(|&bound| bound < step.value_iterated_to());
            if let Some(count) = within.get_mut(bound) {
                *count += step.count_at_value();
            }
        }
        for bound in 1..within.len() {
            within[bound] += within[bound - 1];
        }
        Summary {
            count: histogram.len(),
            sum_us: self.sum_us.get(),
            within,
            max_us: histogram.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_count_all_that_is_below_them() {
        let latency = Latency::default();
        (1..=1000).for_each(|us| latency.record(us));
        let summary = latency.summary();
        assert_eq!((summary.count, summary.sum_us), (1000, 500_500));
        let within = |bound: u64| {
            let at = BOUNDS_US.iter().position(|&b| b == bound).expect("a bound");
            summary.within[at]
        };
        assert_eq!((within(50), within(100)), (50, 100));
        assert!((495..=505).contains(&within(500)), "{summary:?}");
        assert_eq!((within(2_500), within(10_000_000)), (1000, 1000));
        latency.record(u64::MAX / 2);
        assert!(latency.summary().max_us >= LATENCY_MAX_US);
        assert_eq!(latency.summary().within[BOUNDS_US.len() - 1], 1000);
    }
}

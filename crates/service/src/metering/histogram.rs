//! A histogram of durations: counts by upper bound, and their sum.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in seconds. An append takes 14 ms at p50 and 48 ms with 2 MB on one broker, a
/// transaction 1 to 10 ms, a query some ms; a wait for a receipt up to its deadline of 30 s.
pub(crate) const BOUNDS_SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Durations, counted by how long they were. Any number of threads may add at once.
#[derive(Debug, Default)]
pub struct Histogram {
    /// Not cumulative: of each bound what is above the one before it, then what is above all.
    counts: [AtomicU64; BOUNDS_SECONDS.len() + 1],
    sum_nanoseconds: AtomicU64,
}

/// What histograms hold at a moment; those of several units add up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distribution {
    pub(crate) counts: [u64; BOUNDS_SECONDS.len() + 1],
    pub(crate) sum_seconds: f64,
}

impl Histogram {
    /// Adds a duration.
    pub fn observe(&self, taken: Duration) {
        let seconds = taken.as_secs_f64();
        let index = BOUNDS_SECONDS.iter().position(|bound| seconds <= *bound);
        let index = index.unwrap_or(BOUNDS_SECONDS.len());
        self.counts[index].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX);
        self.sum_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Distribution {
        let mut distribution = Distribution::default();
        distribution.add(self);
        distribution
    }
}

impl Distribution {
    pub(crate) fn add(&mut self, histogram: &Histogram) {
        for (sum, count) in self.counts.iter_mut().zip(&histogram.counts) {
            *sum += count.load(Ordering::Relaxed);
        }
        let nanoseconds = histogram.sum_nanoseconds.load(Ordering::Relaxed);
        self.sum_seconds += Duration::from_nanos(nanoseconds).as_secs_f64();
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_at_the_first_bound_that_it_does_not_pass() {
        let histogram = Histogram::default();
        let check = |microseconds: u64, index: usize| {
            let before = histogram.read().counts[index];
            histogram.observe(Duration::from_micros(microseconds));
            assert_eq!(histogram.read().counts[index], before + 1, "{microseconds} µs");
        };
        check(0, 0);
        check(500, 0);
        check(501, 1);
        check(30_000_000, 13);
        check(30_000_001, 14);
        assert_eq!(histogram.read().count(), 5);
    }
}

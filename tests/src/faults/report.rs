//! What a run with faults has shown, as a page that can be kept.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::{Fault, Observed};

/// A run with faults beside one without.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was drawn from.
    pub seed: u64,
    /// How often each kind of fault was done.
    pub faults: BTreeMap<Fault, u64>,
    /// Things that were sent: releases, documents and messages nobody can read.
    pub sent: u64,
    /// Messages of feeds that were sent twice and out of order.
    pub untidy: u64,
    /// How long it took, from the first fault until everything was at rest.
    pub took: Duration,
    /// The end without faults.
    pub clean: Observed,
    /// The end with them.
    pub faulty: Observed,
}

impl Report {
    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let Self { seed, faults, sent, untidy, took, clean, faulty } = self;
        let total: u64 = faults.values().sum();
        let mut page = format!(
            "# Delivery under faults\n\nFive processes on a real broker (Apache Kafka, one node), \
             {total} faults drawn at random from seed {seed} while releases and network documents \
             were sent; beside the same without faults. `make faults` makes this page anew.\n\n\
             | fault | times |\n|---|---:|\n"
        );
        for (fault, count) in faults {
            let _ = writeln!(page, "| {} | {count} |", fault.describe());
        }
        let equal = |same: bool| if same { "equal" } else { "DIFFERENT" };
        let events = |observed: &Observed| observed.events.values().sum::<u64>();
        let lost = faulty.lost(clean).len();
        let doubled = faulty.doubled().len();
        let _ = write!(
            page,
            "\n| seen | with faults | without |\n|---|---:|---:|\n\
             | things sent | {sent} | {sent} |\n\
             | of these sent twice and out of order | {untidy} | 0 |\n\
             | releases and documents applied | {} | {} |\n\
             | lost | {lost} | 0 |\n\
             | doubled | {doubled} | {} |\n\
             | events in the log, progress apart | {} | {} |\n\
             | gaps or repeats of seq, times that do not rise | {} | {} |\n\
             | last values of derived topics | {} ({}) | {} |\n\
             | digests of units | {} ({}) | {} |\n\n\
             From the first fault to rest: {} s.\n",
            faulty.applied(),
            clean.applied(),
            clean.doubled().len(),
            events(faulty),
            events(clean),
            faulty.faults.len(),
            clean.faults.len(),
            faulty.last_values.len(),
            equal(faulty.last_values == clean.last_values),
            clean.last_values.len(),
            faulty.digests.len(),
            equal(faulty.digests == clean.digests),
            clean.digests.len(),
            took.as_secs(),
        );
        page
    }
}

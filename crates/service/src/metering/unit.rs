//! What a unit counts while it works, and what is looked up for it now and then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use event_log::{Event, Position, Writer};
use jiff::Timestamp;

use super::Histogram;
use super::page::Page;

/// The kinds of errors of the log that are told apart.
const LOG_ERRORS: [&str; 5] = ["unavailable", "uncertain", "fenced", "disk_full", "other"];

/// The counters of a unit.
#[derive(Debug, Default)]
pub(crate) struct UnitMeter {
    pub(crate) applied: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) append: Histogram,
    pub(crate) transaction: Histogram,
    log_errors: [AtomicU64; LOG_ERRORS.len()],
    observed: Mutex<Option<Observation>>,
    exported_at: Mutex<Option<Timestamp>>,
}

/// What was found at the last look: too costly for every event, or for every scrape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// Events that are in the log and not applied; unknown if the log does not answer.
    pub(crate) lag: Option<u64>,
    pub(crate) outbox: u64,
    pub(crate) skipped: u64,
    pub(crate) store_bytes: u64,
    pub(crate) has_reserve: bool,
    /// Why the log did not answer.
    pub(crate) log_away: Option<String>,
}

impl UnitMeter {
    pub(crate) fn count_log_error(&self, error: &event_log::Error) {
        let kind = match error {
            event_log::Error::Unavailable { .. } => 0,
            event_log::Error::Uncertain { .. } => 1,
            event_log::Error::Fenced { .. } => 2,
            event_log::Error::DiskFull { .. } => 3,
            _ => 4,
        };
        self.log_errors[kind].fetch_add(1, Ordering::Relaxed);
    }

    /// Notes what was found; a lag that could not be asked for stays what it was.
    pub(crate) fn observe(&self, found: Observation) {
        let mut observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = observed.take().and_then(|before| before.lag);
        *observed = Some(Observation { lag: found.lag.or(before), ..found });
    }

    /// What was found at the last look, if there was one.
    pub(crate) fn observation(&self) -> Option<Observation> {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the unit was exported.
    #[cfg(feature = "process")]
    pub(crate) fn exported(&self, at: Timestamp) {
        *self.exported_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// When the unit was last exported.
    pub(crate) fn exported_at(&self) -> Option<Timestamp> {
        *self.exported_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what is told of each unit by itself.
    pub(crate) fn expose(&self, service: &str, unit: &str, page: &mut Page) {
        let labels = [("service", service), ("unit", unit)];
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        page.counter(
            "entrepot_events_applied_total",
            "Events read from the log and applied, since the start of the process.",
            &labels,
            read(&self.applied),
        );
        page.counter(
            "entrepot_events_published_total",
            "Events appended to the log, since the start of the process.",
            &labels,
            read(&self.published),
        );
        if let Some(at) = self.exported_at() {
            page.gauge(
                "entrepot_unit_exported_timestamp_seconds",
                "When the unit was last exported by the schedule.",
                &labels,
                u64::try_from(at.as_second()).unwrap_or(0),
            );
        }
        let Some(observed) = self.observation() else { return };
        page.gauge(
            "entrepot_unit_skipped_events",
            "Events that an operator told the unit to pass over.",
            &labels,
            observed.skipped,
        );
        if let Some(lag) = observed.lag {
            page.gauge(
                "entrepot_unit_lag_events",
                "Positions of the log that are not applied yet.",
                &labels,
                lag,
            );
        }
        page.gauge(
            "entrepot_unit_outbox_events",
            "Events that are committed and not known to be in the log.",
            &labels,
            observed.outbox,
        );
        page.gauge(
            "entrepot_unit_store_bytes",
            "Bytes of the unit's store on disk, without its reserve.",
            &labels,
            observed.store_bytes,
        );
    }

    /// Errors of the log by kind.
    pub(crate) fn log_errors(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.log_errors.iter().map(|count| count.load(Ordering::Relaxed));
        LOG_ERRORS.into_iter().zip(counts)
    }
}

/// A writer whose appends are timed and counted.
struct Timed {
    writer: Box<dyn Writer>,
    meter: Arc<UnitMeter>,
}

/// Times and counts the appends of a writer.
pub(crate) fn timed(writer: Box<dyn Writer>, meter: Arc<UnitMeter>) -> Box<dyn Writer> {
    Box::new(Timed { writer, meter })
}

#[async_trait]
impl Writer for Timed {
    async fn append(&mut self, batch: Vec<Event>) -> Result<Vec<Position>, event_log::Error> {
        let began = Instant::now();
        let appended = self.writer.append(batch).await;
        if let Ok(positions) = &appended {
            self.meter.append.observe(began.elapsed());
            let count = u64::try_from(positions.len()).unwrap_or(u64::MAX);
            self.meter.published.fetch_add(count, Ordering::Relaxed);
        }
        appended
    }
}

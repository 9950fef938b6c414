//! The units of a service as the admin port tells of them, and the looks that keep it told.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use super::{Source, Trouble};
use crate::metering::{Distribution, Observation, Page};
use crate::unit::on_blocking_thread;
use crate::{Error, UnitHandle, Units};

/// Between two looks at the log and the stores: a scrape comes each 15 to 60 s.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A log that does not answer within this is away.
const LOG_TIMEOUT: Duration = Duration::from_secs(5);

/// The units of a service.
pub struct UnitsSource {
    /// The service's name.
    pub service: &'static str,
    /// Its units.
    pub units: Units,
}

impl Source for UnitsSource {
    fn troubles(&self) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        for unit in self.units.iter() {
            if let Some(because) = unit.trouble() {
                troubles.push(Trouble::new(unit.name(), &because));
            }
        }
        let owned = self.units.iter().filter(|unit| !unit.is_given_up());
        let looks = owned.map(|unit| unit.meter.observation());
        let away = looks.flatten().find_map(|observed| observed.log_away);
        troubles.extend(away.map(|because| Trouble::new("log", &because)));
        troubles
    }

    fn expose(&self, page: &mut Page) {
        let (mut append, mut transaction) = (Distribution::default(), Distribution::default());
        let (mut log_answers, mut has_reserve) = (true, true);
        let mut errors: BTreeMap<&str, u64> = BTreeMap::new();
        for unit in self.units.iter() {
            unit.expose(self.service, page);
            append.add(&unit.meter.append);
            transaction.add(&unit.meter.transaction);
            if let Some(observed) = unit.meter.observation().filter(|_| !unit.is_given_up()) {
                log_answers &= observed.log_away.is_none();
                has_reserve &= observed.has_reserve;
            }
            for (kind, count) in unit.meter.log_errors() {
                *errors.entry(kind).or_default() += count;
            }
        }
        for (kind, count) in errors {
            page.counter(
                "entrepot_log_errors_total",
                "Errors of the event log that ended a session or delayed a reader, by kind.",
                &[("service", self.service), ("kind", kind)],
                count,
            );
        }
        let service = [("service", self.service)];
        page.histogram(
            "entrepot_append_seconds",
            "How long appends to the event log took, to their acknowledgement.",
            &service,
            &append,
        );
        page.histogram(
            "entrepot_transaction_seconds",
            "How long transactions of the stores took, syncs that come with them included.",
            &service,
            &transaction,
        );
        expose_log(self.service, log_answers, page);
        page.gauge(
            "entrepot_disk_reserve_ok",
            "1 while every store has its reserve for a full disk.",
            &service,
            u64::from(has_reserve),
        );
        self.units.requests().expose(self.service, page);
    }
}

impl UnitHandle {
    fn expose(&self, service: &str, page: &mut Page) {
        let labels = [("service", service), ("unit", self.unit.as_str())];
        let state = self.state.borrow();
        if !state.given_up {
            // Of a unit that another instance has, that one tells how far it is.
            self.meter.expose(service, &self.unit, page);
        }
        page.gauge(
            "entrepot_unit_parked",
            "1 while the unit stands at an event that it cannot apply.",
            &labels,
            u64::from(state.parked_because.is_some()),
        );
        page.gauge(
            "entrepot_unit_started",
            "1 once the unit has read its own output and what that was made from.",
            &labels,
            u64::from(state.started && !state.given_up),
        );
        page.gauge(
            "entrepot_unit_waiting",
            "1 while the unit waits, such as for a broker or for space on the disk.",
            &labels,
            u64::from(state.waits_for.is_some()),
        );
    }
}

pub(super) fn expose_log(service: &str, answers: bool, page: &mut Page) {
    page.gauge(
        "entrepot_log_available",
        "1 while the event log answers.",
        &[("service", service)],
        u64::from(answers),
    );
}

/// Looks at the log and the stores again and again, for ever.
pub async fn observe(units: Units) -> Infallible {
    loop {
        let mut away = None;
        for unit in units.iter().filter(|unit| !unit.is_given_up()) {
            // One unit's silence is that of all: the rest are not asked, and do not wait.
            let (lag, log_away) = match &away {
                Some(because) => (None, Some(String::clone(because))),
                None => match tokio::time::timeout(LOG_TIMEOUT, unit.lag()).await {
                    Ok(Ok(lag)) => (Some(lag), None),
                    Ok(Err(Error::Log(error))) => (None, Some(error.to_string())),
                    Ok(Err(_)) => (None, None),
                    Err(_) => (None, Some(format!("no answer within {LOG_TIMEOUT:?}"))),
                },
            };
            away.clone_from(&log_away);
            match look_into_store(unit).await {
                Ok(found) => unit.meter.observe(Observation { lag, log_away, ..found }),
                Err(error) => tracing::debug!(unit = unit.name(), %error, "not looked into"),
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look_into_store(unit: &UnitHandle) -> Result<Observation, Error> {
    let store = unit.store.clone();
    on_blocking_thread(move || {
        Ok(Observation {
            outbox: store.outbox_count()?,
            skipped: crate::skips::count(&store)?,
            store_bytes: store.bytes_on_disk()?,
            has_reserve: store.has_reserve()?,
            ..Observation::default()
        })
    })
    .await
}

//! How a process is, in the words of its probes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::metering::Page;

/// Something that keeps a process from being ready.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Trouble {
    /// What it is about: a unit, the log, a service behind the gateway.
    pub of: String,
    /// What is wrong.
    pub because: String,
}

/// What a process consists of, once it has started.
pub trait Source: Send + Sync {
    /// What keeps it from being ready; must not block.
    fn troubles(&self) -> Vec<Trouble>;

    /// Adds its metrics to a page; must not block.
    fn expose(&self, page: &mut Page);
}

/// How a process is.
pub struct Vitals {
    service: &'static str,
    instance: String,
    /// What the process waits for before it has started.
    waits: Mutex<Option<Trouble>>,
    source: OnceLock<Arc<dyn Source>>,
    stopping: CancellationToken,
}

#[derive(Serialize)]
struct Readiness<'a> {
    ready: bool,
    service: &'a str,
    instance: &'a str,
    version: &'a str,
    because: Vec<Trouble>,
}

impl Vitals {
    /// A process that starts; it stops when the token is cancelled.
    #[must_use]
    pub fn new(service: &'static str, instance: String, stopping: CancellationToken) -> Self {
        let waits = Mutex::new(Some(Trouble::new("process", "starting")));
        Self { service, instance, waits, source: OnceLock::new(), stopping }
    }

    /// Says what the process waits for at the start.
    pub fn waits_for(&self, of: &str, because: &str) {
        *self.waits.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Trouble::new(of, because));
    }

    /// Says that the process has started, and what it consists of.
    pub fn started(&self, source: Arc<dyn Source>) {
        // A process starts once.
        let _ = self.source.set(source);
        *self.waits.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it is ready, and the JSON document that says why not.
    pub(crate) fn readiness(&self) -> (bool, String) {
        let mut because = Vec::new();
        if self.stopping.is_cancelled() {
            because.push(Trouble::new("process", "stopping"));
        }
        because.extend(self.waits.lock().unwrap_or_else(PoisonError::into_inner).clone());
        if let Some(source) = self.source.get() {
            because.extend(source.troubles());
        }
        let readiness = Readiness {
            ready: because.is_empty(),
            service: self.service,
            instance: &self.instance,
            version: env!("CARGO_PKG_VERSION"),
            because,
        };
        let document = serde_json::to_string(&readiness).unwrap_or_default();
        (readiness.ready, document + "\n")
    }

    /// Adds the metrics of the process.
    pub(crate) fn expose(&self, page: &mut Page) {
        page.gauge(
            "entrepot_build_info",
            "Always 1; the label says which build runs.",
            &[("service", self.service), ("version", env!("CARGO_PKG_VERSION"))],
            1,
        );
        page.gauge(
            "entrepot_ready",
            "1 while the readiness probe says so.",
            &[("service", self.service)],
            u64::from(self.readiness().0),
        );
        match self.source.get() {
            Some(source) => source.expose(page),
            None => self.expose_start(page),
        }
    }

    /// A service that has not started has no units, but its log may be away.
    fn expose_start(&self, page: &mut Page) {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.as_ref().is_some_and(|waits| waits.of == "log") {
            super::units::expose_log(self.service, false, page);
        }
    }
}

impl Trouble {
    /// Something that is wrong.
    #[must_use]
    pub fn new(of: &str, because: &str) -> Self {
        Self { of: of.to_owned(), because: because.to_owned() }
    }
}

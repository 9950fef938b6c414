//! What the gateway's admin port tells: its calls, what it refused and why, and which services it
//! finds behind it.
//!
//! Ready means that it has found at least one service that serves: a gateway with nothing behind
//! it must get no calls, and one with half of it must, for the other half has no other door.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ::service::admin::{Source, Trouble};
use ::service::metering::{Page, RequestMeter};

use crate::channels::Channels;
use crate::refusal::Refusal;
use crate::route::Upstream;

const NAME: &str = "gateway";

pub(crate) struct Figures {
    calls: Arc<RequestMeter>,
    refusals: Arc<Refusals>,
    /// Of each service, whether its instances serve.
    serve: [Vec<AtomicBool>; Upstream::ALL.len()],
}

/// Refused calls by reason.
#[derive(Debug, Default)]
pub(crate) struct Refusals([AtomicU64; Refusal::REASONS.len()]);

impl Figures {
    pub(crate) fn new(
        calls: Arc<RequestMeter>,
        refusals: Arc<Refusals>,
        channels: &Channels,
    ) -> Self {
        let serve = Upstream::ALL
            .map(|upstream| channels.of(upstream).iter().map(|_| AtomicBool::new(false)).collect());
        Self { calls, refusals, serve }
    }

    /// Notes which instances of a service serve.
    pub(crate) fn note(&self, upstream: Upstream, serve: &[bool]) {
        for (noted, serves) in self.serve[upstream.index()].iter().zip(serve) {
            noted.store(*serves, Ordering::Relaxed);
        }
    }

    fn instances(&self) -> impl Iterator<Item = (Upstream, usize, bool)> {
        Upstream::ALL.into_iter().flat_map(|upstream| {
            let instances = self.serve[upstream.index()].iter().enumerate();
            instances
                .map(move |(number, serves)| (upstream, number, serves.load(Ordering::Relaxed)))
        })
    }
}

impl Refusals {
    /// Counts one, by one of [`Refusal::REASONS`].
    pub(crate) fn count(&self, reason: &str) {
        if let Some(index) = Refusal::REASONS.iter().position(|one| *one == reason) {
            self.0[index].fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Source for Figures {
    fn troubles(&self) -> Vec<Trouble> {
        if self.instances().any(|(_, _, serves)| serves) {
            return Vec::new();
        }
        vec![Trouble::new("services", "none of the services behind the gateway serves")]
    }

    fn expose(&self, page: &mut Page) {
        self.calls.expose(NAME, page);
        page.gauge(
            "entrepot_gateway_calls_in_flight",
            "Calls that have not ended.",
            &[("service", NAME)],
            self.calls.in_flight(),
        );
        for (reason, count) in Refusal::REASONS.iter().zip(&self.refusals.0) {
            page.counter(
                "entrepot_gateway_refused_total",
                "Calls that the gateway refused to relay, by reason.",
                &[("service", NAME), ("reason", reason)],
                count.load(Ordering::Relaxed),
            );
        }
        for (upstream, number, serves) in self.instances() {
            let number = number.to_string();
            page.gauge(
                "entrepot_gateway_upstream_up",
                "1 while an instance of a service says that it serves.",
                &[("service", upstream.name()), ("instance", &number)],
                u64::from(serves),
            );
        }
    }
}

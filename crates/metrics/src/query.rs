//! Questions: read only, at a snapshot of what is committed and settled.
//!
//! A snapshot shows a release only once all that follows from it is published, so that values,
//! explanations and audits of one answer belong together. An as-of that cannot be served is
//! refused, never replaced by the newest. All of it may block: callers use threads that may.

mod audit;
mod names;
mod page;
mod preview;
mod sme;
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use api::types::Receipt;
use service::vintages::{ReleaseRecord, ReleaseState, VintageView};
use statistics::{AsOf, DataflowId, RecordedAt, ReleasedAt};
use store::Store;

use crate::Error;
use crate::apply::Snapshot;
use crate::service::{Owner, Shared};

pub(crate) use names::indicator_named;
pub(crate) use preview::Preview;
pub(crate) use values::definitions;

/// What one question reads: a domain at a snapshot.
pub(crate) struct Question<'a> {
    pub(crate) domain: String,
    pub(crate) store: &'a Store,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) as_of: AsOf,
    /// How far the unit was when the snapshot was taken, or a little before.
    pub(crate) frontier: Receipt,
}

impl Shared {
    /// The domain with this name, or the only one, and the owner of its unit.
    pub(crate) fn owner_of(&self, domain: &str) -> Result<(String, &Owner), Error> {
        if !domain.is_empty() {
            // Whoever asks for a domain by its name is told whose it is, known here or not.
            self.units.owner_of(domain)?;
        }
        let mut known = BTreeSet::new();
        for owner in &self.owners {
            let snapshot = owner.work.snapshot();
            known.extend(snapshot.catalogue.domains());
        }
        let mut known: Vec<String> = known.into_iter().collect();
        let name = match domain {
            "" if known.len() == 1 => known.remove(0),
            "" if known.len() > 1 => return Err(Error::DomainNeeded { known }),
            name if known.iter().any(|one| one == name) => name.to_owned(),
            name => return Err(Error::UnknownDomain { found: name.to_owned(), known }),
        };
        let partition = self.units.owner_of(&name)?.partition();
        let owner = self.owners.iter().find(|owner| owner.unit.partition() == partition);
        let owner = owner.ok_or(Error::Service(service::Error::Stopping))?;
        Ok((name, owner))
    }

    pub(crate) fn question(
        &self,
        domain: &str,
        as_of: Option<&api::types::AsOf>,
    ) -> Result<Question<'_>, Error> {
        let as_of = moment(as_of)?;
        let (domain, owner) = self.owner_of(domain)?;
        let frontier = owner.unit.frontier().to_receipt();
        let snapshot = owner.work.snapshot();
        Ok(Question { domain, store: owner.unit.store(), snapshot, as_of, frontier })
    }
}

impl Question<'_> {
    /// A view of the domain at the moment asked for.
    pub(crate) fn view(&self) -> Result<VintageView, Error> {
        if !self.snapshot.is_complete {
            return Err(Error::Rebuilding { domain: self.domain.clone() });
        }
        let catalogue = (*self.snapshot.settled).clone();
        Ok(VintageView::new(self.store.clone(), catalogue, &self.domain, self.as_of))
    }

    /// Refuses an as-of at which none of the dataflows had a release. `named` are ids without
    /// agency and version; all of the domain if absent.
    pub(crate) fn check_as_of(&self, what: &str, named: Option<&[&str]>) -> Result<(), Error> {
        if self.as_of == AsOf::Latest {
            return Ok(());
        }
        if !self.snapshot.is_complete {
            return Err(Error::Rebuilding { domain: self.domain.clone() });
        }
        let mut earliest = None;
        for (dataflow, releases) in self.snapshot.settled.releases.iter() {
            let Ok(id) = dataflow.parse::<DataflowId>() else { continue };
            let is_input = named.is_none_or(|named| named.contains(&id.id()));
            let here = self.snapshot.settled.domain_of(&id) == Some(self.domain.as_str());
            if !is_input || !here {
                continue;
            }
            for release in releases.iter().filter(|one| one.state() == ReleaseState::Committed) {
                if release.is_visible(self.as_of) {
                    return Ok(());
                }
                let time = self.time_of(release);
                earliest =
                    Some(earliest.map_or(time, |earliest: jiff::Timestamp| earliest.min(time)));
            }
        }
        Err(Error::AsOf { what: what.to_owned(), earliest })
    }

    fn time_of(&self, release: &ReleaseRecord) -> jiff::Timestamp {
        match self.as_of {
            AsOf::Recorded(_) => release.recorded_at().0,
            AsOf::Latest | AsOf::Released(_) => release.released_at().0,
        }
    }
}

fn moment(message: Option<&api::types::AsOf>) -> Result<AsOf, Error> {
    use api::types::as_of::Clock;
    match message.and_then(|one| one.clock.as_ref()) {
        None => Ok(AsOf::Latest),
        Some(Clock::ReleasedAt(time)) => {
            Ok(AsOf::Released(ReleasedAt(api::timestamp_from("as_of.released_at", time)?)))
        }
        Some(Clock::RecordedAt(time)) => {
            Ok(AsOf::Recorded(RecordedAt(api::timestamp_from("as_of.recorded_at", time)?)))
        }
    }
}

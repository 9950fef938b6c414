//! Who makes a product, or works in a segment, and how concentrated that is.
//!
//! Firms only: where a source gives the shares of countries beside those of firms, they are the same
//! whole once more.

use super::alert::{Alert, AlertKind, Certainty, since};
use super::concentration::{Concentration, ShareRange};
use super::partners::known;
use super::threshold::Thresholds;
use crate::{Entity, EntityId, Relation, RelationKind, Snapshot};

/// The makers of one product, or the firms of one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The product or segment.
    pub of: EntityId,
    /// How concentrated it is on its makers.
    pub concentration: Concentration,
    /// If one firm has all of it, or nobody else is known to have any.
    pub alert: Option<Alert>,
}

/// The makers of one product or segment; `None` if none is known, or their shares exceed the whole.
#[must_use]
pub fn sources_of(snapshot: &Snapshot, of: &EntityId, thresholds: &Thresholds) -> Option<Source> {
    let of = snapshot.entity(of)?.id();
    let is_by_firm =
        |one: &&Relation| one.kind == RelationKind::Produces && one.from.as_firm().is_some();
    let made: Vec<&Relation> = snapshot.incoming(&of).filter(is_by_firm).collect();
    let found = known(snapshot, &made, |one| &one.from, |one| one.share_of_purchases);
    let concentration = Concentration::of(found)?;
    let alert = alert(snapshot, &of, &concentration, thresholds.single_source);
    Some(Source { of, concentration, alert })
}

/// The same of all products and segments.
pub(crate) fn sources(snapshot: &Snapshot, thresholds: &Thresholds) -> Vec<Source> {
    let is_made = |entity: &&Entity| matches!(entity, Entity::Product(_) | Entity::Segment(_));
    let made = snapshot.entities().filter(is_made);
    made.filter_map(|entity| sources_of(snapshot, &entity.id(), thresholds)).collect()
}

/// Certain if one maker's stated share is enough. Possible if only one maker is known: there may be
/// others that nobody has told.
fn alert(
    snapshot: &Snapshot,
    of: &EntityId,
    found: &Concentration,
    threshold: f64,
) -> Option<Alert> {
    let is_enough = |(_, share): &(&EntityId, &ShareRange)| share.as_f64()[0] >= threshold;
    let sure = found.shares.iter().find(is_enough);
    let only = found.shares.iter().next().filter(|_| found.partners == 1);
    let (on, share) = sure.or(only)?;
    let certainty = Certainty::of(share.as_f64(), threshold)?;
    Some(Alert {
        kind: AlertKind::SingleSource,
        subject: of.clone(),
        on: Some(on.clone()),
        certainty,
        measured: share.as_f64(),
        threshold,
        evidence: found.evidence.clone(),
        since: since(snapshot, &found.evidence),
    })
}

//! What places do, as far as the operations of firms say: how many firms work there in a segment.
//!
//! Guarantees that a firm is counted only where its records leave no choice: by an operation that
//! names its segment, else by the one segment that the firm works in, else in its one place. A firm
//! of which it stays open is named, and counted nowhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::{EntityId, FirmId, PlaceId, RelationKind, SegmentId, Snapshot};

/// Places by segments.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Operations {
    /// How many firms operate in a place in a segment; never zero.
    pub firms: BTreeMap<(PlaceId, SegmentId), usize>,
    /// Firms with an operation of which it is not recorded in which segment it is.
    pub open: BTreeSet<FirmId>,
}

/// Counts the firms of each place and segment. A place is taken as it is recorded, without those
/// around it; a segment without those above it. Cost: the operations of all firms.
#[must_use]
pub fn operations(snapshot: &Snapshot) -> Operations {
    let mut counted = Operations::default();
    for firm in snapshot.firms() {
        let id = EntityId::Firm(firm.id.clone());
        let mut there: BTreeSet<(&PlaceId, &SegmentId)> = BTreeSet::new();
        let mut segments = BTreeSet::new();
        let (mut places, mut unstated) = (BTreeSet::new(), BTreeSet::new());
        for relation in snapshot.outgoing(&id) {
            if relation.kind == RelationKind::Produces
                && let EntityId::Segment(segment) = &relation.to
            {
                segments.insert(segment);
            }
            if relation.kind == RelationKind::LocatedIn
                && let EntityId::Place(place) = &relation.to
            {
                places.insert(place);
                match &relation.segment {
                    Some(segment) => there.insert((place, segment)),
                    None => unstated.insert(place),
                };
            }
        }
        // Another operation of the firm in the place may name its segment.
        unstated.retain(|place| there.iter().all(|(at, _)| at != place));
        // One that it is not said to work in may be elsewhere too.
        let is_whole = there.iter().all(|(_, segment)| segments.contains(segment));
        let is_one = segments.len() == 1 || (places.len() == 1 && !segments.is_empty());
        let is_sure = is_one && is_whole;
        if !is_sure && !unstated.is_empty() {
            counted.open.insert(firm.id.clone());
            unstated.clear();
        }
        for place in unstated {
            there.extend(segments.iter().map(|segment| (place, *segment)));
        }
        for (place, segment) in there {
            *counted.firms.entry((place.clone(), segment.clone())).or_default() += 1;
        }
    }
    counted
}

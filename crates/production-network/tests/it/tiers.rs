//! A reader sees the tiers that are open to it, and no trace of the others.

use jiff::civil::date;
use production_network::{EntityId, Readable, Snapshot, Tier};

use crate::{FEED, network_of, recorded};

const DOCUMENT: &[u8] = br#"{"network": "n", "entities": [
    {"kind": "firm", "id": "open", "name": "O", "source": "s"},
    {"kind": "firm", "id": "open-too", "name": "O", "source": "s"},
    {"kind": "firm", "id": "secret", "name": "S", "tier": "restricted", "source": "s"},
    {"kind": "firm", "id": "secret-copy", "name": "S", "tier": "restricted", "source": "s"},
    {"kind": "firm", "id": "open-copy", "name": "S", "source": "s"},
    {"kind": "actor", "id": "office", "name": "A", "type": "state_agency", "tier": "agency",
     "source": "s"},
    {"kind": "programme", "id": "fund", "name": "F", "type": "funding", "operator": "actor:office",
     "source": "s"},
    {"kind": "place", "id": "base", "name": "B", "type": "economy", "code": "MY", "tier": "agency",
     "source": "s"},
    {"kind": "place", "id": "zone", "name": "Z", "type": "cluster", "code": "MY-07",
     "within": "base", "source": "s"},
    {"kind": "product", "id": "part", "name": "P", "type": "good", "tier": "restricted",
     "source": "s"},
    {"kind": "segment", "id": "arms", "name": "A", "isic": "25", "tier": "restricted",
     "source": "s"},
    {"kind": "segment", "id": "arms.parts", "name": "A", "source": "s"}],
  "relations": [
    {"id": "r1", "kind": "supplies", "from": "firm:open", "to": "firm:open-too", "product": "part",
     "segment": "arms.parts", "source": "s", "evidence": "e", "confidence": 1},
    {"id": "r2", "kind": "supplies", "from": "firm:open", "to": "firm:secret", "source": "s",
     "evidence": "e", "confidence": 1},
    {"id": "r3", "kind": "supplies", "from": "firm:open", "to": "firm:open-too", "tier": "agency",
     "source": "s", "evidence": "e", "confidence": 1}],
  "merges": [
    {"merged": "firm:secret-copy", "into": "firm:open", "source": "s", "evidence": "e"},
    {"merged": "firm:open-copy", "into": "firm:open", "source": "s", "evidence": "e"}]}"#;

fn seen(readable: &Readable) -> Snapshot {
    let at = recorded("2017-04-01T00:00:00Z");
    network_of(DOCUMENT).as_of(date(2010, 1, 1), at).visible_to(readable)
}

fn relations(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.relations().map(|relation| relation.id.as_str()).collect()
}

#[test]
fn what_is_withheld_leaves_no_trace() {
    let public = seen(&Readable::public());
    assert_eq!(relations(&public), ["r1"]);
    let traces = format!(
        "{:?}",
        (
            public.entities().collect::<Vec<_>>(),
            public.relations().collect::<Vec<_>>(),
            public.merged().collect::<Vec<_>>(),
        )
    );
    for secret in ["secret", "office", "base", "part\"", "arms"] {
        assert!(!traces.contains(secret), "{secret} in {traces}");
    }
    let copy = EntityId::parse("firm:open-copy").expect("a reference");
    assert_eq!(public.resolve(&copy).to_string(), "firm:open");
}

#[test]
fn tiers_are_a_set_and_no_ranks() {
    let agency = seen(&Readable::of([Tier::Public, Tier::Agency]));
    assert_eq!(relations(&agency), ["r1", "r3"]);
    assert!(agency.entity(&EntityId::parse("actor:office").expect("a reference")).is_some());
    assert_eq!(relations(&seen(&Readable::of([Tier::Restricted]))), Vec::<&str>::new());
    assert_eq!(relations(&seen(&Readable::all())), ["r1", "r2", "r3"]);
}

#[test]
fn a_record_without_a_tier_is_public() {
    let at = recorded("2017-04-01T00:00:00Z");
    let all = network_of(FEED).as_of(date(2016, 12, 31), at);
    let public = all.visible_to(&Readable::public());
    assert!(public.entities().eq(all.entities()));
    assert!(public.relations().eq(all.relations()));
}

//! A snapshot that moves on, and what follows from it, are those that are made anew.
//!
//! Networks of few firms, so that nearly each fact meets the others: owners, partners, locations,
//! programmes and lead firms that come and go, records of other tiers, dates that are in doubt.

mod reach;

use jiff::civil::date;
use production_network::{
    Document, Entity, EntityId, Fact, Findings, Firm, Limits, Network, PartialDate, Readable,
    RecordedAt, RelationId, Snapshot, Touched, configurations, couplings, dependence_report,
    drivers, roles, routes,
};
use proptest::prelude::*;

use crate::FEED;

const FIRMS: usize = 14;

/// A firm as one of few that there may be.
#[derive(Clone, Debug)]
struct Told {
    firm: usize,
    home: usize,
    size: usize,
    tier: usize,
}

/// A relation as one of few that there may be.
#[derive(Clone, Debug)]
struct Joined {
    id: usize,
    kind: usize,
    from: usize,
    to: usize,
    industry: usize,
    specification: usize,
    share: u32,
    since: usize,
    tier: usize,
}

/// What one document says.
#[derive(Clone, Debug)]
enum Said {
    Firm(Told),
    Relation(Joined),
    RelationEnded(usize),
    FirmEnded(usize),
}

/// One fact, with relations of some kinds only and homes in so many economies.
fn said(kinds: Vec<usize>, homes: usize) -> impl Strategy<Value = Said> {
    let firm = (0..FIRMS, 0..homes, 0..3usize, 0..8usize)
        .prop_map(|(firm, home, size, tier)| Said::Firm(Told { firm, home, size, tier }));
    let one = (0..40usize, prop::sample::select(kinds), 0..FIRMS, 0..FIRMS, 0..2usize);
    let other = (0..4usize, 0..=100u32, 0..4usize, 0..12usize);
    let relation = (one, other).prop_map(|((id, kind, from, to, industry), other)| {
        let (specification, share, since, tier) = other;
        Said::Relation(Joined { id, kind, from, to, industry, specification, share, since, tier })
    });
    prop_oneof![
        2 => firm,
        12 => relation,
        2 => (0..40usize).prop_map(Said::RelationEnded),
        1 => (0..FIRMS).prop_map(Said::FirmEnded),
    ]
}

/// Documents of few kinds of relations, so that those meet each other.
fn documents() -> impl Strategy<Value = Vec<Vec<Said>>> {
    let kinds = prop::sample::subsequence((0..KINDS.len()).collect::<Vec<_>>(), 2..=KINDS.len());
    (kinds, 1..=4usize).prop_flat_map(|(kinds, homes)| {
        let first = prop::collection::vec(said(kinds.clone(), homes), 15..60);
        let step = prop::collection::vec(said(kinds, homes), 1..3);
        (first, prop::collection::vec(step, 1..8))
            .prop_map(|(first, steps)| std::iter::once(first).chain(steps).collect())
    })
}

/// A kind with its ends: `from` and `to` stand for the firms that were drawn.
const KINDS: [(&str, &str, &str); 22] = [
    ("supplies", "from", "to"),
    ("supplies", "from", "to"),
    ("supplies", "from", "to"),
    ("supplies", "from", "place:penang"),
    ("co_designs", "from", "to"),
    ("co_designs", "from", "to"),
    ("serves", "from", "to"),
    ("serves", "from", "actor:buyers"),
    ("licenses", "from", "to"),
    ("distributes_for", "from", "to"),
    ("shares_information", "from", "to"),
    ("owns", "from", "to"),
    ("owns", "from", "to"),
    ("owns", "actor:agency", "to"),
    ("invests_in", "from", "place:zone"),
    ("located_in", "from", "place:penang"),
    ("located_in", "from", "place:zone"),
    ("located_in", "from", "place:sg"),
    ("supports_by_programme", "programme:vdp", "to"),
    ("finances", "actor:agency", "to"),
    ("produces", "from", "product:board"),
    ("certifies", "from", "to"),
];

const SURROUNDINGS: &str = r#"{"network": "small",
  "entities": [
    {"kind": "place", "id": "my", "name": "M", "type": "economy", "code": "MY", "source": "s",
     "attributes": [
       {"id": "institutions.sme_turnover_below", "value": "50", "unit": "MYR", "source": "s"},
       {"id": "wage.operator", "value": "300", "unit": "USD", "source": "s"}]},
    {"kind": "place", "id": "sg", "name": "S", "type": "economy", "code": "SG", "source": "s",
     "attributes": [{"id": "wage.operator", "value": "900", "unit": "USD", "source": "s"}]},
    {"kind": "place", "id": "penang", "name": "P", "type": "subdivision", "code": "MY-07",
     "within": "my", "source": "s"},
    {"kind": "place", "id": "zone", "name": "Z", "type": "special_economic_zone",
     "code": "VN-39", "source": "s"},
    {"kind": "actor", "id": "agency", "name": "A", "type": "state_agency", "home": "MY",
     "source": "s"},
    {"kind": "actor", "id": "buyers", "name": "B", "type": "consumers", "source": "s"},
    {"kind": "programme", "id": "vdp", "name": "V", "type": "vendor_development",
     "operator": "firm:f0", "source": "s"},
    {"kind": "product", "id": "board", "name": "B", "type": "brand", "source": "s"},
    {"kind": "actor", "id": "clients", "name": "B", "type": "consumers", "source": "s"},
    {"kind": "actor", "id": "clientele", "name": "B", "type": "consumers", "source": "s"},
    {"kind": "segment", "id": "e", "name": "E", "isic": "26", "source": "s"},
    {"kind": "segment", "id": "e.smt", "name": "E", "source": "s"},
    {"kind": "firm", "id": "f0", "name": "F", "home": "US", "size": "large", "source": "s"}],
  "merges": [{"merged": "actor:clients", "into": "actor:clientele", "source": "s",
    "evidence": "e"}]}"#;

fn tier(number: usize) -> &'static str {
    if number == 0 { "agency" } else { "public" }
}

fn firm_record(told: &Told) -> String {
    let Told { firm, home, size, tier: of } = told;
    let home = ["MY", "SG", "VN", "US"][*home];
    let identity = if *size == 2 { "unnamed" } else { "named" };
    let size = ["sme", "large", "not_stated"][*size];
    format!(
        r#"{{"kind": "firm", "id": "f{firm}", "name": "F", "home": "{home}", "size": "{size}",
            "identity": "{identity}", "tier": "{}", "source": "s"}}"#,
        tier(*of)
    )
}

fn relation_record(joined: &Joined) -> String {
    let (kind, from, to) = KINDS[joined.kind];
    let end = |end: &str| match end {
        "from" => format!("firm:f{}", joined.from),
        "to" => format!("firm:f{}", joined.to),
        other => other.to_owned(),
    };
    let mut more = String::new();
    let specification = ["", "standardized", "customer", "supplier"][joined.specification];
    if kind == "supplies" && !specification.is_empty() {
        more += &format!(r#""specification": "{specification}", "#);
    }
    // Small enough never to be more than the whole together.
    let share = f64::from(joined.share) / 100.0;
    match (kind, joined.share % 2) {
        ("owns", 0) => more += &format!(r#""share": {share}, "#),
        ("supplies", 0) if to == "to" => more += &format!(r#""share_of_sales": {share}, "#),
        ("produces", 0) => more += &format!(r#""share_of_purchases": {share}, "#),
        ("licenses", _) => more += r#""product": "board", "#,
        _ => {}
    }
    let since = ["1990", "2004-03", "2010", "2011"][joined.since];
    format!(
        r#"{{"id": "r{}", "kind": "{kind}", "from": "{}", "to": "{}", "industry": "i{}", {more}
            "valid_from": "{since}", "tier": "{}", "source": "s", "evidence": "e",
            "confidence": 0.{}}}"#,
        joined.id,
        end(from),
        end(to),
        joined.industry,
        tier(joined.tier),
        5 + joined.id % 5
    )
}

/// The facts of one document, as they are taken in beside a network.
fn facts(network: &Network, said: &[Said]) -> Vec<Fact> {
    let (mut entities, mut relations, mut more) = (Vec::new(), Vec::new(), Vec::new());
    for one in said {
        match one {
            Said::Firm(told) => entities.push(firm_record(told)),
            Said::Relation(joined) => relations.push(relation_record(joined)),
            Said::RelationEnded(id) => {
                let id = RelationId::try_new(format!("r{id}")).expect("an id");
                more.push(Fact::RelationEnded { id, on: end() });
            }
            Said::FirmEnded(firm) => {
                let id = EntityId::parse(&format!("firm:f{firm}")).expect("an id");
                more.push(Fact::EntityEnded { id, on: end() });
            }
        }
    }
    let text = format!(
        r#"{{"network": "small", "entities": [{}], "relations": [{}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    let parsed =
        Document::parse_beside(text.as_bytes(), &Limits::default(), |id| network.knows(id));
    let mut facts = parsed.expect("a document").facts;
    facts.extend(more);
    facts
}

fn end() -> PartialDate {
    PartialDate::parse("2009").expect("a year")
}

fn at(minute: usize) -> RecordedAt {
    RecordedAt::parse(&format!("2020-01-01T00:{minute:02}:00Z")).expect("an instant")
}

/// Applies what a network takes; what it refuses is about nobody that is there.
fn apply(network: &mut Network, facts: Vec<Fact>, recorded: RecordedAt) -> Touched {
    let mut touched = Touched::default();
    for fact in facts {
        touched.note(&fact);
        drop(network.apply(fact, recorded));
    }
    touched
}

/// All that a snapshot says, in order.
fn shown(snapshot: &Snapshot) -> Vec<String> {
    let mut shown = vec![format!("{} {}", snapshot.valid(), snapshot.recorded())];
    shown.extend(snapshot.relations().map(|relation| format!("{relation:?}")));
    for entity in snapshot.entities() {
        let id = entity.id();
        shown.push(format!("{entity:?} {:?}", snapshot.entity(&id)));
        shown.extend(snapshot.outgoing(&id).map(|relation| format!("{id} gives {}", relation.id)));
        shown.extend(snapshot.incoming(&id).map(|relation| format!("{id} gets {}", relation.id)));
    }
    shown
}

fn assert_same(one: &Snapshot, other: &Snapshot) {
    let (one, other) = (shown(one), shown(other));
    let first = one.iter().zip(&other).find(|(one, other)| one != other);
    assert_eq!((first, one.len()), (None, other.len()));
}

/// What is told of the matches of a firm.
fn matches(findings: &Findings, snapshot: &Snapshot, firm: &Firm) -> Vec<String> {
    let found = findings.matching(snapshot).of(firm);
    let told = found.iter().map(|one| {
        let assets: Vec<_> = one.matches.iter().map(|asset| asset.asset).collect();
        let (sure, evidence) = (one.confidence(), one.evidence(16));
        format!("{} {assets:?} {} {sure:?} {evidence:?}", one.lead_firm, one.is_mutual())
    });
    told.collect()
}

/// What is found firm by firm is what is found of the whole.
fn check_lists(findings: &Findings, snapshot: &Snapshot) {
    let own = roles(snapshot);
    assert_eq!(findings.roles(), own);
    assert_eq!(findings.configurations(), configurations(snapshot, &own));
    let coupled = couplings(snapshot, &own);
    assert_eq!(findings.couplings(), coupled);
    assert_eq!(findings.routes(), routes(snapshot, &own));
    assert_eq!(findings.drivers(), drivers(snapshot));
    let report = dependence_report(snapshot, &own, &coupled, &findings.dependence().thresholds);
    assert_eq!(findings.dependence(), report.expect("usual thresholds"));
}

#[derive(Clone, Copy, Default)]
struct Seen {
    advanced: usize,
    left_alone: usize,
}

fn check(steps: &[Vec<Said>], readable: &Readable) -> Seen {
    let day = date(2010, 6, 1);
    let mut network = Network::default();
    let document = Document::parse(SURROUNDINGS.as_bytes(), &Limits::default());
    let document = document.expect("a document");
    assert_eq!(document.rejections, []);
    apply(&mut network, document.facts, at(0));
    let mut snapshot = network.as_of(day, at(0)).visible_to(readable);
    let mut findings = Findings::of(&snapshot);
    let mut seen = Seen::default();
    for (number, said) in steps.iter().enumerate() {
        let recorded = at(number + 1);
        let told = facts(&network, said);
        let touched = apply(&mut network, told, recorded);
        let anew = network.as_of(day, recorded).visible_to(readable);
        let Some(advance) = snapshot.advance(&network, &touched, readable, recorded) else {
            // The firm that runs the programme came or went.
            (snapshot, findings) = (anew.clone(), Findings::of(&anew));
            continue;
        };
        assert_same(&advance.snapshot, &anew);
        let advanced = findings.advance(&snapshot, &advance);
        let from_anew = Findings::of(&anew);
        check_lists(&from_anew, &anew);
        for firm in anew.firms() {
            let id = EntityId::Firm(firm.id.clone());
            if advanced.about.contains(&id) {
                continue;
            }
            seen.left_alone += 1;
            assert_eq!(from_anew.of_firm(&firm.id), findings.of_firm(&firm.id), "{id}");
            let before = snapshot.firm(&firm.id).expect("it was there");
            let before = matches(&findings, &snapshot, before);
            assert_eq!(matches(&from_anew, &anew, firm), before, "{id}");
        }
        for id in anew.entities().map(Entity::id).filter(|id| !advanced.about.contains(id)) {
            assert_eq!(from_anew.source(&id), findings.source(&id), "{id}");
        }
        assert_eq!(advanced.findings, from_anew);
        seen.advanced += 1;
        (snapshot, findings) = (advance.snapshot, advanced.findings);
    }
    seen
}

proptest! {
    #[test]
    fn what_moves_on_is_what_is_made_anew(
        steps in documents(),
        sees_all in any::<bool>(),
    ) {
        check(&steps, &if sees_all { Readable::all() } else { Readable::public() });
    }
}

#[test]
fn the_papers_network_record_by_record_is_the_one_at_once() {
    let document = Document::parse(FEED, &Limits::default()).expect("a document");
    let (day, readable) = (date(2016, 6, 1), Readable::public());
    let is_of_firms = |fact: &Fact| match fact {
        Fact::EntityAsserted(entity) => entity.as_firm().is_some(),
        _ => true,
    };
    let (of_firms, others): (Vec<Fact>, Vec<Fact>) =
        document.facts.into_iter().partition(is_of_firms);
    let mut network = Network::default();
    apply(&mut network, others, at(0));
    let mut snapshot = network.as_of(day, at(0)).visible_to(&readable);
    let mut findings = Findings::of(&snapshot);
    let mut advanced = 0;
    for fact in of_firms {
        let touched = apply(&mut network, vec![fact], at(1));
        let Some(advance) = snapshot.advance(&network, &touched, &readable, at(1)) else {
            // A firm that runs a programme.
            snapshot = network.as_of(day, at(1)).visible_to(&readable);
            findings = Findings::of(&snapshot);
            continue;
        };
        findings = findings.advance(&snapshot, &advance).findings;
        snapshot = advance.snapshot;
        advanced += 1;
    }
    assert!(advanced > 150, "most of them: {advanced}");
    let anew = network.as_of(day, at(1)).visible_to(&readable);
    assert_same(&snapshot, &anew);
    assert_eq!(findings, Findings::of(&anew));
    check_lists(&findings, &anew);
    assert!(findings.roles().len() > 50, "something was found");
}

#[test]
fn what_reaches_farther_than_firms_is_to_be_made_anew() {
    let document = Document::parse(SURROUNDINGS.as_bytes(), &Limits::default());
    let mut network = Network::default();
    apply(&mut network, document.expect("a document").facts, at(0));
    let (day, readable) = (date(2010, 6, 1), Readable::public());
    let snapshot = network.as_of(day, at(0)).visible_to(&readable);
    for (told, otherwise) in [
        (r#""value": "300""#, r#""value": "301""#),
        // A segment below it is hidden with it.
        (r#""id": "e", "name": "E""#, r#""id": "e", "name": "E", "tier": "agency""#),
        (r#""into": "actor:clientele""#, r#""into": "actor:buyers""#),
    ] {
        let mut network = network.clone();
        let text = SURROUNDINGS.replace(told, otherwise);
        assert_ne!(text, SURROUNDINGS);
        let again = Document::parse(text.as_bytes(), &Limits::default()).expect("a document");
        let touched = apply(&mut network, again.facts, at(1));
        assert!(snapshot.advance(&network, &touched, &readable, at(1)).is_none(), "{otherwise}");
    }
    // What is said of a merged one.
    let text = r#"{"network": "small", "relations": [{"id": "r", "kind": "serves",
        "from": "firm:f0", "to": "actor:clients", "source": "s", "evidence": "e",
        "confidence": 1}]}"#;
    let told = Document::parse_beside(text.as_bytes(), &Limits::default(), |id| network.knows(id));
    let told = told.expect("a document").facts;
    assert_eq!(told.len(), 1);
    let touched = apply(&mut network, told, at(1));
    assert!(snapshot.advance(&network, &touched, &readable, at(1)).is_none());
}

//! Niches of a place over gRPC: from the network's own operations, and from a table of the caller.

use api::network::{ActivityCell, ActivityTable, GetNichesRequest, GetNichesResponse};
use tonic::Code;

use crate::harness::{Started, asked_of, asked_of_paper};

/// Who works where: each place reaches one activity further than the next.
const DONE: [(&str, &[&str]); 4] = [
    ("aa", &["e.a", "e.b", "e.c", "e.d"]),
    ("bb", &["e.a", "e.b", "e.c"]),
    ("cc", &["e.a", "e.b"]),
    ("dd", &["e.a"]),
];

/// One firm for each place and segment, and one of which nobody says what it does where.
fn network() -> Vec<u8> {
    let mut entities = vec![segment("e", r#", "isic": "26""#), firm("open"), firm("whole")];
    let mut relations = vec![
        located("open", "aa", ""),
        located("open", "bb", ""),
        relation("open-makes-a", "produces", "open", "segment:e.a", ""),
        relation("open-makes-b", "produces", "open", "segment:e.b", ""),
    ];
    // It works in one place, so that its one segment is there.
    relations.push(located("whole", "dd", ""));
    relations.push(relation("whole-makes-a", "produces", "whole", "segment:e.a", ""));
    for id in ["e.a", "e.b", "e.c", "e.d"] {
        entities.push(segment(id, ""));
    }
    for (place, segments) in DONE {
        entities.push(format!(
            r#"{{"kind": "place", "id": "{place}", "name": "Place {place}", "type": "cluster",
                "code": "MY-07", "source": "test"}}"#
        ));
        let more = segments.iter().filter(|segment| (place, **segment) != ("dd", "e.a"));
        for segment in more {
            let id = format!("{place}-{segment}");
            entities.push(firm(&id));
            relations.push(located(&id, place, &format!(r#", "segment": "{segment}""#)));
        }
    }
    let (entities, relations) = (entities.join(","), relations.join(","));
    format!(r#"{{"network": "asean", "entities": [{entities}], "relations": [{relations}]}}"#)
        .into_bytes()
}

fn segment(id: &str, more: &str) -> String {
    format!(r#"{{"kind": "segment", "id": "{id}", "name": "Made {id}", "source": "test"{more}}}"#)
}

fn firm(id: &str) -> String {
    format!(r#"{{"kind": "firm", "id": "{id}", "name": "F", "home": "MY", "source": "test"}}"#)
}

fn located(firm: &str, place: &str, more: &str) -> String {
    let id = format!("{firm}-in-{place}");
    relation(&id, "located_in", firm, &format!("place:{place}"), more)
}

fn relation(id: &str, kind: &str, firm: &str, to: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "kind": "{kind}", "from": "firm:{firm}", "to": "{to}",
            "source": "test", "evidence": "test", "confidence": 1.0{more}}}"#
    )
}

fn table(absent: &str) -> Option<ActivityTable> {
    let cells = DONE.iter().flat_map(|(place, segments)| {
        segments.iter().map(|segment| ActivityCell {
            place: (*place).to_owned(),
            activity: (*segment).to_owned(),
            value: Some(1.0),
        })
    });
    Some(ActivityTable { cells: cells.collect(), absent: absent.to_owned() })
}

fn of(place: &str, table: Option<ActivityTable>) -> GetNichesRequest {
    GetNichesRequest {
        network: "asean".to_owned(),
        place: place.to_owned(),
        table,
        ..GetNichesRequest::default()
    }
}

async fn found(service: &mut Started, asked: GetNichesRequest) -> GetNichesResponse {
    service.client.get_niches(asked).await.expect("found").into_inner()
}

/// Each niche, its density, and the way there: step, proximity and the share that kept the one
/// before.
type Shown<'a> = Vec<(&'a str, f64, Vec<(&'a str, f64, f64)>)>;

fn shown(found: &GetNichesResponse) -> Shown<'_> {
    let niche = |one: &'_ api::network::Niche| one.density;
    let all = found.niches.iter().map(|one| {
        let steps = one.way.iter().flat_map(|way| &way.steps);
        let steps = steps.map(|step| (step.activity.as_str(), step.proximity, step.kept));
        (one.activity.as_str(), niche(one), steps.collect())
    });
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_has_its_niches_by_density_with_what_is_near_and_the_way_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), &network()).await;
    let answer = found(&mut service, of("place:dd", None)).await;
    assert_eq!((answer.source.as_str(), answer.absent.as_str()), ("operations", "zero"));
    assert_eq!((answer.places_total, answer.activities_total), (4, 4));
    assert_eq!((answer.open_firms_total, answer.place_name.as_str()), (1, "Place dd"));
    // Advantages: a has 4 of 10 firms, all of dd's: 1 / 0.4. Who is specialized in what makes a
    // chain, a-b-c-d, whose neighbours share one of two places: all are halves, exact in binary.
    assert_eq!(answer.has.len(), 1);
    let (held, advantage) = (answer.has[0].activity.as_str(), answer.has[0].advantage);
    assert!(held == "e.a" && (advantage - 2.5).abs() < 1e-12, "{advantage}");
    let (b, c, d) = (("e.b", 0.5, 0.5), ("e.c", 0.5, 0.5), ("e.d", 0.5, 1.0));
    let expected: Shown<'_> =
        vec![("e.b", 0.5, vec![b]), ("e.c", 0.0, vec![b, c]), ("e.d", 0.0, vec![b, c, d])];
    assert_eq!(shown(&answer), expected);
    let near = &answer.niches[0].near;
    assert_eq!((near.len(), near[0].activity_name.as_str()), (1, "Made e.a"));
    assert!(answer.niches[2].near.is_empty(), "nothing that it has is near");
    assert!(answer.complexity.is_some() && answer.niches.iter().all(|one| one.gain.is_some()));
    assert!(answer.moment.is_some() && !answer.is_cut);

    let by_table = found(&mut service, of("dd", table("zero"))).await;
    assert_eq!((by_table.source.as_str(), by_table.moment.is_none()), ("table", true));
    assert_eq!(shown(&by_table), expected);
    assert_eq!(by_table.complexity, answer.complexity);

    let asked = GetNichesRequest { limit: 1, ..of("dd", None) };
    let cut = found(&mut service, asked).await;
    assert!(cut.is_cut && cut.niches == answer.niches[..1] && cut.niches_total == 3, "{cut:?}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_no_zero_and_said() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    // The paper names no segment of any operation.
    let answer = found(&mut service, of("penang", None)).await;
    assert_eq!(answer.undefined_because, "nothing-there");
    assert!(answer.open_firms_total > 0 && answer.niches.is_empty(), "{answer:?}");
    assert_eq!(answer.complexity_undefined_because, "too-few");

    let answer = found(&mut service, of("dd", table(""))).await;
    assert_eq!((answer.absent.as_str(), answer.undefined_because.as_str()), ("unknown", "unknown"));
    assert!(answer.left_out.iter().any(|one| one.id == "dd" && one.because == "unknown"));

    let repeated = table("zero").map(|table| {
        let cells = [table.cells.as_slice(), table.cells.as_slice()].concat();
        ActivityTable { cells, ..table }
    });
    let negative = table("zero").map(|mut table| {
        table.cells[0].value = Some(-1.0);
        table
    });
    let unnamed = table("zero").map(|mut table| {
        table.cells[1].activity = String::new();
        table
    });
    let diagonal = |count: usize| {
        let cell = |at: usize| ActivityCell {
            place: format!("p{at}"),
            activity: format!("a{at}"),
            value: Some(1.0),
        };
        Some(ActivityTable { cells: (0..count).map(cell).collect(), absent: "zero".to_owned() })
    };
    for (asked, code, text) in [
        (of("p0", diagonal(201)), Code::InvalidArgument, "201 places"),
        (of("p0", diagonal(50_001)), Code::InvalidArgument, "50001 cells"),
        (of("zz", table("zero")), Code::InvalidArgument, "not in the table"),
        (of("dd", table("none")), Code::InvalidArgument, "neither"),
        (of("dd", repeated), Code::InvalidArgument, "table"),
        (of("aa", negative), Code::InvalidArgument, "cell 0, counted from 0: `aa`"),
        (
            of("aa", unnamed),
            Code::InvalidArgument,
            "cell 1, counted from 0: the activity has 0 bytes",
        ),
        (of("", None), Code::InvalidArgument, "place"),
        (of("nowhere", None), Code::NotFound, "nowhere"),
        (GetNichesRequest { limit: 201, ..of("penang", None) }, Code::InvalidArgument, "limit"),
    ] {
        let refused = service.client.get_niches(asked).await.expect_err("refused");
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    service.stop().await;
}

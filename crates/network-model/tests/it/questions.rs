//! What can be asked of the paper's network beside roles and couplings, and what is refused.

use std::io::Cursor;

use api::network::requirement::Ask;
use api::network::run_shock_response::Part;
use api::network::strike::Strike as Blow;
use api::network::{
    Codes, ExportNetworkRequest, GetDependenceRequest, GetNeighbourhoodRequest, GetSmeFdiRequest,
    GetTrajectoryRequest, ListRoutesRequest, MatchFirmsRequest, Need, NetworkAsOf,
    OfficialInvestment, Requirement, RunShockRequest, ShockOptions, Strike,
};
use production_network::{Limits, Mapping};
use tonic::Code;

use crate::harness::{Started, asked_of_paper};

async fn started(directory: &std::path::Path) -> Started {
    asked_of_paper(directory).await
}

fn on(day: &str) -> Option<NetworkAsOf> {
    Some(NetworkAsOf { valid_on: day.to_owned(), recorded: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_case_firms_answer_over_grpc_as_in_the_library() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = started(directory.path()).await;
    let network = || "asean".to_owned();

    let request =
        ListRoutesRequest { network: network(), as_of: on("2014-06-01"), ..Default::default() };
    let routes = service.client.list_routes(request).await.expect("routes").into_inner();
    let atc = routes.routes.iter().find(|one| one.firm == "atc").expect("a route");
    assert_eq!((atc.host.as_str(), atc.route.as_str()), ("MY", "beside-lead-firm"));
    assert!(atc.investment.as_ref().is_some_and(|made| made.basis == "stated"));
    assert_eq!(routes.moment.expect("a moment").valid_on, "2014-06-01");

    let request =
        GetTrajectoryRequest { network: network(), firm: "atc".to_owned(), ..Default::default() };
    let way = service.client.get_trajectory(request).await.expect("a way").into_inner();
    let step = |on: &str, turn: &str| way.steps.iter().any(|s| s.on == on && s.turn == turn);
    assert!(step("2009", "decoupling") && step("2012", "goes-abroad"), "{way:?}");
    let event = |kind: &str| way.events.iter().find(|event| event.kind == kind);
    assert_eq!(event("decoupling").map(|one| one.cause.as_str()), Some("relocation"));
    assert_eq!(event("recoupling").map(|one| one.on.as_str()), Some("2012"));
    assert!(way.points.iter().any(|point| point.stage == "local-supplier"), "{:?}", way.points);

    // One value is in Australian dollars, and none in those of the United States.
    for (unit, left_out_min) in [("AUD", 3), ("USD", 4)] {
        let official = Some(OfficialInvestment { at_least: 1_000, at_most: 1_000 });
        let request = GetSmeFdiRequest {
            network: network(),
            row: "host".to_owned(),
            unit: unit.to_owned(),
            official,
            ..Default::default()
        };
        let found = service.client.get_sme_fdi(request).await.expect("a table").into_inner();
        assert!(found.is_too_few && found.left_out >= left_out_min, "{found:?}");
        assert!(!found.cells.is_empty() && found.coverage.is_none(), "{found:?}");
        assert!(found.cells.iter().all(|cell| cell.numbers.is_none()), "{found:?}");
    }

    let request =
        GetDependenceRequest { network: network(), as_of: on("2008-06-01"), ..Default::default() };
    let found = service.client.get_dependence(request).await.expect("dependence").into_inner();
    let atc = found.firms.iter().find(|one| one.firm == "atc").expect("alerts");
    let relocation = atc.alerts.iter().find(|alert| alert.kind == "relocation").expect("one");
    assert_eq!(relocation.on, "firm:semiconductor-customers");
    assert_eq!(relocation.certainty, "possible", "no share is stated");

    let request = GetNeighbourhoodRequest {
        network: network(),
        id: "atc".to_owned(),
        as_of: on("2014-06-01"),
        steps: 2,
        limit: 5,
        ..Default::default()
    };
    let near = service.client.get_neighbourhood(request).await.expect("near").into_inner();
    assert!(near.is_cut && near.relations.len() == 5, "{near:?}");
    assert_eq!(near.neighbours[0].steps, 0);
    assert!(near.relations.iter().all(|one| one.from == "firm:atc" || one.to == "firm:atc"));

    let requirement = Requirement {
        ask: Some(Ask::Places(Codes { codes: vec!["penang".to_owned()] })),
        weight: None,
    };
    let need = Need {
        lead: "electronics-customers".to_owned(),
        segment: String::new(),
        requirements: vec![requirement],
    };
    let request = MatchFirmsRequest {
        network: network(),
        needs: vec![need],
        as_of: on("2014-06-01"),
        ..Default::default()
    };
    let found = service.client.match_firms(request).await.expect("matches").into_inner();
    assert_eq!(found.verdict, "found");
    let fits: Vec<&str> = found.matches.iter().map(|one| one.firm.as_str()).collect();
    assert!(fits.contains(&"atc"), "{fits:?}");
    service.stop().await;
}

async fn exported(service: &mut Started, format: &str) -> Vec<u8> {
    let request = ExportNetworkRequest {
        network: "asean".to_owned(),
        format: format.to_owned(),
        as_of: on("2014-06-01"),
        after: None,
    };
    let mut parts = service.client.export_network(request).await.expect("parts").into_inner();
    let mut bytes = Vec::new();
    let mut moments = 0;
    while let Some(part) = parts.message().await.expect("a part") {
        moments += usize::from(part.moment.is_some());
        bytes.extend(part.chunk);
    }
    assert_eq!(moments, 1, "the first part says of when it is");
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_sent_whole_and_read_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = started(directory.path()).await;
    let graph = exported(&mut service, "graphml").await;
    assert!(graph.len() > 64 * 1024, "more than one part: {}", graph.len());
    let id = production_network::NetworkId::try_new("asean").expect("an id");
    let mapping = Mapping::of_graphml(&id, "network.graphml").expect("a mapping");
    let read = mapping.load(&Limits::default(), |_| Ok(Cursor::new(&graph))).expect("reads");
    assert_eq!(read.rejections, []);
    let rows = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().count() - 1;
    let entities = exported(&mut service, "entities_csv").await;
    let relations = exported(&mut service, "relations_csv").await;
    assert_eq!(read.facts.len(), rows(&entities) + rows(&relations));
    assert!(exported(&mut service, "gexf").await.starts_with(b"<?xml"));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_with_its_field() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = started(directory.path()).await;
    let network = || "asean".to_owned();
    let check = |status: tonic::Status, code: Code, text: &str| {
        assert_eq!(status.code(), code, "{status:?}");
        assert!(status.message().contains(text), "{}", status.message());
    };
    let request = GetNeighbourhoodRequest {
        network: network(),
        id: "atc".to_owned(),
        steps: 5,
        ..Default::default()
    };
    let refused = service.client.get_neighbourhood(request.clone()).await.expect_err("too far");
    check(refused, Code::InvalidArgument, "steps");
    let request = GetNeighbourhoodRequest { steps: 1, kinds: vec!["sells".to_owned()], ..request };
    let refused = service.client.get_neighbourhood(request).await.expect_err("no kind");
    check(refused, Code::InvalidArgument, "sells");
    let request =
        ExportNetworkRequest { network: network(), format: "pdf".to_owned(), ..Default::default() };
    let refused = service.client.export_network(request).await.expect_err("no format");
    check(refused, Code::InvalidArgument, "graphml");
    let request = MatchFirmsRequest { network: network(), ..Default::default() };
    let refused = service.client.match_firms(request).await.expect_err("no need");
    check(refused, Code::InvalidArgument, "one need");
    let need = Need { lead: "nobody".to_owned(), ..Need::default() };
    let request = MatchFirmsRequest { network: network(), needs: vec![need], ..Default::default() };
    let refused = service.client.match_firms(request).await.expect_err("nobody");
    check(refused, Code::NotFound, "firm:nobody");
    let thresholds = api::network::DependenceThresholds { hhi: Some(2.0), ..Default::default() };
    let request = GetDependenceRequest {
        network: network(),
        thresholds: Some(thresholds),
        ..Default::default()
    };
    let refused = service.client.get_dependence(request).await.expect_err("no share");
    check(refused, Code::InvalidArgument, "hhi");
    let request =
        GetTrajectoryRequest { network: network(), firm: "atcc".to_owned(), ..Default::default() };
    let refused = service.client.get_trajectory(request).await.expect_err("unknown");
    check(refused, Code::NotFound, "atcc");
    service.stop().await;
}

/// The parts of an answer, up to a number of them.
async fn shocked(
    service: &mut Started,
    request: RunShockRequest,
    most: usize,
) -> Result<Vec<Part>, tonic::Status> {
    let mut stream = service.client.run_shock(request).await?.into_inner();
    let mut parts = Vec::new();
    while parts.len() < most
        && let Some(message) = stream.message().await?
    {
        parts.extend(message.part);
    }
    Ok(parts)
}

#[tokio::test(flavor = "multi_thread")]
async fn shocks_are_streamed_with_what_they_rest_on_and_end_when_the_client_leaves() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = started(directory.path()).await;
    let options =
        ShockOptions { missing_volume: "count_alike".to_owned(), ..ShockOptions::default() };
    let each = RunShockRequest {
        network: "asean".to_owned(),
        as_of: on("2008-06-01"),
        options: Some(options.clone()),
        ..RunShockRequest::default()
    };
    let parts = shocked(&mut service, each.clone(), usize::MAX).await.expect("parts");
    let Some(Part::Setting(setting)) = parts.first() else { panic!("{parts:?}") };
    let used = setting.options.clone().expect("options");
    assert_eq!((used.eps, used.essentiality.as_str()), (0.01, "linear"), "all are told");
    let mut done = 0;
    for part in &parts[1..] {
        let Part::Impact(found) = part else { panic!("{part:?}") };
        done += 1;
        assert_eq!((found.done, found.total), (done, parts.len() as u64 - 1));
        let impact = found.impact.expect("an impact");
        assert!(impact.is_converged && impact.esri > 0.0 && impact.esri <= 1.0, "{found:?}");
    }
    // As many as may be at a time leave early, and the next ones still get a place.
    for _ in 0..6 {
        let begun = async {
            loop {
                match shocked(&mut service, each.clone(), 2).await {
                    Err(status) if status.code() == Code::ResourceExhausted => {
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    }
                    parts => break parts,
                }
            }
        };
        let begun = tokio::time::timeout(std::time::Duration::from_secs(20), begun).await;
        assert_eq!(begun.expect("in time").expect("parts").len(), 2);
    }

    let closes = |firm: &str| Strike { strike: Some(Blow::Closes(firm.to_owned())) };
    let scenario = RunShockRequest { strikes: vec![closes("semiconductor-customers")], ..each };
    let parts = shocked(&mut service, scenario.clone(), usize::MAX).await.expect("parts");
    let [Part::Setting(_), Part::Cascade(cascade)] = parts.as_slice() else { panic!("{parts:?}") };
    let firms: Vec<&str> = cascade.losers.iter().map(|one| one.firm.as_str()).collect();
    assert!(firms.contains(&"atc"), "it sells a fifth of what it sells there: {firms:?}");
    assert!(cascade.losers_sme >= 1 && cascade.by_place.iter().any(|one| one.id == "sg"));

    let unknown = RunShockRequest { strikes: vec![closes("nobody")], ..scenario.clone() };
    let refused = shocked(&mut service, unknown, 1).await.expect_err("nobody");
    assert_eq!(refused.code(), Code::NotFound);
    let refused = RunShockRequest { options: None, ..scenario };
    let refused = shocked(&mut service, refused, 1).await.expect_err("no volumes are stated");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("count all supplies alike"), "{}", refused.message());
    service.stop().await;
}

//! What is wrong with a question is told by field, name or limit.

use api::metrics::{
    ClassifySmeRequest, ListIndicatorValuesRequest, PreviewReleaseRequest, WatchIndicatorsRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::fixture::{System, World};

async fn refused(system: &mut System, request: ListIndicatorValuesRequest) -> tonic::Status {
    system.list(request).await.expect_err("refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_question_is_told_what_is_wrong() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let base = ListIndicatorValuesRequest::default;

    let status = refused(
        &mut system,
        ListIndicatorValuesRequest { indicator: "fdi.inflows".into(), ..base() },
    );
    let status = status.await;
    assert_eq!(status.code(), Code::NotFound);
    assert!(status.message().contains("fdi.inflow,"), "{}", status.message());

    let wrong = [
        ("period", ListIndicatorValuesRequest { period: "last year".into(), ..base() }),
        ("area", ListIndicatorValuesRequest { area: "S G".into(), ..base() }),
        ("page_token", ListIndicatorValuesRequest { page_token: "xyz".into(), ..base() }),
    ];
    for (field, request) in wrong {
        let status = refused(&mut system, request).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{field}");
        let details = status.get_details_bad_request().expect("a field");
        assert_eq!(details.field_violations[0].field, field);
    }

    let status = refused(&mut system, ListIndicatorValuesRequest { domain: "eu".into(), ..base() });
    let status = status.await;
    assert_eq!(status.code(), Code::NotFound);
    assert!(status.message().contains("asean"), "{}", status.message());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_checks_its_fields() {
    let world = World::new().await;
    let mut system = world.start().await;
    let receipt = api::types::Receipt {
        positions: vec![api::types::LogPosition::new(
            "entrepot.observations.v1",
            world.partition.0,
            0,
        )],
    };
    system.caught_up(&receipt).await;
    let firm = || ClassifySmeRequest {
        area: "MY".to_owned(),
        day: "2016-04-30".to_owned(),
        ..Default::default()
    };
    let wrong = [
        ("day", ClassifySmeRequest { day: "yesterday".into(), ..firm() }),
        ("turnover", ClassifySmeRequest { turnover: Some("much".into()), ..firm() }),
        ("assets", ClassifySmeRequest { assets: Some("-1".into()), ..firm() }),
        ("activity_group", ClassifySmeRequest { activity_group: "X".into(), ..firm() }),
        ("area", ClassifySmeRequest { area: String::new(), ..firm() }),
    ];
    for (field, request) in wrong {
        let status = system.client.classify_sme(request).await.expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{field}");
        let details = status.get_details_bad_request().expect("a field");
        assert_eq!(details.field_violations[0].field, field);
    }

    let unknown = PreviewReleaseRequest { dataflow: "DF_NONE".into(), ..Default::default() };
    let status = system.client.preview_release(tokio_stream::iter([unknown])).await;
    assert_eq!(status.expect_err("no such dataflow").code(), Code::NotFound);
    let nothing: [PreviewReleaseRequest; 0] = [];
    let status = system.client.preview_release(tokio_stream::iter(nothing)).await;
    assert_eq!(status.expect_err("nothing named").code(), Code::InvalidArgument);

    let unknown = WatchIndicatorsRequest { indicator: "no.such".into(), ..Default::default() };
    let status = system.client.watch_indicators(unknown).await.expect_err("no such indicator");
    assert_eq!(status.code(), Code::NotFound);
    system.stop().await;
}

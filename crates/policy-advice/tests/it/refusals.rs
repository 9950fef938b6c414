//! What is no subject is refused with its field and what is accepted; what is not applied in time
//! says so.

use std::time::Duration;

use api::advice::{AdviseRequest, Subject};
use api::types::{LogPosition, Receipt};
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::harness::{Started, Upstream, open_log, participation, subject};

fn request(subject: Subject) -> AdviseRequest {
    AdviseRequest { subject: Some(subject), after: None, limit: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_subject_names_the_field_and_what_is_accepted() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let mechanism =
        Subject { mechanism: "magic".to_owned(), ..subject("MY", "electronics", "", "") };
    for (asked, field, accepted) in [
        (subject("Penang", "electronics", "", ""), "subject.place", "MY-07"),
        (subject("", "electronics", "", ""), "subject.place", "MY-07"),
        (subject("MY", "", "", ""), "subject.segment", "electronics.assembly"),
        (subject("MY", "witchcraft", "", ""), "subject.segment", "electronics.assembly"),
        (subject("MY", "electronics", "supplier", ""), "subject.role", "generic-supplier"),
        (subject("MY", "electronics", "", "tiny"), "subject.size", "medium-large"),
        (mechanism, "subject.mechanism", "production-platform"),
    ] {
        let refused = service.client.advise(request(asked)).await.expect_err(field);
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
        assert!(refused.message().contains(accepted), "{refused}");
        let details = refused.get_details_bad_request().expect("details");
        assert_eq!(details.field_violations[0].field, field);
    }
    let written = subject("MY", "electronics", "Generic_Supplier", "medium_large");
    assert!(service.client.advise(request(written)).await.is_ok(), "both ways of writing");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_waited_for_within_the_deadline() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    // The first observations, of which metrics has told nothing yet; then its own first bracket.
    for (topic, position) in [("entrepot.observations.v1", 0), ("entrepot.indicators.v1", 2)] {
        let at = LogPosition::new(topic, 0, position);
        let after = Some(Receipt { positions: vec![at] });
        let asked = AdviseRequest { after, ..request(subject("VN", "agriculture", "", "")) };
        let mut late = Request::new(asked);
        late.set_timeout(Duration::from_millis(300));
        let refused = service.client.advise(late).await.expect_err("not yet");
        assert!(matches!(refused.code(), Code::DeadlineExceeded | Code::Cancelled), "{refused}");
    }
    let at = LogPosition::new("entrepot.indicators.v1", 0, 2);
    let after = Receipt { positions: vec![at] };
    let writing = async {
        Upstream::metrics(&log).await.bracket(participation("VN", "21.4")).await;
    };
    let asking = service.advise(subject("VN", "agriculture", "", ""), after);
    let (advice, ()) = tokio::join!(asking, writing);
    assert!(advice.diagnosis.iter().any(|line| line.contains("VN, 2008: 21.4")));
    service.stop().await;
}

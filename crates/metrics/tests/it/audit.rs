//! The audit of the paper, and firms judged by their own country's definition.

use api::events::DocumentKind;
use api::metrics::{AuditRequest, ClassifySmeRequest};

use crate::feed;
use crate::fixture::World;

#[tokio::test(flavor = "multi_thread")]
async fn registered_claims_are_judged_and_tables_recounted() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    world.paper().await;
    let claims = std::fs::read(feed::folder().join("claims.json")).expect("the claims");
    let receipt = world.document(DocumentKind::Claims, "claims", claims).await;
    let request = AuditRequest { after: Some(receipt), ..Default::default() };
    let audit = system.client.audit(request).await.expect("an audit").into_inner();
    assert!(audit.claims.len() > 50, "{} claims", audit.claims.len());
    for verdict in ["holds", "contradicted", "cannot_be_checked"] {
        assert!(audit.claims.iter().any(|claim| claim.verdict == verdict), "{verdict}");
    }
    let checked = audit.claims.iter().find(|claim| !claim.inputs.is_empty()).expect("inputs");
    assert!(checked.inputs.iter().any(|input| input.release.contains('#')), "{checked:?}");
    assert!(audit.implied.len() > 50, "{} implied numbers", audit.implied.len());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_is_judged_by_its_own_countrys_definition() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let firm = |turnover: &str| ClassifySmeRequest {
        area: "MY".to_owned(),
        day: "2016-04-30".to_owned(),
        activity_group: "MANUF".to_owned(),
        turnover: Some(turnover.to_owned()),
        ..Default::default()
    };
    // Malaysia's own threshold is a turnover below 50 million ringgit.
    let mut status = Vec::new();
    for turnover in ["49999999", "50000000"] {
        let answer = system.client.classify_sme(firm(turnover)).await.expect("an answer");
        let answer = answer.into_inner();
        assert_eq!(answer.inputs[0].value.as_deref(), Some("50"), "{answer:?}");
        status.push(answer.status);
    }
    assert_eq!(status, ["sme", "large"]);
    let unknown = ClassifySmeRequest { turnover: None, employees: Some(20), ..firm("0") };
    let unknown = system.client.classify_sme(unknown).await.expect("an answer").into_inner();
    assert_eq!(unknown.status, "not_stated", "{unknown:?}");
    system.stop().await;
}

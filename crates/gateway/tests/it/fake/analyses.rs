//! What the fake answers to questions that compare a firm or a place with something else.

use api::network::{GetUpgradingResponse, ShownChange, UpgradingOfKind};

use super::questions::moment;

pub(super) fn upgrading() -> GetUpgradingResponse {
    let kind = |kind: &str, change: &str| UpgradingOfKind {
        kind: kind.to_owned(),
        change: change.to_owned(),
        risen: Vec::new(),
        fallen: Vec::new(),
    };
    let relation = ShownChange {
        relation: "rel-2".to_owned(),
        relation_kind: "co-designs".to_owned(),
        with: "firm:intel".to_owned(),
        with_name: "Intel".to_owned(),
        industry: "electronics".to_owned(),
        valid_from: "2012".to_owned(),
        ..ShownChange::default()
    };
    let lost = ShownChange {
        relation: "rel-1".to_owned(),
        relation_kind: "distributes-for".to_owned(),
        with: "firm:motorola".to_owned(),
        with_name: "Motorola".to_owned(),
        valid_to: "2010".to_owned(),
        ..ShownChange::default()
    };
    let wage = ShownChange {
        attribute: "capability.wage".to_owned(),
        values_from: vec!["1200 MYR".to_owned()],
        values_until: vec!["1500 MYR".to_owned()],
        ..ShownChange::default()
    };
    GetUpgradingResponse {
        firm: "unico".to_owned(),
        firm_name: "Unico".to_owned(),
        from: "2009-12-31".to_owned(),
        until: "2014-12-31".to_owned(),
        industrial: vec![
            kind("process", "undefined"),
            kind("product", "unchanged"),
            UpgradingOfKind {
                risen: vec![relation],
                fallen: vec![lost],
                ..kind("functional", "mixed")
            },
            kind("chain", "unchanged"),
        ],
        social: vec![
            UpgradingOfKind { risen: vec![wage], ..kind("wages", "risen") },
            kind("training", "undefined"),
            kind("labour-standards", "undefined"),
        ],
        is_cut: true,
        moment: Some(moment()),
        frontier: None,
    }
}

//! What the fake answers to questions that compare a firm or a place with something else.

use api::network::{
    CentralEntity, ConnectedPart, GetCoordinationResponse, GetCostCapabilityResponse,
    GetLogicsResponse, GetNichesRequest, GetNichesResponse, GetUpgradingResponse, GovernanceCount,
    HeldActivity, LeftOutOfTable, ListCentralityRequest, ListCentralityResponse, LogicOfFirm,
    NearActivity, Niche, Range, Ratio, RatioInPlace, SecondTier, ShownChange, StepOfWay,
    SupplyPositionsFound, TierSupply, UpgradingOfKind, WayToNiche,
};

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

pub(super) fn cost_capability(is_move: bool) -> GetCostCapabilityResponse {
    let within = |low: f64, high: f64, unit: &str| Ratio {
        low: Some(low),
        high: Some(high),
        unit: unit.to_owned(),
        undefined_because: String::new(),
    };
    let none = Ratio { undefined_because: "no-cost".to_owned(), ..Ratio::default() };
    let place = |id: &str, name: &str, side: &str, ratio: &Ratio| RatioInPlace {
        place: id.to_owned(),
        place_name: name.to_owned(),
        side: side.to_owned(),
        ratio: Some(ratio.clone()),
        of_home: None,
        cost_of: String::new(),
        evidence: vec!["rel-2".to_owned()],
    };
    let home = within(2.0, 2.0, "USD/parts");
    let penang = RatioInPlace {
        of_home: Some(within(0.25, 0.5, "1")),
        cost_of: "my".to_owned(),
        ..place("penang", "Penang", "abroad", &within(0.5, 1.0, "USD/parts"))
    };
    let moved = RatioInPlace { evidence: Vec::new(), ..penang.clone() };
    GetCostCapabilityResponse {
        firm: "unico".to_owned(),
        firm_name: "Unico".to_owned(),
        cost: "wage.manufacturing".to_owned(),
        capability: "capability.output".to_owned(),
        places: vec![
            RatioInPlace { cost_of: "sg".to_owned(), ..place("sg", "Singapore", "home", &home) },
            penang,
            RatioInPlace {
                of_home: Some(none.clone()),
                ..place("hcmc", "Ho Chi Minh City", "abroad", &none)
            },
        ],
        is_cut: false,
        r#move: is_move.then_some(moved),
        costs_recorded: vec!["wage.manufacturing".to_owned(), "wage.minimum".to_owned()],
        capabilities_recorded: vec!["capability.output".to_owned()],
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn coordination() -> GetCoordinationResponse {
    let supply = |relation: &str, supplier: &str, boundary: &str, governance: &str| TierSupply {
        relation: relation.to_owned(),
        supplier: format!("firm:{}", supplier.to_lowercase()),
        supplier_name: supplier.to_owned(),
        boundary: boundary.to_owned(),
        governance: governance.to_owned(),
        evidence: vec!["rel-3".to_owned()],
    };
    let tier = |supplier: &str, supplies: Vec<TierSupply>| SecondTier {
        supplier: supplier.to_lowercase(),
        supplier_name: supplier.to_owned(),
        is_recorded: !supplies.is_empty(),
        supplies,
    };
    let count = |governance: &str, first_tier: u32, second_tier: u32| GovernanceCount {
        governance: governance.to_owned(),
        first_tier,
        second_tier,
    };
    GetCoordinationResponse {
        firm: "intel".to_owned(),
        firm_name: "Intel".to_owned(),
        lead_firm_in: vec!["electronics".to_owned()],
        intra_firm: Some(Range { low: 0.25, high: 0.5 }),
        inter_firm: Some(Range { low: 0.5, high: 0.75 }),
        undefined_because: String::new(),
        first_tier: vec![
            supply("rel-1", "Unico", "inter-firm", "captive"),
            supply("rel-4", "Altera", "intra-firm", "hierarchy"),
        ],
        second_tier: vec![
            tier("Altera", Vec::new()),
            tier("Unico", vec![supply("rel-5", "Plastics", "inter-firm", "market")]),
        ],
        governance: vec![count("hierarchy", 1, 0), count("captive", 1, 0), count("market", 0, 1)],
        is_cut: true,
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn logics() -> GetLogicsResponse {
    let cost = LogicOfFirm {
        logic: "cost".to_owned(),
        score: "0.400".to_owned(),
        reason: "production where it costs less (3.1; 3.2, 3)".to_owned(),
        evidence: vec!["rel-1".to_owned()],
        evidence_total: 1,
    };
    GetLogicsResponse {
        firm: "intel".to_owned(),
        firm_name: "Intel".to_owned(),
        lead_firm_in: Vec::new(),
        logics: vec![cost],
        not_shown: ["market", "finance", "risk"].map(str::to_owned).into(),
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn centrality(asked: &ListCentralityRequest) -> ListCentralityResponse {
    let is_positioned = asked.positions.is_some();
    let positions = asked.positions.as_ref().map(|positions| SupplyPositionsFound {
        missing_volume: positions.missing_volume.clone(),
        labour_share: positions.labour_share.unwrap_or_default(),
        unit: "USD".to_owned(),
        left_out: 1,
        firms: 3,
        links: 1,
        undefined_because: String::new(),
        without_upstreamness: 1,
        upstreamness_undefined_because: String::new(),
        influence_undefined_because: String::new(),
        undefined_code: String::new(),
    });
    let entity = |name: &str, page_rank: f64, gives: u32, receives: u32| CentralEntity {
        entity: format!("firm:{}", name.to_lowercase()),
        name: name.to_owned(),
        kind: "firm".to_owned(),
        page_rank,
        gives,
        receives,
        part: "firm:intel".to_owned(),
        upstreamness: is_positioned.then_some(if gives > 0 { 2.0 } else { 1.0 }),
        influence: is_positioned.then_some(0.375),
    };
    let part =
        ConnectedPart { part: "firm:intel".to_owned(), name: "Intel".to_owned(), entities: 2 };
    ListCentralityResponse {
        kinds: asked.kinds.clone(),
        damping: asked.damping.unwrap_or_default(),
        steps: asked.steps,
        entities_total: 3,
        alone_total: 1,
        relations_total: 1,
        parts_total: 2,
        entities: vec![entity("Intel", 0.5, 0, 1), entity("Unico", 0.25, 1, 0)],
        parts: vec![part],
        is_cut: true,
        moment: Some(moment()),
        frontier: None,
        positions,
        order_by: asked.order_by.clone(),
    }
}

/// With a table it answers by that; the place `nowhere` is left out.
pub(super) fn niches(asked: &GetNichesRequest) -> GetNichesResponse {
    let table = asked.table.as_ref();
    let base = GetNichesResponse {
        place: asked.place.clone(),
        place_name: asked.place.clone(),
        source: table.map_or("operations", |_| "table").to_owned(),
        absent: table.map_or("zero", |table| &table.absent).to_owned(),
        places_total: 4,
        activities_total: 4,
        open_firms_total: table.map_or(1, |_| 0),
        moment: if table.is_some() { None } else { Some(moment()) },
        ..GetNichesResponse::default()
    };
    if asked.place == "nowhere" {
        let (undefined_because, why) = ("unknown".to_owned(), "too-few".to_owned());
        return GetNichesResponse { undefined_because, complexity_undefined_because: why, ..base };
    }
    let step = |activity: &str, proximity: f64, kept: f64| StepOfWay {
        activity: activity.to_owned(),
        proximity,
        kept,
    };
    let niche = |activity: &str, density: f64, near: Vec<NearActivity>, steps| Niche {
        activity: activity.to_owned(),
        activity_name: activity.to_owned(),
        density,
        advantage: 0.25,
        complexity: Some(-0.5),
        gain: Some(0.75),
        near,
        way: Some(WayToNiche { from: "assembly".to_owned(), steps }),
    };
    let near = NearActivity {
        activity: "assembly".to_owned(),
        activity_name: "assembly".to_owned(),
        proximity: 0.5,
    };
    let left_out = LeftOutOfTable {
        what: "place".to_owned(),
        id: "labuan".to_owned(),
        because: "nothing-there".to_owned(),
    };
    let held = HeldActivity {
        activity: "assembly".to_owned(),
        activity_name: "assembly".to_owned(),
        advantage: 2.5,
    };
    GetNichesResponse {
        left_out: vec![left_out],
        left_out_total: 1,
        complexity: Some(-1.25),
        outlook: Some(0.125),
        has: vec![held],
        has_total: 1,
        niches: vec![
            niche("testing", 0.5, vec![near], vec![step("testing", 0.5, 0.5)]),
            niche(
                "design",
                0.0,
                Vec::new(),
                vec![step("testing", 0.5, 0.5), step("design", 0.5, 1.0)],
            ),
        ],
        niches_total: 3,
        is_cut: true,
        ..base
    }
}

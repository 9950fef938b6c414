//! What the fake answers to questions about a network beside its firms, roles and couplings.

use api::network::{
    Alert, AssetMatch, Concentration, Driver, FirmDependence, FirmImpact, GetDependenceResponse,
    GetFirmResponse, GetNeighbourhoodResponse, GetSmeFdiResponse, GetTrajectoryResponse, Impact,
    Investment, ListRoutesResponse, LosersIn, Match, MatchFirmsResponse, Neighbour, NetworkMoment,
    Range, RequirementFinding, Route, RunShockResponse, ShockCascade, ShockLoser, ShockOptions,
    ShockSetting, SingleSource, SmeFdiCell, SmeFdiCoverage, SmeFdiNumbers, StageEvent, StagePoint,
    StrategicMatch, TrajectoryStep, run_shock_response,
};

use super::answers::{firm, position};

pub(super) fn routes() -> ListRoutesResponse {
    let investment = Investment {
        basis: "stated".to_owned(),
        since: "2012".to_owned(),
        places: vec!["penang".to_owned()],
        values: vec!["5000000 AUD".to_owned()],
    };
    let route = Route {
        firm: "unico".to_owned(),
        firm_name: "Unico".to_owned(),
        host: "MY".to_owned(),
        route: "beside-lead-firm".to_owned(),
        confidence: "0.665".to_owned(),
        runner_up: String::new(),
        decisive: vec!["invests-there".to_owned()],
        evidence: vec!["rel-1".to_owned()],
        reason: "invests there (section 1)".to_owned(),
        investment: Some(investment),
        drivers: vec![Driver {
            driver: "cost-capability".to_owned(),
            score: "0.500".to_owned(),
            is_answer: true,
            evidence: vec!["rel-1".to_owned()],
            reason: "operates or invests there (2.2, first)".to_owned(),
        }],
    };
    ListRoutesResponse { routes: vec![route], moment: Some(moment()), frontier: None }
}

pub(super) fn sme_fdi() -> GetSmeFdiResponse {
    let cell = |row: &str, column: &str, numbers: Option<(u64, &str)>| SmeFdiCell {
        row: row.to_owned(),
        column: column.to_owned(),
        numbers: numbers.map(|(count, value)| SmeFdiNumbers { count, value: value.to_owned() }),
    };
    GetSmeFdiResponse {
        cells: vec![
            cell("", "", Some((9, "900"))),
            cell("MY", "", Some((5, "500"))),
            cell("SG", "", None),
            cell("VN", "", None),
        ],
        is_too_few: false,
        left_out: 2,
        coverage: Some(SmeFdiCoverage { at_least: 0.5, at_most: 0.75 }),
        unit: "USD".to_owned(),
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn trajectory() -> GetTrajectoryResponse {
    let step = TrajectoryStep {
        on: "2012".to_owned(),
        turn: "goes-abroad".to_owned(),
        with: "place:penang".to_owned(),
        with_name: "Penang".to_owned(),
        relation: "rel-2".to_owned(),
    };
    let undated = vec!["rel-1".to_owned()];
    let point = StagePoint {
        day: "2012-01-01".to_owned(),
        stage: "local-supplier".to_owned(),
        mechanism: "industrial-specialization".to_owned(),
        coupled_with: vec!["intel".to_owned()],
        uncertain: Vec::new(),
    };
    let event = StageEvent {
        kind: "recoupling".to_owned(),
        on: "2012".to_owned(),
        partner: String::new(),
        cause: String::new(),
        began: vec!["rel-2".to_owned()],
        ended: Vec::new(),
    };
    GetTrajectoryResponse {
        steps: vec![step],
        undated,
        moment: Some(moment()),
        frontier: None,
        points: vec![point],
        events: vec![event],
    }
}

pub(super) fn shock(is_scenario: bool) -> Vec<RunShockResponse> {
    let impact =
        Impact { esri: 0.25, downstream: 0.25, upstream: 0.125, iterations: 7, is_converged: true };
    let options = ShockOptions {
        substitution: "off".to_owned(),
        eps: 0.01,
        iterations_max: 1_000,
        essentiality: "linear".to_owned(),
        needs: Vec::new(),
        missing_volume: "refuse".to_owned(),
        lost_min: 0.1,
    };
    let setting = ShockSetting {
        options: Some(options),
        firms: 3,
        links: 2,
        industries: 1,
        unit: "USD".to_owned(),
        left_out: 0,
        moment: Some(moment()),
        frontier: None,
    };
    let loser = ShockLoser {
        firm: "unico".to_owned(),
        firm_name: "Unico".to_owned(),
        remaining: 0.5,
        industry: "electronics".to_owned(),
        places: vec!["penang".to_owned()],
        size: "sme".to_owned(),
    };
    let losers = |id: &str| vec![LosersIn { id: id.to_owned(), firms: 1, sme: 1 }];
    let answer = if is_scenario {
        run_shock_response::Part::Cascade(ShockCascade {
            without_substitution: Some(impact),
            with_substitution: Some(Impact { esri: 0.125, ..impact }),
            losers: vec![loser],
            losers_total: 1,
            losers_sme: 1,
            by_place: losers("penang"),
            by_industry: losers("electronics"),
        })
    } else {
        run_shock_response::Part::Impact(FirmImpact {
            firm: "intel".to_owned(),
            firm_name: "Intel".to_owned(),
            impact: Some(impact),
            done: 1,
            total: 1,
        })
    };
    let parts = [run_shock_response::Part::Setting(setting), answer];
    parts.map(|part| RunShockResponse { part: Some(part) }).into()
}

pub(super) fn dependence() -> GetDependenceResponse {
    let range = |low, high| Some(Range { low, high });
    let concentration = Concentration {
        partners: 2,
        stated: 0.6,
        top: range(0.6, 0.6),
        top_partner: "firm:intel".to_owned(),
        hhi: range(0.36, 0.52),
        evidence: vec!["rel-1".to_owned()],
    };
    let alert = |kind: &str, subject: &str, certainty: &str| Alert {
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        on: "firm:intel".to_owned(),
        on_name: "Intel".to_owned(),
        certainty: certainty.to_owned(),
        measured: range(0.6, 0.6),
        threshold: 0.5,
        evidence: vec!["rel-1".to_owned()],
        since: "1992".to_owned(),
    };
    GetDependenceResponse {
        firms: vec![FirmDependence {
            firm: "unico".to_owned(),
            firm_name: "Unico".to_owned(),
            customers: Some(concentration.clone()),
            suppliers: None,
            alerts: vec![alert("top-customer", "firm:unico", "certain")],
        }],
        sources: vec![SingleSource {
            of: "product:chips".to_owned(),
            of_name: "Chips".to_owned(),
            makers: Some(concentration),
            alert: Some(alert("single-source", "product:chips", "possible")),
        }],
        is_cut: false,
        thresholds: None,
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn moment() -> NetworkMoment {
    let recorded_at = prost_types::Timestamp { seconds: 1_400_000_000, nanos: 0 };
    NetworkMoment {
        valid_on: "2014-12-31".to_owned(),
        recorded_at: Some(recorded_at),
        document: Some(position(7)),
    }
}

pub(super) fn neighbourhood() -> GetNeighbourhoodResponse {
    let GetFirmResponse { entity, relations, .. } = firm();
    GetNeighbourhoodResponse {
        neighbours: vec![Neighbour { entity, steps: 0 }],
        relations,
        is_cut: true,
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn matching() -> MatchFirmsResponse {
    let range = |low, high| Some(Range { low, high });
    let finding = RequirementFinding {
        criterion: "price".to_owned(),
        weight: Some(3),
        asked_of: "unico".to_owned(),
        degree: range(0.25, 1.0),
        contribution: range(0.25, 1.0),
        because: "the price of a unit is 9 to 12 USD".to_owned(),
        evidence: vec!["attribute:price.unit".to_owned()],
    };
    MatchFirmsResponse {
        matches: vec![Match {
            firm: "unico".to_owned(),
            firm_name: "Unico".to_owned(),
            need_index: 0,
            standing: "open".to_owned(),
            score: range(0.25, 1.0),
            findings: vec![finding],
        }],
        excluded: Vec::new(),
        verdict: "only_open".to_owned(),
        failed: Vec::new(),
        moment: Some(moment()),
        frontier: None,
    }
}

pub(super) fn strategic_match() -> StrategicMatch {
    StrategicMatch {
        lead_firm: "intel".to_owned(),
        lead_firm_name: "Intel".to_owned(),
        assets: vec![AssetMatch {
            asset: "capability".to_owned(),
            need: "efficiency".to_owned(),
            strength: "0.690".to_owned(),
            reason: "supplies it with what is specified; and it has inputs specified".to_owned(),
        }],
        firm_gains: vec!["sales".to_owned()],
        lead_firm_gains: vec!["inputs".to_owned()],
        is_mutual: true,
        evidence: vec!["rel-1".to_owned()],
    }
}

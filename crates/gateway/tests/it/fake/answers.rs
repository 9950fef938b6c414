//! What the fake services know: one example of each message, with every kind of field in use.

use api::advice::{AdviseResponse, Contribution, RankedItem, Subject, WatchAdviceResponse};
use api::events::{AdviceChanged, AdviceItem, Finding};
use api::ingestion::{
    CheckFinding, IndicatorChange, IngestOptions, IngestOutcome, IngestProgress, IngestRequest,
    IngestResponse, ListObservationsResponse, ObservationRow, Release, ReleaseOutcome,
    WatchObservationsResponse, ingest_request, ingest_response,
    watch_observations_response::Change,
};
use api::metrics::{
    AuditResponse, ImpliedNumber, IndicatorDefinition, JudgedClaim, ListIndicatorValuesResponse,
    WatchIndicatorsResponse,
};
use api::network::{
    Coupling, Entity, GetFirmResponse, Relation, Role, SmeStanding, WatchFindingsResponse,
};
use api::operations::{ServiceStatus, UnitStatus};
use api::types::{
    Attribute, IndicatorValue, Input, LogPosition, Receipt, RecordCounts, Rejection, Series,
};
use tonic::Status;

/// 2015-05-26T00:00:00Z.
const RELEASED_AT_SECONDS: i64 = 1_432_598_400;

pub(super) fn refused() -> Status {
    let mut status = api::status_from(&api::Explanation {
        kind: api::Kind::Refused,
        rule: "audit.domain",
        message: "the domain `refused` is refused".to_owned(),
        remedy: "ask for `asean`".to_owned(),
        violations: vec![api::Violation {
            field: "domain".to_owned(),
            description: "is refused".to_owned(),
        }],
    });
    let value = "from the service".parse().expect("is ASCII");
    status.metadata_mut().insert("x-fake", value);
    status
}

pub(super) fn no_dataflow() -> Status {
    api::status_from(&api::Explanation {
        kind: api::Kind::Absent,
        rule: "dataflow.unknown",
        message: "there is no dataflow `DF_NONE`".to_owned(),
        remedy: "register its structure first".to_owned(),
        violations: Vec::new(),
    })
}

pub(super) fn receipt() -> Receipt {
    Receipt { positions: vec![position(7)] }
}

pub(super) fn chunk_bytes(request: &IngestRequest) -> u64 {
    match &request.part {
        Some(ingest_request::Part::Chunk(chunk)) => chunk.len() as u64,
        _ => 0,
    }
}

pub(super) fn progress(bytes: u64) -> IngestResponse {
    let progress = IngestProgress { stage: "reading".to_owned(), bytes, rows: 0 };
    IngestResponse { part: Some(ingest_response::Part::Progress(progress)) }
}

pub(super) fn outcome(options: &IngestOptions, bytes: u64) -> IngestResponse {
    let bad = options.file == "bad.csv";
    let outcome = if bad {
        "refused"
    } else if options.dry_run {
        "dry_run"
    } else {
        "published"
    };
    let before = IndicatorValue { value: Some("24.0".to_owned()), ..value() };
    let release = ReleaseOutcome {
        id: "r-1".to_owned(),
        dataflow: "DF_FDI_HOST".to_owned(),
        outcome: outcome.to_owned(),
        records: Some(records(bytes)),
        rejections: if bad { vec![rejection()] } else { Vec::new() },
        warnings: vec![CheckFinding {
            check: "sum.asean".to_owned(),
            severity: "warning".to_owned(),
            period: "2014".to_owned(),
            found: "136181".to_owned(),
            expected: "136182".to_owned(),
            tolerance: "0.5".to_owned(),
            reason: "the members sum to more".to_owned(),
        }],
        changes: vec![IndicatorChange { before: Some(before), after: Some(value()) }],
        explanation: String::new(),
    };
    let outcome = IngestOutcome { releases: vec![release], receipt: Some(receipt()) };
    IngestResponse { part: Some(ingest_response::Part::Outcome(outcome)) }
}

pub(super) fn release() -> Release {
    Release {
        id: "r-1".to_owned(),
        dataflow: "DF_FDI_HOST".to_owned(),
        released_at: Some(released_at()),
        recorded_at: Some(released_at()),
        state: "committed".to_owned(),
        row_count: 176,
        content_sha256: "ab".to_owned(),
        records: Some(records(170)),
        file: "fdi-host.csv".to_owned(),
        position: Some(position(7)),
    }
}

pub(super) fn rejection() -> Rejection {
    Rejection {
        release: "r-1".to_owned(),
        file: "bad.csv".to_owned(),
        line: 7,
        column: "REF_AREA".to_owned(),
        rule: "row.code".to_owned(),
        reason: "`VNM` is not in CL_AREA".to_owned(),
        remedy: "use the alpha-2 code `VN`".to_owned(),
        row: b"dataflow,VNM".to_vec(),
        dataflow: "DF_FDI_HOST".to_owned(),
        row_sha256: "cd".to_owned(),
    }
}

pub(super) fn observations() -> ListObservationsResponse {
    let row = ObservationRow {
        dataflow: "DF_FDI_HOST".to_owned(),
        key: "A.MY.W.I.F.T.D.IMM._T.C.USD".to_owned(),
        period: "2014".to_owned(),
        value: Some("10875.30".to_owned()),
        missing: None,
        withdrawn: false,
        attributes: vec![Attribute { id: "SOURCE_TABLE".to_owned(), value: "table 1".to_owned() }],
        release: "r-1".to_owned(),
        released_at: Some(released_at()),
        recorded_at: Some(released_at()),
    };
    let missing = ObservationRow {
        period: "2005".to_owned(),
        value: None,
        missing: Some("unexplained".to_owned()),
        ..row.clone()
    };
    ListObservationsResponse { observations: vec![row, missing], ..Default::default() }
}

pub(super) fn observation_changes() -> Vec<WatchObservationsResponse> {
    let series = Series {
        key: "A.MY".to_owned(),
        attribute_sets: vec![api::types::AttributeSet::default()],
        frequency: 0,
        ordinals: vec![2013, 1],
        kinds: vec![0, 3],
        mantissas: vec![123, 0],
        scales: vec![1],
        attribute_indexes: vec![0],
        ..Series::default()
    };
    let change = |token: &str, change| WatchObservationsResponse {
        token: token.to_owned(),
        change: Some(change),
    };
    vec![change("v1.0.1", Change::Release(release())), change("v1.0.2", Change::Series(series))]
}

pub(super) fn definition() -> IndicatorDefinition {
    IndicatorDefinition {
        id: "fdi.intra_share".to_owned(),
        title: "Intra-ASEAN share of inward FDI".to_owned(),
        unit: "per cent".to_owned(),
        formula: "100 × intra-ASEAN inflow / inflow".to_owned(),
        source: "Yeung (2017), table 1".to_owned(),
        inputs: vec!["DF_FDI_HOST".to_owned()],
        breakdown: "activity".to_owned(),
    }
}

pub(super) fn value() -> IndicatorValue {
    IndicatorValue {
        indicator: "fdi.intra_share".to_owned(),
        area: "MY".to_owned(),
        breakdown: "_T".to_owned(),
        period: "2014".to_owned(),
        value: Some("25.50".to_owned()),
        low: Some("25.45".to_owned()),
        high: Some("25.55".to_owned()),
        printed: Some("25.5".to_owned()),
        unit: "per cent".to_owned(),
        inputs: vec![Input {
            dataflow: "DF_FDI_HOST".to_owned(),
            key: "A.MY.W".to_owned(),
            period: "2014".to_owned(),
            value: Some("10875.30".to_owned()),
            missing: None,
            release: "r-1".to_owned(),
            source: "table 1".to_owned(),
        }],
        ..IndicatorValue::default()
    }
}

pub(super) fn indicator_values() -> ListIndicatorValuesResponse {
    let undefined = IndicatorValue {
        area: "BN".to_owned(),
        undefined_because: Some("no inflow in 2014".to_owned()),
        unit: "per cent".to_owned(),
        period: "2014".to_owned(),
        indicator: "fdi.intra_share".to_owned(),
        ..IndicatorValue::default()
    };
    ListIndicatorValuesResponse {
        values: vec![value(), undefined],
        definitions: vec![definition()],
        ..ListIndicatorValuesResponse::default()
    }
}

pub(super) fn indicator_change(token: &str) -> WatchIndicatorsResponse {
    WatchIndicatorsResponse {
        token: token.to_owned(),
        values: vec![value()],
        cause: Some(position(7)),
    }
}

pub(super) fn audit() -> AuditResponse {
    let holds = JudgedClaim {
        id: "s2-1".to_owned(),
        section: "2.1".to_owned(),
        statement: "inflows to ASEAN rose more than sixfold".to_owned(),
        stated: Some("6".to_owned()),
        computed: Some("6.20".to_owned()),
        verdict: "holds".to_owned(),
        witness: None,
        reason: "table 1".to_owned(),
        inputs: Vec::new(),
    };
    let contradicted = JudgedClaim {
        id: "s2-2".to_owned(),
        statement: "Singapore is the largest source in every activity".to_owned(),
        stated: None,
        computed: Some("MY".to_owned()),
        verdict: "contradicted".to_owned(),
        witness: Some("agriculture".to_owned()),
        reason: "Malaysia leads in one".to_owned(),
        ..holds.clone()
    };
    let implied = ImpliedNumber {
        table: "table 2a".to_owned(),
        area: "ASEAN".to_owned(),
        breakdown: "A".to_owned(),
        period: "2014".to_owned(),
        quantity: "intra-ASEAN share".to_owned(),
        printed: Some("99.1".to_owned()),
        computed: Some("98.7".to_owned()),
        verdict: "contradicted".to_owned(),
        reason: "100 × 4543.6 / 4603.4".to_owned(),
    };
    AuditResponse { claims: vec![holds, contradicted], implied: vec![implied], frontier: None }
}

pub(super) fn firm() -> GetFirmResponse {
    let entity = Entity {
        id: "intel".to_owned(),
        kind: "firm".to_owned(),
        name: "Intel".to_owned(),
        home: "US".to_owned(),
        attributes: vec![Attribute { id: "size".to_owned(), value: "large".to_owned() }],
    };
    let relation = Relation {
        id: "rel-1".to_owned(),
        kind: "supplies".to_owned(),
        from: "unico".to_owned(),
        to: "intel".to_owned(),
        to_name: "Intel".to_owned(),
        industry: "electronics".to_owned(),
        valid_from: "1992-01-01".to_owned(),
        source: "section 3.1".to_owned(),
        ..Relation::default()
    };
    GetFirmResponse {
        entity: Some(entity),
        relations: vec![relation],
        findings: vec![finding()],
        frontier: None,
        findings_left_out: false,
        moment: Some(super::questions::moment()),
        sme: Some(SmeStanding {
            status: "larger".to_owned(),
            basis: "stated-size".to_owned(),
            reasons: vec!["held by nobody".to_owned()],
        }),
    }
}

fn finding() -> Finding {
    Finding {
        network: "asean".to_owned(),
        subject: "intel".to_owned(),
        kind: "role".to_owned(),
        value: "lead-firm".to_owned(),
        industry: "electronics".to_owned(),
        evidence: vec!["rel-1".to_owned()],
        ..Finding::default()
    }
}

pub(super) fn finding_change() -> WatchFindingsResponse {
    WatchFindingsResponse {
        token: "v1.0.1".to_owned(),
        findings: vec![finding()],
        cause: Some(position(7)),
    }
}

pub(super) fn role() -> Role {
    Role {
        firm: "intel".to_owned(),
        firm_name: "Intel".to_owned(),
        industry: "electronics".to_owned(),
        role: "lead-firm".to_owned(),
        runner_up: "strategic-partner".to_owned(),
        evidence: vec!["rel-1".to_owned()],
        label: "lead firm".to_owned(),
        reason: "it buys and is bought from by nobody".to_owned(),
    }
}

pub(super) fn coupling() -> Coupling {
    Coupling {
        firm: "unico".to_owned(),
        firm_name: "Unico".to_owned(),
        mechanism: "industrial-specialization".to_owned(),
        configuration: "b".to_owned(),
        confidence: "stated".to_owned(),
        evidence: vec!["rel-1".to_owned()],
        reason: "it makes boards for one lead firm".to_owned(),
        network_scope: "global".to_owned(),
        runner_up: "production-platform".to_owned(),
        decisive: vec!["supplies-niche".to_owned()],
        matches: vec![super::questions::strategic_match()],
    }
}

pub(super) fn advice(subject: Option<Subject>) -> AdviseResponse {
    let item = RankedItem {
        rank: 1,
        id: "skills".to_owned(),
        kind: "intervention".to_owned(),
        title: "Train technicians with the lead firms".to_owned(),
        score: 12,
        contributions: vec![Contribution {
            criterion: "role".to_owned(),
            weight: 3,
            value: 4,
            points: 12,
            because: "generic suppliers lack skills".to_owned(),
        }],
        evidence_grade: "survey".to_owned(),
        evidence_limits: vec!["90 firms answered".to_owned()],
        sources: vec!["Yeung (2017), table 10".to_owned()],
    };
    AdviseResponse {
        subject,
        items: vec![item],
        diagnosis: vec!["Penang is coupled by industrial specialization.".to_owned()],
        frontier: None,
    }
}

pub(super) fn advice_change() -> WatchAdviceResponse {
    let item = AdviceItem { id: "skills".to_owned(), score: 12 };
    WatchAdviceResponse {
        token: "v1.0.1".to_owned(),
        advice: Some(AdviceChanged { subject: "MY-07".to_owned(), items: vec![item] }),
        cause: Some(position(7)),
    }
}

pub(super) fn status(name: &str) -> ServiceStatus {
    let unit = UnitStatus {
        unit: format!("{name}-0"),
        positions: vec![position(8)],
        lag: 0,
        seq: 21,
        digest: "0123456789abcdef".to_owned(),
        keys: 44,
        bytes: 4096,
        ..UnitStatus::default()
    };
    ServiceStatus {
        name: name.to_owned(),
        version: "0.1.0".to_owned(),
        health: "serving".to_owned(),
        units: vec![unit],
        ..ServiceStatus::default()
    }
}

pub(super) fn position(position: u64) -> LogPosition {
    LogPosition::new("entrepot.observations.v1", 0, position)
}

fn records(first: u64) -> RecordCounts {
    RecordCounts { first, unchanged: 3, revised: 2, restated: 1, deleted: 0, rejected: 0 }
}

fn released_at() -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: RELEASED_AT_SECONDS, nanos: 0 }
}

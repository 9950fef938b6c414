//! Questions: values live and as of a moment, definitions, the audit, the status of a firm.

use std::collections::BTreeSet;

use api::metrics::{
    AuditRequest, AuditResponse, ClassifySmeRequest, ClassifySmeResponse, ImpliedNumber,
    IndicatorDefinition, JudgedClaim, ListIndicatorValuesRequest, ListIndicatorValuesResponse,
};
use api::types::IndicatorValue;
use api::{ConvertError, PageToken};
use jiff::civil::Date;
use service::vintages::{Catalogue, ReleaseState, VintageView};
use statistics::{AsOf, Decimal, Period, RecordedAt, ReleasedAt, SeriesPattern, View};
use store::Store;

use crate::Error;
use crate::audit::{Claims, Implied, Judged, implied, judge};
use crate::indicator::sme_status::{ActivityGroup, FirmFacts, sme_status};
use crate::indicator::{Definition, Outcome, catalogue, definition, evaluate, targets};
use crate::options::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::store::{VALUES, decode};
use crate::values::{input, message};

/// A snapshot to ask: a store, what it is known to hold, and the domain.
pub(crate) struct Snapshot {
    pub(crate) store: Store,
    pub(crate) catalogue: Catalogue,
    pub(crate) domain: String,
}

impl Snapshot {
    pub(crate) fn values(
        &self,
        request: &ListIndicatorValuesRequest,
    ) -> Result<ListIndicatorValuesResponse, Error> {
        let asked = asked_definitions(&request.indicator)?;
        if !request.period.is_empty() {
            parse_period(&request.period)?;
        }
        let as_of = as_of(request.as_of.as_ref())?;
        let values = match as_of {
            AsOf::Latest => self.live(&asked)?,
            moment => self.evaluated(&asked, request, moment)?,
        };
        let fits = |asked: &str, found: &str| asked.is_empty() || asked == found;
        let has_total = totals(&values);
        let part_fits = |one: &IndicatorValue| match request.breakdown.as_str() {
            "" => one.breakdown.is_empty() || !has_total.contains(&one.indicator),
            "*" => true,
            asked => asked == one.breakdown,
        };
        let mut values: Vec<IndicatorValue> = values
            .into_iter()
            .filter(|one| fits(&request.area, &one.area))
            .filter(|one| fits(&request.period, &one.period))
            .filter(part_fits)
            .collect();
        let (from, size) = page(&request.page_token, request.page_size)?;
        let next_page_token = match values.len() > from + size {
            true => PageToken { partition: 0, next: (from + size) as u64 }.to_string(),
            false => String::new(),
        };
        values = values.into_iter().skip(from).take(size).collect();
        if !request.explain {
            values.iter_mut().for_each(|one| one.inputs.clear());
        }
        let definitions = asked.iter().map(|one| definition_message(one)).collect();
        Ok(ListIndicatorValuesResponse { values, definitions, frontier: None, next_page_token })
    }

    /// What was published last.
    fn live(&self, asked: &[&'static Definition]) -> Result<Vec<IndicatorValue>, Error> {
        let mut values = Vec::new();
        for one in asked {
            let prefix = format!("{}\0{}\0", self.domain, one.id);
            for row in self.store.scan(VALUES, prefix.as_bytes()) {
                let (_, value) = row.map_err(service::Error::from)?;
                values.push(decode("value", &value)?);
            }
        }
        Ok(values)
    }

    /// What it would have been then, by the same functions.
    fn evaluated(
        &self,
        asked: &[&'static Definition],
        request: &ListIndicatorValuesRequest,
        as_of: AsOf,
    ) -> Result<Vec<IndicatorValue>, Error> {
        self.check_as_of(&request.indicator, asked, as_of)?;
        let view = self.view(as_of);
        let area = Some(request.area.as_str()).filter(|area| !area.is_empty());
        let mut values = Vec::new();
        for one in asked {
            for target in targets(one, area, &view) {
                if let Some(evaluation) = evaluate(&target, &view) {
                    values.push(message(one, &evaluation));
                }
            }
        }
        view.check()?;
        Ok(values)
    }

    /// An as-of before anything that is read had been released is refused, never answered with less.
    fn check_as_of(
        &self,
        subject: &str,
        asked: &[&'static Definition],
        as_of: AsOf,
    ) -> Result<(), Error> {
        let reads = |dataflow: &str| {
            asked.iter().flat_map(|one| one.inputs).any(|input| input.dataflow == dataflow)
        };
        let releases = self.catalogue.releases.iter();
        let read: Vec<_> = releases
            .filter(|(dataflow, _)| {
                let id = dataflow.parse().ok();
                let domain = id.as_ref().and_then(|id| self.catalogue.domain_of(id));
                domain == Some(self.domain.as_str()) && reads(crate::effects::short_id(dataflow))
            })
            .flat_map(|(_, releases)| releases)
            .filter(|release| release.state() == ReleaseState::Committed)
            .collect();
        if read.iter().any(|release| release.is_visible(as_of)) {
            return Ok(());
        }
        let earliest = match as_of {
            AsOf::Recorded(_) => read.iter().map(|one| one.recorded_at().0).min(),
            AsOf::Latest | AsOf::Released(_) => read.iter().map(|one| one.released_at().0).min(),
        };
        let subject = if subject.is_empty() { "any indicator" } else { subject };
        Err(Error::AsOf { subject: subject.to_owned(), earliest })
    }

    pub(crate) fn audit(&self, request: &AuditRequest) -> Result<AuditResponse, Error> {
        let as_of = as_of(request.as_of.as_ref())?;
        let view = self.view(as_of);
        let mut claims = Vec::new();
        let kind = api::events::DocumentKind::Claims;
        for document in self.catalogue.documents_of(kind, &self.domain) {
            match Claims::parse(&document.content) {
                Ok(parsed) => claims.extend(judge(&parsed, &view).into_iter().map(judged_message)),
                Err(errors) => claims.extend(errors.into_iter().map(|error| JudgedClaim {
                    id: error.claim,
                    section: String::new(),
                    statement: format!("a claim of `{}`", document.name),
                    verdict: "cannot_be_checked".to_owned(),
                    reason: format!("`{}`: {} ({})", error.field, error.reason, error.remedy),
                    ..JudgedClaim::default()
                })),
            }
        }
        let implied = implied(&view).into_iter().map(implied_message).collect();
        view.check()?;
        Ok(AuditResponse { claims, implied, frontier: None })
    }

    pub(crate) fn classify(
        &self,
        request: &ClassifySmeRequest,
    ) -> Result<ClassifySmeResponse, Error> {
        let view = self.view(AsOf::Latest);
        let day: Date = request.day.parse().map_err(|error: jiff::Error| ConvertError {
            field: "day",
            problem: format!("{error}; expected as 2016-04-30"),
        })?;
        let facts = FirmFacts {
            turnover: amount("turnover", request.turnover.as_deref())?,
            assets: amount("assets", request.assets.as_deref())?,
            employees: request.employees,
            currency: match request.currency.as_str() {
                "" => currency_of(&request.area, &view),
                given => given.to_owned(),
            },
        };
        let group = match request.activity_group.as_str() {
            "" => ActivityGroup::Any,
            "MANUF" => ActivityGroup::Manufacturing,
            "MANUF_LABOUR" => ActivityGroup::LabourIntensiveManufacturing,
            "SERV" => ActivityGroup::Services,
            other => {
                let problem = format!("`{other}`; expected MANUF, MANUF_LABOUR or SERV");
                return Err(ConvertError { field: "activity_group", problem }.into());
            }
        };
        let evaluation = sme_status(&facts, &request.area, group, day, &view);
        view.check()?;
        let note = evaluation.note.clone().unwrap_or_default();
        let (status, reason) = match &evaluation.outcome {
            Outcome::Code(code) => (code.to_lowercase(), note),
            Outcome::Undefined(reason) => ("not_stated".to_owned(), format!("{reason}. {note}")),
            Outcome::Number(_) | Outcome::Interval { .. } => ("undecided".to_owned(), note),
        };
        let inputs = evaluation.inputs.iter().map(input).collect();
        Ok(ClassifySmeResponse { status, reason, inputs })
    }

    fn view(&self, as_of: AsOf) -> VintageView {
        VintageView::new(self.store.clone(), self.catalogue.clone(), &self.domain, as_of)
    }
}

/// The currency that an area's own definition is in.
fn currency_of(area: &str, view: &dyn View) -> String {
    let pattern: Result<SeriesPattern, _> = format!("A.{area}").parse();
    let keys = pattern.map(|pattern| view.keys("DF_SME_DEFINITION", &pattern)).unwrap_or_default();
    let units = keys.iter().filter_map(|key| key.codes().last().map(str::to_owned));
    let mut currencies = units.filter(|unit| unit != "USD" && unit != "PERSONS");
    currencies.next().unwrap_or_else(|| "USD".to_owned())
}

fn amount(field: &'static str, text: Option<&str>) -> Result<Option<Decimal>, Error> {
    let Some(text) = text else { return Ok(None) };
    let number = Decimal::from_str_exact(text);
    let refused = |_| ConvertError { field, problem: format!("`{text}` is not a number") };
    Ok(Some(number.map_err(refused)?))
}

/// Indicators that have values without a breakdown.
fn totals(values: &[IndicatorValue]) -> BTreeSet<String> {
    let totals = values.iter().filter(|one| one.breakdown.is_empty());
    totals.map(|one| one.indicator.clone()).collect()
}

fn asked_definitions(indicator: &str) -> Result<Vec<&'static Definition>, Error> {
    if indicator.is_empty() {
        return Ok(catalogue().iter().collect());
    }
    match definition(indicator) {
        Some(found) => Ok(vec![found]),
        None => {
            let family = indicator.split('.').next().unwrap_or_default();
            let all = || catalogue().iter().map(|one| one.id);
            let mut near: Vec<_> =
                all().filter(|id| id.split('.').next() == Some(family)).collect();
            if near.is_empty() {
                near = all().collect();
            }
            Err(Error::UnknownIndicator { found: indicator.to_owned(), near })
        }
    }
}

pub(crate) fn definition_message(definition: &Definition) -> IndicatorDefinition {
    let inputs = definition.inputs.iter();
    IndicatorDefinition {
        id: definition.id.to_owned(),
        title: definition.title.to_owned(),
        unit: definition.unit.to_owned(),
        formula: definition.formula.to_owned(),
        source: definition.source.to_owned(),
        inputs: inputs.map(|one| format!("{} {}", one.dataflow, one.selector)).collect(),
        breakdown: definition.breakdown.unwrap_or_default().to_owned(),
    }
}

fn judged_message(judged: Judged) -> JudgedClaim {
    JudgedClaim {
        id: judged.id,
        section: judged.section,
        statement: judged.statement,
        stated: judged.stated,
        computed: judged.computed,
        verdict: judged.verdict.id().to_owned(),
        witness: judged.witness,
        reason: judged.reason,
        inputs: judged.inputs.iter().map(input).collect(),
    }
}

fn implied_message(implied: Implied) -> ImpliedNumber {
    ImpliedNumber {
        table: implied.table,
        area: implied.area,
        breakdown: implied.breakdown.unwrap_or_default(),
        period: implied.period.to_string(),
        quantity: implied.quantity,
        printed: Some(implied.printed),
        computed: implied.computed,
        verdict: implied.verdict.id().to_owned(),
        reason: implied.reason,
    }
}

/// The moment that a request asks for.
fn as_of(message: Option<&api::types::AsOf>) -> Result<AsOf, Error> {
    use api::types::as_of::Clock;
    match message.and_then(|one| one.clock.as_ref()) {
        None => Ok(AsOf::Latest),
        Some(Clock::ReleasedAt(time)) => {
            Ok(AsOf::Released(ReleasedAt(api::timestamp_from("as_of.released_at", time)?)))
        }
        Some(Clock::RecordedAt(time)) => {
            Ok(AsOf::Recorded(RecordedAt(api::timestamp_from("as_of.recorded_at", time)?)))
        }
    }
}

fn parse_period(text: &str) -> Result<Period, Error> {
    let parsed = text.parse();
    let refused =
        |error: statistics::Error| ConvertError { field: "period", problem: error.to_string() };
    Ok(parsed.map_err(refused)?)
}

fn page(token: &str, size: u32) -> Result<(usize, usize), Error> {
    let from = if token.is_empty() { 0 } else { token.parse::<PageToken>()?.next };
    let size = if size == 0 { PAGE_ROWS } else { (size as usize).min(PAGE_ROWS_MAX) };
    Ok((usize::try_from(from).unwrap_or(usize::MAX), size))
}

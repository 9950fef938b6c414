//! Whether a firm is an SME under a member's own definition in force on a day.

use api::metrics::{ClassifySmeRequest, ClassifySmeResponse};
use jiff::civil::Date;
use rust_decimal::Decimal;
use statistics::View;

use crate::Error;
use crate::indicator::sme_status::{ActivityGroup, FirmFacts, NOT_SME, SME, sme_status};
use crate::indicator::{Evaluation, Outcome, Undefined};
use crate::service::Shared;
use crate::value::inputs;

/// The dataflow that tells a country's currency by the unit of its thresholds.
const DEFINITIONS: &str = "DF_SME_DEFINITION";
/// Units of thresholds that are no national currency.
const OTHER_UNITS: [&str; 2] = ["PERSONS", "USD"];

impl Shared {
    pub(crate) fn classify_sme(
        &self,
        request: &ClassifySmeRequest,
    ) -> Result<ClassifySmeResponse, Error> {
        let day: Date = request.day.parse().map_err(|error| Error::field("day", error))?;
        let group = match request.activity_group.as_str() {
            "" => ActivityGroup::Any,
            "MANUF" => ActivityGroup::Manufacturing,
            "MANUF_LABOUR" => ActivityGroup::LabourIntensiveManufacturing,
            "SERV" => ActivityGroup::Services,
            _ => {
                let problem = "is none of MANUF, SERV, MANUF_LABOUR";
                return Err(Error::field("activity_group", problem));
            }
        };
        if request.area.is_empty() {
            return Err(Error::field("area", "is empty: name the member, such as MY"));
        }
        let turnover = amount("turnover", request.turnover.as_deref())?;
        let assets = amount("assets", request.assets.as_deref())?;
        let question = self.question(&request.domain, None)?;
        let view = question.view()?;
        let currency = match request.currency.as_str() {
            "" => currency_of(&request.area, &view)?,
            given => given.to_owned(),
        };
        let facts = FirmFacts { turnover, assets, employees: request.employees, currency };
        let evaluation = sme_status(&facts, &request.area, group, day, &view);
        view.check()?;
        Ok(answer(&evaluation))
    }
}

fn answer(evaluation: &Evaluation) -> ClassifySmeResponse {
    let (status, reason) = match &evaluation.outcome {
        Outcome::Code(code) if code == SME => ("sme", String::new()),
        Outcome::Code(code) if code == NOT_SME => ("large", String::new()),
        Outcome::Undefined(reason @ Undefined::NotStated { .. }) => {
            ("not_stated", reason.to_string())
        }
        Outcome::Undefined(reason) => ("undecided", reason.to_string()),
        Outcome::Code(_) | Outcome::Number(_) | Outcome::Interval { .. } => {
            ("undecided", String::new())
        }
    };
    let note = evaluation.note.as_deref().unwrap_or_default();
    let parts: Vec<&str> =
        [reason.as_str(), note].into_iter().filter(|part| !part.is_empty()).collect();
    ClassifySmeResponse {
        status: status.to_owned(),
        reason: parts.join("; "),
        inputs: inputs(&evaluation.inputs),
    }
}

/// The currency that the member's own thresholds are in; empty where it states none.
fn currency_of(area: &str, view: &dyn View) -> Result<String, Error> {
    let pattern = format!(".{area}").parse();
    let pattern = pattern.map_err(|error: statistics::Error| Error::field("area", error))?;
    for key in view.keys(DEFINITIONS, &pattern) {
        let unit = key.codes().last().unwrap_or_default();
        if !OTHER_UNITS.contains(&unit) {
            return Ok(unit.to_owned());
        }
    }
    Ok(String::new())
}

fn amount(field: &'static str, text: Option<&str>) -> Result<Option<Decimal>, Error> {
    let Some(text) = text else { return Ok(None) };
    let number = Decimal::from_str_exact(text).map_err(|error| Error::field(field, error))?;
    if number.is_sign_negative() && !number.is_zero() {
        return Err(Error::field(field, "is negative"));
    }
    Ok(Some(number))
}

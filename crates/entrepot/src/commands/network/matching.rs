//! `entrepot network match`: who could supply a lead firm, and whom a firm could supply.

mod need;

use std::path::PathBuf;

use api::network::{Match, MatchFirmsRequest, MatchFirmsResponse, Range, RequirementFinding};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named, range};
use crate::arguments::Form;
use crate::client::Client;
use crate::commands::register;
use crate::error::Error;
use crate::output;
use need::Search;

const AFTER_HELP: &str = "\
The file says what a lead firm needs; hard requirements exclude, those with a weight add to a score:

  {\"lead\": \"dell\", \"segment\": \"electronics.assembly\", \"requirements\": [
    {\"certificates\": [\"iso-9001\"]},
    {\"measure\": {\"attribute\": \"price.unit\", \"unit\": \"USD\", \"worst\": 12, \"best\": 8}, \"weight\": 3},
    {\"places\": [\"penang\"], \"weight\": 2}, {\"acquaintance_years\": 5, \"weight\": 1}]}

For a firm that looks for lead firms it says {\"needs\": [...], \"wishes\": [...]}.

Examples:
  entrepot network match need.json
  entrepot network match needs.json --firm atc --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct MatchArguments {
    /// What is needed, as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The firm that looks for lead firms
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    firm: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: MatchArguments,
) -> Result<(), Error> {
    let Search { needs, wishes } =
        Search::parse(&register::read(&arguments.file)?).map_err(|message| Error::Usage {
            message: format!("`{}`: {message}", arguments.file.display()),
            remedy: "`entrepot network match --help` shows what it says".to_owned(),
        })?;
    let question = MatchFirmsRequest {
        network: arguments.moment.network.clone(),
        needs,
        as_of: arguments.moment.as_of(),
        after: None,
        firm: arguments.firm,
        wishes,
    };
    let answered = client.network().match_firms(client.question(question)).await;
    let found = client.answer("matching firms", answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn document(found: &MatchFirmsResponse) -> Value {
    let findings = |all: &[RequirementFinding]| all.iter().map(finding).collect::<Vec<_>>();
    json!({
        "verdict": found.verdict,
        "matches": found.matches.iter().map(|one| json!({
            "firm": one.firm,
            "firm_name": one.firm_name,
            "need_index": one.need_index,
            "standing": one.standing,
            "score": one.score.as_ref().map(range),
            "findings": findings(&one.findings),
        })).collect::<Vec<_>>(),
        "excluded": found.excluded.iter().map(|one| json!({
            "firm": one.firm,
            "firm_name": one.firm_name,
            "need_index": one.need_index,
            "unmet": findings(&one.unmet),
        })).collect::<Vec<_>>(),
        "failed": found.failed.iter().map(|one| {
            json!({ "criterion": one.criterion, "firms": one.firms })
        }).collect::<Vec<_>>(),
        "moment": moment(found.moment.as_ref()),
    })
}

fn finding(found: &RequirementFinding) -> Value {
    json!({
        "criterion": found.criterion,
        "weight": found.weight,
        "asked_of": found.asked_of,
        "degree": found.degree.as_ref().map(range),
        "contribution": found.contribution.as_ref().map(range),
        "because": found.because,
        "evidence": found.evidence,
    })
}

fn print(found: &MatchFirmsResponse) -> Result<(), Error> {
    for one in &found.matches {
        output::print(&told(one))?;
    }
    let said = match found.verdict.as_str() {
        "found" => String::new(),
        "only_open" => {
            "No firm is known to fit; for those above something is not known.".to_owned()
        }
        "no_candidate" => "There is nobody to ask.".to_owned(),
        _ => {
            let failed = found.failed.iter();
            let failed: Vec<_> =
                failed.map(|one| format!("{} fail {}", one.firms, one.criterion)).collect();
            format!("No firm fits: {}.", failed.join(", "))
        }
    };
    if said.is_empty() { Ok(()) } else { output::print(&output::fill(&said, "")) }
}

/// One match, its reasons under it.
fn told(one: &Match) -> String {
    let name = named(&one.firm_name, &one.firm);
    let score = one.score.as_ref().map(|score| format!(", score {}", shown(score)));
    let mut text = format!("{name}: {}{}", one.standing, score.unwrap_or_default());
    for finding in &one.findings {
        let degree = finding.degree.as_ref().map(shown).unwrap_or_default();
        let weight = match finding.weight {
            None => "required".to_owned(),
            Some(weight) => format!("weight {weight}"),
        };
        let line = format!("{} ({weight}): {degree}, {}", finding.criterion, finding.because);
        text = format!("{text}\n{}", output::fill(&line, "    "));
    }
    text
}

fn shown(range: &Range) -> String {
    if range.low == range.high {
        format!("{:.3}", range.low)
    } else {
        format!("{:.3} to {:.3}", range.low, range.high)
    }
}

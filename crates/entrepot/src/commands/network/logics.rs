//! `entrepot network logics`: cost, market, finance and risk, as relations show them.

use api::network::GetLogicsRequest;
use clap::Args;
use serde_json::json;

use super::coordination::leads;
use super::{NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output;

const AFTER_HELP: &str = "\
A lead firm follows several logics at once: the order is a ranking and no verdict. A logic for
which nothing is recorded has no score, which does not say that the firm does not follow it.

Example:
  entrepot network logics petronas";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LogicsArguments {
    /// The lead firm
    #[arg(value_name = "LEAD_FIRM")]
    firm: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: LogicsArguments,
) -> Result<(), Error> {
    let question = GetLogicsRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().get_logics(client.question(question)).await;
    let doing = format!("asking for the logics of `{}`", arguments.firm);
    let found = client.answer(&doing, answered)?;
    if form == Form::Json {
        return output::print_json(&json!({
            "firm": found.firm,
            "firm_name": found.firm_name,
            "lead_firm_in": found.lead_firm_in,
            "logics": found.logics.iter().map(|logic| json!({
                "logic": logic.logic,
                "score": logic.score,
                "reason": logic.reason,
                "evidence": logic.evidence,
                "evidence_total": logic.evidence_total,
            })).collect::<Vec<_>>(),
            "not_shown": found.not_shown,
            "moment": moment(found.moment.as_ref()),
        }));
    }
    let name = named(&found.firm_name, &found.firm);
    output::print(&output::fill(&format!("{name}: {}", leads(&found.lead_firm_in)), ""))?;
    for logic in &found.logics {
        output::print(&format!("\n{} ({})", logic.logic, logic.score))?;
        output::print(&output::fill(&logic.reason, "    "))?;
    }
    if found.not_shown.is_empty() {
        return Ok(());
    }
    let text = format!("Nothing is recorded that shows: {}.", found.not_shown.join(", "));
    output::print(&format!("\n{}", output::fill(&text, "")))
}

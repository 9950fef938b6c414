//! `entrepot network coordination`: how a lead firm coordinates its suppliers, tier by tier.

use api::network::{GetCoordinationRequest, GetCoordinationResponse, Range, TierSupply};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named, range};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

/// Rows of a table for people; --json has all.
const SHOWN_MAX: usize = 20;

const AFTER_HELP: &str = "\
A supply by a firm of which the lead firm holds more than half, directly or through others, is
within the firm. What is not stated widens the range and is never filled up; governance is by
Gereffi, Humphrey and Sturgeon (2005).

Examples:
  entrepot network coordination petronas
  entrepot network coordination toyota --valid-on 2014-12-31 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CoordinationArguments {
    /// The lead firm
    #[arg(value_name = "LEAD_FIRM")]
    firm: String,
    /// At most so many supplies of each tier
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    limit: u32,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: CoordinationArguments,
) -> Result<(), Error> {
    let question = GetCoordinationRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
        limit: arguments.limit,
    };
    let answered = client.network().get_coordination(client.question(question)).await;
    let doing = format!("asking how `{}` coordinates its suppliers", arguments.firm);
    let found = client.answer(&doing, answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn document(found: &GetCoordinationResponse) -> Value {
    json!({
        "firm": found.firm,
        "firm_name": found.firm_name,
        "lead_firm_in": found.lead_firm_in,
        "intra_firm": found.intra_firm.as_ref().map(range),
        "inter_firm": found.inter_firm.as_ref().map(range),
        "undefined_because": found.undefined_because,
        "first_tier": found.first_tier.iter().map(supply).collect::<Vec<_>>(),
        "second_tier": found.second_tier.iter().map(|tier| json!({
            "supplier": tier.supplier,
            "supplier_name": tier.supplier_name,
            "is_recorded": tier.is_recorded,
            "supplies": tier.supplies.iter().map(supply).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "governance": found.governance.iter().map(|count| json!({
            "governance": count.governance,
            "first_tier": count.first_tier,
            "second_tier": count.second_tier,
        })).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "moment": moment(found.moment.as_ref()),
    })
}

fn supply(found: &TierSupply) -> Value {
    json!({
        "relation": found.relation,
        "supplier": found.supplier,
        "supplier_name": found.supplier_name,
        "boundary": found.boundary,
        "governance": found.governance,
        "evidence": found.evidence,
    })
}

fn print(found: &GetCoordinationResponse) -> Result<(), Error> {
    let name = named(&found.firm_name, &found.firm);
    output::print(&output::fill(&format!("{name}: {}", leads(&found.lead_firm_in)), ""))?;
    let parts = match (&found.intra_firm, &found.inter_firm) {
        (Some(intra), Some(inter)) => {
            format!("within the firm {}, between firms {}", shown(intra), shown(inter))
        }
        (_, _) if found.undefined_because == "unlike-units" => {
            "volumes have unlike units and cannot be added".to_owned()
        }
        (_, _) => "no supply to it is recorded".to_owned(),
    };
    output::print(&output::fill(&parts, ""))?;
    let unknown = found.second_tier.iter().filter(|tier| !tier.is_recorded).count();
    let mut table = Table::new(&["tier", "supplier", "to", "boundary", "governance"]);
    let first = found.first_tier.iter().map(|one| ("1", one, name));
    let second = found
        .second_tier
        .iter()
        .flat_map(|tier| tier.supplies.iter().map(move |one| ("2", one, &tier.supplier_name)));
    let rows = found.first_tier.len()
        + found.second_tier.iter().map(|tier| tier.supplies.len()).sum::<usize>();
    for (tier, one, to) in first.chain(second).take(SHOWN_MAX) {
        table.row([tier, &one.supplier_name, to, &one.boundary, &one.governance]);
    }
    if !table.is_empty() {
        output::print(&format!("\n{}", table.text()))?;
    }
    if rows > SHOWN_MAX {
        output::print(&format!("and {} more; --json has all", rows - SHOWN_MAX))?;
    }
    if unknown > 0 {
        let text = format!("Nobody recorded who supplies {unknown} of the first tier.");
        output::print(&format!("\n{text}"))?;
    }
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --limit.")?;
    }
    Ok(())
}

/// What its relations say of it as a lead firm.
pub(super) fn leads(industries: &[String]) -> String {
    match industries {
        [] => "its relations show it as lead firm in no industry".to_owned(),
        some => format!("lead firm in {}", some.join(", ")),
    }
}

fn shown(range: &Range) -> String {
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    match range.low == range.high {
        true => percent(range.low),
        false if (range.low, range.high) == (0.0, 1.0) => "not known".to_owned(),
        false => format!("{} to {}", percent(range.low), percent(range.high)),
    }
}

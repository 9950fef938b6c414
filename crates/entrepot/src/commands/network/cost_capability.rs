//! `entrepot network cost-capability`: what a firm pays in each place for what it can do.

use api::network::{GetCostCapabilityRequest, GetCostCapabilityResponse, Ratio, RatioInPlace};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
The ratio is a cost of the place over a capability of the firm; lower is better. Several values
that may hold give a range. Where a value is missing there is no ratio, and the answer says which is.

Examples:
  entrepot network cost-capability atc
  entrepot network cost-capability atc --to penang --cost wage.minimum --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CostCapabilityArguments {
    /// The firm
    #[arg(value_name = "ID")]
    firm: String,
    /// A place to which it would move
    #[arg(long, value_name = "PLACE", default_value = "", hide_default_value = true)]
    to: String,
    /// Which value of places is the cost
    #[arg(long, value_name = "ID", default_value = "wage.manufacturing")]
    cost: String,
    /// Which value of firms is the capability
    #[arg(long, value_name = "ID", default_value = "capability.output")]
    capability: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: CostCapabilityArguments,
) -> Result<(), Error> {
    let question = GetCostCapabilityRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
        cost: arguments.cost,
        capability: arguments.capability,
        to: arguments.to,
    };
    let answered = client.network().get_cost_capability(client.question(question)).await;
    let doing = format!("asking for the cost-capability ratio of `{}`", arguments.firm);
    let found = client.answer(&doing, answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn document(found: &GetCostCapabilityResponse) -> Value {
    json!({
        "firm": found.firm,
        "firm_name": found.firm_name,
        "cost": found.cost,
        "capability": found.capability,
        "places": found.places.iter().map(place).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "move": found.r#move.as_ref().map(place),
        "costs_recorded": found.costs_recorded,
        "capabilities_recorded": found.capabilities_recorded,
        "moment": moment(found.moment.as_ref()),
    })
}

fn place(found: &RatioInPlace) -> Value {
    json!({
        "place": found.place,
        "place_name": found.place_name,
        "side": found.side,
        "ratio": found.ratio.as_ref().map(ratio),
        "of_home": found.of_home.as_ref().map(ratio),
        "cost_of": found.cost_of,
        "evidence": found.evidence,
    })
}

fn ratio(found: &Ratio) -> Value {
    if !found.undefined_because.is_empty() {
        return json!({ "undefined_because": found.undefined_because });
    }
    json!({ "low": found.low, "high": found.high, "unit": found.unit })
}

fn print(found: &GetCostCapabilityResponse) -> Result<(), Error> {
    let name = named(&found.firm_name, &found.firm);
    let head = format!("{name}: {} over {}", found.cost, found.capability);
    output::print(&output::fill(&head, ""))?;
    let headers = ["place", "side", "ratio", "part of home", "cost of"];
    let mut table = Table::new(&headers);
    let moved = found.r#move.iter().map(|one| (one, "would move"));
    let places = found.places.iter().map(|one| (one, one.side.as_str()));
    for (one, side) in places.chain(moved) {
        let name = named(&one.place_name, &one.place);
        table.row([
            name.clone(),
            side.to_owned(),
            one.ratio.as_ref().map(shown).unwrap_or_default(),
            one.of_home.as_ref().map(shown).unwrap_or_default(),
            one.cost_of.clone(),
        ]);
    }
    match table.is_empty() {
        true => output::print("no operation of it is recorded; --to PLACE asks for one")?,
        false => output::print(&format!("\n{}", table.text()))?,
    }
    if let Some(effect) = &found.r#move {
        output::print(&format!("\n{}", output::fill(&told(effect), "")))?;
    }
    let all = || found.places.iter().chain(&found.r#move);
    let lacks = |because: &str| {
        let is_so = |found: &Ratio| found.undefined_because == because;
        all().any(|one| one.ratio.as_ref().is_some_and(is_so))
    };
    if lacks("no-cost") {
        output::print(&format!("\n{}", instead("--cost", &found.costs_recorded)))?;
    }
    if lacks("no-capability") {
        output::print(&format!("\n{}", instead("--capability", &found.capabilities_recorded)))?;
    }
    if found.is_cut {
        output::print("\nThere are more places: ask for one with --to PLACE.")?;
    }
    Ok(())
}

/// What a move would do, in a sentence.
fn told(effect: &RatioInPlace) -> String {
    let of_home = effect.of_home.clone().unwrap_or_default();
    let says = match (of_home.low, of_home.high) {
        (Some(_), Some(high)) if high < 1.0 => "lowers the ratio",
        (Some(low), Some(_)) if low > 1.0 => "raises the ratio",
        (Some(low), Some(high)) if low == high => "leaves the ratio as it is",
        (Some(_), Some(_)) => "may lower or raise the ratio",
        (None, _) | (_, None) => {
            return format!("What a move would do is not known: {}.", shown(&of_home));
        }
    };
    format!("The move {says}: it is {} of that at home.", shown(&of_home))
}

/// What could be asked for instead of what is not recorded.
fn instead(option: &str, recorded: &[String]) -> String {
    let text = match recorded {
        [] => format!("Nothing that {option} could name is recorded on the day."),
        some => format!("Recorded for {option}: {}.", some.join(", ")),
    };
    output::fill(&text, "")
}

fn shown(found: &Ratio) -> String {
    let (Some(low), Some(high)) = (found.low, found.high) else {
        return found.undefined_because.replace('-', " ");
    };
    let unit = if found.unit == "1" { String::new() } else { format!(" {}", found.unit) };
    if low == high { format!("{low:.3}{unit}") } else { format!("{low:.3} to {high:.3}{unit}") }
}

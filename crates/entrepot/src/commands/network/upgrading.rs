//! `entrepot network upgrading`: what a firm does better, or worse, on one day than on another.

use api::network::{
    GetUpgradingRequest, GetUpgradingResponse, NetworkAsOf, ShownChange, UpgradingOfKind,
};
use api::types::AsOf;
use clap::Args;
use serde_json::{Value, json};

use super::{moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Industrial upgrading (process, product, functional, chain) and social upgrading (wages, training,
labour standards) are told apart: none is taken for the other. A kind of which nothing is recorded
on either day is undefined, which is not unchanged.

Examples:
  entrepot network upgrading atc --from 2008-12-31 --until 2014-12-31
  entrepot network upgrading eftech --from 2004-12-31 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct UpgradingArguments {
    /// The firm
    #[arg(value_name = "ID")]
    firm: String,
    /// The earlier day, such as 2004-12-31
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The later day [default: the latest]
    #[arg(long, value_name = "DATE", default_value = "", hide_default_value = true)]
    until: String,
    /// At most so much that shows a rise, and so much that shows a fall, of each kind
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u32,
    /// The network
    #[arg(long, value_name = "ID", default_value = "asean")]
    network: String,
    /// As published by this moment, or as entered by recorded:MOMENT; a date means its end, UTC
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_as_of)]
    as_of: Option<AsOf>,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: UpgradingArguments,
) -> Result<(), Error> {
    let recorded = arguments.as_of;
    let question = GetUpgradingRequest {
        network: arguments.network,
        firm: arguments.firm.clone(),
        as_of: recorded.is_some().then(|| NetworkAsOf { valid_on: String::new(), recorded }),
        after: None,
        from: arguments.from,
        until: arguments.until,
        limit: arguments.limit,
    };
    let answered = client.network().get_upgrading(client.question(question)).await;
    let doing = format!("asking how `{}` upgraded", arguments.firm);
    let found = client.answer(&doing, answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn document(found: &GetUpgradingResponse) -> Value {
    json!({
        "firm": found.firm,
        "firm_name": found.firm_name,
        "from": found.from,
        "until": found.until,
        "industrial": found.industrial.iter().map(kind).collect::<Vec<_>>(),
        "social": found.social.iter().map(kind).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "moment": moment(found.moment.as_ref()),
    })
}

fn kind(found: &UpgradingOfKind) -> Value {
    json!({
        "kind": found.kind,
        "change": found.change,
        "risen": found.risen.iter().map(shown).collect::<Vec<_>>(),
        "fallen": found.fallen.iter().map(shown).collect::<Vec<_>>(),
    })
}

fn shown(found: &ShownChange) -> Value {
    if found.relation.is_empty() {
        return json!({
            "attribute": found.attribute,
            "values_from": found.values_from,
            "values_until": found.values_until,
        });
    }
    json!({
        "relation": found.relation,
        "relation_kind": found.relation_kind,
        "with": found.with,
        "with_name": found.with_name,
        "industry": found.industry,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
    })
}

fn print(found: &GetUpgradingResponse) -> Result<(), Error> {
    let name = named(&found.firm_name, &found.firm);
    let head = format!("{name}, {} against {}", found.until, found.from);
    output::print(&output::fill(&head, ""))?;
    for (title, kinds) in [("industrial", &found.industrial), ("social", &found.social)] {
        let mut table = Table::new(&[title, "change", "shown by"]);
        for one in kinds {
            table.row([one.kind.clone(), one.change.clone(), told(one)]);
        }
        output::print(&format!("\n{}", table.text()))?;
    }
    let all = found.industrial.iter().chain(&found.social);
    if all.clone().any(|one| one.change == "undefined") {
        let text = "Undefined: nothing is recorded on either day, or what is cannot be compared.";
        output::print(&format!("\n{}", output::fill(text, "")))?;
    }
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --limit.")?;
    }
    Ok(())
}

/// What shows it, in a line: what is new behind `+`, what is gone behind `-`.
fn told(found: &UpgradingOfKind) -> String {
    let new = found.risen.iter().map(|shown| format!("+ {}", in_words(shown)));
    let gone = found.fallen.iter().map(|shown| format!("- {}", in_words(shown)));
    new.chain(gone).collect::<Vec<_>>().join("; ")
}

fn in_words(shown: &ShownChange) -> String {
    if shown.relation.is_empty() {
        let (before, now) = (shown.values_from.join(" or "), shown.values_until.join(" or "));
        return match (before.is_empty(), now.is_empty()) {
            (false, false) => format!("{} {before} to {now}", shown.attribute),
            (true, _) => format!("{} {now}", shown.attribute),
            (false, true) => format!("{} {before}", shown.attribute),
        };
    }
    let industry = match shown.industry.as_str() {
        "" => String::new(),
        industry => format!(" in {industry}"),
    };
    let when = match (shown.valid_from.as_str(), shown.valid_to.as_str()) {
        ("", "") => String::new(),
        (from, "") => format!(", from {from}"),
        ("", to) => format!(", to {to}"),
        (from, to) => format!(", {from} to {to}"),
    };
    format!("{} {}{industry}{when}", shown.relation_kind, shown.with_name)
}

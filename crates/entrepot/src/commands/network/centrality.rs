//! `entrepot network centrality`: who stands in the middle, and which parts hang together.

use api::network::{
    ListCentralityRequest, ListCentralityResponse, SupplyPositions, SupplyPositionsFound,
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{MissingVolume, NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

/// Parts that a line for people names; --json has all.
const PARTS_MAX: usize = 5;

const AFTER_HELP: &str = "\
PageRank along the relations, from giver to receiver: along supplies a rank flows to who is
supplied. The ranks of all entities add up to 1. A part is what relations join, whichever way
they point.
With --positions firms have their upstreamness too, the steps to final demand (Antras et al. 2012),
and their influence, the part of all output that rests on them (Acemoglu et al. 2012).

Examples:
  entrepot network centrality --kind supplies --limit 20
  entrepot network centrality --kind supplies --kind serves --damping 0.9 --json
  entrepot network centrality --kind supplies --positions count-alike --by influence";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CentralityArguments {
    /// Only along relations of this kind, as supplies; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// At most so many entities, and so many parts
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: u32,
    /// The part of a rank that follows relations
    #[arg(long, value_name = "PART", default_value_t = 0.85)]
    damping: f64,
    /// Steps from equal ranks, 1 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    steps: u32,
    /// Ask for positions along supplies too, and what those without a volume count as
    #[arg(long, value_enum, value_name = "MISSING_VOLUME")]
    positions: Option<MissingVolume>,
    /// The share of labour in production, for influence
    #[arg(long, value_name = "PART", default_value_t = 0.5, requires = "positions")]
    labour_share: f64,
    /// What comes first
    #[arg(long, value_enum, default_value_t = Order::PageRank)]
    by: Order,
    #[command(flatten)]
    moment: NetworkMoment,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    PageRank,
    /// Needs --positions
    Upstreamness,
    /// Needs --positions
    Influence,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: CentralityArguments,
) -> Result<(), Error> {
    let positions = arguments.positions.map(|missing| SupplyPositions {
        missing_volume: missing.asked(),
        labour_share: Some(arguments.labour_share),
    });
    let order_by = match arguments.by {
        Order::PageRank => "page_rank",
        Order::Upstreamness => "upstreamness",
        Order::Influence => "influence",
    };
    if order_by != "page_rank" && positions.is_none() {
        return Err(Error::Usage {
            message: format!("`--by {order_by}` needs positions along supplies"),
            remedy: "add `--positions count-alike`, or another of its values".to_owned(),
        });
    }
    let question = ListCentralityRequest {
        network: arguments.moment.network.clone(),
        kinds: arguments.kinds,
        as_of: arguments.moment.as_of(),
        after: None,
        damping: Some(arguments.damping),
        steps: arguments.steps,
        limit: arguments.limit,
        positions,
        order_by: order_by.to_owned(),
    };
    let answered = client.network().list_centrality(client.question(question)).await;
    let found = client.answer("asking who stands in the middle", answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn document(found: &ListCentralityResponse) -> Value {
    json!({
        "kinds": found.kinds,
        "damping": found.damping,
        "steps": found.steps,
        "entities_total": found.entities_total,
        "alone_total": found.alone_total,
        "relations_total": found.relations_total,
        "parts_total": found.parts_total,
        "entities": found.entities.iter().map(|one| json!({
            "entity": one.entity,
            "name": one.name,
            "kind": one.kind,
            "page_rank": one.page_rank,
            "gives": one.gives,
            "receives": one.receives,
            "part": one.part,
            "upstreamness": one.upstreamness,
            "influence": one.influence,
        })).collect::<Vec<_>>(),
        "parts": found.parts.iter().map(|part| json!({
            "part": part.part,
            "name": part.name,
            "entities": part.entities,
        })).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "positions": found.positions.as_ref().map(positions),
        "order_by": found.order_by,
        "moment": moment(found.moment.as_ref()),
    })
}

fn positions(found: &SupplyPositionsFound) -> Value {
    json!({
        "missing_volume": found.missing_volume,
        "labour_share": found.labour_share,
        "unit": found.unit,
        "left_out": found.left_out,
        "firms": found.firms,
        "links": found.links,
        "undefined_because": found.undefined_because,
        "undefined_code": found.undefined_code,
        "upstreamness_undefined_because": found.upstreamness_undefined_because,
        "influence_undefined_because": found.influence_undefined_because,
        "without_upstreamness": found.without_upstreamness,
    })
}

fn print(found: &ListCentralityResponse) -> Result<(), Error> {
    let text = format!(
        "{} entities, {} of them alone, and {} relations in {} parts; PageRank with damping {} \
         after {} steps, along {}",
        found.entities_total,
        found.alone_total,
        found.relations_total,
        found.parts_total,
        found.damping,
        found.steps,
        found.kinds.join(", "),
    );
    output::print(&output::fill(&text, ""))?;
    if found.relations_total == 0 {
        return output::print("\nno relation of these kinds; `entrepot network export` has all");
    }
    let is_positioned =
        found.positions.as_ref().is_some_and(|one| one.undefined_because.is_empty());
    let mut headers = vec!["name", "kind", "rank", "gives", "receives", "part of"];
    if is_positioned {
        headers.extend(["upstreamness", "influence"]);
    }
    let mut table = Table::new(&headers).numbers(&[2, 3, 4]);
    if is_positioned {
        table = table.numbers(&[6, 7]);
    }
    for one in &found.entities {
        let name = named(&one.name, &one.entity);
        let mut row = vec![
            name.clone(),
            one.kind.clone(),
            format!("{:.6}", one.page_rank),
            one.gives.to_string(),
            one.receives.to_string(),
            one.part.clone(),
        ];
        if is_positioned {
            let number = |value: Option<f64>, places: usize| {
                value.map_or_else(String::new, |value| format!("{value:.places$}"))
            };
            row.extend([number(one.upstreamness, 3), number(one.influence, 6)]);
        }
        table.row(row);
    }
    output::print(&format!("\n{}", table.text()))?;
    let parts = found.parts.iter().take(PARTS_MAX);
    let parts = parts.map(|part| format!("{} ({} entities)", part.part, part.entities));
    let more = match found.parts.len().saturating_sub(PARTS_MAX) {
        0 => String::new(),
        more => format!("; {more} more with --json"),
    };
    let text = format!("Largest parts: {}{more}.", parts.collect::<Vec<_>>().join(", "));
    output::print(&format!("\n{}", output::fill(&text, "")))?;
    if let Some(positions) = &found.positions {
        output::print(&format!("\n{}", output::fill(&rests_on(positions), "")))?;
    }
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --limit.")?;
    }
    Ok(())
}

/// What positions rest on, or why there are none.
fn rests_on(found: &SupplyPositionsFound) -> String {
    if !found.undefined_because.is_empty() {
        let remedy = match (found.undefined_code.as_str(), found.missing_volume.as_str()) {
            ("volumes", "refuse") => " What to do: --positions leave-out or count-alike.",
            ("volumes", "leave_out") => " What to do: --positions count-alike.",
            _ => "",
        };
        return format!("No positions along supplies: {}.{remedy}", found.undefined_because);
    }
    let unit = match found.unit.as_str() {
        "" => "all supplies count alike".to_owned(),
        unit => format!("volumes in {unit}"),
    };
    let mut text = format!(
        "Positions: {} firms, {} links; {unit}, {} left out; labour share {}",
        found.firms, found.links, found.left_out, found.labour_share
    );
    for (what, because) in [
        ("upstreamness", &found.upstreamness_undefined_because),
        ("influence", &found.influence_undefined_because),
    ] {
        if !because.is_empty() {
            text.push_str(&format!("; no {what}: {because}"));
        }
    }
    if found.without_upstreamness > 0 {
        let text_of = format!("; {} without upstreamness", found.without_upstreamness);
        text.push_str(&text_of);
        text.push_str(", for what they sell may go round for ever");
    }
    text
}

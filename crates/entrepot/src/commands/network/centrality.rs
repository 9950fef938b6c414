//! `entrepot network centrality`: who stands in the middle, and which parts hang together.

use api::network::{ListCentralityRequest, ListCentralityResponse};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment};
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

Examples:
  entrepot network centrality --kind supplies --most 20
  entrepot network centrality --kind supplies --kind serves --damping 0.9 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CentralityArguments {
    /// Only along relations of this kind, as supplies; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// At most so many entities, and so many parts
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    most: u32,
    /// The part of a rank that follows relations
    #[arg(long, value_name = "PART", default_value_t = 0.85)]
    damping: f64,
    /// Steps from equal ranks, 1 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    steps: u32,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: CentralityArguments,
) -> Result<(), Error> {
    let question = ListCentralityRequest {
        network: arguments.moment.network.clone(),
        kinds: arguments.kinds,
        as_of: arguments.moment.as_of(),
        after: None,
        damping: Some(arguments.damping),
        steps: arguments.steps,
        limit: arguments.most,
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
        })).collect::<Vec<_>>(),
        "parts": found.parts.iter().map(|part| json!({
            "part": part.part,
            "name": part.name,
            "entities": part.entities,
        })).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "moment": moment(found.moment.as_ref()),
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
    let headers = ["name", "kind", "rank", "gives", "receives", "part of"];
    let mut table = Table::new(&headers).numbers(&[2, 3, 4]);
    for one in &found.entities {
        let name = if one.name.is_empty() { &one.entity } else { &one.name };
        table.row([
            name.clone(),
            one.kind.clone(),
            format!("{:.6}", one.page_rank),
            one.gives.to_string(),
            one.receives.to_string(),
            one.part.clone(),
        ]);
    }
    output::print(&format!("\n{}", table.text()))?;
    let parts = found.parts.iter().take(PARTS_MAX);
    let parts = parts.map(|part| format!("{} ({} entities)", part.part, part.entities));
    let text = format!("Largest parts: {}.", parts.collect::<Vec<_>>().join(", "));
    output::print(&format!("\n{}", output::fill(&text, "")))?;
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --most.")?;
    }
    Ok(())
}

//! `entrepot network near`: what lies around an entity, step by step.

use api::network::{GetNeighbourhoodRequest, GetNeighbourhoodResponse};
use clap::Args;
use serde_json::json;

use super::{NetworkMoment, moment, relations};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

#[derive(Args, Debug)]
pub(super) struct NearArguments {
    /// The entity's id
    #[arg(value_name = "ID")]
    id: String,
    /// Steps from it, 1 to 4
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    steps: u32,
    /// Only along relations of this kind, as supplies; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// At most so many relations, nearest first
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    limit: u32,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: NearArguments,
) -> Result<(), Error> {
    let question = GetNeighbourhoodRequest {
        network: arguments.moment.network.clone(),
        id: arguments.id.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
        steps: arguments.steps,
        kinds: arguments.kinds,
        limit: arguments.limit,
    };
    let answered = client.network().get_neighbourhood(client.question(question)).await;
    let near = client.answer(&format!("asking what is near `{}`", arguments.id), answered)?;
    match form {
        Form::Json => output::print_json(&json!({
            "neighbours": near.neighbours.iter().map(|one| {
                let entity = one.entity.clone().unwrap_or_default();
                json!({
                    "id": entity.id, "kind": entity.kind, "name": entity.name,
                    "home": entity.home, "steps": one.steps,
                })
            }).collect::<Vec<_>>(),
            "relations": near.relations.iter().map(relations::document).collect::<Vec<_>>(),
            "is_cut": near.is_cut,
            "moment": moment(near.moment.as_ref()),
        })),
        Form::Tables => print(&near),
    }
}

fn print(near: &GetNeighbourhoodResponse) -> Result<(), Error> {
    let mut table = Table::new(&["steps", "kind", "name", "home"]).numbers(&[0]);
    for neighbour in &near.neighbours {
        let entity = neighbour.entity.clone().unwrap_or_default();
        let name = if entity.name.is_empty() { entity.id } else { entity.name };
        table.row([neighbour.steps.to_string(), entity.kind, name, entity.home]);
    }
    output::print(&table.text())?;
    output::print(&format!("\n{}", relations::table(&near.relations).text()))?;
    if near.is_cut {
        output::print("\nThere is more: ask with a higher --limit, or along one --kind.")?;
    }
    Ok(())
}

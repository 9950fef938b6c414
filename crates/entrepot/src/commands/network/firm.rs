//! `entrepot network firm`: one entity, its relations through time, and what was found of it.

use api::network::{GetFirmRequest, GetFirmResponse};
use clap::Args;
use serde_json::{Map, Value, json};

use super::{NetworkMoment, moment, relations};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

#[derive(Args, Debug)]
pub(super) struct FirmArguments {
    /// The entity's id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: FirmArguments,
) -> Result<(), Error> {
    let question = GetFirmRequest {
        network: arguments.moment.network.clone(),
        id: arguments.id.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().get_firm(client.question(question)).await;
    let firm = client.answer(&format!("asking for `{}`", arguments.id), answered)?;
    match form {
        Form::Json => output::print_json(&document(&firm)),
        Form::Tables => print(&firm),
    }
}

fn document(firm: &GetFirmResponse) -> Value {
    let entity = firm.entity.as_ref().map(|entity| {
        let attributes: Map<String, Value> = entity
            .attributes
            .iter()
            .map(|one| (one.id.clone(), Value::from(one.value.as_str())))
            .collect();
        json!({
            "id": entity.id,
            "kind": entity.kind,
            "name": entity.name,
            "home": entity.home,
            "attributes": attributes,
        })
    });
    let relations: Vec<_> = firm.relations.iter().map(relations::document).collect();
    let findings: Vec<_> = firm.findings.iter().map(output::finding).collect();
    json!({
        "entity": entity,
        "relations": relations,
        "findings": findings,
        "findings_left_out": firm.findings_left_out,
        "moment": moment(firm.moment.as_ref()),
        "sme": firm.sme.as_ref().map(|sme| json!({
            "status": sme.status,
            "basis": sme.basis,
            "reasons": sme.reasons,
        })),
    })
}

fn print(firm: &GetFirmResponse) -> Result<(), Error> {
    if let Some(entity) = &firm.entity {
        output::print(&format!("{} ({}, {})", entity.name, entity.kind, entity.home))?;
        for attribute in &entity.attributes {
            let text = format!("{}: {}", attribute.id, attribute.value);
            output::print(&output::fill(&text, "  "))?;
        }
    }
    if let Some(sme) = &firm.sme {
        let told = match sme.status.as_str() {
            "sme" => "a small or medium enterprise",
            "larger" => "no small or medium enterprise",
            _ => "not known whether a small or medium enterprise",
        };
        let text = format!("{told}, by {}", sme.basis.replace('-', " "));
        output::print(&output::fill(&text, "  "))?;
        for reason in &sme.reasons {
            output::print(&output::fill(reason, "    "))?;
        }
    }
    let table = relations::table(&firm.relations);
    if !table.is_empty() {
        output::print(&format!("\n{}", table.text()))?;
    }
    if firm.findings_left_out {
        let text = "The network is large: what follows from it then is not worked out.";
        output::print(&format!("\n{text}"))?;
    }
    let mut table = Table::new(&["finding", "value", "industry", "confidence", "because of"]);
    for finding in &firm.findings {
        table.row([
            &finding.kind,
            &finding.value,
            &finding.industry,
            &finding.confidence,
            &finding.evidence.join(", "),
        ]);
    }
    if table.is_empty() {
        return Ok(());
    }
    output::print(&format!("\n{}", table.text()))
}

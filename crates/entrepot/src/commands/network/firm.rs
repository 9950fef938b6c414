//! `entrepot network firm`: one entity, its relations through time, and what was found of it.

use api::network::{GetFirmRequest, GetFirmResponse, Relation};
use clap::Args;
use serde_json::{Map, Value, json};

use super::NetworkMoment;
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
    let relations: Vec<_> = firm.relations.iter().map(relation_document).collect();
    let findings: Vec<_> = firm.findings.iter().map(output::finding).collect();
    json!({ "entity": entity, "relations": relations, "findings": findings })
}

fn relation_document(relation: &Relation) -> Value {
    json!({
        "id": relation.id,
        "kind": relation.kind,
        "from": relation.from,
        "to": relation.to,
        "from_name": relation.from_name,
        "to_name": relation.to_name,
        "industry": relation.industry,
        "valid_from": relation.valid_from,
        "valid_to": relation.valid_to,
        "source": relation.source,
        "evidence": relation.evidence,
        "confidence": relation.confidence,
        "share": relation.share,
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
    let headers = ["relation", "from", "to", "industry", "from day", "to day", "source"];
    let mut table = Table::new(&headers);
    for relation in &firm.relations {
        table.row([
            &relation.kind,
            or_id(&relation.from_name, &relation.from),
            or_id(&relation.to_name, &relation.to),
            &relation.industry,
            &relation.valid_from,
            &relation.valid_to,
            &relation.source,
        ]);
    }
    if !table.is_empty() {
        output::print(&format!("\n{}", table.text()))?;
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

fn or_id<'a>(name: &'a String, id: &'a String) -> &'a String {
    if name.is_empty() { id } else { name }
}

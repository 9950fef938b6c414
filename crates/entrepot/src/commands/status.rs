//! `entrepot status`: what runs, how far it has read, and the digests of what it knows.

use api::operations::{GetStatusRequest, ServiceStatus, SkippedEvent, UnitStatus};
use clap::Args;
use serde_json::{Value, json};

use crate::arguments::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

/// Digits of a digest that people compare by eye.
const DIGEST_CHARS: usize = 12;

const AFTER_HELP: &str = "\
Examples:
  entrepot status
  entrepot status --without-digests
  entrepot status --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StatusArguments {
    /// Leave out the digests, which read the whole stores
    #[arg(long)]
    without_digests: bool,
}

pub(crate) async fn run(shared: &Shared, arguments: StatusArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let question = GetStatusRequest { without_digests: arguments.without_digests };
    let answered = client.operations().get_status(client.question(question)).await;
    let services = client.answer("asking for the status", answered)?.services;
    if shared.json {
        let services: Vec<_> = services.iter().map(document).collect();
        return output::print_json(&json!({ "services": services }));
    }
    output::print(&services_table(&services).text())?;
    let units = units_table(&services);
    if units.is_empty() {
        return Ok(());
    }
    output::print(&format!("\n{}", units.text()))
}

fn document(service: &ServiceStatus) -> Value {
    let units: Vec<Value> = service.units.iter().map(unit_document).collect();
    json!({
        "name": service.name,
        "version": service.version,
        "health": service.health,
        "instance": service.instance,
        "units": units,
    })
}

fn unit_document(unit: &UnitStatus) -> Value {
    let parked_because = (!unit.parked_because.is_empty()).then_some(&unit.parked_because);
    json!({
        "unit": unit.unit,
        "position": output::positions(&unit.positions),
        "lag": unit.lag,
        "seq": unit.seq,
        "digest": unit.digest,
        "keys": unit.keys,
        "bytes": unit.bytes,
        "parked_because": parked_because,
        "parked_at": unit.parked_at.as_ref().map(|at| output::positions(std::slice::from_ref(at))),
        "waits_for": (!unit.waits_for.is_empty()).then_some(&unit.waits_for),
        "outbox": unit.outbox,
        "skipped": unit.skipped.iter().map(skipped_document).collect::<Vec<_>>(),
        "exported_at": output::moment(unit.exported_at.as_ref()),
    })
}

fn skipped_document(skipped: &SkippedEvent) -> Value {
    let position = skipped.position.as_ref().map(|at| output::positions(std::slice::from_ref(at)));
    json!({ "position": position, "reason": skipped.reason })
}

/// How a unit is, in brackets behind its name; nothing if it is well.
fn trouble(unit: &UnitStatus) -> String {
    let mut told = Vec::new();
    if !unit.parked_because.is_empty() {
        told.push(format!("parked: {}", unit.parked_because));
    }
    if !unit.waits_for.is_empty() {
        told.push(format!("waiting: {}", unit.waits_for));
    }
    if unit.outbox > 0 {
        told.push(format!("{} in the outbox", unit.outbox));
    }
    if !unit.skipped.is_empty() {
        told.push(format!("{} skipped", unit.skipped.len()));
    }
    if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
}

fn services_table(services: &[ServiceStatus]) -> Table {
    let headers = ["service", "instance", "version", "health", "units"];
    let mut table = Table::new(&headers).numbers(&[4]);
    for service in services {
        table.row([
            service.name.clone(),
            service.instance.clone(),
            service.version.clone(),
            service.health.clone(),
            service.units.len().to_string(),
        ]);
    }
    table
}

fn units_table(services: &[ServiceStatus]) -> Table {
    let headers = ["unit", "position", "lag", "seq", "keys", "bytes", "digest"];
    let mut table = Table::new(&headers).numbers(&[2, 3, 4, 5]);
    for unit in services.iter().flat_map(|service| &service.units) {
        let read: Vec<String> = unit
            .positions
            .iter()
            .map(|one| format!("{}/{} {}", one.topic, one.partition, one.position))
            .collect();
        table.row([
            format!("{}{}", unit.unit, trouble(unit)),
            read.join(", "),
            unit.lag.to_string(),
            unit.seq.to_string(),
            unit.keys.to_string(),
            unit.bytes.to_string(),
            output::shorten(&unit.digest, DIGEST_CHARS),
        ]);
    }
    table
}

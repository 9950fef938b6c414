//! `entrepot network coupling`: how firms are coupled to networks, and what decided it.

use api::network::{Coupling, ListCouplingsRequest};
use clap::Args;
use serde_json::{Value, json};

use super::NetworkMoment;
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

#[derive(Args, Debug)]
pub(super) struct CouplingArguments {
    /// Only of this firm
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    firm: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: CouplingArguments,
) -> Result<(), Error> {
    let question = ListCouplingsRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().list_couplings(client.question(question)).await;
    let couplings = client.answer("listing couplings", answered)?.couplings;
    if form == Form::Json {
        let couplings: Vec<_> = couplings.iter().map(document).collect();
        return output::print_json(&json!({ "couplings": couplings }));
    }
    if couplings.is_empty() {
        return output::print("no couplings; load facts with `entrepot network load`");
    }
    let headers = ["firm", "mechanism", "configuration", "scope", "confidence", "why"];
    let mut table = Table::new(&headers);
    for coupling in &couplings {
        let named = !coupling.firm_name.is_empty();
        table.row([
            if named { &coupling.firm_name } else { &coupling.firm },
            &coupling.mechanism,
            &coupling.configuration,
            &coupling.network_scope,
            &coupling.confidence,
            &coupling.reason,
        ]);
    }
    output::print(&table.text())
}

fn document(coupling: &Coupling) -> Value {
    json!({
        "firm": coupling.firm,
        "firm_name": coupling.firm_name,
        "mechanism": coupling.mechanism,
        "configuration": coupling.configuration,
        "confidence": coupling.confidence,
        "evidence": coupling.evidence,
        "reason": coupling.reason,
        "network_scope": coupling.network_scope,
    })
}

//! `entrepot network coupling`: how firms are coupled to networks, and what decided it.

use api::network::{Coupling, ListCouplingsRequest, StrategicMatch};
use clap::Args;
use serde_json::{Value, json};

use super::NetworkMoment;
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output;

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
    // The firms that couple come first, then the lead firms with the shape of their networks.
    let (firms, lead_firms): (Vec<_>, Vec<_>) =
        couplings.iter().partition(|one| !one.mechanism.is_empty());
    for coupling in firms.into_iter().chain(lead_firms) {
        output::print(&told(coupling))?;
    }
    Ok(())
}

/// One coupling, its reasons under it.
fn told(coupling: &Coupling) -> String {
    let named = !coupling.firm_name.is_empty();
    let firm = if named { &coupling.firm_name } else { &coupling.firm };
    let parts = [&coupling.mechanism, &coupling.configuration, &coupling.network_scope];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let head = format!("{firm}: {} (confidence {})", parts.join(", "), coupling.confidence);
    let reason = output::fill(&coupling.reason, "    ");
    let mut text = format!("{}\n{reason}", output::fill(&head, ""));
    if !coupling.decisive.is_empty() {
        let hangs = format!("would be another without: {}", coupling.decisive.join(", "));
        text = format!("{text}\n{}", output::fill(&hangs, "    "));
    }
    for found in &coupling.matches {
        text = format!("{text}\n{}", output::fill(&told_match(found), "    "));
    }
    text
}

/// What couples it with one lead firm.
fn told_match(found: &StrategicMatch) -> String {
    let named = !found.lead_firm_name.is_empty();
    let lead_firm = if named { &found.lead_firm_name } else { &found.lead_firm };
    let assets = found
        .assets
        .iter()
        .map(|one| format!("{} meets {} ({})", one.asset, one.need, one.strength));
    let assets: Vec<String> = assets.collect();
    let assets =
        if assets.is_empty() { "no asset meets a need".to_owned() } else { assets.join(", ") };
    let gains = |gains: &[String]| {
        if gains.is_empty() { "nothing".to_owned() } else { gains.join(", ") }
    };
    format!(
        "with {lead_firm}: {assets}; it gains {}, the lead firm {}",
        gains(&found.firm_gains),
        gains(&found.lead_firm_gains)
    )
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
        "runner_up": coupling.runner_up,
        "decisive": coupling.decisive,
        "matches": coupling.matches.iter().map(|found| json!({
            "lead_firm": found.lead_firm,
            "lead_firm_name": found.lead_firm_name,
            "assets": found.assets.iter().map(|one| json!({
                "asset": one.asset,
                "need": one.need,
                "strength": one.strength,
                "reason": one.reason,
            })).collect::<Vec<_>>(),
            "firm_gains": found.firm_gains,
            "lead_firm_gains": found.lead_firm_gains,
            "is_mutual": found.is_mutual,
            "evidence": found.evidence,
        })).collect::<Vec<_>>(),
    })
}

//! `entrepot network roles`: who plays which role, by the relations alone, and what decided it.

use api::network::{ListRolesRequest, Role};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output;

#[derive(Args, Debug)]
pub(super) struct RolesArguments {
    /// Only of this industry
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    industry: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: RolesArguments,
) -> Result<(), Error> {
    let question = ListRolesRequest {
        network: arguments.moment.network.clone(),
        industry: arguments.industry.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().list_roles(client.question(question)).await;
    let roles = client.answer("listing roles", answered)?.roles;
    if form == Form::Json {
        let roles: Vec<_> = roles.iter().map(document).collect();
        return output::print_json(&json!({ "roles": roles }));
    }
    if roles.is_empty() {
        return output::print("no roles; load facts with `entrepot network load`");
    }
    for role in &roles {
        output::print(&told(role))?;
    }
    Ok(())
}

/// One role, its reasons under it.
fn told(role: &Role) -> String {
    let firm = named(&role.firm_name, &role.firm);
    let found = if role.role.is_empty() { "no role found" } else { &role.role };
    let label = match role.label.as_str() {
        "" => String::new(),
        label if label == role.role => ", as the source labels it".to_owned(),
        label => format!(", though the source labels it {label}"),
    };
    let head = format!("{firm}, {}: {found}{label}", role.industry);
    let reason = output::fill(&role.reason, "    ");
    format!("{}\n{reason}", output::fill(&head, ""))
}

fn document(role: &Role) -> Value {
    json!({
        "firm": role.firm,
        "firm_name": role.firm_name,
        "industry": role.industry,
        "role": role.role,
        "runner_up": role.runner_up,
        "evidence": role.evidence,
        "label": role.label,
        "reason": role.reason,
    })
}

//! `entrepot network trajectory`: a firm's way through time.

use api::network::{GetTrajectoryRequest, TrajectoryStep};
use clap::Args;
use serde_json::json;

use super::{NetworkMoment, moment};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

#[derive(Args, Debug)]
pub(super) struct TrajectoryArguments {
    /// The firm
    #[arg(value_name = "ID")]
    firm: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: TrajectoryArguments,
) -> Result<(), Error> {
    let question = GetTrajectoryRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().get_trajectory(client.question(question)).await;
    let way = client.answer(&format!("asking for the way of `{}`", arguments.firm), answered)?;
    if form == Form::Json {
        let step = |step: &TrajectoryStep| {
            json!({
                "on": step.on,
                "turn": step.turn,
                "with": step.with,
                "with_name": step.with_name,
                "relation": step.relation,
            })
        };
        return output::print_json(&json!({
            "steps": way.steps.iter().map(step).collect::<Vec<_>>(),
            "undated": way.undated,
            "moment": moment(way.moment.as_ref()),
        }));
    }
    let mut table = Table::new(&["on", "turn", "with", "relation"]);
    for step in &way.steps {
        table.row([&step.on, &step.turn, &step.with_name, &step.relation]);
    }
    let is_empty = table.is_empty();
    output::print(
        if is_empty { "nothing dated is known of it".to_owned() } else { table.text() }.as_str(),
    )?;
    if way.undated.is_empty() {
        return Ok(());
    }
    let undated = format!("Without a beginning: {}", way.undated.join(", "));
    output::print(&format!("\n{}", output::fill(&undated, "")))
}

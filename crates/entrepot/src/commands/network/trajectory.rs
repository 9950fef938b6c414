//! `entrepot network trajectory`: a firm's way through time.

use api::network::{GetTrajectoryRequest, StageEvent, StagePoint, TrajectoryStep};
use clap::Args;
use serde_json::{Value, json};

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
            "points": way.points.iter().map(point).collect::<Vec<_>>(),
            "events": way.events.iter().map(event).collect::<Vec<_>>(),
            "moment": moment(way.moment.as_ref()),
        }));
    }
    let mut table = Table::new(&["on", "turn", "with", "relation"]);
    for step in &way.steps {
        table.row([&step.on, &step.turn, &step.with_name, &step.relation]);
    }
    match table.is_empty() {
        true => output::print("nothing dated is known of it")?,
        false => output::print(&table.text())?,
    }
    let mut table = Table::new(&["from", "stage", "coupled by", "with lead firms"]);
    for point in &way.points {
        let with = point.coupled_with.join(", ");
        table.row([&point.day, &point.stage, &point.mechanism, &with]);
    }
    if !table.is_empty() {
        output::print(&format!("\n{}", table.text()))?;
    }
    if way.undated.is_empty() {
        return Ok(());
    }
    let undated = format!("Without a beginning: {}", way.undated.join(", "));
    output::print(&format!("\n{}", output::fill(&undated, "")))
}

fn point(point: &StagePoint) -> Value {
    json!({
        "day": point.day,
        "stage": point.stage,
        "mechanism": point.mechanism,
        "coupled_with": point.coupled_with,
        "uncertain": point.uncertain,
    })
}

fn event(event: &StageEvent) -> Value {
    json!({
        "kind": event.kind,
        "on": event.on,
        "partner": event.partner,
        "cause": event.cause,
        "began": event.began,
        "ended": event.ended,
    })
}

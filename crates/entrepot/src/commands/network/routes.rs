//! `entrepot network routes`: by which routes small and medium firms take part, and what decides it.

use api::network::{ListRoutesRequest, Route};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output;

#[derive(Args, Debug)]
pub(super) struct RoutesArguments {
    /// Only of this firm
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    firm: String,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: RoutesArguments,
) -> Result<(), Error> {
    let question = ListRoutesRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let answered = client.network().list_routes(client.question(question)).await;
    let found = client.answer("listing routes", answered)?;
    if form == Form::Json {
        let routes: Vec<_> = found.routes.iter().map(document).collect();
        let moment = moment(found.moment.as_ref());
        return output::print_json(&json!({ "routes": routes, "moment": moment }));
    }
    if found.routes.is_empty() {
        return output::print("no routes; load facts with `entrepot network load`");
    }
    for route in &found.routes {
        output::print(&told(route))?;
    }
    Ok(())
}

/// One route, its reasons under it.
fn told(route: &Route) -> String {
    let firm = named(&route.firm_name, &route.firm);
    let host = if route.host.is_empty() { "no other economy" } else { &route.host };
    let answer = match route.route.as_str() {
        "" => "no route found".to_owned(),
        answer => format!("{answer} (confidence {})", route.confidence),
    };
    let basis = match &route.investment {
        Some(made) if made.basis == "operation" => ", by an operation alone",
        Some(_) | None => "",
    };
    let head = output::fill(&format!("{firm} into {host}{basis}: {answer}"), "");
    let mut text = format!("{head}\n{}", output::fill(&route.reason, "    "));
    if !route.decisive.is_empty() && !route.route.is_empty() {
        let hangs = format!("would be another without: {}", route.decisive.join(", "));
        text = format!("{text}\n{}", output::fill(&hangs, "    "));
    }
    for driver in &route.drivers {
        let answer = if driver.is_answer { "driven by" } else { "in part by" };
        let line = format!("{answer} {} ({}): {}", driver.driver, driver.score, driver.reason);
        text = format!("{text}\n{}", output::fill(&line, "    "));
    }
    text
}

fn document(route: &Route) -> Value {
    json!({
        "firm": route.firm,
        "firm_name": route.firm_name,
        "host": route.host,
        "route": route.route,
        "confidence": route.confidence,
        "runner_up": route.runner_up,
        "decisive": route.decisive,
        "evidence": route.evidence,
        "reason": route.reason,
        "investment": route.investment.as_ref().map(|made| json!({
            "basis": made.basis,
            "since": made.since,
            "places": made.places,
            "values": made.values,
        })),
        "drivers": route.drivers.iter().map(|driver| json!({
            "driver": driver.driver,
            "score": driver.score,
            "is_answer": driver.is_answer,
            "evidence": driver.evidence,
            "reason": driver.reason,
        })).collect::<Vec<_>>(),
    })
}

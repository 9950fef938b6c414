//! `entrepot skip`: lets a parked unit pass over the event at which it stands.

use api::operations::SkipEventRequest;
use api::types::LogPosition;
use clap::Args;
use serde_json::json;

use crate::arguments::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::output;

const AFTER_HELP: &str = "\
For good: what the event said is never applied by this unit, not in a rebuild either. Update the
service first if the event is of a later version. The log says what was skipped, and why.

Example:
  entrepot status
  entrepot skip metrics-2 --topic entrepot.observations.v1 --partition 2 --position 1704 \\
    --reason 'written by a faulty build; sent again as release 7'";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SkipArguments {
    /// The unit, as `entrepot status` names it
    #[arg(value_name = "UNIT")]
    unit: String,
    /// The topic of the event at which it is parked
    #[arg(long, value_name = "TOPIC")]
    topic: String,
    /// Its partition
    #[arg(long, value_name = "P")]
    partition: u32,
    /// Its position
    #[arg(long, value_name = "N")]
    position: u64,
    /// Why it may be passed over
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(crate) async fn run(shared: &Shared, arguments: SkipArguments) -> Result<(), Error> {
    let SkipArguments { unit, topic, partition, position, reason } = arguments;
    let client = Client::connect(shared).await?;
    let position = LogPosition::new(&topic, partition, position);
    let question = SkipEventRequest { unit: unit.clone(), position: Some(position), reason };
    let answered = client.operations().skip_event(client.question(question)).await;
    let recorded = client.answer("skipping an event", answered)?.recorded;
    if shared.json {
        let recorded = recorded.map(|at| output::positions(&[at]));
        return output::print_json(&json!({ "unit": unit, "recorded": recorded }));
    }
    let at = recorded
        .map(|at| format!("; the log says so at {}/{} {}", at.topic, at.partition, at.position));
    output::print(&format!("{unit}: passed over{}", at.unwrap_or_default()))
}

//! `entrepot import`: a store from an export, into the data directory of a service that is stopped.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::arguments::Shared;
use crate::error::Error;
use crate::output;

const AFTER_HELP: &str = "\
The service must be stopped. The file says whose store it is; it is checked to its end before it
takes its place, and never takes the place of a store that is there. When the service starts, the
unit reads the rest of the log from where the export stands.

Example:
  entrepot import metrics-2.export --data-dir /var/lib/entrepot";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ImportArguments {
    /// What `entrepot export` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory of the service
    #[arg(long, value_name = "DIR", env = "ENTREPOT_DATA_DIR")]
    data_dir: PathBuf,
}

pub(crate) async fn run(shared: &Shared, arguments: ImportArguments) -> Result<(), Error> {
    let ImportArguments { file, data_dir } = arguments;
    let name = file.display().to_string();
    let imported =
        tokio::task::spawn_blocking(move || service::exports::import(&file, &data_dir)).await;
    let imported = imported.map_err(|error| Error::Answer { message: error.to_string() })?;
    let (head, dir) = imported.map_err(|error| Error::Refused {
        message: match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
        remedy: "stop the service and move away the store that is there, or take another export"
            .to_owned(),
    })?;
    let dir = dir.display().to_string();
    if shared.json {
        return output::print_json(&json!({ "unit": head.unit, "file": name, "store": dir }));
    }
    output::print(&format!("{}: {name} is now {dir}", head.unit))
}

//! `entrepot observations`: the cells of a dataflow, as of any moment, or all their vintages.

use api::ingestion::{ListObservationsRequest, ObservationRow};
use api::types::AsOf;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::arguments::Shared;
use crate::client::{Client, PAGE_SIZE};
use crate::clock;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
A key names codes in the order of the dimensions, joined by dots: empty for any, + between several.

Examples:
  entrepot observations --dataflow DF_FDI_HOST --key 'A.MY+SG' --period 2014
  entrepot observations --dataflow DF_FDI_HOST --as-of 2015-05-26
  entrepot observations --dataflow DF_FDI_HOST --as-of recorded:2026-01-31T12:00 --json
  entrepot observations --dataflow DF_FDI_HOST --key 'A.MY' --history";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ObservationsArguments {
    /// The dataflow
    #[arg(long, value_name = "ID")]
    dataflow: String,
    /// A key, or the first part of one
    #[arg(long, value_name = "KEY", default_value = "", hide_default_value = true)]
    key: String,
    /// One period, such as 2014 or 2014-Q3 [default: all]
    #[arg(long, value_name = "PERIOD", default_value = "", hide_default_value = true)]
    period: String,
    /// As published by this moment, or as entered by recorded:MOMENT; a date means its end, UTC
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_as_of)]
    as_of: Option<AsOf>,
    /// All vintages of each observation, oldest first
    #[arg(long)]
    history: bool,
    /// At most so many [default: all]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

pub(crate) async fn run(shared: &Shared, arguments: ObservationsArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let rows = list(&client, &arguments).await?;
    if shared.json {
        let rows: Vec<_> = rows.iter().map(document).collect();
        return output::print_json(&json!({ "observations": rows }));
    }
    if rows.is_empty() {
        return output::print("no observations; is the key right, and were there any by then?");
    }
    output::print(&table(&rows, arguments.history).text())
}

async fn list(
    client: &Client,
    arguments: &ObservationsArguments,
) -> Result<Vec<ObservationRow>, Error> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    let mut page_token = String::new();
    loop {
        let question = ListObservationsRequest {
            dataflow: arguments.dataflow.clone(),
            key: arguments.key.clone(),
            period: arguments.period.clone(),
            as_of: arguments.as_of,
            history: arguments.history,
            page_size: PAGE_SIZE,
            page_token,
            after: None,
        };
        let answered = client.ingestion().list_observations(client.question(question)).await;
        let page = client.answer("listing observations", answered)?;
        rows.extend(page.observations);
        page_token = page.next_page_token;
        if page_token.is_empty() || rows.len() >= limit {
            rows.truncate(limit);
            return Ok(rows);
        }
    }
}

fn document(row: &ObservationRow) -> Value {
    let attributes: Map<String, Value> = row
        .attributes
        .iter()
        .map(|attribute| (attribute.id.clone(), Value::from(attribute.value.as_str())))
        .collect();
    json!({
        "dataflow": row.dataflow,
        "key": row.key,
        "period": row.period,
        "value": row.value,
        "missing": row.missing,
        "withdrawn": row.withdrawn,
        "attributes": attributes,
        "release": row.release,
        "released_at": output::moment(row.released_at.as_ref()),
        "recorded_at": output::moment(row.recorded_at.as_ref()),
    })
}

fn table(rows: &[ObservationRow], history: bool) -> Table {
    let mut headers = vec!["key", "period", "value", "source"];
    if history {
        headers.extend(["released at", "release"]);
    }
    let mut table = Table::new(&headers).numbers(&[2]);
    for row in rows {
        let missing = || row.missing.as_ref().map(|reason| format!("({reason})"));
        let shown = match row.withdrawn {
            true => "(withdrawn)".to_owned(),
            false => row.value.clone().or_else(missing).unwrap_or_default(),
        };
        let attribute = |id: &str| row.attributes.iter().find(|one| one.id == id);
        let source = attribute("SOURCE_TABLE").or_else(|| attribute("SOURCE"));
        let source = source.map_or_else(String::new, |one| one.value.clone());
        let mut cells = vec![row.key.clone(), row.period.clone(), shown, source];
        if history {
            cells.push(output::moment_text(row.released_at.as_ref()));
            cells.push(row.release.clone());
        }
        table.row(cells);
    }
    table
}

//! `entrepot rejections`: the rows that were refused, each with its rule and what to do.

use api::ingestion::ListRejectionsRequest;
use api::types::Rejection;
use clap::Args;
use serde_json::json;

use crate::arguments::Shared;
use crate::client::{Client, PAGE_SIZE};
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Examples:
  entrepot rejections
  entrepot rejections --dataflow DF_FDI_HOST --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RejectionsArguments {
    /// Only of this dataflow
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    dataflow: String,
    /// At most so many [default: all]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

pub(crate) async fn run(shared: &Shared, arguments: RejectionsArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let rejections = list(&client, &arguments).await?;
    if shared.json {
        let rejections: Vec<_> = rejections.iter().map(output::rejection).collect();
        return output::print_json(&json!({ "rejections": rejections }));
    }
    if rejections.is_empty() {
        return output::print("nothing was refused");
    }
    output::print(&table(&rejections).text())
}

async fn list(client: &Client, arguments: &RejectionsArguments) -> Result<Vec<Rejection>, Error> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut rejections = Vec::new();
    let mut page_token = String::new();
    loop {
        let dataflow = arguments.dataflow.clone();
        let question = ListRejectionsRequest { dataflow, page_size: PAGE_SIZE, page_token };
        let answered = client.ingestion().list_rejections(client.question(question)).await;
        let page = client.answer("listing rejections", answered)?;
        rejections.extend(page.rejections);
        page_token = page.next_page_token;
        if page_token.is_empty() || rejections.len() >= limit {
            rejections.truncate(limit);
            return Ok(rejections);
        }
    }
}

/// Rejections for people: where, why, what to do.
pub(crate) fn table(rejections: &[Rejection]) -> Table {
    let mut table = Table::new(&["where", "column", "rule", "reason", "what to do"]);
    for rejection in rejections {
        let place = match rejection.line {
            0 => rejection.file.clone(),
            line => format!("{}:{line}", rejection.file),
        };
        table.row([
            place,
            rejection.column.clone(),
            rejection.rule.clone(),
            rejection.reason.clone(),
            rejection.remedy.clone(),
        ]);
    }
    table
}

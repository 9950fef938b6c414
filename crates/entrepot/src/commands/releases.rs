//! `entrepot releases`: what was published or aborted, newest first.

use api::ingestion::{ListReleasesRequest, Release};
use clap::Args;
use serde_json::json;

use crate::arguments::Shared;
use crate::client::{Client, PAGE_SIZE};
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Examples:
  entrepot releases
  entrepot releases --dataflow DF_FDI_HOST --limit 1 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ReleasesArguments {
    /// Only of this dataflow
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    dataflow: String,
    /// At most so many [default: all]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

pub(crate) async fn run(shared: &Shared, arguments: ReleasesArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let releases = list(&client, &arguments).await?;
    if shared.json {
        let releases: Vec<_> = releases.iter().map(output::release).collect();
        return output::print_json(&json!({ "releases": releases }));
    }
    if releases.is_empty() {
        return output::print("no releases; send one with `entrepot ingest`");
    }
    output::print(&table(&releases).text())
}

async fn list(client: &Client, arguments: &ReleasesArguments) -> Result<Vec<Release>, Error> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut releases = Vec::new();
    let mut page_token = String::new();
    loop {
        let question = ListReleasesRequest {
            dataflow: arguments.dataflow.clone(),
            page_size: PAGE_SIZE,
            page_token,
            after: None,
        };
        let answered = client.ingestion().list_releases(client.question(question)).await;
        let page = client.answer("listing releases", answered)?;
        releases.extend(page.releases);
        page_token = page.next_page_token;
        if page_token.is_empty() || releases.len() >= limit {
            releases.truncate(limit);
            return Ok(releases);
        }
    }
}

fn table(releases: &[Release]) -> Table {
    let headers =
        ["release", "dataflow", "released at", "state", "rows", "first", "revised", "rejected"];
    let mut table = Table::new(&headers).numbers(&[4, 5, 6, 7]);
    for release in releases {
        let records = release.records.unwrap_or_default();
        table.row([
            release.id.clone(),
            release.dataflow.clone(),
            output::moment_text(release.released_at.as_ref()),
            release.state.clone(),
            release.row_count.to_string(),
            records.first.to_string(),
            (records.revised + records.restated).to_string(),
            records.rejected.to_string(),
        ]);
    }
    table
}

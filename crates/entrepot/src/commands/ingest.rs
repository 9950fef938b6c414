//! `entrepot ingest`: sends files as releases, and says of each what became of it.
//!
//! A file is sent as it is, in chunks; it is checked and published, or refused, as a whole.

pub(crate) mod upload;

use std::path::{Path, PathBuf};

use api::ingestion::{IndicatorChange, IngestMode, IngestOptions, IngestOutcome, ReleaseOutcome};
use api::metrics::ListIndicatorsRequest;
use api::types::{IndicatorValue, Receipt};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::upload::Source;
use crate::arguments::Shared;
use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Ends with 3 if any release was refused. The same file again changes nothing.

Examples:
  entrepot ingest fdi-host.csv --released-at 2015-05-26
  entrepot ingest fdi-host.csv --dry-run            what would change, and nothing does
  entrepot ingest *.csv --lenient --wait --json
  curl -s https://example.org/data.csv | entrepot ingest - --dataflow DF_FDI_HOST";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct IngestArguments {
    /// Files to send, each a release of one dataflow or several; - for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The format of the files
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Refuse other dataflows than this
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    dataflow: String,
    /// When the publisher published it, such as 2015-05-26 (its start, UTC) [default: now]
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_released_at)]
    released_at: Option<Timestamp>,
    /// One refused row refuses the release (this is the default)
    #[arg(long, conflicts_with = "lenient")]
    strict: bool,
    /// Keep refused rows as rejections and publish the rest
    #[arg(long)]
    lenient: bool,
    /// Check, classify and show what would change, but publish nothing
    #[arg(long)]
    dry_run: bool,
    /// Wait until the indicators have taken it in
    #[arg(long)]
    wait: bool,
    /// A name for this attempt: sent twice, it counts once
    #[arg(long, value_name = "KEY", default_value = "", hide_default_value = true)]
    idempotency_key: String,
    /// Refuse unless this is the latest release of the dataflow
    #[arg(long, value_name = "RELEASE", default_value = "", hide_default_value = true)]
    expected_base: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// By the content
    Auto,
    /// SDMX-CSV 2.0
    SdmxCsv,
}

pub(crate) async fn run(shared: &Shared, arguments: IngestArguments) -> Result<(), Error> {
    // There is one format yet, so that both choices send the bytes as they are.
    let (Format::Auto | Format::SdmxCsv) = arguments.format;
    for path in &arguments.paths {
        refuse_directory(path)?;
    }
    let client = Client::connect(shared).await?;
    let mut releases = Vec::new();
    let mut receipts = Vec::new();
    let mut ended = Ok(());
    for path in &arguments.paths {
        match send(&client, path, &arguments).await {
            Ok(outcome) => {
                releases.extend(outcome.releases);
                receipts.extend(outcome.receipt);
            }
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    if ended.is_ok() && arguments.wait && !arguments.dry_run {
        ended = wait(&client, merge(receipts.clone())).await;
    }
    if shared.json {
        let documents: Vec<_> = releases.iter().map(document).collect();
        let receipt = output::receipt(Some(&merge(receipts)));
        output::print_json(&json!({ "releases": documents, "receipt": receipt }))?;
    } else {
        releases.iter().try_for_each(print)?;
    }
    ended?;
    refused(&releases)
}

/// Receipts as one: of each partition the last position.
pub(crate) fn merge(receipts: Vec<Receipt>) -> Receipt {
    let mut whole = Receipt::default();
    for position in receipts.into_iter().flat_map(|receipt| receipt.positions) {
        let same = whole
            .positions
            .iter_mut()
            .find(|known| known.topic == position.topic && known.partition == position.partition);
        match same {
            Some(known) => known.position = known.position.max(position.position),
            None => whole.positions.push(position),
        }
    }
    whole
}

fn refuse_directory(path: &Path) -> Result<(), Error> {
    if !path.is_dir() {
        return Ok(());
    }
    Err(Error::Usage {
        message: format!("`{}` is a directory", path.display()),
        remedy: format!("name the files, such as {}/*.csv", path.display()),
    })
}

async fn send(
    client: &Client,
    path: &Path,
    arguments: &IngestArguments,
) -> Result<IngestOutcome, Error> {
    let source = Source::open(path).await?;
    let mode = if arguments.lenient { IngestMode::Lenient } else { IngestMode::Strict };
    let options = IngestOptions {
        file: source.name.clone(),
        mode: mode.into(),
        dry_run: arguments.dry_run,
        released_at: arguments.released_at.map(api::timestamp_to),
        idempotency_key: arguments.idempotency_key.clone(),
        expected_base: arguments.expected_base.clone(),
        dataflow: arguments.dataflow.clone(),
    };
    upload::send(client, options, source).await
}

/// A question that is answered only after the receipt's positions have been applied, and what
/// follows from them is published; it needs no domain.
async fn wait(client: &Client, after: Receipt) -> Result<(), Error> {
    let question = ListIndicatorsRequest { after: Some(after) };
    let answered = client.metrics().list_indicators(client.question(question)).await;
    client.answer("waiting for the indicators", answered).map(|_| ())
}

pub(crate) fn refused(releases: &[ReleaseOutcome]) -> Result<(), Error> {
    let count = releases.iter().filter(|release| release.outcome == "refused").count();
    if count == 0 {
        return Ok(());
    }
    Err(Error::Refused {
        message: format!(
            "{count} of {} releases refused; nothing of them is published",
            releases.len()
        ),
        remedy:
            "correct the rows above and send the file again, or publish the rest with --lenient"
                .to_owned(),
    })
}

/// What became of a release, as one document.
pub(crate) fn document(release: &ReleaseOutcome) -> Value {
    let rejections: Vec<_> = release.rejections.iter().map(output::rejection).collect();
    let changes: Vec<_> = release.changes.iter().map(change_document).collect();
    let warnings: Vec<Value> = release
        .warnings
        .iter()
        .map(|warning| {
            json!({
                "check": warning.check,
                "severity": warning.severity,
                "period": warning.period,
                "found": warning.found,
                "expected": warning.expected,
                "tolerance": warning.tolerance,
                "reason": warning.reason,
            })
        })
        .collect();
    json!({
        "id": release.id,
        "dataflow": release.dataflow,
        "outcome": release.outcome,
        "records": output::records(release.records.as_ref()),
        "changes": changes,
        "rejections": rejections,
        "warnings": warnings,
        "explanation": release.explanation,
    })
}

fn change_document(change: &IndicatorChange) -> Value {
    let after = change.after.as_ref().or(change.before.as_ref());
    let text =
        |value: &Option<IndicatorValue>| value.as_ref().and_then(output::value_text).cloned();
    json!({
        "indicator": after.map(|value| &value.indicator),
        "area": after.map(|value| &value.area),
        "breakdown": after.map(|value| &value.breakdown),
        "period": after.map(|value| &value.period),
        "before": text(&change.before),
        "after": text(&change.after),
        "unit": after.map(|value| &value.unit),
        "undefined_because": change.after.as_ref().map(|value| &value.undefined_because),
    })
}

/// Rows that are told one by one: a whole file of one fault would bury it.
const REJECTIONS_SHOWN: usize = 10;

fn print(release: &ReleaseOutcome) -> Result<(), Error> {
    output::print(&line(release))?;
    if !release.rejections.is_empty() {
        let shown = release.rejections.len().min(REJECTIONS_SHOWN);
        output::print(&super::rejections::table(&release.rejections[..shown]).text())?;
        let rejected = release.records.map_or(0, |records| records.rejected);
        let more = rejected.saturating_sub(shown as u64);
        if more > 0 {
            output::print(&format!("  and {more} more: `entrepot rejections` lists what is kept"))?;
        }
    }
    for warning in &release.warnings {
        let text = format!(
            "{} of check `{}` for {}: {}",
            warning.severity, warning.check, warning.period, warning.reason
        );
        output::print(&output::fill(&text, "  "))?;
    }
    if release.changes.is_empty() {
        return Ok(());
    }
    let headers = ["indicator", "area", "breakdown", "period", "before", "after"];
    let mut table = Table::new(&headers).numbers(&[4, 5]);
    for change in &release.changes {
        let Some(value) = change.after.as_ref().or(change.before.as_ref()) else { continue };
        let shown = |value: &Option<IndicatorValue>| {
            let text = value.as_ref().and_then(output::value_text);
            text.cloned().unwrap_or_else(|| "(none)".to_owned())
        };
        table.row([
            value.indicator.clone(),
            value.area.clone(),
            value.breakdown.clone(),
            value.period.clone(),
            shown(&change.before),
            shown(&change.after),
        ]);
    }
    output::print(&table.text())
}

/// A release in one line: what became of it, and of how many records.
pub(crate) fn line(release: &ReleaseOutcome) -> String {
    let records = release.records.unwrap_or_default();
    let counts = [
        (records.first, "first"),
        (records.unchanged, "unchanged"),
        (records.revised, "revised"),
        (records.restated, "restated"),
        (records.deleted, "deleted"),
        (records.rejected, "rejected"),
    ];
    let counted: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    let mut line = format!("{}: {}", release.dataflow, release.outcome.replace('_', " "));
    if !counted.is_empty() {
        line.push_str(&format!(" ({})", counted.join(", ")));
    }
    if !release.explanation.is_empty() {
        line.push_str(&format!(": {}", release.explanation));
    }
    line
}

//! `entrepot watch`: changes as they are published, one a line, resumable by token.
//!
//! With `--json` each line is one document with the token that resumes behind it. When the
//! stream breaks off, the last token is told on stderr.

use std::fmt::Display;

use api::advice::{WatchAdviceRequest, WatchAdviceResponse};
use api::events::Finding;
use api::ingestion::{
    WatchObservationsRequest, WatchObservationsResponse, watch_observations_response::Change,
};
use api::metrics::{WatchIndicatorsRequest, WatchIndicatorsResponse};
use api::network::{WatchFindingsRequest, WatchFindingsResponse};
use api::types::Series;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use statistics::{Action, Cell};
use tonic::Streaming;

use crate::arguments::{Form, Shared};
use crate::client::Client;
use crate::error::Error;
use crate::output;

const AFTER_HELP: &str = "\
Examples:
  entrepot watch indicators
  entrepot watch observations --dataflow DF_FDI_HOST --from start --count 10 --json
  entrepot watch advice --from v1.0.2a --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct WatchArguments {
    /// What to follow
    #[arg(value_enum)]
    what: What,
    /// Go on behind this token, or from the start with `start` [default: from now on]
    #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
    from: String,
    /// End after so many changes
    #[arg(long, value_name = "COUNT")]
    count: Option<usize>,
    /// Observations only of this dataflow
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    dataflow: String,
    /// Only this indicator
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    indicator: String,
    /// The dataflows that are analysed together, for indicators
    #[arg(long, value_name = "ID", default_value = "asean")]
    domain: String,
    /// The network, for findings
    #[arg(long, value_name = "ID", default_value = "asean")]
    network: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum What {
    /// Releases and their series as they are committed
    Observations,
    /// Changed values of indicators
    Indicators,
    /// Changed roles, configurations and couplings
    Findings,
    /// Changed rankings
    Advice,
}

/// A change as it is printed.
struct Shown {
    token: String,
    document: Value,
    lines: Vec<String>,
}

pub(crate) async fn run(shared: &Shared, arguments: WatchArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let WatchArguments { what, from, count, dataflow, indicator, domain, network } = arguments;
    let follow = Follow { client: &client, form: shared.form(), count };
    match what {
        What::Observations => {
            let request = client.stream(WatchObservationsRequest { dataflow, from });
            follow.all(client.ingestion().watch_observations(request).await, observations).await
        }
        What::Indicators => {
            let request = client.stream(WatchIndicatorsRequest { domain, indicator, from });
            follow.all(client.metrics().watch_indicators(request).await, indicators).await
        }
        What::Findings => {
            let request = client.stream(WatchFindingsRequest { network, from });
            follow.all(client.network().watch_findings(request).await, findings).await
        }
        What::Advice => {
            let request = client.stream(WatchAdviceRequest { from });
            follow.all(client.advice().watch_advice(request).await, advice).await
        }
    }
}

struct Follow<'a> {
    client: &'a Client,
    form: Form,
    count: Option<usize>,
}

impl Follow<'_> {
    async fn all<T>(
        &self,
        answered: Result<tonic::Response<Streaming<T>>, tonic::Status>,
        show: fn(T) -> Result<Shown, Error>,
    ) -> Result<(), Error> {
        let mut changes = self.client.answer("watching", answered)?;
        let mut token = String::new();
        let mut left = self.count.unwrap_or(usize::MAX);
        while left > 0 {
            let change = match changes.message().await {
                Ok(Some(change)) => change,
                Ok(None) => return Ok(()),
                Err(status) => {
                    if !token.is_empty() {
                        eprintln!("to go on: --from {token}");
                    }
                    return Err(self.client.failed("watching", status));
                }
            };
            let shown = show(change)?;
            match self.form {
                Form::Json => output::print_json_line(&shown.document)?,
                Form::Tables => {
                    shown.lines.iter().try_for_each(|line| output::print(line))?;
                }
            }
            token = shown.token;
            left -= 1;
        }
        Ok(())
    }
}

fn observations(change: WatchObservationsResponse) -> Result<Shown, Error> {
    let token = change.token;
    match change.change {
        Some(Change::Release(release)) => Ok(Shown {
            document: json!({ "token": token, "release": output::release(&release) }),
            lines: vec![format!(
                "release {} of {}: {}, {} rows",
                release.id, release.dataflow, release.state, release.row_count
            )],
            token,
        }),
        Some(Change::Series(series)) => {
            let rows = cells(&series)?;
            let line = |row: &Value| {
                let value = row["value"].as_str().or(row["missing"].as_str());
                format!(
                    "  {} {} {}",
                    series.key,
                    text(&row["period"]),
                    value.unwrap_or("withdrawn")
                )
            };
            let lines = rows.iter().map(line).collect();
            let document = json!({ "token": token, "key": series.key, "observations": rows });
            Ok(Shown { document, lines, token })
        }
        None => Ok(Shown { document: json!({ "token": token }), lines: Vec::new(), token }),
    }
}

fn cells(series: &Series) -> Result<Vec<Value>, Error> {
    let block = api::series_to_block(series).map_err(|error| Error::Answer {
        message: format!("watching: the series `{}` cannot be read: {error}", series.key),
    })?;
    let mut rows = Vec::with_capacity(block.entries.len());
    for entry in &block.entries {
        let (value, missing) = match (entry.action, entry.cell) {
            (Action::Delete, _) => (None, None),
            (Action::Put, Cell::Number(number)) => (Some(number.to_string()), None),
            (Action::Put, Cell::Missing(missing)) => (None, Some(missing.to_string())),
        };
        rows.push(json!({
            "period": entry.period.to_string(),
            "value": value,
            "missing": missing,
            "withdrawn": entry.action == Action::Delete,
        }));
    }
    Ok(rows)
}

fn indicators(change: WatchIndicatorsResponse) -> Result<Shown, Error> {
    let values: Vec<_> = change.values.iter().map(output::indicator_value).collect();
    let cause = change.cause.as_ref().map(output::log_position);
    let line = |value: &api::types::IndicatorValue| {
        let shown = output::value_text(value).map_or("undefined", String::as_str);
        let place = [&value.area, &value.breakdown, &value.period];
        format!("{} {} = {shown} {}", value.indicator, words(place), value.unit)
    };
    let lines = change.values.iter().map(line).collect();
    let document = json!({ "token": change.token, "cause": cause, "values": values });
    Ok(Shown { token: change.token, document, lines })
}

fn findings(change: WatchFindingsResponse) -> Result<Shown, Error> {
    let findings: Vec<_> = change.findings.iter().map(output::finding).collect();
    let cause = change.cause.as_ref().map(output::log_position);
    let line = |finding: &Finding| {
        let verb = if finding.withdrawn { "no longer" } else { "is" };
        let subject = words([&finding.subject, &finding.industry]);
        format!("{subject}: {} {verb} {}", finding.kind, finding.value)
    };
    let lines = change.findings.iter().map(line).collect();
    let document = json!({ "token": change.token, "cause": cause, "findings": findings });
    Ok(Shown { token: change.token, document, lines })
}

fn advice(change: WatchAdviceResponse) -> Result<Shown, Error> {
    let advice = change.advice.unwrap_or_default();
    let item = |item: &api::events::AdviceItem| json!({ "id": item.id, "score": item.score });
    let items: Vec<_> = advice.items.iter().map(item).collect();
    let best: Vec<String> =
        advice.items.iter().map(|item| format!("{} ({})", item.id, item.score)).collect();
    let cause = change.cause.as_ref().map(output::log_position);
    let lines = vec![format!("{}: {}", advice.subject, best.join(", "))];
    let document = json!({
        "token": change.token,
        "cause": cause,
        "subject": advice.subject,
        "items": items,
    });
    Ok(Shown { token: change.token, document, lines })
}

fn words<T: Display + AsRef<str>>(parts: impl IntoIterator<Item = T>) -> String {
    let said: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.as_ref().is_empty())
        .map(|part| part.to_string())
        .collect();
    said.join(" ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

//! `entrepot indicators`: values, live or as of any moment, and where each comes from.

use api::metrics::{IndicatorDefinition, ListIndicatorValuesRequest, ListIndicatorValuesResponse};
use api::types::{AsOf, IndicatorValue};
use clap::Args;
use serde_json::{Value, json};

use crate::arguments::Shared;
use crate::client::{Client, PAGE_SIZE};
use crate::clock;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Examples:
  entrepot indicators --area MY
  entrepot indicators fdi.intra_share --period 2014
  entrepot indicators fdi.intra_share --area ASEAN --explain
  entrepot indicators fdi.inflow --as-of 2015-05-26 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct IndicatorsArguments {
    /// The indicator [default: all]
    #[arg(value_name = "ID", default_value = "", hide_default_value = true)]
    id: String,
    /// Only of this area, such as MY or ASEAN
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    area: String,
    /// Only of this period, such as 2014
    #[arg(long, value_name = "PERIOD", default_value = "", hide_default_value = true)]
    period: String,
    /// Only of this code beside area and period, such as an activity; * for all. Without it: totals
    /// where there are any, else all parts
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    breakdown: String,
    /// As published by this moment, or as entered by recorded:MOMENT; a date means its end, UTC
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_as_of)]
    as_of: Option<AsOf>,
    /// With formula, inputs, vintages and sources
    #[arg(long)]
    explain: bool,
    /// The dataflows that are analysed together
    #[arg(long, value_name = "ID", default_value = "asean")]
    domain: String,
}

pub(crate) async fn run(shared: &Shared, arguments: IndicatorsArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let answer = list(&client, &arguments).await?;
    let definition = |value: &IndicatorValue| {
        answer.definitions.iter().find(|definition| definition.id == value.indicator)
    };
    if shared.json {
        let values: Vec<_> = answer
            .values
            .iter()
            .map(|value| document(value, definition(value), arguments.explain))
            .collect();
        return output::print_json(&json!({ "values": values }));
    }
    if answer.values.is_empty() {
        return output::print("no values; `entrepot indicators` without filters lists all");
    }
    if !arguments.explain {
        return output::print(&table(&answer.values).text());
    }
    for value in &answer.values {
        output::print(&explanation(value, definition(value)))?;
        output::print("\n")?;
    }
    Ok(())
}

async fn list(
    client: &Client,
    arguments: &IndicatorsArguments,
) -> Result<ListIndicatorValuesResponse, Error> {
    let mut whole = ListIndicatorValuesResponse::default();
    loop {
        let question = ListIndicatorValuesRequest {
            domain: arguments.domain.clone(),
            indicator: arguments.id.clone(),
            area: arguments.area.clone(),
            period: arguments.period.clone(),
            breakdown: arguments.breakdown.clone(),
            as_of: arguments.as_of,
            explain: arguments.explain,
            after: None,
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let answered = client.metrics().list_indicator_values(client.question(question)).await;
        let page = client.answer("listing indicators", answered)?;
        whole.values.extend(page.values);
        for definition in page.definitions {
            if !whole.definitions.iter().any(|known| known.id == definition.id) {
                whole.definitions.push(definition);
            }
        }
        if page.next_page_token.is_empty() {
            return Ok(whole);
        }
        whole.next_page_token = page.next_page_token;
    }
}

fn document(
    value: &IndicatorValue,
    definition: Option<&IndicatorDefinition>,
    explain: bool,
) -> Value {
    let mut document = output::indicator_value(value);
    if explain {
        let inputs: Vec<_> = value.inputs.iter().map(output::input).collect();
        document["inputs"] = Value::from(inputs);
        document["formula"] = json!(definition.map(|definition| &definition.formula));
        document["definition"] = definition.map_or(Value::Null, |definition| {
            json!({
                "id": definition.id,
                "title": definition.title,
                "unit": definition.unit,
                "formula": definition.formula,
                "source": definition.source,
                "inputs": definition.inputs,
                "breakdown": definition.breakdown,
            })
        });
    }
    document
}

fn table(values: &[IndicatorValue]) -> Table {
    let headers = ["indicator", "area", "breakdown", "period", "value", "printed", "unit"];
    let mut table = Table::new(&headers).numbers(&[4, 5]);
    for value in values {
        table.row([
            value.indicator.clone(),
            value.area.clone(),
            value.breakdown.clone(),
            value.period.clone(),
            shown(value),
            value.printed.clone().unwrap_or_default(),
            value.unit.clone(),
        ]);
    }
    table
}

/// Decimals of a computed number in a table; --json and --explain have all.
const TABLE_DECIMALS: usize = 4;

fn shown(value: &IndicatorValue) -> String {
    let undefined = || value.undefined_because.as_ref().map(|reason| format!("({reason})"));
    match output::value_text(value) {
        Some(text) if value.low.is_some() => rounded(text),
        Some(text) => text.clone(),
        None => undefined().unwrap_or_default(),
    }
}

/// A decimal text to the decimals of a table; what has fewer stays as it is.
fn rounded(text: &str) -> String {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match statistics::Decimal::from_str_exact(text) {
        Ok(number) if decimals > TABLE_DECIMALS => {
            number.round_dp(TABLE_DECIMALS as u32).to_string()
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}

fn explanation(value: &IndicatorValue, definition: Option<&IndicatorDefinition>) -> String {
    let mut text = format!(
        "{} {} {} {}= {} {}\n",
        value.indicator,
        value.area,
        value.period,
        if value.breakdown.is_empty() { String::new() } else { format!("{} ", value.breakdown) },
        shown(value),
        value.unit
    );
    let mut line = |name: &str, said: &str| {
        if !said.is_empty() {
            text.push_str(&output::fill(&format!("{name}: {said}"), "  "));
            text.push('\n');
        }
    };
    if let Some(definition) = definition {
        line("what", &definition.title);
        line("formula", &definition.formula);
        line("source", &definition.source);
    }
    line("printed", value.printed.as_deref().unwrap_or_default());
    if let (Some(low), Some(high)) = (&value.low, &value.high) {
        line("bounds from rounding", &format!("{low} to {high}"));
    }
    line("members", value.membership.as_deref().unwrap_or_default());
    line("note", value.note.as_deref().unwrap_or_default());
    let mut table = Table::new(&["input", "period", "value", "release", "source"]).numbers(&[2]);
    for input in &value.inputs {
        let missing = input.missing.as_ref().map(|reason| format!("({reason})"));
        table.row([
            format!("{} {}", input.dataflow, input.key),
            input.period.clone(),
            input.value.clone().or(missing).unwrap_or_else(|| "(absent)".to_owned()),
            short_release(&input.release),
            input.source.clone(),
        ]);
    }
    if !table.is_empty() {
        text.push_str(&table.text());
    }
    text
}

/// A release's id may begin with its dataflow, which the row names already.
fn short_release(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

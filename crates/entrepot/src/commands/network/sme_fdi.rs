//! `entrepot network sme-fdi`: investment abroad by small and medium firms, as it may be published.

use api::network::{GetSmeFdiRequest, GetSmeFdiResponse, OfficialInvestment};
use clap::Args;
use serde_json::json;

use super::{NetworkMoment, moment};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Cells that tell of one firm are withheld, and others so that nobody can work them out.

Examples:
  entrepot network sme-fdi --by host --unit AUD
  entrepot network sme-fdi --by home --by host --unit USD --official 1200000 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct SmeFdiArguments {
    /// By home, host, place, segment, driver, route, mechanism or year; at most two
    #[arg(long = "by", value_name = "DIMENSION", default_value = "host", num_args = 1)]
    by: Vec<String>,
    /// The currency of the values
    #[arg(long, value_name = "CURRENCY", default_value = "USD")]
    unit: String,
    /// Official investment in the same currency, for the part that this covers
    #[arg(long, value_name = "VALUE")]
    official: Option<i64>,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: SmeFdiArguments,
) -> Result<(), Error> {
    let (row, column) = match arguments.by.as_slice() {
        [row] => (row.clone(), String::new()),
        [row, column] => (row.clone(), column.clone()),
        _ => {
            return Err(Error::Usage {
                message: "a table has one or two dimensions".to_owned(),
                remedy: "give --by once or twice".to_owned(),
            });
        }
    };
    let official = arguments.official;
    let question = GetSmeFdiRequest {
        network: arguments.moment.network.clone(),
        row,
        as_of: arguments.moment.as_of(),
        after: None,
        column,
        unit: arguments.unit,
        official: official.map(|value| OfficialInvestment { at_least: value, at_most: value }),
    };
    let answered = client.network().get_sme_fdi(client.question(question)).await;
    let found = client.answer("asking for investment by small firms", answered)?;
    if form == Form::Json {
        let cells = found.cells.iter().map(|cell| {
            json!({
                "row": cell.row,
                "column": cell.column,
                "count": cell.numbers.as_ref().map(|numbers| numbers.count),
                "value": cell.numbers.as_ref().map(|numbers| numbers.value.clone()),
            })
        });
        return output::print_json(&json!({
            "cells": cells.collect::<Vec<_>>(),
            "is_too_few": found.is_too_few,
            "left_out": found.left_out,
            "coverage": found.coverage.as_ref().map(|part| {
                json!({ "at_least": part.at_least, "at_most": part.at_most })
            }),
            "unit": found.unit,
            "moment": moment(found.moment.as_ref()),
        }));
    }
    print(&found, official.is_some())
}

fn print(found: &GetSmeFdiResponse, is_covered: bool) -> Result<(), Error> {
    if found.is_too_few {
        output::print("too few firms to publish anything")?;
    } else {
        let mut table = Table::new(&["row", "column", "investments", &found.unit]).numbers(&[2, 3]);
        for cell in &found.cells {
            let total = |code: &str| if code.is_empty() { "all" } else { code }.to_owned();
            let (count, value) = match &cell.numbers {
                Some(numbers) => (numbers.count.to_string(), numbers.value.clone()),
                None => ("withheld".to_owned(), "withheld".to_owned()),
            };
            table.row([total(&cell.row), total(&cell.column), count, value]);
        }
        output::print(&table.text())?;
    }
    let mut rest =
        format!("{} investments are left out: something of them is not known", found.left_out);
    if is_covered {
        let covered = match &found.coverage {
            Some(part) => format!("; {:.4} to {:.4} of the official", part.at_least, part.at_most),
            None => "; which part of the official that is cannot be said".to_owned(),
        };
        rest.push_str(&covered);
    }
    output::print(&format!("\n{}", output::fill(&rest, "")))
}

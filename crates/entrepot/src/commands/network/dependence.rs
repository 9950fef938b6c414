//! `entrepot network dependence`: on whom firms, products and segments depend.

use api::network::{
    Alert, Concentration, DependenceThresholds, GetDependenceRequest, GetDependenceResponse, Range,
};
use clap::Args;
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named, range};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Where shares are not known the measure is a range. An alert is certain if it holds whatever is not
known, else possible. Thresholds: top-customer, top-supplier, hhi, captive, lock-in-years,
price-fall, relocation, platform, single-source.

Examples:
  entrepot network dependence
  entrepot network dependence --firm klt
  entrepot network dependence --certain --threshold hhi=0.25 --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DependenceArguments {
    /// Only of this firm
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    firm: String,
    /// Only what is certain
    #[arg(long)]
    certain: bool,
    /// Where an alert begins; may be given several times
    #[arg(long = "threshold", value_name = "NAME=NUMBER", value_parser = parse_threshold)]
    thresholds: Vec<(String, f64)>,
    /// At most so many firms, and so many sources
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    limit: u32,
    #[command(flatten)]
    moment: NetworkMoment,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: DependenceArguments,
) -> Result<(), Error> {
    let question = GetDependenceRequest {
        network: arguments.moment.network.clone(),
        firm: arguments.firm.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
        thresholds: Some(thresholds(&arguments.thresholds)?),
        limit: arguments.limit,
    };
    let answered = client.network().get_dependence(client.question(question)).await;
    let mut found = client.answer("asking for dependence", answered)?;
    if arguments.certain {
        let is_certain = |alert: &Alert| alert.certainty == "certain";
        for firm in &mut found.firms {
            firm.alerts.retain(is_certain);
        }
        found.firms.retain(|firm| !firm.alerts.is_empty() || !arguments.firm.is_empty());
        found.sources.retain(|source| source.alert.as_ref().is_some_and(is_certain));
    }
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn parse_threshold(text: &str) -> Result<(String, f64), String> {
    let wrong = || format!("`{text}` is no threshold; write it as hhi=0.25");
    let (name, number) = text.split_once('=').ok_or_else(wrong)?;
    Ok((name.to_owned(), number.parse().map_err(|_| wrong())?))
}

fn thresholds(asked: &[(String, f64)]) -> Result<DependenceThresholds, Error> {
    let mut thresholds = DependenceThresholds::default();
    for (name, number) in asked {
        let field = match name.as_str() {
            "top-customer" => &mut thresholds.top_customer,
            "top-supplier" => &mut thresholds.top_supplier,
            "hhi" => &mut thresholds.hhi,
            "captive" => &mut thresholds.captive,
            "lock-in-years" => &mut thresholds.lock_in_years,
            "price-fall" => &mut thresholds.price_fall,
            "relocation" => &mut thresholds.relocation,
            "platform" => &mut thresholds.platform,
            "single-source" => &mut thresholds.single_source,
            other => {
                return Err(Error::Usage {
                    message: format!("there is no threshold `{other}`"),
                    remedy: "`entrepot network dependence --help` names them".to_owned(),
                });
            }
        };
        *field = Some(*number);
    }
    Ok(thresholds)
}

fn document(found: &GetDependenceResponse) -> Value {
    let thresholds = found.thresholds.unwrap_or_default();
    json!({
        "firms": found.firms.iter().map(|firm| json!({
            "firm": firm.firm,
            "firm_name": firm.firm_name,
            "customers": firm.customers.as_ref().map(concentration),
            "suppliers": firm.suppliers.as_ref().map(concentration),
            "alerts": firm.alerts.iter().map(alert).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sources": found.sources.iter().map(|source| json!({
            "of": source.of,
            "of_name": source.of_name,
            "makers": source.makers.as_ref().map(concentration),
            "alert": source.alert.as_ref().map(alert),
        })).collect::<Vec<_>>(),
        "is_cut": found.is_cut,
        "thresholds": {
            "top_customer": thresholds.top_customer,
            "top_supplier": thresholds.top_supplier,
            "hhi": thresholds.hhi,
            "captive": thresholds.captive,
            "lock_in_years": thresholds.lock_in_years,
            "price_fall": thresholds.price_fall,
            "relocation": thresholds.relocation,
            "platform": thresholds.platform,
            "single_source": thresholds.single_source,
        },
        "moment": moment(found.moment.as_ref()),
    })
}

fn concentration(found: &Concentration) -> Value {
    json!({
        "partners": found.partners,
        "stated": found.stated,
        "top": found.top.as_ref().map(range),
        "top_partner": found.top_partner,
        "hhi": found.hhi.as_ref().map(range),
        "evidence": found.evidence,
    })
}

fn alert(found: &Alert) -> Value {
    json!({
        "kind": found.kind,
        "subject": found.subject,
        "on": found.on,
        "on_name": found.on_name,
        "certainty": found.certainty,
        "measured": found.measured.as_ref().map(range),
        "threshold": found.threshold,
        "evidence": found.evidence,
        "since": found.since,
    })
}

fn print(found: &GetDependenceResponse) -> Result<(), Error> {
    let headers = ["who", "alert", "on", "how sure", "measured", "from", "since"];
    let mut table = Table::new(&headers).numbers(&[5]);
    let mut row = |who: &str, alert: &Alert| {
        let on = named(&alert.on_name, &alert.on);
        table.row([
            who.to_owned(),
            alert.kind.clone(),
            on.clone(),
            alert.certainty.clone(),
            alert.measured.as_ref().map(shown).unwrap_or_default(),
            alert.threshold.to_string(),
            alert.since.clone(),
        ]);
    };
    for firm in &found.firms {
        firm.alerts.iter().for_each(|alert| row(&firm.firm_name, alert));
    }
    for source in &found.sources {
        source.alert.iter().for_each(|alert| row(&source.of_name, alert));
    }
    if let [firm] = found.firms.as_slice() {
        for (side, found) in [("customers", &firm.customers), ("suppliers", &firm.suppliers)] {
            output::print(&told(side, found.as_ref()))?;
        }
    }
    if table.is_empty() {
        return output::print("no alerts");
    }
    output::print(&table.text())?;
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --limit, or for one --firm.")?;
    }
    Ok(())
}

/// One side of a firm in a line.
fn told(side: &str, found: Option<&Concentration>) -> String {
    let Some(found) = found else { return format!("{side}: none known") };
    let top = found.top.as_ref().map(shown).unwrap_or_default();
    let hhi = found.hhi.as_ref().map(shown).unwrap_or_default();
    let stated = found.stated * 100.0;
    let text =
        format!("{side}: {} known, {stated:.0} % stated; largest {top}; HHI {hhi}", found.partners);
    output::fill(&text, "")
}

fn shown(range: &Range) -> String {
    if range.low == range.high {
        format!("{:.3}", range.low)
    } else {
        format!("{:.3} to {:.3}", range.low, range.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_has_a_name_that_is_known_and_a_number() {
        let (name, number) = parse_threshold("hhi=0.25").expect("a threshold");
        assert_eq!(thresholds(&[(name, number)]).expect("known").hhi, Some(0.25));
        assert!(parse_threshold("hhi").is_err() && parse_threshold("hhi=much").is_err());
        assert!(thresholds(&[("hhl".to_owned(), 0.25)]).is_err());
    }
}

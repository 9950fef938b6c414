//! A handful of things worth knowing, each computed from an answer of a service and none written
//! down here. A question that fails is a line that says so: the rest is still worth reading.

use std::collections::BTreeMap;

use api::advice::Subject;
use api::metrics::{AuditResponse, ListIndicatorValuesRequest};
use api::network::{ListCouplingsRequest, ListRolesRequest};
use api::types::IndicatorValue;

use super::load::Loaded;
use super::paper;
use crate::client::Client;
use crate::commands::{advise, audit};
use crate::error::Error;

/// The subject of the example advice: electronics assembly in Penang, the paper's main case.
const EXAMPLE: (&str, &str, &str, &str) =
    ("MY-07", "electronics.assembly", "generic-supplier", "small");
const BEST_COUNT: u32 = 3;
const PAGE_SIZE: u32 = 500;
const GROUP: &str = "ASEAN";

/// Asks around.
pub(super) async fn find(client: &Client, loaded: &Loaded, audit: &AuditResponse) -> Vec<String> {
    let mut found = vec![format!(
        "{} rows in {} releases were taken in, each with its source table.",
        loaded.row_count,
        loaded.releases.len()
    )];
    found.extend(worst_table(audit));
    let answers = [
        largest(client, "fdi.host_share", "of inward FDI to ASEAN goes to").await,
        largest(client, "fdi.intra_share", "of inward FDI from within ASEAN: the highest is").await,
        change(client, "fdi.hhi_host").await,
        roles(client, loaded).await,
        couplings(client, loaded).await,
        advice(client).await,
    ];
    for answer in answers {
        match answer {
            Ok(line) => found.extend(line),
            Err(error) => found.push(format!("(no answer: {error})")),
        }
    }
    found
}

/// The table whose printed numbers disagree most often with what its own data implies.
fn worst_table(audit: &AuditResponse) -> Option<String> {
    let disagreeing = audit::disagreeing(audit);
    let tables = counted(disagreeing.iter().map(|number| number.table.as_str()));
    let (table, count) = tables.first()?;
    Some(format!(
        "{} printed numbers disagree with what the printed data implies, most of them in {table} \
         ({count}).",
        disagreeing.len()
    ))
}

/// The area with the largest value in the latest period.
async fn largest(client: &Client, id: &str, words: &str) -> Result<Option<String>, Error> {
    let values = values(client, id, "").await?;
    let latest = values.iter().filter(|(value, _)| value.area != GROUP);
    let Some(period) = latest.clone().map(|(value, _)| &value.period).max() else {
        return Ok(None);
    };
    let in_period = latest.filter(|(value, _)| value.period == *period);
    let top = in_period.max_by(|(_, left), (_, right)| left.total_cmp(right));
    Ok(top.map(|(value, number)| {
        format!("{number:.1} {} {words} {} ({period}, {id}).", value.unit, value.area)
    }))
}

/// How an indicator of the whole group moved from the first period to the last.
async fn change(client: &Client, id: &str) -> Result<Option<String>, Error> {
    let mut values = values(client, id, GROUP).await?;
    values.sort_by(|(left, _), (right, _)| left.period.cmp(&right.period));
    let (Some((first, from)), Some((last, to))) = (values.first(), values.last()) else {
        return Ok(None);
    };
    if first.period == last.period {
        return Ok(None);
    }
    let verb = if to > from { "rose" } else { "fell" };
    Ok(Some(format!(
        "{id} of {GROUP} {verb} from {from:.0} ({}) to {to:.0} ({}), {}.",
        first.period, last.period, last.unit
    )))
}

async fn roles(client: &Client, loaded: &Loaded) -> Result<Option<String>, Error> {
    let question = ListRolesRequest {
        network: paper::NETWORK.to_owned(),
        after: loaded.network_receipt.clone(),
        ..ListRolesRequest::default()
    };
    let answered = client.network().list_roles(client.question(question)).await;
    let roles = client.answer("listing roles", answered)?.roles;
    let said = spoken(&counted(roles.iter().map(|role| role.role.as_str())));
    Ok((!said.is_empty()).then(|| format!("Roles by relations alone: {said}.")))
}

async fn couplings(client: &Client, loaded: &Loaded) -> Result<Option<String>, Error> {
    let question = ListCouplingsRequest {
        network: paper::NETWORK.to_owned(),
        after: loaded.network_receipt.clone(),
        ..ListCouplingsRequest::default()
    };
    let answered = client.network().list_couplings(client.question(question)).await;
    let couplings = client.answer("listing couplings", answered)?.couplings;
    let said = spoken(&counted(couplings.iter().map(|one| one.mechanism.as_str())));
    Ok((!said.is_empty()).then(|| format!("Couplings by mechanism: {said}.")))
}

async fn advice(client: &Client) -> Result<Option<String>, Error> {
    let (place, segment, role, size) = EXAMPLE;
    let subject = Subject {
        place: place.to_owned(),
        segment: segment.to_owned(),
        role: role.to_owned(),
        size: size.to_owned(),
        mechanism: String::new(),
    };
    let advice = advise::ask(client, subject, BEST_COUNT).await?;
    let best: Vec<String> = advice
        .items
        .iter()
        .take(BEST_COUNT as usize)
        .map(|item| format!("{}. {}", item.rank, item.title))
        .collect();
    let said = best.join("; ");
    Ok((!best.is_empty())
        .then(|| format!("What helps a {size} {role} of {segment} in {place}: {said}.")))
}

/// The values of an indicator without breakdown that are numbers, with the number.
async fn values(
    client: &Client,
    id: &str,
    area: &str,
) -> Result<Vec<(IndicatorValue, f64)>, Error> {
    let question = ListIndicatorValuesRequest {
        domain: paper::DOMAIN.to_owned(),
        indicator: id.to_owned(),
        area: area.to_owned(),
        page_size: PAGE_SIZE,
        ..ListIndicatorValuesRequest::default()
    };
    let answered = client.metrics().list_indicator_values(client.question(question)).await;
    let values = client.answer(&format!("asking for {id}"), answered)?.values;
    let mut numbers = Vec::new();
    for value in values {
        // A range of years sorts among years and is none: `2000-01-01/P15Y`.
        let total = ["", "_T"].contains(&value.breakdown.as_str());
        let number = value.value.as_ref().and_then(|text| text.parse().ok());
        if let (true, false, Some(number)) = (total, value.period.contains('/'), number) {
            numbers.push((value, number));
        }
    }
    Ok(numbers)
}

/// How often each name occurs, most often first; what has none is not counted.
fn counted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names.filter(|name| !name.is_empty()) {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn spoken(counts: &[(&str, usize)]) -> String {
    let said: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    said.join(", ")
}

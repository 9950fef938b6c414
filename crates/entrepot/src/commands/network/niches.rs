//! `entrepot network niches`: what a place does not do yet, nearest first, and the ways there.

use std::path::PathBuf;

use api::network::{
    ActivityCell, ActivityTable, GetNichesRequest, GetNichesResponse, Niche, WayToNiche,
};
use clap::{Args, ValueEnum};
use production_network::relatedness::{ActivityColumns, ActivityRow, Cell, read_activity_rows};
use serde_json::{Value, json};

use super::{NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::commands::register;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Without --table a place of the network is asked for: its activities are the segments in which firms
operate there, by their number. With it, the table says who does how much of what; its columns are
place, activity and value unless others are named, and a value that is left empty is withheld.
A table has at most 50,000 rows, and at most 200 places or at most 200 activities.
Density, complexity (PCI) and gain (COG) stand apart: which of them counts is for you to say.

Examples:
  entrepot network niches penang
  entrepot network niches --table skills.csv --place penang
  entrepot network niches --table exports.csv --place pol --place-column origin \\
    --activity-column section --value-column export_val --absent zero --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct NichesArguments {
    /// A place of the network
    #[arg(value_name = "PLACE", required_unless_present = "name")]
    place: Option<String>,
    /// The place, as the table or the network names it
    #[arg(long = "place", value_name = "NAME", conflicts_with = "place")]
    name: Option<String>,
    /// A table of places by activities, as CSV
    #[arg(long, value_name = "FILE.csv")]
    table: Option<PathBuf>,
    /// What it means that the table has no row for a place and an activity
    #[arg(long, value_enum, default_value_t = Absent::Unknown, requires = "table")]
    absent: Absent,
    /// The column of the table that names the place
    #[arg(long, value_name = "NAME", default_value = "place", requires = "table")]
    place_column: String,
    /// The column that names the activity
    #[arg(long, value_name = "NAME", default_value = "activity", requires = "table")]
    activity_column: String,
    /// The column that says how much
    #[arg(long, value_name = "NAME", default_value = "value", requires = "table")]
    value_column: String,
    /// At most so many niches, and so many activities that the place has
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    moment: NetworkMoment,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Absent {
    /// There was none, as in customs records
    Zero,
    /// Nobody knows, as in surveys: the place is left out
    Unknown,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: NichesArguments,
) -> Result<(), Error> {
    let place = arguments.place.or(arguments.name).unwrap_or_default();
    let columns = ActivityColumns {
        actor: arguments.place_column,
        product: arguments.activity_column,
        value: arguments.value_column,
    };
    let absent = match arguments.absent {
        Absent::Zero => "zero",
        Absent::Unknown => "unknown",
    };
    let table = match &arguments.table {
        None => None,
        Some(path) => {
            let file = path.display().to_string();
            let rows = read_activity_rows(register::read(path)?.as_slice(), &file, &columns);
            let rows = rows.map_err(|error| Error::Usage {
                message: error.to_string(),
                remedy: "`entrepot network niches --help` shows what a table has".to_owned(),
            })?;
            let cells = rows.into_iter().map(cell).collect();
            Some(ActivityTable { cells, absent: absent.to_owned() })
        }
    };
    let question = GetNichesRequest {
        network: arguments.moment.network.clone(),
        place: place.clone(),
        as_of: arguments.moment.as_of(),
        after: None,
        table,
        limit: arguments.limit,
    };
    let answered = client.network().get_niches(client.question(question)).await;
    let found = client.answer(&format!("asking for the niches of `{place}`"), answered)?;
    match form {
        Form::Json => output::print_json(&document(&found)),
        Form::Tables => print(&found),
    }
}

fn cell((place, activity, cell): ActivityRow) -> ActivityCell {
    let value = match cell {
        Cell::Value(value) => Some(value),
        Cell::Absent | Cell::Withheld => None,
    };
    ActivityCell { place, activity, value }
}

fn document(found: &GetNichesResponse) -> Value {
    json!({
        "place": found.place,
        "place_name": found.place_name,
        "source": found.source,
        "absent": found.absent,
        "places_total": found.places_total,
        "activities_total": found.activities_total,
        "left_out": found.left_out.iter().map(|one| json!({
            "what": one.what,
            "id": one.id,
            "because": one.because,
        })).collect::<Vec<_>>(),
        "left_out_total": found.left_out_total,
        "open_firms_total": found.open_firms_total,
        "undefined_because": found.undefined_because,
        "complexity": found.complexity,
        "outlook": found.outlook,
        "complexity_undefined_because": found.complexity_undefined_because,
        "has": found.has.iter().map(|one| json!({
            "activity": one.activity,
            "activity_name": one.activity_name,
            "advantage": one.advantage,
        })).collect::<Vec<_>>(),
        "has_total": found.has_total,
        "niches": found.niches.iter().map(niche).collect::<Vec<_>>(),
        "niches_total": found.niches_total,
        "is_cut": found.is_cut,
        "moment": moment(found.moment.as_ref()),
    })
}

fn niche(found: &Niche) -> Value {
    json!({
        "activity": found.activity,
        "activity_name": found.activity_name,
        "density": found.density,
        "advantage": found.advantage,
        "complexity": found.complexity,
        "gain": found.gain,
        "near": found.near.iter().map(|near| json!({
            "activity": near.activity,
            "activity_name": near.activity_name,
            "proximity": near.proximity,
        })).collect::<Vec<_>>(),
        "way": found.way.as_ref().map(|way| json!({
            "from": way.from,
            "steps": way.steps.iter().map(|step| json!({
                "activity": step.activity,
                "proximity": step.proximity,
                "kept": step.kept,
            })).collect::<Vec<_>>(),
        })),
    })
}

fn print(found: &GetNichesResponse) -> Result<(), Error> {
    output::print(&output::fill(&rests_on(found), ""))?;
    if !found.undefined_because.is_empty() {
        return output::print(&format!("\n{}", output::fill(&undefined(found), "")));
    }
    output::print(&output::fill(&standing(found), ""))?;
    let has = found.has.iter().map(|one| format!("{} ({:.2})", one.activity_name, one.advantage));
    let has = format!("Specialized in {}: {}", found.has_total, has.collect::<Vec<_>>().join(", "));
    output::print(&output::fill(&has, ""))?;
    let headers = ["niche", "density", "PCI", "COG", "near", "way (kept)"];
    let mut table = Table::new(&headers).numbers(&[1, 2, 3]);
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    for one in &found.niches {
        let near = one.near.iter();
        let near = near.map(|near| format!("{} {:.2}", near.activity_name, near.proximity));
        table.row([
            one.activity_name.clone(),
            format!("{:.3}", one.density),
            number(one.complexity),
            number(one.gain),
            near.collect::<Vec<_>>().join(", "),
            one.way.as_ref().map(told).unwrap_or_default(),
        ]);
    }
    match table.is_empty() {
        true => output::print("\nno niche: nothing that it does not do is near to anything")?,
        false => output::print(&format!("\n{}", table.text()))?,
    }
    if found.is_cut {
        output::print("\nThere is more: ask with a higher --limit.")?;
    }
    Ok(())
}

/// What is compared, in a sentence.
fn rests_on(found: &GetNichesResponse) -> String {
    let of = match found.source.as_str() {
        "table" => "by the table; a pair without a row counts as",
        _ => "by the firms that are recorded to operate there; a pair without any counts as",
    };
    let name = named(&found.place_name, &found.place);
    let (places, activities) = (found.places_total, found.activities_total);
    let mut text =
        format!("{name} among {places} places and {activities} activities, {of} {}", found.absent);
    if found.left_out_total > 0 {
        text.push_str(&format!("; {} left out", found.left_out_total));
    }
    if found.open_firms_total > 0 {
        let open = found.open_firms_total;
        text.push_str(&format!("; of {open} firms the segment is not recorded"));
    }
    text
}

fn undefined(found: &GetNichesResponse) -> String {
    let remedy = match found.source.as_str() {
        "table" => {
            "give it a value for each activity, or --absent zero if a row that is not there \
                    means none"
        }
        _ => {
            "load operations that name their segment (`located_in` with `segment`), or give a \
              --table"
        }
    };
    let because = found.undefined_because.replace('-', " ");
    format!("Nothing is said about it: {because}. What to do: {remedy}.")
}

/// Complexity and outlook of the place, or why there is none.
fn standing(found: &GetNichesResponse) -> String {
    let Some(complexity) = found.complexity else {
        let because = found.complexity_undefined_because.replace('-', " ");
        return format!("No complexity: {because}.");
    };
    let outlook = found.outlook.map_or_else(|| "none".to_owned(), |value| format!("{value:.3}"));
    format!("Complexity (ECI) {complexity:.3}, outlook (COI) {outlook}")
}

/// A way in a line, each step with the share that kept the one before.
fn told(way: &WayToNiche) -> String {
    let steps = way.steps.iter().map(|step| format!("{} ({:.2})", step.activity, step.kept));
    [way.from.clone()].into_iter().chain(steps).collect::<Vec<_>>().join(" > ")
}

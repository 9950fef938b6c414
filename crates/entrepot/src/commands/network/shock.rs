//! `entrepot network shock`: what the end of a firm costs, or of several at once, and whom.

use std::io::IsTerminal;

use api::network::run_shock_response::Part;
use api::network::strike::Strike as Blow;
use api::network::{
    FirmImpact, Impact, Keeps, Leaves, LosersIn, RunShockRequest, ShockCascade, ShockOptions,
    ShockSetting, Strike,
};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{MissingVolume, NetworkMoment, moment, named};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

const BAR: &str = "shocks {bar:30} {pos}/{len} firms";
/// Rows of a table for people; --json has all.
const SHOWN_MAX: usize = 20;

const AFTER_HELP: &str = "\
ESRI is the share of all sales in the network that is lost (Diem et al. 2022). With --close, --keep
or --leave all strikes happen at once, and the answer says who loses; without them each firm closes
alone. The answer names all that it was computed with.

Examples:
  entrepot network shock --close atc --missing-volume count-alike
  entrepot network shock --leave semiconductor-customers=sg --lost-min 0.3
  entrepot network shock --each atc --each klt --essentiality essential --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ShockArguments {
    /// A firm that closes; may be given several times
    #[arg(long, value_name = "FIRM")]
    close: Vec<String>,
    /// A firm that keeps a part of its capacity, as atc=0.5
    #[arg(long, value_name = "FIRM=PART", value_parser = parse_keeps)]
    keep: Vec<Keeps>,
    /// A lead firm that leaves a place, as intel=penang
    #[arg(long, value_name = "LEAD=PLACE", value_parser = parse_leaves)]
    leave: Vec<Leaves>,
    /// A firm that closes alone; all firms if none is given
    #[arg(long, value_name = "FIRM", conflicts_with_all = ["close", "keep", "leave"])]
    each: Vec<String>,
    /// Whether others of an industry step in for a supplier that fails
    #[arg(long, value_enum, default_value_t = Replaced::Off)]
    substitution: Replaced,
    /// How much production needs its inputs
    #[arg(long, value_enum, default_value_t = Needed::Linear)]
    essentiality: Needed,
    /// What is done with supplies of which no volume is stated
    #[arg(long, value_enum, default_value_t = MissingVolume::Refuse)]
    missing_volume: MissingVolume,
    /// The largest drop of a step that counts as rest
    #[arg(long, value_name = "PART", default_value_t = 0.01)]
    eps: f64,
    /// Steps after which it is given up
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    iterations_max: u32,
    /// The part of its output from which on a firm loses
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    lost_min: f64,
    #[command(flatten)]
    moment: NetworkMoment,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Replaced {
    Off,
    ByMarketShare,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Needed {
    Essential,
    Linear,
    None,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: ShockArguments,
) -> Result<(), Error> {
    let question = question(arguments);
    let answered = client.network().run_shock(client.stream(question)).await;
    let doing = "spreading a shock";
    let mut parts = client.answer(doing, answered)?;
    let (mut setting, mut cascade, mut impacts) = (None, None, Vec::new());
    let bar = bar();
    while let Some(part) = parts.message().await.map_err(|status| client.failed(doing, status))? {
        match part.part {
            Some(Part::Setting(found)) => setting = Some(found),
            Some(Part::Cascade(found)) => cascade = Some(found),
            Some(Part::Impact(found)) => {
                bar.set_length(found.total);
                bar.set_position(found.done);
                impacts.push(found);
            }
            None => {}
        }
    }
    bar.finish_and_clear();
    let esri = |one: &FirmImpact| one.impact.map_or(0.0, |impact| impact.esri);
    impacts.sort_by(|one, other| {
        esri(other).total_cmp(&esri(one)).then_with(|| one.firm.cmp(&other.firm))
    });
    let setting = setting.unwrap_or_default();
    match form {
        Form::Json => output::print_json(&document(&setting, cascade.as_ref(), &impacts)),
        Form::Tables => {
            match &cascade {
                Some(cascade) => print_cascade(cascade)?,
                None => print_impacts(&impacts)?,
            }
            output::print(&output::fill(&rests_on(&setting), ""))
        }
    }
}

fn question(arguments: ShockArguments) -> RunShockRequest {
    let closes = arguments.close.into_iter().map(Blow::Closes);
    let keeps = arguments.keep.into_iter().map(Blow::Keeps);
    let leaves = arguments.leave.into_iter().map(Blow::Leaves);
    let blows = closes.chain(keeps).chain(leaves);
    let substitution = match arguments.substitution {
        Replaced::Off => "off",
        Replaced::ByMarketShare => "by_market_share",
    };
    let essentiality = match arguments.essentiality {
        Needed::Essential => "essential",
        Needed::Linear => "linear",
        Needed::None => "none",
    };
    RunShockRequest {
        network: arguments.moment.network.clone(),
        strikes: blows.map(|blow| Strike { strike: Some(blow) }).collect(),
        as_of: arguments.moment.as_of(),
        after: None,
        each: arguments.each,
        options: Some(ShockOptions {
            substitution: substitution.to_owned(),
            eps: arguments.eps,
            iterations_max: arguments.iterations_max,
            essentiality: essentiality.to_owned(),
            needs: Vec::new(),
            missing_volume: arguments.missing_volume.asked(),
            lost_min: arguments.lost_min,
        }),
    }
}

fn parse_keeps(text: &str) -> Result<Keeps, String> {
    let wrong = || format!("`{text}` is no part of a firm; write it as atc=0.5");
    let (firm, part) = text.split_once('=').ok_or_else(wrong)?;
    Ok(Keeps { firm: firm.to_owned(), part: part.parse().map_err(|_| wrong())? })
}

fn parse_leaves(text: &str) -> Result<Leaves, String> {
    let wrong = || format!("`{text}` is no lead firm and place; write it as intel=penang");
    let (lead, place) = text.split_once('=').ok_or_else(wrong)?;
    Ok(Leaves { lead: lead.to_owned(), place: place.to_owned() })
}

fn print_cascade(found: &ShockCascade) -> Result<(), Error> {
    let (without, with) = (found.without_substitution, found.with_substitution);
    let (without, with) = (without.unwrap_or_default(), with.unwrap_or_default());
    let (low, high) = (without.esri.min(with.esri), without.esri.max(with.esri));
    let rest = if without.is_converged && with.is_converged { "" } else { " (not come to rest)" };
    output::print(&format!("ESRI {low:.6} to {high:.6}{rest}"))?;
    let text =
        format!("{} firms lose, {} of them small or medium", found.losers_total, found.losers_sme);
    output::print(&text)?;
    let mut table = Table::new(&["firm", "remains", "industry", "places", "size"]).numbers(&[1]);
    for one in found.losers.iter().take(SHOWN_MAX) {
        let name = named(&one.firm_name, &one.firm);
        table.row([
            name.clone(),
            format!("{:.3}", one.remaining),
            one.industry.clone(),
            one.places.join(", "),
            one.size.clone(),
        ]);
    }
    if !table.is_empty() {
        output::print(&format!("\n{}\n", table.text()))?;
    }
    for (title, rows) in [("place", &found.by_place), ("industry", &found.by_industry)] {
        let mut table = Table::new(&[title, "firms", "small or medium"]).numbers(&[1, 2]);
        for row in rows.iter().take(SHOWN_MAX) {
            let id = if row.id.is_empty() { "not known".to_owned() } else { row.id.clone() };
            table.row([id, row.firms.to_string(), row.sme.to_string()]);
        }
        if !table.is_empty() {
            output::print(&format!("{}\n", table.text()))?;
            output::print("")?;
        }
    }
    Ok(())
}

fn print_impacts(impacts: &[FirmImpact]) -> Result<(), Error> {
    let headers = ["firm", "ESRI", "by suppliers", "by customers", "steps"];
    let mut table = Table::new(&headers).numbers(&[1, 2, 3, 4]);
    for one in impacts.iter().take(SHOWN_MAX) {
        let name = named(&one.firm_name, &one.firm);
        let impact = one.impact.unwrap_or_default();
        table.row([
            name.clone(),
            format!("{:.6}", impact.esri),
            format!("{:.6}", impact.downstream),
            format!("{:.6}", impact.upstream),
            impact.iterations.to_string(),
        ]);
    }
    output::print(&table.text())?;
    match impacts.len().saturating_sub(SHOWN_MAX) {
        0 => output::print(""),
        more => output::print(&format!("and {more} more; --json has all\n")),
    }
}

/// What the answer rests on, in a sentence.
fn rests_on(setting: &ShockSetting) -> String {
    let options = setting.options.clone().unwrap_or_default();
    let unit = match setting.unit.as_str() {
        "" => "all supplies count alike".to_owned(),
        unit => format!("volumes in {unit}"),
    };
    format!(
        "{} firms, {} links, {} industries; {unit}, {} left out; substitution {}, inputs {}, \
         eps {}",
        setting.firms,
        setting.links,
        setting.industries,
        setting.left_out,
        options.substitution,
        options.essentiality,
        options.eps,
    )
}

fn document(
    setting: &ShockSetting,
    cascade: Option<&ShockCascade>,
    impacts: &[FirmImpact],
) -> Value {
    let options = setting.options.clone().unwrap_or_default();
    json!({
        "setting": {
            "firms": setting.firms,
            "links": setting.links,
            "industries": setting.industries,
            "unit": setting.unit,
            "left_out": setting.left_out,
            "substitution": options.substitution,
            "eps": options.eps,
            "iterations_max": options.iterations_max,
            "essentiality": options.essentiality,
            "missing_volume": options.missing_volume,
            "lost_min": options.lost_min,
            "moment": moment(setting.moment.as_ref()),
        },
        "cascade": cascade.map(cascade_document),
        "impacts": impacts.iter().map(|one| json!({
            "firm": one.firm,
            "firm_name": one.firm_name,
            "impact": one.impact.as_ref().map(impact),
        })).collect::<Vec<_>>(),
    })
}

fn cascade_document(found: &ShockCascade) -> Value {
    let losers_in = |rows: &[LosersIn]| -> Vec<Value> {
        let row = |one: &LosersIn| json!({ "id": one.id, "firms": one.firms, "sme": one.sme });
        rows.iter().map(row).collect()
    };
    json!({
        "without_substitution": found.without_substitution.as_ref().map(impact),
        "with_substitution": found.with_substitution.as_ref().map(impact),
        "losers": found.losers.iter().map(|one| json!({
            "firm": one.firm,
            "firm_name": one.firm_name,
            "remaining": one.remaining,
            "industry": one.industry,
            "places": one.places,
            "size": one.size,
        })).collect::<Vec<_>>(),
        "losers_total": found.losers_total,
        "losers_sme": found.losers_sme,
        "by_place": losers_in(&found.by_place),
        "by_industry": losers_in(&found.by_industry),
    })
}

fn impact(found: &Impact) -> Value {
    json!({
        "esri": found.esri,
        "downstream": found.downstream,
        "upstream": found.upstream,
        "iterations": found.iterations,
        "is_converged": found.is_converged,
    })
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(BAR);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

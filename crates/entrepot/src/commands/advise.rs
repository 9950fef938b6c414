//! `entrepot advise`: what helps here, for whom, why, and how good the evidence is.

use api::advice::{AdviseRequest, AdviseResponse, RankedItem, Subject};
use clap::Args;
use serde_json::{Value, json};

use crate::arguments::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Examples:
  entrepot advise --place MY-07 --segment electronics.assembly
  entrepot advise --place MY-07 --segment electronics.assembly --role generic-supplier \\
      --size small --explain
  entrepot advise --place VN --segment apparel --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct AdviseArguments {
    /// A subdivision by ISO 3166-2, such as MY-07, or a country, such as MY
    #[arg(long, value_name = "CODE")]
    place: String,
    /// A segment of an industry, such as electronics.assembly
    #[arg(long, value_name = "ID")]
    segment: String,
    /// The firm's role: strategic-partner, specialized-supplier, generic-supplier … [default: any]
    #[arg(long, value_name = "ROLE", default_value = "", hide_default_value = true)]
    role: String,
    /// small or medium-large [default: any]
    #[arg(long, value_name = "SIZE", default_value = "", hide_default_value = true)]
    size: String,
    /// The coupling mechanism: international-partnership, industrial-specialization or
    /// production-platform [default: unknown]
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    mechanism: String,
    /// At most so many items [default: all]
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    limit: u32,
    /// With what each criterion adds, and the limits of the evidence
    #[arg(long)]
    explain: bool,
}

pub(crate) async fn run(shared: &Shared, arguments: AdviseArguments) -> Result<(), Error> {
    let explain = arguments.explain;
    let subject = Subject {
        place: arguments.place,
        segment: arguments.segment,
        role: arguments.role,
        size: arguments.size,
        mechanism: arguments.mechanism,
    };
    let client = Client::connect(shared).await?;
    let advice = ask(&client, subject, arguments.limit).await?;
    if shared.json {
        return output::print_json(&document(&advice));
    }
    for line in &advice.diagnosis {
        output::print(&output::fill(line, ""))?;
    }
    if advice.items.is_empty() {
        return output::print("no item applies to this subject");
    }
    output::print(&format!("\n{}", table(&advice.items).text()))?;
    if explain {
        for item in &advice.items {
            output::print(&format!("\n{}", explanation(item)))?;
        }
    }
    Ok(())
}

/// Asks for the ranking of a subject.
pub(crate) async fn ask(
    client: &Client,
    subject: Subject,
    limit: u32,
) -> Result<AdviseResponse, Error> {
    let question = AdviseRequest { subject: Some(subject), after: None, limit };
    let answered = client.advice().advise(client.question(question)).await;
    client.answer("asking for advice", answered)
}

fn table(items: &[RankedItem]) -> Table {
    let headers = ["rank", "score", "kind", "what", "evidence"];
    let mut table = Table::new(&headers).numbers(&[0, 1]);
    for item in items {
        table.row([
            item.rank.to_string(),
            item.score.to_string(),
            item.kind.clone(),
            item.title.clone(),
            item.evidence_grade.clone(),
        ]);
    }
    table
}

fn explanation(item: &RankedItem) -> String {
    let mut text = format!("{}. {} ({})\n", item.rank, item.title, item.id);
    for part in &item.contributions {
        let sum = format!(
            "{:+} {} (weight {} × value {}): {}",
            part.points, part.criterion, part.weight, part.value, part.because
        );
        text.push_str(&output::fill(&sum, "   "));
        text.push('\n');
    }
    for limit in &item.evidence_limits {
        text.push_str(&output::fill(&format!("limit of the evidence: {limit}"), "   "));
        text.push('\n');
    }
    for source in &item.sources {
        text.push_str(&output::fill(&format!("source: {source}"), "   "));
        text.push('\n');
    }
    text
}

/// A ranking as one document.
pub(crate) fn document(advice: &AdviseResponse) -> Value {
    let subject = advice.subject.as_ref().map(|subject| {
        json!({
            "place": subject.place,
            "segment": subject.segment,
            "role": subject.role,
            "size": subject.size,
            "mechanism": subject.mechanism,
        })
    });
    let items: Vec<Value> = advice.items.iter().map(item_document).collect();
    json!({ "subject": subject, "diagnosis": advice.diagnosis, "items": items })
}

fn item_document(item: &RankedItem) -> Value {
    let contributions: Vec<Value> = item
        .contributions
        .iter()
        .map(|part| {
            json!({
                "criterion": part.criterion,
                "weight": part.weight,
                "value": part.value,
                "points": part.points,
                "because": part.because,
            })
        })
        .collect();
    json!({
        "rank": item.rank,
        "id": item.id,
        "kind": item.kind,
        "title": item.title,
        "score": item.score,
        "contributions": contributions,
        "evidence_grade": item.evidence_grade,
        "evidence_limits": item.evidence_limits,
        "sources": item.sources,
    })
}

//! `entrepot audit`: each claim judged against the data, contradictions first, and the numbers
//! that the data implies but the source prints otherwise.

use api::metrics::{AuditRequest, AuditResponse, ImpliedNumber, JudgedClaim};
use api::types::{AsOf, Receipt};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::arguments::Shared;
use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
Examples:
  entrepot audit
  entrepot audit --verdict contradicted
  entrepot audit --as-of 2015-05-26 --json";

/// A value that is a list of values is told in full by --json.
const CELL_CHARS: usize = 24;

const TITLES: [(Verdict, &str); 4] = [
    (Verdict::Contradicted, "Claims that the data contradicts"),
    (Verdict::CannotBeChecked, "Claims that cannot be checked"),
    (Verdict::HoldsWithinRounding, "Claims that hold within rounding"),
    (Verdict::Holds, "Claims that hold"),
];
const IMPLIED_TITLE: &str = "Numbers that a source prints otherwise than its own data implies";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct AuditArguments {
    /// Only what was judged so
    #[arg(long, value_enum)]
    verdict: Option<Verdict>,
    /// As published by this moment, or as entered by recorded:MOMENT; a date means its end, UTC
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_as_of)]
    as_of: Option<AsOf>,
    /// The dataflows that are analysed together
    #[arg(long, value_name = "ID", default_value = "asean")]
    domain: String,
}

/// The verdicts, most urgent first.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Contradicted,
    CannotBeChecked,
    HoldsWithinRounding,
    Holds,
}

impl Verdict {
    pub(crate) const ALL: [Self; 4] =
        [Self::Contradicted, Self::CannotBeChecked, Self::HoldsWithinRounding, Self::Holds];

    /// As services write it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::CannotBeChecked => "cannot_be_checked",
            Self::HoldsWithinRounding => "holds_within_rounding",
            Self::Holds => "holds",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::CannotBeChecked => "cannot be checked",
            Self::HoldsWithinRounding => "hold within rounding",
            Self::Holds => "hold",
        }
    }
}

pub(crate) async fn run(shared: &Shared, arguments: AuditArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    let mut audit = ask(&client, &arguments.domain, arguments.as_of, None).await?;
    let summary = summary(&audit);
    if let Some(verdict) = arguments.verdict {
        audit.claims.retain(|claim| claim.verdict == verdict.code());
        audit.implied.retain(|number| number.verdict == verdict.code());
    }
    audit.claims.sort_by_key(|claim| urgency(&claim.verdict));
    if shared.json {
        return output::print_json(&document(&audit));
    }
    output::print(&summary)?;
    for (verdict, title) in TITLES {
        let code = verdict.code();
        let claims: Vec<_> = audit.claims.iter().filter(|claim| claim.verdict == code).collect();
        if !claims.is_empty() {
            output::print(&format!("\n{title}\n\n{}", claims_text(verdict, &claims)))?;
        }
    }
    let shown: Vec<&ImpliedNumber> = match arguments.verdict {
        Some(_) => audit.implied.iter().collect(),
        None => disagreeing(&audit),
    };
    if !shown.is_empty() {
        output::print(&format!("\n{IMPLIED_TITLE}\n\n{}", implied_table(&shown).text()))?;
    }
    Ok(())
}

/// Asks for the audit, after a write if its receipt is given.
pub(crate) async fn ask(
    client: &Client,
    domain: &str,
    as_of: Option<AsOf>,
    after: Option<Receipt>,
) -> Result<AuditResponse, Error> {
    let question = AuditRequest { domain: domain.to_owned(), as_of, after };
    let answered = client.metrics().audit(client.question(question)).await;
    client.answer("auditing", answered)
}

/// How many claims and numbers were judged how.
pub(crate) fn summary(audit: &AuditResponse) -> String {
    let claims = counts(audit.claims.iter().map(|claim| claim.verdict.as_str()));
    let implied = counts(audit.implied.iter().map(|number| number.verdict.as_str()));
    let claims = format!("{} claims: {claims}", audit.claims.len());
    let implied = format!("{} implied numbers: {implied}", audit.implied.len());
    format!("{}\n{}", output::fill(&claims, ""), output::fill(&implied, ""))
}

fn counts<'a>(verdicts: impl Iterator<Item = &'a str>) -> String {
    let verdicts: Vec<&str> = verdicts.collect();
    let mut parts = Vec::new();
    for verdict in Verdict::ALL {
        let count = verdicts.iter().filter(|found| **found == verdict.code()).count();
        parts.push(format!("{count} {}", verdict.words()));
    }
    parts.join(", ")
}

/// The implied numbers that disagree with what is printed.
pub(crate) fn disagreeing(audit: &AuditResponse) -> Vec<&ImpliedNumber> {
    let contradicted = Verdict::Contradicted.code();
    audit.implied.iter().filter(|number| number.verdict == contradicted).collect()
}

fn urgency(verdict: &str) -> usize {
    let known = Verdict::ALL.iter().position(|one| one.code() == verdict);
    known.unwrap_or(Verdict::ALL.len())
}

/// Claims of one verdict for people: what does not hold is told in full, the rest in a table.
pub(crate) fn claims_text(verdict: Verdict, claims: &[&JudgedClaim]) -> String {
    match verdict {
        Verdict::Contradicted => {
            let told: Vec<String> = claims.iter().map(|claim| told_in_full(claim)).collect();
            told.join("\n")
        }
        Verdict::CannotBeChecked => {
            let mut table = Table::new(&["section", "claim", "why"]);
            for claim in claims {
                table.row([&claim.section, &claim.statement, &claim.reason]);
            }
            table.text()
        }
        Verdict::HoldsWithinRounding | Verdict::Holds => {
            let headers = ["section", "claim", "stated", "computed"];
            let mut table = Table::new(&headers).numbers(&[2, 3]);
            for claim in claims {
                let short = |text: &Option<String>| {
                    output::shorten(text.as_deref().unwrap_or_default(), CELL_CHARS)
                };
                table.row([
                    claim.section.clone(),
                    claim.statement.clone(),
                    short(&claim.stated),
                    short(&claim.computed),
                ]);
            }
            table.text()
        }
    }
}

fn told_in_full(claim: &JudgedClaim) -> String {
    let mut lines = vec![output::fill(&format!("{}: {}", claim.section, claim.statement), "  ")];
    if !claim.reason.is_empty() {
        lines.push(output::fill(&claim.reason, "      "));
    }
    if let Some(witness) = &claim.witness {
        lines.push(output::fill(&format!("witness: {witness}"), "      "));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Implied numbers for people.
pub(crate) fn implied_table(numbers: &[&ImpliedNumber]) -> Table {
    let headers = ["table", "area", "of", "period", "quantity", "printed", "computed", "why"];
    let mut table = Table::new(&headers).numbers(&[5, 6]);
    for number in numbers {
        table.row([
            number.table.clone(),
            number.area.clone(),
            number.breakdown.clone(),
            number.period.clone(),
            number.quantity.clone(),
            number.printed.clone().unwrap_or_default(),
            number.computed.clone().unwrap_or_default(),
            number.reason.clone(),
        ]);
    }
    table
}

/// The audit as one document.
pub(crate) fn document(audit: &AuditResponse) -> Value {
    let claims: Vec<Value> = audit
        .claims
        .iter()
        .map(|claim| {
            let inputs: Vec<_> = claim.inputs.iter().map(output::input).collect();
            json!({
                "id": claim.id,
                "section": claim.section,
                "statement": claim.statement,
                "stated": claim.stated,
                "computed": claim.computed,
                "verdict": claim.verdict,
                "witness": claim.witness,
                "reason": claim.reason,
                "inputs": inputs,
            })
        })
        .collect();
    let implied: Vec<Value> = audit
        .implied
        .iter()
        .map(|number| {
            json!({
                "table": number.table,
                "area": number.area,
                "breakdown": number.breakdown,
                "period": number.period,
                "quantity": number.quantity,
                "printed": number.printed,
                "computed": number.computed,
                "verdict": number.verdict,
                "reason": number.reason,
            })
        })
        .collect();
    json!({ "claims": claims, "implied": implied })
}

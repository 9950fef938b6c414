//! The audit: claims of a text judged against the tables, and numbers of a table against the
//! numbers that imply them.
//!
//! Claims are data: an expression over observations and indicators, a relation, what is stated. A
//! verdict is always computed, with the rounding of every printed number respected, and never
//! written down in a claim. The grammar is in `parser`, functions in `function`, the meaning of
//! the four verdicts in `verdict`, recomputed tables in `implied`.

mod claims;
mod evaluator;
mod expression;
mod function;
mod implied;
mod parser;
mod relation;
mod value;
mod verdict;

use statistics::View;

use crate::indicator::InputUsed;
use evaluator::Evaluator;
use expression::Expression;
use value::Value;

pub use claims::{Claim, ClaimError, Claims};
pub use implied::{Implied, implied};
pub use relation::Relation;
pub use verdict::Verdict;

/// A claim with its verdict and all that led to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Judged {
    /// Id of the claim.
    pub id: String,
    /// Where the claim stands, such as `2.1` or `table 6`.
    pub section: String,
    /// What is claimed, in short.
    pub statement: String,
    /// The number, range or code that is stated.
    pub stated: Option<String>,
    /// What was computed, with the range that rounding leaves.
    pub computed: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// What a witness table says of the same quantity.
    pub witness: Option<String>,
    /// Why, in a sentence.
    pub reason: String,
    /// All cells that were read.
    pub inputs: Vec<InputUsed>,
}

/// Judges every claim, in the order of the file.
#[must_use]
pub fn judge(claims: &Claims, view: &dyn View) -> Vec<Judged> {
    claims.iter().map(|claim| judge_one(claim, claims, view)).collect()
}

fn judge_one(claim: &Claim, claims: &Claims, view: &dyn View) -> Judged {
    let mut judged = Judged {
        id: claim.id.clone(),
        section: claim.section.clone(),
        statement: claim.statement.clone(),
        stated: claim.stated.clone(),
        computed: None,
        verdict: Verdict::CannotBeChecked,
        witness: None,
        reason: String::new(),
        inputs: Vec::new(),
    };
    let Some(test) = &claim.test else {
        judged.reason = claim.cannot.clone().unwrap_or_default();
        return judged;
    };
    let mut evaluator = Evaluator::new(view, claims.tables());
    match evaluator.evaluate(&test.expression) {
        Ok(found) => {
            let ruling = verdict::rule(test, &found);
            judged.verdict = ruling.verdict;
            judged.computed = Some(ruling.computed);
            judged.reason = ruling.reason;
            if let Expression::Comparison(comparison, left, right) = &test.expression
                && let Some(sides) = sides(&mut evaluator, left, right, test.scale)
            {
                let says = verdict::compared(*comparison, judged.verdict);
                judged.reason = format!("computed {sides}: {says}");
                judged.computed = Some(sides);
            }
        }
        Err(trouble) => judged.reason = trouble.to_string(),
    }
    if let Some(reading) = &claim.reading {
        // What was not read at all was not read in any way: the reading then says why.
        let as_what = if judged.computed.is_some() { "read as: " } else { "" };
        judged.reason = format!("{}; {as_what}{reading}", judged.reason);
    }
    if let Some(witness) = &claim.witness {
        let found = evaluator.evaluate(&witness.expression);
        judged.witness = Some(testimony(&witness.name, found, test));
    }
    let (inputs, note) = evaluator.into_parts();
    if let Some(note) = note {
        judged.reason = format!("{} ({note})", judged.reason);
    }
    judged.inputs = inputs;
    judged
}

/// The two sides of a comparison that is a claim by itself.
fn sides(
    evaluator: &mut Evaluator<'_>,
    left: &Expression,
    right: &Expression,
    scale: i32,
) -> Option<String> {
    let shown = verdict::Shown { places: 1, scale };
    let (left, right) = (evaluator.evaluate(left).ok()?, evaluator.evaluate(right).ok()?);
    Some(format!("{} against {}", shown.value(&left), shown.value(&right)))
}

fn testimony(name: &str, found: Result<Value, evaluator::Trouble>, test: &claims::Test) -> String {
    match found {
        Ok(found) => {
            let ruling = verdict::rule(test, &found);
            let side = match ruling.verdict {
                Verdict::Holds | Verdict::HoldsWithinRounding => "agrees with what is stated",
                Verdict::Contradicted => "differs from what is stated",
                Verdict::CannotBeChecked => "cannot be compared",
            };
            format!("{name}: {}, {side}", ruling.computed)
        }
        Err(trouble) => format!("{name}: {trouble}"),
    }
}

#[cfg(test)]
mod tests;

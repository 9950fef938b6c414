//! What is asked of the network of the paper, so that two systems can be compared by their answers.

use serde_json::Value;

/// Each kind of question, as the arguments of a command.
pub const NETWORK_QUESTIONS: &[&[&str]] = &[
    &["network", "firm", "atc"],
    &["network", "near", "petronas", "--steps", "2"],
    &["network", "roles"],
    &["network", "coupling"],
    &["network", "routes"],
    &["network", "trajectory", "atc"],
    &["network", "dependence"],
    &["network", "sme-fdi"],
    &["network", "shock", "--close", "petronas", "--missing-volume", "count-alike"],
    &["network", "upgrading", "atc", "--from", "2008-12-31"],
    &["network", "cost-capability", "atc", "--to", "penang"],
    &["network", "coordination", "petronas"],
    &["network", "logics", "petronas"],
    &["network", "centrality", "--kind", "supplies"],
    &["network", "niches", "penang"],
];

/// An answer without where and when in the log its facts were recorded, and how far that was read:
/// two systems that were told the same agree on the rest.
#[must_use]
pub fn knowledge(answer: Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let is_kept =
                |field: &String| !["frontier", "document", "recorded_at"].contains(&field.as_str());
            let kept = fields.into_iter().filter(|(field, _)| is_kept(field));
            Value::Object(kept.map(|(field, value)| (field, knowledge(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(knowledge).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

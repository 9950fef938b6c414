//! The document that declares checks, `checks.json`, and what it is read into.
//!
//! All that is wrong with a document is told at once; a document with a fault is not used in part.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Period;
use crate::rejection::{At, Rejection, Rule};
use crate::structure::{refused, unread};

/// Bytes of one document: a check has about 1 KiB, and 10,000 of them are many.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Declared checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks {
    /// Sums.
    pub sums: Vec<SumCheck>,
    /// Agreements.
    pub agreements: Vec<Agreement>,
}

/// The members of a parent along one dimension add up to it, for every period and every
/// combination of the dimensions that are left open.
#[derive(Clone, Debug, PartialEq)]
pub struct SumCheck {
    /// Its id.
    pub id: String,
    /// The dataflow of the members, by id without agency and version.
    pub dataflow: String,
    /// The dataflow of the parent, usually the same.
    pub parent_dataflow: String,
    /// Codes that are fixed, by dimension.
    pub matches: BTreeMap<String, String>,
    /// The dimension along which members add up.
    pub dimension: String,
    /// The code of the parent.
    pub parent: String,
    /// The codes of the members, each with +1 or −1.
    pub members: Vec<(String, i8)>,
    /// Siblings that are not added, named so that nobody takes them for forgotten.
    pub memo: Vec<String>,
    /// How bad a failure is.
    pub severity: Severity,
    /// Why the check is there.
    pub reason: String,
}

/// Two cells state one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Its id.
    pub id: String,
    /// One cell.
    pub left: Side,
    /// The other.
    pub right: Side,
    /// How bad a failure is.
    pub severity: Severity,
    /// Why the check is there.
    pub reason: String,
}

/// A cell that a check names.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The dataflow, by id without agency and version.
    pub dataflow: String,
    /// The code of each dimension.
    pub key: BTreeMap<String, String>,
    /// The period.
    pub period: Period,
}

/// How bad a failure is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is told and the release goes on.
    Warning,
    /// It holds the release back.
    Error,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    sums: Vec<SumSent>,
    #[serde(default)]
    agreements: Vec<AgreementSent>,
}

#[derive(Deserialize)]
struct SumSent {
    id: String,
    dataflow: String,
    parent_dataflow: Option<String>,
    #[serde(default, rename = "match")]
    matches: BTreeMap<String, String>,
    dimension: String,
    parent: String,
    members: Vec<MemberSent>,
    #[serde(default)]
    memo: Vec<String>,
    severity: Severity,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct MemberSent {
    code: String,
    #[serde(default = "plus")]
    sign: i8,
}

#[derive(Deserialize)]
struct AgreementSent {
    id: String,
    left: SideSent,
    right: SideSent,
    severity: Severity,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct SideSent {
    dataflow: String,
    key: BTreeMap<String, String>,
    period: Option<String>,
}

fn plus() -> i8 {
    1
}

impl Checks {
    /// Reads a document of checks.
    ///
    /// # Errors
    /// All that is wrong with it, by rule; nothing is taken over then.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Rejection>> {
        if bytes.len() > DOCUMENT_BYTES_MAX {
            let reason = format!("{} bytes, at most {DOCUMENT_BYTES_MAX} are read", bytes.len());
            return Err(vec![Rejection::new(Rule::DocumentTooLarge, At::default(), reason)]);
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| vec![unread(&error)])?;
        let mut rejections = Vec::new();
        let mut checks = Self::default();
        for sent in document.sums {
            checks.sums.extend(sum(sent, &mut rejections));
        }
        for sent in document.agreements {
            let (left, right) = (
                side(sent.left, &sent.id, &mut rejections),
                side(sent.right, &sent.id, &mut rejections),
            );
            if let (Some(left), Some(right)) = (left, right) {
                let AgreementSent { id, severity, reason, .. } = sent;
                checks.agreements.push(Agreement { id, left, right, severity, reason });
            }
        }
        let mut ids: Vec<&str> = checks.sums.iter().map(|sum| sum.id.as_str()).collect();
        ids.extend(checks.agreements.iter().map(|agreement| agreement.id.as_str()));
        ids.sort_unstable();
        for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
            rejections.push(refused(pair[0], "two checks have this id"));
        }
        if rejections.is_empty() { Ok(checks) } else { Err(rejections) }
    }
}

fn sum(sent: SumSent, rejections: &mut Vec<Rejection>) -> Option<SumCheck> {
    let before = rejections.len();
    if sent.members.is_empty() {
        rejections.push(refused(&sent.id, "a sum without members"));
    }
    for (index, member) in sent.members.iter().enumerate() {
        if !matches!(member.sign, 1 | -1) {
            let reason = format!("sign {} of `{}`, expected 1 or -1", member.sign, member.code);
            rejections.push(refused(&sent.id, reason));
        }
        let again = sent.members[..index].iter().any(|other| other.code == member.code);
        if again || member.code == sent.parent || sent.memo.contains(&member.code) {
            let reason = format!("member `{}` is there twice, or parent or memo too", member.code);
            rejections.push(refused(&sent.id, reason));
        }
    }
    if sent.matches.contains_key(&sent.dimension) {
        let reason = format!("`match` fixes the dimension `{}` of the sum", sent.dimension);
        rejections.push(refused(&sent.id, reason));
    }
    (rejections.len() == before).then(|| SumCheck {
        parent_dataflow: sent.parent_dataflow.unwrap_or_else(|| sent.dataflow.clone()),
        id: sent.id,
        dataflow: sent.dataflow,
        matches: sent.matches,
        dimension: sent.dimension,
        parent: sent.parent,
        members: sent.members.into_iter().map(|member| (member.code, member.sign)).collect(),
        memo: sent.memo,
        severity: sent.severity,
        reason: sent.reason,
    })
}

/// The period stands beside the key or, as in data, in it.
fn side(mut sent: SideSent, id: &str, rejections: &mut Vec<Rejection>) -> Option<Side> {
    let Some(text) = sent.period.or_else(|| sent.key.remove("TIME_PERIOD")) else {
        rejections.push(refused(id, "a side without `period`"));
        return None;
    };
    match text.parse() {
        Ok(period) => Some(Side { dataflow: sent.dataflow, key: sent.key, period }),
        Err(error) => {
            let error: crate::Error = error;
            rejections.push(refused(id, error.to_string()));
            None
        }
    }
}

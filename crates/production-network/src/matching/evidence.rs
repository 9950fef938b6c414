//! What the network shows of a firm: numbers, certificates, capabilities, and what it does not say.
//!
//! Guarantees that silence is unknown and that only `no` or a nil is a no. A value that holds on
//! the day for some readings of its dates only is unknown too; several values give bounds.

use crate::{
    AttributeGroup, AttributeId, AttributeValue, CertificateId, EntityId, FirmId, Presence,
    RelationId, RelationKind, Snapshot,
};

/// The least and the most that a number can be; equal where it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

/// What shows a finding.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum MatchEvidence {
    /// A relation.
    Relation(RelationId),
    /// An attribute of the firm.
    Attribute(AttributeId),
}

/// How far something is met, why, and by what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) degree: Bounds,
    pub(crate) because: String,
    pub(crate) evidence: Vec<MatchEvidence>,
    /// The number itself, where there is one.
    pub(crate) value: Option<Bounds>,
}

impl Bounds {
    /// Nothing is known of a degree.
    pub const UNKNOWN: Self = Self { low: 0.0, high: 1.0 };

    /// A number that is known.
    #[must_use]
    pub fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// True if the number is known.
    #[must_use]
    pub fn is_point(self) -> bool {
        self.low == self.high
    }
}

impl Shown {
    pub(crate) fn new(degree: Bounds, because: String, evidence: Vec<MatchEvidence>) -> Self {
        Self { degree, because, evidence, value: None }
    }

    /// Several things, each an equal part. Nothing asked is met.
    pub(crate) fn of_all<T>(asked: &[T], show: impl Fn(&T) -> Self) -> Self {
        if asked.is_empty() {
            return Self::new(Bounds::point(1.0), "nothing is asked".to_owned(), Vec::new());
        }
        let (mut low, mut high) = (0.0, 0.0);
        let (mut because, mut evidence) = (Vec::new(), Vec::new());
        for one in asked {
            let shown = show(one);
            low += shown.degree.low;
            high += shown.degree.high;
            because.push(shown.because);
            evidence.extend(shown.evidence);
        }
        let count = asked.len() as f64;
        let degree = Bounds { low: low / count, high: high / count };
        Self::new(degree, because.join("; "), evidence)
    }

    /// 1 where the number is no worse than the limit, 0 where it is.
    pub(crate) fn within_limit(&self, limit: f64, best: f64) -> Bounds {
        let Some(value) = self.value else { return Bounds::UNKNOWN };
        let is_within = |value: f64| if best > limit { value >= limit } else { value <= limit };
        let both = [is_within(value.low), is_within(value.high)];
        match both {
            [true, true] => Bounds::point(1.0),
            [false, false] => Bounds::point(0.0),
            [true, false] | [false, true] => Bounds::UNKNOWN,
        }
    }
}

/// A number of the firm between two anchors, the worst and the best.
pub(crate) fn measure(
    snapshot: &Snapshot,
    firm: &FirmId,
    id: &AttributeId,
    unit: Option<&str>,
    [worst, best]: [f64; 2],
) -> Shown {
    let unknown = |because: String| Shown::new(Bounds::UNKNOWN, because, Vec::new());
    let values = current(snapshot, firm, id);
    if values.is_empty() {
        return unknown(format!("`{id}` is not known"));
    }
    let mut found: Option<Bounds> = None;
    for (value, its_unit) in &values {
        if unit.is_some() && *its_unit != unit {
            let its_unit = its_unit.unwrap_or("no unit");
            return unknown(format!("`{id}` is in {its_unit} and not compared"));
        }
        let Some(number) = value.number() else {
            return unknown(format!("`{id}` is no number"));
        };
        let so_far = found.unwrap_or(Bounds::point(number));
        found = Some(Bounds { low: so_far.low.min(number), high: so_far.high.max(number) });
    }
    let value = found.unwrap_or(Bounds::point(0.0));
    let degree = |number: f64| ((number - worst) / (best - worst)).clamp(0.0, 1.0);
    let (one, other) = (degree(value.low), degree(value.high));
    let degree = Bounds { low: one.min(other), high: one.max(other) };
    let printed: Vec<&str> = values.iter().map(|(value, _)| value.as_str()).collect();
    let because = format!("`{id}` is {}, between {worst} and {best}", printed.join(" or "));
    let evidence = vec![MatchEvidence::Attribute(id.clone())];
    Shown { degree, because, evidence, value: Some(value) }
}

/// Whether the firm has something: yes, no, or not known.
pub(crate) fn has(snapshot: &Snapshot, firm: &FirmId, id: &AttributeId) -> Shown {
    let values = current(snapshot, firm, id);
    let is_no = |value: &AttributeValue| match value {
        AttributeValue::Number(_) => value.number() == Some(0.0),
        AttributeValue::Text(text) => text.eq_ignore_ascii_case("no"),
    };
    let evidence = vec![MatchEvidence::Attribute(id.clone())];
    let no_count = values.iter().filter(|(value, _)| is_no(value)).count();
    if values.is_empty() {
        Shown::new(Bounds::UNKNOWN, format!("`{id}` is not known"), Vec::new())
    } else if no_count == 0 {
        Shown::new(Bounds::point(1.0), format!("it has `{id}`"), evidence)
    } else if no_count == values.len() {
        Shown::new(Bounds::point(0.0), format!("it has no `{id}`"), evidence)
    } else {
        Shown::new(Bounds::UNKNOWN, format!("`{id}` is contradicted"), evidence)
    }
}

/// Whether the firm holds a certificate or meets a standard, by a relation or an attribute.
pub(crate) fn holds(
    snapshot: &Snapshot,
    firm: &FirmId,
    group: AttributeGroup,
    id: &CertificateId,
    kinds: &[RelationKind],
) -> Shown {
    let mut evidence = Vec::new();
    for relation in snapshot.incoming(&EntityId::Firm(firm.clone())) {
        let is_it = kinds.contains(&relation.kind) && relation.certificate.as_ref() == Some(id);
        if is_it && relation.validity.presence(snapshot.valid()) == Presence::Certain {
            evidence.push(MatchEvidence::Relation(relation.id.clone()));
        }
    }
    if !evidence.is_empty() {
        return Shown::new(Bounds::point(1.0), format!("it holds `{id}`"), evidence);
    }
    match AttributeId::try_new(format!("{group}.{id}")) {
        Ok(attribute) => has(snapshot, firm, &attribute),
        Err(_) => Shown::new(Bounds::UNKNOWN, format!("`{id}` is not known"), Vec::new()),
    }
}

type Current<'a> = (&'a AttributeValue, Option<&'a str>);

/// The values that surely hold on the day, with their units.
fn current<'a>(snapshot: &'a Snapshot, firm: &FirmId, id: &AttributeId) -> Vec<Current<'a>> {
    let attributes = snapshot.firm(firm).map(|firm| firm.attributes.as_slice()).unwrap_or_default();
    let holds = attributes.iter().filter(|attribute| {
        attribute.id == *id && attribute.presence(snapshot.valid()) == Presence::Certain
    });
    holds.map(|attribute| (&attribute.value, attribute.unit.as_deref())).collect()
}

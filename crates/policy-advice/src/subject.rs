//! Subjects as clients name them: their codes, their key, and those whose rankings are watched.
//!
//! A subject is parsed once, here; a refusal names the field and says what is accepted.

use policy::{KnowledgeBase, Mechanism, Role, Size, Subject};

use crate::Error;

/// Place, segment, role and size of the subjects whose changed rankings are published: the places
/// and segments that the paper tells apart in sections 3.2 and 4.
const WATCHED: &[[&str; 4]] = &[
    ["MY-07", "electronics.assembly", "generic-supplier", "small"],
    ["MY-07", "electronics.semiconductors", "specialized-supplier-industry", "medium-large"],
    ["MY-07", "aerospace", "specialized-supplier-multi", "small"],
    ["MY-11", "oil_and_gas", "generic-supplier", "small"],
    ["MY-01", "oil_and_gas", "specialized-supplier-industry", "small"],
    ["SG", "electronics.semiconductors", "specialized-supplier-industry", "small"],
    ["SG", "aerospace", "specialized-supplier-multi", "small"],
    ["TH-21", "automotive", "generic-supplier", "small"],
    ["TH-10", "refrigeration", "strategic-partner", "medium-large"],
    ["PH-CAV", "agro_food", "generic-supplier", "medium-large"],
    ["VN", "electronics.assembly", "generic-supplier", "small"],
    ["VN", "agriculture", "generic-supplier", "small"],
    ["ID", "automotive", "generic-supplier", "small"],
    ["KH", "apparel", "generic-supplier", "small"],
];

/// Industries of networks that have another name than the segment.
const INDUSTRY_NAMES: &[(&str, &str)] =
    &[("automotive", "automobiles"), ("refrigeration", "commercial_refrigeration")];

/// A subject as asked for, with the mechanism if it was named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Asked {
    pub(crate) subject: Subject,
    pub(crate) mechanism: Option<Mechanism>,
}

impl Asked {
    /// Reads the codes of a request.
    ///
    /// # Errors
    /// [`Error::Field`] with the field and what is accepted.
    pub(crate) fn parse(
        knowledge: &KnowledgeBase,
        asked: &api::advice::Subject,
    ) -> Result<Self, Error> {
        let api::advice::Subject { place, segment, role, size, mechanism } = asked;
        let role = parse("subject.role", role, Role::ALL, Role::as_str)?;
        let size = parse("subject.size", size, Size::ALL, Size::as_str)?;
        let mechanism = parse("subject.mechanism", mechanism, Mechanism::ALL, Mechanism::as_str)?;
        let subject = Subject::try_new(knowledge, place, segment, role, size)
            .map_err(|error| refused(knowledge, &error))?;
        Ok(Self { subject, mechanism })
    }
}

/// The subjects whose rankings are published when they change.
///
/// # Errors
/// [`Error::Field`] if the knowledge base lacks a segment of one; a test holds that it does not.
pub(crate) fn watched(knowledge: &KnowledgeBase) -> Result<Vec<Asked>, Error> {
    let mut watched = Vec::with_capacity(WATCHED.len());
    for [place, segment, role, size] in WATCHED {
        let asked = api::advice::Subject {
            place: (*place).to_owned(),
            segment: (*segment).to_owned(),
            role: (*role).to_owned(),
            size: (*size).to_owned(),
            mechanism: String::new(),
        };
        watched.push(Asked::parse(knowledge, &asked)?);
    }
    Ok(watched)
}

/// The key of a subject: `MY-07|electronics.assembly|generic-supplier|small`, `*` for what is open.
pub(crate) fn key(subject: &Subject) -> String {
    let role = subject.role().map_or_else(|| "*".to_owned(), |role| code(role.as_str()));
    let size = subject.size().map_or_else(|| "*".to_owned(), |size| code(size.as_str()));
    format!("{}|{}|{role}|{size}", subject.place(), subject.segment())
}

/// The industries of networks that a segment stands for: each name on its way down the tree.
pub(crate) fn industries(subject: &Subject) -> Vec<&str> {
    let mut industries: Vec<&str> = subject.segment().as_str().split('.').collect();
    for (segment, industry) in INDUSTRY_NAMES {
        if industries.contains(segment) {
            industries.push(industry);
        }
    }
    industries
}

/// The code of a closed set as the API writes it: `generic-supplier`.
pub(crate) fn code(code: &str) -> String {
    code.replace('_', "-")
}

/// One of a closed set, in either way of writing; nothing if it is empty.
fn parse<T: Copy>(
    field: &'static str,
    text: &str,
    all: &'static [T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let written = text.to_lowercase();
    let found = all.iter().find(|one| code(as_str(**one)) == code(&written));
    found.copied().map(Some).ok_or_else(|| {
        let accepted: Vec<String> = all.iter().map(|one| code(as_str(*one))).collect();
        let accepted = format!("one of {}, or nothing", accepted.join(", "));
        Error::Field { field, found: text.to_owned(), accepted }
    })
}

fn refused(knowledge: &KnowledgeBase, error: &policy::Error) -> Error {
    let field = |field, found: &str, accepted: String| Error::Field {
        field,
        found: found.to_owned(),
        accepted,
    };
    match error {
        policy::Error::Place { found } => {
            let accepted = "a code of ISO 3166-1 such as `MY`, or 3166-2 such as `MY-07`";
            field("subject.place", found, accepted.to_owned())
        }
        policy::Error::SegmentForm { found } | policy::Error::UnknownSegment { found, .. } => {
            let known: Vec<&str> = knowledge.segments().map(|one| one.id.as_str()).collect();
            let accepted = format!("one of these or a part of one: {}", known.join(", "));
            field("subject.segment", found, accepted)
        }
        other => field("subject", &other.to_string(), "a subject".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watched_subjects_are_subjects_and_differ() {
        let knowledge = KnowledgeBase::embedded().expect("a knowledge base");
        let watched = watched(&knowledge).expect("subjects");
        let keys: std::collections::BTreeSet<String> =
            watched.iter().map(|asked| key(&asked.subject)).collect();
        assert_eq!(keys.len(), WATCHED.len());
        assert!(keys.contains("MY-07|electronics.assembly|generic-supplier|small"));
    }

    #[test]
    fn a_segment_stands_for_each_name_on_its_way() {
        let knowledge = KnowledgeBase::embedded().expect("a knowledge base");
        let of = |segment: &str| {
            Subject::try_new(&knowledge, "MY", segment, None, None).expect("a subject")
        };
        assert_eq!(
            industries(&of("electronics.semiconductors")),
            ["electronics", "semiconductors"]
        );
        assert_eq!(industries(&of("automotive")), ["automotive", "automobiles"]);
    }
}

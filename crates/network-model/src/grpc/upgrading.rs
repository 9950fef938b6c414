//! How a firm upgraded between two days.
//!
//! Guarantees that both days are known at one moment: what is recorded later changes neither.

use api::network as message;
use api::network::{GetUpgradingRequest, GetUpgradingResponse};
use production_network::{
    Change, EntityId, Firm, FirmId, Presence, Relation, RelationId, Shown, Snapshot, upgrading,
};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::findings::code;
use crate::query;

/// What shows a rise or a fall of a kind, if nobody says how much.
const SHOWN: u32 = 100;
/// The most that shows a rise or a fall of a kind.
const SHOWN_MAX: u32 = 1_000;

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetUpgradingRequest,
) -> Result<GetUpgradingResponse, Status> {
    let limit = decode::within("limit", question.limit, SHOWN, SHOWN_MAX)? as usize;
    let from = decode::day("from", decode::required("from", &question.from)?)?;
    let mut as_of = decode::as_of(question.as_of.as_ref())?;
    if !question.until.is_empty() {
        as_of.day = Some(decode::day("until", &question.until)?);
    }
    let id = decode::required("firm", &question.firm)?;
    let (later, _) = asked.picture_at(question, as_of, id)?;
    let until = later.snapshot.valid();
    if from >= until {
        return Err(decode::refused("from", format!("{from} is not before {until}")));
    }
    let firm = asked.firm(question, &later, id)?;
    let before = query::AsOf { day: Some(from), recorded_at: Some(later.head.recorded_at) };
    // What was merged between the days is one firm on both.
    let id = EntityId::Firm(firm.clone()).to_string();
    let (earlier, _) = asked.picture_at(question, before, &id)?;
    // Refused with the day, if the firm is not there on it.
    asked.firm(question, &earlier, &id)?;
    let found = upgrading(&earlier.snapshot, &later.snapshot, &firm);
    let found = found.ok_or_else(|| {
        decode::refused("firm", format!("`{firm}` is not the same firm on {from} and {until}"))
    })?;
    let days = Days { earlier: &earlier.snapshot, later: &later.snapshot, firm: &firm, limit };
    let industrial: Vec<_> =
        found.industrial.iter().map(|(kind, change)| days.kind(kind.as_str(), change)).collect();
    let social: Vec<_> =
        found.social.iter().map(|(kind, change)| days.kind(kind.as_str(), change)).collect();
    let all = found.industrial.iter().map(|(_, change)| change);
    let mut all = all.chain(found.social.iter().map(|(_, change)| change));
    Ok(GetUpgradingResponse {
        firm: firm.to_string(),
        firm_name: encode::firm_name(&later.snapshot, &firm),
        from: from.to_string(),
        until: until.to_string(),
        industrial,
        social,
        is_cut: all.any(|change| sides(change).iter().any(|side| side.len() > limit)),
        moment: Some(ask::moment(&later, asked.partition)),
        frontier: None,
    })
}

/// The firm on both days.
struct Days<'a> {
    earlier: &'a Snapshot,
    later: &'a Snapshot,
    firm: &'a FirmId,
    limit: usize,
}

impl Days<'_> {
    fn kind(&self, kind: &str, change: &Change) -> message::UpgradingOfKind {
        let [risen, fallen] = sides(change);
        let shown =
            |side: &[Shown]| side.iter().take(self.limit).map(|shown| self.shown(shown)).collect();
        message::UpgradingOfKind {
            kind: code(kind),
            change: word(change).to_owned(),
            risen: shown(risen),
            fallen: shown(fallen),
        }
    }

    fn shown(&self, shown: &Shown) -> message::ShownChange {
        match shown {
            Shown::Relation(id) => self.relation(id),
            Shown::Attribute(id) => message::ShownChange {
                attribute: id.clone(),
                values_from: self.values(self.earlier, id),
                values_until: self.values(self.later, id),
                ..message::ShownChange::default()
            },
        }
    }

    fn relation(&self, id: &RelationId) -> message::ShownChange {
        let there = [self.later, self.earlier].into_iter().find_map(|day| {
            let relation: &Relation = day.relation(id)?;
            let is_given = relation.from.as_firm() == Some(self.firm);
            let with = if is_given { &relation.to } else { &relation.from };
            let industry = relation.industry.as_ref();
            Some(message::ShownChange {
                relation_kind: code(relation.kind.as_str()),
                with: with.to_string(),
                with_name: query::name(day, with),
                industry: industry.map(ToString::to_string).unwrap_or_default(),
                valid_from: encode::date(relation.validity.from()),
                valid_to: encode::date(relation.validity.to()),
                ..message::ShownChange::default()
            })
        });
        message::ShownChange { relation: id.to_string(), ..there.unwrap_or_default() }
    }

    /// What may hold on a day, as its source prints it.
    fn values(&self, day: &Snapshot, id: &str) -> Vec<String> {
        let all = day.firm(self.firm).map(|firm: &Firm| firm.attributes.as_slice());
        let of_day = all.unwrap_or_default().iter().filter(|value| {
            value.id.as_str() == id && value.presence(day.valid()) != Presence::Absent
        });
        let text = of_day.map(|value| match &value.unit {
            Some(unit) => format!("{} {unit}", value.value.as_str()),
            None => value.value.as_str().to_owned(),
        });
        text.take(self.limit).collect()
    }
}

fn word(change: &Change) -> &'static str {
    match change {
        Change::Undefined => "undefined",
        Change::Unchanged => "unchanged",
        Change::Risen(_) => "risen",
        Change::Fallen(_) => "fallen",
        Change::Mixed { .. } => "mixed",
    }
}

/// What rose, and what fell.
fn sides(change: &Change) -> [&[Shown]; 2] {
    match change {
        Change::Undefined | Change::Unchanged => [&[], &[]],
        Change::Risen(risen) => [risen, &[]],
        Change::Fallen(fallen) => [&[], fallen],
        Change::Mixed { risen, fallen } => [risen, fallen],
    }
}

//! What a place does not do yet, and the ways there, by a table of the caller or the network's own
//! operations.
//!
//! Guarantees that an absent row is no zero unless the caller says so; of operations it is one,
//! since what is counted is what was recorded, and the answer says that.

use std::collections::BTreeSet;

use api::network as message;
use api::network::{ActivityTable as Table, GetNichesRequest, GetNichesResponse};
use production_network::relatedness::{
    AbsentRow, ActivityRow, ActivityTable, Cell, ComplexityUndefined, LeftOut, Niche, Pathway,
    ProductSpace, ROWS_MAX, Specialization, WhyLeftOut, activity_row, niches, operations, pathway,
};
use production_network::{EntityId, EntityKind, Snapshot};
use tonic::Status;

use super::{Asked, ask, decode};
use crate::query;

/// Niches of an answer, if nobody says how many.
const NICHES: u32 = 20;
/// Most niches of an answer: the way to each is a search of its own.
const NICHES_MAX: u32 = 200;
/// Places or activities of a table, whichever are fewer: half a second of eigenvectors.
const SMALLER_SIDE_MAX: usize = 200;
/// Places and activities that are named as left out.
const LEFT_OUT_MAX: usize = 100;

type Space = ProductSpace<String, String>;

/// What is compared, and how to name it.
struct Compared<'a> {
    space: &'a Space,
    place: &'a String,
    /// Absent with a table.
    snapshot: Option<&'a Snapshot>,
    limit: usize,
}

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetNichesRequest,
) -> Result<GetNichesResponse, Status> {
    let limit = decode::within("limit", question.limit, NICHES, NICHES_MAX)? as usize;
    let place = decode::required("place", &question.place)?;
    if let Some(table) = &question.table {
        let absent = match table.absent.as_str() {
            "zero" => AbsentRow::IsZero,
            "" | "unknown" => AbsentRow::IsUnknown,
            other => {
                let problem = format!("`{other}` is neither `zero` nor `unknown`");
                return Err(decode::refused("table.absent", problem));
            }
        };
        let rows = read(table)?;
        let place = place.to_owned();
        if rows.iter().all(|(other, _, _)| *other != place) {
            let problem = format!("`{place}` is not in the table");
            return Err(decode::refused("place", problem));
        }
        let space = space(rows, absent, "table")?;
        let compared = Compared { space: &space, place: &place, snapshot: None, limit };
        let answer = GetNichesResponse {
            source: "table".to_owned(),
            absent: word(absent).to_owned(),
            ..compared.answer()
        };
        return Ok(answer);
    }
    let picture = asked.picture(question)?;
    let snapshot = &picture.snapshot;
    let place = asked.place(question, &picture, "place", place)?.to_string();
    let found = operations(snapshot);
    let rows = found.firms.iter().map(|((place, segment), firms)| {
        (place.to_string(), segment.to_string(), Cell::Value(*firms as f64))
    });
    let rows: Vec<ActivityRow> = rows.collect();
    let is_there = rows.iter().any(|(other, _, _)| *other == place);
    let absent = AbsentRow::IsZero;
    let space = space(rows, absent, "network")?;
    let compared = Compared { space: &space, place: &place, snapshot: Some(snapshot), limit };
    let mut answer = compared.answer();
    if !is_there {
        answer.undefined_because = because(WhyLeftOut::NothingThere).to_owned();
    }
    Ok(GetNichesResponse {
        source: "operations".to_owned(),
        absent: word(absent).to_owned(),
        open_firms_total: count(found.open.len()),
        moment: Some(ask::moment(&picture, asked.partition)),
        ..answer
    })
}

fn read(table: &Table) -> Result<Vec<ActivityRow>, Status> {
    if table.cells.len() > ROWS_MAX {
        let problem = format!("{} cells are more than {ROWS_MAX}", table.cells.len());
        return Err(decode::refused("table.cells", problem));
    }
    let mut rows = Vec::with_capacity(table.cells.len());
    for (index, cell) in table.cells.iter().enumerate() {
        let row = activity_row(cell.place.clone(), cell.activity.clone(), cell.value);
        rows.push(row.map_err(|problem| {
            decode::refused("table.cells", format!("cell {index}, counted from 0: {problem}"))
        })?);
    }
    Ok(rows)
}

fn space(rows: Vec<ActivityRow>, absent: AbsentRow, field: &'static str) -> Result<Space, Status> {
    let places: BTreeSet<&String> = rows.iter().map(|(place, _, _)| place).collect();
    let activities: BTreeSet<&String> = rows.iter().map(|(_, activity, _)| activity).collect();
    // Before there is a table, which has a cell for each pair.
    let smaller = places.len().min(activities.len());
    if smaller > SMALLER_SIDE_MAX {
        let problem = format!(
            "{} places by {} activities: more than {SMALLER_SIDE_MAX} of each",
            places.len(),
            activities.len()
        );
        return Err(decode::refused(field, problem));
    }
    let refused = |error: production_network::Error| decode::refused(field, error.to_string());
    let table = ActivityTable::from_rows(rows).map_err(refused)?;
    ProductSpace::try_new(Specialization::new(&table, absent)).map_err(refused)
}

impl Compared<'_> {
    fn answer(&self) -> GetNichesResponse {
        let (space, place) = (self.space, self.place);
        let found = space.specialization();
        let mut has: Vec<message::HeldActivity> = Vec::new();
        for activity in found.products() {
            let Some(advantage) = found.advantage(place, activity) else { continue };
            if found.is_specialized(place, activity) {
                let (activity, activity_name) = (activity.clone(), self.name(activity));
                has.push(message::HeldActivity { activity, activity_name, advantage });
            }
        }
        has.sort_by(|one, other| other.advantage.total_cmp(&one.advantage));
        let lacks = niches(space, place).unwrap_or_default();
        let left_out = found.left_out();
        let of_place = left_out.iter().find_map(|one| match one {
            LeftOut::Actor(actor, why) if actor == place => Some(because(*why)),
            LeftOut::Actor(..) | LeftOut::Product(..) => None,
        });
        let (has_total, niches_total) = (count(has.len()), count(lacks.len()));
        let is_cut = has.len() > self.limit || lacks.len() > self.limit;
        has.truncate(self.limit);
        GetNichesResponse {
            place: place.clone(),
            place_name: self.name_of(EntityKind::Place, place),
            places_total: count(found.actors().len()),
            activities_total: count(found.products().len()),
            left_out: left_out.iter().take(LEFT_OUT_MAX).map(of_left_out).collect(),
            left_out_total: count(left_out.len()),
            undefined_because: of_place.unwrap_or_default().to_owned(),
            complexity: space.actor_complexity(place),
            outlook: space.outlook(place),
            complexity_undefined_because: space.complexity().err().map(why).unwrap_or_default(),
            has,
            has_total,
            niches: lacks.iter().take(self.limit).map(|niche| self.niche(niche)).collect(),
            niches_total,
            is_cut,
            ..GetNichesResponse::default()
        }
    }

    fn niche(&self, found: &Niche<String>) -> message::Niche {
        let advantage = self.space.specialization().advantage(self.place, &found.product);
        let near = found.near.iter().map(|near| message::NearActivity {
            activity: near.product.clone(),
            activity_name: self.name(&near.product),
            proximity: near.proximity,
        });
        message::Niche {
            activity: found.product.clone(),
            activity_name: self.name(&found.product),
            density: found.density,
            advantage: advantage.unwrap_or_default(),
            complexity: found.complexity,
            gain: found.gain,
            near: near.collect(),
            way: pathway(self.space, self.place, &found.product).map(way),
        }
    }

    /// The name of an activity, which is a segment where it is not of a table.
    fn name(&self, activity: &str) -> String {
        self.name_of(EntityKind::Segment, activity)
    }

    fn name_of(&self, kind: EntityKind, id: &str) -> String {
        let named = self.snapshot.zip(EntityId::try_new(kind, id).ok());
        let named = named.map(|(snapshot, id)| query::name(snapshot, &id));
        named.unwrap_or_else(|| id.to_owned())
    }
}

fn way(found: Pathway<String>) -> message::WayToNiche {
    let steps = found.steps.into_iter().map(|step| message::StepOfWay {
        activity: step.product,
        proximity: step.proximity,
        kept: step.kept,
    });
    message::WayToNiche { from: found.from, steps: steps.collect() }
}

fn of_left_out(left_out: &LeftOut<String, String>) -> message::LeftOutOfTable {
    let (what, id, why) = match left_out {
        LeftOut::Actor(id, why) => ("place", id, why),
        LeftOut::Product(id, why) => ("activity", id, why),
    };
    message::LeftOutOfTable {
        what: what.to_owned(),
        id: id.clone(),
        because: because(*why).to_owned(),
    }
}

fn because(why: WhyLeftOut) -> &'static str {
    match why {
        WhyLeftOut::Unknown => "unknown",
        WhyLeftOut::NothingThere => "nothing-there",
        WhyLeftOut::NoAdvantage => "no-advantage",
    }
}

fn why(why: ComplexityUndefined) -> String {
    let why = match why {
        ComplexityUndefined::TooFew => "too-few",
        ComplexityUndefined::Disconnected => "disconnected",
        ComplexityUndefined::NoVariation => "no-variation",
        ComplexityUndefined::NotUnique => "not-unique",
        ComplexityUndefined::SignOpen => "sign-open",
    };
    why.to_owned()
}

fn word(absent: AbsentRow) -> &'static str {
    match absent {
        AbsentRow::IsZero => "zero",
        AbsentRow::IsUnknown => "unknown",
    }
}

fn count(found: usize) -> u32 {
    u32::try_from(found).unwrap_or(u32::MAX)
}

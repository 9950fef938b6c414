//! Reads one entity of a document.
//!
//! Guarantees that codes, dates and identifiers are typed when it is done. Unknown fields are
//! refused, so that a misspelt one is not lost.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{Refusal, Rule, refuse};
use crate::{
    Actor, ActorId, ActorKind, Area, Entity, EntityId, EntityKind, Error, Firm, FirmId, FirmSize,
    GivenLabel, Identity, IndustryId, PartialDate, Place, PlaceCode, PlaceId, PlaceKind, Product,
    ProductId, ProductKind, Programme, ProgrammeId, ProgrammeKind, Role, Validity,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirmRecord {
    #[serde(rename = "kind")]
    _kind: String,
    id: String,
    name: String,
    home: Option<String>,
    size: Option<String>,
    identity: Option<String>,
    founded: Option<String>,
    closed: Option<String>,
    #[serde(default)]
    labels: Vec<LabelRecord>,
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelRecord {
    industry: String,
    role: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherRecord {
    #[serde(rename = "kind")]
    _kind: String,
    id: String,
    name: String,
    #[serde(rename = "type")]
    type_: String,
    home: Option<String>,
    code: Option<String>,
    operator: Option<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    source: String,
    #[serde(default)]
    note: String,
}

pub(crate) fn read(value: &Value) -> Result<Entity, Refusal> {
    let kind = value.get("kind").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| (Rule::Shape, "the record has no `kind`".to_owned()))?;
    let kind = EntityKind::parse(kind).map_err(refuse)?;
    let entity = if kind == EntityKind::Firm {
        read_firm(shape(value)?)
    } else {
        let record: OtherRecord = shape(value)?;
        refuse_foreign_fields(kind, &record)?;
        read_other(kind, record)
    };
    let entity = entity.map_err(refuse)?;
    if value.get("source").and_then(Value::as_str).is_none_or(|source| source.trim().is_empty()) {
        return Err((Rule::Unsourced, format!("`{}` has no source", entity.id())));
    }
    Ok(entity)
}

pub(crate) fn shape<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| (Rule::Shape, error.to_string()))
}

pub(crate) fn validity(from: Option<&str>, to: Option<&str>) -> Result<Validity, Error> {
    let from = from.map(PartialDate::parse).transpose()?;
    let to = to.map(PartialDate::parse).transpose()?;
    Validity::try_new(from, to)
}

fn read_firm(record: FirmRecord) -> Result<Entity, Error> {
    let mut labels = Vec::new();
    for label in record.labels {
        labels.push(GivenLabel {
            industry: IndustryId::try_new(label.industry)?,
            role: Role::parse(&label.role)?,
            source: label.source,
        });
    }
    Ok(Entity::Firm(Firm {
        id: FirmId::try_new(record.id)?,
        name: record.name,
        home: record.home.as_deref().map(Area::parse).transpose()?,
        size: record.size.as_deref().map_or(Ok(FirmSize::NotStated), FirmSize::parse)?,
        identity: record.identity.as_deref().map_or(Ok(Identity::Named), Identity::parse)?,
        validity: validity(record.founded.as_deref(), record.closed.as_deref())?,
        labels,
        source: record.source,
        note: record.note,
    }))
}

/// Each kind has fields of its own; one of another kind is a mistake, not a decoration.
fn refuse_foreign_fields(kind: EntityKind, record: &OtherRecord) -> Result<(), Refusal> {
    let fields = [
        ("home", record.home.is_some(), kind == EntityKind::Actor),
        ("code", record.code.is_some(), kind == EntityKind::Place),
        ("operator", record.operator.is_some(), kind == EntityKind::Programme),
    ];
    for (field, is_given, is_allowed) in fields {
        if is_given && !is_allowed {
            return Err((Rule::Shape, format!("a {kind} has no field `{field}`")));
        }
    }
    if kind == EntityKind::Place && record.code.is_none() {
        return Err((Rule::Shape, "missing field `code`".to_owned()));
    }
    Ok(())
}

fn read_other(kind: EntityKind, record: OtherRecord) -> Result<Entity, Error> {
    let validity = validity(record.valid_from.as_deref(), record.valid_to.as_deref())?;
    let OtherRecord { id, name, type_, home, code, operator, source, note, .. } = record;
    Ok(match kind {
        // Firms have a reader of their own and do not come here.
        EntityKind::Firm | EntityKind::Actor => {
            let (id, kind) = (ActorId::try_new(id)?, ActorKind::parse(&type_)?);
            let home = home.as_deref().map(Area::parse).transpose()?;
            Entity::Actor(Actor { id, name, kind, home, validity, source, note })
        }
        EntityKind::Place => {
            let (id, kind) = (PlaceId::try_new(id)?, PlaceKind::parse(&type_)?);
            let code = PlaceCode::parse(&code.unwrap_or_default())?;
            Entity::Place(Place { id, name, kind, code, validity, source, note })
        }
        EntityKind::Programme => {
            let (id, kind) = (ProgrammeId::try_new(id)?, ProgrammeKind::parse(&type_)?);
            let operator = operator.as_deref().map(EntityId::parse).transpose()?;
            Entity::Programme(Programme { id, name, kind, operator, validity, source, note })
        }
        EntityKind::Product => {
            let (id, kind) = (ProductId::try_new(id)?, ProductKind::parse(&type_)?);
            Entity::Product(Product { id, name, kind, validity, source, note })
        }
    })
}

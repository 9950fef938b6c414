//! Reads one entity of a document.
//!
//! Guarantees that codes, dates and identifiers are typed when it is done. Unknown fields are
//! refused, so that a misspelt one is not lost. What it refers to is checked by `document`, when
//! all entities are known.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{Refusal, Rule};
use super::value::{
    AttributeRecord, VolumeRecord, at, attributes, maybe, shape, tier, validity, volume,
};
use crate::{
    Actor, ActorId, ActorKind, Area, AttributeGroup, AttributeId, CertificateId, Difficulty,
    Entity, EntityId, EntityKind, EntryNeeds, Error, Firm, FirmId, FirmSize, GivenLabel, Identity,
    IndustryId, IsicDivision, Place, PlaceCode, PlaceId, PlaceKind, Product, ProductId,
    ProductKind, Programme, ProgrammeId, ProgrammeKind, Role, Segment, SegmentId,
};

/// The fields that begin and end an entity that is no firm.
const VALID: [&str; 2] = ["valid_from", "valid_to"];

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
    #[serde(default)]
    attributes: Vec<AttributeRecord>,
    tier: Option<String>,
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
struct SegmentRecord {
    #[serde(rename = "kind")]
    _kind: String,
    id: String,
    name: String,
    parent: Option<String>,
    isic: Option<String>,
    difficulty: Option<f64>,
    #[serde(default)]
    needs: NeedsRecord,
    valid_from: Option<String>,
    valid_to: Option<String>,
    tier: Option<String>,
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedsRecord {
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    certificates: Vec<String>,
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
    within: Option<String>,
    operator: Option<String>,
    rules: Option<Vec<String>>,
    budget: Option<VolumeRecord>,
    attributes: Option<Vec<AttributeRecord>>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    tier: Option<String>,
    source: String,
    #[serde(default)]
    note: String,
}

pub(crate) fn read(value: &Value) -> Result<Entity, Refusal> {
    let kind = value.get("kind").and_then(Value::as_str);
    let kind =
        kind.ok_or_else(|| Refusal::new(Rule::Shape, "the record has no `kind`".to_owned()))?;
    let kind = at("kind", EntityKind::parse(kind))?;
    let entity = match kind {
        EntityKind::Firm => read_firm(shape(value)?)?,
        EntityKind::Segment => read_segment(shape(value)?)?,
        EntityKind::Actor | EntityKind::Place | EntityKind::Programme | EntityKind::Product => {
            let record: OtherRecord = shape(value)?;
            refuse_foreign_fields(kind, &record)?;
            read_other(kind, record)?
        }
    };
    if value.get("source").and_then(Value::as_str).is_none_or(|source| source.trim().is_empty()) {
        let reason = format!("`{}` has no source", entity.id());
        return Err(Refusal::new(Rule::Unsourced, reason).at("source"));
    }
    Ok(entity)
}

fn read_firm(record: FirmRecord) -> Result<Entity, Refusal> {
    let mut labels = Vec::new();
    for label in record.labels {
        labels.push(GivenLabel {
            industry: at("labels", IndustryId::try_new(label.industry))?,
            role: at("labels", Role::parse(&label.role))?,
            source: label.source,
        });
    }
    let size = maybe("size", record.size.as_deref(), FirmSize::parse)?;
    let identity = maybe("identity", record.identity.as_deref(), Identity::parse)?;
    let (founded, closed) = (record.founded.as_deref(), record.closed.as_deref());
    Ok(Entity::Firm(Firm {
        id: at("id", FirmId::try_new(record.id))?,
        name: record.name,
        home: maybe("home", record.home.as_deref(), Area::parse)?,
        size: size.unwrap_or(FirmSize::NotStated),
        identity: identity.unwrap_or(Identity::Named),
        validity: validity(["founded", "closed"], founded, closed)?,
        labels,
        attributes: attributes(EntityKind::Firm, record.attributes)?,
        tier: tier(record.tier.as_deref())?,
        source: record.source,
        note: record.note,
    }))
}

fn read_segment(record: SegmentRecord) -> Result<Entity, Refusal> {
    let id = at("id", SegmentId::try_new(record.id))?;
    let isic = maybe("isic", record.isic.as_deref(), IsicDivision::parse)?;
    let parent = id.parent();
    let has_empty_part = id.as_str().split('.').any(str::is_empty);
    let stated = maybe("parent", record.parent.as_deref(), |id| SegmentId::try_new(id))?;
    if has_empty_part || (stated.is_some() && stated != parent) {
        let reason = format!("the parent of `{id}` is the path before its last point");
        return Err(Refusal::new(Rule::SegmentTree, reason).at("parent"));
    }
    if parent.is_none() && isic.is_none() {
        let reason = format!("`{id}` is a root and names no division of ISIC");
        return Err(Refusal::new(Rule::SegmentTree, reason).at("isic"));
    }
    let mut needs = EntryNeeds::default();
    for capability in record.needs.capabilities {
        let capability = at("needs", AttributeId::try_new(capability))?;
        if at("needs", AttributeGroup::of(&capability))? != AttributeGroup::Capability {
            let found = capability.to_string();
            return at("needs", Err(Error::Code { set: "capabilities", found }));
        }
        needs.capabilities.push(capability);
    }
    for certificate in record.needs.certificates {
        needs.certificates.push(at("needs", CertificateId::try_new(certificate))?);
    }
    Ok(Entity::Segment(Segment {
        id,
        name: record.name,
        isic,
        difficulty: at("difficulty", record.difficulty.map(Difficulty::try_new).transpose())?,
        needs,
        validity: validity(VALID, record.valid_from.as_deref(), record.valid_to.as_deref())?,
        tier: tier(record.tier.as_deref())?,
        source: record.source,
        note: record.note,
    }))
}

/// Each kind has fields of its own; one of another kind is a mistake, not a decoration.
fn refuse_foreign_fields(kind: EntityKind, record: &OtherRecord) -> Result<(), Refusal> {
    let (is_place, is_programme) = (kind == EntityKind::Place, kind == EntityKind::Programme);
    let fields = [
        ("home", record.home.is_some(), kind == EntityKind::Actor),
        ("code", record.code.is_some(), is_place),
        ("within", record.within.is_some(), is_place),
        ("operator", record.operator.is_some(), is_programme),
        ("rules", record.rules.is_some(), is_programme),
        ("budget", record.budget.is_some(), is_programme),
        ("attributes", record.attributes.is_some(), is_place || is_programme),
    ];
    for (field, is_given, is_allowed) in fields {
        if is_given && !is_allowed {
            let reason = format!("a {kind} has no field `{field}`");
            return Err(Refusal::new(Rule::Shape, reason).at(field));
        }
    }
    if is_place && record.code.is_none() {
        return Err(Refusal::new(Rule::Shape, "missing field `code`".to_owned()).at("code"));
    }
    Ok(())
}

fn read_other(kind: EntityKind, record: OtherRecord) -> Result<Entity, Refusal> {
    let validity = validity(VALID, record.valid_from.as_deref(), record.valid_to.as_deref())?;
    let tier = tier(record.tier.as_deref())?;
    let attributes = attributes(kind, record.attributes.unwrap_or_default())?;
    let OtherRecord { id, name, type_, source, note, .. } = record;
    Ok(match kind {
        // Firms and segments have readers of their own and do not come here.
        EntityKind::Firm | EntityKind::Segment | EntityKind::Actor => {
            let id = at("id", ActorId::try_new(id))?;
            let kind = at("type", ActorKind::parse(&type_))?;
            let home = maybe("home", record.home.as_deref(), Area::parse)?;
            Entity::Actor(Actor { id, name, kind, home, validity, tier, source, note })
        }
        EntityKind::Place => Entity::Place(Place {
            id: at("id", PlaceId::try_new(id))?,
            name,
            kind: at("type", PlaceKind::parse(&type_))?,
            code: at("code", PlaceCode::parse(&record.code.unwrap_or_default()))?,
            within: maybe("within", record.within.as_deref(), |id| PlaceId::try_new(id))?,
            attributes,
            validity,
            tier,
            source,
            note,
        }),
        EntityKind::Programme => Entity::Programme(Programme {
            id: at("id", ProgrammeId::try_new(id))?,
            name,
            kind: at("type", ProgrammeKind::parse(&type_))?,
            operator: maybe("operator", record.operator.as_deref(), EntityId::parse)?,
            rules: record.rules.unwrap_or_default(),
            budget: volume("budget", record.budget)?,
            attributes,
            validity,
            tier,
            source,
            note,
        }),
        EntityKind::Product => {
            let id = at("id", ProductId::try_new(id))?;
            let kind = at("type", ProductKind::parse(&type_))?;
            Entity::Product(Product { id, name, kind, validity, tier, source, note })
        }
    })
}

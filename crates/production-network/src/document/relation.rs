//! Reads one relation of a document.
//!
//! Guarantees that both ends exist and are of kinds that the relation can join, that it joins two
//! things, and that it says where it comes from.

use serde::Deserialize;
use serde_json::Value;

use super::entity::{shape, validity};
use super::rule::{Refusal, Rule, refuse};
use crate::{
    Amount, Confidence, EntityId, Error, IndustryId, ProductId, Relation, RelationId, RelationKind,
    Share, Specification, Volume,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationRecord {
    id: String,
    kind: String,
    from: String,
    to: String,
    industry: Option<String>,
    product: Option<String>,
    specification: Option<String>,
    share: Option<f64>,
    volume: Option<VolumeRecord>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    source: String,
    evidence: String,
    confidence: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VolumeRecord {
    amount: String,
    unit: String,
}

pub(crate) fn read(
    value: &Value,
    is_known: &impl Fn(&EntityId) -> bool,
) -> Result<Relation, Refusal> {
    let relation = typed(shape(value)?).map_err(refuse)?;
    if relation.from == relation.to {
        return Err((Rule::SelfLoop, format!("`{}` is joined with itself", relation.from)));
    }
    let product = relation.product.clone().map(EntityId::Product);
    for end in [Some(&relation.from), Some(&relation.to), product.as_ref()].into_iter().flatten() {
        if !is_known(end) {
            return Err((Rule::UnknownEntity, format!("`{end}` is neither here nor known")));
        }
    }
    let kind = relation.kind;
    if !kind.givers().contains(&relation.from.kind()) {
        let found = relation.from.kind();
        return Err((Rule::EndKind, format!("`{kind}` cannot come from a {found}")));
    }
    if !kind.receivers().contains(&relation.to.kind()) {
        let found = relation.to.kind();
        return Err((Rule::EndKind, format!("`{kind}` cannot go to a {found}")));
    }
    if relation.source.trim().is_empty() || relation.evidence.trim().is_empty() {
        return Err((Rule::Unsourced, "the source or the evidence is empty".to_owned()));
    }
    Ok(relation)
}

fn typed(record: RelationRecord) -> Result<Relation, Error> {
    let volume = match record.volume {
        Some(volume) => Some(Volume { amount: Amount::parse(&volume.amount)?, unit: volume.unit }),
        None => None,
    };
    Ok(Relation {
        id: RelationId::try_new(record.id)?,
        kind: RelationKind::parse(&record.kind)?,
        from: EntityId::parse(&record.from)?,
        to: EntityId::parse(&record.to)?,
        industry: record.industry.map(IndustryId::try_new).transpose()?,
        product: record.product.map(ProductId::try_new).transpose()?,
        specification: record.specification.as_deref().map(Specification::parse).transpose()?,
        share: record.share.map(Share::try_new).transpose()?,
        volume,
        validity: validity(record.valid_from.as_deref(), record.valid_to.as_deref())?,
        source: record.source,
        evidence: record.evidence,
        confidence: Confidence::try_new(record.confidence)?,
    })
}

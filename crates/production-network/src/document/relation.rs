//! Reads one relation of a document.
//!
//! Guarantees that both ends exist and are of kinds that the relation can join, that it joins two
//! things, and that it says where it comes from. `share` and `share_of_sales` are one field of a
//! sale under two names; they may not disagree.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{Refusal, Rule};
use super::value::{VolumeRecord, at, maybe, shape, tier, validity, volume};
use crate::{
    Amount, CertificateId, Confidence, EntityId, IndustryId, PartialDate, ProductId, Relation,
    RelationId, RelationKind, SegmentId, Share, Specification, StatedTenure,
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
    segment: Option<String>,
    certificate: Option<String>,
    specification: Option<String>,
    share: Option<f64>,
    share_of_sales: Option<f64>,
    share_of_purchases: Option<f64>,
    volume: Option<VolumeRecord>,
    tenure: Option<TenureRecord>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    tier: Option<String>,
    source: String,
    evidence: String,
    confidence: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenureRecord {
    years: String,
    at: Option<String>,
}

pub(crate) fn read(
    value: &Value,
    is_known: &impl Fn(&EntityId) -> bool,
) -> Result<Relation, Refusal> {
    let relation = typed(shape(value)?)?;
    if relation.from == relation.to {
        let reason = format!("`{}` is joined with itself", relation.from);
        return Err(Refusal::new(Rule::SelfLoop, reason).at("to"));
    }
    let product = relation.product.clone().map(EntityId::Product);
    let segment = relation.segment.clone().map(EntityId::Segment);
    for (field, end) in [
        ("from", Some(&relation.from)),
        ("to", Some(&relation.to)),
        ("product", product.as_ref()),
        ("segment", segment.as_ref()),
    ] {
        if let Some(end) = end
            && !is_known(end)
        {
            let reason = format!("`{end}` is neither here nor known");
            return Err(Refusal::new(Rule::UnknownEntity, reason).at(field));
        }
    }
    let kind = relation.kind;
    if !kind.givers().contains(&relation.from.kind()) {
        let reason = format!("`{kind}` cannot come from a {}", relation.from.kind());
        return Err(Refusal::new(Rule::EndKind, reason).at("from"));
    }
    if !kind.receivers().contains(&relation.to.kind()) {
        let reason = format!("`{kind}` cannot go to a {}", relation.to.kind());
        return Err(Refusal::new(Rule::EndKind, reason).at("to"));
    }
    for (field, text) in [("source", &relation.source), ("evidence", &relation.evidence)] {
        if text.trim().is_empty() {
            return Err(Refusal::new(Rule::Unsourced, format!("the {field} is empty")).at(field));
        }
    }
    Ok(relation)
}

fn typed(record: RelationRecord) -> Result<Relation, Refusal> {
    let kind = at("kind", RelationKind::parse(&record.kind))?;
    let tenure = match record.tenure {
        Some(tenure) => {
            let years = at("tenure", Amount::parse(&tenure.years))?;
            let day = maybe("tenure", tenure.at.as_deref(), PartialDate::parse)?;
            Some(at("tenure", StatedTenure::try_new(&years, day))?)
        }
        None => None,
    };
    let (from, to) = (record.valid_from.as_deref(), record.valid_to.as_deref());
    let specification = record.specification.as_deref();
    Ok(Relation {
        id: at("id", RelationId::try_new(record.id))?,
        kind,
        from: at("from", EntityId::parse(&record.from))?,
        to: at("to", EntityId::parse(&record.to))?,
        industry: at("industry", record.industry.map(IndustryId::try_new).transpose())?,
        product: at("product", record.product.map(ProductId::try_new).transpose())?,
        segment: at("segment", record.segment.map(SegmentId::try_new).transpose())?,
        certificate: at("certificate", record.certificate.map(CertificateId::try_new).transpose())?,
        specification: maybe("specification", specification, Specification::parse)?,
        share: share(kind, record.share, record.share_of_sales)?,
        share_of_purchases: share_of_purchases(kind, record.share_of_purchases)?,
        volume: volume("volume", record.volume)?,
        tenure,
        validity: validity(["valid_from", "valid_to"], from, to)?,
        tier: tier(record.tier.as_deref())?,
        source: record.source,
        evidence: record.evidence,
        confidence: at("confidence", Confidence::try_new(record.confidence))?,
    })
}

/// The share under either of its names.
fn share(
    kind: RelationKind,
    share: Option<f64>,
    share_of_sales: Option<f64>,
) -> Result<Option<Share>, Refusal> {
    let share = at("share", share.map(Share::try_new).transpose())?;
    let of_sales = at("share_of_sales", share_of_sales.map(Share::try_new).transpose())?;
    if of_sales.is_none() {
        return Ok(share);
    }
    if !kind.is_sale() {
        let reason = format!("`{kind}` is no sale and has no share of sales");
        return Err(Refusal::new(Rule::Shape, reason).at("share_of_sales"));
    }
    if share.is_some() && share != of_sales {
        let reason = "`share` of a sale is its share of sales, and the two differ".to_owned();
        return Err(Refusal::new(Rule::Shape, reason).at("share_of_sales"));
    }
    Ok(of_sales)
}

fn share_of_purchases(kind: RelationKind, share: Option<f64>) -> Result<Option<Share>, Refusal> {
    let share = at("share_of_purchases", share.map(Share::try_new).transpose())?;
    if share.is_some() && !kind.is_sale() && kind != RelationKind::Produces {
        let reason = format!("nothing is bought by `{kind}`: it has no share of purchases");
        return Err(Refusal::new(Rule::Shape, reason).at("share_of_purchases"));
    }
    Ok(share)
}

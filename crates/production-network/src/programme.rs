//! Programmes by which agencies and firms support others: owner, rules, budget, dates, outcomes.
//!
//! What a programme reached is stated by a source and dated; never inferred from who took part.

use crate::closed_set::closed_set;
use crate::{Attribute, Entity, EntityId, ProgrammeId, Relation, Snapshot, Tier, Validity, Volume};

/// A programme by which an agency or a firm supports others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Programme {
    /// Identifier.
    pub id: ProgrammeId,
    /// Name.
    pub name: String,
    /// What it does.
    pub kind: ProgrammeKind,
    /// Who owns and runs it.
    pub operator: Option<EntityId>,
    /// Who may take part and what they get, a rule each, in our words.
    pub rules: Vec<String>,
    /// What it may spend, if stated.
    pub budget: Option<Volume>,
    /// What it reached: attributes of the group `outcome`, each with its time.
    pub attributes: Vec<Attribute>,
    /// When it ran.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of programmes.
    pub enum ProgrammeKind: "programme kinds" {
        /// A lead firm or state develops vendors.
        VendorDevelopment = "vendor_development",
        /// Help towards foreign markets and investment: information, missions, co-funding.
        Internationalization = "internationalization",
        /// Training of people.
        Training = "training",
        /// Funding, credit or subsidy.
        Funding = "funding",
        /// An award.
        Award = "award",
        /// A trade agreement.
        TradeAgreement = "trade_agreement",
        /// A state-sponsored zone or estate with its incentives.
        Zone = "zone",
        /// A fiscal or other incentive.
        Incentive = "incentive",
    }
}

/// Whether a relation comes from a programme that lowers cost: tariffs, a zone, other incentives
/// (section 3.2).
pub(crate) fn is_incentive(snapshot: &Snapshot, relation: &Relation) -> bool {
    let lowers_cost = |programme: &Programme| match programme.kind {
        ProgrammeKind::TradeAgreement | ProgrammeKind::Zone | ProgrammeKind::Incentive => true,
        ProgrammeKind::VendorDevelopment
        | ProgrammeKind::Internationalization
        | ProgrammeKind::Training
        | ProgrammeKind::Funding
        | ProgrammeKind::Award => false,
    };
    // Most givers are firms: nothing is looked up for those.
    relation.from.as_firm().is_none()
        && matches!(snapshot.entity(&relation.from), Some(Entity::Programme(programme))
            if lowers_cost(programme))
}

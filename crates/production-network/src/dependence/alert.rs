//! What is told of a dependence: what it is, how sure, by which relations, since when.

use crate::closed_set::closed_set;
use crate::{EntityId, PartialDate, Relation, RelationId, Snapshot};

closed_set! {
    /// Kinds of dependence. X1 to X6 are the risks of the paper's sections 3.2 to 4.
    pub enum AlertKind: "alert kinds" {
        /// One customer has much of a firm's sales (X5).
        TopCustomer = "top_customer",
        /// A firm's sales are with few customers (X5).
        CustomerConcentration = "customer_concentration",
        /// One supplier has much of a firm's purchases.
        TopSupplier = "top_supplier",
        /// A firm's purchases are with few suppliers.
        SupplierConcentration = "supplier_concentration",
        /// Much is sold to one customer's own specification (X4).
        Captive = "captive",
        /// A long relation to somebody's own specification (X2).
        LockIn = "lock_in",
        /// Prices fall and no capability is added (X3).
        RaceToTheBottom = "race_to_the_bottom",
        /// A lead firm with an operation in the same place has much of a firm's sales (X1, X5).
        Relocation = "relocation",
        /// What couples a firm are a place's costs and incentives: a production platform (X6).
        Platform = "platform",
        /// One firm makes all of a product or segment.
        SingleSource = "single_source",
    }
}

/// Whether a threshold is surely passed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// Whatever is not known.
    Certain,
    /// For some of what is not known.
    Possible,
}

/// One dependence that passes its threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Kind.
    pub kind: AlertKind,
    /// Who or what depends.
    pub subject: EntityId,
    /// On whom, where it is one.
    pub on: Option<EntityId>,
    /// How sure.
    pub certainty: Certainty,
    /// What was measured, at least and at most: a share, an index, years or a fall of prices.
    pub measured: [f64; 2],
    /// What it passes.
    pub threshold: f64,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
    /// Since when all of them hold, as far as it is stated.
    pub since: Option<PartialDate>,
}

impl Certainty {
    /// The code of the certainty.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Possible => "possible",
        }
    }

    /// How sure it is that a number between bounds is at or above a threshold; `None` if it is not.
    pub(crate) fn of(measured: [f64; 2], threshold: f64) -> Option<Self> {
        let [low, high] = measured;
        if low >= threshold {
            Some(Self::Certain)
        } else if high >= threshold {
            Some(Self::Possible)
        } else {
            None
        }
    }
}

/// Since when all of these relations hold, as far as it is stated.
pub(crate) fn since(snapshot: &Snapshot, evidence: &[RelationId]) -> Option<PartialDate> {
    let begun = evidence.iter().filter_map(|id| snapshot.relation(id)).filter_map(begin);
    begun.max_by_key(|begin| begin.earliest())
}

fn begin(relation: &Relation) -> Option<PartialDate> {
    relation.validity.from()
}

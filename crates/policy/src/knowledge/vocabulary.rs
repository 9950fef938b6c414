//! The closed sets of the knowledge files.
//!
//! Each has codes for the files and for the wire. A code that is not in its set stops the load.

use crate::closed_set::closed_set;

closed_set! {
    /// Kinds of items.
    pub enum ItemKind: "item kinds" {
        /// A row of table 10.
        Intervention = "intervention",
        /// A consideration of section 4.
        Consideration = "consideration",
        /// A practice of section 4.
        Practice = "practice",
    }
}

closed_set! {
    /// Whether the paper says it.
    pub enum Status: "statuses" {
        /// The paper says it.
        Given = "given",
        /// We infer it.
        Inferred = "inferred",
    }
}

closed_set! {
    /// What table 10 says about differences between groups.
    pub enum Differences: "differences" {
        /// No difference, or no significant one: it applies to all.
        None = "none",
        /// Groups are named that rate it more effective. Absence is no evidence against.
        Set = "set",
    }
}

closed_set! {
    /// Other categories of firms in table 10.
    pub enum Category: "categories" {
        /// Firms that take part in global value chains.
        GvcPlayers = "gvc_players",
        /// Firms that intend to expand globally.
        PlanGlobalExpansion = "plan_global_expansion",
    }
}

closed_set! {
    /// How open a segment is to policy (section 4).
    pub enum Difficulty: "difficulties" {
        /// More actionable.
        Easier = "easier",
        /// Less actionable.
        Harder = "harder",
        /// The paper does not say.
        NotStated = "not_stated",
    }
}

closed_set! {
    /// How closely an item answers an obstacle.
    pub enum Link: "links" {
        /// It is meant for it.
        Main = "main",
        /// It helps a little.
        Weak = "weak",
    }
}

//! Hierarchies: which code is a member of which, from when to when.
//!
//! A regional figure names the membership that it used; membership is therefore asked by day,
//! never "now".

use jiff::civil::Date;

/// A hierarchy of codes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hierarchy {
    /// Agency, id and version, written `AGENCY:ID(VERSION)`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The codes at the top.
    pub roots: Vec<HierarchyNode>,
}

/// A code in a hierarchy, with what is below it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HierarchyNode {
    /// The code.
    pub code: String,
    /// The first day on which it belongs here; `None` if it always did.
    pub valid_from: Option<Date>,
    /// The last day on which it belongs here; `None` if it still does.
    pub valid_to: Option<Date>,
    /// Its members.
    pub children: Vec<HierarchyNode>,
}

impl Hierarchy {
    /// The members of a group on a day, in ascending order; `None` if no node of that code has any.
    #[must_use]
    pub fn members(&self, group: &str, day: Date) -> Option<Vec<String>> {
        let node = find(&self.roots, group)?;
        let mut members = Vec::new();
        if node.in_force(day) {
            node.collect(day, &mut members);
        }
        members.sort_unstable();
        members.dedup();
        Some(members)
    }
}

impl HierarchyNode {
    /// Whether it belongs where it stands on this day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    // Depth is bounded by the JSON parser that read the hierarchy.
    fn collect(&self, day: Date, members: &mut Vec<String>) {
        for child in self.children.iter().filter(|child| child.in_force(day)) {
            if child.children.is_empty() {
                members.push(child.code.clone());
            } else {
                child.collect(day, members);
            }
        }
    }
}

fn find<'a>(nodes: &'a [HierarchyNode], group: &str) -> Option<&'a HierarchyNode> {
    for node in nodes {
        if node.code == group && !node.children.is_empty() {
            return Some(node);
        }
        if let Some(found) = find(&node.children, group) {
            return Some(found);
        }
    }
    None
}

//! Which column holds which component of a dataflow's structure.
//!
//! One header serves several dataflows, so a layout is made for each dataflow that the rows name.

use super::header::{Header, Role};
use crate::rejection::Rule;
use crate::structure::{Structure, Usage};

/// Where the components of a structure stand; columns are counted from 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// For each dimension its column, if there is one.
    pub(super) dimensions: Vec<Option<usize>>,
    pub(super) time: Option<usize>,
    pub(super) measure: Option<usize>,
    /// Column and index of each attribute that has a column.
    pub(super) attributes: Vec<(usize, usize)>,
    /// The column of OBS_STATUS.
    pub(super) status: Option<usize>,
    /// What makes it useless for observations (deletions may still work).
    pub(super) gap: Option<Gap>,
}

/// A component that has no column.
#[derive(Clone, Debug)]
pub(super) struct Gap {
    pub(super) rule: Rule,
    pub(super) field: String,
    pub(super) reason: String,
}

impl Layout {
    pub(super) fn new(header: &Header, structure: &Structure) -> Self {
        let column_of = |id: &str| {
            let mut columns = header.columns.iter();
            columns.position(|column| column.role == Role::Component && column.id == id)
        };
        let dimensions: Vec<_> =
            structure.dimensions.iter().map(|one| column_of(&one.id)).collect();
        let mut attributes = Vec::new();
        let mut gap = None;
        for (index, attribute) in structure.attributes.iter().enumerate() {
            match (column_of(&attribute.id), attribute.usage) {
                (Some(column), _) => attributes.push((column, index)),
                (None, Usage::Mandatory) => {
                    gap = Some(no_column(Rule::AttributeMandatory, &attribute.id));
                }
                (None, Usage::Optional) => {}
            }
        }
        let time = structure.time_dimension.as_deref().and_then(column_of);
        if time.is_none() {
            let id = structure.time_dimension.as_deref().unwrap_or("TIME_PERIOD");
            gap = Some(no_column(Rule::DimensionMissing, id));
            if structure.time_dimension.is_none() {
                gap = Some(Gap {
                    rule: Rule::DimensionMissing,
                    field: id.into(),
                    reason: format!("`{}` has no time dimension", structure.id),
                });
            }
        }
        if let Some(index) = dimensions.iter().position(Option::is_none) {
            gap = Some(no_column(Rule::DimensionMissing, &structure.dimensions[index].id));
        }
        Self {
            dimensions,
            time,
            measure: column_of(&structure.measure),
            attributes,
            status: structure.attribute("OBS_STATUS").and_then(|one| column_of(&one.id)),
            gap,
        }
    }
}

fn no_column(rule: Rule, id: &str) -> Gap {
    Gap { rule, field: id.into(), reason: format!("the file has no column `{id}`") }
}

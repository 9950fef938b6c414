//! Structures: which dimensions, attributes and codes a dataflow has, and who belongs to a group
//! on which day.
//!
//! They come as SDMX-JSON 2.0 structure messages. What refers to something that is not there yet
//! waits in [`Structures::unresolved`] and is resolved when a later message brings it. Nothing
//! here fetches a reference.

mod code_list;
mod hierarchy;
mod message;
mod resolve;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::{DataflowId, Rejection};

pub use code_list::{Code, CodeList};
pub use hierarchy::{Hierarchy, HierarchyNode};
pub(crate) use message::{refused, unread};
use resolve::Draft;

/// All structures that are known: dataflows, their data structures, code lists, hierarchies.
#[derive(Clone, Debug, Default)]
pub struct Structures {
    dataflows: BTreeMap<DataflowId, Arc<Dataflow>>,
    structures: BTreeMap<String, Arc<Structure>>,
    code_lists: BTreeMap<String, Arc<CodeList>>,
    hierarchies: BTreeMap<String, Hierarchy>,
    /// As they were sent, references by name, so that a later message can complete them.
    draft: Draft,
    unresolved: Vec<Unresolved>,
}

/// A named flow of data with one structure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dataflow {
    /// Agency, id and version.
    pub id: DataflowId,
    /// What it is called.
    pub name: String,
    /// The set of dataflows that it is analysed with (annotation `DOMAIN`), if it declares one.
    pub domain: Option<String>,
    /// What its observations look like.
    pub structure: Arc<Structure>,
}

/// A data structure definition with one measure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Structure {
    /// Agency, id and version, written `AGENCY:ID(VERSION)`.
    pub id: String,
    /// The dimensions of a series key, in order, time apart.
    pub dimensions: Vec<Dimension>,
    /// The id of the time dimension; `None` where data are not by time.
    pub time_dimension: Option<String>,
    /// The id of the measure, usually `OBS_VALUE`.
    pub measure: String,
    /// The attributes, as declared.
    pub attributes: Vec<Attribute>,
}

/// One dimension of a series key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dimension {
    /// Its id, such as `REF_AREA`.
    pub id: String,
    /// The codes that it allows; `None` if it is not coded.
    pub codelist: Option<Arc<CodeList>>,
}

/// One attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Its id, such as `OBS_STATUS`.
    pub id: String,
    /// Whether it must be there.
    pub usage: Usage,
    /// What it is said of.
    pub attachment: Attachment,
    /// The codes that it allows; `None` if it is not coded.
    pub codelist: Option<Arc<CodeList>>,
}

/// Whether an attribute must be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Usage {
    /// Every observation needs it.
    Mandatory,
    /// It may be left out.
    Optional,
}

/// What an attribute is said of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attachment {
    /// One observation.
    Observation,
    /// A whole series.
    Series,
    /// All data of the dataflow.
    DataSet,
    /// All series that share the codes of these dimensions.
    Group(Vec<String>),
}

/// Something that refers to what is not known yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unresolved {
    /// What refers.
    pub from: String,
    /// What is missing.
    pub to: String,
}

impl Structures {
    /// Reads a structure message.
    ///
    /// # Errors
    /// All that is wrong with it, by rule; nothing is taken over then.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Rejection>> {
        let draft = message::parse(bytes)?;
        let mut structures = Self::default();
        structures.merge(Self { draft, ..Self::default() });
        Ok(structures)
    }

    /// Takes over what the other knows; of two with one id and version, the other's wins.
    pub fn merge(&mut self, other: Self) {
        self.draft.merge(other.draft);
        let resolved = self.draft.resolve();
        self.dataflows = resolved.dataflows;
        self.structures = resolved.structures;
        self.code_lists = resolved.code_lists;
        self.hierarchies = resolved.hierarchies;
        self.unresolved = resolved.unresolved;
    }

    /// The dataflow with this agency, id and version.
    #[must_use]
    pub fn dataflow(&self, id: &DataflowId) -> Option<&Arc<Dataflow>> {
        self.dataflows.get(id)
    }

    /// All dataflows, by id.
    pub fn dataflows(&self) -> impl Iterator<Item = &Arc<Dataflow>> {
        self.dataflows.values()
    }

    /// The dataflow that the text names: `AGENCY:ID(VERSION)`, or `AGENCY:ID` or `ID` where only
    /// one has it.
    #[must_use]
    pub fn dataflow_named(&self, text: &str) -> Option<&Arc<Dataflow>> {
        if let Ok(id) = text.parse() {
            return self.dataflows.get(&id);
        }
        let named = |dataflow: &&Arc<Dataflow>| match text.split_once(':') {
            Some((agency, id)) => dataflow.id.agency() == agency && dataflow.id.id() == id,
            None => dataflow.id.id() == text,
        };
        only(self.dataflows().filter(named))
    }

    /// The one dataflow that has the data structure `AGENCY:ID(VERSION)` or `AGENCY:ID`.
    #[must_use]
    pub fn dataflow_of_structure(&self, text: &str) -> Option<&Arc<Dataflow>> {
        let unversioned = !text.contains('(');
        let named = |dataflow: &&Arc<Dataflow>| {
            let id = dataflow.structure.id.as_str();
            id == text || (unversioned && id.split('(').next() == Some(text))
        };
        only(self.dataflows().filter(named))
    }

    /// The data structure `AGENCY:ID(VERSION)`.
    #[must_use]
    pub fn structure(&self, id: &str) -> Option<&Arc<Structure>> {
        self.structures.get(id)
    }

    /// The code list `AGENCY:ID(VERSION)`.
    #[must_use]
    pub fn code_list(&self, id: &str) -> Option<&Arc<CodeList>> {
        self.code_lists.get(id)
    }

    /// All code lists, by id.
    pub fn code_lists(&self) -> impl Iterator<Item = &Arc<CodeList>> {
        self.code_lists.values()
    }

    /// All hierarchies, by id.
    pub fn hierarchies(&self) -> impl Iterator<Item = &Hierarchy> {
        self.hierarchies.values()
    }

    /// The members of a group on a day, in ascending order, groups within it opened. The group is
    /// the first node with that code and with children, over the hierarchies by id; `None` where
    /// there is none. A group that is not in force on the day has no members.
    #[must_use]
    pub fn members(&self, group: &str, day: Date) -> Option<Vec<String>> {
        self.hierarchies.values().find_map(|hierarchy| hierarchy.members(group, day))
    }

    /// What waits for a structure or code list that no message has brought yet.
    #[must_use]
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.unresolved
    }
}

impl Structure {
    /// The index of a dimension in the series key, from 0.
    #[must_use]
    pub fn dimension_index(&self, id: &str) -> Option<usize> {
        self.dimensions.iter().position(|dimension| dimension.id == id)
    }

    /// The attribute with this id.
    #[must_use]
    pub fn attribute(&self, id: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.id == id)
    }
}

/// The item of an iterator that has only one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;

//! Structures as they were sent, and the step that resolves their references.
//!
//! Resolving is a function of all drafts, so the order in which messages come does not matter,
//! except that of two with one id and version the later wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Attachment, Attribute, CodeList, Dataflow, Dimension, Hierarchy, Structure, Unresolved, Usage,
};
use crate::DataflowId;

#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) dataflows: BTreeMap<DataflowId, DataflowDraft>,
    pub(super) structures: BTreeMap<String, StructureDraft>,
    pub(super) code_lists: BTreeMap<String, CodeList>,
    pub(super) hierarchies: BTreeMap<String, Hierarchy>,
}

#[derive(Clone, Debug)]
pub(super) struct DataflowDraft {
    pub(super) id: DataflowId,
    pub(super) name: String,
    pub(super) domain: Option<String>,
    pub(super) structure: String,
}

#[derive(Clone, Debug)]
pub(super) struct StructureDraft {
    pub(super) id: String,
    pub(super) dimensions: Vec<(String, Option<String>)>,
    pub(super) time_dimension: Option<String>,
    pub(super) measure: String,
    pub(super) attributes: Vec<AttributeDraft>,
}

#[derive(Clone, Debug)]
pub(super) struct AttributeDraft {
    pub(super) id: String,
    pub(super) usage: Usage,
    pub(super) attachment: Attachment,
    pub(super) codelist: Option<String>,
}

/// What of the drafts is complete.
pub(super) struct Resolved {
    pub(super) dataflows: BTreeMap<DataflowId, Arc<Dataflow>>,
    pub(super) structures: BTreeMap<String, Arc<Structure>>,
    pub(super) code_lists: BTreeMap<String, Arc<CodeList>>,
    pub(super) hierarchies: BTreeMap<String, Hierarchy>,
    pub(super) unresolved: Vec<Unresolved>,
}

impl Draft {
    pub(super) fn merge(&mut self, other: Self) {
        self.dataflows.extend(other.dataflows);
        self.structures.extend(other.structures);
        self.code_lists.extend(other.code_lists);
        self.hierarchies.extend(other.hierarchies);
    }

    pub(super) fn resolve(&self) -> Resolved {
        let shared = |list: &CodeList| (list.id.clone(), Arc::new(list.clone()));
        let code_lists = self.code_lists.values().map(shared).collect();
        let mut unresolved = Vec::new();
        let mut structures = BTreeMap::new();
        for draft in self.structures.values() {
            match draft.resolve(&code_lists) {
                Ok(structure) => {
                    structures.insert(draft.id.clone(), Arc::new(structure));
                }
                Err(to) => unresolved.push(Unresolved { from: draft.id.clone(), to }),
            }
        }
        let mut dataflows = BTreeMap::new();
        for draft in self.dataflows.values() {
            let Some(structure) = structures.get(&draft.structure) else {
                let (from, to) = (draft.id.to_string(), draft.structure.clone());
                unresolved.push(Unresolved { from, to });
                continue;
            };
            let dataflow = Dataflow {
                id: draft.id.clone(),
                name: draft.name.clone(),
                domain: draft.domain.clone(),
                structure: Arc::clone(structure),
            };
            dataflows.insert(draft.id.clone(), Arc::new(dataflow));
        }
        let hierarchies = self.hierarchies.clone();
        Resolved { dataflows, structures, code_lists, hierarchies, unresolved }
    }
}

impl StructureDraft {
    /// The structure, or the code list that it misses.
    fn resolve(&self, lists: &BTreeMap<String, Arc<CodeList>>) -> Result<Structure, String> {
        let list = |id: &Option<String>| match id {
            None => Ok(None),
            Some(id) => lists.get(id).cloned().map(Some).ok_or_else(|| id.clone()),
        };
        let mut dimensions = Vec::with_capacity(self.dimensions.len());
        for (id, codelist) in &self.dimensions {
            dimensions.push(Dimension { id: id.clone(), codelist: list(codelist)? });
        }
        let mut attributes = Vec::with_capacity(self.attributes.len());
        for draft in &self.attributes {
            attributes.push(Attribute {
                id: draft.id.clone(),
                usage: draft.usage,
                attachment: draft.attachment.clone(),
                codelist: list(&draft.codelist)?,
            });
        }
        Ok(Structure {
            id: self.id.clone(),
            dimensions,
            time_dimension: self.time_dimension.clone(),
            measure: self.measure.clone(),
            attributes,
        })
    }
}

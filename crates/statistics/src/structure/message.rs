//! The layout of an SDMX-JSON 2.0 structure message, as far as it is used.
//!
//! Members that are not used are ignored, older spellings (`assignmentStatus`, `primaryMeasure`,
//! `timeDimensions`) are understood. Size, depth and counts are limited; nothing is resolved here.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::code_list::{Code, CodeList};
use super::hierarchy::{Hierarchy, HierarchyNode};
use super::resolve::{AttributeDraft, DataflowDraft, Draft, StructureDraft};
use super::{Attachment, Usage};
use crate::DataflowId;
use crate::rejection::{At, Rejection, Rule};

/// Structure messages of large agencies have 30 MB; depth is limited to 128 by the JSON parser.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Codes in one message: the largest list in use (products, HS at ten digits) has under 50,000.
const CODES_MAX: usize = 1_000_000;
/// Dimensions or attributes of one structure; the widest in use has about 40.
const COMPONENTS_MAX: usize = 500;

#[derive(Deserialize)]
struct Message {
    data: Option<Data>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data {
    data_structures: Vec<DataStructure>,
    dataflows: Vec<Flow>,
    codelists: Vec<List>,
    hierarchies: Vec<Tree>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Maintained {
    id: String,
    #[serde(rename = "agencyID")]
    agency: String,
    version: Option<String>,
    name: Option<String>,
    names: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Flow {
    #[serde(flatten)]
    artefact: Maintained,
    #[serde(default)]
    annotations: Vec<Annotation>,
    structure: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotation {
    id: Option<String>,
    title: Option<String>,
    text: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
struct List {
    #[serde(flatten)]
    artefact: Maintained,
    #[serde(default)]
    codes: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    name: Option<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    parent: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tree {
    #[serde(flatten)]
    artefact: Maintained,
    #[serde(default)]
    hierarchical_codes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: Option<String>,
    #[serde(rename = "codeID")]
    code_id: Option<String>,
    code: Option<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    #[serde(default)]
    hierarchical_codes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataStructure {
    #[serde(flatten)]
    artefact: Maintained,
    #[serde(default)]
    data_structure_components: Components,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Components {
    dimension_list: DimensionList,
    attribute_list: AttributeList,
    measure_list: MeasureList,
    groups: Vec<Group>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DimensionList {
    dimensions: Vec<Component>,
    time_dimension: Option<Component>,
    time_dimensions: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AttributeList {
    attributes: Vec<Component>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct MeasureList {
    measures: Vec<Component>,
    primary_measure: Option<Component>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    id: String,
    #[serde(default)]
    group_dimensions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    id: String,
    position: Option<i64>,
    usage: Option<String>,
    assignment_status: Option<String>,
    attribute_relationship: Option<Relationship>,
    local_representation: Option<Representation>,
}

#[derive(Deserialize)]
struct Relationship {
    dimensions: Option<Vec<String>>,
    group: Option<String>,
    dataflow: Option<serde::de::IgnoredAny>,
    #[serde(rename = "dataSet")]
    data_set: Option<serde::de::IgnoredAny>,
    none: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Representation {
    enumeration: Option<String>,
}

/// Reads a message into drafts whose references are not resolved yet.
pub(super) fn parse(bytes: &[u8]) -> Result<Draft, Vec<Rejection>> {
    if bytes.len() > MESSAGE_BYTES_MAX {
        let reason = format!("{} bytes, at most {MESSAGE_BYTES_MAX} are read", bytes.len());
        return Err(vec![Rejection::new(Rule::DocumentTooLarge, At::default(), reason)]);
    }
    let message: Message = serde_json::from_slice(bytes).map_err(|error| vec![unread(&error)])?;
    let mut rejections = Vec::new();
    let Some(data) = message.data else {
        return Err(vec![refused("data", "there is no `data`: not a structure message")]);
    };
    let codes: usize = data.codelists.iter().map(|list| list.codes.len()).sum();
    if codes > CODES_MAX {
        let reason = format!("{codes} codes, at most {CODES_MAX} are read");
        return Err(vec![Rejection::new(Rule::DocumentTooLarge, At::default(), reason)]);
    }
    let mut draft = Draft::default();
    for list in data.codelists {
        let list = code_list(list, &mut rejections);
        draft.code_lists.insert(list.id.clone(), list);
    }
    for structure in data.data_structures {
        if let Some(structure) = data_structure(structure, &mut rejections) {
            draft.structures.insert(structure.id.clone(), structure);
        }
    }
    for flow in data.dataflows {
        if let Some(flow) = dataflow(flow, &mut rejections) {
            draft.dataflows.insert(flow.id.clone(), flow);
        }
    }
    for tree in data.hierarchies {
        let id = tree.artefact.urn();
        let name = tree.artefact.title();
        let roots = nodes(&id, tree.hierarchical_codes, &mut rejections);
        draft.hierarchies.insert(id.clone(), Hierarchy { id, name, roots });
    }
    if rejections.is_empty() { Ok(draft) } else { Err(rejections) }
}

/// Turns a JSON error into a rejection with line and column.
pub(crate) fn unread(error: &serde_json::Error) -> Rejection {
    let column = u32::try_from(error.column()).ok();
    let position = At { byte: 0, row: error.line() as u64, column };
    Rejection::new(Rule::DocumentJson, position, error.to_string())
}

/// A rejection of one member of a document.
pub(crate) fn refused(member: &str, reason: impl Into<String>) -> Rejection {
    Rejection::new(Rule::DocumentMember, At::default(), reason).on(member, None)
}

impl Maintained {
    fn urn(&self) -> String {
        let version = self.version.as_deref().unwrap_or("1.0");
        format!("{}:{}({version})", self.agency, self.id)
    }

    fn title(&self) -> String {
        title(self.name.as_ref(), &self.names, &self.id)
    }
}

/// The name, else the English one, else the first by language, else the id.
fn title(name: Option<&String>, names: &BTreeMap<String, String>, id: &str) -> String {
    let found = name.or_else(|| names.get("en")).or_else(|| names.values().next());
    found.map_or_else(|| id.into(), Clone::clone)
}

/// `AGENCY:ID(VERSION)` of a URN.
fn reference(urn: &str) -> String {
    urn.rsplit_once('=').map_or(urn, |(_, reference)| reference).into()
}

fn code_list(list: List, rejections: &mut Vec<Rejection>) -> CodeList {
    let id = list.artefact.urn();
    let mut codes = BTreeMap::new();
    for item in list.codes {
        let name = title(item.name.as_ref(), &item.names, &item.id);
        let code = Code { name, parent: item.parent.map(Into::into) };
        if codes.insert(item.id.clone().into_boxed_str(), code).is_some() {
            rejections.push(refused(&id, format!("code `{}` is there twice", item.id)));
        }
    }
    CodeList { id, codes }
}

fn dataflow(flow: Flow, rejections: &mut Vec<Rejection>) -> Option<DataflowDraft> {
    let urn = flow.artefact.urn();
    let id: DataflowId = match urn.parse() {
        Ok(id) => id,
        Err(error) => {
            rejections.push(refused("dataflows", error.to_string()));
            return None;
        }
    };
    let domain = flow.annotations.into_iter().find(|one| one.id.as_deref() == Some("DOMAIN"));
    let domain = domain.and_then(|one| one.title.or(one.text).or(one.value));
    let Some(structure) = flow.structure else {
        rejections.push(refused(&urn, "the dataflow names no `structure`"));
        return None;
    };
    Some(DataflowDraft {
        id,
        name: flow.artefact.title(),
        domain,
        structure: reference(&structure),
    })
}

fn nodes(tree: &str, nodes_sent: Vec<Node>, rejections: &mut Vec<Rejection>) -> Vec<HierarchyNode> {
    let mut found = Vec::with_capacity(nodes_sent.len());
    for node in nodes_sent {
        let from_urn = node.code.as_deref().and_then(|urn| urn.split_once(")."));
        let code = from_urn.map(|(_, code)| code.to_owned()).or(node.code_id).or(node.id);
        let Some(code) = code else {
            rejections.push(refused(tree, "a hierarchical code without `code` and `id`"));
            continue;
        };
        let mut day = |text: Option<String>| {
            let text = text?;
            let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
            if day.is_none() {
                rejections.push(refused(tree, format!("`{text}` of `{code}` is not a date")));
            }
            day
        };
        let (valid_from, valid_to) = (day(node.valid_from), day(node.valid_to));
        let children = nodes(tree, node.hierarchical_codes, rejections);
        found.push(HierarchyNode { code, valid_from, valid_to, children });
    }
    found
}

fn data_structure(sent: DataStructure, rejections: &mut Vec<Rejection>) -> Option<StructureDraft> {
    let id = sent.artefact.urn();
    let components = sent.data_structure_components;
    let mut dimensions = components.dimension_list.dimensions;
    let attributes = components.attribute_list.attributes;
    if dimensions.len() + attributes.len() > COMPONENTS_MAX {
        rejections.push(refused(&id, format!("more than {COMPONENTS_MAX} components")));
        return None;
    }
    if dimensions.is_empty() {
        rejections.push(refused(&id, "a structure needs at least one dimension"));
        return None;
    }
    // Stable: dimensions without a position stay where they were sent.
    dimensions.sort_by_key(|dimension| dimension.position.unwrap_or(i64::MAX));
    let ids: Vec<String> = dimensions.iter().map(|one| one.id.clone()).collect();
    let time = components.dimension_list.time_dimension;
    let time = time.or_else(|| components.dimension_list.time_dimensions.into_iter().next());
    let measures = components.measure_list;
    let mut names: Vec<&String> = ids.iter().chain(attributes.iter().map(|a| &a.id)).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        rejections.push(refused(&id, format!("component `{}` is there twice", twice[0])));
        return None;
    }
    if measures.measures.len() > 1 {
        rejections.push(refused(&id, "more than one measure: one value an observation is read"));
        return None;
    }
    let measure = measures.primary_measure.or_else(|| measures.measures.into_iter().next());
    let attributes =
        attributes.into_iter().map(|one| attribute(one, &ids, &components.groups)).collect();
    Some(StructureDraft {
        id,
        dimensions: dimensions.into_iter().map(|one| (one.id.clone(), one.enumeration())).collect(),
        time_dimension: time.map(|one| one.id),
        measure: measure.map_or_else(|| "OBS_VALUE".into(), |one| one.id),
        attributes,
    })
}

fn attribute(sent: Component, dimensions: &[String], groups: &[Group]) -> AttributeDraft {
    let status = sent.usage.as_deref().or(sent.assignment_status.as_deref());
    let mandatory = status.is_some_and(|status| status.eq_ignore_ascii_case("mandatory"));
    let of_dimensions = |named: &[String]| {
        let all = dimensions.iter().all(|dimension| named.contains(dimension));
        if all { Attachment::Series } else { Attachment::Group(named.to_vec()) }
    };
    let attachment = match &sent.attribute_relationship {
        Some(Relationship { dimensions: Some(named), .. }) if !named.is_empty() => {
            of_dimensions(named)
        }
        Some(Relationship { group: Some(group), .. }) => {
            let found = groups.iter().find(|one| &one.id == group);
            found.map_or(Attachment::Series, |one| of_dimensions(&one.group_dimensions))
        }
        Some(Relationship { dataflow, data_set, none, .. })
            if dataflow.is_some() || data_set.is_some() || none.is_some() =>
        {
            Attachment::DataSet
        }
        Some(_) | None => Attachment::Observation,
    };
    AttributeDraft {
        codelist: sent.enumeration(),
        id: sent.id,
        usage: if mandatory { Usage::Mandatory } else { Usage::Optional },
        attachment,
    }
}

impl Component {
    fn enumeration(&self) -> Option<String> {
        let representation = self.local_representation.as_ref()?;
        representation.enumeration.as_deref().map(reference)
    }
}

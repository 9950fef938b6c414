//! Releases that are made up: of the paper's host table, row by row, and larger ones of the FDI cube
//! of another agency, in a domain of its own, the same bytes for the same number.

use std::path::Path;

use serde_json::Value;

use crate::{Random, repository};

/// The header of a release of the host table.
pub const HOST_HEADER: &str = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,COUNTERPART_AREA,\
    DIRECTION,MEASURE,COMPONENT,PRINCIPLE,COUNTERPART_KIND,ACTIVITY,VALUATION,UNIT_MEASURE,\
    TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MULT,DECIMALS,SOURCE,SOURCE_TABLE,COMMENT_OBS";
pub(crate) const MEMBERS: [&str; 11] =
    ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "VN", "ASEAN"];
const COMPONENTS: [&str; 4] = ["T", "EQ", "RE", "ICD"];
const YEARS: std::ops::Range<u32> = 1990..2020;

/// A row of the paper's host table.
#[must_use]
pub fn host_row(area: &str, year: u32, value: &str) -> String {
    format!(
        "dataflow,ENTREPOT:DF_FDI_HOST(1.0),I,A,{area},W,I,F,T,D,IMM,_T,C,USD,{year},{value},A,F,6,\
         0,s,table 1,"
    )
}

/// A file of such rows.
#[must_use]
pub fn host_file(rows: &[String]) -> Vec<u8> {
    format!("{HOST_HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

/// The made-up agency: its structures, and any number of releases that revise each other.
#[derive(Clone, Debug)]
pub struct Generated {
    structures: Value,
    partners: Vec<String>,
}

impl Default for Generated {
    fn default() -> Self {
        Self::new()
    }
}

impl Generated {
    /// The domain of its one dataflow.
    pub const DOMAIN: &str = "generated";
    /// Its one dataflow.
    pub const DATAFLOW: &str = "GEN:DF_FDI_HOST(1.0)";

    /// Takes the structures from those of the paper's feeds.
    ///
    /// # Panics
    /// If these are not what they were.
    #[must_use]
    pub fn new() -> Self {
        let path = repository().join("feeds/paper/structures.json");
        let text = std::fs::read(path).expect("the paper's structures");
        let mut structures: Value = serde_json::from_slice(&text).expect("JSON");
        let lists = structures["data"]["codelists"].as_array().expect("code lists");
        let areas = lists.iter().find(|list| list["id"] == "CL_AREA").expect("areas");
        let codes = areas["codes"].as_array().expect("codes").iter();
        let codes = codes.filter_map(|code| code["id"].as_str()).map(str::to_owned);
        let others = codes.filter(|code| code != "W" && code != "ASEAN");
        let partners = ["W", "ASEAN"].map(str::to_owned).into_iter().chain(others).collect();
        keep_host_table(&mut structures, "GEN", Self::DOMAIN);
        Self { structures, partners }
    }

    /// The structures of the host table alone, under another agency and in another domain.
    ///
    /// # Panics
    /// If the paper's structures are not what they were.
    #[must_use]
    pub fn structures_of(agency: &str, domain: &str) -> Value {
        let mut structures = Self::new().structures;
        keep_host_table(&mut structures, agency, domain);
        structures
    }

    /// Writes the structures to a file.
    ///
    /// # Panics
    /// If that fails.
    pub fn write_structures(&self, path: &Path) {
        std::fs::write(path, self.structures.to_string()).expect("the directory is ours");
    }

    /// Writes a release; a later one revises about every seventh value of the one before.
    ///
    /// # Panics
    /// If that fails.
    pub fn write_release(&self, path: &Path, number: u64, rows: usize) {
        std::fs::write(path, self.release(number, rows)).expect("the directory is ours");
    }

    /// The text of a release.
    ///
    /// # Panics
    /// If there are not so many series.
    #[must_use]
    pub fn release(&self, number: u64, rows: usize) -> String {
        let mut text = format!("{HOST_HEADER}\n");
        let mut written = 0;
        let of_component = |component: &'static str| {
            let pairs = self.partners.iter();
            pairs.flat_map(move |partner| MEMBERS.map(|area| (component, partner, area)))
        };
        for (component, partner, area) in COMPONENTS.into_iter().flat_map(of_component) {
            for year in YEARS {
                if written == rows {
                    return text;
                }
                let vintage = (1..=number)
                    .rev()
                    .find(|one| Random::new(one << 32 | written as u64).below(7) == 0);
                let mut random = Random::new(vintage.unwrap_or(0) << 32 | written as u64);
                let value = random.next_u64() % 2_000_000;
                text.push_str(&format!(
                    "dataflow,{},I,A,{area},{partner},I,F,{component},D,IMM,_T,C,USD,{year},{}.{},A,F,6,1,g,t,\n",
                    Self::DATAFLOW,
                    value / 10,
                    value % 10
                ));
                written += 1;
            }
        }
        assert_eq!(written, rows, "the code lists give so many rows only");
        text
    }
}

fn keep_host_table(structures: &mut Value, agency: &str, domain: &str) {
    let flows = structures["data"]["dataflows"].as_array_mut().expect("dataflows");
    flows.retain(|flow| flow["id"] == "DF_FDI_HOST");
    let flow = flows[0].as_object_mut().expect("the host table");
    flow.insert("agencyID".to_owned(), agency.into());
    let domain = serde_json::json!([{ "id": "DOMAIN", "title": domain }]);
    flow.insert("annotations".to_owned(), domain);
    flow.remove("links");
}

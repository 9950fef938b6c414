//! Loads facts in bulk from files of others: a mapping says which column is which field.
//!
//! Guarantees that the result is what a document of the same records would give, since the same
//! readers make it; that a bad row is refused alone, with file, line and column; and that a file is
//! read as a stream, however long. Each file is read once for entities, once for relations and once
//! for merges, as far as it has them. Never opens a file: the caller does.
//!
//! # Schema
//! ```json
//! {"network": "chips",
//!  "maps": {"economy": {"USA": "US", "Various": null}},
//!  "entities": [{"kind": "segment", "id": "chips", "name": "Chips", "isic": "26", "source": "…"}],
//!  "sources": [
//!   {"file": "firms.csv", "format": "csv", "delimiter": ",", "records": [
//!     {"list": "entities", "where": [{"column": "type", "is": ["organization"]}],
//!      "fields": {"kind": "firm", "id": "eto-{id|slug}", "name": "{name}",
//!                 "home": {"$": "{country}", "map": "economy"}, "source": "…"}}]},
//!   {"file": "sales.csv", "format": "csv", "records": [
//!     {"list": "relations",
//!      "fields": {"kind": "supplies", "id": "{id}", "from": "firm:{seller}", "to": "firm:{buyer}",
//!                 "share": {"$": "{percent}", "number": true, "divide": 100}, "source": "…",
//!                 "evidence": "…", "confidence": {"$": "0.9", "number": true}}}]}]}
//! ```
//! `entities`, `relations` and `merges` beside `sources` are records that no file has. `list` is
//! one of the three. A field is a template or a rule with `$`; nested objects and lists are
//! allowed. A template names columns in braces, with `|slug`, `|lower`, `|trim` or `|day` (of a
//! time); `{{` and `}}` are braces. A field is left out if a column that it names is empty, and a
//! nested object if all its fields with columns are. A rule may have `map` (a code that the map
//! gives as null is left out; one that it lacks is refused, kept or left out as `otherwise` says:
//! `refuse`, `keep`, `omit`), `number`, `divide`, and `json` for a column that holds JSON. `where`
//! keeps rows whose column `is` or `is_not` one of a list. Formats are `csv` (RFC 4180, with a
//! header), `json_lines` (a column is a path, `address.city`), `graphml` (columns `@element`,
//! `@id`, `@source`, `@target`, `@directed` and the names of keys) and, with the feature `parquet`,
//! `parquet`: a null is an empty column; dates and times are as in RFC 3339, decimals keep their
//! digits; columns of lists, maps, groups and plain bytes of a fixed length are refused where a
//! template names them.

mod template;
mod rule;
pub(crate) mod row;
pub(crate) mod csv;
mod json_lines;
mod xml;
mod graphml;
#[cfg(feature = "parquet")]
mod parquet;
mod load;
mod exported;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::closed_set::closed_set;
use crate::document::Counted;
use crate::{Error, NetworkId};
use rule::RecordRule;

/// Longest mapping: some hundred files.
const MAPPING_BYTES_MAX: usize = 1 << 20;

/// What files say which facts.
#[derive(Clone, Debug)]
pub struct Mapping {
    network: NetworkId,
    /// Records that no file has, by their list.
    constants: [Vec<Value>; 3],
    sources: Vec<Source>,
}

/// One file and the records that it has.
#[derive(Clone, Debug)]
struct Source {
    file: String,
    format: Format,
    delimiter: u8,
    records: Vec<RecordRule>,
}

closed_set! {
    /// Formats of files that a mapping reads.
    pub enum Format: "formats" {
        /// Comma-separated values with a header, by RFC 4180.
        Csv = "csv",
        /// One JSON object a line.
        JsonLines = "json_lines",
        /// Nodes and edges of a GraphML file.
        Graphml = "graphml",
        /// Columns of an Apache Parquet file; read with the feature `parquet`.
        Parquet = "parquet",
    }
}

closed_set! {
    /// The lists of a document.
    pub(crate) enum List: "lists" {
        /// Entities.
        Entities = "entities",
        /// Relations.
        Relations = "relations",
        /// Merges.
        Merges = "merges",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    network: String,
    #[serde(default)]
    maps: BTreeMap<String, BTreeMap<String, Option<String>>>,
    #[serde(default)]
    entities: Vec<Value>,
    #[serde(default)]
    relations: Vec<Value>,
    #[serde(default)]
    merges: Vec<Value>,
    #[serde(default)]
    sources: Vec<OuterSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OuterSource {
    file: String,
    format: String,
    delimiter: Option<char>,
    records: Vec<rule::Outer>,
}

impl Format {
    /// What a reader counts, and a rejection names.
    pub(crate) fn counted(self) -> Counted {
        match self {
            Self::Csv | Self::JsonLines | Self::Graphml => Counted::Lines,
            Self::Parquet => Counted::Rows,
        }
    }
}

/// What a build says that leaves the reader of Parquet out.
fn without_parquet(file: &str) -> Error {
    let problem = "Parquet is not read by this build: build it with `--features parquet`, or write \
                   the file as CSV";
    Error::Mapping { file: file.to_owned(), problem: problem.to_owned() }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`Error::DocumentBytes`] over 1 MiB; [`Error::DocumentSyntax`] if it is not of the schema;
    /// [`Error::Mapping`] for a template, map or delimiter that cannot be, and for Parquet in a
    /// build without it; [`Error::Code`] and [`Error::Id`] for a format, list or network.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAPPING_BYTES_MAX {
            return Err(Error::DocumentBytes { found: bytes.len(), limit: MAPPING_BYTES_MAX });
        }
        let outer: Outer = serde_json::from_slice(bytes).map_err(|source| {
            Error::DocumentSyntax { line: source.line(), column: source.column(), source }
        })?;
        let network = NetworkId::try_new(outer.network)?;
        let mut sources = Vec::new();
        for source in outer.sources {
            let format = Format::parse(&source.format)?;
            let delimiter = source.delimiter.unwrap_or(',');
            let is_plain = delimiter.is_ascii() && !matches!(delimiter, '"' | '\n' | '\r');
            if !is_plain {
                let problem = format!("`{delimiter}` cannot part columns");
                return Err(Error::Mapping { file: source.file, problem });
            }
            if format == Format::Parquet && !cfg!(feature = "parquet") {
                return Err(without_parquet(&source.file));
            }
            let mut records = Vec::new();
            for record in source.records {
                records.push(RecordRule::try_new(&source.file, format, record, &outer.maps)?);
            }
            // The delimiter was found to be ASCII.
            sources.push(Source { file: source.file, format, delimiter: delimiter as u8, records });
        }
        let constants = [outer.entities, outer.relations, outer.merges];
        Ok(Self { network, constants, sources })
    }

    /// The network that the facts belong to.
    #[must_use]
    pub fn network(&self) -> &NetworkId {
        &self.network
    }

    /// The files that are read, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.file.as_str())
    }

    fn constants(&self, list: List) -> &[Value] {
        let [entities, relations, merges] = &self.constants;
        match list {
            List::Entities => entities,
            List::Relations => relations,
            List::Merges => merges,
        }
    }
}

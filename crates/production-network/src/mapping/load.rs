//! Runs a mapping over its files.
//!
//! Guarantees that entities of all files come before relations, that a row which cannot be read is
//! refused once however often its file is read, and that a column which a mapping names and a file
//! lacks stops the load: layouts drift, and a silent gap would look like a fact.

use std::io::{self, Read, Seek};
use std::sync::Arc;

use serde_json::Value;

use super::csv::CsvRows;
use super::graphml::GraphmlRows;
use super::json_lines::JsonRows;
#[cfg(feature = "parquet")]
use super::parquet::ParquetRows;
use super::row::{BadRow, Rows};
use super::rule::RecordRule;
use super::{Format, List, Mapping, Source};
use crate::document::{Document, Entities, Limits, Origin, Position, Refusal, Rejection, Rule};
use crate::{EntityId, Error};

/// Most rows that are refused before the load is: each keeps up to 4 KiB, and a mapping that refuses
/// more does not fit its file.
const REJECTIONS_MAX: usize = 10_000;

/// A record or what was wrong with its row.
type Taken<'a> = Result<&'a Value, (Refusal, &'a Value)>;

impl Mapping {
    /// Loads what the files say; `open` gives the bytes of a file by its name in the mapping, and
    /// is asked at most three times for each. Only Parquet, whose index is at its end, is not read
    /// from the beginning to the end.
    ///
    /// `bytes_max` of the limits is not used: files are streams, and of Parquet a row group's columns
    /// are held, up to 1 GiB as they lie in the file and 512 MiB unpacked. The document is as long as what
    /// was accepted, and `entities_max` and `relations_max` bound it.
    ///
    /// # Errors
    /// [`Error::Source`] for a file that cannot be opened or read on, [`Error::SourceRow`] for one of
    /// Parquet; [`Error::Mapping`] for a column that a file lacks, or that has no plain text;
    /// [`Error::DocumentCount`] over a limit, or if more than 10,000 rows are refused.
    pub fn load<R: Read + Seek>(
        &self,
        limits: &Limits,
        open: impl FnMut(&str) -> io::Result<R>,
    ) -> Result<Document, Error> {
        self.load_beside(limits, |_| false, open)
    }

    /// The same, where relations may also join entities for which `is_known` holds.
    ///
    /// # Errors
    /// As [`Mapping::load`].
    pub fn load_beside<R: Read + Seek>(
        &self,
        limits: &Limits,
        is_known: impl Fn(&EntityId) -> bool,
        mut open: impl FnMut(&str) -> io::Result<R>,
    ) -> Result<Document, Error> {
        let mut bad_rows = Vec::new();
        let mut entities = Entities::new(self.network.clone(), limits.entities_max);
        self.each(List::Entities, &mut open, &mut bad_rows, |position, record| {
            entities.take(position, record)?;
            check_count(entities.rejection_count())
        })?;
        let mut relations = entities.end(is_known, limits.relations_max);
        self.each(List::Relations, &mut open, &mut bad_rows, |position, record| {
            relations.take(position, record)?;
            check_count(relations.rejection_count())
        })?;
        self.each(List::Merges, &mut open, &mut bad_rows, |position, record| {
            relations.take_merge(&position, record)?;
            check_count(relations.rejection_count())
        })?;
        let mut document = relations.end();
        document.rejections.splice(0..0, bad_rows);
        Ok(document)
    }

    /// Gives each record of a list.
    fn each<R: Read + Seek>(
        &self,
        list: List,
        open: &mut impl FnMut(&str) -> io::Result<R>,
        bad_rows: &mut Vec<Rejection>,
        mut take: impl FnMut(Position, Taken<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (index, value) in self.constants(list).iter().enumerate() {
            take(Position::Listed { list: list.as_str(), index }, Ok(value))?;
        }
        for source in &self.sources {
            let rules: Vec<&RecordRule> =
                source.records.iter().filter(|rule| rule.list == list).collect();
            if rules.is_empty() {
                continue;
            }
            // A file may be read several times; its bad rows are told the first time.
            let is_first = List::ALL.iter().copied().find(|list| source.has(*list)) == Some(list);
            let mut rows = source.open(open)?;
            source.check_columns(rows.as_ref())?;
            while let Some(row) = rows.next_row()? {
                let row = match row {
                    Ok(row) => row,
                    Err(bad) if is_first => {
                        bad_rows.push(source.rejection(bad));
                        check_count(bad_rows.len())?;
                        continue;
                    }
                    Err(_) => continue,
                };
                for rule in rules.iter().filter(|rule| rule.applies_to(&row)) {
                    let origin = Arc::clone(&rule.origin);
                    let position = Position::Line { origin, line: row.line };
                    match rule.record(&row) {
                        Ok(record) => take(position, Ok(&record))?,
                        Err(refusal) => take(position, Err((refusal, &row.to_value())))?,
                    }
                }
            }
        }
        Ok(())
    }
}

fn check_count(found: usize) -> Result<(), Error> {
    if found <= REJECTIONS_MAX {
        return Ok(());
    }
    Err(Error::DocumentCount { what: "rejections", found, limit: REJECTIONS_MAX })
}

impl Source {
    fn has(&self, list: List) -> bool {
        self.records.iter().any(|rule| rule.list == list)
    }

    fn open<'a, R: Read + Seek + 'a>(
        &self,
        open: &mut impl FnMut(&str) -> io::Result<R>,
    ) -> Result<Box<dyn Rows + 'a>, Error> {
        let bytes = open(&self.file).map_err(|source| Error::Source {
            file: self.file.clone(),
            line: 0,
            problem: "it cannot be opened",
            source: Some(source),
        })?;
        Ok(match self.format {
            Format::Csv => Box::new(CsvRows::try_new(bytes, &self.file, self.delimiter)?),
            Format::Graphml => Box::new(GraphmlRows::new(bytes, &self.file)),
            Format::JsonLines => Box::new(JsonRows::new(bytes, &self.file)),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                let named = self.records.iter().flat_map(RecordRule::columns);
                Box::new(ParquetRows::try_new(bytes, &self.file, named)?)
            }
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => return Err(super::without_parquet(&self.file)),
        })
    }

    fn check_columns(&self, rows: &dyn Rows) -> Result<(), Error> {
        let Some(columns) = rows.columns() else { return Ok(()) };
        for column in self.records.iter().flat_map(RecordRule::columns) {
            if !columns.contains_key(column) {
                let known: Vec<&str> = columns.keys().map(String::as_str).collect();
                let problem = format!("no column `{column}`; there are: {}", known.join(", "));
                return Err(Error::Mapping { file: self.file.clone(), problem });
            }
        }
        Ok(())
    }

    fn rejection(&self, bad: BadRow) -> Rejection {
        let columns = std::collections::BTreeMap::new();
        let origin =
            Arc::new(Origin { file: self.file.clone(), counted: self.format.counted(), columns });
        let position = Position::Line { origin, line: bad.line };
        let refusal = Refusal::new(Rule::Mapping, bad.reason);
        Rejection::new(&position, &Value::String(bad.original), refusal)
    }
}

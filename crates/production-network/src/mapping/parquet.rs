//! Reads the rows of a Parquet file: those columns that a mapping names, row by row.
//!
//! Guarantees that what a file claims is checked before memory is taken for it, that one page of a
//! column is unpacked at a time, and that a malformed file is an error: where the reader behind
//! this one panics, the panic ends here. A null is an empty column. Columns of lists, maps and
//! groups are refused if the mapping names them, and passed over if not.

mod thrift;
mod footer;
mod pages;
mod text;
mod column;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::csv::{COLUMNS_MAX, ROW_BYTES_MAX};
use super::row::{BadRow, Row, Rows};
use crate::Error;
use column::{Column, Unwritten};
use footer::{Footer, read_exact};
use pages::{Chunk, Pages, SHARED_BYTES_MAX, Survey};
use text::Form;

/// Rows that are read at once.
const BATCH_ROWS: usize = 1_024;
/// Most bytes of the columns of one row group as they lie in the file; they are held.
const GROUP_BYTES_MAX: u64 = 1 << 30;
/// Most bytes of the pages and dictionaries that are unpacked at one time.
const HELD_BYTES_MAX: usize = 512 << 20;

/// Reads one file.
pub(crate) struct ParquetRows<R> {
    bytes: R,
    file: String,
    footer: Footer,
    /// All columns of the file, by name.
    known: BTreeMap<String, usize>,
    /// Those that are read, by name.
    columns: Arc<BTreeMap<String, usize>>,
    wanted: Vec<Wanted>,
    open: Vec<Column>,
    /// The row group that is opened next.
    next_group: usize,
    rows_left: usize,
    batch_left: usize,
    batch_rows: usize,
    /// Rows that were given.
    row: u64,
}

/// A column that the mapping names.
#[derive(Clone, Debug)]
struct Wanted {
    name: String,
    /// Its number among the columns of each row group.
    index: usize,
    descriptor: ColumnDescPtr,
    form: Form,
}

/// Why a file cannot be read on.
#[derive(Debug)]
struct Fault {
    problem: String,
    source: Option<io::Error>,
}

impl<R: Read + Seek> ParquetRows<R> {
    /// Begins with what the file says of itself; reads the columns that are named.
    pub(crate) fn try_new<'a>(
        mut bytes: R,
        file: &str,
        named: impl Iterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let footer = Footer::read(&mut bytes).map_err(|fault| fault.at(file, 0))?;
        let named: BTreeSet<&str> = named.collect();
        let schema = footer.metadata.file_metadata().schema_descr();
        let unfit = |problem: String| Err(Error::Mapping { file: file.to_owned(), problem });
        if schema.num_columns() > COLUMNS_MAX {
            return Err(Fault::new("it has more than 4,096 columns").at(file, 0));
        }
        let mut known = BTreeMap::new();
        for (index, column) in schema.root_schema().get_fields().iter().enumerate() {
            if known.insert(column.name().to_owned(), index).is_some() {
                return Err(Fault::new("two columns have one name").at(file, 0));
            }
        }
        let (mut columns, mut wanted) = (BTreeMap::new(), Vec::new());
        for (index, descriptor) in schema.columns().iter().enumerate() {
            let name = schema.get_column_root(index).name();
            if !named.contains(name) {
                continue;
            }
            if descriptor.path().parts().len() > 1 || descriptor.max_rep_level() > 0 {
                return unfit(format!(
                    "column `{name}` holds lists, maps or groups, which are not read: write it \
                     as columns of plain values"
                ));
            }
            let form = match Form::of(descriptor) {
                Ok(form) => form,
                Err(kind) => {
                    return unfit(format!(
                        "column `{name}` is of type {kind}, which has no plain text: write it as \
                         text"
                    ));
                }
            };
            columns.insert(name.to_owned(), wanted.len());
            let descriptor = Arc::clone(descriptor);
            wanted.push(Wanted { name: name.to_owned(), index, descriptor, form });
        }
        Ok(Self {
            bytes,
            file: file.to_owned(),
            footer,
            known,
            columns: Arc::new(columns),
            wanted,
            open: Vec::new(),
            next_group: 0,
            rows_left: 0,
            batch_left: 0,
            batch_rows: BATCH_ROWS,
            row: 0,
        })
    }

    /// Opens the next row group; false at the end.
    fn open_group(&mut self) -> Result<bool, Fault> {
        self.open.clear();
        let Some(group) = self.footer.metadata.row_groups().get(self.next_group) else {
            return Ok(false);
        };
        self.next_group += 1;
        // Found to be no negative number by the footer.
        self.rows_left = usize::try_from(group.num_rows()).unwrap_or_default();
        self.batch_rows = BATCH_ROWS;
        let (mut file_bytes, mut held_bytes) = (0_u64, 0_usize);
        for wanted in &self.wanted {
            let metadata = group.columns().get(wanted.index);
            let metadata = metadata.ok_or_else(|| Fault::new("a row group lacks a column"))?;
            wanted.check_codec(metadata.compression())?;
            let place = Place::of(metadata, self.footer.data_end);
            let place = place.ok_or_else(|| wanted.fault("does not lie within the file"))?;
            file_bytes = file_bytes.saturating_add(place.length);
            if file_bytes > GROUP_BYTES_MAX {
                return Err(Fault::new("the columns of a row group are longer than 1 GiB"));
            }
            let bytes = read_exact(&mut self.bytes, place.start, place.length)?;
            let chunk = Chunk { start: place.start, bytes: Bytes::from(bytes) };
            let survey = chunk.survey(metadata, self.rows_left);
            let survey = survey.map_err(|problem| wanted.fault(&format!("is bad: {problem}")))?;
            held_bytes = held_bytes.saturating_add(survey.held_bytes);
            if held_bytes > HELD_BYTES_MAX {
                return Err(Fault::new("pages and dictionaries need more than 512 MiB at a time"));
            }
            self.batch_rows = self.batch_rows.min(rows_at_once(&survey));
            let descriptor = Arc::clone(&wanted.descriptor);
            let column = contained(|| {
                let pages = Pages::try_new(chunk, metadata, self.rows_left)?;
                Ok(Column::new(wanted.form, descriptor, pages))
            });
            self.open.push(column.map_err(|source| wanted.unread(source))?);
        }
        Ok(true)
    }

    /// Reads the next rows of each column.
    fn refill(&mut self) -> Result<(), Fault> {
        let rows = self.rows_left.min(self.batch_rows);
        for (wanted, column) in self.wanted.iter().zip(&mut self.open) {
            let read = contained(|| column.refill(rows));
            if read.map_err(|source| wanted.unread(source))? != rows {
                return Err(wanted.fault("ends before its row group"));
            }
        }
        self.batch_left = rows;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Result<Row, BadRow>>, Fault> {
        while self.rows_left == 0 {
            if !self.open_group()? {
                return Ok(None);
            }
        }
        if self.batch_left == 0 {
            self.refill()?;
        }
        self.rows_left -= 1;
        self.batch_left -= 1;
        self.row += 1;
        let mut values = Vec::with_capacity(self.open.len());
        let mut bad = None;
        let mut bytes_left = ROW_BYTES_MAX;
        for (wanted, column) in self.wanted.iter().zip(&mut self.open) {
            let value = match column.text(bytes_left) {
                None => String::new(),
                Some(Ok(text)) => text,
                Some(Err(Unwritten::TooLong)) => {
                    return Err(Fault::new("a row is longer than 1 MiB"));
                }
                Some(Err(Unwritten::Unfit(reason))) => {
                    bad.get_or_insert(format!("column `{}`: {reason}", wanted.name));
                    String::new()
                }
            };
            let left = bytes_left.checked_sub(value.len());
            bytes_left = left.ok_or_else(|| Fault::new("a row is longer than 1 MiB"))?;
            values.push(value);
        }
        let row = Row::new(self.row, Arc::clone(&self.columns), values);
        Ok(Some(match bad {
            None => Ok(row),
            Some(reason) => {
                Err(BadRow { line: self.row, reason, original: row.to_value().to_string() })
            }
        }))
    }
}

impl<R: Read + Seek> Rows for ParquetRows<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, BadRow>>, Error> {
        let next = self.next();
        next.map_err(|fault| fault.at(&self.file, self.row))
    }

    fn columns(&self) -> Option<&BTreeMap<String, usize>> {
        Some(&self.known)
    }
}

/// Where a column of a row group lies in its file.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    length: u64,
}

impl Place {
    /// `None` if it does not lie before the metadata of this file.
    fn of(metadata: &ColumnChunkMetaData, data_end: u64) -> Option<Self> {
        let start = metadata.dictionary_page_offset().unwrap_or(metadata.data_page_offset());
        let start = u64::try_from(start).ok()?;
        let length = u64::try_from(metadata.compressed_size()).ok()?;
        let is_here = metadata.file_path().is_none_or(str::is_empty);
        let fits = is_here && start.checked_add(length)? <= data_end;
        fits.then_some(Self { start, length })
    }
}

/// Fewer rows where a few bytes may stand for many.
fn rows_at_once(survey: &Survey) -> usize {
    if !survey.is_shared {
        return BATCH_ROWS;
    }
    (SHARED_BYTES_MAX / survey.page_bytes.max(1)).clamp(1, BATCH_ROWS)
}

/// Runs a part of the reader behind this one, which may panic at what is malformed. The message of
/// the panic is still told by the hook of the process.
fn contained<T>(read: impl FnOnce() -> ParquetResult<T>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
        Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "the file is malformed")),
    }
}

impl Wanted {
    fn check_codec(&self, codec: Compression) -> Result<(), Fault> {
        match codec {
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::GZIP(_)
            | Compression::ZSTD(_) => Ok(()),
            Compression::LZO | Compression::BROTLI(_) | Compression::LZ4 | Compression::LZ4_RAW => {
                Err(self.fault(&format!(
                    "is packed by {codec}, which is not read: pack it by Snappy, gzip or Zstandard"
                )))
            }
        }
    }

    fn fault(&self, problem: &str) -> Fault {
        Fault::new(&format!("column `{}` {problem}", self.name))
    }

    fn unread(&self, source: io::Error) -> Fault {
        Fault::caused(&format!("column `{}` cannot be read", self.name), source)
    }
}

impl Fault {
    fn new(problem: &str) -> Self {
        Self { problem: problem.to_owned(), source: None }
    }

    fn caused(problem: &str, source: io::Error) -> Self {
        Self { source: Some(source), ..Self::new(problem) }
    }

    fn unread(source: io::Error) -> Self {
        Self::caused("it cannot be read", source)
    }

    /// As an error of a file, behind a row.
    fn at(self, file: &str, row: u64) -> Error {
        let Self { problem, source } = self;
        Error::SourceRow { file: file.to_owned(), row, problem, source }
    }
}

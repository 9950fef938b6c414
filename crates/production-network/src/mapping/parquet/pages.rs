//! The pages of a column, looked at before they are unpacked.
//!
//! Guarantees that a page is refused that claims more bytes, values or lengths than it may, before
//! anything is allocated for them: the reader behind this one believes what a page says. Reads
//! pages as they are packed by Snappy, gzip or Zstandard, or not at all.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::thrift::{self, Numbers, Walk};

/// Longest page when it is unpacked: writers make them of about 1 MiB.
const PAGE_BYTES_MAX: usize = 64 << 20;
/// What a value of a dictionary needs beside its bytes.
const DICTIONARY_VALUE_BYTES: usize = 32;
/// What values may need that are read at once, where each shares a beginning with the one before:
/// a few bytes then stand for a long value.
pub(super) const SHARED_BYTES_MAX: usize = 16 << 20;
/// Longest block of numbers that are packed by their differences; writers make them of 128.
const BLOCK_MAX: u64 = 65_536;

/// The bytes of a column within a row group, and where they begin in the file.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) start: u64,
    pub(super) bytes: Bytes,
}

/// What reading a column's pages needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey {
    /// Bytes that are held at one time, beside those of the file.
    pub(super) held_bytes: usize,
    /// The longest page when it is unpacked.
    pub(super) page_bytes: usize,
    /// Values share their beginnings.
    pub(super) is_shared: bool,
}

/// Gives the pages of a column.
pub(super) struct Pages {
    inner: SerializedPageReader<Chunk>,
    /// Values may be null, so that a page begins with what says which are.
    is_optional: bool,
    has_dictionary: bool,
}

/// What the head of a page says.
#[derive(Clone, Copy, Debug)]
struct Head {
    kind: Kind,
    packed_bytes: usize,
    bytes: usize,
    values: usize,
    encoding: i64,
    /// Bytes at the beginning that are not packed.
    plain_bytes: usize,
    is_packed: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Data,
    Index,
    Dictionary,
}

impl Chunk {
    /// Looks at the heads of all pages of a column that should have so many rows.
    pub(super) fn survey(
        &self,
        metadata: &ColumnChunkMetaData,
        rows: usize,
    ) -> Result<Survey, &'static str> {
        /// The number of the encoding in which values share their beginnings.
        const DELTA_BYTE_ARRAY: i64 = 7;
        let is_gzip = matches!(metadata.compression(), Compression::GZIP(_));
        let mut survey = Survey::default();
        let (mut dictionary_bytes, mut values) = (0_usize, 0_usize);
        let mut rest = self.bytes.as_ref();
        while !rest.is_empty() {
            let mut walk = Walk::new(rest);
            let numbers = walk.numbers(page_head).ok_or("the head of a page is malformed")?;
            let head = Head::of(&numbers).ok_or("the head of a page is malformed")?;
            rest = rest.get(walk.at()..).unwrap_or_default();
            let body = rest.get(..head.packed_bytes).ok_or("a page is cut off")?;
            rest = rest.get(head.packed_bytes..).unwrap_or_default();
            if head.bytes > PAGE_BYTES_MAX {
                return Err("a page is longer than 64 MiB when it is unpacked");
            }
            if is_gzip && head.is_packed && head.kind != Kind::Index {
                head.check_gzip(body)?;
            }
            survey.page_bytes = survey.page_bytes.max(head.bytes);
            survey.is_shared |= head.kind == Kind::Data && head.encoding == DELTA_BYTE_ARRAY;
            match head.kind {
                Kind::Data => values = values.saturating_add(head.values),
                Kind::Dictionary => {
                    let own = head.values.saturating_mul(DICTIONARY_VALUE_BYTES);
                    let own = own.saturating_add(head.bytes);
                    dictionary_bytes = dictionary_bytes.saturating_add(own);
                }
                Kind::Index => {}
            }
        }
        if values != rows {
            return Err("its pages have not as many values as the row group has rows");
        }
        survey.held_bytes = survey.page_bytes.saturating_add(dictionary_bytes);
        if survey.is_shared {
            survey.held_bytes = survey.held_bytes.saturating_add(SHARED_BYTES_MAX);
        }
        Ok(survey)
    }
}

/// The kinds of the fields of a `PageHeader` in the format.
fn page_head(path: &[i16]) -> Option<thrift::Kind> {
    match path {
        [1..=4] | [5, 1..=4] | [7, 1 | 2] | [8, 1..=6] => Some(thrift::Kind::Integer),
        [5..=8] => Some(thrift::Kind::Structure),
        [7, 3] | [8, 7] => Some(thrift::Kind::True),
        _ => None,
    }
}

impl Head {
    /// Reads the numbers of a page's head, by the fields of `PageHeader` in the format.
    fn of(numbers: &Numbers) -> Option<Self> {
        let size = |field| numbers.get(&field).and_then(|size| usize::try_from(*size).ok());
        let kind = numbers.get(&(0, 1))?;
        // The reader behind takes a page that has this head for one of the second version.
        if *kind != 3 && numbers.keys().any(|(outer, _)| *outer == 8) {
            return None;
        }
        let (kind, values, encoding, plain_bytes) = match kind {
            0 => (Kind::Data, (5, 1), (5, 2), 0),
            1 => (Kind::Index, (6, 1), (6, 1), 0),
            2 => (Kind::Dictionary, (7, 1), (7, 2), 0),
            3 => (Kind::Data, (8, 1), (8, 4), size((8, 5))?.checked_add(size((8, 6))?)?),
            _ => return None,
        };
        Some(Self {
            kind,
            packed_bytes: size((0, 3))?,
            bytes: size((0, 2))?,
            values: if kind == Kind::Index { 0 } else { size(values)? },
            encoding: numbers.get(&encoding).copied().unwrap_or_default(),
            plain_bytes,
            is_packed: numbers.get(&(8, 7)).is_none_or(|packed| *packed != 0),
        })
    }

    /// Unpacks a page into nothing: the reader behind unpacks gzip to its end, however long it is.
    fn check_gzip(self, body: &[u8]) -> Result<(), &'static str> {
        let packed = body.get(self.plain_bytes..).ok_or("a page is cut off")?;
        let expected = self.bytes.saturating_sub(self.plain_bytes) as u64;
        if expected == 0 {
            return Ok(());
        }
        let mut unpacked = flate2::read::MultiGzDecoder::new(packed).take(expected + 1);
        let found = io::copy(&mut unpacked, &mut io::sink());
        if found.map_err(|_| "a page cannot be unpacked")? != expected {
            return Err("a page is not as long as it says when it is unpacked");
        }
        Ok(())
    }
}

impl Pages {
    pub(super) fn try_new(
        chunk: Chunk,
        metadata: &ColumnChunkMetaData,
        rows: usize,
    ) -> ParquetResult<Self> {
        let inner = SerializedPageReader::new(Arc::new(chunk), metadata, rows, None)?;
        let is_optional = metadata.column_descr().max_def_level() > 0;
        Ok(Self { inner, is_optional, has_dictionary: false })
    }

    fn check(&mut self, page: &Page) -> Result<(), &'static str> {
        let (values, count, encoding) = match page {
            Page::DictionaryPage { .. } => {
                self.has_dictionary = true;
                return Ok(());
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let levels = match (self.is_optional, def_level_encoding) {
                    (false, _) => 0,
                    (true, Encoding::RLE) => {
                        let length = buf.get(..4).and_then(|length| length.try_into().ok());
                        4 + u64::from(length.map_or(0, u32::from_le_bytes))
                    }
                    (true, _) => u64::from(num_values.div_ceil(8)),
                };
                (after(buf, levels)?, *num_values, *encoding)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                (after(buf, levels)?, *num_values, *encoding)
            }
        };
        let too_much = "a page has more values than it says";
        match encoding {
            Encoding::PLAIN | Encoding::RLE | Encoding::BYTE_STREAM_SPLIT => Ok(()),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if self.has_dictionary => Ok(()),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                Err("a page needs a dictionary that is not there")
            }
            // A page of nulls alone has no values, and none of their lengths.
            _ if values.is_empty() => Ok(()),
            Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY => {
                Differences::read(&mut Walk::new(values), count).map(|_| ()).ok_or(too_much)
            }
            Encoding::DELTA_BYTE_ARRAY => {
                let mut walk = Walk::new(values);
                let beginnings = Differences::read(&mut walk, count).ok_or(too_much)?;
                beginnings.pass(&mut walk).ok_or("a page is cut off")?;
                Differences::read(&mut walk, count).map(|_| ()).ok_or(too_much)
            }
            _ => Err("values are encoded in a way that is not read"),
        }
    }
}

fn after(bytes: &[u8], count: u64) -> Result<&[u8], &'static str> {
    let start = usize::try_from(count).ok();
    start.and_then(|start| bytes.get(start..)).ok_or("a page is cut off")
}

/// Numbers that are packed by their differences, in blocks of equal length.
#[derive(Clone, Copy, Debug)]
struct Differences {
    parts_per_block: u64,
    numbers_per_part: u64,
    count: u64,
}

impl Differences {
    /// Reads the head; `None` if it claims more than it may.
    fn read(walk: &mut Walk<'_>, count_max: u32) -> Option<Self> {
        let (block, parts_per_block, count) = (walk.varint()?, walk.varint()?, walk.varint()?);
        walk.varint()?;
        let fits = count <= u64::from(count_max) && block <= BLOCK_MAX;
        let numbers_per_part = block.checked_div(parts_per_block)?;
        fits.then_some(Self { parts_per_block, numbers_per_part, count })
    }

    /// Passes over the numbers.
    fn pass(self, walk: &mut Walk<'_>) -> Option<()> {
        // The first number stands in the head.
        let mut left = self.count.saturating_sub(1);
        if left > 0 && self.numbers_per_part == 0 {
            return None;
        }
        while left > 0 {
            walk.varint()?;
            for bits in walk.take(self.parts_per_block)? {
                if left > 0 {
                    walk.take(u64::from(*bits) * self.numbers_per_part / 8)?;
                    left = left.saturating_sub(self.numbers_per_part);
                }
            }
        }
        Some(())
    }
}

impl Iterator for Pages {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        let page = self.inner.get_next_page()?;
        if let Some(page) = &page {
            self.check(page).map_err(|problem| ParquetError::General(problem.to_owned()))?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.inner.skip_next_page()
    }
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Chunk {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let length = self.len().saturating_sub(start);
        Ok(self.get_bytes(start, usize::try_from(length).unwrap_or_default())?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let from = start.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let range = from.and_then(|from| Some(from..from.checked_add(length)?));
        let range = range.filter(|range| range.end <= self.bytes.len());
        let range = range.ok_or_else(|| ParquetError::EOF("a page is cut off".to_owned()))?;
        Ok(self.bytes.slice(range))
    }
}

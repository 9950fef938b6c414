//! One column of a row group: its values, one after the other, as text.
//!
//! Guarantees that only so many values are held as are read at once, and as text one at a time. A
//! null is no text, and a value that cannot be written says why.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96Type,
};
use parquet::errors::Result as ParquetResult;
use parquet::schema::types::ColumnDescPtr;

use super::pages::Pages;
use super::text::{self, Form};

/// A column that is read.
pub(super) struct Column {
    form: Form,
    values: Values,
}

/// The values by their physical type.
enum Values {
    Boolean(Held<BoolType>),
    Int32(Held<Int32Type>),
    Int64(Held<Int64Type>),
    Int96(Held<Int96Type>),
    Float(Held<FloatType>),
    Double(Held<DoubleType>),
    Bytes(Held<ByteArrayType>),
    Fixed(Held<FixedLenByteArrayType>),
}

/// Values that were read and not yet given.
struct Held<T: DataType> {
    reader: ColumnReaderImpl<T>,
    /// One a row if values may be null: 1 where there is a value.
    levels: Vec<i16>,
    values: Vec<T::T>,
    is_optional: bool,
    next_row: usize,
    next_value: usize,
}

impl Column {
    pub(super) fn new(form: Form, descriptor: ColumnDescPtr, pages: Pages) -> Self {
        let is_optional = descriptor.max_def_level() > 0;
        let values = match get_column_reader(descriptor, Box::new(pages)) {
            ColumnReader::BoolColumnReader(reader) => {
                Values::Boolean(Held::new(reader, is_optional))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                Values::Int32(Held::new(reader, is_optional))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                Values::Int64(Held::new(reader, is_optional))
            }
            ColumnReader::Int96ColumnReader(reader) => {
                Values::Int96(Held::new(reader, is_optional))
            }
            ColumnReader::FloatColumnReader(reader) => {
                Values::Float(Held::new(reader, is_optional))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                Values::Double(Held::new(reader, is_optional))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                Values::Bytes(Held::new(reader, is_optional))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                Values::Fixed(Held::new(reader, is_optional))
            }
        };
        Self { form, values }
    }

    /// Reads the next rows in place of those before; says how many there were.
    pub(super) fn refill(&mut self, rows: usize) -> ParquetResult<usize> {
        match &mut self.values {
            Values::Boolean(held) => held.refill(rows),
            Values::Int32(held) => held.refill(rows),
            Values::Int64(held) => held.refill(rows),
            Values::Int96(held) => held.refill(rows),
            Values::Float(held) => held.refill(rows),
            Values::Double(held) => held.refill(rows),
            Values::Bytes(held) => held.refill(rows),
            Values::Fixed(held) => held.refill(rows),
        }
    }

    /// The next row's value as text of at most so many bytes; `None` for a null.
    pub(super) fn text(&mut self, bytes_max: usize) -> Option<Result<String, Unwritten>> {
        let form = self.form;
        let written = match &mut self.values {
            Values::Boolean(held) => Ok(held.next()?.to_string()),
            Values::Int32(held) => {
                let number = *held.next()?;
                text::integer(form, i64::from(number), u64::from(number.cast_unsigned()))
            }
            Values::Int64(held) => {
                let number = *held.next()?;
                text::integer(form, number, number.cast_unsigned())
            }
            Values::Int96(held) => text::old_timestamp(held.next()?),
            Values::Float(held) => Ok(held.next()?.to_string()),
            Values::Double(held) => Ok(held.next()?.to_string()),
            Values::Bytes(held) => {
                let bytes = held.next()?.data();
                if bytes.len() > bytes_max {
                    return Some(Err(Unwritten::TooLong));
                }
                text::bytes(form, bytes)
            }
            Values::Fixed(held) => text::bytes(form, held.next()?.data()),
        };
        Some(written.map_err(Unwritten::Unfit))
    }
}

/// Why a value is not given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Unwritten {
    /// It is longer than a row may be.
    TooLong,
    /// It is no value of its type.
    Unfit(String),
}

impl<T: DataType> Held<T> {
    fn new(reader: ColumnReaderImpl<T>, is_optional: bool) -> Self {
        let (levels, values) = (Vec::new(), Vec::new());
        Self { reader, levels, values, is_optional, next_row: 0, next_value: 0 }
    }

    fn refill(&mut self, rows: usize) -> ParquetResult<usize> {
        self.levels.clear();
        self.values.clear();
        (self.next_row, self.next_value) = (0, 0);
        let read =
            self.reader.read_records(rows, Some(&mut self.levels), None, &mut self.values)?;
        Ok(read.0)
    }

    /// The value of the next row; `None` for a null.
    fn next(&mut self) -> Option<&T::T> {
        let level = self.levels.get(self.next_row).copied().unwrap_or_default();
        self.next_row += 1;
        if self.is_optional && level == 0 {
            return None;
        }
        let value = self.values.get(self.next_value);
        self.next_value += 1;
        value
    }
}

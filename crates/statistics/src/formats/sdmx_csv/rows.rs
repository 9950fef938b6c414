//! Rows and their fields, without a copy where a row is like the one before it.
//!
//! Holds one row at a time in one buffer; a longer one is refused and passed over in bounded
//! memory. What a row is does not depend on the pieces in which the input arrives.

mod split;

use std::io::{BufRead, ErrorKind};

use memchr::{memchr, memchr_iter};

use crate::formats::{Limits, Place};
use crate::rejection::{At, ROW_BYTES_MAX, Rejection, Rule};
use split::{Split, Unquoted};

/// What is read at a time: large enough that moving a cut row costs nothing.
const BUFFER_BYTES: usize = 256 * 1024;

/// Which columns are compared whole: `[0, prefix)`, split `[prefix, tail)`, compared `[tail, …)`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plan {
    pub(super) prefix_columns: usize,
    pub(super) tail_column: usize,
    pub(super) columns: usize,
}

/// Splits an input into rows.
pub(super) struct Rows<R> {
    input: R,
    limits: Limits,
    delimiter: u8,
    plan: Plan,
    buffer: Vec<u8>,
    /// The unread bytes are `buffer[start..filled]`.
    start: usize,
    filled: usize,
    /// The current row is `buffer[row_start..row_end]`, line end excluded.
    row_start: usize,
    row_end: usize,
    place: Place,
    next_place: Place,
    at_end: bool,
    failed: bool,
    split: Split,
}

/// One row.
pub(super) struct Row<'a> {
    pub(super) place: Place,
    /// Its original bytes.
    pub(super) raw: &'a [u8],
    /// Whether the columns before [`Plan::prefix_columns`] are those of the last row.
    pub(super) same_prefix: bool,
    /// Whether the columns from [`Plan::tail_column`] on are those of the last row.
    pub(super) same_tail: bool,
    pub(super) prefix_columns: usize,
    pub(super) tail_column: usize,
    split: &'a Split,
}

impl<'a> Row<'a> {
    /// The bytes of a field; empty if the row has no such column.
    #[inline]
    pub(super) fn field(&self, column: usize) -> &'a [u8] {
        let split = self.split;
        let head = split.head_ends.len();
        if column < head {
            return field(self.raw, &split.head_ends, column, 1);
        }
        if split.tail_quoted {
            field(&split.unquoted, &split.tail_ends, column - head, 0)
        } else {
            field(&self.raw[split.tail_at..], &split.tail_ends, column - head, 1)
        }
    }

    /// The bytes of the columns before [`Plan::prefix_columns`], if none has a quotation mark.
    pub(super) fn prefix(&self) -> Option<&'a [u8]> {
        let last = self.prefix_columns.checked_sub(1)?;
        self.split.head_ends.get(last).map(|&end| &self.raw[..end])
    }

    pub(super) fn len(&self) -> usize {
        self.split.head_ends.len() + self.split.tail_ends.len()
    }
}

/// A field, given where fields end and how many bytes are between them.
#[inline]
fn field<'a>(bytes: &'a [u8], ends: &[usize], index: usize, gap: usize) -> &'a [u8] {
    let Some(&end) = ends.get(index) else { return &[] };
    let start = if index == 0 { 0 } else { ends[index - 1] + gap };
    &bytes[start..end]
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        Self {
            input,
            limits,
            delimiter: b',',
            plan: Plan::default(),
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            filled: 0,
            row_start: 0,
            row_end: 0,
            place: Place::default(),
            next_place: Place { byte: 0, row: 1 },
            at_end: false,
            failed: false,
            split: Split::new(b','),
        }
    }

    /// The first bytes of the input, as many as asked for if there are as many.
    pub(super) fn peek(&mut self, count: usize) -> &[u8] {
        while self.filled - self.start < count && self.fill() {}
        &self.buffer[self.start..self.filled.min(self.start + count)]
    }

    /// Passes over bytes at the beginning, such as a byte order mark.
    pub(super) fn skip(&mut self, count: usize) {
        self.start += count;
        self.next_place.byte += count as u64;
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        self.split = Split::new(delimiter);
    }

    pub(super) fn set_plan(&mut self, plan: Plan) {
        self.plan = plan;
    }

    /// Where the next row begins.
    pub(super) fn next_place(&self) -> Place {
        self.next_place
    }

    /// Whether the input could not be read to its end.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// The row that [`Self::advance`] found.
    pub(super) fn row(&self) -> Row<'_> {
        Row {
            place: self.place,
            raw: &self.buffer[self.row_start..self.row_end],
            same_prefix: self.split.same_prefix,
            same_tail: self.split.same_tail,
            prefix_columns: self.plan.prefix_columns,
            tail_column: self.plan.tail_column,
            split: &self.split,
        }
    }

    /// Moves to the next row that is not empty.
    pub(super) fn advance(&mut self) -> Option<Result<(), Rejection>> {
        let found = self.find_row()?;
        if found.is_err() {
            // The caller never sees this row, so nothing may count as equal to it.
            self.split.forget();
        }
        Some(found)
    }

    fn find_row(&mut self) -> Option<Result<(), Rejection>> {
        loop {
            self.place = self.next_place;
            // The end of the row, counted from its beginning, so that it survives a refill.
            let mut searched = 0;
            let (length, complete) = loop {
                let unread = &self.buffer[self.start..self.filled];
                if let Some(at) = memchr(b'\n', &unread[searched..]) {
                    break (searched + at, true);
                }
                searched = unread.len();
                if searched > self.limits.row_bytes_max {
                    return Some(Err(self.pass_over()));
                }
                if !self.fill() {
                    break (searched, false);
                }
            };
            if self.failed {
                return Some(Err(self.unreadable()));
            }
            if length == 0 && !complete {
                return None;
            }
            if length > self.limits.row_bytes_max {
                return Some(Err(self.pass_over()));
            }
            let line = &self.buffer[self.start..self.start + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                self.go_on(length + usize::from(complete), 1);
                continue;
            }
            let raw_length = line.len();
            if !self.split.line(line, memchr(b'"', line), self.plan) {
                return Some(self.unquote());
            }
            self.row_start = self.start;
            self.row_end = self.start + raw_length;
            self.go_on(length + usize::from(complete), 1);
            return Some(self.check(complete));
        }
    }

    fn go_on(&mut self, bytes: usize, lines: usize) {
        self.start += bytes;
        self.next_place.byte += bytes as u64;
        self.next_place.row += lines as u64;
    }

    /// Splits the row at `start`, whose tail has quotation marks and may go over several lines.
    fn unquote(&mut self) -> Result<(), Rejection> {
        let mut state = self.split.begin_unquoting(self.limits.columns_max);
        let complete = loop {
            let row = &self.buffer[self.start..self.filled];
            match self.split.unquote(row, &mut state) {
                Unquoted::Complete => break true,
                Unquoted::AtEnd => break false,
                Unquoted::More if state.used > self.limits.row_bytes_max => {
                    return Err(self.pass_over());
                }
                // At the end of the input the next slice is empty, which says so.
                Unquoted::More => {
                    self.fill();
                }
            }
        };
        if self.failed {
            return Err(self.unreadable());
        }
        let raw_length = state.used - usize::from(complete);
        if raw_length > self.limits.row_bytes_max {
            return Err(self.pass_over());
        }
        self.row_start = self.start;
        self.row_end = self.start + raw_length;
        let raw = &self.buffer[self.row_start..self.row_end];
        let lines = memchr_iter(b'\n', raw).count() + usize::from(complete);
        let columns_lost = self.split.end_unquoting(raw, &state, self.plan);
        self.go_on(state.used, lines.max(1));
        let raw = &self.buffer[self.row_start..self.row_end];
        let unclosed = !complete && memchr_iter(b'"', raw).count() % 2 == 1;
        if unclosed {
            let reason = "the input ends inside a quoted field";
            return Err(Rejection::new(Rule::Truncated, self.at(), reason).quoting(raw));
        }
        if columns_lost > 0 {
            return Err(self.too_many_columns(columns_lost as u64).quoting(raw));
        }
        self.check(complete)
    }

    fn check(&mut self, complete: bool) -> Result<(), Rejection> {
        let row = self.row();
        let found = row.len();
        if self.plan.columns > 0 && found != self.plan.columns {
            return Err(self.wrong_length(found, complete));
        }
        let limit = self.limits.field_bytes_max;
        if row.raw.len() > limit {
            for column in 0..found {
                let length = row.field(column).len();
                if length > limit {
                    let reason = format!("a field of {length} bytes, at most {limit} are read");
                    let mut rejection = Rejection::new(Rule::CsvFieldTooLong, self.at(), reason);
                    rejection.position.column = u32::try_from(column + 1).ok();
                    return Err(rejection.quoting(row.raw));
                }
            }
        }
        match first_foreign_byte(row.raw) {
            None => Ok(()),
            Some(at) => {
                let reason = format!(
                    "byte {at} of the row is 0x{:02X}, which is not UTF-8 (the file looks like \
                     Latin-1 or Windows-1252)",
                    row.raw[at]
                );
                let rejection = Rejection::new(Rule::CsvEncoding, self.at(), reason);
                Err(rejection.quoting(row.raw))
            }
        }
    }

    fn wrong_length(&self, found: usize, complete: bool) -> Rejection {
        let expected = self.plan.columns;
        let raw = self.row().raw;
        let first_row = self.place.row == 2;
        let delimiter = char::from(self.delimiter);
        let other = [b',', b';', b'\t', b'|']
            .into_iter()
            .find(|&other| memchr_iter(other, raw).count() + 1 == expected);
        let rejection = match other {
            Some(other) if first_row && found == 1 => {
                let reason = format!(
                    "the header is separated by {delimiter:?}, the rows by {:?}",
                    char::from(other)
                );
                Rejection::new(Rule::CsvDelimiter, self.at(), reason)
            }
            _ if !complete && found < expected => {
                let reason = format!("the input ends after {found} of {expected} fields");
                Rejection::new(Rule::Truncated, self.at(), reason)
            }
            _ => {
                let reason = format!("{found} fields, the header has {expected}");
                Rejection::new(Rule::CsvRowLength, self.at(), reason)
            }
        };
        rejection.quoting(raw)
    }

    /// Refuses the row at `start`, which is too long, and passes over the rest of it.
    fn pass_over(&mut self) -> Rejection {
        let (mut quoted, mut bytes, mut delimiters) = (false, 0u64, 0u64);
        let quote_end = self.filled.min(self.start + ROW_BYTES_MAX);
        let quote = self.buffer[self.start..quote_end].to_vec();
        let delimiter = self.delimiter;
        'rows: loop {
            let unread = &self.buffer[self.start..self.filled];
            for (index, &byte) in unread.iter().enumerate() {
                quoted ^= byte == b'"';
                delimiters += u64::from(byte == delimiter && !quoted);
                if byte == b'\n' {
                    self.next_place.row += 1;
                    if !quoted {
                        bytes += index as u64 + 1;
                        self.start += index + 1;
                        break 'rows;
                    }
                }
            }
            bytes += unread.len() as u64;
            self.start = self.filled;
            if !self.fill() {
                break;
            }
        }
        self.next_place.byte += bytes;
        self.split = Split::new(self.delimiter);
        if self.buffer.len() > BUFFER_BYTES && self.filled - self.start <= BUFFER_BYTES {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
            self.buffer.truncate(BUFFER_BYTES);
            self.buffer.shrink_to_fit();
        }
        let rejection = if delimiters >= self.limits.columns_max as u64 {
            self.too_many_columns(delimiters + 1)
        } else {
            let limit = self.limits.row_bytes_max;
            let reason = format!("a row of {bytes} bytes, at most {limit} are read");
            Rejection::new(Rule::CsvFieldTooLong, self.at(), reason)
        };
        rejection.quoting(&quote)
    }

    pub(super) fn too_many_columns(&self, found: u64) -> Rejection {
        let limit = self.limits.columns_max;
        let reason = format!("{found} columns, at most {limit} are read");
        Rejection::new(Rule::CsvTooManyColumns, self.at(), reason)
    }

    fn unreadable(&self) -> Rejection {
        let reason = "the input could not be read to its end";
        Rejection::new(Rule::Truncated, self.at(), reason)
    }

    pub(super) fn at(&self) -> At {
        At { byte: self.place.byte, row: self.place.row, column: None }
    }

    /// Reads more behind the unread bytes; false at the end of the input.
    fn fill(&mut self) -> bool {
        if self.at_end {
            return false;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.at_end = true;
                    return false;
                }
                Ok(count) => {
                    self.filled += count;
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.at_end = true;
                    self.failed = true;
                    return false;
                }
            }
        }
    }
}

/// The offset of the first byte that is not UTF-8.
fn first_foreign_byte(bytes: &[u8]) -> Option<usize> {
    if bytes.is_ascii() {
        return None;
    }
    std::str::from_utf8(bytes).err().map(|error| error.valid_up_to())
}

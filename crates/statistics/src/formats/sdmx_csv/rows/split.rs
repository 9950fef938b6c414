//! How a row splits into fields: a head without quotation marks and a tail that may have some.
//!
//! Consecutive rows repeat the leading columns (the series) and the trailing ones (the attributes).
//! Each is recognised by one comparison and then not split again. Only a tail that is new and has
//! quotation marks goes through csv-core; if the head has one too, the tail is the whole row.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter};

use super::Plan;

/// The split of the current row, and what is known of the one before.
pub(super) struct Split {
    delimiter: u8,
    core: Reader,
    /// Ends of the fields of the head, in the row.
    pub(super) head_ends: Vec<usize>,
    /// Where the tail begins in the row.
    pub(super) tail_at: usize,
    /// Ends of the fields of the tail, in the tail or, if it was quoted, in `unquoted`.
    pub(super) tail_ends: Vec<usize>,
    pub(super) tail_quoted: bool,
    pub(super) unquoted: Vec<u8>,
    pub(super) same_prefix: bool,
    pub(super) same_tail: bool,
    /// Bytes of the last row up to and with the separator before the first column that moves.
    prefix: Vec<u8>,
    /// Bytes of the last tail, if it is known.
    tail: Vec<u8>,
    tail_known: bool,
}

/// How far csv-core came with a tail.
pub(super) struct Unquoting {
    pub(super) used: usize,
    written: usize,
    ends: usize,
    ends_lost: usize,
}

pub(super) enum Unquoted {
    /// The record ended with a line end.
    Complete,
    /// The record ended with the input.
    AtEnd,
    /// More input is needed.
    More,
}

impl Split {
    pub(super) fn new(delimiter: u8) -> Self {
        let core =
            ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        Self {
            delimiter,
            core,
            head_ends: Vec::new(),
            tail_at: 0,
            tail_ends: Vec::new(),
            tail_quoted: false,
            unquoted: Vec::new(),
            same_prefix: false,
            same_tail: false,
            prefix: Vec::new(),
            tail: Vec::new(),
            tail_known: false,
        }
    }

    /// Forgets the last row, so that nothing counts as equal to it.
    pub(super) fn forget(&mut self) {
        self.prefix.clear();
        self.tail_known = false;
    }

    /// Splits the head of a line, as far as it has no quotation mark. `false` if the tail has yet
    /// to be unquoted.
    pub(super) fn line(&mut self, line: &[u8], first_quote: Option<usize>, plan: Plan) -> bool {
        let plain = &line[..first_quote.unwrap_or(line.len())];
        let prefix = self.prefix.len();
        self.same_prefix = prefix > 0 && plain.starts_with(&self.prefix);
        let mut position = if self.same_prefix {
            self.head_ends.truncate(plan.prefix_columns);
            prefix
        } else {
            self.head_ends.clear();
            0
        };
        while self.head_ends.len() < plan.tail_column {
            let Some(at) = memchr(self.delimiter, &plain[position..]) else { break };
            self.head_ends.push(position + at);
            position += at + 1;
        }
        let whole_head = self.head_ends.len() == plan.tail_column;
        if first_quote.is_some() && !whole_head {
            self.same_prefix = false;
            self.head_ends.clear();
            position = 0;
        }
        if !self.same_prefix {
            self.prefix.clear();
            if plan.prefix_columns > 0 && self.head_ends.len() >= plan.prefix_columns {
                self.prefix.extend_from_slice(&line[..=self.head_ends[plan.prefix_columns - 1]]);
            }
        }
        self.tail_at = position;
        let tail = &line[position..];
        self.same_tail = self.tail_known && whole_head && tail == self.tail.as_slice();
        if self.same_tail {
            return true;
        }
        self.tail_known = false;
        self.tail_quoted = first_quote.is_some();
        if self.tail_quoted {
            return false;
        }
        self.tail_ends.clear();
        self.tail_ends.extend(memchr_iter(self.delimiter, tail));
        self.tail_ends.push(tail.len());
        self.remember(tail, plan);
        true
    }

    /// Begins to unquote the tail.
    pub(super) fn begin_unquoting(&mut self, columns_max: usize) -> Unquoting {
        self.core.reset();
        self.tail_ends.resize(columns_max + 1, 0);
        if self.unquoted.is_empty() {
            self.unquoted.resize(1024, 0);
        }
        Unquoting { used: self.tail_at, written: 0, ends: 0, ends_lost: 0 }
    }

    /// Goes on with the bytes from `state.used` on; an empty slice says that there are no more.
    pub(super) fn unquote(&mut self, row: &[u8], state: &mut Unquoting) -> Unquoted {
        loop {
            let input = &row[state.used..];
            let at_end = input.is_empty();
            let (result, read, written, ended) = self.core.read_record(
                input,
                &mut self.unquoted[state.written..],
                &mut self.tail_ends[state.ends..],
            );
            state.used += read;
            state.written += written;
            state.ends += ended;
            match result {
                // A line break at the end of the input may still be inside a quoted field.
                ReadRecordResult::Record if !at_end && row[state.used - 1] == b'\n' => {
                    return Unquoted::Complete;
                }
                ReadRecordResult::Record | ReadRecordResult::End => return Unquoted::AtEnd,
                ReadRecordResult::InputEmpty => return Unquoted::More,
                ReadRecordResult::OutputFull => {
                    let doubled = self.unquoted.len() * 2;
                    self.unquoted.resize(doubled, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    state.ends_lost += state.ends;
                    state.ends = 0;
                }
            }
        }
    }

    /// Takes the fields of the tail over; answers how many fields were too many to hold, if any.
    pub(super) fn end_unquoting(&mut self, raw: &[u8], state: &Unquoting, plan: Plan) -> usize {
        self.tail_ends.truncate(state.ends);
        // The carriage return of the line end, which csv-core takes for part of the last field.
        let last_starts = state.ends.checked_sub(2).map_or(0, |before| self.tail_ends[before]);
        if raw.ends_with(b"\r")
            && let Some(end) = self.tail_ends.last_mut()
            && *end > last_starts
            && self.unquoted[*end - 1] == b'\r'
        {
            *end -= 1;
        }
        let tail = &raw[self.tail_at..];
        let one_line = memchr(b'\n', tail).is_none();
        if one_line && state.ends_lost == 0 && self.head_ends.len() == plan.tail_column {
            self.remember(tail.strip_suffix(b"\r").unwrap_or(tail), plan);
        }
        if state.ends_lost > 0 { state.ends_lost + state.ends } else { 0 }
    }

    fn remember(&mut self, tail: &[u8], plan: Plan) {
        let columns = self.head_ends.len() + self.tail_ends.len();
        self.tail_known = plan.columns > 0 && columns == plan.columns;
        if self.tail_known {
            self.tail.clear();
            self.tail.extend_from_slice(tail);
        }
    }
}

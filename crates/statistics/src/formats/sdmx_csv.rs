//! SDMX-CSV 1.0, 2.0 and 2.1 as a stream: rows in, runs of observations and rejections out.
//!
//! Source: the SDMX-CSV data message field guide (SDMX Technical Working Group). Memory is one row
//! and one run. A row that breaks a rule is refused alone; only a header that cannot be used, a
//! wrong separator or an input that cannot be read end the whole read. Never reads a value twice:
//! what a row has in common with the one before it is recognised by its bytes.

#![expect(
    clippy::result_large_err,
    reason = "a rejection is data, moved once for a refused row; a box would show in the API"
)]

mod rows;
mod header;
mod layout;
mod attributes;
mod number;
mod judge;
mod write;

use std::collections::VecDeque;
use std::io::BufRead;

use super::{Limits, Part, Progress};
use crate::rejection::{Rejection, Rule};
use crate::structure::Structures;
use header::Header;
use judge::{Judge, Verdict};
use rows::Rows;

pub use write::SdmxCsvWriter;

/// Reads SDMX-CSV.
pub struct SdmxCsvReader<'s, R> {
    rows: Rows<R>,
    judge: Judge<'s>,
    pending: VecDeque<Result<Part, Rejection>>,
    progress: Progress,
    skipped: u64,
    ended: bool,
}

impl<'s, R: BufRead> SdmxCsvReader<'s, R> {
    /// Reads the header.
    ///
    /// # Errors
    /// The rejection, if the input does not begin with a header of SDMX-CSV.
    pub fn try_new(
        input: R,
        structures: &'s Structures,
        limits: Limits,
    ) -> Result<Self, Rejection> {
        let mut rows = Rows::new(input, limits);
        let header = Header::read(&mut rows, limits)?;
        let judge = Judge::new(header, structures, limits);
        rows.set_plan(judge.plan());
        Ok(Self {
            rows,
            judge,
            pending: VecDeque::new(),
            progress: Progress::default(),
            skipped: 0,
            ended: false,
        })
    }

    /// The next run, withdrawal or rejection, in the order of the input; `None` at its end.
    pub fn next_block(&mut self) -> Option<Result<Part, Rejection>> {
        loop {
            if let Some(part) = self.pending.pop_front() {
                return Some(part);
            }
            if self.ended {
                return None;
            }
            self.read_row();
        }
    }

    /// How far the read is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let place = self.rows.next_place();
        Progress { bytes: place.byte, rows: place.row.saturating_sub(1), ..self.progress }
    }

    /// Rows that were passed over because their dataflow, or a column that it needs, had been
    /// refused before. They are not told one by one.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn read_row(&mut self) {
        let verdict = match self.rows.advance() {
            None => {
                self.finish_run();
                self.ended = true;
                return;
            }
            Some(Err(rejection)) => Verdict::Refused(rejection),
            Some(Ok(())) => self.judge.row(&self.rows.row()),
        };
        match verdict {
            Verdict::Taken => self.progress.observations += 1,
            Verdict::TakenAndFull => {
                self.progress.observations += 1;
                self.finish_run();
            }
            Verdict::AfterRun(run) => {
                self.progress.observations += 1;
                self.pending.push_back(Ok(Part::Series(run)));
            }
            Verdict::Withdrawn(withdrawal) => {
                self.finish_run();
                self.pending.push_back(Ok(Part::Withdrawal(withdrawal)));
            }
            Verdict::Skipped => {
                self.progress.rejected += 1;
                self.skipped += 1;
            }
            Verdict::Refused(rejection) => {
                self.finish_run();
                self.progress.rejected += 1;
                self.ended = rejection.rule == Rule::CsvDelimiter || self.rows.failed();
                self.pending.push_back(Err(rejection));
            }
        }
    }

    fn finish_run(&mut self) {
        if let Some(run) = self.judge.take_run() {
            self.pending.push_back(Ok(Part::Series(run)));
        }
    }
}

//! What the last documents of a network are about, from which its picture moves on.
//!
//! Bounded: where much of a network was told since the last picture, the next is made anew, and what
//! it was about is forgotten.

use std::collections::VecDeque;

use production_network::Touched;

/// The part of its relations from which on a network is looked at anew.
const TOUCHED_PART: usize = 10;
/// Records that are always worked off one by one.
const TOUCHED_MIN: usize = 1_000;

/// What the last documents are about, each by its position.
#[derive(Debug, Default)]
pub(super) struct Recent {
    documents: VecDeque<(u64, Touched)>,
    records: usize,
    /// All documents behind this position are among them.
    since: u64,
}

impl Recent {
    /// Adds a document of a network that has so many relations with it.
    pub(super) fn note(&mut self, position: u64, touched: Touched, relations: usize) {
        self.records += touched.count();
        self.documents.push_back((position, touched));
        if self.records > relations / TOUCHED_PART + TOUCHED_MIN {
            *self = Self { since: position, ..Self::default() };
        }
    }

    /// Whether all documents behind a position are known.
    pub(super) fn reaches_back_to(&self, position: u64) -> bool {
        self.since <= position
    }

    /// What the documents behind one position are about, up to another; `None` where that is no
    /// longer known.
    pub(super) fn touched(&self, behind: u64, to: u64) -> Option<Touched> {
        if !self.reaches_back_to(behind) {
            return None;
        }
        let mut all = Touched::default();
        for (position, touched) in &self.documents {
            if (behind + 1..=to).contains(position) {
                all.extend(touched);
            }
        }
        Some(all)
    }

    /// Forgets the documents up to a position.
    pub(super) fn forget(&mut self, up_to: u64) {
        while let Some((position, touched)) = self.documents.front()
            && *position <= up_to
        {
            self.records -= touched.count();
            self.since = self.since.max(*position);
            self.documents.pop_front();
        }
    }
}

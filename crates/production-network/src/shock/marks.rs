//! Sets of numbers that are filled and emptied many times.

use std::ops::Range;

/// A set of more than this part of all is taken in order.
const IN_ORDER_FROM: usize = 32;

/// A set of firms or markets that is emptied in its own time.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    is_in: Vec<bool>,
    members: Vec<usize>,
}

impl Marks {
    pub(super) fn new(count: usize) -> Self {
        Self { is_in: vec![false; count], members: Vec::new() }
    }

    pub(super) fn add(&mut self, number: usize) {
        if !std::mem::replace(&mut self.is_in[number], true) {
            self.members.push(number);
        }
    }

    pub(super) fn take(&mut self) -> Vec<usize> {
        if self.members.len() > self.is_in.len() / IN_ORDER_FROM {
            // In their order: rows are then read as they lie in memory.
            let is_in = self.is_in.iter().enumerate();
            self.members = is_in.filter(|(_, is_in)| **is_in).map(|(number, _)| number).collect();
        }
        for number in &self.members {
            self.is_in[*number] = false;
        }
        std::mem::take(&mut self.members)
    }
}

/// Firms that are to be looked at.
pub(super) enum Due {
    All(Range<usize>),
    Marked(std::vec::IntoIter<usize>),
}

impl Iterator for Due {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::All(all) => all.next(),
            Self::Marked(marked) => marked.next(),
        }
    }
}

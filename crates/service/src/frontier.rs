//! How far a unit is: the input positions up to which everything is applied and published.
//!
//! A unit that reads another service's results also knows, from the progress in them, how far that
//! service had read; so a receipt for an input of the first ends a wait at the second.

use std::collections::BTreeMap;

use api::types::{LogPosition, Receipt};

/// Next positions by topic and partition.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier(BTreeMap<(String, u32), u64>);

impl Frontier {
    /// Moves a partition on; it never goes back.
    pub fn advance(&mut self, topic: &str, partition: u32, next_position: u64) {
        let next = self.0.entry((topic.to_owned(), partition)).or_default();
        *next = (*next).max(next_position);
    }

    /// The next position of a partition, if anything of it was read or is known.
    #[must_use]
    pub fn next(&self, topic: &str, partition: u32) -> Option<u64> {
        self.0.get(&(topic.to_owned(), partition)).copied()
    }

    /// Whether everything at the receipt's positions is applied, as far as this unit reads those
    /// partitions at all.
    #[must_use]
    pub fn covers(&self, receipt: &Receipt) -> bool {
        receipt
            .positions
            .iter()
            .all(|at| self.next(&at.topic, at.partition).is_none_or(|next| next > at.position))
    }

    /// As a message: the last applied position of each partition.
    #[must_use]
    pub fn to_receipt(&self) -> Receipt {
        let applied = self.0.iter().filter(|(_, next)| **next > 0);
        let positions = applied
            .map(|((topic, partition), next)| LogPosition::new(topic, *partition, next - 1))
            .collect();
        Receipt { positions }
    }

    /// All partitions with their next positions.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32, u64)> {
        self.0.iter().map(|((topic, partition), next)| (topic.as_str(), *partition, *next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_covered_once_its_positions_are_applied() {
        let receipt = Receipt { positions: vec![LogPosition::new("a", 1, 7)] };
        let mut frontier = Frontier::default();
        assert!(frontier.covers(&receipt), "a partition that is not read is not waited for");
        frontier.advance("a", 1, 7);
        assert!(!frontier.covers(&receipt), "position 7 is the next one, so not applied");
        frontier.advance("a", 1, 8);
        assert!(frontier.covers(&receipt));
        frontier.advance("a", 1, 3);
        assert!(frontier.covers(&receipt), "a frontier never goes back");
    }
}

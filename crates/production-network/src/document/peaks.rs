//! The highest point of a sum over time to which ranges are added.
//!
//! A tree of maxima: adding a range costs the logarithm of the number of points, so that a document
//! with very many owners of one firm is checked as fast as it is read.

use std::ops::Range;

/// Sums at points that are numbered from 0.
#[derive(Debug)]
pub(crate) struct Peaks {
    points: usize,
    /// Node 1 is the root, node n has the children 2n and 2n + 1.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// Highest sum below, with what was added to the whole node, without what was added above it.
    highest: i64,
    /// What was added to the whole node.
    added: i64,
}

impl Peaks {
    pub(crate) fn new(points: usize) -> Self {
        let leaves = points.next_power_of_two();
        Self { points: leaves, nodes: vec![Node::default(); 2 * leaves] }
    }

    /// Adds to each point of a range.
    pub(crate) fn add(&mut self, range: Range<usize>, value: i64) {
        if range.start < range.end {
            self.add_below(1, 0..self.points, &range, value);
        }
    }

    /// The highest sum of all points.
    pub(crate) fn highest(&self) -> i64 {
        self.nodes.get(1).map_or(0, |root| root.highest)
    }

    fn add_below(&mut self, index: usize, here: Range<usize>, range: &Range<usize>, value: i64) {
        if range.end <= here.start || here.end <= range.start {
            return;
        }
        let is_whole = range.start <= here.start && here.end <= range.end;
        if !is_whole {
            let middle = here.start + here.len() / 2;
            self.add_below(2 * index, here.start..middle, range, value);
            self.add_below(2 * index + 1, middle..here.end, range, value);
        }
        let below = |child: usize| self.nodes.get(child).map(|node| node.highest);
        let highest_below = below(2 * index).max(below(2 * index + 1));
        let Some(node) = self.nodes.get_mut(index) else { return };
        if is_whole {
            node.added += value;
            node.highest += value;
        } else {
            node.highest = node.added + highest_below.unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_highest_is_that_of_the_plain_sums(
            ranges in prop::collection::vec((0_usize..13, 0_usize..14, -50_i64..50), 1..40)
        ) {
            let mut peaks = Peaks::new(13);
            let mut plain = [0_i64; 16];
            for (from, to, value) in ranges {
                let to = to.min(13);
                peaks.add(from..to, value);
                for point in plain.iter_mut().take(to).skip(from) {
                    *point += value;
                }
                prop_assert_eq!(Some(peaks.highest()), plain.iter().copied().max());
            }
        }
    }
}

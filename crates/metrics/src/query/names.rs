//! Names of indicators, and which ones a wrong name may have meant.

use crate::Error;
use crate::indicator::{Definition, catalogue, definition};

/// Names that are told beside a wrong one.
const NEAR_MAX: usize = 5;

/// The indicator with this id; else an error with those whose id is like it.
pub(crate) fn indicator_named(id: &str) -> Result<&'static Definition, Error> {
    definition(id).ok_or_else(|| {
        let found: String = id.chars().take(64).collect();
        let mut near: Vec<(usize, &'static str)> =
            catalogue().iter().map(|one| (distance(&found, one.id), one.id)).collect();
        near.sort_unstable();
        let near = near.into_iter().take(NEAR_MAX).map(|(_, id)| id).collect();
        Error::UnknownIndicator { found, near }
    })
}

/// How many letters have to be put in, left out or replaced (Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        row[0] = line + 1;
        for (at, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *against);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_indicator_is_told_its_neighbours() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        match indicator_named("fdi.intra-share") {
            Err(Error::UnknownIndicator { near, .. }) => assert_eq!(near[0], "fdi.intra_share"),
            other => panic!("{other:?}"),
        }
        assert_eq!(indicator_named("fdi.growth").expect("declared").id, "fdi.growth");
    }
}

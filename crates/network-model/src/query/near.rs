//! Ids that a reader may have meant.
//!
//! Near is what holds the other, or differs from it in few letters (Levenshtein 1966).

/// Ids that are named at most.
const NEAR_MAX: usize = 5;

/// Known ids that are near to one that is not, nearest first.
pub(crate) fn near<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let id = id.to_lowercase();
    let far = (id.chars().count() / 3).max(2);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for other in known {
        let plain = other.split_once(':').map_or(other, |(_, plain)| plain);
        let holds = id.len() > 2 && (plain.contains(&id) || id.contains(plain));
        let distance = if holds { 1 } else { distance(&id, plain) };
        if distance <= far {
            found.push((distance, other));
        }
    }
    found.sort_unstable();
    found.into_iter().take(NEAR_MAX).map(|(_, other)| other.to_owned()).collect()
}

/// Letters to insert, remove or replace to come from one to the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *against);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_id_finds_what_was_meant() {
        let known = ["atc", "eftech", "klt", "eftech-international", "place:penang"];
        let check = |id: &str, expected: &[&str]| {
            assert_eq!(near(id, known.iter().copied()), expected, "{id}");
        };
        check("eftec", &["eftech", "eftech-international"]);
        check("etech", &["eftech"]);
        check("penanh", &["place:penang"]);
        check("ATCC", &["atc"]);
        check("nothing-like-it", &[]);
    }

    #[test]
    fn distance_counts_edits() {
        for (one, other, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("a", "a", 0)] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}

//! Attributes: what a publisher says about an observation besides its value.
//!
//! Few distinct sets serve many observations, so blocks hold an index into a list of sets and a
//! single observation holds a shared one.

use std::sync::Arc;

/// Attribute ids with their values, sorted by id, each id once.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AttributeSet(Vec<(Box<str>, Box<str>)>);

/// A shared attribute set.
pub type Attributes = Arc<AttributeSet>;

impl AttributeSet {
    /// Sorts the pairs by id; of two with one id the later wins.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (Box<str>, Box<str>)>) -> Self {
        let mut sorted: Vec<(Box<str>, Box<str>)> = Vec::new();
        for (id, value) in pairs {
            match sorted.binary_search_by(|(other, _)| other.cmp(&id)) {
                Ok(at) => sorted[at].1 = value,
                Err(at) => sorted.insert(at, (id, value)),
            }
        }
        Self(sorted)
    }

    /// The value of one attribute.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(other, _)| other.as_ref().cmp(id)).ok()?;
        Some(&self.0[at].1)
    }

    /// All pairs, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(id, value)| (id.as_ref(), value.as_ref()))
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

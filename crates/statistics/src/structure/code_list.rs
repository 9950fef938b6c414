//! Code lists: which codes there are, what they are called, which is above which.
//!
//! A list is closed: a code that it does not hold is refused by whoever reads data.

use std::collections::BTreeMap;

/// A code list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CodeList {
    /// Agency, id and version, written `AGENCY:ID(VERSION)`.
    pub id: String,
    /// The codes, by their id.
    pub codes: BTreeMap<Box<str>, Code>,
}

/// What a list says of a code.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Code {
    /// What it is called.
    pub name: String,
    /// The code above it.
    pub parent: Option<Box<str>>,
}

impl CodeList {
    /// Whether the list has the code.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.codes.contains_key(code)
    }

    /// What a code is called.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&str> {
        self.codes.get(code).map(|found| found.name.as_str())
    }

    /// The code above a code.
    #[must_use]
    pub fn parent(&self, code: &str) -> Option<&str> {
        self.codes.get(code)?.parent.as_deref()
    }
}

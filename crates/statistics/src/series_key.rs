//! The name of a series: the codes of its dimensions, time apart, in the order of its structure.
//!
//! Keys are kept as SDMX writes them, `A.SG.W.I`, so that they sort, print and travel as they are.
//! A code never holds a dot.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A maintained dataflow: agency, id and version, written `AGENCY:ID(VERSION)`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DataflowId(Box<str>);

/// A full series key: one code a dimension.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SeriesKey(Box<str>);

/// A partial key of a query: per dimension any code, or one of some (`A.SG+MY..I`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SeriesPattern(Vec<Vec<Box<str>>>);

const KEY_BYTES_MAX: usize = 1024;

impl DataflowId {
    /// `AGENCY:ID(VERSION)` as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id alone, without agency and version.
    #[must_use]
    pub fn id(&self) -> &str {
        let from = self.0.find(':').map_or(0, |at| at + 1);
        let to = self.0.find('(').unwrap_or(self.0.len());
        &self.0[from..to]
    }

    /// The agency that maintains it.
    #[must_use]
    pub fn agency(&self) -> &str {
        &self.0[..self.0.find(':').unwrap_or(0)]
    }

    /// The version, such as `1.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        let from = self.0.find('(').map_or(self.0.len(), |at| at + 1);
        self.0[from..].trim_end_matches(')')
    }
}

impl FromStr for DataflowId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused =
            || Error::Identifier { what: "dataflow", found: text.chars().take(64).collect() };
        let (agency, rest) = text.split_once(':').ok_or_else(refused)?;
        let (id, rest) = rest.split_once('(').ok_or_else(refused)?;
        let version = rest.strip_suffix(')').ok_or_else(refused)?;
        let named = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| {
                    b.is_ascii_alphanumeric()
                        || matches!(b, b'_' | b'-' | b'.' | b'@' | b'$' | b'+' | b'*')
                })
        };
        let fits = text.len() <= KEY_BYTES_MAX && named(agency) && named(id) && named(version);
        if fits { Ok(Self(text.into())) } else { Err(refused()) }
    }
}

impl SeriesKey {
    /// Joins the codes of the dimensions, in the order of the structure.
    ///
    /// # Errors
    /// [`Error::Identifier`] if a code holds a dot or a control character, or the key is too long.
    pub fn try_new<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut key = String::new();
        for (index, code) in codes.into_iter().enumerate() {
            if index > 0 {
                key.push('.');
            }
            if code.contains('.') {
                return Err(refused_key(code));
            }
            key.push_str(code);
        }
        key.parse()
    }

    /// The key as SDMX writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The codes, in the order of the dimensions.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// The code of one dimension, counted from 0.
    #[must_use]
    pub fn code(&self, dimension_index: usize) -> Option<&str> {
        self.codes().nth(dimension_index)
    }
}

impl FromStr for SeriesKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let clean = !text.bytes().any(|b| b.is_ascii_control());
        if clean && text.len() <= KEY_BYTES_MAX {
            Ok(Self(text.into()))
        } else {
            Err(refused_key(text))
        }
    }
}

impl SeriesPattern {
    /// The pattern that only this key matches (and longer ones that begin with it).
    #[must_use]
    pub fn of(key: &SeriesKey) -> Self {
        Self(key.codes().map(|code| vec![code.into()]).collect())
    }

    /// Whether the key has, in each dimension, one of the codes asked for.
    #[must_use]
    pub fn matches(&self, key: &SeriesKey) -> bool {
        let mut codes = key.codes();
        for wanted in &self.0 {
            let Some(code) = codes.next() else { return false };
            if !wanted.is_empty() && !wanted.iter().any(|one| one.as_ref() == code) {
                return false;
            }
        }
        true
    }
}

impl FromStr for SeriesPattern {
    type Err = Error;

    /// Reads a partial key: dots between dimensions, `+` between codes, empty or `*` for any.
    /// A pattern may be shorter than the key; what follows is then any.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > KEY_BYTES_MAX {
            return Err(refused_key(text));
        }
        let any = |part: &str| part.is_empty() || part == "*";
        let dimensions = text.split('.').map(|part| {
            if any(part) { Vec::new() } else { part.split('+').map(Into::into).collect() }
        });
        Ok(Self(dimensions.collect()))
    }
}

impl fmt::Display for DataflowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SeriesPattern {
    /// As it is read: dots between dimensions, `+` between codes, empty for any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, codes) in self.0.iter().enumerate() {
            let dot = if index > 0 { "." } else { "" };
            write!(f, "{dot}{}", codes.join("+"))?;
        }
        Ok(())
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn refused_key(found: &str) -> Error {
    Error::Identifier { what: "series key", found: found.chars().take(64).collect() }
}

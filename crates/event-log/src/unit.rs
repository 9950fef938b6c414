//! Names of units: one service's work on one partition number, with one owner at a time.
//!
//! The name becomes Kafka's `transactional.id`, so what it may hold is narrow and fixed: it never
//! needs quoting in a log line, a file name or a broker's access list.

use std::fmt;

/// The name of a unit, such as `metrics-2`: 1 to 64 of `[a-z0-9-]`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Unit(String);

/// A name that no unit can have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unit `{name}` is not 1 to {max} of `[a-z0-9-]`", max = Unit::NAME_BYTES_MAX)]
pub struct InvalidUnit {
    /// The name as given.
    pub name: String,
}

impl Unit {
    /// The longest name, in bytes.
    pub const NAME_BYTES_MAX: usize = 64;

    /// Takes a name.
    ///
    /// # Errors
    /// [`InvalidUnit`] unless it is 1 to 64 of `[a-z0-9-]`.
    pub fn try_new(name: impl Into<String>) -> Result<Self, InvalidUnit> {
        let name = name.into();
        let fits = (1..=Self::NAME_BYTES_MAX).contains(&name.len());
        if fits && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return Ok(Self(name));
        }
        Err(InvalidUnit { name })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        let longest = "u".repeat(64);
        let too_long = "u".repeat(65);
        for name in ["metrics-2", "a", "0", longest.as_str()] {
            assert_eq!(Unit::try_new(name).map(|unit| unit.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "Metrics-2", "metrics_2", "metrics 2", "métrics", too_long.as_str()] {
            assert_eq!(Unit::try_new(name), Err(InvalidUnit { name: name.to_owned() }));
        }
    }
}

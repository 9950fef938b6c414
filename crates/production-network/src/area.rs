//! Codes of areas: economies by ISO 3166-1, world regions by UN M49, subdivisions by ISO 3166-2.
//!
//! Guarantees the form only. Which codes exist and who belongs to which group at which date is
//! reference data and no business of this file.

use std::fmt;

use crate::Error;

/// An economy (ISO 3166-1 alpha-2, `TH`) or, where a source names no economy, a world region
/// (three digits of UN M49, `150` for Europe).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Area {
    code: [u8; 3],
    length: usize,
}

/// A code of ISO 3166-1 alpha-2 (`MY`) or ISO 3166-2 (`MY-07`).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PlaceCode(String);

impl Area {
    /// Checks and takes a code.
    ///
    /// # Errors
    /// [`Error::Area`] if it is neither two capital letters nor three digits.
    pub fn parse(code: &str) -> Result<Self, Error> {
        let bytes = code.as_bytes();
        let is_economy = bytes.len() == 2 && bytes.iter().all(u8::is_ascii_uppercase);
        let is_region = bytes.len() == 3 && bytes.iter().all(u8::is_ascii_digit);
        if !is_economy && !is_region {
            let expected = "two capital letters (ISO 3166-1) or three digits (UN M49)";
            return Err(Error::Area { found: code.to_owned(), expected });
        }
        let mut fixed = [0; 3];
        for (slot, byte) in fixed.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        Ok(Self { code: fixed, length: bytes.len() })
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let code = self.code.get(..self.length).unwrap_or_default();
        std::str::from_utf8(code).unwrap_or_default()
    }

    /// True for an economy, false for a region of several.
    #[must_use]
    pub fn is_economy(&self) -> bool {
        self.length == 2
    }
}

impl PlaceCode {
    /// Checks and takes a code.
    ///
    /// # Errors
    /// [`Error::Area`] if it has neither form.
    pub fn parse(code: &str) -> Result<Self, Error> {
        let (economy, subdivision) = code.split_once('-').unwrap_or((code, "0"));
        let economy_fits = economy.len() == 2 && economy.bytes().all(|b| b.is_ascii_uppercase());
        let subdivision_fits = (1..=3).contains(&subdivision.len())
            && subdivision.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if economy_fits && subdivision_fits {
            return Ok(Self(code.to_owned()));
        }
        let expected = "a code of ISO 3166-1 (`MY`) or ISO 3166-2 (`MY-07`)";
        Err(Error::Area { found: code.to_owned(), expected })
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The economy that the place belongs to.
    #[must_use]
    pub fn economy(&self) -> Area {
        let economy = self.0.get(..2).unwrap_or_default();
        Area::parse(economy).expect("the first two letters were checked by PlaceCode::parse")
    }
}

impl fmt::Display for Area {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_economies_or_regions() {
        assert!(Area::parse("TH").expect("economy").is_economy());
        assert_eq!(Area::parse("150").expect("region").as_str(), "150");
        for bad in ["", "t", "th", "THA", "15", "1500"] {
            assert!(matches!(Area::parse(bad), Err(Error::Area { .. })), "{bad}");
        }
    }

    #[test]
    fn a_place_code_knows_its_economy() {
        assert_eq!(PlaceCode::parse("MY-07").expect("subdivision").economy().as_str(), "MY");
        for bad in ["", "MY-", "my-07", "MY-0700", "MYS-07"] {
            assert!(matches!(PlaceCode::parse(bad), Err(Error::Area { .. })), "{bad}");
        }
    }
}

//! Opaque tokens of pages and watches: text that a client gives back and never reads.

use std::fmt;
use std::str::FromStr;

use crate::ConvertError;

/// Where a page or a watch goes on: a partition and a number in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PageToken {
    /// The partition.
    pub partition: u32,
    /// The next position, or the number of rows already given.
    pub next: u64,
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{:x}.{:x}", self.partition, self.next)
    }
}

impl FromStr for PageToken {
    type Err = ConvertError;

    fn from_str(text: &str) -> Result<Self, ConvertError> {
        let refused = || ConvertError {
            field: "token",
            problem: "is none that this service gave; start again without it".to_owned(),
        };
        let mut parts = text.split('.');
        let (version, partition, next) = (parts.next(), parts.next(), parts.next());
        if version != Some("v1") || parts.next().is_some() {
            return Err(refused());
        }
        let number = |part: Option<&str>| {
            part.and_then(|part| u64::from_str_radix(part, 16).ok()).ok_or_else(refused)
        };
        let partition = u32::try_from(number(partition)?).map_err(|_| refused())?;
        Ok(Self { partition, next: number(next)? })
    }
}

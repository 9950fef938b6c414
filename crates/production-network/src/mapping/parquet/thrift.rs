//! Walks over the compact Thrift in which Parquet writes what it says of itself.
//!
//! Guarantees that every text and list that is claimed is there, and that structures lie in each
//! other to a bounded depth, before another reader allocates by what is claimed. Never builds
//! anything but the numbers that are asked for.

use std::collections::BTreeMap;

/// How deep structures may lie in each other: the metadata of a file need about ten.
const DEPTH_MAX: usize = 24;
/// Longest list: columns, row groups, or counts of levels.
const LIST_MAX: u64 = 65_536;

/// Numbers by the number of their field, in a structure (0 before) or one within it (its number
/// before). A text counts as its length.
pub(super) type Numbers = BTreeMap<(i16, i16), i64>;

/// Which kind a field must have, by the numbers of the fields around it and its own; `None` if it
/// is not known. The reader behind this one passes over what it does not know by its kind, and does
/// not look at the kind of what it knows: so that both read the same, this one does.
pub(super) type Shape = fn(&[i16]) -> Option<Kind>;

/// Stands somewhere in bytes. Each step answers `None` if the bytes cannot be what they should.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were passed.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Passes over bytes.
    pub(super) fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let end = self.at.checked_add(usize::try_from(count).ok()?)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).and_then(|taken| taken.first().copied())
    }

    /// A number of seven bits a byte, the lowest first.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A signed number, written as 0, -1, 1, -2 and so on.
    fn integer(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Passes over a structure and gives its numbers.
    pub(super) fn numbers(&mut self, shape: Shape) -> Option<Numbers> {
        let mut numbers = Numbers::new();
        self.structure(&mut Vec::new(), shape, &mut numbers)?;
        Some(numbers)
    }

    /// Passes over a file's metadata and gives the numbers of each element of its schema.
    pub(super) fn schema(&mut self, shape: Shape) -> Option<Vec<Numbers>> {
        let mut elements = None;
        let mut last = 0;
        loop {
            let before = last;
            let Some((field, kind)) = self.field(&mut last)? else { break };
            // In order, so that nothing but the version comes before the schema.
            if field <= before {
                return None;
            }
            match (field, kind) {
                (1, Kind::Integer) => self.value(kind, 1).map(|_| ())?,
                (2, Kind::List) => {
                    let (_, count) = self.list()?;
                    let found: Option<Vec<Numbers>> =
                        (0..count).map(|_| self.numbers(shape)).collect();
                    elements = Some(found?);
                }
                (1 | 2, _) => return None,
                (_, _) => self.value(kind, 1).map(|_| ())?,
            }
        }
        elements
    }

    fn structure(
        &mut self,
        path: &mut Vec<i16>,
        shape: Shape,
        numbers: &mut Numbers,
    ) -> Option<()> {
        if path.len() > DEPTH_MAX {
            return None;
        }
        let mut last = 0;
        while let Some((field, kind)) = self.field(&mut last)? {
            path.push(field);
            if shape(path).is_some_and(|expected| !kind.is(expected)) {
                return None;
            }
            if kind == Kind::Structure {
                self.structure(path, shape, numbers)?;
            } else {
                let number = self.value(kind, path.len())?;
                match (path.as_slice(), number) {
                    ([own], Some(number)) => numbers.insert((0, *own), number),
                    ([outer, inner], Some(number)) => numbers.insert((*outer, *inner), number),
                    (_, _) => None,
                };
            }
            path.pop();
        }
        Some(())
    }

    /// The number and kind of the next field; inside `None` at the end of the structure.
    fn field(&mut self, last: &mut i16) -> Option<Option<(i16, Kind)>> {
        let header = self.byte()?;
        if header == 0 {
            return Some(None);
        }
        *last = match header >> 4 {
            0 => i16::try_from(self.integer()?).ok()?,
            step => last.checked_add(i16::from(step))?,
        };
        Some(Some((*last, Kind::of(header & 0x0F)?)))
    }

    /// The kind and number of a list's values.
    fn list(&mut self) -> Option<(Kind, u64)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        if count == 0 {
            // Some writers give no kind where there are no values.
            return Some((Kind::True, 0));
        }
        (count <= LIST_MAX).then_some((Kind::of(header & 0x0F)?, count))
    }

    /// Passes over a value; gives it if it is a number, or the length if it is a text.
    fn value(&mut self, kind: Kind, depth: usize) -> Option<Option<i64>> {
        if depth > DEPTH_MAX {
            return None;
        }
        let number = match kind {
            Kind::True => Some(1),
            Kind::False => Some(0),
            Kind::Byte => Some(i64::from(self.byte()?.cast_signed())),
            Kind::Integer => Some(self.integer()?),
            Kind::Double => self.take(8).map(|_| None)?,
            Kind::Uuid => self.take(16).map(|_| None)?,
            Kind::Text => {
                let length = self.varint()?;
                self.take(length)?;
                Some(i64::try_from(length).ok()?)
            }
            Kind::List => {
                let (kind, count) = self.list()?;
                for _ in 0..count {
                    self.element(kind, depth + 1)?;
                }
                None
            }
            Kind::Map => {
                let count = self.varint()?;
                if count > LIST_MAX {
                    return None;
                }
                if count > 0 {
                    let kinds = self.byte()?;
                    let (key, value) = (Kind::of(kinds >> 4)?, Kind::of(kinds & 0x0F)?);
                    for _ in 0..count {
                        self.element(key, depth + 1)?;
                        self.element(value, depth + 1)?;
                    }
                }
                None
            }
            Kind::Structure => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.value(kind, depth + 1)?;
                }
                None
            }
        };
        Some(number)
    }

    /// Passes over a value of a list, where a truth has a byte of its own.
    fn element(&mut self, kind: Kind, depth: usize) -> Option<()> {
        match kind {
            Kind::True | Kind::False => self.byte().map(|_| ()),
            Kind::Byte
            | Kind::Integer
            | Kind::Double
            | Kind::Uuid
            | Kind::Text
            | Kind::List
            | Kind::Map
            | Kind::Structure => self.value(kind, depth).map(|_| ()),
        }
    }
}

/// Kinds of values of the compact protocol; a set is written as a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A truth, where a kind is expected either one.
    True,
    False,
    Byte,
    Integer,
    Double,
    Text,
    List,
    Map,
    Structure,
    Uuid,
}

impl Kind {
    fn is(self, expected: Self) -> bool {
        self == expected || (self == Self::False && expected == Self::True)
    }

    fn of(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::True),
            2 => Some(Self::False),
            3 => Some(Self::Byte),
            4..=6 => Some(Self::Integer),
            7 => Some(Self::Double),
            8 => Some(Self::Text),
            9 | 10 => Some(Self::List),
            11 => Some(Self::Map),
            12 => Some(Self::Structure),
            13 => Some(Self::Uuid),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8]) -> Option<Numbers> {
        Walk::new(bytes).numbers(|_| None)
    }

    #[test]
    fn numbers_are_found_by_their_field() {
        // Field 1: 3; field 2: the text `ab`; field 5: a structure whose field 2 is -1.
        let bytes = [0x15, 0x06, 0x18, 2, b'a', b'b', 0x3C, 0x25, 0x01, 0, 0];
        let expected = Numbers::from([((0, 1), 3), ((0, 2), 2), ((5, 2), -1)]);
        assert_eq!(numbers(&bytes), Some(expected));
        for end in 0..bytes.len() {
            assert_eq!(numbers(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_field_of_another_kind_than_expected_is_malformed() {
        let bytes = [0x15, 0x06, 0x3C, 0x11, 0, 0];
        let read = |shape: Shape| Walk::new(&bytes).numbers(shape).is_some();
        assert!(read(|path| (path == [1]).then_some(Kind::Integer)));
        assert!(read(|path| (path == [4, 1]).then_some(Kind::True)));
        assert!(!read(|path| (path == [1]).then_some(Kind::Text)));
        assert!(!read(|path| (path == [4, 1]).then_some(Kind::Integer)));
    }

    #[test]
    fn what_is_claimed_must_be_there() {
        // A text of 127 bytes; a list of 2³⁵ numbers; a kind that is none; a varint without end.
        assert_eq!(numbers(&[0x18, 0x7F, b'a', 0]), None);
        assert_eq!(numbers(&[0x19, 0xF5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0, 0]), None);
        assert_eq!(numbers(&[0x1F, 0]), None);
        assert_eq!(numbers(&[0x15; 20]), None);
        // Lists in each other without end.
        assert_eq!(numbers(&[0x19; 1_000]), None);
    }
}

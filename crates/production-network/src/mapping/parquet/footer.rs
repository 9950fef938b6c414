//! Reads what a Parquet file says of itself at its end: the columns and where they lie.
//!
//! Guarantees that the metadata are walked over before they are built, so that nothing is allocated
//! for columns, row groups or names that are only claimed.

use std::io::{self, Read, Seek, SeekFrom};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::thrift::{Kind, Numbers, Walk};
use super::{COLUMNS_MAX, Fault, contained};

/// Longest metadata: a thousand columns in a hundred row groups.
const FOOTER_BYTES_MAX: u64 = 16 << 20;
/// Longest name of a column or of a group of columns.
const NAME_BYTES_MAX: i64 = 1_024;
/// How deep groups of columns may lie in each other.
const GROUP_DEPTH_MAX: usize = 16;
/// Elements of a schema: each column, and the groups around it.
const ELEMENTS_MAX: usize = 4 * COLUMNS_MAX;
/// Most rows. A few bytes can claim any number of them, since equal values are counted.
const ROWS_MAX: i64 = 100_000_000;

/// Begins and ends a file.
const MAGIC: &[u8; 4] = b"PAR1";
/// Begins and ends a file with encrypted metadata.
const MAGIC_ENCRYPTED: &[u8; 4] = b"PARE";
/// The length of the metadata and the mark, at the end of a file.
const TAIL_BYTES: u64 = 8;

/// What a file says of itself.
#[derive(Debug)]
pub(super) struct Footer {
    pub(super) metadata: ParquetMetaData,
    /// Where the columns end and the metadata begin.
    pub(super) data_end: u64,
}

impl Footer {
    pub(super) fn read<R: Read + Seek>(bytes: &mut R) -> Result<Self, Fault> {
        let length = bytes.seek(SeekFrom::End(0)).map_err(Fault::unread)?;
        let tail_start = length.checked_sub(TAIL_BYTES).filter(|start| *start >= TAIL_BYTES / 2);
        let tail_start = tail_start.ok_or_else(|| Fault::new("it is no Parquet file"))?;
        let tail = read_exact(bytes, tail_start, TAIL_BYTES)?;
        let (size, mark) = tail.split_at(4);
        if mark == MAGIC_ENCRYPTED {
            return Err(Fault::new("it is encrypted"));
        }
        if mark != MAGIC || read_exact(bytes, 0, 4)? != MAGIC {
            return Err(Fault::new("it is no Parquet file, or cut off"));
        }
        let size = size.try_into().map_or(0, u32::from_le_bytes);
        if u64::from(size) > FOOTER_BYTES_MAX {
            return Err(Fault::new("its metadata are longer than 16 MiB"));
        }
        let data_end = tail_start.checked_sub(u64::from(size));
        let data_end = data_end.ok_or_else(|| Fault::new("its metadata are cut off"))?;
        let footer = read_exact(bytes, data_end, u64::from(size))?;
        let schema = Walk::new(&footer).schema(element);
        let schema = schema.ok_or_else(|| Fault::new("its metadata are malformed"))?;
        check_schema(&schema)?;
        let metadata = contained(|| ParquetMetaDataReader::decode_metadata(&footer));
        let metadata =
            metadata.map_err(|source| Fault::caused("its metadata are malformed", source))?;
        let footer = Self { metadata, data_end };
        footer.check_rows()?;
        Ok(footer)
    }

    fn check_rows(&self) -> Result<(), Fault> {
        let columns = self.metadata.file_metadata().schema_descr().num_columns();
        let mut rows = 0;
        for group in self.metadata.row_groups() {
            if group.num_rows() < 0 || group.num_columns() != columns {
                return Err(Fault::new("a row group is malformed"));
            }
            rows = group.num_rows().saturating_add(rows);
        }
        if rows > ROWS_MAX {
            return Err(Fault::new("it has more than 100,000,000 rows"));
        }
        Ok(())
    }
}

/// Bytes of a file whose length is known to hold them.
pub(super) fn read_exact<R: Read + Seek>(
    bytes: &mut R,
    start: u64,
    length: u64,
) -> Result<Vec<u8>, Fault> {
    bytes.seek(SeekFrom::Start(start)).map_err(Fault::unread)?;
    let mut found = Vec::new();
    bytes.take(length).read_to_end(&mut found).map_err(Fault::unread)?;
    if found.len() as u64 != length {
        return Err(Fault::unread(io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    Ok(found)
}

/// The kinds of the fields of a `SchemaElement` in the format, and of its `LogicalType`.
fn element(path: &[i16]) -> Option<Kind> {
    match path {
        [1..=3 | 5..=9] | [10, 5, 1 | 2] | [10, 18, 2] => Some(Kind::Integer),
        [4] | [10, 17 | 18, 1] => Some(Kind::Text),
        [10] | [10, _] | [10, 7 | 8, 2] | [10, 7 | 8, 2, _] => Some(Kind::Structure),
        [10, 7 | 8, 1] | [10, 10, 2] => Some(Kind::True),
        [10, 10 | 16, 1] => Some(Kind::Byte),
        _ => None,
    }
}

/// Looks whether the elements form a tree that is neither wide nor deep nor full of long names.
fn check_schema(elements: &[Numbers]) -> Result<(), Fault> {
    const NAME: (i16, i16) = (0, 4);
    const CHILDREN: (i16, i16) = (0, 5);
    let malformed = || Fault::new("its schema is malformed");
    if elements.len() > ELEMENTS_MAX {
        return Err(Fault::new("it has more than 4,096 columns"));
    }
    // Children that are still to come, of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        if element.get(&NAME).is_some_and(|length| *length > NAME_BYTES_MAX) {
            return Err(Fault::new("a column's name is longer than 1 KiB"));
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        match open.last_mut() {
            Some(left) => *left -= 1,
            None if index == 0 => {}
            None => return Err(malformed()),
        }
        let children = element.get(&CHILDREN).copied().unwrap_or_default();
        let children = usize::try_from(children).map_err(|_| malformed())?;
        if children > elements.len() {
            return Err(malformed());
        }
        if children > 0 {
            open.push(children);
        }
        if open.len() > GROUP_DEPTH_MAX {
            return Err(Fault::new("groups of columns lie more than 16 deep"));
        }
    }
    if open.iter().any(|left| *left > 0) {
        return Err(malformed());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of elements with so many children each.
    fn check(children: &[i64]) -> Option<String> {
        let element = |count: &i64| Numbers::from([((0, 4), 1), ((0, 5), *count)]);
        let elements: Vec<Numbers> = children.iter().map(element).collect();
        check_schema(&elements).err().map(|fault| fault.problem)
    }

    #[test]
    fn a_schema_is_a_tree_of_what_is_there() {
        let malformed = Some("its schema is malformed".to_owned());
        assert_eq!(check(&[2, 0, 0]), None);
        assert_eq!(check(&[2, 1, 0, 0]), None);
        assert_eq!(check(&[0]), None);
        assert_eq!(check(&[3, 0, 0]), malformed);
        assert_eq!(check(&[1, 0, 0]), malformed);
        assert_eq!(check(&[i64::MAX, 0]), malformed);
        assert_eq!(check(&[-1, 0]), malformed);
        let deep = [vec![1; GROUP_DEPTH_MAX + 1], vec![0]].concat();
        assert_eq!(check(&deep).as_deref(), Some("groups of columns lie more than 16 deep"));
        let wide = vec![0; ELEMENTS_MAX + 1];
        assert_eq!(check(&wide).as_deref(), Some("it has more than 4,096 columns"));
    }
}

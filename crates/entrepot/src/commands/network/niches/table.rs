//! A table of places by activities, read from CSV with a header.
//!
//! Guarantees that an empty value stays apart from zero, and that a row which cannot be read is
//! named by its line.

use api::network::ActivityCell;
use csv_core::{ReadRecordResult, Reader};

/// Most columns of a table.
const COLUMNS_MAX: usize = 1_024;
/// Most rows, and bytes of a label, that the service takes.
const CELLS_MAX: usize = 50_000;
const LABEL_BYTES_MAX: usize = 256;

/// Which columns say what.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) place: String,
    pub(super) activity: String,
    pub(super) value: String,
}

/// Reads a table; what is wrong with it is said in words.
pub(super) fn read(bytes: &[u8], columns: &Columns) -> Result<Vec<ActivityCell>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut rows = Rows { reader: Reader::new(), rest: bytes, fields: vec![0; bytes.len() + 1] };
    let (header, _) = rows.next()?.ok_or("is empty")?;
    let find = |name: &str| {
        let at = header.iter().position(|column| column == name);
        at.ok_or_else(|| format!("has no column `{name}`; it has {}", header.join(", ")))
    };
    let (place, activity) = (find(&columns.place)?, find(&columns.activity)?);
    let value = find(&columns.value)?;
    let mut cells = Vec::new();
    while let Some((row, line)) = rows.next()? {
        let field = |at: usize| {
            let text = row.get(at).map(|text| text.trim());
            text.ok_or_else(|| format!("line {line}: has {} fields", row.len()))
        };
        let text = field(value)?;
        let number: Option<f64> = match text {
            "" => None,
            text => Some(text.parse().map_err(|_| format!("line {line}: `{text}` is no number"))?),
        };
        if number.is_some_and(|number| !(number.is_finite() && number >= 0.0)) {
            return Err(format!("line {line}: `{text}` is no number from 0 on"));
        }
        let (place, activity) = (field(place)?.to_owned(), field(activity)?.to_owned());
        for (column, label) in [(&columns.place, &place), (&columns.activity, &activity)] {
            if label.is_empty() || label.len() > LABEL_BYTES_MAX {
                let length = label.len();
                return Err(format!(
                    "line {line}: `{column}` has {length} bytes: 1 to {LABEL_BYTES_MAX}"
                ));
            }
        }
        if cells.len() == CELLS_MAX {
            return Err(format!("line {line}: more than {CELLS_MAX} rows; group activities"));
        }
        cells.push(ActivityCell { place, activity, value: number });
    }
    Ok(cells)
}

/// The records of a table.
struct Rows<'a> {
    reader: Reader,
    rest: &'a [u8],
    /// As long as the table, so that no field is too long for it.
    fields: Vec<u8>,
}

impl Rows<'_> {
    /// The next record, and the line on which it begins.
    fn next(&mut self) -> Result<Option<(Vec<String>, u64)>, String> {
        let line = self.reader.line();
        let (mut ends, mut written, mut ended) = ([0; COLUMNS_MAX], 0, 0);
        loop {
            let (result, read, wrote, fields) =
                self.reader.read_record(self.rest, &mut self.fields[written..], &mut ends[ended..]);
            self.rest = &self.rest[read..];
            written += wrote;
            ended += fields;
            match result {
                // No more bytes come: the reader is told so by an empty rest.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Err(format!("line {line}: is too long")),
                ReadRecordResult::OutputEndsFull => {
                    return Err(format!("line {line}: has more than {COLUMNS_MAX} fields"));
                }
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => break,
            }
        }
        let mut start = 0;
        let mut row = Vec::with_capacity(ended);
        for end in &ends[..ended] {
            let field = std::str::from_utf8(&self.fields[start..*end]);
            row.push(field.map_err(|_| format!("line {line}: is no UTF-8"))?.to_owned());
            start = *end;
        }
        Ok(Some((row, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        let [place, activity, value] = ["origin", "activity", "usd"].map(str::to_owned);
        Columns { place, activity, value }
    }

    #[test]
    fn an_empty_value_is_withheld_and_no_zero() {
        let text = b"usd,origin,activity\r\n1.5,my,\"chips, tested\"\r\n,sg,chips\n0,vn,chips";
        let cells = read(text, &columns()).expect("a table");
        let row =
            |at: usize| (cells[at].place.as_str(), cells[at].activity.as_str(), cells[at].value);
        assert_eq!(cells.len(), 3);
        assert_eq!(row(0), ("my", "chips, tested", Some(1.5)));
        assert_eq!((row(1).2, row(2).2), (None, Some(0.0)));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, expected) in [
            ("", "is empty"),
            ("origin,usd\n", "no column `activity`; it has origin, usd"),
            ("origin,activity,usd\nmy,chips,many\n", "line 2: `many` is no number"),
            ("origin,activity,usd\nmy,chips,1\nmy\n", "line 3: has 1 fields"),
            ("origin,activity,usd\nmy,chips,-1\n", "line 2: `-1` is no number from 0 on"),
            ("origin,activity,usd\nmy,chips,nan\n", "line 2: `nan` is no number from 0 on"),
            ("origin,activity,usd\n,chips,1\n", "line 2: `origin` has 0 bytes"),
        ] {
            let found = read(text.as_bytes(), &columns()).expect_err("refused");
            assert!(found.contains(expected), "{text:?}: {found}");
        }
    }
}

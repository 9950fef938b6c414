//! What the writer writes, the reader reads back as it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use statistics::{
    Action, AttributeSet, Cell, Decimal, Entry, Limits, Missing, Period, SdmxCsvWriter,
    SeriesBlock, read_release,
};

use crate::support::small;

/// A period, an action with cell, and its attributes.
type Row = (i64, Option<Cell>, Option<String>);

fn row() -> impl Strategy<Value = Row> {
    let number = (any::<i64>(), 0u32..20)
        .prop_map(|(mantissa, scale)| Cell::Number(Decimal::new(mantissa, scale)));
    let missing = prop::sample::select(vec![
        Missing::CannotExist,
        Missing::NotCollected,
        Missing::Suppressed,
        Missing::Unexplained,
    ])
    .prop_map(Cell::Missing);
    let cell = prop_oneof![number.prop_map(Some), missing.prop_map(Some), Just(None)];
    (0i64..60, cell, prop::option::of("[a-c,;\"\n\r \u{e9}-]{1,8}"))
}

fn block(area: &str, rows: BTreeMap<i64, (Option<Cell>, Option<String>)>) -> SeriesBlock {
    let mut dictionary: Vec<Arc<AttributeSet>> = Vec::new();
    let mut entries = Vec::new();
    for (quarter, (cell, comment)) in rows {
        let period = "1999-Q4".parse::<Period>().expect("a period").offset(quarter);
        let period = period.expect("a later quarter");
        let mut pairs: Vec<(Box<str>, Box<str>)> = Vec::new();
        if cell.is_some() {
            pairs.extend(comment.map(|comment| ("COMMENT".into(), comment.into())));
        }
        if let Some(Cell::Missing(missing)) = cell {
            pairs.push(("OBS_STATUS".into(), missing.code().into()));
        }
        let set = Arc::new(AttributeSet::new(pairs));
        let found = dictionary.iter().position(|one| *one == set);
        let index = found.unwrap_or(dictionary.len());
        if found.is_none() {
            dictionary.push(set);
        }
        entries.push(match cell {
            Some(cell) => {
                Entry { period, action: Action::Put, cell, attributes_index: index as u32 }
            }
            None => Entry { attributes_index: index as u32, ..Entry::deleted(period) },
        });
    }
    let key = format!("Q.{area}").parse().expect("a key");
    SeriesBlock { key, entries, dictionary }
}

proptest! {
    #[test]
    fn blocks_come_back_as_they_were(
        singapore in prop::collection::vec(row(), 1..30),
        cambodia in prop::collection::vec(row(), 1..30),
    ) {
        let structures = small();
        let dataflow = structures.dataflow_named("X:DF(1.0)").expect("the dataflow").clone();
        let unique = |rows: Vec<Row>| {
            rows.into_iter().map(|(quarter, cell, comment)| (quarter, (cell, comment))).collect()
        };
        let blocks = [block("KH", unique(cambodia)), block("SG", unique(singapore))];
        let mut writer = SdmxCsvWriter::try_new(Vec::new(), dataflow).expect("to memory");
        for block in &blocks {
            writer.write(block).expect("to memory");
        }
        let csv = writer.finish().expect("to memory");
        let release =
            read_release(csv.as_slice(), &structures, Limits::default(), &mut |_| {});
        prop_assert_eq!(&release.rejections.kept, &[]);
        let read: Vec<_> =
            release.contents.values().flat_map(|contents| contents.blocks()).collect();
        prop_assert_eq!(read.as_slice(), &blocks);
    }
}

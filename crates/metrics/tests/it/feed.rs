//! The paper's feed as series, read as plain CSV: enough for tests, no more.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use statistics::{Action, AttributeSet, Cell, Entry, Missing, Period, SeriesBlock, SeriesKey};

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../feeds/paper")
}

/// All dataflows of the feed with their series, by id.
pub(crate) fn paper() -> BTreeMap<String, Vec<SeriesBlock>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the feed")
        .map(|entry| entry.expect("one").path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "csv"))
        .collect();
    files.sort();
    let mut dataflows = BTreeMap::new();
    for file in files {
        let (dataflow, blocks) = read(&fs::read_to_string(file).expect("a file"));
        dataflows.insert(dataflow, blocks);
    }
    dataflows
}

/// A series of plain numbers.
pub(crate) fn series(key: &str, values: &[(&str, &str)]) -> SeriesBlock {
    let attributes = [("UNIT_MULT", "6"), ("SOURCE", "a test")];
    let attributes = attributes.map(|(id, value)| (Box::from(id), Box::from(value)));
    let mut entries: Vec<Entry> = values
        .iter()
        .map(|(period, value)| Entry {
            period: period.parse().expect("a period"),
            action: Action::Put,
            cell: Cell::parse(value).expect("a number"),
            attributes_index: 0,
        })
        .collect();
    entries.sort_by_key(|entry| entry.period);
    SeriesBlock {
        key: key.parse().expect("a key"),
        entries,
        dictionary: vec![Arc::new(AttributeSet::new(attributes))],
    }
}

/// The key of a host's inflow from the world.
pub(crate) fn host(area: &str) -> String {
    format!("A.{area}.W.I.F.T.D.IMM._T.C.USD")
}

fn read(text: &str) -> (String, Vec<SeriesBlock>) {
    let mut lines = text.lines().map(fields);
    let header = lines.next().expect("a header");
    let time = header.iter().position(|name| name == "TIME_PERIOD").expect("a time column");
    let mut dataflow = String::new();
    let mut blocks: BTreeMap<SeriesKey, SeriesBlock> = BTreeMap::new();
    for row in lines {
        let id = row[1].split(':').nth(1).and_then(|rest| rest.split('(').next()).expect("an id");
        dataflow = id.to_owned();
        let key = SeriesKey::try_new(row[3..time].iter().map(String::as_str)).expect("a key");
        let pairs = header[time + 2..].iter().zip(&row[time + 2..]);
        let pairs = pairs.filter(|(_, value)| !value.is_empty());
        let pairs = pairs.map(|(id, value)| (id.as_str().into(), value.as_str().into()));
        let attributes = Arc::new(AttributeSet::new(pairs));
        let cell = if row[time + 1].is_empty() {
            let status = attributes.get("OBS_STATUS").expect("a status");
            Cell::Missing(Missing::from_code(status).expect("why"))
        } else {
            Cell::parse(&row[time + 1]).expect("a number")
        };
        let period: Period = row[time].parse().expect("a period");
        let block = blocks.entry(key.clone()).or_insert_with(|| SeriesBlock {
            key,
            entries: Vec::new(),
            dictionary: Vec::new(),
        });
        let attributes_index = block.dictionary.len() as u32;
        block.dictionary.push(attributes);
        block.entries.push(Entry { period, action: Action::Put, cell, attributes_index });
    }
    for block in blocks.values_mut() {
        block.entries.sort_by_key(|entry| entry.period);
    }
    (dataflow, blocks.into_values().collect())
}

/// Splits a line at commas outside quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("one").push(c),
        }
    }
    fields
}

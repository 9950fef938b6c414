//! A Parquet file is read as the CSV file of the same rows is; what cannot be read says why.

use std::io::Cursor;

use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use production_network::{Document, Error, Limits, Mapping, Rule};

use crate::written_parquet::{Cells, texts, ways, written};

const MAPPING: &str = r#"{"network": "n",
  "entities": [{"kind": "segment", "id": "parts", "name": "Parts", "isic": "25", "source": "m"},
    {"kind": "firm", "id": "a-co", "name": "A Co", "source": "m"},
    {"kind": "firm", "id": "b-co", "name": "B Co", "source": "m"}],
  "sources": [{"file": "sales", "format": "csv", "delimiter": ";", "records": [
     {"list": "relations", "where": [{"column": "type", "is_not": ["draft", ""]}],
      "fields": {"id": "s{number}", "kind": "supplies", "from": "firm:{seller|slug}",
       "to": "firm:{buyer|slug}", "segment": "parts",
       "share": {"$": "{percent}", "number": true, "divide": 100},
       "volume": {"amount": "{amount}", "unit": "USD"}, "valid_from": "{since}",
       "source": "sales", "evidence": "row {number}", "confidence": 1}},
     {"list": "merges", "where": [{"column": "same_as", "is_not": [""]}],
      "fields": {"merged": "firm:{seller|slug}", "into": "firm:{same_as|slug}",
       "source": "sales", "evidence": "row {number}"}}]}]}"#;

const SALES: &str = "number;seller;buyer;type;percent;amount;since;same_as\n\
    1;A Co;B Co;final;40;1000.50;2001-02-03;\n\
    2;A Co;B Co;draft;40;;;\n\
    3;A Co;B Co;final;;0.07;;\n\
    4;A Co;C Co;final;;;;\n\
    5;A Co;B Co;final;12.5;;1999-12-31;\n\
    6;A Co;B Co;final;140;;;\n\
    7;A Co;B Co;;;;;\n\
    8;B Co;A Co;final;;;;A Co\n";

/// One firm a row, with what stands in the column as its name.
const FIRMS: &str = r#"{"network": "n", "sources": [{"file": "t", "format": "parquet", "records": [
    {"list": "entities", "fields":
      {"kind": "firm", "id": "{id|slug}", "name": "{value}", "source": "t"}}]}]}"#;

fn load(mapping: &str, file: &[u8]) -> Result<Document, Error> {
    let mapping = Mapping::parse(mapping.as_bytes()).expect("a mapping");
    mapping.load(&Limits::default(), |_| Ok(Cursor::new(file)))
}

fn plain() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_dictionary_enabled(false)
}

/// A file of firms with one more column.
fn firms(column: &str, cells: Cells, properties: WriterProperties) -> Vec<u8> {
    let rows = match &cells {
        Cells::Truths(cells) => cells.len(),
        Cells::Int32(cells) => cells.len(),
        Cells::Int64(cells) => cells.len(),
        Cells::Int96(cells) => cells.len(),
        Cells::Floats(cells) => cells.len(),
        Cells::Doubles(cells) => cells.len(),
        Cells::Bytes(cells) | Cells::Fixed(cells) => cells.len(),
    };
    let ids: Vec<String> = (1..=rows).map(|row| format!("f{row}")).collect();
    let ids = texts(ids.iter().map(String::as_str));
    written(&format!("optional binary id (UTF8); {column}"), &[ids, cells], properties)
}

/// The rejections of a file of lines, as of one of rows without the header.
fn by_row(document: &Document) -> Vec<(String, Rule, String)> {
    let mut found = Vec::new();
    for one in &document.rejections {
        let mut position = one.position.clone();
        for line in (2..=9).rev() {
            position = position.replace(&format!("line {line}"), &format!("row {}", line - 1));
        }
        found.push((position, one.rule, one.reason.clone()));
    }
    found
}

#[test]
fn the_same_table_gives_the_same_facts_and_refusals_as_csv() {
    let expected = load(MAPPING, SALES.as_bytes()).expect("loads");
    assert_eq!(expected.facts.len(), 3 + 4 + 1);
    assert_eq!(expected.rejections.len(), 2);
    let mapping = MAPPING.replace("\"csv\"", "\"parquet\"");
    let rows: Vec<Vec<&str>> =
        SALES.lines().skip(1).map(|line| line.split(';').collect()).collect();
    let column = |index: usize| rows.iter().map(move |row| row[index]);
    let names = SALES.lines().next().expect("a header").split(';');
    let schema: String = names.map(|name| format!("optional binary {name} (UTF8); ")).collect();
    let columns: Vec<Cells> = (0..8).map(|index| texts(column(index))).collect();
    for (way, properties) in ways() {
        let read = load(&mapping, &written(&schema, &columns, properties)).expect(&way);
        assert_eq!(read.facts, expected.facts, "{way}");
        assert_eq!(by_row(&read), by_row(&expected), "{way}");
    }

    let number = |text: &str| text.parse::<i64>().ok();
    let cents = |text: &str| text.replace('.', "").parse::<i32>().ok();
    let day = |text: &str| match text {
        "2001-02-03" => Some(11_356),
        "1999-12-31" => Some(10_956),
        _ => None,
    };
    let mut typed = columns;
    typed[0] = Cells::Int64(column(0).map(number).collect());
    typed[4] = Cells::Doubles(column(4).map(|text| text.parse().ok()).collect());
    typed[5] = Cells::Int32(column(5).map(cents).collect());
    typed[6] = Cells::Int32(column(6).map(day).collect());
    let schema = schema
        .replace("binary number (UTF8)", "int64 number")
        .replace("binary percent (UTF8)", "double percent")
        .replace("binary amount (UTF8)", "int32 amount (DECIMAL(9,2))")
        .replace("binary since (UTF8)", "int32 since (DATE)");
    let read = load(&mapping, &written(&schema, &typed, plain().build())).expect("loads");
    assert_eq!(read.facts, expected.facts);
    assert_eq!(by_row(&read), by_row(&expected));
}

#[test]
fn values_of_each_type_are_written_as_csv_would_have_them() {
    let check = |column: &str, cells: Cells, expected: &str| {
        for properties in [plain().build(), WriterProperties::default()] {
            let file = firms(column, cells.clone(), properties);
            let read = load(FIRMS, &file).unwrap_or_else(|error| panic!("{column}: {error}"));
            let mut bytes = Vec::new();
            read.write_json(&mut bytes).expect("written");
            let text = String::from_utf8(bytes).expect("text");
            let name = format!("\"name\":\"{expected}\"");
            assert!(text.replace(": ", ":").contains(&name), "{column}: {text}");
        }
    };
    check("optional boolean value;", Cells::Truths(vec![Some(true)]), "true");
    check("optional int32 value;", Cells::Int32(vec![Some(-7)]), "-7");
    check("optional int32 value (UINT_32);", Cells::Int32(vec![Some(-1)]), "4294967295");
    check("optional int64 value (INT_64);", Cells::Int64(vec![Some(1 << 40)]), "1099511627776");
    check("optional float value;", Cells::Floats(vec![Some(0.1)]), "0.1");
    check("optional double value;", Cells::Doubles(vec![Some(40.0)]), "40");
    check("optional double value;", Cells::Doubles(vec![Some(0.1)]), "0.1");
    check("optional double value;", Cells::Doubles(vec![Some(f64::NAN)]), "NaN");
    check("optional int32 value (DATE);", Cells::Int32(vec![Some(16_071)]), "2014-01-01");
    check("optional int64 value (DECIMAL(18,2));", Cells::Int64(vec![Some(-150)]), "-1.50");
    let decimal = Cells::Fixed(vec![Some(vec![0xFF, 0x38])]);
    check("optional fixed_len_byte_array(2) value (DECIMAL(4,1));", decimal, "-20.0");
    let time = Cells::Int64(vec![Some(1_388_534_400_000)]);
    let column = "optional int64 value (TIMESTAMP_MILLIS);";
    check(column, time.clone(), "2014-01-01T00:00:00Z");
    let column = "optional int64 value (TIMESTAMP(MILLIS,false));";
    check(column, time, "2014-01-01T00:00:00");
    let time = Cells::Int32(vec![Some(1_000)]);
    check("optional int32 value (TIME_MILLIS);", time, "00:00:01");
    let old = Cells::Int96(vec![Some([0, 0, 2_440_588])]);
    check("optional int96 value;", old, "1970-01-01T00:00:00");
    check("optional binary value;", texts(["Ünion"]), "Ünion");
    check("optional binary value (ENUM);", texts(["a"]), "a");
    let uuid = Cells::Fixed(vec![Some(vec![0xAB; 16])]);
    let column = "optional fixed_len_byte_array(16) value (UUID);";
    check(column, uuid, "abababab-abab-abab-abab-abababababab");
}

#[test]
fn a_null_states_nothing() {
    let file = firms("optional int32 value;", Cells::Int32(vec![None, Some(0)]), plain().build());
    let fields = r#""name": "{value}", "#;
    let optional = FIRMS.replace(fields, r#""name": "x", "founded": "{value}", "#);
    let read = load(&optional, &file).expect("loads");
    assert_eq!(read.facts.len(), 1, "a founding in the year 0 is refused, none is not");
    assert_eq!(read.rejections.len(), 1);
    assert_eq!(read.rejections[0].position, "t row 2, column `value`");
}

#[test]
fn a_value_that_cannot_be_makes_a_bad_row() {
    let bytes = Cells::Bytes(vec![Some(b"ok".to_vec()), Some(vec![0xFF]), None]);
    let read = load(FIRMS, &firms("optional binary value;", bytes, plain().build()));
    let read = read.expect("loads");
    assert_eq!(read.facts.len(), 1);
    let [text, nameless] = read.rejections.as_slice() else { panic!("{:?}", read.rejections) };
    assert_eq!((text.position.as_str(), text.rule), ("t row 2", Rule::Mapping));
    assert_eq!(text.reason, "column `value`: the text is no UTF-8");
    assert!(text.original.contains("f2"), "{}", text.original);
    assert_eq!(nameless.position, "t row 3");
    let day = Cells::Int32(vec![Some(i32::MAX)]);
    let read = load(FIRMS, &firms("optional int32 value (DATE);", day, plain().build()));
    assert!(read.expect("loads").rejections[0].reason.contains("is no date"));
}

#[test]
fn a_column_without_plain_text_is_refused_by_its_name_if_it_is_asked_for() {
    let bytes = Cells::Fixed(vec![Some(vec![1, 2, 3])]);
    for (column, cells) in [
        ("optional fixed_len_byte_array(3) value;", bytes.clone()),
        ("optional binary value (BSON);", texts(["x"])),
        ("optional fixed_len_byte_array(12) value (INTERVAL);", Cells::Fixed(vec![None])),
        ("optional group value { optional binary inner (UTF8); }", texts(["x"])),
        ("repeated binary value (UTF8);", texts(["x"])),
    ] {
        let wide = column.starts_with("repeated");
        let file = if wide {
            // Without levels of repetition nothing can be written: a file of no rows will do.
            written(&format!("optional binary id (UTF8); {column}"), &[], plain().build())
        } else {
            firms(column, cells, plain().build())
        };
        match load(FIRMS, &file) {
            Err(Error::Mapping { file, problem }) => {
                assert_eq!(file, "t");
                assert!(problem.starts_with("column `value` "), "{problem}");
            }
            other => panic!("{column}: {other:?}"),
        }
        let without = FIRMS.replace("{value}", "{id}");
        let read = load(&without, &file).unwrap_or_else(|error| panic!("{column}: {error}"));
        assert_eq!(read.facts.len(), usize::from(!wide));
    }
    match load(
        &FIRMS.replace("{value}", "{worth}"),
        &firms("optional int32 value;", Cells::Int32(vec![Some(1)]), plain().build()),
    ) {
        Err(Error::Mapping { problem, .. }) => {
            assert_eq!(problem, "no column `worth`; there are: id, value");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_an_error() {
    let names = texts(["One", "Two", "", "Four"]);
    for (way, properties) in ways() {
        let file = firms("optional binary value (UTF8);", names.clone(), properties);
        assert_eq!(load(FIRMS, &file).expect(&way).facts.len(), 3);
        for end in 0..file.len() {
            match load(FIRMS, &file[..end]) {
                Err(Error::SourceRow { file, row: 0, .. }) => assert_eq!(file, "t"),
                other => panic!("{way}, {end} bytes: {other:?}"),
            }
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_read_or_refused() {
    let names = texts(["One", "Two", "", "Four"]);
    // Each codec, version and encoding comes in some of them.
    for (_, properties) in ways().into_iter().step_by(5) {
        let file = firms("optional binary value (UTF8);", names.clone(), properties);
        for index in 0..file.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[index] ^= change;
                if let Ok(read) = load(FIRMS, &changed) {
                    assert!(read.facts.len() + read.rejections.len() <= 4);
                }
            }
        }
    }
}

/// The file with one run of bytes in place of another that it has once.
fn patched(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let found: Vec<usize> =
        (0..file.len()).filter(|start| file[*start..].starts_with(from)).collect();
    let [start] = found.as_slice() else { panic!("{from:?} is there {} times", found.len()) };
    let mut file = file.to_vec();
    file.splice(start..&(start + from.len()), to.iter().copied());
    file
}

fn refused(file: &[u8]) -> String {
    match load(FIRMS, file) {
        Err(Error::SourceRow { problem, source, .. }) => {
            source.map_or(problem.clone(), |source| format!("{problem}: {source}"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_file_claims_is_refused_before_it_is_held() {
    let column = "optional binary value (UTF8);";
    // Seven digits a size: a page of two pieces, of two million bytes in all.
    let long = "x".repeat(1_000_000);
    let pieces = || texts([long.as_str(), long.as_str()]);
    let size = |bytes: u64| {
        let mut digits = Vec::new();
        let mut left = bytes * 2;
        while left > 0x7F {
            digits.push((left & 0x7F) as u8 | 0x80);
            left >>= 7;
        }
        digits.push(left as u8);
        digits
    };
    // A head begins with its kind, 0, and the size: two values, four bytes each before them, and
    // six of levels.
    let begin = |bytes: u64| [vec![0x15, 0x00, 0x15], size(bytes)].concat();
    let (found, huge) = (begin(2_000_014), begin(128_000_000));
    let snappy = plain().set_compression(Compression::SNAPPY);
    let file = firms(column, pieces(), snappy.set_data_page_size_limit(4 << 20).build());
    assert!(file.len() < 250_000);
    assert_eq!(load(FIRMS, &file).expect("loads").facts.len(), 2);
    assert!(refused(&patched(&file, &found, &huge)).contains("longer than 64 MiB"));
    let gzip = plain().set_compression(Compression::GZIP(Default::default()));
    let file = firms(column, pieces(), gzip.set_data_page_size_limit(4 << 20).build());
    let less = begin(1_100_000);
    assert!(refused(&patched(&file, &found, &less)).contains("not as long as it says"));

    let too_long = "x".repeat(1 << 20);
    let file = firms(column, texts([too_long.as_str()]), WriterProperties::default());
    assert_eq!(refused(&file), "a row is longer than 1 MiB");

    let delta = plain().set_column_encoding("value".into(), Encoding::DELTA_BINARY_PACKED).build();
    let file = firms("optional int64 value;", Cells::Int64(vec![Some(7); 3]), delta);
    // The head of numbers packed by their differences: 256 a block, in 4 parts, 3 in all, from 7.
    let found = [0x80, 0x02, 0x04, 0x03, 0x0E];
    let mut more = found;
    more[3] = 0x7F;
    assert!(refused(&patched(&file, &found, &more)).contains("more values than it says"));

    let snappy = plain().set_compression(Compression::SNAPPY).build();
    let file = firms(column, texts(["a"]), snappy);
    // The codec stands behind the column's path: 1 is Snappy, 7 is LZ4, each doubled.
    let other = patched(&file, b"\x05value\x15\x02", b"\x05value\x15\x0E");
    assert!(refused(&other).contains("packed by LZ4_RAW, which is not read"));

    let mut file = firms(column, texts(["a"]), plain().build());
    let end = file.len();
    file[end - 8..end - 4].copy_from_slice(&(17_u32 << 20).to_le_bytes());
    assert_eq!(refused(&file), "its metadata are longer than 16 MiB");
    file[end - 4..].copy_from_slice(b"PARE");
    assert_eq!(refused(&file), "it is encrypted");
    assert_eq!(refused(b"id,value\na,b\n"), "it is no Parquet file, or cut off");
}

#[test]
fn limits_hold_for_rows_of_parquet() {
    let file = firms("optional int32 value;", Cells::Int32(vec![Some(1); 5]), plain().build());
    let mapping = Mapping::parse(FIRMS.as_bytes()).expect("a mapping");
    let few = Limits { entities_max: 4, ..Limits::default() };
    let read = mapping.load(&few, |_| Ok(Cursor::new(&file)));
    assert!(matches!(read, Err(Error::DocumentCount { limit: 4, .. })));
}

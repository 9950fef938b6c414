//! Measures bulk loads: a generated table of sales as CSV and as Parquet, each in a process of its
//! own, so that its peak memory is its own. `bulk_load [ROWS]`.

#[expect(dead_code, reason = "the tests write more types than this table has")]
#[path = "../tests/it/written_parquet.rs"]
mod written_parquet;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use production_network::{Limits, Mapping};

use written_parquet::{Cells, texts, written};

/// A relation a row; none where the type is another than what is asked for.
const MAPPING: &str = r#"{"network": "n", "sources": [{"file": "FILE", "format": "FORMAT",
  "records": [{"list": "relations", "where": [{"column": "type", "is": ["TYPE"]}],
    "fields": {"id": "s{number}", "kind": "supplies", "from": "firm:{seller|slug}",
      "to": "firm:{buyer|slug}", "share": {"$": "{percent}", "number": true, "divide": 100},
      "valid_from": "{since}", "source": "generated", "evidence": "row {number}",
      "confidence": 1}}]}]}"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [file, format, kind] => load(Path::new(file), format, kind),
        [rows] => compare(rows.parse().expect("a number of rows")),
        _ => compare(1_000_000),
    }
}

fn compare(rows: usize) {
    let directory = std::env::temp_dir().join(format!("bulk-load-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    write_tables(&directory, rows);
    for kind in ["none", "final"] {
        for format in ["csv", "parquet"] {
            let file = directory.join(format!("sales.{format}"));
            let own = std::env::current_exe().expect("this program");
            let ran = Command::new(own).arg(&file).args([format, kind]).status();
            assert!(ran.expect("started").success());
        }
    }
    fs::remove_dir_all(&directory).expect("removed");
}

fn load(file: &Path, format: &str, kind: &str) {
    let mapping = MAPPING.replace("FORMAT", format).replace("TYPE", kind);
    let mapping = Mapping::parse(mapping.as_bytes()).expect("the mapping above");
    let begun = Instant::now();
    let read = mapping.load_beside(&Limits::default(), |_| true, |_| File::open(file));
    let read = read.expect("loads");
    let took = begun.elapsed();
    assert_eq!(read.rejections, []);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown");
    let bytes = file.metadata().expect("ours").len();
    println!(
        "{format}: {} facts of {} MB in {took:.2?}, peak memory {}",
        read.facts.len(),
        bytes / 1_000_000,
        peak.trim()
    );
}

fn write_tables(directory: &Path, rows: usize) {
    let firms = rows / 10 + 2;
    let seller = |row: usize| format!("Firm {}", row * 7 % firms);
    let buyer = |row: usize| format!("Firm {}", (row * 7 + 1 + row % 5) % firms);
    let percent = |row: usize| (row % 1_000) as f64 / 10.0;
    let day = |row: usize| i32::try_from(10_957 + row % 6_000).expect("a small number");
    let epoch = jiff::civil::date(1970, 1, 1);

    let mut text = "number,seller,buyer,type,percent,since\n".to_owned();
    for row in 0..rows {
        let since = epoch + jiff::Span::new().days(day(row));
        let (seller, buyer, percent) = (seller(row), buyer(row), percent(row));
        writeln!(text, "{row},{seller},{buyer},final,{percent},{since}").expect("written");
    }
    fs::write(directory.join("sales.csv"), text).expect("written");

    let schema = "optional int64 number; optional binary seller (UTF8); \
                  optional binary buyer (UTF8); optional binary type (UTF8); \
                  optional double percent; optional int32 since (DATE);";
    let number = |row: usize| i64::try_from(row).ok();
    let (sellers, buyers): (Vec<String>, Vec<String>) =
        (0..rows).map(|row| (seller(row), buyer(row))).unzip();
    let columns = [
        Cells::Int64((0..rows).map(number).collect()),
        texts(sellers.iter().map(String::as_str)),
        texts(buyers.iter().map(String::as_str)),
        texts((0..rows).map(|_| "final")),
        Cells::Doubles((0..rows).map(|row| Some(percent(row))).collect()),
        Cells::Int32((0..rows).map(|row| Some(day(row))).collect()),
    ];
    let packed = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    fs::write(directory.join("sales.parquet"), written(schema, &columns, packed)).expect("written");
}

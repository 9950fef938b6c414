//! Any bytes as Parquet through a mapping, and files with some bytes changed: no panic that leaves
//! the reader, the same answer twice, and one that is bounded.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

mod mapped;
#[expect(dead_code, reason = "the tests write more types than these files have")]
#[path = "../../tests/it/written_parquet.rs"]
mod written_parquet;

use written_parquet::{Cells, texts, ways, written};

static FILES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();

/// A small file in each way of writing one.
fn files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (_, properties) in ways() {
        let schema = "optional binary id (UTF8); optional int64 count;";
        let counts = Cells::Int64(vec![Some(1), None, Some(i64::MAX), Some(0)]);
        files.push(written(schema, &[texts(["f1", "f2", "", "f4"]), counts], properties));
    }
    files
}

fuzz_target!(
    // The library behind the reader panics at some malformed files, and the reader contains that:
    // only a panic that leaves the reader is to end the target.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let columns = ["id", "count"];
        let Some((way, rest)) = bytes.split_first() else { return };
        mapped::read("parquet", columns, rest);
        let length = u32::try_from(rest.len()).unwrap_or(u32::MAX).to_le_bytes();
        mapped::read("parquet", columns, &[b"PAR1", rest, &length, b"PAR1"].concat());
        let files = FILES.get_or_init(files);
        let mut file = files[usize::from(*way) % files.len()].clone();
        for edit in rest.chunks_exact(3) {
            let place = (usize::from(edit[0]) << 8 | usize::from(edit[1])) % file.len();
            file[place] ^= edit[2];
        }
        mapped::read("parquet", columns, &file);
    }
);

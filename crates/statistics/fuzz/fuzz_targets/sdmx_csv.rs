//! Any bytes as SDMX-CSV: no panic, and the same result read whole and byte by byte.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use statistics::{Limits, Structures, read_release};

const STRUCTURE: &str = r#"{"data":{
 "codelists":[{"id":"CL","agencyID":"X","version":"1.0","codes":[{"id":"SG"},{"id":"KH"}]}],
 "dataStructures":[{"id":"D","agencyID":"X","version":"1.0","dataStructureComponents":{
   "dimensionList":{"dimensions":[{"id":"A","localRepresentation":{"enumeration":"urn=X:CL(1.0)"}}],
     "timeDimension":{"id":"T"}},
   "attributeList":{"attributes":[{"id":"OBS_STATUS"},{"id":"C"}]},
   "measureList":{"measures":[{"id":"V"}]}}}],
 "dataflows":[{"id":"F","agencyID":"X","version":"1.0","structure":"urn=X:D(1.0)"}]}}"#;

/// Gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl std::io::Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(1).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let structures = Structures::parse(STRUCTURE.as_bytes()).expect("the structure above");
    let limits = Limits { row_bytes_max: 256, field_bytes_max: 64, ..Limits::default() };
    let whole = read_release(bytes, &structures, limits, &mut |_| {});
    let drops = BufReader::with_capacity(1, Drops(bytes));
    let by_drops = read_release(drops, &structures, limits, &mut |_| {});
    assert_eq!(whole.rejections, by_drops.rejections);
    let blocks = |release: &statistics::ReadRelease| -> Vec<_> {
        release.contents.values().flat_map(|contents| contents.blocks().collect::<Vec<_>>()).collect()
    };
    assert_eq!(blocks(&whole), blocks(&by_drops));
});

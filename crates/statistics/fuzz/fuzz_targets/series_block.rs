//! Any bytes as a series block: no panic, and what decodes is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statistics::SeriesBlock;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(block) = SeriesBlock::decode(bytes, &mut 0) {
        let mut out = Vec::new();
        block.encode(&mut out);
        let again = SeriesBlock::decode(&out, &mut 0).expect("own bytes");
        assert_eq!(again, block);
    }
});

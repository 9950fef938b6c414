//! Any bytes as JSON Lines through a mapping: no panic, the same answer twice, and one that is bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod mapped;

fuzz_target!(|bytes: &[u8]| {
    mapped::read("json_lines", ["id", "name"], bytes);
});

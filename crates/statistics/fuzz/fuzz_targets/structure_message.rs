//! Any bytes as a structure message: no panic, also when merged with itself and asked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statistics::{Checks, Structures};

fuzz_target!(|bytes: &[u8]| {
    let _ = Checks::parse(bytes);
    if let Ok(mut structures) = Structures::parse(bytes) {
        let again = structures.clone();
        structures.merge(again);
        let _ = structures.members("ASEAN", day());
    }
});

fn day() -> jiff::civil::Date {
    jiff::civil::date(2014, 12, 31)
}

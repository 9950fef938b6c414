//! The result does not depend on the pieces in which the input arrives, and no input panics.

use proptest::prelude::*;
use statistics::Limits;

use crate::support::{read, read_by, small};

const HEADER: &str =
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,COMMENT\n";

fn row() -> impl Strategy<Value = String> {
    let area = prop_oneof![Just("SG"), Just("KH"), Just("VN"), Just("")];
    let action = prop_oneof![9 => Just("I"), 1 => Just("D")];
    let period = prop_oneof![Just("2014"), Just("2014-Q1"), Just("2015"), Just("nope")];
    let value = prop_oneof![Just("1.50"), Just(""), Just("x"), Just("-2")];
    let status = prop_oneof![Just("A"), Just("M"), Just("")];
    let comment = prop_oneof![
        Just(""),
        Just("plain"),
        Just("\"quoted, with\nline\""),
        Just("5\" pipe"),
        Just("\"open"),
        Just("caf\u{e9}"),
        Just("a,b")
    ];
    let end = prop_oneof![Just("\n"), Just("\n"), Just("\r\n"), Just("\n\n")];
    (area, action, period, value, status, comment, end).prop_map(
        |(area, action, period, value, status, comment, end)| {
            format!("dataflow,X:DF(1.0),{action},A,{area},{period},{value},{status},{comment}{end}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn pieces_of_any_size_give_the_same_result(
        rows in prop::collection::vec(row(), 0..30),
        piece in 1usize..50,
        row_bytes_max in prop_oneof![Just(4096usize), Just(60usize)],
    ) {
        let csv = format!("{HEADER}{}", rows.concat());
        let limits = Limits { row_bytes_max: row_bytes_max.max(HEADER.len()), ..Limits::default() };
        let whole = read_by(csv.as_bytes(), &small(), limits, 1 << 16);
        prop_assert_eq!(read_by(csv.as_bytes(), &small(), limits, piece), whole);
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        header in any::<bool>(),
    ) {
        let mut csv = if header { HEADER.as_bytes().to_vec() } else { Vec::new() };
        csv.extend_from_slice(&bytes);
        read(&csv, &small());
    }

    #[test]
    fn arbitrary_text_of_the_format_never_panics(
        text in "(STRUCTURE|DATAFLOW)(\\[.\\])?[,;\"\n\r A-Z:~0-9()-]{0,200}",
    ) {
        read(text.as_bytes(), &small());
    }
}

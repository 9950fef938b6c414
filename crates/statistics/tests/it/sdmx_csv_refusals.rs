//! What is refused, by which rule, where; and that one bad row costs one row.

use std::fmt::Write as _;

use statistics::{Limits, Structures};

use crate::support::{read, read_by, small, structures};

const HEADER: &str =
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,COMMENT\n";

fn check(rows: &str, expected: &[&str]) {
    let csv = format!("{HEADER}{rows}");
    assert_eq!(read(csv.as_bytes(), &small()), expected, "{rows}");
}

fn check_file(csv: &[u8], structures: &Structures, expected: &str) {
    let lines = read(csv, structures);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(expected), "{} instead of {expected}", lines[0]);
}

#[test]
fn a_bad_row_is_refused_alone_and_those_around_it_are_read() {
    check(
        "dataflow,X:DF(1.0),I,A,SG,2014,1,A,\n\
         dataflow,X:DF(1.0),I,A,VNM,2014,1,A,\n\
         dataflow,X:DF(1.0),I,A,VNM,2015,1,A,\n\
         dataflow,X:DF(1.0),I,A,SG,20x4,1,A,\n\
         dataflow,X:DF(1.0),I,A,SG,2015,1 000,A,\n\
         dataflow,X:DF(1.0),I,A,SG,2015,,A,\n\
         dataflow,X:DF(1.0),I,A,SG,2015,5,Q,\n\
         dataflow,X:DF(1.0),I,A,SG,2015,5,Z,\n\
         dataflow,X:DF(1.0),I,A,,2015,5,A,\n\
         dataflow,X:DF(1.0),I,A,~,2015,,,note\n\
         dataflow,X:DF(1.0),E,A,SG,2015,5,A,\n\
         dataflow,X:DF(1.0),D,A,SG,2015,,,-\n\
         dataflow,X:DF(1.0),I,A,SG,2015,5\n\
         dataflow,X:DF(1.0),I,A,SG,2016,6,A,\n",
        &[
            "2 A.SG 2014 1 OBS_STATUS=A",
            "row 3: `AREA`: code `VNM` is not in X:CL_AREA(1.0) [code.unknown]",
            "row 4: `AREA`: code `VNM` is not in X:CL_AREA(1.0) [code.unknown]",
            "row 5: `TIME_PERIOD`: `20x4` is not an SDMX time period [period.malformed]",
            "row 6: `OBS_VALUE`: `1 000` is not a decimal number of at most 28 digits [value.malformed]",
            "row 7: `OBS_VALUE`: no value, and no OBS_STATUS that says why [value.missing]",
            "row 8: `OBS_VALUE`: value `5` with OBS_STATUS Q (suppressed) [value.status]",
            "row 9: `OBS_STATUS`: code `Z` is not in X:CL_OBS_STATUS(1.0) [code.unknown]",
            "row 10: `AREA`: a dimension is empty [dimension.missing]",
            "row 11: `AREA`: the dimension is switched off (`~`): attributes of a partial key are read on the rows of their observations only [action.unsupported]",
            "row 12: `ACTION`: `E` is no action [action.unknown]",
            "row 13: `COMMENT`: deletes an attribute and keeps the observation [action.unsupported]",
            "row 14: 7 fields, the header has 9 [csv.row-length]",
            "15 A.SG 2016 6 OBS_STATUS=A",
        ],
    );
}

#[test]
fn a_refused_row_does_not_lend_its_attributes_or_series_to_the_next() {
    check(
        "dataflow,X:DF(1.0),I,A,SG,2014,1,A,one\n\
         dataflow,X:DF(1.0),I,A,SG,bad,1,A,two\n\
         dataflow,X:DF(1.0),I,A,SG,2015,2,A,two\n\
         dataflow,X:DF(9.0),I,A,KH,2014,1,A,two\n\
         dataflow,X:DF(9.0),I,A,KH,2015,1,A,two\n\
         dataflow,X:DF(1.0),I,A,KH,2015,3,A,two\n",
        &[
            "2 A.SG 2014 1 COMMENT=one,OBS_STATUS=A",
            "row 3: `TIME_PERIOD`: `bad` is not an SDMX time period [period.malformed]",
            "4 A.SG 2015 2 COMMENT=two,OBS_STATUS=A",
            "row 5: `STRUCTURE_ID`: no dataflow `X:DF(9.0)` is registered [dataflow.unknown]",
            "7 A.KH 2015 3 COMMENT=two,OBS_STATUS=A",
            "skipped 1",
        ],
    );
}

#[test]
fn a_code_that_no_key_can_hold_is_refused_even_without_a_code_list() {
    let uncoded = structures("X:DF(1.0)", "AREA", "TIME_PERIOD", "");
    let csv = b"DATAFLOW,AREA,TIME_PERIOD,OBS_VALUE\nX:DF(1.0),a.b,2014,1\nX:DF(1.0),*,2014,1\n";
    assert_eq!(
        read(csv, &uncoded),
        [
            "row 2: `AREA`: code `a.b` cannot be part of a series key [key.malformed]",
            "row 3: `AREA`: code `*` cannot be part of a series key [key.malformed]",
        ]
    );
}

#[test]
fn latin_1_bytes_cost_their_row_only() {
    let mut csv = HEADER.as_bytes().to_vec();
    csv.extend_from_slice(b"dataflow,X:DF(1.0),I,A,SG,2014,1,A,caf\xe9\n");
    csv.extend_from_slice(b"dataflow,X:DF(1.0),I,A,SG,2015,2,A,\n");
    let lines = read(&csv, &small());
    assert!(lines[0].starts_with("row 2: byte 38 of the row is 0xE9"), "{}", lines[0]);
    assert_eq!(lines[1], "3 A.SG 2015 2 OBS_STATUS=A");
}

#[test]
fn a_file_that_cannot_be_read_gives_one_rejection() {
    let small = small();
    check_file(b"", &small, "header the file is empty [csv.header]");
    check_file(b"\xef\xbb\xbf", &small, "the file is empty");
    check_file(b"FREQ,AREA\nA,SG\n", &small, "begins with `FREQ,AREA");
    check_file(b"STRUCTURE,~\"\r,\n", &small, "where `STRUCTURE_ID` is expected [csv.header]");
    check_file(b"DATAFLOW\nx\n", &small, "[csv.header]");
    check_file(b"STRUCTURE STRUCTURE_ID\n", &small, "[csv.delimiter]");
    check_file(b"STRUCTURE,ID,ACTION\n", &small, "`ID` where `STRUCTURE_ID` is expected");
    check_file(b"DATAFLOW,A,A\n", &small, "column `A` is there twice [csv.header]");
    check_file(b"\xff\xfeD\0A\0", &small, "[csv.encoding]");
    let other = format!("{HEADER}{}", "dataflow;X:DF(1.0);I;A;SG;2014;1;A;\n".repeat(50));
    check_file(other.as_bytes(), &small, "rows by ';' [csv.delimiter]");
    let cut = format!("{HEADER}dataflow,X:DF(1.0),I,A,S");
    check_file(cut.as_bytes(), &small, "row 2: the input ends after 5 of 9 fields [truncated]");
    let open = format!("{HEADER}dataflow,X:DF(1.0),I,A,SG,2014,1,A,\"never closed\n");
    check_file(open.as_bytes(), &small, "row 2: the input ends inside a quoted field [truncated]");
}

#[test]
fn a_missing_column_is_told_once_and_its_rows_are_counted() {
    let lines = read(
        b"DATAFLOW,FREQ,AREAs,TIME_PERIOD,OBS_VALUE\nX:DF(1.0),A,SG,2014,1\nX:DF(1.0),A,SG,2015,1\n",
        &small(),
    );
    assert_eq!(
        lines,
        ["row 2: `AREA`: the file has no column `AREA` [dimension.missing]", "skipped 1"]
    );
    let strict = structures("X:DF(1.0)", "AREA", "TIME_PERIOD", "OBS_STATUS!");
    let lines = read(b"DATAFLOW,AREA,TIME_PERIOD,OBS_VALUE\nX:DF(1.0),SG,2014,1\n", &strict);
    assert_eq!(
        lines,
        ["row 2: `OBS_STATUS`: the file has no column `OBS_STATUS` [attribute.mandatory]"]
    );
    let csv = b"DATAFLOW,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nX:DF(1.0),SG,2014,1,\n";
    assert_eq!(
        read(csv, &strict),
        ["row 2: `OBS_STATUS`: a mandatory attribute is empty [attribute.mandatory]"]
    );
}

#[test]
fn a_field_of_ten_megabytes_costs_its_row_and_no_memory() {
    let row = "dataflow,X:DF(1.0),I,A,SG,2015,2,A,\n";
    for field in ["x".repeat(10 << 20), format!("\"{}\"", "x\n".repeat(5 << 20))] {
        let csv = format!("{HEADER}dataflow,X:DF(1.0),I,A,SG,2014,1,A,{field}\n{row}");
        let lines = read(csv.as_bytes(), &small());
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("row 2: a row of 10485"), "{}", lines[0]);
        assert!(lines[0].ends_with("[csv.field-too-long]"), "{}", lines[0]);
        assert!(lines[1].ends_with("A.SG 2015 2 OBS_STATUS=A"), "{}", lines[1]);
    }
    let field = "x".repeat(100_000);
    let csv = format!("{HEADER}dataflow,X:DF(1.0),I,A,SG,2014,1,A,{field}\n{row}");
    let lines = read(csv.as_bytes(), &small());
    assert_eq!(
        lines[0],
        "row 2: a field of 100000 bytes, at most 65536 are read [csv.field-too-long]"
    );
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_hundred_thousand_columns_are_refused_with_the_header() {
    let mut csv = String::from("DATAFLOW");
    for column in 0..100_000 {
        write!(csv, ",C{column}").expect("to a string");
    }
    check_file(csv.as_bytes(), &small(), "header row 1: 100001 columns, at most 1000 are read");
    csv.push_str(&",\"Y\"".repeat(2_000));
    check_file(csv.as_bytes(), &small(), "header row 1: 102001 columns, at most 1000 are read");
    let wide = format!("DATAFLOW{}", ",LONGER_COLUMN_NAME".repeat(300_000));
    check_file(wide.as_bytes(), &small(), "[csv.too-many-columns]");
}

#[test]
fn a_row_of_more_bytes_than_the_limit_is_refused_however_the_input_is_cut() {
    let limits = Limits { row_bytes_max: 100, ..Limits::default() };
    let csv = format!(
        "{HEADER}dataflow,X:DF(1.0),I,A,SG,2014,1,A,{}\ndataflow,X:DF(1.0),I,A,SG,2015,2,A,\n",
        "x".repeat(200)
    );
    let whole = read_by(csv.as_bytes(), &small(), limits, 1 << 16);
    assert_eq!(whole[0], "row 2: a row of 236 bytes, at most 100 are read [csv.field-too-long]");
    assert_eq!(whole.len(), 2);
    assert_eq!(read_by(csv.as_bytes(), &small(), limits, 7), whole);
}

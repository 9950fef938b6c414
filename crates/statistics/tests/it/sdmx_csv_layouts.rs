//! Every layout that SDMX-CSV allows gives the same observations.

use crate::support::{read, small};

fn check(csv: &str, expected: &[&str]) {
    assert_eq!(read(csv.as_bytes(), &small()), expected, "{csv}");
}

#[test]
fn version_one_names_the_dataflow_in_its_first_column() {
    check(
        "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_STATUS,OBS_VALUE\n\
         X:DF(1.0),A,SG,2014,A,72098.3\nX:DF(1.0),A,SG,2015,M,\n",
        &["2 A.SG 2014 72098.3 OBS_STATUS=A", "3 A.SG 2015 (M) OBS_STATUS=M"],
    );
}

#[test]
fn version_two_takes_columns_in_any_order_and_ignores_foreign_ones() {
    check(
        "STRUCTURE,STRUCTURE_ID,ACTION,OBS_VALUE,AREA,UPDATED,TIME_PERIOD,UNIT_MULT,FREQ\n\
         dataflow,X:DF(1.0),I,1.50,SG,2020-01-01,2014,6,A\n\
         DATAFLOW,X:DF(1.0),M,2,SG,2020-01-02,2015,6,A\n\
         datastructure,X:DSD_DF(1.0),R,3,KH,,2014-Q3,,Q\n",
        &["2 A.SG 2014 1.50 UNIT_MULT=6", "3 A.SG 2015 2 UNIT_MULT=6", "4 Q.KH 2014-Q3 3"],
    );
}

#[test]
fn without_an_action_column_rows_are_information() {
    check(
        "STRUCTURE,STRUCTURE_ID,FREQ,AREA,TIME_PERIOD,OBS_VALUE\ndataflow,X:DF(1.0),A,SG,2014,1\n",
        &["2 A.SG 2014 1"],
    );
}

#[test]
fn labels_may_stand_in_the_field_or_in_a_column_of_their_own() {
    check(
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ: Frequency,AREA: Area,TIME_PERIOD: Time,\
         OBS_VALUE: Value,OBS_STATUS: Status,COMMENT: Comment\n\
         dataflow,X:DF(1.0): Flows,I,A: Annual,SG: Singapore,2014: 2014,1: 1,A: Normal,note: b\n",
        &["2 A.SG 2014 1 COMMENT=note: b,OBS_STATUS=A"],
    );
    check(
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,FREQ,Frequency,AREA,Area,TIME_PERIOD,Time,\
         OBS_VALUE,Value,OBS_STATUS,Status\n\
         dataflow,X:DF(1.0),Flows,I,A,Annual,SG,Singapore,2014,,1,,A,Normal\n",
        &["2 A.SG 2014 1 OBS_STATUS=A"],
    );
    check(
        "STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,FREQ,AREA,TIME_PERIOD,OBS_VALUE\n\
         dataflow,X:DF(1.0),I,A.SG,A.SG.2014,A,SG,2014,1\n\
         dataflow,X:DF(1.0),I,A.SG,A.SG.2015,A,SG,2015,2\n",
        &["2 A.SG 2014 1", "3 A.SG 2015 2"],
    );
}

#[test]
fn another_separator_brings_its_decimal_comma() {
    check(
        "STRUCTURE[|];STRUCTURE_ID;ACTION;FREQ;AREA;TIME_PERIOD;OBS_VALUE;COMMENT[]\n\
         dataflow;X:DF(1.0);I;A;SG;2014;12,40;a|b\n\
         dataflow;X:DF(1.0);I;A;SG;2015;12.40;\n",
        &["2 A.SG 2014 12.40 COMMENT=a|b", "3 A.SG 2015 12.40"],
    );
}

#[test]
fn bom_crlf_quotes_and_lines_within_quotes_are_read() {
    check(
        "\u{feff}\"STRUCTURE\",\"STRUCTURE_ID\",FREQ,AREA,TIME_PERIOD,OBS_VALUE,COMMENT\r\n\
         dataflow,X:DF(1.0),A,SG,2014,1,\"two\r\nlines, \"\"quoted\"\"\"\r\n\
         \r\n\
         \"dataflow\",\"X:DF(1.0)\",\"A\",\"SG\",\"2015\",\"2\",\"\"\r\n\
         dataflow,X:DF(1.0),A,SG,2016,3,caf\u{e9}\r\n",
        &[
            "2 A.SG 2014 1 COMMENT=two\r\nlines, \"quoted\"",
            "5 A.SG 2015 2",
            "6 A.SG 2016 3 COMMENT=caf\u{e9}",
        ],
    );
}

#[test]
fn gaps_keep_their_reason_and_nan_is_one() {
    check(
        "STRUCTURE,STRUCTURE_ID,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n\
         dataflow,X:DF(1.0),A,SG,2010,,M\ndataflow,X:DF(1.0),A,SG,2011,,L\n\
         dataflow,X:DF(1.0),A,SG,2012,,O\ndataflow,X:DF(1.0),A,SG,2013,,Q\n\
         dataflow,X:DF(1.0),A,SG,2014,NaN,\ndataflow,X:DF(1.0),A,SG,2015,#N/A,Q\n",
        &[
            "2 A.SG 2010 (M) OBS_STATUS=M",
            "3 A.SG 2011 (L) OBS_STATUS=L",
            "4 A.SG 2012 (O) OBS_STATUS=O",
            "5 A.SG 2013 (Q) OBS_STATUS=Q",
            "6 A.SG 2014 (O)",
            "7 A.SG 2015 (Q) OBS_STATUS=Q",
        ],
    );
}

#[test]
fn a_deletion_is_of_one_observation_or_of_all_that_match() {
    check(
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,COMMENT\n\
         dataflow,X:DF(1.0),D,A,SG,2014,-,\ndataflow,X:DF(1.0),D,A,SG,2015,,\n\
         dataflow,X:DF(1.0),D,A,SG,,,\ndataflow,X:DF(1.0),D,,SG,2014,-,-\n\
         dataflow,X:DF(1.0),D,,,,,\ndataflow,X:DF(1.0),R,A,SG,2014,5,\n",
        &[
            "2 A.SG 2014 deleted",
            "3 A.SG 2015 deleted",
            "4 withdrawn A.SG",
            "5 withdrawn .SG 2014",
            "6 withdrawn .",
            "7 A.SG 2014 5",
        ],
    );
    check("STRUCTURE,STRUCTURE_ID,ACTION\ndataflow,X:DF(1.0),D\n", &["2 withdrawn ."]);
}

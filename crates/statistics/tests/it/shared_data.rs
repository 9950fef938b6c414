//! Real files of others, read where they lie: the outcome of each is stated.
//!
//! They are at ENTREPOT_SHARED_DATA, by default `../shared/data` beside the repository. Without
//! them nothing is checked, and that is said.

use std::collections::BTreeSet;
use std::path::PathBuf;

use statistics::{Limits, Part, SdmxCsvReader, Structures};

use crate::support::{structures, structures_of};

fn folder() -> Option<PathBuf> {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let default = PathBuf::from(repository).join("../shared/data");
    let folder = std::env::var_os("ENTREPOT_SHARED_DATA").map_or(default, PathBuf::from);
    let found = folder.join("feeds/sdmx-test-data").is_dir();
    if !found {
        println!("SKIPPED: no shared data at {} (set ENTREPOT_SHARED_DATA)", folder.display());
    }
    found.then_some(folder)
}

/// Every structure that the files name, as far as they can be guessed from the rows.
fn known() -> Structures {
    let three = "DIM_1=A DIM_2=A/B";
    let attributes = "ATTR_1 ATTR_2 ATTR_3";
    let derivatives = "FREQ DER_TYPE DER_INSTR DER_RISK DER_REP_CTY DER_SECTOR_CPY DER_CPC \
        DER_SECTOR_UDL DER_CURR_LEG1 DER_CURR_LEG2 DER_ISSUE_MAT DER_RATING DER_EX_METHOD \
        DER_BASIS"
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let of_derivatives = "AVAILABILITY COLLECTION OBS_STATUS OBS_CONF DECIMALS UNIT_MULT";
    let account = "freq unit s_adj sector10 sectpart partner stk_flow bop_item geo";
    let mut known = Structures::default();
    for (dataflow, dimensions, time, attributes) in [
        ("ESTAT:NA_MAIN(1.6.0)", three, "DIM_3", attributes),
        ("ESTAT:DF_NA_MAIN(1.6.0)", three, "DIM_3", attributes),
        ("ESTAT:NA_MAIN(1.7.0)", three, "DIM_3", attributes),
        ("AGENCY:DF_ID(1.0.0)", three, "DIM_3", "ATTR_1 ATTR_2"),
        ("BIS:BIS_DER(1.0)", &derivatives, "TIME_PERIOD", of_derivatives),
        ("BIS:WEBSTATS_DER_DATAFLOW(1.0)", &derivatives, "TIME_PERIOD", of_derivatives),
        ("BMS:DF_EXR(1.0)", "FREQ", "TIME_PERIOD", "EMBARGO_TIME"),
        ("WB:GCI(1.0)", "REF_AREA INDICATOR SUB_INDICATOR FREQ", "TIME_PERIOD", ""),
        ("MD:MD_TEST(1.0)", "DIM1 DIM2", "TIME_PERIOD", "ATT1 ATT2"),
        ("ESTAT:EI_BPM6CA_Q$DEFAULTVIEW(1.0)", account, "TIME_PERIOD", "OBS_FLAG CONF_STATUS"),
    ] {
        known.merge(structures(dataflow, dimensions, time, attributes));
    }
    known.merge(structures_of(
        "MD:DF_TEST(1.0)",
        "MD_TEST",
        "DIM1 DIM2",
        "TIME_PERIOD",
        "ATT1 ATT2",
    ));
    known
}

fn outcome(bytes: &[u8], known: &Structures) -> String {
    let mut reader = match SdmxCsvReader::try_new(bytes, known, Limits::default()) {
        Ok(reader) => reader,
        Err(rejection) => return format!("header {}", rejection.rule),
    };
    let (mut observations, mut withdrawals, mut refused) = (0, 0, 0);
    let mut rules = BTreeSet::new();
    while let Some(part) = reader.next_block() {
        match part {
            Ok(Part::Series(run)) => observations += run.entries.len(),
            Ok(Part::Withdrawal(_)) => withdrawals += 1,
            Err(rejection) => {
                refused += 1;
                rules.insert(rejection.rule.id());
            }
        }
    }
    let rules = rules.into_iter().collect::<Vec<_>>().join(" ");
    let skipped = reader.skipped();
    format!(
        "{observations} read, {withdrawals} withdrawn, {refused} refused, {skipped} skipped {rules}"
    )
    .trim_end()
    .to_owned()
}

/// Checks every CSV file below a folder against the list, which must name each of them.
fn check(below: &str, expected: &[(&str, &str)]) {
    let Some(folder) = folder() else { return };
    let known = known();
    let mut found = Vec::new();
    let mut folders = vec![folder.join(below)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "csv") {
                let name = path.strip_prefix(folder.join(below)).expect("below it");
                let bytes = std::fs::read(&path).expect("a readable file");
                found.push((name.display().to_string(), outcome(&bytes, &known)));
            }
        }
    }
    found.sort();
    let found: Vec<_> = found.iter().map(|(name, said)| (name.as_str(), said.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_examples_of_the_specification() {
    check(
        "feeds/sdmx-test-data/v3/csv",
        &[
            ("example-01.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            // Two measures, neither is the one of the structure.
            ("example-02.csv", "0 read, 0 withdrawn, 2 refused, 0 skipped value.missing"),
            // As before.
            ("example-03.csv", "0 read, 0 withdrawn, 2 refused, 0 skipped value.missing"),
            ("example-04.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("example-05.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("example-06.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("example-07.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("example-08.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            // The third row names a provision agreement.
            ("example-09A.csv", "2 read, 0 withdrawn, 1 refused, 0 skipped dataflow.unknown"),
            // Structures that are not registered.
            ("example-09B.csv", "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown"),
            ("example-10.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            // A data structure that is not registered.
            ("example-11.csv", "0 read, 0 withdrawn, 1 refused, 1 skipped dataflow.unknown"),
            // A provision agreement.
            ("example-12.csv", "0 read, 0 withdrawn, 1 refused, 1 skipped dataflow.unknown"),
            // Another measure than the structure's, and an attribute of a partial key.
            (
                "example-13.csv",
                "0 read, 0 withdrawn, 2 refused, 0 skipped dimension.missing value.missing",
            ),
            // Metadata attributes of partial keys.
            ("example-14.csv", "0 read, 0 withdrawn, 1 refused, 1 skipped dimension.missing"),
            ("example-15.csv", "2 read, 0 withdrawn, 0 refused, 0 skipped"),
            // The second row deletes an attribute alone.
            ("example-16.csv", "1 read, 0 withdrawn, 1 refused, 0 skipped action.unsupported"),
            // The second row deletes an attribute alone.
            ("example-17.csv", "0 read, 1 withdrawn, 1 refused, 0 skipped action.unsupported"),
            // `C` stands for a period, and is none.
            ("example-18.csv", "0 read, 1 withdrawn, 1 refused, 0 skipped period.malformed"),
            ("example-19A.csv", "0 read, 1 withdrawn, 0 refused, 0 skipped"),
            ("example-19B.csv", "0 read, 1 withdrawn, 0 refused, 0 skipped"),
        ],
    );
}

#[test]
fn the_samples_of_pysdmx() {
    check(
        "feeds/pysdmx",
        &[
            (
                "csv/sdmx10/reader/samples/csv_labels_both.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            // The column is called DER_RISKs.
            (
                "csv/sdmx10/reader/samples/data_v1.csv",
                "0 read, 0 withdrawn, 1 refused, 999 skipped dimension.missing",
            ),
            (
                "csv/sdmx10/reader/samples/data_v1_datetime.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            ("csv/sdmx10/reader/samples/data_v1_exception.csv", "header csv.header"),
            (
                "csv/sdmx10/reader/samples/data_v1_no_freq_cols.csv",
                "7 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx20/reader/samples/csv_keys_both.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx20/reader/samples/csv_labels_both.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx20/reader/samples/csv_labels_name.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            ("csv/sdmx20/reader/samples/data_v2.csv", "20 read, 0 withdrawn, 0 refused, 0 skipped"),
            // A column ACTION in the header and not in the rows.
            (
                "csv/sdmx20/reader/samples/data_v2_action_col.csv",
                "0 read, 0 withdrawn, 20 refused, 0 skipped csv.row-length",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_datetime.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            ("csv/sdmx20/reader/samples/data_v2_exception.csv", "header csv.header"),
            (
                "csv/sdmx20/reader/samples/data_v2_invalid_action.csv",
                "0 read, 0 withdrawn, 1 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_merge_action.csv",
                "0 read, 0 withdrawn, 1 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_no_freq_cols.csv",
                "7 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_structures.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_structures_exception.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_structures_uppercase.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_three_actions.csv",
                "0 read, 0 withdrawn, 1 refused, 3 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx20/reader/samples/data_v2_two_actions.csv",
                "0 read, 0 withdrawn, 1 refused, 2 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/csv_keys_both.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx21/reader/samples/csv_labels_both.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx21/reader/samples/csv_labels_name.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21.csv",
                "20 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            // As in 2.0.
            (
                "csv/sdmx21/reader/samples/data_v21_action_col.csv",
                "0 read, 0 withdrawn, 20 refused, 0 skipped csv.row-length",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_datetime.csv",
                "1 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            ("csv/sdmx21/reader/samples/data_v21_exception.csv", "header csv.header"),
            (
                "csv/sdmx21/reader/samples/data_v21_invalid_action.csv",
                "0 read, 0 withdrawn, 1 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_merge_action.csv",
                "0 read, 0 withdrawn, 1 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_no_freq_cols.csv",
                "7 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_structures.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_structures_exception.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_structures_uppercase.csv",
                "0 read, 0 withdrawn, 3 refused, 0 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_three_actions.csv",
                "0 read, 0 withdrawn, 1 refused, 3 skipped dataflow.unknown",
            ),
            (
                "csv/sdmx21/reader/samples/data_v21_two_actions.csv",
                "0 read, 0 withdrawn, 1 refused, 2 skipped dataflow.unknown",
            ),
            (
                "samples/csv_nulls_10.csv",
                "0 read, 0 withdrawn, 1 refused, 3 skipped dataflow.unknown",
            ),
            (
                "samples/csv_nulls_20.csv",
                "0 read, 0 withdrawn, 1 refused, 3 skipped dataflow.unknown",
            ),
            ("samples/csv_optionals.csv", "1 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("samples/data_v1.csv", "1000 read, 0 withdrawn, 0 refused, 0 skipped"),
            ("samples/data_v1_attached.csv", "14 read, 0 withdrawn, 0 refused, 0 skipped"),
            (
                "samples/data_v1_missing_one_attached.csv",
                "14 read, 0 withdrawn, 0 refused, 0 skipped",
            ),
            // Names in place of codes, some with a dot.
            ("samples/large_csv_1.csv", "0 read, 0 withdrawn, 19 refused, 0 skipped key.malformed"),
            ("samples/large_csv_2.csv", "19 read, 0 withdrawn, 0 refused, 0 skipped"),
        ],
    );
}

#[test]
fn the_structure_messages_of_the_specification() {
    let Some(folder) = folder() else { return };
    let folder = folder.join("feeds/sdmx-test-data/v3/json/structure");
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a readable file");
    let constructed = Structures::parse(&read("constructed-sample.json")).expect("a message");
    let rates = constructed.dataflow_named("ECB:EXR(1.0)").expect("exchange rates");
    let ids: Vec<_> = rates.structure.dimensions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX"]);
    assert_eq!(rates.structure.time_dimension.as_deref(), Some("TIME_PERIOD"));
    assert_eq!(constructed.unresolved(), []);
    // Generated from the schema: its references lead nowhere, which is said and is no error.
    let generated = Structures::parse(&read("generated-sample.json")).expect("a message");
    assert_eq!(generated.dataflows().count(), 0);
    assert!(!generated.unresolved().is_empty());
}

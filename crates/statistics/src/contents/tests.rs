//! Contents of a release: order, duplicates, hash.

use super::*;
use crate::{Action, Cell};

const STRUCTURE: &str = r#"{"data":{
 "dataStructures":[{"id":"DSD","agencyID":"X","version":"1.0","dataStructureComponents":{
   "dimensionList":{"dimensions":[{"id":"AREA"}],"timeDimension":{"id":"TIME_PERIOD"}},
   "attributeList":{"attributes":[{"id":"OBS_STATUS"}]}}}],
 "dataflows":[{"id":"DF","agencyID":"X","version":"1.0","structure":"urn=X:DSD(1.0)"}]}}"#;
const HEADER: &str = "STRUCTURE,STRUCTURE_ID,ACTION,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n";

fn read(rows: &str) -> ReadRelease {
    let structures = Structures::parse(STRUCTURE.as_bytes()).expect("a structure");
    let csv = format!("{HEADER}{rows}");
    read_release(csv.as_bytes(), &structures, Limits::default(), &mut |_| {})
}

fn only(release: &ReadRelease) -> &ReleaseContents {
    release.contents.values().next().expect("a dataflow")
}

fn hash(release: &ReadRelease) -> Vec<u8> {
    let mut bytes = Vec::new();
    only(release).hash_into(&mut |part| bytes.extend_from_slice(part));
    bytes
}

#[test]
fn blocks_come_by_key_and_period_whatever_the_order_of_the_rows() {
    let one = read(
        "dataflow,X:DF(1.0),I,SG,2015,2.0,P\ndataflow,X:DF(1.0),I,KH,2014,1,A\n\
         dataflow,X:DF(1.0),I,SG,2013,9,A\ndataflow,X:DF(1.0),I,SG,2014,1.0,A\n",
    );
    let blocks: Vec<_> = only(&one).blocks().collect();
    let keys: Vec<_> = blocks.iter().map(|block| block.key.as_str()).collect();
    assert_eq!(keys, ["KH", "SG"]);
    let values: Vec<_> = blocks[1].entries.iter().map(|entry| entry.cell.to_string()).collect();
    assert_eq!(values, ["9", "1.0", "2.0"]);
    let status = |index: usize| {
        blocks[1].dictionary[blocks[1].entries[index].attributes_index as usize].get("OBS_STATUS")
    };
    assert_eq!((status(0), status(2)), (Some("A"), Some("P")));
    let other = read(
        "dataflow,X:DF(1.0),I,KH,2014,1,A\ndataflow,X:DF(1.0),I,SG,2013,9,A\n\
         dataflow,X:DF(1.0),I,SG,2014,1.0,A\ndataflow,X:DF(1.0),I,SG,2015,2.0,P\n",
    );
    assert_eq!(hash(&one), hash(&other));
    let changed = read("dataflow,X:DF(1.0),I,KH,2014,1,A\n");
    assert_ne!(hash(&one), hash(&changed));
}

#[test]
fn a_row_that_is_there_twice_is_dropped_if_it_says_the_same_and_refused_if_not() {
    let release = read(
        "dataflow,X:DF(1.0),I,SG,2014,1.0,A\ndataflow,X:DF(1.0),I,SG,2014,1.0,A\n\
         dataflow,X:DF(1.0),I,KH,2014,5,A\ndataflow,X:DF(1.0),I,SG,2014,1.00,A\n\
         dataflow,X:DF(1.0),I,KH,2014,5,P\n",
    );
    let contents = only(&release);
    assert_eq!((contents.entry_count(), contents.repeated_count()), (2, 1));
    let told: Vec<_> = release.rejections.kept.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 5: `SG` at 2014 is on row 2 too, with other contents [duplicate]",
            "row 6: `KH` at 2014 is on row 4 too, with other contents [duplicate]",
        ]
    );
    assert_eq!(release.rejections.kept[0].position.byte, HEADER.len() as u64 + 2 * 35 + 33);
}

#[test]
fn a_value_stands_over_a_withdrawal_before_it_and_not_over_one_behind_it() {
    let release = read(
        "dataflow,X:DF(1.0),D,SG,2014,,\ndataflow,X:DF(1.0),R,SG,2014,1,A\n\
         dataflow,X:DF(1.0),I,KH,2014,1,A\ndataflow,X:DF(1.0),D,KH,2014,,\n\
         dataflow,X:DF(1.0),D,MY,,,\n",
    );
    assert_eq!(release.rejections.total, 1);
    let contents = only(&release);
    for block in contents.blocks() {
        assert_eq!(block.entries.len(), 1);
        assert_eq!(block.entries[0].action, Action::Put);
        assert_eq!(block.entries[0].cell, Cell::parse("1").expect("a number"));
    }
    assert_eq!(contents.withdrawals().len(), 1);
}

//! Whatever bytes come, each reader answers or refuses, and never panics nor answers without end.

use std::io::Cursor;

use production_network::{Document, Limits, Mapping, NetworkId};
use proptest::prelude::*;

use crate::FEED;

const GRAPH: &[u8] =
    br#"<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
    <key id="d0" for="node" attr.name="name" attr.type="string"/>
    <graph edgedefault="directed"><node id="firm:a"><data key="d0">A &amp; B</data></node>
    <node id="firm:b"/><edge id="r" source="firm:a" target="firm:b"/></graph></graphml>"#;
const TABLE: &[u8] = b"id,name,note\nf1,One,\"a, \"\"b\"\"\"\nf2,Two,\n";
const LINES: &[u8] = b"{\"id\": \"f1\", \"name\": {\"en\": \"One\"}}\n\n[1]\n{\"id\": 7}\n";

/// More than any of the files has.
const ENTITIES_MAX: usize = 100;

fn mapping(format: &str) -> Mapping {
    let name = if format == "parquet" { "{id} {count}" } else { "{id}" };
    let text = format!(
        r#"{{"network": "n", "sources": [{{"file": "f", "format": "{format}", "records": [
            {{"list": "entities", "fields": {{"kind": "firm", "id": "{{id|slug}}", "name": "{name}",
              "source": "s"}}}}]}}]}}"#
    );
    Mapping::parse(text.as_bytes()).expect("a mapping")
}

/// Reads bytes as a file, and holds that what comes of them is bounded.
fn read(format: &str, bytes: &[u8]) {
    let limits = Limits { entities_max: ENTITIES_MAX, ..Limits::default() };
    let Ok(read) = mapping(format).load(&limits, |_| Ok(Cursor::new(bytes))) else { return };
    assert!(read.facts.len() <= ENTITIES_MAX);
    for one in &read.rejections {
        assert!(one.original.len() <= 4_096 && one.reason.len() <= 4 * bytes.len() + 200);
    }
}

/// A valid file with some bytes changed, taken out or put in.
fn mutated(valid: impl Into<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let valid = valid.into();
    let edits = proptest::collection::vec((any::<usize>(), any::<u8>(), 0u8..3), 0..12);
    edits.prop_map(move |edits| {
        let mut bytes = valid.clone();
        for (place, byte, kind) in edits {
            let place = place % bytes.len().max(1);
            match kind {
                0 if !bytes.is_empty() => bytes[place] = byte,
                1 if !bytes.is_empty() => {
                    bytes.remove(place);
                }
                _ => bytes.insert(place.min(bytes.len()), byte),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tables_lines_and_graphs(
        table in mutated(TABLE),
        lines in mutated(LINES),
        graph in mutated(GRAPH),
        any in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for (format, bytes) in [("csv", &table), ("json_lines", &lines), ("csv", &any),
            ("json_lines", &any), ("graphml", &any), ("graphml", &graph)]
        {
            read(format, bytes);
        }
        let network = NetworkId::try_new("n").expect("an id");
        let exported = Mapping::of_graphml(&network, "f").expect("a mapping");
        let limits = Limits::default();
        let _ = exported.load(&limits, |_| Ok(Cursor::new(&graph)));
        let _ = Mapping::parse(&any);
        let _ = Document::parse(&any, &limits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn documents(document in mutated(FEED)) {
        if let Ok(read) = Document::parse(&document, &Limits::default()) {
            let mut bytes = Vec::new();
            read.write_json(&mut bytes).expect("written");
        }
    }
}

#[cfg(feature = "parquet")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn parquet_in_all_ways(
        edits in proptest::collection::vec((any::<usize>(), 1_u8..), 0..8),
        way in 0_usize..32,
        any in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        use crate::written_parquet::{Cells, texts, ways, written};
        let (_, properties) = ways().swap_remove(way);
        let schema = "optional binary id (UTF8); optional int64 count;";
        let counts = Cells::Int64(vec![Some(1), None, Some(i64::MAX), Some(0)]);
        let mut file = written(schema, &[texts(["f1", "f2", "", "f4"]), counts], properties);
        for (place, change) in edits {
            let place = place % file.len();
            file[place] ^= change;
        }
        read("parquet", &file);
        read("parquet", &any);
        // The same with an end as it should be, so that more than the end is read.
        let framed = [b"PAR1".as_slice(), &any, &(any.len() as u32).to_le_bytes(), b"PAR1"];
        read("parquet", &framed.concat());
    }
}

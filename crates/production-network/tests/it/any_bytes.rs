//! Whatever bytes come, each reader answers or refuses, and never panics.

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

fn mapping(format: &str) -> Mapping {
    let text = format!(
        r#"{{"network": "n", "sources": [{{"file": "f", "format": "{format}", "records": [
            {{"list": "entities", "fields": {{"kind": "firm", "id": "{{id|slug}}", "name": "{{id}}",
              "source": "s"}}}}]}}]}}"#
    );
    Mapping::parse(text.as_bytes()).expect("a mapping")
}

/// A valid file with some bytes changed, taken out or put in.
fn mutated(valid: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let edits = proptest::collection::vec((any::<usize>(), any::<u8>(), 0u8..3), 0..12);
    edits.prop_map(move |edits| {
        let mut bytes = valid.to_vec();
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
        let limits = Limits::default();
        for (format, bytes) in [("csv", &table), ("json_lines", &lines), ("csv", &any),
            ("json_lines", &any), ("graphml", &any), ("graphml", &graph)]
        {
            let _ = mapping(format).load(&limits, |_| Ok(bytes.as_slice()));
        }
        let network = NetworkId::try_new("n").expect("an id");
        let exported = Mapping::of_graphml(&network, "f").expect("a mapping");
        let _ = exported.load(&limits, |_| Ok(graph.as_slice()));
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

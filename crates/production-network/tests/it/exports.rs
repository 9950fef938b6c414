//! What is written for other tools is whole, escaped, and read back as the same facts.

use std::io::{self, Cursor};

use jiff::civil::date;
use production_network::{
    Document, Fact, Format, Limits, Mapping, NetworkId, Readable, Rule, Snapshot,
    write_entities_csv, write_gexf, write_graphml, write_relations_csv,
};

use crate::round_trip::FULL;
use crate::{FEED, network_of, recorded};

fn written(write: impl Fn(&Snapshot, &mut Vec<u8>) -> io::Result<()>, of: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(of, &mut bytes).expect("a vector takes all");
    bytes
}

fn facts(snapshot: &Snapshot) -> Vec<Fact> {
    let entities = snapshot.entities().cloned().map(Fact::EntityAsserted);
    entities.chain(snapshot.relations().cloned().map(Fact::RelationAsserted)).collect()
}

fn snapshots() -> [Snapshot; 2] {
    let at = recorded("2017-04-01T00:00:00Z");
    [network_of(FEED).as_of(date(2016, 12, 31), at), network_of(FULL).as_of(date(2003, 6, 1), at)]
}

fn check(snapshot: &Snapshot, read: Document) {
    assert_eq!(read.rejections, Vec::new());
    assert_eq!(read.facts, facts(snapshot));
}

#[test]
fn tables_are_read_back_as_the_same_facts() {
    let network = NetworkId::try_new("n").expect("an id");
    for snapshot in &snapshots() {
        assert!(snapshot.relations().count() > 1);
        let entities = written(|of, to| write_entities_csv(of, to), snapshot);
        let relations = written(|of, to| write_relations_csv(of, to), snapshot);
        let mapping = Mapping::of_tables(&network).expect("a mapping");
        let read = mapping.load(&Limits::default(), |name| match name {
            "entities.csv" => Ok(Cursor::new(&entities)),
            "relations.csv" => Ok(Cursor::new(&relations)),
            _ => Err(io::ErrorKind::NotFound.into()),
        });
        check(snapshot, read.expect("loads"));
    }
}

#[test]
fn graphml_is_read_back_as_the_same_facts() {
    let network = NetworkId::try_new("n").expect("an id");
    for snapshot in &snapshots() {
        let graph = written(|of, to| write_graphml(of, to), snapshot);
        let mapping = Mapping::of_graphml(&network, "n.graphml").expect("a mapping");
        let read = mapping.load(&Limits::default(), |_| Ok(Cursor::new(&graph)));
        check(snapshot, read.expect("loads"));
    }
}

#[test]
fn gexf_is_escaped_and_names_every_node_and_edge() {
    let [_, full] = snapshots();
    let text = String::from_utf8(written(|of, to| write_gexf(of, to), &full)).expect("text");
    assert!(text.contains(r#"<node id="firm:a" label="A &quot;&amp;&lt;quoted&gt;&quot;">"#));
    assert!(text.contains("line one&#10;line two"));
    assert_eq!(text.matches("<node ").count(), full.entities().count());
    assert_eq!(text.matches("<edge ").count(), full.relations().count());
    for (open, close) in
        [("<node ", "</node>"), ("<edge ", "</edge>"), ("<attvalues>", "</attvalues>")]
    {
        assert_eq!(text.matches(open).count(), text.matches(close).count(), "{open}");
    }
    assert!(text.contains(r#"<edge id="r1" source="firm:a" target="place:p" kind="supplies""#));
}

#[test]
fn what_a_reader_may_not_see_is_in_no_export() {
    let [_, full] = snapshots();
    let public = full.visible_to(&Readable::public());
    for bytes in [
        written(|of, to| write_graphml(of, to), &public),
        written(|of, to| write_gexf(of, to), &public),
        written(|of, to| write_relations_csv(of, to), &public),
    ] {
        let text = String::from_utf8(bytes).expect("text");
        assert!(!text.contains("firm:a\"") && !text.contains("0.123456"), "{text}");
    }
}

#[test]
fn a_character_that_xml_lacks_is_an_error() {
    let text = br#"{"network": "n", "entities": [
        {"kind": "firm", "id": "a", "name": "A\u0001", "source": "s"}]}"#;
    let at = recorded("2017-04-01T00:00:00Z");
    let snapshot = network_of(text).as_of(date(2010, 1, 1), at);
    for written in
        [write_graphml(&snapshot, &mut Vec::new()), write_gexf(&snapshot, &mut Vec::new())]
    {
        let error = written.expect_err("no such character");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}

#[test]
fn a_graph_of_others_is_read_by_its_keys_and_their_defaults() {
    let graph = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="node" attr.name="label" attr.type="string"/>
  <key id="d1" for="edge" attr.name="weight" attr.type="double"><default>0.25</default></key>
  <graph edgedefault="directed">
    <node id="N1"><data key="d0">One &amp; Co</data></node>
    <node id="N2"><data key="d0">Two</data></node>
    <node id="N3"><data key="d9">?</data></node>
    <edge source="N1" target="N2"/>
    <edge source="N2" target="N1"><data key="d1">0.5</data></edge>
    <edge source="N2" target="N1" directed="false"/>
    <hyperedge/>
  </graph>
</graphml>"#;
    let mapping = br#"{"network": "n", "sources": [{"file": "g", "format": "graphml", "records": [
        {"list": "entities", "where": [{"column": "@element", "is": ["node"]}],
         "fields": {"kind": "firm", "id": "{@id|slug}", "name": "{label}", "source": "g"}},
        {"list": "relations", "where": [{"column": "@element", "is": ["edge"]},
          {"column": "@directed", "is": ["true"]}],
         "fields": {"kind": "supplies", "id": "{@source|slug}-{@target|slug}",
          "from": "firm:{@source|slug}", "to": "firm:{@target|slug}",
          "share": {"$": "{weight}", "number": true}, "source": "g", "evidence": "an edge",
          "confidence": 1}}]}]}"#;
    let mapping = Mapping::parse(mapping).expect("a mapping");
    assert_eq!(Format::parse("graphml").expect("a format"), Format::Graphml);
    let read = mapping.load(&Limits::default(), |_| Ok(Cursor::new(&graph))).expect("loads");
    let expected = br#"{"network": "n", "entities": [
        {"kind": "firm", "id": "n1", "name": "One & Co", "source": "g"},
        {"kind": "firm", "id": "n2", "name": "Two", "source": "g"}], "relations": [
        {"kind": "supplies", "id": "n1-n2", "from": "firm:n1", "to": "firm:n2", "share": 0.25,
         "source": "g", "evidence": "an edge", "confidence": 1},
        {"kind": "supplies", "id": "n2-n1", "from": "firm:n2", "to": "firm:n1", "share": 0.5,
         "source": "g", "evidence": "an edge", "confidence": 1}]}"#;
    let expected = Document::parse(expected, &Limits::default()).expect("a document");
    assert_eq!(read.facts, expected.facts);
    let bad: Vec<(&str, Rule)> =
        read.rejections.iter().map(|one| (one.position.as_str(), one.rule)).collect();
    assert_eq!(bad, [("g line 8", Rule::Mapping), ("g line 12", Rule::Mapping)]);
}

//! What the targets share: bytes are read as a file of a format, and what comes of them is bounded.

use std::io::Cursor;

use production_network::{Document, Error, Limits, Mapping};

/// Few, so that a file which gives many is found.
const ENTITIES_MAX: usize = 1_000;

/// Reads bytes as a file whose rows are firms: once for entities, once for relations.
pub(crate) fn read(format: &str, columns: [&str; 2], bytes: &[u8]) {
    let [id, name] = columns;
    let mapping = format!(
        r#"{{"network": "n", "sources": [{{"file": "f", "format": "{format}", "records": [
            {{"list": "entities", "fields": {{"kind": "firm", "id": "{{{id}|slug}}",
              "name": "{{{name}|trim}}", "founded": "{{{name}}}", "source": "s"}}}},
            {{"list": "relations", "where": [{{"column": "{name}", "is_not": [""]}}], "fields":
              {{"kind": "supplies", "id": "{{{id}|slug}}", "from": "firm:{{{id}|slug}}",
                "to": "firm:{{{name}|slug}}", "source": "s", "evidence": "e",
                "confidence": {{"$": "{{{name}}}", "number": true}}}}}}]}}]}}"#
    );
    let mapping = Mapping::parse(mapping.as_bytes()).expect("the mapping above");
    let limits = Limits {
        entities_max: ENTITIES_MAX,
        relations_max: ENTITIES_MAX,
        ..Limits::default()
    };
    let once = || mapping.load(&limits, |_| Ok(Cursor::new(bytes)));
    let (first, second) = (once(), once());
    check(&first);
    assert_eq!(first.is_ok(), second.is_ok());
    if let (Ok(first), Ok(second)) = (first, second) {
        assert_eq!(first.facts, second.facts);
        assert_eq!(first.rejections, second.rejections);
    }
}

fn check(read: &Result<Document, Error>) {
    let Ok(document) = read else { return };
    assert!(document.facts.len() <= 2 * ENTITIES_MAX);
    assert!(document.rejections.iter().all(|one| one.original.len() <= 4_096));
}

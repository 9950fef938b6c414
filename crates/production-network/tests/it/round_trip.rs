//! What is written as a document is read back as the same facts.

use production_network::{Document, Limits};

use crate::FEED;

/// Each optional field of each kind, once.
pub(crate) const FULL: &[u8] = br#"{"network": "n", "entities": [
    {"kind": "firm", "id": "a", "name": "A \"&<quoted>\"", "home": "MY", "size": "sme",
     "identity": "unnamed", "founded": "2001", "closed": "2010-05", "tier": "agency",
     "labels": [{"industry": "ict", "role": "lead_firm", "source": "l"}],
     "attributes": [{"id": "price.unit", "value": "12.50", "unit": "USD", "source": "p",
        "valid_from": "2002", "valid_to": "2003"},
       {"id": "capability.smt", "value": "yes", "source": "p"}],
     "source": "s", "note": "line one\nline two"},
    {"kind": "firm", "id": "a-ltd", "name": "A", "source": "s"},
    {"kind": "actor", "id": "x", "name": "X", "type": "ngo", "home": "150", "valid_from": "1999",
     "source": "s"},
    {"kind": "place", "id": "p", "name": "P", "type": "subdivision", "code": "MY-07", "source": "s",
     "attributes": [{"id": "wage.minimum", "value": "1500", "unit": "MYR", "source": "g"}]},
    {"kind": "place", "id": "z", "name": "Z", "type": "cluster", "code": "MY-07", "within": "p",
     "source": "s"},
    {"kind": "programme", "id": "g", "name": "G", "type": "funding", "operator": "actor:x",
     "rules": ["one", "two"], "budget": {"amount": "5.00", "unit": "USD"},
     "attributes": [{"id": "outcome.firms", "value": "3", "source": "o"}], "source": "s"},
    {"kind": "product", "id": "w", "name": "W", "type": "good", "valid_to": "2020", "source": "s"},
    {"kind": "segment", "id": "e", "name": "E", "isic": "26", "source": "s"},
    {"kind": "segment", "id": "e.a", "name": "EA", "difficulty": 0.25,
     "needs": {"capabilities": ["capability.smt"], "certificates": ["iso-9001"]}, "source": "s"}],
  "relations": [
    {"id": "r1", "kind": "supplies", "from": "firm:a", "to": "place:p", "industry": "ict",
     "product": "w", "segment": "e.a", "certificate": "iso-9001", "specification": "customer",
     "share_of_sales": 0.4, "share_of_purchases": 0.123456,
     "volume": {"amount": "1.50", "unit": "USD"}, "tenure": {"years": "3.5", "at": "2004"},
     "valid_from": "2001", "valid_to": "2009-06-30", "tier": "restricted", "source": "s",
     "evidence": "e, \"quoted\"", "confidence": 0.95},
    {"id": "r2", "kind": "owns", "from": "actor:x", "to": "firm:a", "share": 0.07, "source": "s",
     "evidence": "e", "confidence": 1}],
  "merges": [
    {"merged": "firm:a-ltd", "into": "firm:a", "effective": "2004", "source": "s", "evidence": "e"},
    {"merged": "firm:a", "undone": true, "source": "s", "evidence": "e"}]}"#;

#[test]
fn a_document_is_written_and_read_back() {
    for bytes in [FEED, FULL] {
        let read = Document::parse(bytes, &Limits::default()).expect("a document");
        assert_eq!(read.rejections, Vec::new());
        let mut written = Vec::new();
        read.write_json(&mut written).expect("a vector takes all");
        let again = Document::parse(&written, &Limits::default()).expect("a document");
        assert_eq!(again, read);
    }
}

//! One unit's work without a log: what it derives from what is in its store.

use super::*;
use crate::Options;

#[test]
fn a_unit_holds_back_until_it_has_read_what_its_output_was_made_from() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store_in(&directory);
    let work = NetworkWork::new(Partition(0), Options::LARGE_FROM);
    let derive = || work.derive(&store).expect("derived");
    assert!(derive().is_none() && !work.holds_back(), "an empty log is read to its end");
    let mut changes = Changes::new();
    put_effects(&mut changes, EffectsRow { next: 1, open: None, changed: 0 });
    store.commit(changes).expect("committed");
    assert!(derive().is_none() && work.holds_back(), "the document is not read yet");
    let mut changes = Changes::new();
    let content = br#"{"network": "asean"}"#.to_vec();
    let row = DocumentRow { network: "asean".to_owned(), content, ..DocumentRow::default() };
    changes.put(DOCUMENTS, 0u64.to_be_bytes(), row.encode_to_vec());
    store.commit(changes).expect("committed");
    work.committed(&store).expect("read");
    assert!(derive().is_none() && !work.holds_back());
}

#[test]
fn what_another_writer_has_published_meanwhile_is_not_taken_for_what_was_found_here() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = store_in(&directory);
    let work = NetworkWork::new(Partition(0), Options::LARGE_FROM);
    let tell = |position: u64, firm: &str| {
        let content = format!(
            r#"{{"network": "asean", "entities": [{{"kind": "firm", "id": "{firm}",
                "name": "F", "home": "MY", "source": "t"}}]}}"#
        );
        let row = DocumentRow {
            network: "asean".to_owned(),
            recorded_nanoseconds: i64::try_from(position).expect("small"),
            content: content.into_bytes(),
            ..DocumentRow::default()
        };
        let mut changes = Changes::new();
        changes.put(DOCUMENTS, position.to_be_bytes(), row.encode_to_vec());
        put_effects(&mut changes, EffectsRow { next: position, open: None, changed: 0 });
        store.commit(changes).expect("committed");
        work.committed(&store).expect("read");
    };
    let told = || {
        let derived = work.derive(&store).expect("derived").expect("a bracket");
        let findings = derived.outgoing.into_iter().filter_map(|one| match one.payload {
            Payload::FindingsChanged(changed) => Some(changed.findings),
            _ => None,
        });
        findings.flatten().map(|finding| finding.subject).collect::<Vec<_>>()
    };
    tell(0, "early");
    assert_eq!(told(), ["firm:early"]);
    // It never came to be: another writer closed the bracket with nothing in it.
    work.interrupted();
    tell(1, "late");
    assert_eq!(told(), ["firm:early", "firm:late"]);
    // Now it is published, as far as is known here: the others are not looked at.
    tell(2, "latest");
    assert_eq!(told(), ["firm:latest"]);
}

fn store_in(directory: &tempfile::TempDir) -> Store {
    let options = store::Options { reserve_bytes: 0, ..store::Options::default() };
    let opened = Store::open(&directory.path().join("0"), NetworkWork::tables(), options);
    opened.expect("a store").store
}

//! Positions and seqs move with the state, and stay.

use std::collections::BTreeMap;

use store::{Changes, Consumed};

use crate::fixture::{Folder, STATE};

#[test]
fn positions_carry_the_crc_and_survive_a_reopen() {
    let folder = Folder::new();
    let store = folder.open();
    assert!(store.positions().expect("reads").is_empty());
    let mut changes = Changes::new();
    changes.put(STATE, "k", "v");
    changes.consumed("topic", 0, 10, 0xDEAD_BEEF);
    changes.consumed("topic", 11, u64::MAX, 0);
    changes.consumed("topic.longer", 0, 3, 4);
    store.commit(changes).expect("commits");
    let mut changes = Changes::new();
    changes.consumed("topic", 0, 20, 5);
    store.commit(changes).expect("commits");
    let place = |topic: &str, partition| (topic.to_owned(), partition);
    let expected = BTreeMap::from([
        (place("topic", 0), Consumed { position: 20, crc: 5 }),
        (place("topic", 11), Consumed { position: u64::MAX, crc: 0 }),
        (place("topic.longer", 0), Consumed { position: 3, crc: 4 }),
    ]);
    assert_eq!(store.positions().expect("reads"), expected);
    drop(store);
    assert_eq!(folder.open().positions().expect("reads"), expected);
}

#[test]
fn seqs_are_apart_by_topic_and_partition_and_survive_a_reopen() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(store.seq("out", 0).expect("reads"), 0);
    let mut changes = Changes::new();
    changes.allot("out", 0, 3);
    changes.allot("out", 1, 1);
    store.commit(changes).expect("commits");
    drop(store);
    let store = folder.open();
    let seq = |topic, partition| store.seq(topic, partition).expect("reads");
    assert_eq!([seq("out", 0), seq("out", 1), seq("out", 2), seq("other", 0)], [3, 1, 0, 0]);
}

//! A commit is all or none, and within its limits.

use store::{BYTES_MAX, Changes, Error, KEY_BYTES_MAX, KEYS_MAX};

use crate::fixture::{Folder, OTHER, STATE};

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let folder = Folder::new();
    let store = folder.open();
    let mut changes = Changes::new();
    changes.allot("out", 0, 5);
    store.commit(changes).expect("the first seq");

    // All but the seq could be written.
    let mut changes = Changes::new();
    changes.put(STATE, "a", "1");
    changes.put(OTHER, "b", "2");
    changes.consumed("in", 0, 7, 1);
    changes.publish("out", 0, "key", "payload");
    changes.allot("out", 0, 5);
    let refused = store.commit(changes).expect_err("the seq does not rise");
    assert!(matches!(refused, Error::SeqNotRising { last: 5, offered: 5, partition: 0, .. }));
    assert_eq!(store.get(STATE, b"a").expect("reads"), None);
    assert_eq!(store.get(OTHER, b"b").expect("reads"), None);
    assert!(store.positions().expect("reads").is_empty());
    assert!(store.outbox(10).expect("reads").is_empty());
    assert_eq!(store.seq("out", 0).expect("reads"), 5);

    // The store goes on, and the outbox has no hole.
    let mut changes = Changes::new();
    changes.publish("out", 0, "key", "payload");
    changes.allot("out", 0, 6);
    store.commit(changes).expect("commits");
    assert_eq!(store.outbox(10).expect("reads")[0].number, 1);
}

#[test]
fn two_thousand_keys_fit_and_one_more_is_refused() {
    let folder = Folder::new();
    let store = folder.open();
    let mut changes = Changes::new();
    for number in 0..KEYS_MAX as u32 {
        changes.put(STATE, number.to_be_bytes(), "v");
    }
    assert_eq!(changes.keys(), KEYS_MAX);
    store.commit(changes.clone()).expect("at the limit");
    changes.put(STATE, "one more", "v");
    let refused = store.commit(changes).expect_err("above the limit");
    assert!(matches!(refused, Error::TransactionTooLarge { keys, .. } if keys == KEYS_MAX + 1));
    assert_eq!(store.size().expect("counts").keys, KEYS_MAX as u64);
}

#[test]
fn one_mib_fits_and_one_byte_more_is_refused() {
    let folder = Folder::new();
    let store = folder.open();
    let mut changes = Changes::new();
    changes.put(STATE, "k", vec![7; BYTES_MAX - 1]);
    assert_eq!(changes.bytes(), BYTES_MAX);
    store.commit(changes).expect("at the limit");
    let mut changes = Changes::new();
    changes.put(STATE, "k", vec![8; BYTES_MAX]);
    let refused = store.commit(changes).expect_err("above the limit");
    assert!(matches!(refused, Error::TransactionTooLarge { bytes, .. } if bytes == BYTES_MAX + 1));
    assert_eq!(store.get(STATE, b"k").expect("reads"), Some(vec![7; BYTES_MAX - 1]));
}

#[test]
fn a_replaced_change_counts_once() {
    let mut changes = Changes::new();
    assert!(changes.is_empty());
    changes.put(STATE, "key", vec![0; 200_000]);
    assert_eq!((changes.keys(), changes.bytes()), (5, 200_003));
    changes.put(STATE, "key", "12345");
    assert_eq!((changes.keys(), changes.bytes()), (1, 8));
    changes.delete(STATE, "key");
    assert_eq!((changes.keys(), changes.bytes()), (1, 3));
    let counted = (changes.keys(), changes.bytes());
    changes.consumed("in", 0, 1, 0);
    let with_position = (changes.keys(), changes.bytes());
    changes.consumed("in", 0, 2, 0);
    assert_eq!((changes.keys(), changes.bytes()), with_position);
    assert!(with_position > counted);
}

#[test]
fn the_longest_key_fits_and_one_byte_more_is_refused() {
    let folder = Folder::new();
    let store = folder.open();
    let mut changes = Changes::new();
    changes.put(STATE, vec![1; KEY_BYTES_MAX], "v");
    store.commit(changes).expect("at the limit");
    let mut changes = Changes::new();
    changes.put(STATE, vec![1; KEY_BYTES_MAX + 1], "v");
    let refused = store.commit(changes).expect_err("above the limit");
    assert!(matches!(refused, Error::KeyTooLong { bytes, .. } if bytes == KEY_BYTES_MAX + 1));
}

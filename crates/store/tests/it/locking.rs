//! One opener at a time, and none after a close.

use store::{Error, Store};

use crate::fixture::{Folder, STATE, TABLES, options, put};

#[test]
fn a_second_opener_is_told_that_the_store_is_in_use() {
    let folder = Folder::new();
    let store = folder.open();
    let refused = Store::open(&folder.dir(), &TABLES, options()).expect_err("in use");
    assert!(matches!(&refused, Error::Locked { path } if *path == folder.dir()));
    assert!(refused.to_string().contains("in use by another opener"), "{refused}");
    // The refusal did no harm to the first.
    put(&store, b"k", b"v");
    drop(store);
    assert_eq!(folder.open().get(STATE, b"k").expect("reads"), Some(b"v".to_vec()));
}

#[test]
fn a_closed_store_refuses_its_other_handles() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"k", b"v");
    let other = store.clone();
    let mut scan = other.scan(STATE, b"");
    store.close().expect("closes");
    assert!(matches!(other.get(STATE, b"k"), Err(Error::Closed)));
    assert!(matches!(other.sync(), Err(Error::Closed)));
    assert!(matches!(other.commit(store::Changes::new()), Err(Error::Closed)));
    assert!(matches!(scan.next(), Some(Err(Error::Closed))));
    assert!(scan.next().is_none());
    assert!(matches!(other.close(), Err(Error::Closed)));
}

#[test]
fn a_place_that_cannot_hold_a_store_is_an_error_of_the_system() {
    let folder = Folder::new();
    let dir = folder.dir();
    std::fs::write(&dir, b"a file").expect("writes");
    let refused = Store::open(&dir, &TABLES, options()).expect_err("a file is in the way");
    assert!(matches!(refused, Error::Io { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&dir).expect("reads"), b"a file", "nothing was set aside");
}

#[test]
fn unfinished_snapshots_are_swept_before_the_engine_sees_them() {
    let folder = Folder::new();
    put(&folder.open(), b"k", b"v");
    let unfinished = folder.dir().join("sled/snap.FFFFFFFFFFFFFFFF.generating");
    std::fs::write(&unfinished, b"half a snapshot").expect("writes");
    let store = folder.open();
    assert!(!unfinished.exists());
    assert_eq!(store.get(STATE, b"k").expect("reads"), Some(b"v".to_vec()));
}

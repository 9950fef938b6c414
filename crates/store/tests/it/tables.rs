//! Tables are apart, keep their place for life, and have to be named.

use store::{Changes, Error, Store, Table, TableKind};

use crate::fixture::{Folder, OTHER, STATE, options, put};

const UNNAMED: Table = Table::canonical("unnamed");

#[test]
fn a_table_that_was_not_named_is_an_error_on_every_path() {
    let folder = Folder::new();
    let store = folder.open();
    let unknown = |error: Error| assert!(matches!(error, Error::UnknownTable { table: "unnamed" }));
    unknown(store.get(UNNAMED, b"k").expect_err("unnamed"));
    unknown(store.last(UNNAMED, b"k").expect_err("unnamed"));
    let mut scan = store.scan(UNNAMED, b"");
    unknown(scan.next().expect("one item").expect_err("unnamed"));
    assert!(scan.next().is_none());
    unknown(store.scan_range(UNNAMED, b"", None).next().expect("one item").expect_err("unnamed"));
    let mut changes = Changes::new();
    changes.put(STATE, "k", "v");
    changes.put(UNNAMED, "k", "v");
    unknown(store.commit(changes).expect_err("unnamed"));
    assert_eq!(store.get(STATE, b"k").expect("reads"), None);
}

#[test]
fn tables_keep_their_rows_in_whatever_order_they_are_named() {
    let folder = Folder::new();
    let store = Store::open(&folder.dir(), &[STATE, OTHER], options()).expect("opens").store;
    put(&store, b"k", b"state");
    let digest = store.digest().expect("reads");
    store.close().expect("closes");

    let reopened = Store::open(&folder.dir(), &[UNNAMED, OTHER], options()).expect("opens").store;
    assert_eq!(reopened.get(UNNAMED, b"k").expect("reads"), None);
    assert_eq!(reopened.digest().expect("reads"), digest, "covers tables of earlier opens");
    reopened.close().expect("closes");

    let reopened = Store::open(&folder.dir(), &[OTHER, STATE], options()).expect("opens").store;
    assert_eq!(reopened.get(STATE, b"k").expect("reads"), Some(b"state".to_vec()));
}

#[test]
fn the_kind_is_what_the_last_open_said() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"k", b"v");
    let with_rows = store.digest().expect("reads");
    store.close().expect("closes");
    let derived = Table { kind: TableKind::Derived, ..STATE };
    let store = Store::open(&folder.dir(), &[derived], options()).expect("opens").store;
    assert_ne!(store.digest().expect("reads"), with_rows);
    assert_eq!(store.size().expect("counts").keys, 0);
    drop(store);
    assert_eq!(folder.open().digest().expect("reads"), with_rows);
}

#[test]
fn there_is_room_for_254_tables_and_no_more() {
    let folder = Folder::new();
    let mut tables = Vec::new();
    for number in 0..255 {
        let name: &'static str = Box::leak(format!("table-{number}").into_boxed_str());
        tables.push(Table::canonical(name));
    }
    let refused = Store::open(&folder.dir(), &tables, options()).expect_err("255 tables");
    assert!(matches!(refused, Error::TooManyTables { count_max: 254, .. }));
    tables.pop();
    let store = Store::open(&folder.dir(), &tables, options()).expect("opens").store;
    let mut changes = Changes::new();
    for table in &tables {
        changes.put(*table, "key", table.name);
    }
    store.commit(changes).expect("commits");
    for table in &tables {
        let rows: Vec<_> =
            store.scan_range(*table, b"", None).map(|row| row.expect("reads")).collect();
        assert_eq!(rows, [(b"key".to_vec(), table.name.as_bytes().to_vec())]);
    }
}

//! Whatever is committed, and however often the store is reopened, it is a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use store::{Changes, Store};

use crate::fixture::{CACHE, Folder, OTHER, STATE, assert_no_blobs};

type Rows = BTreeMap<(usize, Vec<u8>), Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<(usize, Vec<u8>, Option<Vec<u8>>)>),
    Sync,
    /// Drops every handle without closing, as a process that ends.
    Reopen,
    CloseAndReopen,
}

const TABLES: [store::Table; 3] = [STATE, OTHER, CACHE];

/// Few and short keys, so that they meet; with bytes at the edges of the layout.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0_u8, 1, 97, 254, 255]), 0..4)
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let length =
        prop_oneof![8 => 0..200_usize, 1 => 65_530..65_545_usize, 1 => 131_060..150_000_usize];
    (length, any::<u8>()).prop_map(|(length, seed)| {
        (0..length).map(|place| seed.wrapping_add((place % 251) as u8)).collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..3_usize, key(), prop::option::weighted(0.75, value()));
    prop_oneof![
        12 => prop::collection::vec(change, 1..6).prop_map(Step::Commit),
        1 => Just(Step::Sync),
        1 => Just(Step::Reopen),
        1 => Just(Step::CloseAndReopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn a_store_is_a_sorted_map_whatever_happens(
        steps in prop::collection::vec(step(), 1..40),
        prefix in key(),
        bounds in (key(), key()),
    ) {
        let folder = Folder::new();
        let mut store = folder.open();
        let mut model = Rows::new();
        for step in steps {
            match step {
                Step::Commit(rows) => commit(&store, &mut model, rows),
                Step::Sync => store.sync().expect("syncs"),
                Step::Reopen => { drop(store); store = folder.open(); }
                Step::CloseAndReopen => { store.close().expect("closes"); store = folder.open(); }
            }
            compare(&store, &model, &prefix, &bounds);
        }
        assert_no_blobs(&folder.dir());
    }
}

fn commit(store: &Store, model: &mut Rows, rows: Vec<(usize, Vec<u8>, Option<Vec<u8>>)>) {
    let mut changes = Changes::new();
    for (table, key, value) in rows {
        match value {
            Some(value) => {
                changes.put(TABLES[table], key.clone(), value.clone());
                model.insert((table, key), value);
            }
            None => {
                changes.delete(TABLES[table], key.clone());
                model.remove(&(table, key));
            }
        }
    }
    store.commit(changes).expect("commits");
}

fn compare(store: &Store, model: &Rows, prefix: &[u8], bounds: &(Vec<u8>, Vec<u8>)) {
    for (number, table) in TABLES.into_iter().enumerate() {
        let expect = |keep: &dyn Fn(&[u8]) -> bool| -> Vec<(Vec<u8>, Vec<u8>)> {
            let rows = model.iter().filter(|((of, key), _)| *of == number && keep(key));
            rows.map(|((_, key), value)| (key.clone(), value.clone())).collect()
        };
        let read = |scan: store::Scan| scan.collect::<Result<Vec<_>, _>>().expect("reads");
        let (from, to) = bounds;
        let all = expect(&|_| true);
        let prefixed = expect(&|key| key.starts_with(prefix));
        assert!(read(store.scan(table, b"")) == all);
        assert!(read(store.scan(table, prefix)) == prefixed);
        assert!(read(store.scan_range(table, from, None)) == expect(&|key| key >= from.as_slice()));
        let between = expect(&|key| key >= from.as_slice() && key < to.as_slice());
        assert!(read(store.scan_range(table, from, Some(to))) == between);
        assert!(store.last(table, prefix).expect("reads") == prefixed.last().cloned());
        let backwards: Vec<_> =
            store.scan(table, b"").rev().map(|row| row.expect("reads")).collect();
        assert!(backwards.iter().eq(all.iter().rev()));
        for (key, value) in &all {
            assert!(store.get(table, key).expect("reads").as_ref() == Some(value));
        }
        assert_eq!(store.get(table, b"absent").expect("reads"), None);
    }
    let canonical = model.keys().filter(|(table, _)| *table != 2).count() as u64;
    assert_eq!(store.size().expect("counts").keys, canonical);
}

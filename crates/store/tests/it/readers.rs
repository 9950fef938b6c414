//! Readers beside the writer see values whole, and no damage where there is none.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::fixture::{Folder, STATE, put};

#[test]
fn a_long_value_is_never_a_mixture_of_two_commits() {
    let folder = Folder::new();
    let store = folder.open();
    let value = |seed: u8| vec![seed; 70_000 + usize::from(seed % 8) * 40_000];
    put(&store, b"key", &value(0));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let read = store.get(STATE, b"key").expect("reads").expect("is there");
                    assert!(read == value(read[0]), "a mixture");
                    for row in store.scan(STATE, b"") {
                        let (_, read) = row.expect("reads");
                        assert!(read == value(read[0]), "a mixture");
                    }
                }
            });
        }
        for seed in 1..200 {
            put(&store, b"key", &value(seed));
        }
        done.store(true, Ordering::Relaxed);
    });
}

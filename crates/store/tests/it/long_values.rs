//! Values above 64 KiB are cut into parts, and nobody sees it.

use store::Changes;

use crate::fixture::{Folder, STATE, assert_no_blobs, engine, put};

const LENGTHS: [usize; 6] = [0, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 128 << 10, 1_000_000];

fn value(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|place| seed.wrapping_mul(31).wrapping_add((place % 251) as u8)).collect()
}

#[test]
fn any_length_comes_back_after_a_reopen() {
    let folder = Folder::new();
    let store = folder.open();
    for (seed, length) in (0..).zip(LENGTHS) {
        put(&store, &[seed], &value(length, seed));
    }
    drop(store);
    let store = folder.open();
    for (seed, length) in (0..).zip(LENGTHS) {
        let read = store.get(STATE, &[seed]).expect("reads").expect("is there");
        assert!(read == value(length, seed), "{length} bytes");
    }
    let rows: Vec<_> = store.scan(STATE, b"").map(|row| row.expect("reads")).collect();
    assert_eq!(rows.len(), LENGTHS.len());
    for ((seed, length), (key, read)) in (0_u8..).zip(LENGTHS).zip(rows) {
        assert_eq!(key, [seed]);
        assert!(read == value(length, seed), "{length} bytes");
    }
}

#[test]
fn a_shorter_value_or_a_deletion_leaves_no_part_behind() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"kept", b"small");
    for (longer, shorter) in [(1_000_000, 100_000), (100_000, 10), (200_000, 64 << 10)] {
        put(&store, b"key", &value(longer, 1));
        put(&store, b"key", &value(shorter, 2));
        assert!(store.get(STATE, b"key").expect("reads") == Some(value(shorter, 2)));
    }
    put(&store, b"key", &value(500_000, 3));
    let mut changes = Changes::new();
    changes.delete(STATE, "key");
    store.commit(changes).expect("commits");
    assert_eq!(store.get(STATE, b"key").expect("reads"), None);
    store.close().expect("closes");
    let parts = engine(&folder.dir()).scan_prefix([255]).count();
    assert_eq!(parts, 0, "parts of a value that is gone");
}

#[test]
fn keys_that_look_like_parts_of_another_stay_apart() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"a", &value(200_000, 1));
    put(&store, b"a\0\0\0\0", &value(200_000, 2));
    put(&store, b"a\0\0\0\x01", b"small");
    assert!(store.get(STATE, b"a").expect("reads") == Some(value(200_000, 1)));
    assert!(store.get(STATE, b"a\0\0\0\0").expect("reads") == Some(value(200_000, 2)));
    assert_eq!(store.get(STATE, b"a\0\0\0\x01").expect("reads"), Some(b"small".to_vec()));
}

#[test]
fn pages_full_of_the_longest_values_and_keys_make_no_blob() {
    let folder = Folder::new();
    let store = folder.open();
    for number in 0..64_u32 {
        let mut key = vec![b'k'; 4_000];
        key.extend_from_slice(&number.to_be_bytes());
        put(&store, &key, &value(64 << 10, number as u8));
    }
    for number in 0..40_u8 {
        put(&store, &[number], &value(900 << 10, number));
    }
    store.sync().expect("syncs");
    assert_no_blobs(&folder.dir());
    drop(store);
    assert_eq!(folder.open().size().expect("counts").keys, 104);
}

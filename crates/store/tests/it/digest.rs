//! Equal content gives equal digests, whatever its history; one byte makes a difference.

use store::{Changes, Digest, Store, Table};

use crate::fixture::{CACHE, Folder, OTHER, STATE, options, put};

fn digest(store: &Store) -> Digest {
    store.digest().expect("reads")
}

#[test]
fn history_order_and_bookkeeping_make_no_difference() {
    let straight = Folder::new();
    let store = straight.open();
    put(&store, b"a", b"1");
    put(&store, b"b", &vec![2; 100_000]);
    let expected = digest(&store);
    assert_eq!(expected.to_string().len(), 64);

    let winding = Folder::new();
    let unused = Table::canonical("unused");
    // Other numbers for the tables, and one that stays empty.
    let store = Store::open(&winding.dir(), &[unused, CACHE, OTHER, STATE], options())
        .expect("opens")
        .store;
    put(&store, b"c", b"to be deleted");
    put(&store, b"b", &vec![3; 500_000]);
    let mut changes = Changes::new();
    changes.put(STATE, "b", vec![2; 100_000]);
    changes.put(CACHE, "derived", "differs");
    changes.delete(STATE, "c");
    changes.consumed("in", 0, 5, 6);
    changes.publish("out", 0, "key", "payload");
    changes.allot("out", 0, 1);
    store.commit(changes).expect("commits");
    put(&store, b"a", b"1");
    assert_eq!(digest(&store), expected);
    drop(store);
    assert_eq!(digest(&winding.open()), expected);
}

#[test]
fn one_byte_of_key_value_or_table_makes_a_difference() {
    let mut digests = Vec::new();
    for (table, key, value) in [
        (STATE, "ab", "c"),
        (STATE, "ab", "d"),
        (STATE, "a", "bc"),
        (STATE, "aa", "c"),
        (OTHER, "ab", "c"),
        (STATE, "ab", ""),
    ] {
        let folder = Folder::new();
        let store = folder.open();
        let empty = digest(&store);
        let mut changes = Changes::new();
        changes.put(table, key, value);
        store.commit(changes).expect("commits");
        assert_ne!(digest(&store), empty);
        digests.push(digest(&store));
    }
    for (place, one) in digests.iter().enumerate() {
        assert!(!digests[..place].contains(one), "case {place}");
    }
}

/// Pinned, because digests of different versions and machines are compared.
#[test]
fn the_digest_of_a_known_store_is_known() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"key", b"value");
    let expected = {
        use sha2::Digest as _;
        let mut bytes = Vec::new();
        for (tag, text) in [(b'T', "state"), (b'K', "key"), (b'V', "value")] {
            bytes.push(tag);
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        Digest(sha2::Sha256::digest(&bytes).into())
    };
    assert_eq!(digest(&store), expected);
}

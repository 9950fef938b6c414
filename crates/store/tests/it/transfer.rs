//! A store moves in one stream, whole or not at all.

use store::{Changes, Error, ImportFault, Store};

use crate::fixture::{CACHE, Folder, STATE, TABLES, options, put};

fn export(store: &Store) -> Vec<u8> {
    let mut stream = Vec::new();
    store.export(&mut stream).expect("exports");
    stream
}

fn filled(folder: &Folder) -> Store {
    let store = folder.open();
    put(&store, b"long", &vec![7; 1_000_000]);
    for number in 0..3_000_u32 {
        put(&store, &number.to_be_bytes(), b"small");
    }
    let mut changes = Changes::new();
    changes.put(CACHE, "derived", "moves too");
    changes.consumed("in", 3, 44, 55);
    changes.publish("out", 3, "key", "payload");
    changes.allot("out", 3, 9);
    store.commit(changes).expect("commits");
    store
}

#[test]
fn an_import_has_all_that_was_exported() {
    let (here, there) = (Folder::new(), Folder::new());
    let store = filled(&here);
    let stream = export(&store);
    let opened =
        Store::import(&there.dir(), &TABLES, options(), &mut stream.as_slice()).expect("imports");
    let imported = opened.store;
    assert_eq!(opened.set_aside, None);
    assert_eq!(imported.digest().expect("reads"), store.digest().expect("reads"));
    assert_eq!(imported.positions().expect("reads"), store.positions().expect("reads"));
    assert_eq!(imported.outbox(10).expect("reads"), store.outbox(10).expect("reads"));
    assert_eq!(imported.seq("out", 3).expect("reads"), 9);
    assert_eq!(imported.get(CACHE, b"derived").expect("reads"), Some(b"moves too".to_vec()));
    assert!(export(&imported) == stream, "an export of an import is the same stream");
    put(&imported, b"goes", b"on");
    drop(imported);
    assert_eq!(there.open().get(STATE, b"goes").expect("reads"), Some(b"on".to_vec()));
}

#[test]
fn a_damaged_stream_leaves_nothing() {
    let (here, there) = (Folder::new(), Folder::new());
    let stream = export(&filled(&here));
    let refuse = |mut stream: &[u8], expected: ImportFault| {
        let refused = Store::import(&there.dir(), &TABLES, options(), &mut stream)
            .expect_err("a damaged stream");
        assert!(matches!(refused, Error::Import { fault } if fault == expected), "{refused:?}");
        let parent = there.dir();
        let left = parent.parent().expect("a folder").read_dir().expect("reads").count();
        assert_eq!(left, 0, "{expected:?} left something");
    };
    refuse(b"", ImportFault::Format);
    refuse(b"another kind of file, long enough", ImportFault::Format);
    refuse(&stream[..stream.len() / 2], ImportFault::Damaged);
    let mut flipped = stream.clone();
    flipped[stream.len() / 2] ^= 1;
    refuse(&flipped, ImportFault::Damaged);
    let mut endless = stream.clone();
    endless[16..20].copy_from_slice(&(u32::MAX - 1).to_be_bytes());
    refuse(&endless, ImportFault::Damaged);
    let mut signed = stream.clone();
    *signed.last_mut().expect("not empty") ^= 1;
    refuse(&signed, ImportFault::Hash);
    // A row taken out leaves valid rows, but not the hash.
    let row = |from: usize| {
        let length = |at: usize| {
            u32::from_be_bytes(stream[at..at + 4].try_into().expect("four bytes")) as usize
        };
        from + 8 + length(from) + length(from + 4)
    };
    refuse(&[&stream[..16], &stream[row(16)..]].concat(), ImportFault::Hash);
}

#[test]
fn an_import_does_not_overwrite_a_store() {
    let (here, there) = (Folder::new(), Folder::new());
    let stream = export(&filled(&here));
    put(&there.open(), b"mine", b"stays");
    let refused = Store::import(&there.dir(), &TABLES, options(), &mut stream.as_slice())
        .expect_err("a store is there");
    assert!(matches!(refused, Error::Import { fault: ImportFault::Exists }));
    assert_eq!(there.open().get(STATE, b"mine").expect("reads"), Some(b"stays".to_vec()));
}

/// A sink whose store changes with each piece that it is given.
struct Meanwhile<'a> {
    stream: Vec<u8>,
    store: &'a Store,
    writes: usize,
}

impl std::io::Write for Meanwhile<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.extend_from_slice(bytes);
        self.writes += 1;
        if self.writes.is_multiple_of(97) {
            let number = u32::try_from(self.writes % 3_500).expect("small");
            let mut changes = Changes::new();
            // Changed, added and removed, long and short, ahead of the export and behind it.
            changes.put(STATE, number.to_be_bytes(), vec![1; 100 + 70_000 * (self.writes % 2)]);
            changes.put(STATE, format!("new {number}"), "n");
            changes.put(STATE, format!("wide {number}"), "narrow");
            changes.delete(STATE, format!("wide {}", 3_999 - number % 1_000));
            changes.delete(STATE, (3_000 - number % 3_000).to_be_bytes());
            if self.writes % 2_000 < 97 {
                changes.put(STATE, "long", vec![9; self.writes % 300_000]);
            }
            changes.consumed("in", 3, 100 + self.writes as u64, 7);
            self.store.commit(changes).expect("a commit does not wait for an export");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_is_of_one_moment_while_commits_go_on() {
    let (here, there) = (Folder::new(), Folder::new());
    let store = filled(&here);
    // Several times what an export reads at once.
    for hundred in 0..40_u32 {
        let mut changes = Changes::new();
        for number in 100 * hundred..100 * (hundred + 1) {
            changes.put(STATE, format!("wide {number}"), vec![3; 2_000]);
        }
        store.commit(changes).expect("commits");
    }
    let (digest, stream) = (store.digest().expect("reads"), export(&store));
    let mut meanwhile = Meanwhile { stream: Vec::new(), store: &store, writes: 0 };
    store.export(&mut meanwhile).expect("exports");
    assert!(meanwhile.writes > 97 * 50, "the store changed {} times", meanwhile.writes / 97);
    assert_ne!(store.digest().expect("reads"), digest, "the store has gone on");
    assert!(meanwhile.stream == stream, "the export is as it would have been without");
    let mut stream = meanwhile.stream.as_slice();
    let opened = Store::import(&there.dir(), &TABLES, options(), &mut stream).expect("imports");
    assert_eq!(opened.store.digest().expect("reads"), digest);
}

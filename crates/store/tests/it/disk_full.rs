//! Commits stop before the disk is full, and go on when there is space again.

use std::path::{Path, PathBuf};
use std::process::Command;

use store::{Changes, Error, Options, Store};

use crate::fixture::{Folder, STATE, TABLES, open, options, put};

#[test]
fn below_the_mark_commits_are_refused_and_nothing_else() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"before", b"v");
    let mut changes = Changes::new();
    changes.publish("out", 0, "key", "payload");
    store.commit(changes).expect("commits");
    store.close().expect("closes");

    let options = Options { free_bytes_min: u64::MAX, ..options() };
    let store = Store::open(&folder.dir(), &TABLES, options).expect("opens on a full disk").store;
    let mut changes = Changes::new();
    changes.put(STATE, "refused", "v");
    let refused = store.commit(changes).expect_err("no space");
    assert!(matches!(refused, Error::DiskFull { required_bytes: u64::MAX, .. }));
    assert_eq!(store.get(STATE, b"refused").expect("reads"), None);
    assert_eq!(store.get(STATE, b"before").expect("reads"), Some(b"v".to_vec()));
    store.trim_outbox(1).expect("what was published can be trimmed");
    store.sync().expect("syncs");
    store.close().expect("closes");
}

#[test]
fn the_reserve_is_made_given_back_and_made_again() {
    let Some(mount) = Mount::new("96m") else { return };
    let dir = mount.path().join("unit-0");
    let options =
        || Options { reserve_bytes: 16 << 20, free_bytes_min: 16 << 20, ..Options::default() };
    let store = Store::open(&dir, &TABLES, options()).expect("opens").store;
    let reserve = dir.join("reserve");
    assert_eq!(reserve.metadata().expect("made at open").len(), 16 << 20);
    assert!(store.size().expect("counts").bytes < 48 << 20, "the reserve is not counted");
    put(&store, b"first", b"v");

    // Another process fills the disk.
    let hog = mount.path().join("hog");
    std::fs::write(&hog, vec![1; free(&mount.path()) - (8 << 20)]).expect("fills");
    let (mut acknowledged, mut refused) = (0_u32, 0);
    while refused < 3 {
        let mut changes = Changes::new();
        changes.put(STATE, acknowledged.to_be_bytes(), vec![7; 900_000]);
        match store.commit(changes) {
            Ok(()) => acknowledged += 1,
            Err(Error::DiskFull { .. }) => refused += 1,
            Err(error) => panic!("after {acknowledged} commits: {error:?}"),
        }
        assert!(acknowledged < 16, "never refused");
    }
    assert!(!reserve.exists(), "given back");
    store.sync().expect("what was acknowledged can be synced");

    std::fs::remove_file(&hog).expect("removes");
    put(&store, b"last", b"v");
    assert!(reserve.exists(), "made again");
    drop(store);
    let opened = Store::open(&dir, &TABLES, options()).expect("opens");
    assert_eq!(opened.set_aside, None);
    assert_eq!(opened.store.size().expect("counts").keys, u64::from(acknowledged) + 2);
}

#[test]
fn an_engine_that_ran_out_of_space_is_poisoned_and_recovers_what_was_synced() {
    let Some(mount) = Mount::new("64m") else { return };
    let dir = mount.path().join("unit-0");
    // Without mark and reserve, as a disk that fills faster than anybody looks.
    let store = open(&dir).store;
    let hog = mount.path().join("hog");
    std::fs::write(&hog, vec![1; free(&mount.path()) - (4 << 20)]).expect("fills");
    let mut synced = 0;
    let failure = loop {
        let mut changes = Changes::new();
        changes.put(STATE, (synced as u32).to_be_bytes(), vec![7; 900_000]);
        if let Err(error) = store.commit(changes).and_then(|()| store.sync()) {
            break error;
        }
        synced += 1;
        assert!(synced < 64, "never full");
    };
    assert!(matches!(failure, Error::Engine { .. } | Error::Io { .. }), "{failure:?}");
    assert!(matches!(store.get(STATE, b""), Err(Error::Poisoned)));
    drop(store);
    std::fs::remove_file(&hog).expect("removes");
    let opened = open(&dir);
    assert_eq!(opened.set_aside, None);
    let keys = opened.store.size().expect("counts").keys;
    assert!(keys >= synced, "{synced} synced, {keys} there");
    put(&opened.store, b"goes", b"on");
}

fn free(path: &Path) -> usize {
    let status = rustix::fs::statvfs(path).expect("asks");
    (status.f_bavail * status.f_frsize) as usize
}

/// A small file system, unmounted when dropped.
struct Mount {
    folder: tempfile::TempDir,
}

impl Mount {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "entrepot-test"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { folder }),
            Ok(_) | Err(_) => {
                eprintln!("SKIPPED: a full disk needs the right to mount a tmpfs");
                None
            }
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: threads of the engine may still hold a file.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

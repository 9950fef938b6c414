//! What cannot be trusted is renamed, and an empty store takes its place.

use std::path::Path;

use store::{Changes, Corruption, Error, Opened, Options, SetAsideReason, Store, Verify};

use crate::fixture::{Folder, STATE, TABLES, engine, open, options, put};

/// Neither checks while opening nor needs to: the last stop was clean.
fn open_trusting(dir: &Path) -> Opened {
    let options = Options { verify: Verify::AfterUncleanStop, ..options() };
    Store::open(dir, &TABLES, options).expect("opens")
}

fn filled(folder: &Folder) -> Store {
    let store = folder.open();
    for number in 0..2_000_u32 {
        put(&store, &number.to_be_bytes(), &[number as u8; 500]);
    }
    put(&store, b"long", &[1; 300_000]);
    store
}

fn assert_set_aside(folder: &Folder, opened: &Opened) -> SetAsideReason {
    let aside = opened.set_aside.clone().expect("set aside");
    assert_eq!(aside.path, folder.dir().with_file_name("unit-0.aside-1"));
    assert!(aside.path.join("sled/db").exists(), "kept for a look");
    assert_eq!(opened.store.size().expect("counts").keys, 0);
    put(&opened.store, b"goes", b"on");
    aside.reason
}

#[test]
fn an_unclean_stop_under_another_boot_sets_aside() {
    let folder = Folder::new();
    drop(filled(&folder));
    std::fs::write(folder.dir().join("open"), b"another-boot").expect("writes");
    let opened = open(&folder.dir());
    let reason = assert_set_aside(&folder, &opened);
    assert!(matches!(reason, SetAsideReason::MachineWentDown { boot_then, .. }
        if boot_then == "another-boot"));
    // A second time gets a name of its own.
    drop(opened);
    std::fs::write(folder.dir().join("open"), b"another-boot").expect("writes");
    let aside = open(&folder.dir()).set_aside.expect("set aside");
    assert!(aside.path.ends_with("unit-0.aside-2"));
}

#[test]
fn a_clean_stop_is_trusted_under_any_boot() {
    let folder = Folder::new();
    let store = filled(&folder);
    let digest = store.digest().expect("reads");
    store.close().expect("closes");
    assert!(!folder.dir().join("open").exists(), "a closed store carries no boot");
    assert_eq!(folder.open().digest().expect("reads"), digest);
}

#[test]
fn a_kill_under_the_same_boot_is_recovered() {
    let folder = Folder::new();
    let store = filled(&folder);
    let digest = store.digest().expect("reads");
    drop(store);
    assert!(folder.dir().join("open").exists());
    assert_eq!(folder.open().digest().expect("reads"), digest);
}

/// Whatever is done to the engine's file, the store is either as it was or set aside.
#[test]
fn a_damaged_file_is_never_served() {
    let pristine = Folder::new();
    let store = filled(&pristine);
    let digest = store.digest().expect("reads");
    store.close().expect("closes");
    drop(engine(&pristine.dir())); // Waits until nobody writes.
    let original = std::fs::read(pristine.dir().join("sled/db")).expect("reads");
    let used = original.iter().rposition(|byte| *byte != 0).expect("not empty");

    let mut set_aside = 0;
    let mut check = |what: &str, damaged: Vec<u8>| {
        let folder = Folder::new();
        copy(&pristine.dir(), &folder.dir());
        std::fs::write(folder.dir().join("sled/db"), damaged).expect("writes");
        let opened = open(&folder.dir());
        match opened.set_aside {
            Some(_) => {
                assert_set_aside(&folder, &opened);
                set_aside += 1;
            }
            None => assert_eq!(opened.store.digest().expect("reads"), digest, "{what}"),
        }
    };
    for place in (0..used).step_by(used / 12) {
        let mut damaged = original.clone();
        for byte in &mut damaged[place..(place + 4_096).min(used)] {
            *byte ^= 0x5A;
        }
        check(&format!("4 KiB changed at {place}"), damaged);
    }
    check("the last tenth cut off", original[..used - used / 10].to_vec());
    check("empty", Vec::new());
    check("zeroed", vec![0; original.len()]);
    assert!(set_aside >= 6, "only {set_aside} of the damages were found");
}

#[test]
fn a_damaged_snapshot_sets_aside() {
    let folder = Folder::new();
    filled(&folder).close().expect("closes");
    folder.open().close().expect("closes");
    drop(engine(&folder.dir()));
    let mut damaged = 0;
    for entry in std::fs::read_dir(folder.dir().join("sled")).expect("reads") {
        let path = entry.expect("reads").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap.")) {
            let mut bytes = std::fs::read(&path).expect("reads");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&path, bytes).expect("writes");
            damaged += 1;
        }
    }
    assert_eq!(damaged, 1);
    let opened = open(&folder.dir());
    let reason = assert_set_aside(&folder, &opened);
    assert!(matches!(reason, SetAsideReason::Unreadable { .. }), "{reason:?}");
}

#[test]
fn lost_and_stale_rows_set_aside() {
    type Damage = fn(&sled::Db, &[u8], sled::IVec);
    let damages: [(&str, Damage); 3] = [
        ("lost", |engine, key, _| drop(engine.remove(key).expect("removes"))),
        ("stale", |engine, key, old| drop(engine.insert(key, old).expect("inserts"))),
        ("foreign", |engine, key, old| {
            drop(engine.insert([key, b"x"].concat(), old).expect("inserts"))
        }),
    ];
    for (what, damage) in damages {
        let folder = Folder::new();
        let store = folder.open();
        put(&store, b"key", b"old");
        store.close().expect("closes");
        let engine_key = [&[engine_prefix(&folder)][..], b"key"].concat();
        let old = engine(&folder.dir()).get(&engine_key).expect("reads").expect("is there");
        let store = folder.open();
        put(&store, b"key", b"new");
        store.close().expect("closes");
        damage(&engine(&folder.dir()), &engine_key, old);
        let opened = open(&folder.dir());
        let reason = assert_set_aside(&folder, &opened);
        assert!(matches!(reason, SetAsideReason::Corrupt { .. }), "{what}: {reason:?}");
    }
}

/// The byte that the table got: it is the only one with rows.
fn engine_prefix(folder: &Folder) -> u8 {
    let engine = engine(&folder.dir());
    let row = engine.range([1]..[255]).next().expect("a row").expect("reads");
    row.0[0]
}

#[test]
fn a_read_that_meets_damage_poisons_and_the_next_open_sets_aside() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"key", b"value");
    put(&store, b"long", &[1; 200_000]);
    store.close().expect("closes");
    let prefix = engine_prefix(&folder);
    let engine_key = [&[prefix][..], b"key"].concat();
    let mut stored =
        engine(&folder.dir()).get(&engine_key).expect("reads").expect("there").to_vec();
    *stored.last_mut().expect("not empty") ^= 1;
    engine(&folder.dir()).insert(engine_key, stored).expect("inserts");

    let store = open_trusting(&folder.dir()).store;
    assert!(store.get(STATE, b"long").expect("reads").is_some(), "the rest can be read");
    let met = store.get(STATE, b"key").expect_err("damaged");
    assert!(matches!(met, Error::Corrupt { corruption: Corruption::Checksum { .. }, .. }));
    assert!(matches!(store.get(STATE, b"long"), Err(Error::Poisoned)));
    assert!(matches!(store.commit(Changes::new()), Err(Error::Poisoned)));
    assert!(matches!(store.sync(), Err(Error::Poisoned)));
    assert!(matches!(store.digest(), Err(Error::Poisoned)));
    assert!(matches!(store.close(), Err(Error::Poisoned)));

    let opened = open_trusting(&folder.dir());
    let reason = assert_set_aside(&folder, &opened);
    assert!(matches!(&reason, SetAsideReason::FoundCorrupt { told } if told.contains("checksum")));
}

#[test]
fn a_lost_part_of_a_long_value_is_damage() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, b"long", &[1; 200_000]);
    store.close().expect("closes");
    {
        let engine = engine(&folder.dir());
        let part = engine.scan_prefix([255]).keys().nth(1).expect("a part").expect("reads");
        engine.remove(part).expect("removes");
    }
    let store = open_trusting(&folder.dir()).store;
    let met = store.scan(STATE, b"").next().expect("a row").expect_err("damaged");
    assert!(matches!(met, Error::Corrupt { corruption: Corruption::Parts, .. }), "{met:?}");
}

#[test]
fn a_record_of_another_version_is_damage() {
    let folder = Folder::new();
    put(&folder.open(), b"key", b"value");
    let prefix = engine_prefix(&folder);
    {
        let engine = engine(&folder.dir());
        engine.insert([&[prefix][..], b"key"].concat(), &[2, 0, 0, 0, 0, 0, 1]).expect("inserts");
        engine.insert([&[prefix][..], b"kez"].concat(), &[1, 0]).expect("inserts");
    }
    std::fs::remove_file(folder.dir().join("open")).expect("as if closed");
    let store = open_trusting(&folder.dir()).store;
    let met = store.get(STATE, b"key").expect_err("another version");
    let expected = Corruption::Version { found: 2, expected: 1 };
    assert!(matches!(met, Error::Corrupt { corruption, .. } if corruption == expected));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("makes a folder");
    for entry in std::fs::read_dir(from).expect("reads") {
        let entry = entry.expect("reads");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("reads").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}

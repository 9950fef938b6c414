//! After `kill -9` at any moment the store holds an exact prefix of the commits, and all that were
//! acknowledged.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use store::{Changes, Store};

use crate::fixture::{Folder, OTHER, STATE, assert_no_blobs, open};

const DIR: &str = "ENTREPOT_STORE_KILL_DIR";
const KILLS: u64 = 24;
/// Keys of one commit; spread over two tables, so that a half commit shows.
const ROWS: u64 = 40;

/// Not a test by itself: the process that is killed.
#[test]
fn child_commits_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let store = open(dir.as_ref()).store;
    for number in committed(&store) + 1.. {
        store.commit(numbered(number)).expect("commits");
        // Acknowledged are only those that were synced; some commits wait for a later sync.
        if number % 3 == 0 {
            store.sync().expect("syncs");
            println!("acknowledged {number}");
            store.trim_outbox(number.saturating_sub(5)).expect("trims");
        }
    }
}

#[test]
fn a_killed_writer_leaves_an_exact_prefix() {
    let folder = Folder::new();
    let mut acknowledged = 0;
    let mut random = 0x9E37_79B9_97F4_A7C1_u64;
    for kill in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "kill::child_commits_until_it_is_killed", "--nocapture"])
            .env(DIR, folder.dir())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // A number of acknowledgements, then somewhere within the next commits.
        let (lines_max, spins) = (1 + random % 12, (random >> 20) % 400_000);
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut seen = 0;
        for line in lines {
            let line = line.expect("text");
            let Some((_, number)) = line.split_once("acknowledged ") else { continue };
            acknowledged = number.parse().expect("a number");
            seen += 1;
            if seen == lines_max {
                for _ in 0..spins {
                    std::hint::spin_loop();
                }
                child.kill().expect("kills");
            }
        }
        child.wait().expect("ends");
        assert!(seen >= lines_max, "kill {kill}: the child ended by itself");

        let opened = open(&folder.dir());
        assert_eq!(opened.set_aside, None, "kill {kill}");
        let last = committed(&opened.store);
        assert!(last >= acknowledged, "kill {kill}: {acknowledged} acknowledged, {last} there");
        check_prefix(&opened.store, last);
        assert_no_blobs(&folder.dir());
    }
    assert!(acknowledged >= KILLS, "the children made progress: {acknowledged}");
}

fn committed(store: &Store) -> u64 {
    store.positions().expect("reads").values().next().map_or(0, |consumed| consumed.position)
}

/// Adds rows, overwrites those of an earlier commit, and deletes those of another.
fn numbered(number: u64) -> Changes {
    let mut changes = Changes::new();
    for row in 0..ROWS {
        let table = if row % 2 == 0 { STATE } else { OTHER };
        changes.put(table, key(number, row), value(number, row));
        if number > 4 {
            changes.put(table, key(number - 4, row), value(number, row));
        }
        if number > 20 {
            changes.delete(table, key(number - 20, row));
        }
    }
    changes.consumed("in", 0, number, number as u32);
    changes.publish("out", 0, "key", number.to_be_bytes());
    changes.allot("out", 0, number);
    changes
}

fn check_prefix(store: &Store, last: u64) {
    let mut expected: [Vec<(Vec<u8>, Vec<u8>)>; 2] = [Vec::new(), Vec::new()];
    for number in last.saturating_sub(19).max(1)..=last {
        let writer = if number + 4 <= last { number + 4 } else { number };
        for row in 0..ROWS {
            expected[(row % 2) as usize].push((key(number, row), value(writer, row)));
        }
    }
    for (table, expected) in [STATE, OTHER].into_iter().zip(expected) {
        let rows: Vec<_> = store.scan(table, b"").map(|row| row.expect("reads")).collect();
        assert!(rows == expected, "{}: not the state after commit {last}", table.name);
    }
    assert_eq!(store.seq("out", 0).expect("reads"), last);
    let outbox = store.outbox(usize::MAX).expect("reads");
    let newest = outbox.last().map_or(0, |event| event.number);
    assert_eq!(newest, last);
    for (event, number) in outbox.iter().rev().zip((1..=last).rev()) {
        assert_eq!((event.number, event.payload.as_slice()), (number, &number.to_be_bytes()[..]));
    }
}

fn key(number: u64, row: u64) -> Vec<u8> {
    [number.to_be_bytes(), row.to_be_bytes()].concat()
}

/// Of 40 lengths, one above 64 KiB.
fn value(number: u64, row: u64) -> Vec<u8> {
    let length = if row == 7 { 70_000 } else { 10 * row as usize };
    vec![(number % 251) as u8; length]
}

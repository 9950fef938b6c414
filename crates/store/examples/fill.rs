//! Fills a store and prints how long each part takes.
//!
//! `cargo run --release -p entrepot-store --example fill [keys] [value bytes] [folder]`: by default
//! 33,000 keys of 900 bytes, committed in transactions of at most 1 MiB, as a release of a million
//! observations would be. Never a test: figures depend on the disk.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use store::{BYTES_MAX, Changes, KEYS_MAX, Options, Store, Table, Verify};

const ROWS: Table = Table::canonical("rows");

fn main() -> Result<(), store::Error> {
    let mut arguments = std::env::args().skip(1);
    let mut number =
        |default: usize| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (keys, value_bytes) = (number(33_000), number(900));
    let folder = match arguments.next() {
        Some(folder) => PathBuf::from(folder),
        None => std::env::temp_dir().join(format!("entrepot-fill-{}", std::process::id())),
    };
    let dir = folder.join("store");
    let result = measure(&dir, keys, value_bytes);
    std::fs::remove_dir_all(&folder).expect("the folder was made here");
    result
}

fn measure(dir: &Path, keys: usize, value_bytes: usize) -> Result<(), store::Error> {
    let store = Store::open(dir, &[ROWS], Options::default())?.store;
    // Twice: into an empty store, and over what is there.
    for (label, salt) in [("fill", 1), ("overwrite", 2)] {
        let (commit, sync) = fill(&store, keys, value_bytes, salt)?;
        let mib = (keys * value_bytes) as f64 / f64::from(1 << 20);
        let total = (commit + sync).as_secs_f64();
        println!("{label}: {keys} keys, {mib:.1} MiB in {total:.3} s (last sync {sync:?})");
    }
    timed("digest", || store.digest())?;
    let size = store.size()?;
    println!("size: {} keys, {:.1} MiB on disk", size.keys, size.bytes as f64 / f64::from(1 << 20));
    timed("close", || store.close())?;
    let trusting = Options { verify: Verify::AfterUncleanStop, ..Options::default() };
    for (label, options) in [("open", trusting), ("open and verify", Options::default())] {
        timed(label, || Store::open(dir, &[ROWS], options)?.store.close())?;
    }
    Ok(())
}

fn fill(
    store: &Store,
    keys: usize,
    value_bytes: usize,
    salt: u64,
) -> Result<(Duration, Duration), store::Error> {
    let begun = Instant::now();
    let mut changes = Changes::new();
    let mut random = salt;
    for number in 0..keys {
        let mut value = Vec::with_capacity(value_bytes + 8);
        while value.len() < value_bytes {
            // xorshift: values that do not compress.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            value.extend_from_slice(&random.to_le_bytes());
        }
        value.truncate(value_bytes);
        let key = format!("MY.{number:08}");
        let full = changes.bytes() + key.len() + value.len() > BYTES_MAX;
        if full || changes.keys() + 1 > KEYS_MAX {
            store.commit(std::mem::take(&mut changes))?;
        }
        changes.put(ROWS, key, value);
    }
    store.commit(changes)?;
    let commit = begun.elapsed();
    let begun = Instant::now();
    store.sync()?;
    Ok((commit, begun.elapsed()))
}

fn timed<T>(label: &str, run: impl FnOnce() -> Result<T, store::Error>) -> Result<T, store::Error> {
    let begun = Instant::now();
    let result = run()?;
    println!("{label}: {:?}", begun.elapsed());
    Ok(result)
}

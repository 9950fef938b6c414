//! Damage to the files of an embedded log: a torn tail is cut, everything else is refused.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use event_log::{EmbeddedLog, EmbeddedOptions, Error, EventLog, topics};
use tempfile::TempDir;

use crate::embedded::{event, open, read_all, unit};

/// A log of three frames, the last of which is a batch over two topics and three partitions.
struct Written {
    directory: TempDir,
    bytes: Vec<u8>,
    /// Where each frame is in the file.
    frames: Vec<Range<usize>>,
}

fn first_segment(directory: &Path) -> PathBuf {
    directory.join(format!("{:020}.segment", 0))
}

async fn written() -> Written {
    let directory = TempDir::new().expect("a directory");
    let path = first_segment(directory.path());
    let log = open(directory.path()).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let mut frames = Vec::new();
    for name in ["one", "two", "torn"] {
        let batch = vec![
            event(&topics::FEEDS, 0, name),
            event(&topics::ADVICE, 3, name),
            event(&topics::ADVICE, 1, name),
        ];
        let start = fs::metadata(&path).expect("the segment").len() as usize;
        writer.append(batch).await.expect("appended");
        frames.push(start..fs::metadata(&path).expect("the segment").len() as usize);
    }
    drop(log);
    let bytes = fs::read(&path).expect("the segment");
    Written { directory, bytes, frames }
}

impl Written {
    /// What opening and reading gives after the file was changed, and what an append after that.
    async fn check_cut(&self, changed: &[u8], what: &str) {
        let path = first_segment(self.directory.path());
        fs::write(&path, changed).expect("changed");
        for round in 0..2 {
            let log = open(self.directory.path()).unwrap_or_else(|e| panic!("{what}: {e:?}"));
            for (topic, partition) in
                [(&topics::FEEDS, 0), (&topics::ADVICE, 3), (&topics::ADVICE, 1)]
            {
                let read = read_all(&*log, topic, partition).await.expect("read");
                let expected = ["one", "two", "new"];
                assert_eq!(read, expected[..2 + round], "{what}");
            }
            if round == 0 {
                let mut writer = log.writer(&unit()).await.expect("a writer");
                let batch = vec![
                    event(&topics::FEEDS, 0, "new"),
                    event(&topics::ADVICE, 3, "new"),
                    event(&topics::ADVICE, 1, "new"),
                ];
                writer.append(batch).await.expect("appended");
            }
        }
    }
}

#[tokio::test]
async fn a_tail_torn_at_any_byte_is_cut_and_writing_goes_on() {
    let written = written().await;
    for length in written.frames[2].clone() {
        written.check_cut(&written.bytes[..length], &format!("cut at {length}")).await;
    }
}

#[tokio::test]
async fn a_last_frame_with_any_wrong_byte_is_cut() {
    let written = written().await;
    for index in written.frames[2].clone() {
        let mut changed = written.bytes.clone();
        changed[index] ^= 0x40;
        written.check_cut(&changed, &format!("byte {index}")).await;
    }
}

#[tokio::test]
async fn a_tail_that_never_reached_the_disk_is_cut() {
    let written = written().await;
    for start in written.frames[2].clone() {
        let mut changed = written.bytes.clone();
        changed[start..].fill(0);
        changed.resize(changed.len() + 5000, 0);
        written.check_cut(&changed, &format!("zeros from {start}")).await;
    }
}

#[tokio::test]
async fn any_wrong_byte_before_the_last_frame_is_refused_and_nothing_is_cut() {
    let written = written().await;
    let path = first_segment(written.directory.path());
    for index in 0..written.frames[1].end {
        let mut changed = written.bytes.clone();
        changed[index] ^= 0x10;
        fs::write(&path, &changed).expect("changed");
        match open(written.directory.path()) {
            Err(Error::Corrupt { path: found, .. }) => assert_eq!(found, path),
            other => panic!("byte {index}: {:?}", other.map(drop)),
        }
        assert!(fs::read(&path).expect("the segment") == changed, "byte {index}");
    }
}

#[tokio::test]
async fn the_segment_of_another_log_is_refused() {
    let (one, two) = (written().await, written().await);
    fs::write(first_segment(one.directory.path()), &two.bytes).expect("changed");
    assert!(matches!(open(one.directory.path()), Err(Error::Corrupt { .. })));
    fs::write(first_segment(one.directory.path()), &one.bytes).expect("changed");
    open(one.directory.path()).expect("opens");
}

#[tokio::test]
async fn a_missing_or_damaged_identity_is_refused() {
    let written = written().await;
    let path = written.directory.path().join("log");
    let identity = fs::read(&path).expect("the identity");
    for index in 0..identity.len() {
        let mut changed = identity.clone();
        changed[index] ^= 1;
        fs::write(&path, &changed).expect("changed");
        let opened = open(written.directory.path()).map(drop);
        assert!(matches!(opened, Err(Error::Corrupt { .. } | Error::Io { .. })), "byte {index}");
    }
    fs::remove_file(&path).expect("removed");
    assert!(matches!(open(written.directory.path()), Err(Error::Corrupt { .. })));
}

fn open_small(directory: &Path) -> Result<std::sync::Arc<EmbeddedLog>, Error> {
    EmbeddedLog::open(directory, EmbeddedOptions { segment_bytes: 4096, ..Default::default() })
}

/// Forty events of 600 bytes over seven segments or so.
async fn many_segments() -> (TempDir, Vec<String>) {
    let directory = TempDir::new().expect("a directory");
    let log = open_small(directory.path()).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let mut texts = Vec::new();
    for number in 0..40 {
        let text = format!("{number:0600}");
        writer.append(vec![event(&topics::FEEDS, 0, text.clone())]).await.expect("appended");
        texts.push(text);
    }
    assert!(directory.path().join(format!("{:020}.segment", 5)).exists());
    (directory, texts)
}

async fn reads(directory: &Path) -> Result<Vec<String>, Error> {
    let log = open_small(directory)?;
    let read = read_all(&*log, &topics::FEEDS, 0).await?;
    Ok(read.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect())
}

#[tokio::test]
async fn a_missing_or_damaged_index_is_made_again() {
    let (directory, texts) = many_segments().await;
    let path = directory.path().join(format!("{:020}.index", 2));
    let index = fs::read(&path).expect("the index");
    fs::remove_file(&path).expect("removed");
    assert_eq!(reads(directory.path()).await.expect("read"), texts);
    assert_eq!(fs::read(&path).expect("made again"), index);
    // All but the entries is under the check of the head.
    let entries = 6 * 8;
    for at in 0..index.len() - entries {
        let mut changed = index.clone();
        changed[at] ^= 2;
        fs::write(&path, &changed).expect("changed");
        assert_eq!(reads(directory.path()).await.expect("read"), texts, "byte {at}");
        fs::write(&path, &index[..at]).expect("changed");
        assert_eq!(reads(directory.path()).await.expect("read"), texts, "cut at {at}");
    }
}

#[tokio::test]
async fn a_wrong_index_entry_is_found_when_it_is_read() {
    let (directory, _) = many_segments().await;
    let path = directory.path().join(format!("{:020}.index", 2));
    let index = fs::read(&path).expect("the index");
    let last = index.len() - 8;
    // An entry that points beside its record, at another record, and beyond the file.
    let mut beside = index.clone();
    beside[last - 8] ^= 1;
    let mut another = index.clone();
    another.copy_within(last - 8..last, last);
    let mut beyond = index.clone();
    beyond[last + 3] = 0x7f;
    for (changed, expected) in [
        (beside, "a damaged record"),
        (another, "another record than its index says"),
        (beyond, "the segment or its index was cut"),
    ] {
        fs::write(&path, changed).expect("changed");
        match reads(directory.path()).await {
            Err(Error::Corrupt { what, .. }) => assert_eq!(what, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_wrong_byte_in_a_sealed_record_is_found_when_it_is_read() {
    let (directory, _) = many_segments().await;
    let path = directory.path().join(format!("{:020}.segment", 2));
    let mut segment = fs::read(&path).expect("the segment");
    segment[1000] ^= 1;
    fs::write(&path, segment).expect("changed");
    match reads(directory.path()).await {
        Err(Error::Corrupt { path: found, .. }) => assert_eq!(found, path),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_sealed_segment_that_is_cut_or_missing_is_refused() {
    let (directory, texts) = many_segments().await;
    let path = directory.path().join(format!("{:020}.segment", 2));
    let segment = fs::read(&path).expect("the segment");
    fs::write(&path, &segment[..segment.len() - 1]).expect("cut");
    assert!(matches!(open_small(directory.path()), Err(Error::Corrupt { .. })));
    fs::remove_file(&path).expect("removed");
    assert!(matches!(open_small(directory.path()), Err(Error::Corrupt { .. })));
    fs::write(&path, &segment).expect("restored");
    assert_eq!(reads(directory.path()).await.expect("read"), texts);
}

#[tokio::test]
async fn a_crash_at_any_point_of_making_a_segment_is_survived() {
    let (directory, mut texts) = many_segments().await;
    let mut number = 0;
    while directory.path().join(format!("{number:020}.segment")).exists() {
        number += 1;
    }
    // The last segment becomes a sealed one without an index, as between the two steps of a roll.
    let path = directory.path().join(format!("{number:020}.segment"));
    for head_bytes in [0, 1, 35] {
        fs::write(&path, vec![b'E'; head_bytes]).expect("torn");
        assert_eq!(reads(directory.path()).await.expect("read"), texts, "{head_bytes}");
    }
    let log = open_small(directory.path()).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    writer.append(vec![event(&topics::FEEDS, 0, "next")]).await.expect("appended");
    drop(log);
    texts.push("next".to_owned());
    assert_eq!(reads(directory.path()).await.expect("read"), texts);
}

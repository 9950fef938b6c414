//! An event that cannot be applied is passed over when an operator says so, exactly that one and
//! for good: after a restart, and when the stores are made again from the log.

use std::path::Path;
use std::time::Duration;

use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Unit, topics};
use system::{Entrepot, Running, repository, until};

const TOPIC: &str = "entrepot.observations.v1";
/// Both read it: one as its own output, the other as an input.
const PARKED: [&str; 2] = ["ingestion-0", "metrics-0"];
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_skipped_event_is_passed_over_for_good_and_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let entrepot = Entrepot::find();
    entrepot.up(&data, &["--feed", "none"]).stop();
    append_nonsense(&data);
    let running = entrepot.up(&data, &["--feed", "none"]);
    until(LIMIT, "both are parked", || (parked(&running) == PARKED).then_some(()));

    let skip = |unit: &str, position: &str, reason: &str| {
        let at = ["--topic", TOPIC, "--partition", "0", "--position", position];
        running.run(&[&["skip", unit, "--reason", reason][..], &at[..]].concat())
    };
    let refused = |unit: &str, position: &str, reason: &str, because: &str| {
        let output = skip(unit, position, reason);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(because), "{because} is not in {said}");
    };
    refused(
        "metrics-0",
        "1",
        "wrong position",
        "is parked at entrepot.observations.v1/0 position 0",
    );
    refused("metrics-0", "0", " ", "must have 1 to 1,000 bytes");
    refused("metrics-1", "0", "it is well", "is not parked");
    refused("metrics-9", "0", "no such partition", "there is no unit");
    assert_eq!(parked(&running), PARKED, "a refused skip changes nothing");

    for unit in PARKED {
        let output = skip(unit, "0", "written by hand");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let digests = until(LIMIT, "all is read again", || settled(&running));
    assert_eq!(skipped(&running), PARKED);
    refused("metrics-0", "0", "again", "is not parked");
    // What comes behind it in the same partition is applied as ever.
    let (first, second) = (release(&running, &data, "first"), release(&running, &data, "second"));
    assert_ne!(first, second);
    let digests_now = until(LIMIT, "all is read again", || settled(&running));
    assert_ne!(digests_now, digests);
    running.stop();

    let running = entrepot.up(&data, &["--feed", "none"]);
    assert_eq!(until(LIMIT, "it has restarted", || settled(&running)), digests_now);
    running.stop();
    for service in ["ingestion", "metrics"] {
        std::fs::remove_dir_all(data.join(service)).expect("stores");
    }
    let running = entrepot.up(&data, &["--feed", "none"]);
    let rebuilt = until(LIMIT, "all is made again", || settled(&running));
    assert_eq!(rebuilt, digests_now, "a rebuild passes over the same event");
    assert_eq!(skipped(&running), PARKED, "and says so");
}

fn append_nonsense(data: &Path) {
    let event = Event {
        topic: topics::OBSERVATIONS,
        partition: Partition(0),
        key: bytes::Bytes::from_static(b"foreign"),
        payload: bytes::Bytes::from_static(b"\xff not an envelope"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let log = EmbeddedLog::open(&data.join("log"), EmbeddedOptions::default());
        let log = log.expect("a log");
        let unit = Unit::try_new("foreign-0").expect("a name");
        let mut writer = log.writer(&unit).await.expect("a writer");
        writer.append(vec![event]).await.expect("an append");
    });
}

/// A domain whose partition is 0, by trying: its documents go behind the skipped event.
fn release(running: &Running, data: &Path, name: &str) -> String {
    let mut found = None;
    for number in 0..64_u32 {
        let domain = format!("{name}-{number}");
        if event_log::partition_of(domain.as_bytes(), 4) == Partition(0) {
            found = Some(domain);
            break;
        }
    }
    let domain = found.expect("one of 64 domains is in partition 0");
    let paper = repository().join("feeds/paper/structures.json");
    let structures = std::fs::read_to_string(paper).expect("structures");
    let file = data.join(format!("{domain}.json"));
    std::fs::write(&file, structures.replace("\"asean\"", &format!("\"{domain}\"")))
        .expect("writes");
    let structures = file.display().to_string();
    let output = running.run(&["register", "structures", &structures, "--domain", &domain]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    domain
}

fn parked(running: &Running) -> Vec<String> {
    let told = running.units(|unit| unit["parked_at"].is_object());
    told.into_iter().filter(|(_, is_parked)| *is_parked).map(|(unit, _)| unit).collect()
}

fn skipped(running: &Running) -> Vec<String> {
    let told = running.units(|unit| unit["skipped"].clone());
    let mut units = Vec::new();
    for (unit, skipped) in told {
        let skipped = skipped.as_array().expect("a list");
        assert!(skipped.len() <= 1, "{unit}: {skipped:?}");
        for one in skipped {
            assert_eq!(one["position"][format!("{TOPIC}/0")], 0, "{one}");
            assert_eq!(one["reason"], "written by hand");
            units.push(unit.clone());
        }
    }
    units
}

/// The digests, once no unit is parked or behind.
fn settled(running: &Running) -> Option<Vec<(String, String)>> {
    let told = running.units(|unit| unit["lag"] == 0 && unit["parked_at"].is_null());
    told.iter().all(|(_, is_settled)| *is_settled).then(|| running.digests())
}

//! Nothing in our own topics is skipped silently: an event that cannot be read parks its unit, which
//! says where, and the others go on.

use std::time::Duration;

use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Unit, topics};
use system::{Entrepot, repository, until};

#[test]
fn an_event_that_cannot_be_read_parks_its_units_by_name_and_hurts_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let entrepot = Entrepot::find();
    entrepot.up(directory.path(), &["--feed", "none"]).kill();
    // The paper's domain is in another partition than this one.
    let event = Event {
        topic: topics::OBSERVATIONS,
        partition: Partition(0),
        key: bytes::Bytes::from_static(b"foreign"),
        payload: bytes::Bytes::from_static(b"\xff not an envelope"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let log = EmbeddedLog::open(&directory.path().join("log"), EmbeddedOptions::default());
        let log = log.expect("a log");
        let unit = Unit::try_new("foreign-0").expect("a name");
        let mut writer = log.writer(&unit).await.expect("a writer");
        writer.append(vec![event]).await.expect("an append");
    });
    let running = entrepot.up(directory.path(), &["--feed", "none"]);
    let parked = until(Duration::from_secs(60), "two units are parked", || {
        let told = running.units(|unit| unit["parked_because"].as_str().map(str::to_owned));
        let parked: Vec<(String, String)> = told
            .into_iter()
            .filter_map(|(unit, because)| Some((unit, because.filter(|text| !text.is_empty())?)))
            .collect();
        (parked.len() > 1).then_some(parked)
    });
    let names: Vec<&str> = parked.iter().map(|(unit, _)| unit.as_str()).collect();
    assert_eq!(names, ["ingestion-0", "metrics-0"]);
    for (unit, because) in &parked {
        assert!(because.contains("entrepot.observations.v1/0 position 0"), "{unit}: {because}");
    }
    let feeds = repository().join("feeds/paper");
    let path = |name: &str| feeds.join(name).display().to_string();
    let structures = path("structures.json");
    let registered = running.run(&["register", "structures", &structures, "--domain", "asean"]);
    assert!(registered.status.success(), "{registered:?}");
    let ingested = running.json(&["ingest", &path("fdi-host.csv")]);
    assert_eq!(ingested["releases"][0]["outcome"], "published", "{ingested}");
}

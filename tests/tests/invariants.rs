//! What must hold at any moment of one instance: releases are seen whole, history stays, one cause
//! changes an advice once, a receipt is waited for, and a data directory has one owner.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::advice::advice_service_client::AdviceServiceClient;
use api::advice::{AdviseRequest, Subject};
use api::events::envelope::Payload;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::watch_observations_response::Change;
use api::ingestion::{ListObservationsRequest, WatchObservationsRequest};
use api::metrics::ListIndicatorValuesRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::network::ListRolesRequest;
use api::network::network_service_client::NetworkServiceClient;
use serde_json::Value;
use system::{
    Entrepot, Generated, HOST_HEADER, Logged, Running, Step, host_file, host_row, logged, paper,
    play, receipt_of,
};

const START: [&str; 2] = ["--feed", "none"];
const WATCH_TIMEOUT: Duration = Duration::from_secs(60);
/// With its long comments several times what a unit reads at once, so that it is half read for a while.
const LARGE_ROWS: usize = 24_000;
const COMMENT_BYTES: usize = 100;
const YEARS: usize = 30;

fn write(directory: &Path, name: &str, content: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, content).expect("the directory is ours");
    path.to_str().expect("a readable path").to_owned()
}

/// A release in which every value is another than in the one before.
fn all_new(number: u64) -> Vec<u8> {
    let text = Generated::new().release(0, LARGE_ROWS);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (line, row) in lines[1..].iter_mut().zip(1..) {
        *line = line.replacen(",A,F,6,1,", &format!("{number},A,F,6,2,"), 1);
        line.push_str(&format!("{row:0COMMENT_BYTES$}"));
    }
    (lines.join("\n") + "\n").into_bytes()
}

fn with_generated(system: &Running, directory: &Path) {
    let structures = directory.join("structures.json");
    Generated::new().write_structures(&structures);
    let structures = structures.to_str().expect("a readable path");
    let register = ["register", "structures", structures, "--domain", Generated::DOMAIN];
    play(system, &[Step::new(&register)]);
}

#[test]
fn every_query_and_every_watch_sees_all_of_a_large_release_or_none_of_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(&directory.path().join("data"), &START);
    with_generated(&system, directory.path());
    let files: Vec<String> = (1..=3)
        .map(|number| write(directory.path(), &format!("{number}.csv"), &all_new(number)))
        .collect();
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    let is_done = AtomicBool::new(false);
    let (asked, derived) = std::thread::scope(|scope| {
        let rows = scope.spawn(|| runtime.block_on(poll_rows(&system, &is_done)));
        let values = scope.spawn(|| runtime.block_on(poll_values(&system, &is_done)));
        for (file, month) in files.iter().zip(1..) {
            let released_at = format!("2016-0{month}-01");
            let step = Step::new(&["ingest", file, "--released-at", &released_at]);
            let receipt = play(&system, &[step]);
            system.settle(&receipt);
        }
        is_done.store(true, Ordering::Relaxed);
        (rows.join().expect("no panic"), values.join().expect("no panic"))
    });
    runtime.block_on(watched_whole(&system));
    println!("rows asked for {} times, values {} times", asked.0, derived.0);
    assert!(asked.0 > 20 && derived.0 > 5, "asked often enough to hit the middle");
    assert!(asked.1.len() > 1, "of several releases: {:?}", asked.1);
}

/// Asks for one period of all series until the work is done.
async fn poll_rows(system: &Running, is_done: &AtomicBool) -> (u64, BTreeSet<String>) {
    let mut client = IngestionServiceClient::new(system.channel());
    client = client.max_decoding_message_size(64 << 20);
    let (mut count, mut seen) = (0, BTreeSet::new());
    while !is_done.load(Ordering::Relaxed) {
        let request = ListObservationsRequest {
            dataflow: Generated::DATAFLOW.to_owned(),
            period: "1995".to_owned(),
            page_size: 1_000,
            ..ListObservationsRequest::default()
        };
        let answer = client.list_observations(request).await.expect("an answer").into_inner();
        let rows = answer.observations;
        assert!(rows.is_empty() || rows.len() == LARGE_ROWS / YEARS, "{} rows", rows.len());
        let releases: BTreeSet<String> = rows.into_iter().map(|row| row.release).collect();
        assert!(releases.len() <= 1, "of several releases at once: {releases:?}");
        seen.extend(releases);
        count += 1;
    }
    (count, seen)
}

/// Asks for derived values and what they were computed from until the work is done.
async fn poll_values(system: &Running, is_done: &AtomicBool) -> (u64, BTreeSet<String>) {
    let mut client = MetricsServiceClient::new(system.channel());
    client = client.max_decoding_message_size(64 << 20);
    let (mut count, mut seen) = (0, BTreeSet::new());
    while !is_done.load(Ordering::Relaxed) {
        let request = ListIndicatorValuesRequest {
            domain: Generated::DOMAIN.to_owned(),
            indicator: "fdi.host_share".to_owned(),
            period: "1995".to_owned(),
            explain: true,
            page_size: 500,
            ..ListIndicatorValuesRequest::default()
        };
        let answer = client.list_indicator_values(request).await.expect("an answer").into_inner();
        let inputs = answer.values.into_iter().flat_map(|value| value.inputs);
        let releases: BTreeSet<String> =
            inputs.map(|input| input.release).filter(|release| !release.is_empty()).collect();
        assert!(releases.len() <= 1, "values of several releases at once: {releases:?}");
        seen.extend(releases);
        count += 1;
    }
    (count, seen)
}

/// A watch from the start gives each release after all of its series.
async fn watched_whole(system: &Running) {
    let mut client = IngestionServiceClient::new(system.channel());
    let request =
        WatchObservationsRequest { dataflow: "DF_FDI_HOST".to_owned(), from: "start".to_owned() };
    let mut changes = client.watch_observations(request).await.expect("a watch").into_inner();
    let (mut releases, mut series) = (0, 0);
    while releases < 3 {
        let message = tokio::time::timeout(WATCH_TIMEOUT, changes.message()).await;
        let message = message.expect("in time").expect("a message").expect("not the end");
        match message.change.expect("a change") {
            Change::Series(_) => series += 1,
            Change::Release(release) => {
                assert_eq!(release.state, "committed");
                assert_eq!(series, LARGE_ROWS / YEARS, "{}", release.id);
                (releases, series) = (releases + 1, 0);
            }
        }
    }
}

#[test]
fn answers_as_of_a_moment_stay_whatever_is_released_later() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(&directory.path().join("data"), &START);
    system.settle(&play(&system, &paper()));
    let releases = system.json(&["releases"]);
    let releases = releases["releases"].as_array().expect("releases");
    let recorded = releases.iter().filter_map(|release| release["recorded_at"].as_str());
    let recorded = format!("recorded:{}", recorded.max().expect("a time"));
    let released = "2017-06-30";
    let answers = |as_of: &str| -> Vec<Value> {
        let asked: [&[&str]; 3] = [
            &["indicators", "--breakdown", "*"],
            &["audit"],
            &["observations", "--dataflow", "DF_FDI_HOST"],
        ];
        asked.iter().map(|one| system.json(&[one, &["--as-of", as_of][..]].concat())).collect()
    };
    let before = [answers(released), answers(&recorded)];
    assert!(before[0][0]["values"].as_array().is_some_and(|values| values.len() > 100));

    let revised = host_file(&[host_row("SG", 2014, "1"), host_row("ASEAN", 2014, "2")]);
    let revised = write(directory.path(), "revised.csv", &revised);
    let withdrawn = format!(
        "{HOST_HEADER}\ndataflow,ENTREPOT:DF_FDI_HOST(1.0),D,A,SG,W,I,F,T,D,IMM,_T,C,USD,2013,,,,,,,,\n"
    );
    let withdrawn = write(directory.path(), "withdrawn.csv", withdrawn.as_bytes());
    let send = |file: &str, released_at: &str| {
        Step::new(&["ingest", file, "--released-at", released_at, "--lenient"])
    };
    let later = [send(&revised, "2018-01-01"), send(&withdrawn, "2018-02-01")];
    system.settle(&play(&system, &later));
    assert_ne!(answers("2018-12-31")[0], before[0][0], "the later releases change something");
    assert_eq!(answers(released), before[0], "on the publisher's clock");
    assert_eq!(answers(&recorded), before[1], "on the log's clock");
    // A vintage that comes late belongs to the publisher's past; the log's past stays.
    let late = host_file(&[host_row("MY", 2014, "3")]);
    let late = write(directory.path(), "late.csv", &late);
    system.settle(&play(&system, &[send(&late, "2016-01-01")]));
    assert_eq!(answers(&recorded), before[1], "on the log's clock, after a late vintage");
}

#[test]
fn a_receipt_is_waited_for_by_every_service() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(&directory.path().join("data"), &START);
    play(&system, &paper()[..4]);
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    for number in 1..=12u64 {
        let value = (number * 1_000).to_string();
        let file = host_file(&[host_row("SG", 2014, &value)]);
        let file = write(directory.path(), "release.csv", &file);
        let output = Step::new(&["ingest", &file, "--lenient"]).send(&system);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["releases"][0]["outcome"], "published", "{answer}");
        let request = ListIndicatorValuesRequest {
            domain: "asean".to_owned(),
            indicator: "fdi.host_share".to_owned(),
            area: "SG".to_owned(),
            period: "2014".to_owned(),
            explain: true,
            after: Some(receipt_of(&answer)),
            ..ListIndicatorValuesRequest::default()
        };
        let answer = runtime.block_on(async {
            let mut client = MetricsServiceClient::new(system.channel());
            client.list_indicator_values(request).await.expect("an answer").into_inner()
        });
        let inputs = answer.values.iter().flat_map(|value| &value.inputs);
        let mut found = inputs.filter_map(|input| input.value.as_deref());
        assert!(found.any(|found| found == value), "own write {value}: {:?}", answer.values);
    }
    let receipt = play(&system, &paper()[paper().len() - 1..]);
    runtime.block_on(async {
        let after = Some(receipt.clone());
        let network = "asean".to_owned();
        let request = ListRolesRequest { network, after, ..ListRolesRequest::default() };
        let mut client = NetworkServiceClient::new(system.channel());
        let roles = client.list_roles(request).await.expect("an answer").into_inner().roles;
        assert!(!roles.is_empty(), "own network");
        let subject = Subject {
            place: "MY-07".to_owned(),
            segment: "electronics.assembly".to_owned(),
            ..Subject::default()
        };
        let request =
            AdviseRequest { subject: Some(subject), after: Some(receipt.clone()), limit: 1 };
        let mut client = AdviceServiceClient::new(system.channel());
        let answer = client.advise(request).await.expect("an answer").into_inner();
        let frontier = answer.frontier.expect("a frontier").positions;
        for one in &receipt.positions {
            let read = frontier
                .iter()
                .find(|read| read.topic == one.topic && read.partition == one.partition);
            assert!(
                read.is_some_and(|read| read.position >= one.position),
                "{one:?}: {frontier:?}"
            );
        }
    });
}

#[test]
fn one_cause_changes_a_subjects_advice_at_most_once_and_every_cause_is_in_the_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let system = Entrepot::find().up(&data, &START);
    let mut receipt = play(&system, &paper());
    for (value, month) in [("20", 1), ("90000", 2), ("72098", 3)] {
        let file = host_file(&[host_row("MY", 2014, value), host_row("VN", 2014, value)]);
        let file = write(directory.path(), "release.csv", &file);
        let released_at = format!("2018-0{month}-01");
        let step = Step::new(&["ingest", &file, "--released-at", &released_at, "--lenient"]);
        system::merge(&mut receipt, &play(&system, &[step]));
    }
    system.settle(&receipt);
    system.stop();
    let all = logged(&data);
    let known: BTreeSet<(&str, u32, u64)> =
        all.iter().map(|one| (one.place.0.as_str(), one.place.1, one.position)).collect();
    let (mut changes, mut causes) = (BTreeMap::new(), 0);
    for one in &all {
        let Some(cause) = &one.event.cause.position else { continue };
        let at = (cause.topic.as_str(), cause.partition, cause.position);
        assert!(known.contains(&at), "{:?} {}: {at:?} is not there", one.place, one.position);
        causes += 1;
        if let Payload::AdviceChanged(advice) = &one.event.payload {
            let count = changes.entry((advice.subject.clone(), at)).or_insert(0);
            *count += 1;
            assert_eq!(*count, 1, "{} twice by {at:?}", advice.subject);
        }
    }
    println!("{causes} causes, {} changes of advice", changes.len());
    assert!(!changes.is_empty(), "some advice changed");
    brackets_are_closed(&all);
}

/// What follows from a cause stands between its beginning and its end, and brackets do not overlap.
fn brackets_are_closed(all: &[Logged]) {
    let mut open = BTreeMap::new();
    for one in all {
        let at = (&one.place, one.event.unit.as_str());
        match &one.event.payload {
            Payload::EffectsBegun(begun) => {
                let before = open.insert(at, begun.cause.clone());
                assert!(before.is_none(), "{at:?} {} within another", one.position);
            }
            Payload::EffectsCommitted(ended) => {
                assert_eq!(open.remove(&at), Some(ended.cause.clone()), "{at:?} {}", one.position);
            }
            Payload::IndicatorsChanged(_)
            | Payload::FindingsChanged(_)
            | Payload::AdviceChanged(_) => {
                assert!(open.contains_key(&at), "{at:?} {} in no bracket", one.position);
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_data_directory_has_one_system_and_a_second_one_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let entrepot = Entrepot::find();
    let system = entrepot.up(&data, &START);
    let receipt = play(&system, &paper()[..4]);
    system.settle(&receipt);
    let digests = system.digests();
    let refused = entrepot.start(&data, &START).serve();
    let said = refused.expect_err("a second system is refused");
    assert!(said.contains("lock") || said.contains("in use"), "{said}");
    assert_eq!(system.digests(), digests);
    let file = write(directory.path(), "more.csv", &host_file(&[host_row("SG", 2016, "1")]));
    play(&system, &[Step::new(&["ingest", &file, "--lenient"])]);
}

//! What an operator relies on: a unit without a store begins from its newest whole export; a stop
//! ends in time whoever is slow, and leaves stores that were closed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use system::{Broker, Cluster, Member, Service, paper, play, until};

const PARTITIONS: u32 = 4;
const LIMIT: Duration = Duration::from_secs(90);
/// What an orchestrator allows for a stop, at the least.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Three rounds of the schedule without a new export.
const EXPORT_QUIET: Duration = Duration::from_secs(3);
const METRICS: Member = (Service::Metrics, 0);

/// A client that is gone with its test, stopped or not.
struct Slow(Child);

impl Drop for Slow {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_unit_without_a_store_begins_from_its_newest_whole_export() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(broker) = Broker::find("exports", directory.path()) else { return };
    let exports = directory.path().join("exports");
    let text = exports.to_str().expect("a readable path");
    let environment = [("ENTREPOT_EXPORTS", text), ("ENTREPOT_EXPORT_EVERY", "1s")];
    let dir = directory.path().join("cluster");
    let mut cluster = Cluster::start_with(&dir, &broker, PARTITIONS, 1, &environment);
    let receipt = play(&cluster, &paper());
    cluster.settle(&receipt);
    let digests = cluster.digests();
    let applied_live = applied(&cluster);
    until(LIMIT, "all is exported twice", || {
        let each = |unit: u32| exports_of(&exports, unit).len();
        (0..PARTITIONS).any(|unit| each(unit) == 2).then_some(())
    });
    // What was applied last is exported too.
    let mut last = (newest(&exports), Instant::now());
    let quiet = until(LIMIT, "nothing new is exported", || {
        let now = newest(&exports);
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() > EXPORT_QUIET).then(|| last.0.clone())
    });
    assert!(quiet.len() == PARTITIONS as usize, "{quiet:?}");

    cluster.end(METRICS);
    remove(&cluster.data_dir(METRICS));
    // The newest of one unit is cut in the middle: the one before it is taken.
    let cut = (0..PARTITIONS).find(|unit| exports_of(&exports, *unit).len() == 2).expect("two");
    let damaged = exports_of(&exports, cut).pop().expect("two");
    let bytes = std::fs::read(&damaged).expect("an export");
    std::fs::write(&damaged, &bytes[..bytes.len() / 2]).expect("writes");
    cluster.restart(METRICS);
    cluster.wait();
    cluster.settle(&receipt);
    assert_eq!(cluster.digests(), digests);
    let applied_from_exports = applied(&cluster);
    let said = cluster.said(METRICS);
    assert_eq!(said.matches("begins from an export").count(), PARTITIONS as usize, "{said}");
    assert!(said.contains("an export is passed over"), "{said}");

    cluster.end(METRICS);
    remove(&cluster.data_dir(METRICS));
    std::fs::remove_dir_all(&exports).expect("exports");
    cluster.restart(METRICS);
    cluster.wait();
    cluster.settle(&receipt);
    assert_eq!(cluster.digests(), digests);
    let applied_all = applied(&cluster);
    println!(
        "applied: live {applied_live}, from exports {applied_from_exports}, all {applied_all}"
    );
    assert!(applied_from_exports * 2 < applied_all, "{applied_from_exports} of {applied_all}");
}

#[test]
fn an_export_that_was_imported_elsewhere_goes_on_where_it_stood() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(broker) = Broker::find("export", directory.path()) else { return };
    let mut cluster = Cluster::start(&directory.path().join("cluster"), &broker, PARTITIONS, 1);
    let receipt = play(&cluster, &paper());
    cluster.settle(&receipt);
    let digests = cluster.digests();
    let file = |unit: u32| directory.path().join(format!("metrics-{unit}.export"));
    for unit in 0..PARTITIONS {
        let (file, name) = (file(unit), format!("metrics-{unit}"));
        let path = file.to_str().expect("a readable path");
        let exported = cluster.run(&["export", &name, "-o", path]);
        assert!(exported.status.success(), "{exported:?}");
        let again = cluster.run(&["export", &name, "-o", path]);
        assert_eq!(again.status.code(), Some(2), "it is there already");
        assert!(cluster.run(&["export", &name, "-o", path, "--force"]).status.success());
    }
    let unknown = cluster.run(&["export", "metrics-77", "-o", "/nowhere/at/all"]);
    assert_eq!(unknown.status.code(), Some(3), "{unknown:?}");
    let data = cluster.data_dir(METRICS);
    let data_text = data.to_str().expect("a readable path").to_owned();
    let import = |cluster: &Cluster, unit: u32| {
        let file = file(unit);
        let file = file.to_str().expect("a readable path").to_owned();
        cluster.run(&["import", &file, "--data-dir", &data_text])
    };
    assert_eq!(import(&cluster, 0).status.code(), Some(3), "a store in use is never replaced");
    cluster.end(METRICS);
    remove(&data);
    let whole = std::fs::read(file(0)).expect("an export");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(file(0), &damaged).expect("writes");
    assert_eq!(import(&cluster, 0).status.code(), Some(3), "what is damaged is refused");
    assert!(!data.join("metrics/0").exists(), "and leaves nothing");
    std::fs::write(file(0), &whole).expect("writes");
    for unit in 0..PARTITIONS {
        let imported = import(&cluster, unit);
        assert!(imported.status.success(), "{imported:?}");
    }
    cluster.restart(METRICS);
    cluster.wait();
    cluster.settle(&receipt);
    assert_eq!(cluster.digests(), digests);
}

#[test]
fn a_stop_ends_in_time_whoever_is_slow_and_closes_the_stores() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(broker) = Broker::find("stops", directory.path()) else { return };
    let mut cluster = Cluster::start(&directory.path().join("cluster"), &broker, PARTITIONS, 1);
    let receipt = play(&cluster, &paper());
    cluster.settle(&receipt);
    // One that watches and does not read, and one that sends and never ends.
    let watch = ["watch", "observations", "--dataflow", "DF_FDI_HOST", "--from", "start"];
    let watcher = cluster.command(&watch).stdout(Stdio::piped()).spawn().expect("starts");
    let watcher = Slow(watcher);
    let upload = ["ingest", "-", "--format", "sdmx-csv"];
    let uploader = cluster
        .command(&upload)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("starts");
    let _uploader = Slow(uploader);
    until(LIMIT, "both are under way", || {
        let (_, metrics) = cluster.admin((Service::Ingestion, 0), "/metrics")?;
        metrics.contains("entrepot_watchers{service=\"ingestion\"} 1\n").then_some(())
    });
    let pid = watcher.0.id().to_string();
    assert!(Command::new("kill").args(["-STOP", &pid]).status().expect("kill").success());
    for member in cluster.members() {
        let data = cluster.data_dir(member);
        let asked = Instant::now();
        cluster.stop(member);
        assert!(asked.elapsed() < STOP_LIMIT, "{member:?}: {:?}", asked.elapsed());
        println!("{member:?} ended after {:?}", asked.elapsed());
        for unit in 0..PARTITIONS {
            let store = data.join(member.0.name()).join(unit.to_string());
            assert!(store.exists(), "{} is a store", store.display());
            assert!(!store.join("open").exists(), "{} was closed", store.display());
        }
    }
}

/// Events that metrics has applied since it started.
fn applied(cluster: &Cluster) -> u64 {
    let (_, text) = cluster.admin(METRICS, "/metrics").expect("an answer");
    let lines = text.lines().filter(|line| line.starts_with("entrepot_events_applied_total{"));
    lines.map(|line| line.rsplit(' ').next().expect("a value").parse::<u64>().expect("it")).sum()
}

/// The exports of a unit of metrics, the newest last.
fn exports_of(folder: &Path, unit: u32) -> Vec<PathBuf> {
    let start = format!("metrics-{unit}-");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&start) && name.ends_with(".export") {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn newest(folder: &Path) -> Vec<PathBuf> {
    (0..PARTITIONS).filter_map(|unit| exports_of(folder, unit).pop()).collect()
}

fn remove(data: &Path) {
    std::fs::remove_dir_all(data).expect("the stores");
}

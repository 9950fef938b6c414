//! Random faults over a stream of releases and network documents: in the end every store, and the
//! last value of everything derived, is as if nothing had happened; nothing is lost or doubled.
//!
//! A few faults in the ordinary tests; `ENTREPOT_FAULTS` says how many, `ENTREPOT_FAULTS_SEED` what
//! is drawn, and `ENTREPOT_FAULTS_REPORT` where the page about it is kept.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use system::faults::{
    Injector, Observed, PARTITIONS, Report, SmallDisk, Workload, observe, send_all,
};
use system::{Broker, Cluster, Random};

const FAULTS: u64 = 8;
const SEED: u64 = 20_171_104;
/// Things that are sent while a fault is done.
const SENT_PER_FAULT: u64 = 3;
/// Stores of four units with their reserves, and as much again.
const DISK_MEBIBYTES: u32 = 768;

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_is_doubled() {
    let directory = tempfile::tempdir().expect("a directory");
    let faults = number("ENTREPOT_FAULTS", FAULTS);
    let seed = number("ENTREPOT_FAULTS_SEED", SEED);
    println!("{faults} faults from seed {seed}");
    let clean = {
        let Some(broker) = Broker::start("faults", &directory.path().join("clean")) else { return };
        without_faults(&directory.path().join("clean"), &broker, seed, faults)
    };
    assert_eq!(clean.faults, Vec::<String>::new(), "without any fault");
    let broker = Broker::start("faults", &directory.path().join("faulty"));
    let report =
        with_faults(&directory.path().join("faulty"), &broker.expect("again"), seed, faults, clean);
    println!("{}", report.page());
    if let Ok(path) = std::env::var("ENTREPOT_FAULTS_REPORT") {
        std::fs::write(path, report.page()).expect("the report is written");
    }
    let differences = report.faulty.differences(&report.clean);
    let shown: Vec<&String> = differences.iter().take(20).collect();
    assert!(differences.is_empty(), "{} differences: {shown:#?}", differences.len());
}

fn without_faults(directory: &Path, broker: &Broker, seed: u64, faults: u64) -> Observed {
    let cluster = Cluster::start(&directory.join("system"), broker, PARTITIONS, 1);
    let mut workload = Workload::new(&directory.join("sent"), &broker.address, seed, false);
    send_all(&mut workload, &cluster, faults * SENT_PER_FAULT);
    observe(&cluster, &broker.address)
}

fn with_faults(
    directory: &Path,
    broker: &Broker,
    seed: u64,
    faults: u64,
    clean: Observed,
) -> Report {
    let stores = directory.join("system");
    let disk = SmallDisk::mount(&stores.join("metrics-0"), DISK_MEBIBYTES);
    let mut cluster = Cluster::start(&stores, broker, PARTITIONS, 1);
    let mut workload = Workload::new(&directory.join("sent"), &broker.address, seed, true);
    workload.prepare(&cluster);
    let mut injector = Injector::new(&directory.join("faults"), seed + 1, disk);
    let mut moments = Random::new(seed + 2);
    let mut counts = BTreeMap::new();
    let began = Instant::now();
    for number in 1..=faults {
        let fault = injector.draw();
        *counts.entry(fault).or_default() += 1;
        println!("{:>4} s: fault {number}, {}", began.elapsed().as_secs(), fault.describe());
        let door = (*cluster).clone();
        workload = std::thread::scope(|scope| {
            let sending = scope.spawn(move || {
                workload.send_some(&door, SENT_PER_FAULT);
                workload
            });
            system::pause_milliseconds(moments.below(1_500));
            injector.inject(fault, &mut cluster, broker);
            if number % 10 == 0 {
                injector.settle(&mut cluster);
            }
            sending.join().expect("everything is taken in the end")
        });
    }
    injector.settle(&mut cluster);
    let faulty = observe(&cluster, &broker.address);
    Report {
        seed,
        faults: counts,
        sent: workload.sent(),
        untidy: workload.duplicated,
        took: began.elapsed(),
        clean,
        faulty,
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

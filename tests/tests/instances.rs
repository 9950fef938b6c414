//! However many instances of each service there are, and however their number changes meanwhile, the
//! same things end in the same stores; so do stores that are deleted, with nothing published twice.

use std::path::Path;

use system::faults::{Observed, PARTITIONS, Workload, observe, send_all};
use system::{Broker, Cluster};

const SEED: u64 = 26_052_015;
/// Things that are sent with each number of instances.
const SENT_EACH: u64 = 6;
/// How the number changes while things are sent.
const CHANGES: [u32; 4] = [2, 3, 2, 4];
/// Numbers of instances that start without stores.
const REBUILT: [u32; 2] = [2, 1];

#[test]
fn any_number_of_instances_and_any_change_end_in_equal_digests() {
    let directory = tempfile::tempdir().expect("a directory");
    let (alone, many) = (directory.path().join("alone"), directory.path().join("many"));
    let Some(broker) = Broker::start("instances", &alone) else { return };
    let clean = with_one_instance(&alone, &broker);
    drop(broker);
    let broker = Broker::start("instances", &many).expect("again");
    let mut cluster = Cluster::start(&many.join("system"), &broker, PARTITIONS, 1);
    let mut workload = Workload::new(&many.join("sent"), &broker.address, SEED, false);
    send_all(&mut workload, &cluster, SENT_EACH);
    for instances in CHANGES {
        let door = (*cluster).clone();
        workload = std::thread::scope(|scope| {
            let sending = scope.spawn(move || {
                workload.send_some(&door, SENT_EACH);
                workload
            });
            cluster.roll(instances);
            sending.join().expect("everything is taken in the end")
        });
        println!("{instances} instances serve");
    }
    let observed = observe(&cluster, &broker.address);
    assert_equal(&observed, &clean);
    for instances in REBUILT {
        cluster.rebuild(instances);
        let rebuilt = observe(&cluster, &broker.address);
        assert_equal(&rebuilt, &clean);
        assert_eq!(rebuilt.events, observed.events, "a rebuild publishes nothing");
        println!("{instances} instances have rebuilt their stores");
    }
}

fn with_one_instance(directory: &Path, broker: &Broker) -> Observed {
    let cluster = Cluster::start(&directory.join("system"), broker, PARTITIONS, 1);
    let mut workload = Workload::new(&directory.join("sent"), &broker.address, SEED, false);
    send_all(&mut workload, &cluster, SENT_EACH * (1 + CHANGES.len() as u64));
    observe(&cluster, &broker.address)
}

fn assert_equal(observed: &Observed, clean: &Observed) {
    let differences = observed.differences(clean);
    let shown: Vec<&String> = differences.iter().take(20).collect();
    assert!(differences.is_empty(), "{} differences: {shown:#?}", differences.len());
}

//! The system as separate processes on a real broker is the same system: the paper's feeds end in
//! the same audit, the same answers about the network and the same digests as in one process on the
//! embedded log.

use system::{Broker, Cluster, Entrepot, NETWORK_QUESTIONS, knowledge, paper, play};

/// As many as the embedded log has, so that the units are the same.
const PARTITIONS: u32 = 4;

#[test]
fn five_processes_on_kafka_end_like_one_process_on_the_embedded_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(broker) = Broker::find("five processes", directory.path()) else { return };
    let embedded = Entrepot::find().up(&directory.path().join("embedded"), &["--feed", "none"]);
    let receipt = play(&embedded, &paper());
    embedded.settle(&receipt);
    let (audit, digests) = (embedded.json(&["audit"]), embedded.digests());
    let ask = |system: &dyn Fn(&[&str]) -> serde_json::Value| -> Vec<serde_json::Value> {
        NETWORK_QUESTIONS.iter().map(|arguments| knowledge(system(arguments))).collect()
    };
    let network = ask(&|arguments| embedded.json(arguments));
    embedded.stop();

    let mut cluster = Cluster::start(&directory.path().join("cluster"), &broker, PARTITIONS, 1);
    let receipt = play(&cluster, &paper());
    cluster.settle(&receipt);
    assert_eq!(knowledge(cluster.json(&["audit"])), knowledge(audit));
    let on_kafka = ask(&|arguments| cluster.json(arguments));
    for ((asked, on_kafka), embedded) in NETWORK_QUESTIONS.iter().zip(on_kafka).zip(network) {
        assert_eq!(on_kafka, embedded, "{asked:?}");
    }
    assert_eq!(cluster.digests(), digests);
    for member in cluster.members() {
        cluster.stop(member);
    }
}

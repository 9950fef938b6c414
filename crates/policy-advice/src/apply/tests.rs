//! One unit's work without a log: what it works off first.

use event_log::Position;
use store::Options;

use super::*;

#[test]
fn what_was_told_is_worked_off_before_what_was_not_however_much_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = Options { reserve_bytes: 0, ..Options::default() };
    let opened = Store::open(&directory.path().join("0"), AdviceWork::tables(), options);
    let store = opened.expect("a store").store;
    let knowledge = Arc::new(KnowledgeBase::embedded().expect("a knowledge base"));
    let partitions = Partitions { indicators: 1, findings: 1, observations: 1, network: 1 };
    let work = AdviceWork::new(Partition(0), partitions, knowledge, Vec::new());
    let indicators = TopicPartition::new(topics::INDICATORS, Partition(0));
    let findings = TopicPartition::new(topics::FINDINGS, Partition(0));

    // Both brackets are read; only the effects of the findings were ever told.
    let mut read = Changes::new();
    for source in [&indicators, &findings] {
        staging::end(At { source, position: Position(3) }, &mut read);
        read.consumed(source.topic.as_str(), source.partition.0, 4, 0);
    }
    let told = LogPosition::new(findings.topic.as_str(), findings.partition.0, 3);
    advance(&store, &mut read, TOLD, &[told]).expect("a position");
    store.commit(read).expect("committed");
    work.committed(&store).expect("read");

    let is_open = |source| staging::first_end(&store, source).expect("a scan").is_some();
    for left in [[true, false], [false, false]] {
        let step = work.derive(&store).expect("derived").expect("a step");
        store.commit(step.changes).expect("committed");
        assert_eq!([&indicators, &findings].map(is_open), left);
    }
}

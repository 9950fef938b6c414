//! Events wait in the outbox in order, until they are trimmed.

use store::{Changes, Pending, Store};

use crate::fixture::Folder;

fn publish(store: &Store, payloads: &[&[u8]]) {
    let mut changes = Changes::new();
    for (partition, payload) in (0..).zip(payloads) {
        changes.publish("out", partition, format!("key-{partition}"), *payload);
    }
    store.commit(changes).expect("commits");
}

fn numbers(store: &Store) -> Vec<u64> {
    store.outbox(usize::MAX).expect("reads").iter().map(|event| event.number).collect()
}

#[test]
fn events_come_oldest_first_as_they_were_published() {
    let folder = Folder::new();
    let store = folder.open();
    publish(&store, &[b"one", b""]);
    publish(&store, &[b"three"]);
    let event = |number, partition: u32, payload: &str| Pending {
        number,
        topic: "out".to_owned(),
        partition,
        key: format!("key-{partition}").into_bytes(),
        payload: payload.as_bytes().to_vec(),
    };
    let expected = [event(1, 0, "one"), event(2, 1, ""), event(3, 0, "three")];
    assert_eq!(store.outbox(10).expect("reads"), expected);
    assert_eq!(store.outbox(2).expect("reads"), expected[..2]);
    drop(store);
    assert_eq!(folder.open().outbox(10).expect("reads"), expected);
}

#[test]
fn trimming_is_inclusive_and_survives_a_reopen() {
    let folder = Folder::new();
    let store = folder.open();
    publish(&store, &[b"1", b"2", b"3", b"4"]);
    store.trim_outbox(0).expect("trims nothing");
    assert_eq!(numbers(&store), [1, 2, 3, 4]);
    store.trim_outbox(2).expect("trims");
    assert_eq!(numbers(&store), [3, 4]);
    drop(store);
    assert_eq!(numbers(&folder.open()), [3, 4]);
}

#[test]
fn numbers_rise_even_when_the_outbox_was_empty_at_a_reopen() {
    let folder = Folder::new();
    let store = folder.open();
    publish(&store, &[b"1", b"2"]);
    store.trim_outbox(u64::MAX).expect("trims all");
    assert_eq!(numbers(&store), [0; 0]);
    store.close().expect("closes");
    let store = folder.open();
    publish(&store, &[b"3"]);
    assert_eq!(numbers(&store), [3]);
}

#[test]
fn events_of_900_kib_and_thousands_of_small_ones_are_trimmed_too() {
    let folder = Folder::new();
    let store = folder.open();
    let large = vec![9; 900 << 10];
    for _ in 0..3 {
        publish(&store, &[&large]);
    }
    let small: Vec<&[u8]> = vec![b"small"; 1_500];
    publish(&store, &small);
    publish(&store, &small);
    assert!(store.outbox(1).expect("reads")[0].payload == large);
    store.trim_outbox(3_000).expect("trims");
    assert_eq!(numbers(&store), [3_001, 3_002, 3_003]);
}

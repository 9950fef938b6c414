//! Cases about appending: whole batches, in order, with the positions that were promised.
//!
//! What a crash does to a batch is tested with each engine; what a refusal does is tested here.

use std::sync::Arc;

use bytes::Bytes;

use super::{Subject, append, end, event, payloads, positions, read_all, soon, writer};
use crate::{EVENT_BYTES_MAX, Error, EventLog, Limit, Position, Topic};

/// Events come back in the order of their appends, and their positions rise.
pub async fn positions_rise_in_the_order_of_the_events(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let mut answered = Vec::new();
    let mut written = Vec::new();
    for batch_number in 0..5 {
        let batch: Vec<_> = (0..20)
            .map(|number| event(&topic, 1, format!("batch {batch_number} event {number}")))
            .collect();
        written.extend(batch.iter().map(|event| event.payload.clone()));
        answered.extend(append(&mut writer, batch).await);
    }
    assert!(answered.is_sorted_by(|a, b| a < b), "{answered:?}");
    let read = read_all(&log, &topic, 1, Position(0)).await;
    assert_eq!(payloads(&read), written);
    assert_eq!(positions(&read), answered);
    assert_eq!(read_all(&log, &topic, 0, Position(0)).await, []);
}

/// Key, payload and check of events from none to the most bytes are what was appended.
pub async fn events_of_every_size_read_back(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let mut batch = Vec::new();
    for (key_bytes, payload_bytes) in
        [(0, 0), (0, 1), (1, 0), (300, 5000), (7, 16 * 1024), (10, EVENT_BYTES_MAX - 10)]
    {
        let mut event = event(&topic, 0, noise(payload_bytes));
        event.key = noise(key_bytes);
        batch.push(event);
    }
    let answered = append(&mut writer, batch.clone()).await;
    let read = read_all(&log, &topic, 0, Position(0)).await;
    assert_eq!(positions(&read), answered);
    for (read, written) in read.iter().zip(&batch) {
        assert!(read.key == written.key && read.payload == written.payload);
        assert_eq!(read.crc, crc32c::crc32c(&written.payload));
    }
}

/// A refused batch leaves nothing on either topic, an accepted one is on both.
pub async fn a_batch_over_two_topics_is_all_or_none(subject: &dyn Subject) {
    let log = subject.open().await;
    let [first, second] = subject.topics();
    let mut old = writer(&log, &subject.unit("a")).await;
    let mut new = writer(&log, &subject.unit("a")).await;
    let batch = vec![
        event(&first, 0, "one"),
        event(&second, 1, "two"),
        event(&first, 1, "three"),
        event(&first, 0, "four"),
    ];
    let refused = soon(old.append(batch.clone())).await;
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    assert_eq!(everything(&log, subject).await, [""; 4]);
    append(&mut new, batch).await;
    assert_eq!(everything(&log, subject).await, ["one four", "three", "", "two"]);
}

/// One event over the limit: nothing of its batch is written, and the writer works on.
pub async fn an_oversize_event_is_refused_with_its_batch(subject: &dyn Subject) {
    let log = subject.open().await;
    let [first, second] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let batch = vec![
        event(&first, 0, "before"),
        event(&second, 0, noise(EVENT_BYTES_MAX - 2)),
        event(&first, 1, "after"),
    ];
    match soon(writer.append(batch)).await {
        Err(Error::TooLarge { limit: Limit::Event, bytes, max }) => {
            assert_eq!((bytes, max), (EVENT_BYTES_MAX + 1, EVENT_BYTES_MAX));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(everything(&log, subject).await, [""; 4]);
    append(&mut writer, vec![event(&first, 0, "next")]).await;
    assert_eq!(everything(&log, subject).await, ["next", "", "", ""]);
}

/// One event for a topic or partition that is not there: nothing of its batch is written.
pub async fn an_unknown_topic_or_partition_is_refused_with_its_batch(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let count = log.partition_count(&topic);
    let unknown = Topic::from_static("entrepot.unknown.v1");
    assert!(count >= 2);
    assert_eq!(log.partition_count(&unknown), 0);
    let mut writer = writer(&log, &subject.unit("a")).await;

    let batch = vec![event(&topic, 0, "kept out"), event(&topic, count, "no such partition")];
    let refused = soon(writer.append(batch)).await;
    assert!(matches!(refused, Err(Error::UnknownPartition { .. })), "{refused:?}");
    let batch = vec![event(&topic, 0, "kept out"), event(&unknown, 0, "no such topic")];
    let refused = soon(writer.append(batch)).await;
    assert!(matches!(refused, Err(Error::UnknownTopic { .. })), "{refused:?}");

    assert_eq!(everything(&log, subject).await, [""; 4]);
    append(&mut writer, vec![event(&topic, count - 1, "next")]).await;
}

/// A batch without events succeeds and moves no end.
pub async fn an_empty_batch_writes_nothing(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    append(&mut writer, vec![event(&topic, 0, "one")]).await;
    let before = end(&log, &topic, 0).await;
    assert_eq!(append(&mut writer, Vec::new()).await, []);
    assert_eq!(end(&log, &topic, 0).await, before);
}

/// Units that append at once to the same partitions: each one's events are whole and in order.
pub async fn writers_of_different_units_append_side_by_side(subject: &dyn Subject) {
    const WRITERS: usize = 4;
    const BATCHES: usize = 10;
    let log = subject.open().await;
    let [first, second] = subject.topics();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let mut writer = writer(&log, &subject.unit(&format!("side-{number}"))).await;
        let (first, second) = (first.clone(), second.clone());
        tasks.spawn(async move {
            for batch in 0..BATCHES {
                let text = format!("{number} {batch}");
                append(&mut writer, vec![event(&first, 0, text.clone()), event(&second, 0, text)])
                    .await;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("the writer ends well");
    }
    for topic in [&first, &second] {
        let read = payloads(&read_all(&log, topic, 0, Position(0)).await);
        assert_eq!(read.len(), WRITERS * BATCHES);
        for number in 0..WRITERS {
            let own: Vec<_> = read
                .iter()
                .filter(|text| text.starts_with(number.to_string().as_bytes()))
                .collect();
            let expected: Vec<_> = (0..BATCHES).map(|batch| format!("{number} {batch}")).collect();
            assert_eq!(own, expected.iter().collect::<Vec<_>>());
        }
    }
}

/// Events, positions and ends are the same after closing and opening, and writing goes on after.
pub async fn a_reopened_log_gives_the_same_events_and_goes_on(subject: &dyn Subject) {
    let [first, second] = subject.topics();
    let (before, end_before) = {
        let log = subject.open().await;
        let mut writer = writer(&log, &subject.unit("a")).await;
        append(&mut writer, vec![event(&first, 0, "one"), event(&second, 0, "two")]).await;
        append(&mut writer, vec![event(&first, 0, "three")]).await;
        (read_all(&log, &first, 0, Position(0)).await, end(&log, &first, 0).await)
    };
    let log = subject.open().await;
    assert_eq!(read_all(&log, &first, 0, Position(0)).await, before);
    assert_eq!(end(&log, &first, 0).await, end_before);
    let mut writer = writer(&log, &subject.unit("a")).await;
    let answered = append(&mut writer, vec![event(&first, 0, "four")]).await;
    assert!(answered[0] >= end_before);
    assert_eq!(everything(&log, subject).await, ["one three four", "", "two", ""]);
}

/// What both topics hold in partitions 0 and 1, payloads joined by spaces.
async fn everything(log: &Arc<dyn EventLog>, subject: &dyn Subject) -> [String; 4] {
    let [first, second] = subject.topics();
    let mut all: [String; 4] = Default::default();
    for (slot, (topic, partition)) in
        all.iter_mut().zip([(&first, 0), (&first, 1), (&second, 0), (&second, 1)])
    {
        let read = payloads(&read_all(log, topic, partition, Position(0)).await);
        let texts: Vec<_> = read.iter().map(|text| String::from_utf8_lossy(text)).collect();
        *slot = texts.join(" ");
    }
    all
}

/// Bytes that compression cannot shrink much, so that limits on what is sent are reached.
fn noise(bytes: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = Vec::with_capacity(bytes);
    for _ in 0..bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.push(state as u8);
    }
    noise.into()
}

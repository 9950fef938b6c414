//! Cases about reading: from any position, with and without waiting, dropped at any time.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::{Subject, append, end, event, payloads, positions, read_all, reader, soon, writer};
use crate::{Error, Partition, Position};

/// A reader that waits at the end gets the next event when it is appended.
pub async fn a_waiting_reader_is_woken(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    append(&mut writer, vec![event(&topic, 0, "before"), event(&topic, 1, "elsewhere")]).await;
    let from = end(&log, &topic, 0).await;
    let mut reader = reader(&log, &topic, 0, from).await;
    {
        let mut waiting = pin!(reader.next(1 << 20));
        let ready = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(!ready, "nothing is there to read");
        // An event for another partition must not end the wait with nothing.
        append(&mut writer, vec![event(&topic, 1, "elsewhere")]).await;
        append(&mut writer, vec![event(&topic, 0, "after")]).await;
        let read = soon(waiting).await.expect("read");
        assert_eq!(payloads(&read), ["after"]);
    }
    append(&mut writer, vec![event(&topic, 0, "later")]).await;
    assert_eq!(payloads(&soon(reader.next(1 << 20)).await.expect("read")), ["later"]);
}

/// `try_next` gives nothing at the end, again and again, and works on when there is more.
pub async fn reading_at_the_end_without_waiting_is_empty(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut reader = reader(&log, &topic, 0, Position(0)).await;
    let mut writer = writer(&log, &subject.unit("a")).await;
    for round in 0..3 {
        for _ in 0..2 {
            assert_eq!(soon(reader.try_next(1 << 20)).await.expect("read"), []);
        }
        let text = format!("round {round}");
        append(&mut writer, vec![event(&topic, 0, text.clone())]).await;
        assert_eq!(payloads(&soon(reader.try_next(1 << 20)).await.expect("read")), [text]);
    }
}

/// An event whose append was acknowledged before the call is never left out by `try_next`.
pub async fn reading_without_waiting_gives_all_that_was_acknowledged(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let mut follower = reader(&log, &topic, 0, Position(0)).await;
    for round in 0..20 {
        let batch = (0..3).map(|n| event(&topic, 0, format!("{round} {n}"))).collect();
        let answered = append(&mut writer, batch).await;
        let mut read = Vec::new();
        loop {
            let some = soon(follower.try_next(1 << 20)).await.expect("read");
            if some.is_empty() {
                break;
            }
            read.extend(some);
        }
        assert_eq!(positions(&read), answered);
    }
}

/// A reader gives the events from its position on, wherever that is.
pub async fn a_reader_starts_in_the_middle(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, other] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let mut answered = Vec::new();
    for number in 0..10 {
        let batch = vec![
            event(&topic, 0, format!("first {number}")),
            event(&other, 0, "between"),
            event(&topic, 0, format!("second {number}")),
        ];
        let positions = append(&mut writer, batch).await;
        answered.extend([positions[0], positions[2]]);
    }
    for (index, from) in answered.iter().enumerate() {
        let read = read_all(&log, &topic, 0, *from).await;
        assert_eq!(positions(&read), answered[index..]);
    }
}

/// Positions that the log never gave are an error, not an endless wait.
pub async fn a_reader_beyond_the_end_is_refused(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    append(&mut writer, vec![event(&topic, 0, "one")]).await;
    let end = end(&log, &topic, 0).await;
    let beyond = Position(end.0 + 1);
    match soon(log.reader(&topic, Partition(0), beyond)).await.map(drop) {
        Err(Error::OutOfRange { position, end: found, .. }) => {
            assert_eq!((position, found), (beyond, end));
        }
        other => panic!("{other:?}"),
    }
    let absent = Partition(log.partition_count(&topic));
    let refused = soon(log.reader(&topic, absent, Position(0))).await.map(drop);
    assert!(matches!(refused, Err(Error::UnknownPartition { .. })), "{refused:?}");
    let refused = soon(log.end(&topic, absent)).await;
    assert!(matches!(refused, Err(Error::UnknownPartition { .. })), "{refused:?}");
}

/// Nothing before the end is read from the end on, and everything after it is.
pub async fn the_end_is_where_a_reader_reads_next(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    for number in 0..3 {
        let before = end(&log, &topic, 0).await;
        let answered = append(&mut writer, vec![event(&topic, 0, format!("{number}"))]).await;
        let after = end(&log, &topic, 0).await;
        assert!(before <= answered[0] && answered[0] < after, "{before} {answered:?} {after}");
        let from_before = read_all(&log, &topic, 0, before).await;
        assert_eq!(positions(&from_before), answered);
        assert_eq!(read_all(&log, &topic, 0, after).await, []);
    }
}

/// `bytes_max` bounds what a call gives, except that it gives one event of any size.
pub async fn a_read_keeps_to_its_bytes_but_gives_one_event(subject: &dyn Subject) {
    const EVENTS: usize = 20;
    const PAYLOAD_BYTES: usize = 1000;
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let batch = (0..EVENTS).map(|_| event(&topic, 0, vec![7; PAYLOAD_BYTES])).collect();
    append(&mut writer, batch).await;
    for (bytes_max, events_max) in [(0, 1), (1, 1), (2500, 2), (5500, 5)] {
        let mut reader = reader(&log, &topic, 0, Position(0)).await;
        let mut count = 0;
        while count < EVENTS {
            let read = soon(reader.next(bytes_max)).await.expect("read");
            assert!((1..=events_max).contains(&read.len()), "{bytes_max}: {}", read.len());
            count += read.len();
        }
        assert_eq!(soon(reader.try_next(bytes_max)).await.expect("read"), []);
    }
}

/// Reads that are dropped after any number of polls leave the reader where it was.
pub async fn a_dropped_read_loses_no_event(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut writer = writer(&log, &subject.unit("a")).await;
    let mut reader = reader(&log, &topic, 0, Position(0)).await;
    let mut expected = Vec::new();
    let mut read = Vec::new();
    for round in 0..30 {
        let text = format!("{round}");
        append(&mut writer, vec![event(&topic, 0, text.clone())]).await;
        expected.push(text);
        for polls in 0..round % 4 {
            let mut dropped = pin!(reader.next(1 << 20));
            for _ in 0..=polls {
                let poll = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                if let std::task::Poll::Ready(events) = poll {
                    // It was not dropped after all: these events are handed out.
                    read.extend(payloads(&events.expect("read")));
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
    }
    while read.len() < expected.len() {
        read.extend(payloads(&soon(reader.next(1 << 20)).await.expect("read")));
    }
    assert_eq!(read, expected);
    assert_eq!(soon(reader.try_next(1 << 20)).await.expect("read"), []);
}

//! Cases about owners: one writer a unit, and an earlier one has no effect.

use super::{Subject, append, end, event, payloads, read_all, soon, writer};
use crate::{Error, Position};

/// Once a later writer is there, the earlier one gets `Fenced` and its events never appear.
pub async fn a_fenced_writer_has_no_effect(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let unit = subject.unit("a");
    let mut old = writer(&log, &unit).await;
    append(&mut old, vec![event(&topic, 0, "old one")]).await;
    let mut new = writer(&log, &unit).await;
    for _ in 0..2 {
        match soon(old.append(vec![event(&topic, 0, "old two")])).await {
            Err(error @ Error::Fenced { .. }) => assert!(!error.is_retryable()),
            other => panic!("{other:?}"),
        }
    }
    append(&mut new, vec![event(&topic, 0, "new one")]).await;
    let read = payloads(&read_all(&log, &topic, 0, Position(0)).await);
    assert_eq!(read, ["old one", "new one"]);
}

/// A unit that starts again after its log was closed owns the unit.
pub async fn a_writer_after_reopening_fences_the_one_before(subject: &dyn Subject) {
    let [topic, _] = subject.topics();
    let unit = subject.unit("a");
    let mut old = {
        let log = subject.open().await;
        let mut old = writer(&log, &unit).await;
        append(&mut old, vec![event(&topic, 0, "old one")]).await;
        old
    };
    let log = subject.open().await;
    let mut new = writer(&log, &unit).await;
    let refused = soon(old.append(vec![event(&topic, 0, "old two")])).await;
    // A writer whose log is gone may only be able to say that.
    assert!(matches!(refused, Err(Error::Fenced { .. } | Error::Closed)), "{refused:?}");
    append(&mut new, vec![event(&topic, 0, "new one")]).await;
    let read = payloads(&read_all(&log, &topic, 0, Position(0)).await);
    assert_eq!(read, ["old one", "new one"]);
}

/// A new writer of one unit leaves the writers of others alone.
pub async fn other_units_are_not_fenced(subject: &dyn Subject) {
    let log = subject.open().await;
    let [topic, _] = subject.topics();
    let mut one = writer(&log, &subject.unit("one")).await;
    let mut two = writer(&log, &subject.unit("two")).await;
    append(&mut one, vec![event(&topic, 0, "one")]).await;
    append(&mut two, vec![event(&topic, 0, "two")]).await;
    let before = end(&log, &topic, 0).await;
    append(&mut one, vec![event(&topic, 0, "three")]).await;
    let read = payloads(&read_all(&log, &topic, 0, Position(0)).await);
    assert_eq!(read, ["one", "two", "three"]);
    assert!(end(&log, &topic, 0).await > before);
}

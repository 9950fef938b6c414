//! Messages that producers write to the feeds themselves: kept when they come, judged in turn, and
//! then published like what a client sends.
//!
//! Nothing in this input is ours, so nothing in it stops the unit: what cannot be read, or lies in a
//! partition that is not its domain's, is quarantined with its position, hash and first 4 KiB. A
//! message is worked off when what it led to is in the log, and an event that says so, even if it led
//! to nothing. One that is judged again after a crash leads to nothing new, because what is published
//! has a key; and a store that is made anew leaves out what the log says is worked off.

mod judge;
mod worker;

use api::events::{FeedMessage, Progress};
use event_log::topics;
use prost::Message;
use service::ApplyError;
use store::{Changes, Store};

use crate::store::{FEED_DONE, FEED_PRODUCERS, FEED_TOLD, FEED_WAITING};

pub(crate) use worker::work;

const TOLD_KEY: &[u8] = b"told";

/// Keeps a message, unless the own output says that it is worked off.
pub(crate) fn receive(
    store: &Store,
    position: u64,
    message: &[u8],
    changes: &mut Changes,
) -> Result<(), ApplyError> {
    let is_told = position < number(store.get(FEED_TOLD, TOLD_KEY)?)?;
    if !is_told && store.get(FEED_DONE, &position.to_be_bytes())?.is_none() {
        changes.put(FEED_WAITING, position.to_be_bytes(), message);
        return Ok(());
    }
    // Worked off in an earlier life of this store; only its place in its producer's order counts.
    if let Ok(FeedMessage { producer, sequence, .. }) = FeedMessage::decode(message)
        && sequence > last_sequence(store, &producer)?
    {
        took(&producer, sequence, changes);
    }
    Ok(())
}

/// Notes what the own output says of the feeds.
pub(crate) fn told(
    store: &Store,
    event: &api::Event,
    progress: &Progress,
    changes: &mut Changes,
) -> Result<(), ApplyError> {
    let cause = event.cause.position.iter().find(|at| at.topic == topics::FEEDS.as_str());
    if let Some(done) = cause {
        changes.put(FEED_DONE, done.position.to_be_bytes(), b"");
    }
    let of_feeds = progress.applied.iter().filter(|at| at.topic == topics::FEEDS.as_str());
    let Some(next) = of_feeds.map(|at| at.position + 1).max() else { return Ok(()) };
    if next > number(store.get(FEED_TOLD, TOLD_KEY)?)? {
        changes.put(FEED_TOLD, TOLD_KEY, next.to_be_bytes());
    }
    Ok(())
}

/// The first message that waits, or else how far messages were received.
pub(crate) fn worked_off(store: &Store, received: u64) -> Result<u64, ApplyError> {
    worked_off_but(store, received, None)
}

/// The same as if the message at `done` did not wait.
fn worked_off_but(store: &Store, received: u64, done: Option<u64>) -> Result<u64, ApplyError> {
    for row in store.scan(FEED_WAITING, b"").take(2) {
        let position = number(Some(row?.0))?;
        if Some(position) != done {
            return Ok(position);
        }
    }
    Ok(received)
}

/// The last sequence of a producer that was taken.
fn last_sequence(store: &Store, producer: &str) -> Result<u64, ApplyError> {
    number(store.get(FEED_PRODUCERS, producer.as_bytes())?)
}

fn took(producer: &str, sequence: u64, changes: &mut Changes) {
    if sequence > 0 {
        changes.put(FEED_PRODUCERS, producer.as_bytes(), sequence.to_be_bytes());
    }
}

fn number(bytes: Option<Vec<u8>>) -> Result<u64, ApplyError> {
    let Some(bytes) = bytes else { return Ok(0) };
    let number = bytes.as_slice().try_into().map(u64::from_be_bytes);
    number.map_err(|_| ApplyError::Unexpected { what: "a stored number of feeds".to_owned() })
}

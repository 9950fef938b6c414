//! Works off the messages of the feeds that wait at one unit, one after the other.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::events::envelope::Payload;
use api::events::feed_message::Body;
use api::events::{Cause, CauseKind, FeedNetwork, FeedRelease, Progress, Rejected};
use api::ingestion::AssertNetworkRequest;
use api::types::{LogPosition, Rejection};
use api::{Explain, Kind};
use bytes::Bytes;
use event_log::topics;
use service::{Outgoing, TopicPartition};
use sha2::{Digest, Sha256};
use store::{Changes, Store};
use tokio::sync::mpsc;

use super::judge::{Fault, Order, Producers, Verdict, judge};
use super::{last_sequence, took};
use crate::Error;
use crate::receive::{Piece, PieceReader};
use crate::register::{hex, on_request};
use crate::release::Incoming;
use crate::service::{Owner, Shared};
use crate::store::{FEED_WAITING, QUARANTINED, is_rejected};

/// Messages of one producer that may wait for one that is missing; then it is given up as lost.
const GAP_HELD_MAX: usize = 256;
/// Messages that wait and are looked through for one whose turn has come.
const LOOKED_THROUGH_MAX: usize = 4_096;
/// Bytes of a quarantined message that are kept.
const QUARANTINED_BYTES_MAX: usize = 4 * 1024;
/// After something that is away, such as a broker.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// So that nothing is overlooked if a notice is lost.
const LOOK_EVERY: Duration = Duration::from_secs(5);

enum Worked {
    Something,
    Nothing,
}

/// What is done with the first message whose turn has come.
enum Turn {
    Take(u64, Order, Body),
    Drop(u64),
    Quarantine(u64, Fault, Vec<u8>),
    None,
}

struct Known<'a> {
    store: &'a Store,
    /// Messages of each producer that wait for one before them.
    held: RefCell<BTreeMap<String, usize>>,
}

/// Works off the messages at one owner until shutdown.
///
/// # Errors
/// [`Error`] if the store fails.
pub(crate) async fn work(shared: Arc<Shared>, owner_index: usize) -> Result<(), Error> {
    let Some(owner) = shared.owners.get(owner_index) else { return Ok(()) };
    loop {
        let is_away = owner.unit.trouble().is_some() || owner.unit.is_given_up();
        let worked = if is_away { Ok(Worked::Nothing) } else { one(&shared, owner).await };
        let pause = match worked {
            Ok(Worked::Something) => continue,
            Ok(Worked::Nothing) if is_away => RETRY_AFTER,
            Ok(Worked::Nothing) => LOOK_EVERY,
            Err(error) if is_passing(&error) => {
                tracing::warn!(unit = owner.unit.name(), %error, "a feed waits");
                RETRY_AFTER
            }
            Err(error) => return Err(error),
        };
        // All are cancel safe: they hold no state.
        tokio::select! {
            biased;
            () = shared.shutdown.cancelled() => return Ok(()),
            () = owner.work.fed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Works off one message.
async fn one(shared: &Shared, owner: &Owner) -> Result<Worked, Error> {
    let store = owner.unit.store().clone();
    let partition = owner.unit.partition().0;
    let count = shared.units.partition_count();
    let turn = tokio::task::block_in_place(|| next_turn(&store, partition, count))?;
    let mut changes = Changes::new();
    let position = match turn {
        Turn::None => return Ok(Worked::Nothing),
        Turn::Drop(position) => position,
        Turn::Quarantine(position, fault, message) => {
            quarantine(owner, position, fault, &message).await?;
            position
        }
        Turn::Take(position, order, body) => {
            let content = content_of(&body);
            if let Err(error) = take(shared, owner, position, &order, body).await {
                if is_passing(&error) {
                    return Err(error);
                }
                let api::Explanation { message: reason, remedy, .. } = error.explain();
                let fault = Fault { rule: "feed.refused", reason, remedy };
                quarantine(owner, position, fault, &content).await?;
            }
            took(&order.producer, order.sequence, &mut changes);
            position
        }
    };
    say_done(owner, position).await?;
    changes.delete(FEED_WAITING, position.to_be_bytes());
    tokio::task::block_in_place(|| store.commit(changes)).map_err(service::Error::from)?;
    Ok(Worked::Something)
}

/// Tells the log that a message is worked off, whatever it led to, and up to where all are.
async fn say_done(owner: &Owner, position: u64) -> Result<(), Error> {
    let partition = owner.unit.partition();
    let store = owner.unit.store().clone();
    let all_until = tokio::task::block_in_place(|| {
        super::worked_off_but(&store, position + 1, Some(position))
    })?;
    let at = |position| LogPosition::new(topics::FEEDS.as_str(), partition.0, position);
    let applied = all_until.checked_sub(1).map(at).into_iter().collect();
    let done = Outgoing {
        to: TopicPartition::new(topics::OBSERVATIONS, partition),
        key: Vec::new(),
        cause: Cause { kind: CauseKind::Event.into(), position: Some(at(position)) },
        payload: Payload::Progress(Progress { applied }),
    };
    owner.unit.publish(vec![done]).await?;
    Ok(())
}

/// The first message, in the order in which they came, that is not to wait.
fn next_turn(store: &Store, partition: u32, count: u32) -> Result<Turn, Error> {
    let known = Known { store, held: RefCell::default() };
    for row in store.scan(FEED_WAITING, b"").take(LOOKED_THROUGH_MAX) {
        let (key, message) = row.map_err(service::Error::from)?;
        let position = super::number(Some(key))?;
        match judge(&message, partition, count, &known) {
            Verdict::Later(producer) => {
                *known.held.borrow_mut().entry(producer).or_default() += 1;
            }
            Verdict::Repeated => return Ok(Turn::Drop(position)),
            Verdict::Quarantined(fault) => return Ok(Turn::Quarantine(position, fault, message)),
            Verdict::Now(order, body) => return Ok(Turn::Take(position, order, body)),
        }
    }
    Ok(Turn::None)
}

impl Producers for Known<'_> {
    fn last(&self, producer: &str) -> u64 {
        last_sequence(self.store, producer).unwrap_or_default()
    }

    fn gives_up_gap(&self, producer: &str) -> bool {
        self.held.borrow().get(producer).is_some_and(|held| *held >= GAP_HELD_MAX)
    }
}

/// Publishes what a message holds, as if a client had sent it.
async fn take(
    shared: &Shared,
    owner: &Owner,
    position: u64,
    order: &Order,
    body: Body,
) -> Result<(), Error> {
    match body {
        Body::Release(release) => {
            let key = match release.idempotency_key.as_str() {
                "" => own_key(owner, position, order),
                key => key.to_owned(),
            };
            let (incoming, content) = incoming(release, key)?;
            let (pieces, reader) = mpsc::channel(2);
            let (progress, _untold) = mpsc::channel(1);
            // Both fit, so that nobody has to send while the parser reads.
            let _ = pieces.try_send(Piece::Chunk(content));
            let _ = pieces.try_send(Piece::End);
            shared.ingest(&incoming, PieceReader::new(reader), progress).await?;
        }
        Body::Network(FeedNetwork { network, name, content }) => {
            let key = own_key(owner, position, order);
            let request = AssertNetworkRequest { network, name, content };
            shared.assert_network_once(request, key).await?;
        }
    }
    Ok(())
}

/// The same for the same message however often it is judged: its place in its producer's order, or
/// else its place in the topic.
fn own_key(owner: &Owner, position: u64, order: &Order) -> String {
    match order.sequence {
        0 => format!("feeds/{}@{position}", owner.unit.partition()),
        sequence => format!("feeds/{}#{sequence}", order.producer),
    }
}

fn incoming(release: FeedRelease, idempotency_key: String) -> Result<(Incoming, Bytes), Error> {
    let released_at = match &release.released_at {
        Some(time) => Some(api::timestamp_from("release.released_at", time)?),
        None => None,
    };
    let incoming = Incoming {
        file: release.file,
        strict: !release.lenient,
        dry_run: false,
        released_at,
        idempotency_key,
        expected_base: String::new(),
        dataflow: release.dataflow,
    };
    Ok((incoming, release.content.into()))
}

fn content_of(body: &Body) -> Vec<u8> {
    match body {
        Body::Release(release) => release.content.clone(),
        Body::Network(network) => network.content.clone(),
    }
}

/// Publishes why a message is not taken; the same bytes once, however often they come, since a
/// producer that was not answered sends them again.
async fn quarantine(
    owner: &Owner,
    position: u64,
    fault: Fault,
    message: &[u8],
) -> Result<(), Error> {
    let partition = owner.unit.partition();
    let sha256 = hex(&Sha256::digest(message));
    let release = format!("{QUARANTINED}{}", sha256.get(..16).unwrap_or_default());
    let store = owner.unit.store();
    let is_known = tokio::task::block_in_place(|| is_rejected(store, &release))
        .map_err(service::Error::from)?;
    if is_known {
        return Ok(());
    }
    let Fault { rule, reason, remedy } = fault;
    let rejection = Rejection {
        release: release.clone(),
        file: format!("{}/{partition} position {position}", topics::FEEDS),
        rule: rule.to_owned(),
        reason,
        remedy,
        row: message.get(..QUARANTINED_BYTES_MAX).unwrap_or(message).to_vec(),
        row_sha256: sha256,
        ..Rejection::default()
    };
    let outgoing = Outgoing {
        to: TopicPartition::new(topics::REJECTIONS, partition),
        key: release.into_bytes(),
        cause: on_request(),
        payload: Payload::Rejected(Rejected { rejection: Some(rejection) }),
    };
    owner.unit.publish(vec![outgoing]).await?;
    Ok(())
}

/// Whether the same may succeed later.
fn is_passing(error: &Error) -> bool {
    matches!(error.explain().kind, Kind::Unavailable | Kind::Exhausted | Kind::NotYet)
}

//! What a service says about its events, apart from when and how they are read and published.
//!
//! `apply` and `derive` are functions of their arguments and of the committed state: no clock, no
//! randomness. The same log gives the same store, byte for byte.

use api::events::{Cause, envelope::Payload};
use event_log::{Partition, Position, Topic};
use store::{Changes, DigestView, Store, Table};

/// One partition of one topic.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TopicPartition {
    /// The topic.
    pub topic: Topic,
    /// The partition's number.
    pub partition: Partition,
}

/// Where an event was read.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Topic and partition.
    pub source: &'a TopicPartition,
    /// The position there.
    pub position: Position,
}

/// An event to be published; the unit allots its seq and stamps its time.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where to: an output partition of the unit.
    pub to: TopicPartition,
    /// The event's key.
    pub key: Vec<u8>,
    /// What it follows from.
    pub cause: Cause,
    /// What it says.
    pub payload: Payload,
}

/// A bounded piece of what follows from applied events.
#[derive(Debug, Default)]
pub struct Derived {
    /// Changes of the state, such as a cursor that moves on; one transaction with the outbox.
    pub changes: Changes,
    /// What is to be published.
    pub outgoing: Vec<Outgoing>,
}

/// Why an event could not be applied. The unit parks: it says why and reads no further.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A message that holds no value of its type.
    #[error(transparent)]
    Message(#[from] api::ConvertError),
    /// Stored or received statistics that cannot be read.
    #[error(transparent)]
    Statistics(#[from] statistics::Error),
    /// An event that makes no sense at this place of the log.
    #[error("{what}")]
    Unexpected {
        /// What is unexpected.
        what: String,
    },
}

/// The work of one unit.
pub trait Work: Send + Sync + 'static {
    /// The tables of its store.
    fn tables() -> &'static [Table]
    where
        Self: Sized;

    /// How a digest looks at its tables: without what depends on where and when in the log a fact
    /// was recorded, so that equal knowledge has equal digests.
    fn digest_views() -> &'static [DigestView]
    where
        Self: Sized,
    {
        &[]
    }

    /// The partitions that it reads besides its outputs.
    fn inputs(&self) -> Vec<TopicPartition>;

    /// The partitions that it writes, and reads back: what is published is folded from the log
    /// like everything else.
    fn outputs(&self) -> Vec<TopicPartition>;

    /// Partitions that its inputs follow from and tell the progress of. A receipt for them is
    /// waited for until an input has told that its positions are worked off.
    fn upstream(&self) -> Vec<TopicPartition> {
        Vec::new()
    }

    /// Whether the last `derive` left something undone that waits for more input, as in a rebuild
    /// that has not read all that its own output was made from. Meanwhile the unit tells no
    /// progress and counts as starting.
    fn holds_back(&self) -> bool {
        false
    }

    /// Whether so much is told at once that what follows from a part of it is soon out of date: more
    /// is then applied before what follows is worked out.
    fn is_loading(&self) -> bool {
        false
    }

    /// Adds to `changes` what an event changes.
    ///
    /// # Errors
    /// [`ApplyError`] if the event cannot be applied; the unit then parks.
    fn apply(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError>;

    /// Adds to `changes` what a message of somebody else changes: an input whose messages are no
    /// events of ours, and in which anything may stand. It is kept as it is, to be judged later.
    ///
    /// # Errors
    /// [`ApplyError`] if the store fails; the unit then parks.
    fn receive(
        &self,
        store: &Store,
        at: At<'_>,
        message: &[u8],
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        let _ = (store, at, message, changes);
        Ok(())
    }

    /// The position of an input up to which everything is worked off, if it was applied up to
    /// `applied`: less, if what was received waits.
    ///
    /// # Errors
    /// [`ApplyError`] if the store fails; the unit then parks.
    fn worked_off(
        &self,
        store: &Store,
        source: &TopicPartition,
        applied: u64,
    ) -> Result<u64, ApplyError> {
        let _ = (store, source);
        Ok(applied)
    }

    /// Called when what was applied is committed, so that snapshots can be renewed.
    ///
    /// # Errors
    /// [`ApplyError`] if the committed state cannot be read back; the unit then parks.
    fn committed(&self, store: &Store) -> Result<(), ApplyError>;

    /// The dataflows that it knows, each with its domain, so that requests find their owner.
    fn dataflows(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Called when work broke off, before it begins again: what was derived and is not in the store
    /// is to be derived anew.
    fn interrupted(&self) {}

    /// The next bounded piece of what follows from what was applied; `None` if nothing is left.
    ///
    /// # Errors
    /// [`ApplyError`] if it cannot be derived; the unit then parks.
    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError>;
}

impl TopicPartition {
    /// A partition of a topic.
    #[must_use]
    pub fn new(topic: Topic, partition: Partition) -> Self {
        Self { topic, partition }
    }

    /// The same by the name of one of our topics; any other name is that of none that we write.
    pub(crate) fn named(topic: &str, partition: u32) -> Self {
        let known = Topic::ALL.iter().find(|one| one.as_str() == topic).cloned();
        Self { topic: known.unwrap_or(event_log::topics::FEEDS), partition: Partition(partition) }
    }
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.topic, self.partition)
    }
}

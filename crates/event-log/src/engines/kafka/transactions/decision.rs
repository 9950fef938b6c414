//! The decision of a batch: before it, whether all is decided; its commit; after it, whether readers
//! see it.
//!
//! Never takes a coordinator's word for what readers see: it answers before it tells the partitions,
//! and after a crash it may never tell them.

use std::collections::BTreeMap;
use std::time::Instant;

use rdkafka::producer::Producer;

use super::super::{client, settle};
use super::endings::{Ended, is_retriable, requires_abort};
use super::{ABORT_WAIT, COORDINATOR_SLICE, POLL, State, Transactions};
use crate::{Error, Event, Partition, Position, Topic};

impl Transactions {
    /// Whether there may be events before a batch that was sent of which nobody knows whether they
    /// were committed. Asked once a partition: the first batch of a producer.
    ///
    /// A coordinator that crashes between its decision and telling the partitions tells them when it
    /// is back; one that has not read yet which partitions there are takes them for deleted, and
    /// says that it is done (seen with Kafka 4.4). The events then wait for the unit's next
    /// decision, whichever it is. Taking a batch back decides that they were not committed, which is
    /// what readers of this partition have seen so far, and the unit, which therefore appends them
    /// again, though another partition may have its part of the batch. Those of other units are
    /// theirs to decide, and stay.
    pub(super) fn is_behind_undecided(&mut self, events: &[Event], positions: &[Position]) -> bool {
        let mut first: BTreeMap<(&Topic, Partition), Position> = BTreeMap::new();
        for (event, position) in events.iter().zip(positions) {
            let key = (event.topic.clone(), event.partition);
            if !self.known_decided.contains(&key) {
                first.entry((&event.topic, event.partition)).or_insert(*position);
            }
        }
        if first.is_empty() {
            return false;
        }
        let (partitions, first): (Vec<(&Topic, Partition)>, Vec<Position>) =
            first.into_iter().unzip();
        let ends = client::ends_now(self.consumers.client(), &partitions, self.timeout);
        let is_decided = ends.is_ok_and(|ends| {
            ends.len() == first.len() && ends.iter().zip(&first).all(|(end, first)| end >= first)
        });
        let asked = partitions.into_iter().map(|(topic, partition)| (topic.clone(), partition));
        self.known_decided.extend(asked);
        !is_decided
    }

    pub(super) fn commit(
        &mut self,
        begun: Instant,
        events: &[Event],
        positions: &[Position],
    ) -> Result<(), Error> {
        let deadline = Instant::now() + self.timeout;
        let error = loop {
            // Nothing is in flight: there are no reports to poll between two calls.
            let Err(error) = self.producer.commit_transaction(COORDINATOR_SLICE) else {
                return Ok(());
            };
            if !is_retriable(&error) || Instant::now() >= deadline {
                break error;
            }
        };
        // It may have been committed all the same: its answer was lost, and the next try refused.
        let ended = self.ending("commit a batch", begun, &error);
        if ended.is_none() && requires_abort(&error) {
            // If this ends the writer, the log still knows.
            drop(self.abort(begun));
        } else {
            let unknown = || Ended::Uncertain(error.to_string());
            self.state = State::Ended(ended.unwrap_or_else(unknown));
        }
        match self.was_committed(events, positions) {
            Some(true) => Ok(()),
            Some(false) => Err(match &self.state {
                State::Ended(ended) => ended.error(&self.unit),
                State::Ready | State::Aborting(_) => self.failed("commit a batch", &error),
            }),
            None => Err(self.end(Ended::Uncertain(error.to_string()))),
        }
    }

    /// Looks a batch up. All of it is one transaction: one event answers for the decision; whether
    /// each partition was told of it, [`Self::wait_until_visible`] sees.
    fn was_committed(&self, events: &[Event], positions: &[Position]) -> Option<bool> {
        let (event, position) = (events.first()?, *positions.first()?);
        let Event { topic, partition, .. } = event;
        settle::was_committed(&self.consumers, topic, *partition, position, ABORT_WAIT)
    }

    /// Waits until the stable part of each partition holds the batch.
    pub(super) fn wait_until_visible(
        &mut self,
        events: &[Event],
        positions: &[Position],
    ) -> Result<(), Error> {
        let deadline = Instant::now() + self.timeout;
        let mut last = BTreeMap::new();
        for (event, position) in events.iter().zip(positions) {
            last.insert((&event.topic, event.partition), *position);
        }
        let (partitions, last): (Vec<(&Topic, Partition)>, Vec<Position>) =
            last.into_iter().unzip();
        loop {
            let ends = client::ends_now(self.consumers.client(), &partitions, self.timeout);
            if ends.is_ok_and(|ends| ends.iter().zip(&last).all(|(end, last)| end > last)) {
                return Ok(());
            }
            if Instant::now() > deadline {
                let detail = "committed, but not yet seen by readers".to_owned();
                return Err(self.end(Ended::Uncertain(detail)));
            }
            std::thread::sleep(POLL);
        }
    }
}

//! Where each event of a batch was put, as the reports of a producer say.
//!
//! A report may come after its batch was given up. Each carries the number of its batch, so that a
//! late one is never taken for one of the batch that follows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

use super::client;
use super::reports::Reports;
use crate::{BATCH_EVENTS_MAX, Position};

/// The low bits of a mark number the event in its batch, the others the batch.
const INDEX_BITS: u32 = 20;

const _: () = assert!(BATCH_EVENTS_MAX <= 1 << INDEX_BITS && usize::BITS == 64);

/// What a producer has reported.
#[derive(Default)]
pub(super) struct Deliveries {
    pub(super) reports: Reports,
    batch: Mutex<BatchDeliveries>,
}

#[derive(Default)]
struct BatchDeliveries {
    /// Counts batches.
    number: usize,
    positions: Vec<Option<Position>>,
    /// Why an event of it was not delivered.
    failure: Option<KafkaError>,
}

impl Deliveries {
    /// Awaits the reports of a new batch and forgets the one before. Gives the mark of its first
    /// event; the others' follow.
    pub(super) fn expect(&self, count: usize) -> usize {
        let mut batch = self.lock();
        batch.number += 1;
        batch.positions = vec![None; count];
        batch.failure = None;
        batch.number << INDEX_BITS
    }

    /// Why an event of the batch cannot be delivered, as soon as one is known.
    pub(super) fn failure(&self) -> Option<KafkaError> {
        self.lock().failure.clone()
    }

    /// The positions of the batch, if all of it was delivered.
    pub(super) fn take(&self) -> Result<Vec<Position>, KafkaError> {
        let mut batch = self.lock();
        if let Some(failure) = batch.failure.take() {
            return Err(failure);
        }
        let mut positions = Vec::with_capacity(batch.positions.len());
        for delivered in std::mem::take(&mut batch.positions) {
            let lost = KafkaError::MessageProduction(RDKafkaErrorCode::Fail);
            positions.push(delivered.ok_or(lost)?);
        }
        Ok(positions)
    }

    fn record(&self, mark: usize, delivered: Result<Position, KafkaError>) {
        let mut batch = self.lock();
        let index = mark & ((1 << INDEX_BITS) - 1);
        if mark >> INDEX_BITS != batch.number {
            return;
        }
        match (delivered, batch.positions.get_mut(index)) {
            (Ok(position), Some(slot)) => *slot = Some(position),
            (Ok(_), None) => {}
            (Err(error), _) => batch.failure = Some(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BatchDeliveries> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Deliveries {
    fn error(&self, error: KafkaError, reason: &str) {
        self.reports.error(error, reason);
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.reports.log(level, facility, message);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, mark: usize) {
        let delivered = match result {
            Ok(message) => Ok(client::position(message.offset())),
            Err((error, _)) => Err(error.clone()),
        };
        self.record(mark, delivered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_report_of_a_batch_that_was_given_up_does_not_count_for_the_next() {
        let deliveries = Deliveries::default();
        let given_up = deliveries.expect(2);
        deliveries.record(given_up, Ok(Position(7)));
        let mark = deliveries.expect(2);
        deliveries.record(mark, Ok(Position(9)));
        deliveries.record(given_up + 1, Ok(Position(8)));
        assert!(deliveries.take().is_err(), "the second event was never delivered");

        let mark = deliveries.expect(2);
        deliveries.record(given_up, Err(KafkaError::Canceled));
        deliveries.record(mark, Ok(Position(11)));
        deliveries.record(mark + 1, Ok(Position(12)));
        assert_eq!(deliveries.failure(), None);
        assert_eq!(deliveries.take(), Ok(vec![Position(11), Position(12)]));
    }

    #[test]
    fn a_batch_with_a_failed_event_has_no_positions() {
        let deliveries = Deliveries::default();
        let mark = deliveries.expect(2);
        deliveries.record(mark, Ok(Position(1)));
        let failure = KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut);
        deliveries.record(mark + 1, Err(failure.clone()));
        assert_eq!(deliveries.failure(), Some(failure.clone()));
        assert_eq!(deliveries.take(), Err(failure));
    }
}

//! The handle of a unit's writer: checks a batch and hands it to the producer's thread.
//!
//! What happens to a batch there is in `transactions`.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};

use async_trait::async_trait;
use rdkafka::producer::BaseProducer;
use tokio::sync::{Semaphore, oneshot};

use super::consumers::Consumers;
use super::deliveries::Deliveries;
use super::transactions::{Batch, Transactions};
use super::{KafkaOptions, client, reports};
use crate::log::check_limits;
use crate::{Error, Event, Position, Topic, Unit, Writer};

/// Hands batches to the thread of a producer.
pub(super) struct TransactionWriter {
    unit: Unit,
    partition_counts: BTreeMap<Topic, u32>,
    batches: mpsc::SyncSender<Batch>,
    /// One batch at a time; one whose caller went away is still on its way.
    free: Arc<Semaphore>,
}

impl TransactionWriter {
    /// Starts the thread and fences earlier producers of the unit.
    pub(super) async fn start(
        options: &KafkaOptions,
        unit: &Unit,
        partition_counts: BTreeMap<Topic, u32>,
        consumers: Arc<Consumers>,
    ) -> Result<Self, Error> {
        let producer: BaseProducer<Deliveries> = client::producer_config(options, unit)
            .create_with_context(Deliveries::default())
            .map_err(|error| reports::failed("make a producer", &error))?;
        let (batches, queue) = mpsc::sync_channel(1);
        let (ready, started) = oneshot::channel();
        let transactions = Transactions::new(options, unit, producer, consumers);
        std::thread::Builder::new()
            .name(format!("event-log-{unit}"))
            .spawn(move || transactions.run(ready, queue))
            .map_err(|error| Error::Refused {
                action: "start a thread",
                detail: error.to_string(),
            })?;
        started.await.map_err(|_| Error::Closed)??;
        let free = Arc::new(Semaphore::new(1));
        Ok(Self { unit: unit.clone(), partition_counts, batches, free })
    }
}

#[async_trait]
impl Writer for TransactionWriter {
    async fn append(&mut self, batch: Vec<Event>) -> Result<Vec<Position>, Error> {
        check_limits(&batch)?;
        for Event { topic, partition, .. } in &batch {
            let Some(count) = self.partition_counts.get(topic).copied() else {
                return Err(Error::UnknownTopic { topic: topic.clone() });
            };
            if partition.0 >= count {
                let (topic, partition) = (topic.clone(), *partition);
                return Err(Error::UnknownPartition { topic, partition, count });
            }
        }
        let free = Arc::clone(&self.free);
        let permit = free.acquire_owned().await.map_err(|_| Error::Closed)?;
        let (reply, answer) = oneshot::channel();
        let lost = || {
            let detail = "its thread has ended".to_owned();
            Err(Error::Uncertain { unit: self.unit.clone(), detail })
        };
        // The channel has room for the one batch that there is a permit for.
        if self.batches.try_send(Batch { events: batch, reply, permit }).is_err() {
            return lost();
        }
        answer.await.unwrap_or_else(|_| lost())
    }
}

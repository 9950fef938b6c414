//! What the service's own events mean for its state: vintages, rejections, documents of networks.
//!
//! Its state is a fold of what it published, and a deleted store comes back by reading. Messages of
//! the feeds only wait here until they are judged (see `feed`).

use std::sync::{Arc, RwLock};

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, ReleaseAborted};
use event_log::{Partition, topics};
use service::vintages::{Catalogue, Effects, VINTAGE_TABLES, VINTAGE_VIEWS, first_open, fold};
use service::{ApplyError, At, Derived, Outgoing, TopicPartition, Work};
use statistics::DataflowId;
use store::{Changes, DigestView, Store, Table};
use tokio::sync::Notify;

use crate::feed;
use crate::networks::Asserted;
use crate::store::{
    FEED_DONE, FEED_PRODUCERS, FEED_TOLD, FEED_WAITING, NETWORK_DOCUMENTS, NETWORK_ENTITIES,
    NETWORK_KEYS, REJECTIONS, REJECTIONS_BY_TIME, REJECTIONS_VIEW, put_rejection,
};

/// The work of one ingestion unit.
pub(crate) struct Ingestion {
    partition: Partition,
    catalogue: RwLock<Arc<Catalogue>>,
    asserted: Asserted,
    /// Told when a message of the feeds has come.
    fed: Notify,
}

impl Ingestion {
    pub(crate) fn new(partition: Partition) -> Self {
        let (catalogue, asserted) = (RwLock::default(), Asserted::default());
        Self { partition, catalogue, asserted, fed: Notify::new() }
    }

    /// Waits until a message of the feeds may have come.
    ///
    /// # Cancel safety
    /// Cancel safe: what it was told is told to the next who waits.
    pub(crate) async fn fed(&self) {
        self.fed.notified().await;
    }

    /// What documents of networks have asserted.
    pub(crate) fn asserted(&self) -> &Asserted {
        &self.asserted
    }

    /// What is committed, as a snapshot.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

const TABLES: [Table; 14] = {
    let [documents, releases, series, touched, open] = VINTAGE_TABLES;
    let [rejections, by_time, networks] = [REJECTIONS, REJECTIONS_BY_TIME, NETWORK_DOCUMENTS];
    let [keys, entities] = [NETWORK_KEYS, NETWORK_ENTITIES];
    let [waiting, producers, done, told] = [FEED_WAITING, FEED_PRODUCERS, FEED_DONE, FEED_TOLD];
    [
        documents, releases, series, touched, open, rejections, by_time, networks, keys, entities,
        waiting, producers, done, told,
    ]
};

impl Work for Ingestion {
    fn tables() -> &'static [Table] {
        &TABLES
    }

    fn digest_views() -> &'static [DigestView] {
        const VIEWS: [DigestView; 3] = {
            let [releases, series] = VINTAGE_VIEWS;
            [releases, series, REJECTIONS_VIEW]
        };
        &VIEWS
    }

    fn inputs(&self) -> Vec<TopicPartition> {
        vec![TopicPartition::new(topics::FEEDS, self.partition)]
    }

    fn outputs(&self) -> Vec<TopicPartition> {
        [topics::OBSERVATIONS, topics::NETWORK, topics::REJECTIONS]
            .map(|topic| TopicPartition::new(topic, self.partition))
            .to_vec()
    }

    fn apply(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        match &event.payload {
            Payload::Rejected(rejected) => {
                if let Some(rejection) = &rejected.rejection {
                    put_rejection(rejection, at.position.0, changes);
                }
            }
            Payload::Progress(progress) => feed::told(store, event, progress, changes)?,
            Payload::NetworkDocument(document) => {
                let folded = self.asserted.fold(store, at.position.0, document, changes);
                folded.map_err(|error| ApplyError::Unexpected { what: error.to_string() })?;
            }
            _ => {
                fold(store, at, event, Effects::None, changes)?;
            }
        }
        Ok(())
    }

    fn dataflows(&self) -> Vec<(String, String)> {
        self.catalogue().dataflows()
    }

    fn receive(
        &self,
        store: &Store,
        at: At<'_>,
        message: &[u8],
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        feed::receive(store, at.position.0, message, changes)
    }

    fn worked_off(
        &self,
        store: &Store,
        source: &TopicPartition,
        applied: u64,
    ) -> Result<u64, ApplyError> {
        debug_assert_eq!(source.topic, topics::FEEDS);
        feed::worked_off(store, applied)
    }

    fn committed(&self, store: &Store) -> Result<(), ApplyError> {
        let catalogue = Arc::new(Catalogue::load(store, &self.catalogue())?);
        *self.catalogue.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = catalogue;
        self.fed.notify_one();
        Ok(())
    }

    /// Aborts a release that cannot be finished. A release is published without a pause, and one
    /// that a crash cut off is resumed before anything is derived; so what is open here has lost
    /// its spool, with a store that was deleted.
    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        let Some((release, dataflow)) = first_open(store)? else { return Ok(None) };
        let dataflow: DataflowId = dataflow.parse()?;
        let catalogue = self.catalogue();
        let key = catalogue.domain_of(&dataflow).unwrap_or_default().as_bytes().to_vec();
        let reason = "the rest of it was lost with the store of its unit".to_owned();
        let aborted = Outgoing {
            to: TopicPartition::new(topics::OBSERVATIONS, self.partition),
            key,
            cause: Cause { kind: CauseKind::Rebuild.into(), position: None },
            payload: Payload::ReleaseAborted(ReleaseAborted { release, reason }),
        };
        Ok(Some(Derived { changes: Changes::new(), outgoing: vec![aborted] }))
    }
}

//! What events mean for the state: vintages from the input, last published values from the output.

use std::sync::{Arc, RwLock};

use api::events::envelope::Payload;
use event_log::{Partition, topics};
use service::vintages::{Catalogue, Effects, VINTAGE_TABLES, fold};
use service::{ApplyError, At, Derived, TopicPartition, Work};
use store::{Changes, Store, Table};

use crate::effects;
use crate::store::{
    EFFECTS, PENDING, Pending, VALUES, put_begun, put_committed, put_pending, put_values,
};

/// The work of one metrics unit.
pub(crate) struct Metrics {
    partition: Partition,
    catalogue: RwLock<Arc<Catalogue>>,
}

impl Metrics {
    pub(crate) fn new(partition: Partition) -> Self {
        Self { partition, catalogue: RwLock::default() }
    }

    /// What is committed, as a snapshot.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub(crate) fn input(&self) -> TopicPartition {
        TopicPartition::new(topics::OBSERVATIONS, self.partition)
    }

    pub(crate) fn output(&self) -> TopicPartition {
        TopicPartition::new(topics::INDICATORS, self.partition)
    }
}

const TABLES: [Table; 8] = {
    let [documents, releases, series, touched, open] = VINTAGE_TABLES;
    [documents, releases, series, touched, open, VALUES, PENDING, EFFECTS]
};

impl Work for Metrics {
    fn tables() -> &'static [Table] {
        &TABLES
    }

    fn inputs(&self) -> Vec<TopicPartition> {
        vec![self.input()]
    }

    fn outputs(&self) -> Vec<TopicPartition> {
        vec![self.output()]
    }

    fn apply(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        match &event.payload {
            Payload::EffectsBegun(begun) => {
                put_begun(cause_position(begun.cause.as_ref())?, changes);
            }
            Payload::EffectsCommitted(committed) => {
                put_committed(cause_position(committed.cause.as_ref())?, changes);
            }
            Payload::IndicatorsChanged(changed) => put_values(changed, changes),
            _ => {
                let release = fold(store, at, event, Effects::Kept, changes)?;
                if let Some(release) = release {
                    let domain = release.dataflow.parse().ok();
                    let catalogue = self.catalogue();
                    let domain = domain.and_then(|id| catalogue.domain_of(&id).map(str::to_owned));
                    let pending = Pending {
                        dataflow: release.dataflow,
                        sequence: release.sequence,
                        release: release.id,
                        domain: domain.unwrap_or_default(),
                        changed_count: 0,
                    };
                    put_pending(at.position.0, &pending, changes);
                }
            }
        }
        Ok(())
    }

    fn committed(&self, store: &Store) -> Result<(), ApplyError> {
        let catalogue = Arc::new(Catalogue::load(store, &self.catalogue())?);
        *self.catalogue.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = catalogue;
        Ok(())
    }

    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        effects::step(self, store)
    }
}

fn cause_position(cause: Option<&api::types::LogPosition>) -> Result<u64, ApplyError> {
    let cause = cause.ok_or_else(|| ApplyError::Unexpected {
        what: "effects without the position of their cause".to_owned(),
    })?;
    Ok(cause.position)
}

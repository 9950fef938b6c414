//! What events mean for the state: vintages from observations; values, brackets and progress from
//! the own output.
//!
//! A release that commits, and structures that are registered, become due; what follows from them
//! is in `effects`. What was published is folded from the log and never computed again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use api::events::envelope::Payload;
use api::events::{DocumentKind, DocumentRegistered};
use api::types::LogPosition;
use event_log::{Partition, topics};
use service::vintages::{Catalogue, Effects, VINTAGE_TABLES, VINTAGE_VIEWS, fold};
use service::{ApplyError, At, Derived, TopicPartition, Work};
use store::{Changes, DigestView, Store, Table};
use tokio::sync::watch;

use crate::effects::{self, Worklist};
use crate::store::{
    Due, EffectsState, OWN_TABLES, VALUES_VIEW, effects_state, put_due, put_effects_state,
    put_values,
};

/// The work of one unit.
pub(crate) struct Metrics {
    partition: Partition,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Documents or releases were applied since the catalogue was loaded.
    catalogue_is_stale: AtomicBool,
    worklist: Mutex<Option<Worklist>>,
    /// The position behind the last closed bracket of the own output.
    closed_next: watch::Sender<u64>,
}

/// What was committed, for readers.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// All that was applied.
    pub(crate) catalogue: Arc<Catalogue>,
    /// Only the releases whose effects are published.
    pub(crate) settled: Arc<Catalogue>,
    pub(crate) effects: EffectsState,
    /// Whether the input was read as far as the own output says it was: not so while a deleted
    /// store comes back.
    pub(crate) is_complete: bool,
}

const TABLES: [Table; 8] = {
    let [documents, releases, series, touched, open] = VINTAGE_TABLES;
    let [values, due, effects] = OWN_TABLES;
    [documents, releases, series, touched, open, values, due, effects]
};

impl Metrics {
    pub(crate) fn new(partition: Partition) -> Self {
        Self {
            partition,
            snapshot: RwLock::default(),
            catalogue_is_stale: AtomicBool::new(true),
            worklist: Mutex::default(),
            closed_next: watch::Sender::new(0),
        }
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells the position behind the last closed bracket of the own output.
    pub(crate) fn closed_next(&self) -> watch::Receiver<u64> {
        self.closed_next.subscribe()
    }

    pub(crate) fn output(&self) -> TopicPartition {
        TopicPartition::new(topics::INDICATORS, self.partition)
    }

    fn input(&self) -> TopicPartition {
        TopicPartition::new(topics::OBSERVATIONS, self.partition)
    }

    /// Folds an event of the own output.
    fn published(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        let mut state = effects_state(store)?;
        match &event.payload {
            Payload::EffectsBegun(begun) => {
                state.open_cause = Some(position_of(&begun.cause)?);
                state.open_count = 0;
            }
            Payload::IndicatorsChanged(changed) => {
                put_values(store, changed, position_of(&event.cause.position)?, changes)?;
                state.open_count += changed.values.len() as u64;
            }
            Payload::EffectsCommitted(committed) => {
                let cause = position_of(&committed.cause)?;
                state.closed_cause = state.closed_cause.max(Some(cause));
                state.open_cause = None;
                state.open_count = 0;
                state.closed_next = at.position.0 + 1;
                state.told_next = state.told_next.max(cause + 1);
            }
            Payload::Progress(progress) => {
                let told = progress.applied.iter().map(|applied| applied.position + 1).max();
                state.told_next = state.told_next.max(told.unwrap_or(0));
            }
            other => {
                return Err(ApplyError::Unexpected {
                    what: format!("an event of another kind in {}: {other:?}", at.source),
                });
            }
        }
        put_effects_state(&state, changes);
        Ok(())
    }
}

impl Work for Metrics {
    fn tables() -> &'static [Table] {
        &TABLES
    }

    fn digest_views() -> &'static [DigestView] {
        const VIEWS: [DigestView; 3] = {
            let [releases, series] = VINTAGE_VIEWS;
            [releases, series, VALUES_VIEW]
        };
        &VIEWS
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
        if at.source.topic == topics::INDICATORS {
            return self.published(store, at, event, changes);
        }
        if !matches!(event.payload, Payload::ObservationBatch(_)) {
            self.catalogue_is_stale.store(true, Ordering::Release);
        }
        if let Some(release) = fold(store, at, event, Effects::Kept, changes)? {
            let due = Due {
                dataflow: release.dataflow,
                sequence: release.sequence,
                release: release.id,
                cursor: 0,
            };
            put_due(at.position.0, &due, changes);
        } else if is_structures(&event.payload) {
            // Members of groups may have changed: everything is looked at again.
            put_due(at.position.0, &Due::default(), changes);
        }
        Ok(())
    }

    fn dataflows(&self) -> Vec<(String, String)> {
        self.snapshot().catalogue.dataflows()
    }

    fn committed(&self, store: &Store) -> Result<(), ApplyError> {
        let before = self.snapshot();
        let effects = effects_state(store)?;
        let is_stale = self.catalogue_is_stale.swap(false, Ordering::AcqRel);
        let catalogue = if is_stale {
            Arc::new(Catalogue::load(store, &before.catalogue)?)
        } else {
            before.catalogue.clone()
        };
        let settled = if is_stale || effects.closed_cause != before.effects.closed_cause {
            let nothing = || Catalogue { releases: Arc::default(), ..(*catalogue).clone() };
            Arc::new(effects.closed_cause.map_or_else(nothing, |cause| catalogue.until(cause)))
        } else {
            before.settled.clone()
        };
        let input = (topics::OBSERVATIONS.as_str().to_owned(), self.partition.0);
        let consumed = store.positions()?.get(&input).map_or(0, |consumed| consumed.position);
        let is_complete = consumed >= effects.told_next;
        let closed_next = effects.closed_next;
        let snapshot = Arc::new(Snapshot { catalogue, settled, effects, is_complete });
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        self.closed_next
            .send_if_modified(|next| std::mem::replace(next, closed_next) != closed_next);
        Ok(())
    }

    fn holds_back(&self) -> bool {
        !self.snapshot().is_complete
    }

    fn interrupted(&self) {
        *self.worklist.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        let mut worklist = self.worklist.lock().unwrap_or_else(PoisonError::into_inner);
        effects::step(store, &self.snapshot(), &self.output(), &mut worklist)
    }
}

fn is_structures(payload: &Payload) -> bool {
    let kind = i32::from(DocumentKind::Structures);
    matches!(payload, Payload::DocumentRegistered(DocumentRegistered { kind: found, .. }) if *found == kind)
}

fn position_of(cause: &Option<LogPosition>) -> Result<u64, ApplyError> {
    let absent = || ApplyError::Unexpected { what: "an effect without its cause".to_owned() };
    cause.as_ref().map(|cause| cause.position).ok_or_else(absent)
}

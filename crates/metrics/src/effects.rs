//! What follows from a release: the values that depend on it, in bounded steps, in one bracket.
//!
//! A step evaluates the targets of a few batches with the releases that were committed up to the
//! cause, and no later one, so that it does not matter how far the log was read. What differs from
//! the last published value is published some hundred at a time; the batches are forgotten with the
//! last of them, in the same transaction. A crash in between only repeats the evaluation: what was
//! published by then no longer differs. A cause whose bracket is closed in the log is never worked
//! off again.

use std::collections::VecDeque;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, EffectsBegun, EffectsCommitted, IndicatorsChanged};
use api::types::{IndicatorValue, LogPosition};
use event_log::topics;
use prost::Message;
use service::vintages::{Catalogue, VintageView, block_of, forget_touched, touched};
use service::{ApplyError, Derived, Outgoing, TopicPartition};
use statistics::{AsOf, DataflowId, Period};
use store::Store;

use crate::apply::Snapshot;
use crate::indicator::{self, Dependants, Target};
use crate::options::{DROP_BATCHES, EVENT_BYTES, EVENT_VALUES, STEP_BATCHES, STEP_TARGETS};
use crate::store::{
    Due, delete_due, first_due, published_targets, put_due, stored_value, value_key,
};
use crate::value::{is_changed, published};

// A step fits one transaction, and so does its read-back, which keeps the value before as well; a
// key takes some 100 bytes.
const _: () = assert!(2 * EVENT_BYTES + EVENT_VALUES * 256 < store::BYTES_MAX);
const _: () = assert!(EVENT_VALUES + STEP_BATCHES + 10 < store::KEYS_MAX);

/// Changed values of a step that are not published yet. Kept in memory only: after a crash they
/// are computed again.
#[derive(Debug)]
pub(crate) struct Worklist {
    position: u64,
    domain: String,
    ready: VecDeque<IndicatorValue>,
    done: Done,
}

/// What is done once the values of a worklist are published.
#[derive(Debug)]
enum Done {
    /// These batches.
    Batches(Vec<Vec<u8>>),
    /// Pairs of domain and indicator, up to this number.
    Pairs(u32),
}

/// The next bounded step; `None` if nothing is due.
pub(crate) fn step(
    store: &Store,
    snapshot: &Snapshot,
    to: &TopicPartition,
    worklist: &mut Option<Worklist>,
) -> Result<Option<Derived>, ApplyError> {
    let Some((position, due)) = first_due(store)? else {
        *worklist = None;
        return Ok(None);
    };
    if snapshot.effects.closed_cause.is_some_and(|closed| position <= closed) {
        return drop_due(store, position, &due).map(Some);
    }
    let step = Step { store, snapshot, to, position, due: &due };
    if worklist.as_ref().is_none_or(|list| list.position != position || list.ready.is_empty()) {
        let catalogue = snapshot.catalogue.until(position);
        let filled =
            if due.dataflow.is_empty() { step.pairs(catalogue) } else { step.batches(catalogue) };
        match filled? {
            None => {
                *worklist = None;
                return Ok(Some(step.finish()));
            }
            Some(list) => *worklist = Some(list),
        }
    }
    let derived = worklist.as_mut().map(|list| step.publish(list));
    if worklist.as_ref().is_some_and(|list| list.ready.is_empty()) {
        *worklist = None;
    }
    Ok(derived)
}

/// A store that is rebuilt: what follows from this cause is in the log.
fn drop_due(store: &Store, position: u64, due: &Due) -> Result<Derived, ApplyError> {
    let mut derived = Derived::default();
    let batches = if due.dataflow.is_empty() {
        Vec::new()
    } else {
        touched(store, &due.dataflow, due.sequence, DROP_BATCHES)?
    };
    for (key, _) in &batches {
        forget_touched(key, &mut derived.changes);
    }
    if batches.len() < DROP_BATCHES {
        delete_due(position, &mut derived.changes);
    }
    Ok(derived)
}

struct Step<'a> {
    store: &'a Store,
    snapshot: &'a Snapshot,
    to: &'a TopicPartition,
    position: u64,
    due: &'a Due,
}

impl Step<'_> {
    /// The changed values behind the next batches of the release; `None` if no batch is left.
    fn batches(&self, catalogue: Catalogue) -> Result<Option<Worklist>, ApplyError> {
        let Due { dataflow, sequence, .. } = self.due;
        let batches = touched(self.store, dataflow, *sequence, STEP_BATCHES)?;
        if batches.is_empty() {
            return Ok(None);
        }
        let dataflow_id: DataflowId = dataflow.parse()?;
        let domain = catalogue.domain_of(&dataflow_id).unwrap_or_default().to_owned();
        let view = VintageView::new(self.store.clone(), catalogue, &domain, AsOf::Latest);
        let mut dependants = Dependants::new(&view);
        let mut done = Vec::with_capacity(batches.len());
        for (batch_key, batch) in batches {
            for key in &batch.keys {
                let key = key.parse()?;
                let block = block_of(self.store, dataflow, &key, *sequence)?;
                let periods: Vec<Period> =
                    block.iter().flat_map(|one| &one.entries).map(|entry| entry.period).collect();
                dependants.add(dataflow_id.id(), &key, &periods);
            }
            done.push(batch_key);
            if dependants.count() >= STEP_TARGETS {
                break;
            }
        }
        let targets = dependants.into_targets();
        let ready = changed_values(self.store, &domain, targets, &view)?;
        Ok(Some(Worklist { position: self.position, domain, ready, done: Done::Batches(done) }))
    }

    /// The changed values of the next indicators of all domains; `None` if all are done.
    fn pairs(&self, catalogue: Catalogue) -> Result<Option<Worklist>, ApplyError> {
        let definitions = indicator::catalogue();
        let domains = catalogue.domains();
        let mut cursor = self.due.cursor as usize;
        let mut seen = 0;
        while let Some(domain) = domains.get(cursor / definitions.len()) {
            let definition = &definitions[cursor % definitions.len()];
            let view =
                VintageView::new(self.store.clone(), catalogue.clone(), domain, AsOf::Latest);
            // What was published and can no longer be asked, such as a share of one who left a group,
            // is looked at as well.
            let mut targets = published_targets(self.store, domain, definition.id)?;
            targets.extend(indicator::targets(definition, None, &view));
            seen += targets.len();
            let ready = changed_values(self.store, domain, targets, &view)?;
            cursor += 1;
            if !ready.is_empty() || seen >= STEP_TARGETS {
                let done = Done::Pairs(u32::try_from(cursor).unwrap_or(u32::MAX));
                let (position, domain) = (self.position, domain.clone());
                return Ok(Some(Worklist { position, domain, ready, done }));
            }
        }
        Ok(None)
    }

    /// Publishes some of the values; with the last of them the step is done.
    fn publish(&self, list: &mut Worklist) -> Derived {
        let mut derived = Derived::default();
        let mut values = Vec::new();
        let mut bytes = 0;
        while let Some(value) = list.ready.pop_front() {
            bytes += value.encoded_len() + 4;
            values.push(value);
            if values.len() == EVENT_VALUES || bytes >= EVENT_BYTES {
                break;
            }
        }
        if !values.is_empty() {
            self.begin(&mut derived.outgoing, &list.domain);
            let payload = Payload::IndicatorsChanged(IndicatorsChanged {
                values,
                domain: list.domain.clone(),
            });
            derived.outgoing.push(self.outgoing(&list.domain, payload));
        }
        if list.ready.is_empty() {
            match &list.done {
                Done::Batches(keys) => {
                    keys.iter().for_each(|key| forget_touched(key, &mut derived.changes));
                }
                Done::Pairs(cursor) => {
                    let due = Due { cursor: *cursor, ..self.due.clone() };
                    put_due(self.position, &due, &mut derived.changes);
                }
            }
        }
        derived
    }

    /// Closes the bracket. What structures change nothing in leaves no bracket at all.
    fn finish(&self) -> Derived {
        let mut derived = Derived::default();
        delete_due(self.position, &mut derived.changes);
        let is_open = self.snapshot.effects.open_cause == Some(self.position);
        if is_open || !self.due.dataflow.is_empty() {
            let id = self.due.dataflow.parse::<DataflowId>().ok();
            let domain = id.as_ref().and_then(|id| self.snapshot.catalogue.domain_of(id));
            let domain = domain.unwrap_or_default();
            self.begin(&mut derived.outgoing, domain);
            let changed_count = if is_open { self.snapshot.effects.open_count } else { 0 };
            let cause = Some(self.cause());
            let payload = Payload::EffectsCommitted(EffectsCommitted { cause, changed_count });
            derived.outgoing.push(self.outgoing(domain, payload));
        }
        derived
    }

    /// Opens the bracket, unless it is open.
    fn begin(&self, outgoing: &mut Vec<Outgoing>, domain: &str) {
        if self.snapshot.effects.open_cause != Some(self.position) {
            let release = self.due.release.clone();
            let payload =
                Payload::EffectsBegun(EffectsBegun { cause: Some(self.cause()), release });
            outgoing.push(self.outgoing(domain, payload));
        }
    }

    fn outgoing(&self, domain: &str, payload: Payload) -> Outgoing {
        let cause = Cause { kind: CauseKind::Event.into(), position: Some(self.cause()) };
        Outgoing { to: self.to.clone(), key: domain.as_bytes().to_vec(), cause, payload }
    }

    fn cause(&self) -> LogPosition {
        LogPosition::new(topics::OBSERVATIONS.as_str(), self.to.partition.0, self.position)
    }
}

/// Evaluates targets, and keeps what differs from the last published value.
fn changed_values(
    store: &Store,
    domain: &str,
    targets: impl IntoIterator<Item = Target>,
    view: &VintageView,
) -> Result<VecDeque<IndicatorValue>, ApplyError> {
    let mut changed = VecDeque::new();
    for target in targets {
        let definition = indicator::definition(target.indicator);
        let evaluation = indicator::evaluate(&target, view);
        let Some((definition, evaluation)) = definition.zip(evaluation) else { continue };
        let value = published(definition, &evaluation);
        let before = stored_value(store, &value_key(domain, &value))?;
        let before = before.as_ref().and_then(|row| row.value.as_ref());
        if is_changed(definition, before, &value) {
            changed.push_back(value);
        }
    }
    view.check()?;
    Ok(changed)
}

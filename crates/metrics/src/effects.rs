//! What follows from a release, in bounded steps behind a cursor that survives a crash.
//!
//! Each step takes some batches of touched series, finds the targets that depend on them, evaluates
//! these on what was known at the release's commit, and publishes those that changed. The effects of
//! one release stand between `EffectsBegun` and `EffectsCommitted`; what a rebuild finds published
//! already is worked off in silence.

use std::collections::BTreeSet;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, EffectsBegun, EffectsCommitted, IndicatorsChanged};
use api::types::{IndicatorValue, LogPosition};
use prost::Message;
use service::vintages::{Touched, VintageView, block_of, forget_touched, touched};
use service::{ApplyError, Derived, Outgoing};
use statistics::{AsOf, Period, SeriesKey};
use store::{Changes, Store};

use crate::apply::Metrics;
use crate::indicator::{Target, affected};
use crate::options::{EVENT_BYTES, STEP_BATCHES, STEP_BYTES};
use crate::store::{PENDING, Pending, begun_until, committed_until, oldest_pending, put_pending};
use crate::values::changed;

/// The next step, if any effects are due.
pub(crate) fn step(metrics: &Metrics, store: &Store) -> Result<Option<Derived>, ApplyError> {
    let Some((position, pending)) = oldest_pending(store)? else { return Ok(None) };
    let step = Step { metrics, store, position, pending };
    if position < committed_until(store)? {
        return step.forget().map(Some);
    }
    if position >= begun_until(store)? {
        return Ok(Some(step.begin()));
    }
    step.work().map(Some)
}

struct Step<'a> {
    metrics: &'a Metrics,
    store: &'a Store,
    /// Of the commit that is the cause.
    position: u64,
    pending: Pending,
}

impl Step<'_> {
    /// The effects are published already: drops the cursor and nothing else.
    fn forget(&self) -> Result<Derived, ApplyError> {
        let mut derived = Derived::default();
        let batches = self.batches()?;
        for (key, _) in &batches {
            forget_touched(key, &mut derived.changes);
        }
        if batches.is_empty() {
            derived.changes.delete(PENDING, self.position.to_be_bytes());
        }
        Ok(derived)
    }

    fn begin(&self) -> Derived {
        let begun = EffectsBegun {
            cause: Some(self.cause_position()),
            release: self.pending.release.clone(),
        };
        Derived {
            changes: Changes::new(),
            outgoing: vec![self.outgoing(Payload::EffectsBegun(begun))],
        }
    }

    fn work(&self) -> Result<Derived, ApplyError> {
        let batches = self.batches()?;
        let mut derived = Derived::default();
        if batches.is_empty() {
            let committed = EffectsCommitted {
                cause: Some(self.cause_position()),
                changed_count: self.pending.changed_count,
            };
            derived.outgoing.push(self.outgoing(Payload::EffectsCommitted(committed)));
            derived.changes.delete(PENDING, self.position.to_be_bytes());
            return Ok(derived);
        }
        let catalogue = self.metrics.catalogue().until(self.position);
        let domain = &self.pending.domain;
        let view = VintageView::new(self.store.clone(), catalogue, domain, AsOf::Latest);
        let mut published: BTreeSet<Target> = BTreeSet::new();
        let mut values = Vec::new();
        let mut bytes = 0;
        for (key, touched) in &batches {
            let mut targets = self.targets(touched, &view)?;
            targets.retain(|target| !published.contains(target));
            for change in changed(targets.iter(), domain, self.store, &view)? {
                bytes += change.after.encoded_len();
                values.push(change.after);
            }
            published.append(&mut targets);
            forget_touched(key, &mut derived.changes);
            if bytes > STEP_BYTES {
                break;
            }
        }
        view.check()?;
        let changed_count = self.pending.changed_count + values.len() as u64;
        let pending = Pending { changed_count, ..self.pending.clone() };
        put_pending(self.position, &pending, &mut derived.changes);
        derived.outgoing = self.events(values);
        Ok(derived)
    }

    fn targets(
        &self,
        touched: &Touched,
        view: &VintageView,
    ) -> Result<BTreeSet<Target>, ApplyError> {
        let mut targets = BTreeSet::new();
        let dataflow = short_id(&self.pending.dataflow);
        for key in &touched.keys {
            let key: SeriesKey = key.parse()?;
            let sequence = self.pending.sequence;
            let block = block_of(self.store, &self.pending.dataflow, &key, sequence)?;
            let Some(block) = block else { continue };
            let periods: Vec<Period> = block.entries.iter().map(|entry| entry.period).collect();
            targets.extend(affected(dataflow, &key, &periods, view));
        }
        Ok(targets)
    }

    fn batches(&self) -> Result<Vec<(Vec<u8>, Touched)>, ApplyError> {
        touched(self.store, &self.pending.dataflow, self.pending.sequence, STEP_BATCHES)
    }

    /// Values as events of bounded size.
    fn events(&self, values: Vec<IndicatorValue>) -> Vec<Outgoing> {
        let mut events = Vec::new();
        let mut some = Vec::new();
        let mut bytes = 0;
        for value in values {
            let length = value.encoded_len() + 8;
            if bytes + length > EVENT_BYTES && !some.is_empty() {
                events.push(self.changed(std::mem::take(&mut some)));
                bytes = 0;
            }
            bytes += length;
            some.push(value);
        }
        if !some.is_empty() {
            events.push(self.changed(some));
        }
        events
    }

    fn changed(&self, values: Vec<IndicatorValue>) -> Outgoing {
        let domain = self.pending.domain.clone();
        self.outgoing(Payload::IndicatorsChanged(IndicatorsChanged { values, domain }))
    }

    fn outgoing(&self, payload: Payload) -> Outgoing {
        let position = Some(self.cause_position());
        Outgoing {
            to: self.metrics.output(),
            key: self.pending.domain.clone().into_bytes(),
            cause: Cause { kind: CauseKind::Event.into(), position },
            payload,
        }
    }

    fn cause_position(&self) -> LogPosition {
        let input = self.metrics.input();
        LogPosition::new(input.topic.as_str(), input.partition.0, self.position)
    }
}

/// The id of a dataflow without agency and version, by which indicators name it.
pub(crate) fn short_id(dataflow: &str) -> &str {
    let id = dataflow.split_once(':').map_or(dataflow, |(_, rest)| rest);
    id.split_once('(').map_or(id, |(id, _)| id)
}

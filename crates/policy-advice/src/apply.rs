//! Brackets of indicators and findings to what is known, and to the rankings that they change.
//!
//! What belongs to one cause is staged until its bracket ends and then worked off in bounded steps,
//! so that readers see all of a cause's effects or none, and a cause changes a subject's advice at
//! most once. A rebuild works off silently what the own output says was published, whatever order
//! the sources are read in. Never reads a clock.

mod staging;
mod publishing;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use api::events::envelope::Payload;
use api::types::LogPosition;
use event_log::{Partition, topics};
use policy::KnowledgeBase;
use prost::Message;
use service::{ApplyError, At, Derived, TopicPartition, Work};
use store::{Changes, Store, Table};

use crate::known::Known;
use crate::store::{
    ENDS, FINDINGS, INDICATORS, RANKINGS, STAGED, TOLD, WORKED, advance, decode, position_of,
    source_key, unexpected,
};
use crate::subject::Asked;

/// How many partitions the topics have that a unit reads, or that those follow from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Partitions {
    pub(crate) indicators: u32,
    pub(crate) findings: u32,
    pub(crate) observations: u32,
    pub(crate) network: u32,
}

/// The work of one unit.
#[derive(Debug)]
pub(crate) struct AdviceWork {
    partition: Partition,
    partitions: Partitions,
    knowledge: Arc<KnowledgeBase>,
    /// The watched subjects that the unit owns.
    watched: Vec<Asked>,
    /// As of the last bracket that was worked off; nothing before the store was read.
    known: RwLock<Option<Arc<Known>>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What will be known when the bracket that is being worked off ends.
    building: Option<Known>,
    /// What is known once the last step is committed.
    next: Option<Arc<Known>>,
    /// Whether what is published was compared with what this build ranks.
    compared: bool,
    /// Whether more input must be read before anything can be published.
    holds_back: bool,
}

impl AdviceWork {
    pub(crate) fn new(
        partition: Partition,
        partitions: Partitions,
        knowledge: Arc<KnowledgeBase>,
        watched: Vec<Asked>,
    ) -> Self {
        let (known, state) = (RwLock::default(), Mutex::default());
        Self { partition, partitions, knowledge, watched, known, state }
    }

    /// What is known as of the last bracket that was worked off.
    pub(crate) fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(Arc::clone).unwrap_or_default()
    }

    fn know(&self, known: Arc<Known>) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    fn output(&self) -> TopicPartition {
        TopicPartition::new(topics::ADVICE, self.partition)
    }

    /// Whether every source was read as far as the own output says that it was worked off.
    fn is_level(&self, store: &Store) -> Result<bool, ApplyError> {
        let read = store.positions()?;
        for source in self.inputs() {
            let told = position_of(store, TOLD, &source)?;
            let key = (source.topic.as_str().to_owned(), source.partition.0);
            if read.get(&key).map_or(0, |consumed| consumed.position) < told {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Work for AdviceWork {
    fn tables() -> &'static [Table] {
        &[INDICATORS, FINDINGS, RANKINGS, STAGED, ENDS, WORKED, TOLD]
    }

    fn inputs(&self) -> Vec<TopicPartition> {
        let all = |topic: event_log::Topic, count: u32| {
            (0..count).map(move |number| TopicPartition::new(topic.clone(), Partition(number)))
        };
        let findings = all(topics::FINDINGS, self.partitions.findings);
        all(topics::INDICATORS, self.partitions.indicators).chain(findings).collect()
    }

    fn outputs(&self) -> Vec<TopicPartition> {
        vec![self.output()]
    }

    fn upstream(&self) -> Vec<TopicPartition> {
        let all = |topic: event_log::Topic, count: u32| {
            (0..count).map(move |number| TopicPartition::new(topic.clone(), Partition(number)))
        };
        let network = all(topics::NETWORK, self.partitions.network);
        all(topics::OBSERVATIONS, self.partitions.observations).chain(network).collect()
    }

    fn holds_back(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).holds_back
    }

    fn apply(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        let topic = &at.source.topic;
        match &event.payload {
            Payload::AdviceChanged(advice) if *topic == topics::ADVICE => {
                changes.put(RANKINGS, advice.subject.as_str(), advice.encode_to_vec());
                Ok(())
            }
            Payload::EffectsCommitted(effects) if *topic == topics::ADVICE => {
                let causes: Vec<LogPosition> = effects.cause.iter().cloned().collect();
                advance(store, changes, TOLD, &causes)
            }
            Payload::Progress(progress) if *topic == topics::ADVICE => {
                advance(store, changes, TOLD, &progress.applied)
            }
            Payload::IndicatorsChanged(changed) if *topic == topics::INDICATORS => {
                staging::stage_values(at, changed, changes);
                Ok(())
            }
            Payload::FindingsChanged(changed) if *topic == topics::FINDINGS => {
                staging::stage_findings(at, &changed.findings, changes);
                Ok(())
            }
            Payload::EffectsCommitted(_) => {
                staging::end(at, changes);
                Ok(())
            }
            Payload::EffectsBegun(_) | Payload::Progress(_) | Payload::Skipped(_) => Ok(()),
            Payload::DocumentRegistered(_)
            | Payload::ReleaseBegun(_)
            | Payload::ObservationBatch(_)
            | Payload::ReleaseCommitted(_)
            | Payload::ReleaseAborted(_)
            | Payload::Rejected(_)
            | Payload::NetworkDocument(_)
            | Payload::IndicatorsChanged(_)
            | Payload::FindingsChanged(_)
            | Payload::AdviceChanged(_) => {
                Err(unexpected("an event that this topic does not carry".to_owned()))
            }
        }
    }

    fn committed(&self, store: &Store) -> Result<(), ApplyError> {
        // Later, what is known changes at the end of a bracket only, in `derive`.
        let is_read = self.known.read().unwrap_or_else(PoisonError::into_inner).is_some();
        if !is_read {
            self.know(Arc::new(Known::load(store)?));
        }
        Ok(())
    }

    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // The step before this one is committed by now.
        if let Some(known) = state.next.take() {
            self.know(known);
        }
        let is_level = self.is_level(store)?;
        state.holds_back = !is_level;
        let mut untold = None;
        for source in self.inputs() {
            let Some(end) = staging::first_end(store, &source)? else { continue };
            if end < position_of(store, TOLD, &source)? {
                return Ok(Some(self.work_off(store, &mut state, &source, end, true)?));
            }
            untold = untold.or(Some((source, end)));
        }
        // Only behind all that is told, whose effects are published with what was known then.
        if let Some((source, end)) = untold.filter(|_| is_level) {
            return Ok(Some(self.work_off(store, &mut state, &source, end, false)?));
        }
        if state.holds_back || state.compared {
            return Ok(None);
        }
        state.compared = true;
        self.compare(store)
    }
}

impl AdviceWork {
    /// One step of a bracket: a staged row becomes known, or the bracket ends.
    fn work_off(
        &self,
        store: &Store,
        state: &mut State,
        source: &TopicPartition,
        end: u64,
        is_published: bool,
    ) -> Result<Derived, ApplyError> {
        let known = self.known();
        let building = state.building.get_or_insert_with(|| known.as_ref().clone());
        let mut changes = Changes::new();
        if let Some((key, row)) = staging::first_row(store, source, end)? {
            staging::take_in(building, row, &mut changes);
            changes.delete(STAGED, key);
            return Ok(Derived { changes, outgoing: Vec::new() });
        }
        let known = Arc::new(state.building.take().unwrap_or_default());
        let cause = LogPosition::new(source.topic.as_str(), source.partition.0, end);
        staging::ended(source, end, &mut changes);
        changes.put(
            WORKED,
            source_key(source.topic.as_str(), source.partition.0),
            (end + 1).to_be_bytes(),
        );
        let outgoing = if is_published {
            Vec::new()
        } else {
            let changed = self.changed(store, &known)?;
            self.bracket(store, Some(cause), changed)?
        };
        state.next = Some(known);
        Ok(Derived { changes, outgoing })
    }

    /// What this build ranks otherwise than what is published; asked once after a start.
    fn compare(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        let changed = self.changed(store, &self.known())?;
        let outgoing = self.bracket(store, None, changed)?;
        Ok((!outgoing.is_empty()).then(|| Derived { changes: Changes::new(), outgoing }))
    }

    /// The published ranking of a subject.
    fn published(
        &self,
        store: &Store,
        key: &str,
    ) -> Result<Option<api::events::AdviceChanged>, ApplyError> {
        match store.get(RANKINGS, key.as_bytes())? {
            Some(row) => decode("rankings", &row).map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;

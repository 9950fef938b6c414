//! The rankings that changed, as the events of one bracket.
//!
//! A bracket goes into one transaction and one append: the watched subjects are few. It tells how
//! far each source was worked off, so that a rebuild knows what its rankings were made from.

use api::events::envelope::Payload;
use api::events::{
    AdviceChanged, AdviceItem, Cause, CauseKind, EffectsBegun, EffectsCommitted, Progress,
};
use api::types::LogPosition;
use service::{ApplyError, Outgoing, Work};
use store::Store;

use crate::apply::AdviceWork;
use crate::known::Known;
use crate::query::advise;
use crate::store::{WORKED, position_of, unexpected};
use crate::subject::key;

impl AdviceWork {
    /// The rankings of watched subjects that differ from those published.
    pub(super) fn changed(
        &self,
        store: &Store,
        known: &Known,
    ) -> Result<Vec<AdviceChanged>, ApplyError> {
        let mut changed = Vec::new();
        for asked in &self.watched {
            let advice = advise(&self.knowledge, known, asked)
                .map_err(|error| unexpected(format!("{}: {error}", asked.subject)))?;
            let items = advice.ranked.iter();
            let items = items.map(|one| AdviceItem {
                id: one.item.as_str().to_owned(),
                score: i64::from(one.score_hundredths),
            });
            let ranking = AdviceChanged { subject: key(&asked.subject), items: items.collect() };
            if self.published(store, &ranking.subject)?.as_ref() != Some(&ranking) {
                changed.push(ranking);
            }
        }
        Ok(changed)
    }

    /// The bracket of what a cause changed; without a cause, what the knowledge base did. Empty if
    /// nothing changed.
    pub(super) fn bracket(
        &self,
        store: &Store,
        position: Option<LogPosition>,
        changed: Vec<AdviceChanged>,
    ) -> Result<Vec<Outgoing>, ApplyError> {
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let kind = if position.is_some() { CauseKind::Event } else { CauseKind::Formula };
        let cause = Cause { kind: kind.into(), position: position.clone() };
        let outgoing = |key: &str, payload| Outgoing {
            to: self.output(),
            key: key.as_bytes().to_vec(),
            cause: cause.clone(),
            payload,
        };
        let begun = EffectsBegun { cause: position.clone(), release: String::new() };
        let mut events = vec![outgoing("", Payload::EffectsBegun(begun))];
        let changed_count = changed.len() as u64;
        for ranking in changed {
            let subject = ranking.subject.clone();
            events.push(outgoing(&subject, Payload::AdviceChanged(ranking)));
        }
        let applied = self.worked_off(store)?;
        if !applied.is_empty() {
            events.push(outgoing("", Payload::Progress(Progress { applied })));
        }
        let committed = EffectsCommitted { cause: position, changed_count };
        events.push(outgoing("", Payload::EffectsCommitted(committed)));
        Ok(events)
    }

    /// The last bracket of each source that was worked off before.
    fn worked_off(&self, store: &Store) -> Result<Vec<LogPosition>, ApplyError> {
        let mut worked_off = Vec::new();
        for source in self.inputs() {
            let next = position_of(store, WORKED, &source)?;
            if let Some(last) = next.checked_sub(1) {
                worked_off.push(LogPosition::new(source.topic.as_str(), source.partition.0, last));
            }
        }
        Ok(worked_off)
    }
}

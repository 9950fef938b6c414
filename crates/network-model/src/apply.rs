//! Documents to networks, networks to findings, findings to the log.
//!
//! Guarantees that each document has one bracket, in which its effects are published once, whatever
//! crashes: they are told from the own output. Where many documents of a network wait, what follows
//! from the earlier ones is told with a later one; the last findings are the same. Never reads a
//! clock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, EffectsBegun, EffectsCommitted, Finding, FindingsChanged};
use api::types::LogPosition;
use event_log::{Partition, topics};
use prost::Message;
use service::{ApplyError, At, Derived, Outgoing, TopicPartition, Work};
use store::{Changes, DigestView, Store, Table};

use crate::networks::{DocumentHead, Networks, read};
use crate::picture::Row;
use crate::store::{
    DOCUMENTS, DOCUMENTS_VIEW, DocumentRow, EFFECTS, EFFECTS_VIEW, EffectsRow, FINDINGS, decode,
    effects, finding_key, findings_about as keys_about, findings_of as keys_of, put_effects,
};

/// Findings of one event: with its position and seq they stay under the 2,000 keys that one
/// transaction of a reader takes.
const EVENT_FINDINGS_MAX: usize = 500;
/// Bytes of one event after which the next is begun; a finding has at most some 10 KiB.
const EVENT_BYTES: usize = 96 * 1024;
/// Findings and bytes of one step: a step is one transaction with its outbox, at most 1 MiB.
const STEP_FINDINGS_MAX: usize = 2 * EVENT_FINDINGS_MAX;
const STEP_BYTES: usize = 2 * EVENT_BYTES;
/// Documents of a network behind one from which on its findings are told with a later one's.
const BACKLOG_DOCUMENTS: usize = 16;
/// The same of a large network, whose findings take seconds.
const BACKLOG_OF_LARGE: usize = 1;

/// The work of one unit.
#[derive(Debug)]
pub(crate) struct NetworkWork {
    partition: Partition,
    networks: Arc<Networks>,
    published: Mutex<Published>,
    /// Whether the own output tells of documents that are not read yet, as in a rebuild.
    is_behind: AtomicBool,
}

/// What this work knows of what is published; it begins with nothing after each interruption, since
/// another writer may have gone on in another way.
#[derive(Debug, Default)]
struct Published {
    /// What is still to be published of the document that is being worked off, encoded, by its
    /// position.
    pending: Option<(u64, VecDeque<Vec<u8>>)>,
    /// By network, the last document of the picture whose findings are what is published.
    level: BTreeMap<String, u64>,
    /// What will be at that level once the last step is published.
    closing: Option<(String, u64)>,
    /// Whether all of it was compared with what this build finds.
    is_compared: bool,
}

/// What is to be published about a network.
struct Difference {
    findings: Vec<Finding>,
    is_whole: bool,
}

impl NetworkWork {
    pub(crate) fn new(partition: Partition, large_from: usize) -> Self {
        Self {
            partition,
            networks: Arc::new(Networks::new(large_from)),
            published: Mutex::default(),
            is_behind: AtomicBool::new(false),
        }
    }

    /// The networks, with what was committed.
    pub(crate) fn networks(&self) -> Arc<Networks> {
        Arc::clone(&self.networks)
    }

    fn input(&self) -> TopicPartition {
        TopicPartition::new(topics::NETWORK, self.partition)
    }

    fn output(&self) -> TopicPartition {
        TopicPartition::new(topics::FINDINGS, self.partition)
    }

    fn position(&self, position: u64) -> LogPosition {
        LogPosition::new(topics::NETWORK.as_str(), self.partition.0, position)
    }

    /// What of the findings as of a document is still to be published, as much as one step takes.
    fn difference(
        &self,
        store: &Store,
        published: &mut Published,
        network: &str,
        head: DocumentHead,
    ) -> Result<Difference, ApplyError> {
        let mut left = match published.pending.take() {
            Some((position, left)) if position == head.position => left,
            Some(_) | None => self.all_changed(store, published, network, head)?,
        };
        // What was taken before is published by now, or is taken again after a failure.
        while let Some(next) = left.front()
            && is_published(store, &decode("findings", next)?)?
        {
            left.pop_front();
        }
        let mut findings = Vec::new();
        let mut bytes = 0;
        for finding in &left {
            bytes += finding.len();
            let is_full = findings.len() == STEP_FINDINGS_MAX || bytes > STEP_BYTES;
            if is_full && !findings.is_empty() {
                break;
            }
            findings.push(decode("findings", finding)?);
        }
        let is_whole = findings.len() == left.len();
        published.pending = Some((head.position, left));
        if is_whole {
            published.closing = Some((network.to_owned(), head.position));
        }
        Ok(Difference { findings, is_whole })
    }

    /// What is found as of a document otherwise than what is published.
    fn all_changed(
        &self,
        store: &Store,
        published: &Published,
        network: &str,
        head: DocumentHead,
    ) -> Result<VecDeque<Vec<u8>>, ApplyError> {
        let Some(finished) = self.networks.finish(network, head) else {
            return Ok(VecDeque::new());
        };
        let rows = finished.picture.findings(network);
        let about = finished.since.as_ref().map(|(_, about)| about.len());
        let mut changed = BTreeMap::new();
        match finished.since {
            // Published is what the earlier picture says: about other subjects it still does.
            Some((position, about)) if published.level.get(network) == Some(&position) => {
                for subject in about {
                    let rows = rows.get(subject.as_str()).into_iter().flat_map(|rows| rows.iter());
                    difference(store, &keys_about(network, &subject), rows, &mut changed)?;
                }
            }
            Some(_) | None => {
                let rows = rows.values().flat_map(|rows| rows.iter());
                difference(store, &keys_of(network), rows, &mut changed)?;
            }
        }
        tracing::debug!(
            network,
            head.position,
            about,
            changed = changed.len(),
            "found and compared"
        );
        Ok(changed.into_values().collect())
    }

    /// The effects of the first document that is not worked off.
    fn work_off(
        &self,
        store: &Store,
        published: &mut Published,
        row: EffectsRow,
    ) -> Result<Option<Derived>, ApplyError> {
        // A bracket that a formula opened is closed before the next document is looked at.
        let from = row.open.unwrap_or(row.next);
        let Some((network, head, behind)) = self.networks.first_from(from) else {
            return Ok(None);
        };
        if row.open.is_some_and(|open| open != head.position) {
            return Ok(None); // A rebuild that has not read the document yet.
        }
        let kind = if head.position < row.next { CauseKind::Formula } else { CauseKind::Event };
        let known = self.networks.get(&network);
        let is_large = known.is_some_and(|known| self.networks.is_large(&known));
        let backlog = if is_large { BACKLOG_OF_LARGE } else { BACKLOG_DOCUMENTS };
        let difference = if row.open.is_none() && behind >= backlog {
            // What follows from it is told with a later one: nobody waits for findings that are
            // out of date before they are published.
            Difference { findings: Vec::new(), is_whole: true }
        } else {
            self.difference(store, published, &network, head)?
        };
        Ok(Some(self.bracket(&network, head.position, kind, row, difference)))
    }

    /// What this build finds otherwise than what is published; asked once after a start.
    fn compare(
        &self,
        store: &Store,
        published: &mut Published,
        row: EffectsRow,
    ) -> Result<Option<Derived>, ApplyError> {
        let is_level = row.open.is_none() && row.next > 0 && self.networks.next() == row.next;
        if published.is_compared || !is_level {
            return Ok(None);
        }
        for network in self.networks.ids() {
            let head = self.networks.get(&network).and_then(|known| known.last_by(None));
            let Some(head) = head else { continue };
            let difference = self.difference(store, published, &network, head)?;
            if !difference.findings.is_empty() {
                let kind = CauseKind::Formula;
                return Ok(Some(self.bracket(&network, head.position, kind, row, difference)));
            }
            published.note_level();
        }
        published.is_compared = true;
        Ok(None)
    }

    fn bracket(
        &self,
        network: &str,
        position: u64,
        kind: CauseKind,
        row: EffectsRow,
        difference: Difference,
    ) -> Derived {
        let at = self.position(position);
        let cause = Cause { kind: kind.into(), position: Some(at.clone()) };
        let outgoing = |payload| Outgoing {
            to: self.output(),
            key: network.as_bytes().to_vec(),
            cause: cause.clone(),
            payload,
        };
        let mut events = Vec::new();
        if row.open.is_none() {
            let begun = EffectsBegun { cause: Some(at.clone()), release: String::new() };
            events.push(outgoing(Payload::EffectsBegun(begun)));
        }
        let Difference { findings, is_whole } = difference;
        let changed_count = row.changed + findings.len() as u64;
        for findings in in_events(findings) {
            events.push(outgoing(Payload::FindingsChanged(FindingsChanged { findings })));
        }
        if is_whole {
            let committed = EffectsCommitted { cause: Some(at), changed_count };
            events.push(outgoing(Payload::EffectsCommitted(committed)));
        }
        Derived { changes: Changes::new(), outgoing: events }
    }
}

impl Work for NetworkWork {
    fn tables() -> &'static [Table] {
        &[DOCUMENTS, FINDINGS, EFFECTS]
    }

    fn digest_views() -> &'static [DigestView] {
        &[DOCUMENTS_VIEW, EFFECTS_VIEW]
    }

    fn inputs(&self) -> Vec<TopicPartition> {
        vec![self.input()]
    }

    fn outputs(&self) -> Vec<TopicPartition> {
        vec![self.output()]
    }

    fn holds_back(&self) -> bool {
        self.is_behind.load(Ordering::Acquire)
    }

    fn is_loading(&self) -> bool {
        self.networks.is_any_behind()
    }

    fn apply(
        &self,
        store: &Store,
        at: At<'_>,
        event: &api::Event,
        changes: &mut Changes,
    ) -> Result<(), ApplyError> {
        match &event.payload {
            Payload::NetworkDocument(document) => {
                let row = DocumentRow {
                    network: document.network.clone(),
                    name: document.name.clone(),
                    sha256: document.sha256.clone(),
                    recorded_nanoseconds: nanoseconds(event)?,
                    content: document.content.clone(),
                };
                // What cannot be read parks the unit here, with its position.
                read(&row, |_| true)?;
                changes.put(DOCUMENTS, at.position.0.to_be_bytes(), row.encode_to_vec());
            }
            Payload::EffectsBegun(begun) => {
                let open = begun.cause.as_ref().map(|cause| cause.position);
                put_effects(changes, EffectsRow { open, changed: 0, ..effects(store)? });
            }
            Payload::FindingsChanged(changed) => {
                let row = effects(store)?;
                let changed_count = row.changed + changed.findings.len() as u64;
                put_effects(changes, EffectsRow { changed: changed_count, ..row });
                for finding in &changed.findings {
                    put_finding(changes, finding);
                }
            }
            Payload::EffectsCommitted(committed) => {
                let behind = committed.cause.as_ref().map_or(0, |cause| cause.position + 1);
                let next = effects(store)?.next.max(behind);
                put_effects(changes, EffectsRow { next, open: None, changed: 0 });
            }
            Payload::Progress(_) | Payload::Skipped(_) => {}
            Payload::DocumentRegistered(_)
            | Payload::ReleaseBegun(_)
            | Payload::ObservationBatch(_)
            | Payload::ReleaseCommitted(_)
            | Payload::ReleaseAborted(_)
            | Payload::Rejected(_)
            | Payload::IndicatorsChanged(_)
            | Payload::AdviceChanged(_) => {
                let what = "an event that this topic does not carry".to_owned();
                return Err(ApplyError::Unexpected { what });
            }
        }
        Ok(())
    }

    fn committed(&self, store: &Store) -> Result<(), ApplyError> {
        self.networks.take_in(store)
    }

    fn interrupted(&self) {
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Published::default();
    }

    fn derive(&self, store: &Store) -> Result<Option<Derived>, ApplyError> {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.note_level();
        let row = effects(store)?;
        let told = row.open.map_or(row.next, |open| row.next.max(open + 1));
        self.is_behind.store(self.networks.next() < told, Ordering::Release);
        match self.work_off(store, &mut published, row)? {
            Some(derived) => Ok(Some(derived)),
            None => self.compare(store, &mut published, row),
        }
    }
}

impl Published {
    /// Takes the last step for published: it is, when the next is derived.
    fn note_level(&mut self) {
        self.level.extend(self.closing.take());
    }
}

/// Adds what is found otherwise than what is published under a prefix of keys.
fn difference<'a>(
    store: &Store,
    prefix: &[u8],
    found: impl Iterator<Item = &'a Row>,
    changed: &mut BTreeMap<Vec<u8>, Vec<u8>>,
) -> Result<(), ApplyError> {
    let mut computed: BTreeMap<Vec<u8>, &[u8]> = BTreeMap::new();
    for row in found {
        computed.insert(finding_key(&decode("findings", row)?), row);
    }
    for row in store.scan(FINDINGS, prefix) {
        let (key, row) = row?;
        match computed.get(&key) {
            Some(computed_row) if **computed_row == *row => {
                computed.remove(&key);
            }
            Some(_) => {}
            None => {
                let published = decode::<Finding>("findings", &row)?;
                let withdrawn = Finding { withdrawn: true, ..published };
                changed.insert(key, withdrawn.encode_to_vec());
            }
        }
    }
    changed.extend(computed.into_iter().map(|(key, row)| (key, row.to_vec())));
    Ok(())
}

fn put_finding(changes: &mut Changes, finding: &Finding) {
    let key = finding_key(finding);
    if finding.withdrawn {
        changes.delete(FINDINGS, key);
    } else {
        changes.put(FINDINGS, key, finding.encode_to_vec());
    }
}

/// Whether a finding, or that it no longer holds, is what was last published.
fn is_published(store: &Store, finding: &Finding) -> Result<bool, ApplyError> {
    let Some(row) = store.get(FINDINGS, &finding_key(finding))? else {
        return Ok(finding.withdrawn);
    };
    Ok(!finding.withdrawn && decode::<Finding>("findings", &row)? == *finding)
}

fn in_events(findings: Vec<Finding>) -> Vec<Vec<Finding>> {
    let mut events: Vec<Vec<Finding>> = Vec::new();
    let mut bytes = 0;
    for finding in findings {
        bytes += finding.encoded_len();
        match events.last_mut() {
            Some(last) if last.len() < EVENT_FINDINGS_MAX && bytes <= EVENT_BYTES => {
                last.push(finding);
            }
            Some(_) | None => {
                bytes = finding.encoded_len();
                events.push(vec![finding]);
            }
        }
    }
    events
}

fn nanoseconds(event: &api::Event) -> Result<i64, ApplyError> {
    i64::try_from(event.recorded_at.as_nanosecond())
        .map_err(|error| ApplyError::Unexpected { what: format!("recorded_at: {error}") })
}

#[cfg(test)]
mod tests;

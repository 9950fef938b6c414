//! What a system holds in the end, in a form in which two runs can be compared: digests of units,
//! and what the log says.

use std::collections::BTreeMap;
use std::time::Duration;

use api::events::envelope::Payload;
use event_log::{EventLog, KafkaLog, KafkaOptions, Partition, Position, Topic, topics};

use crate::{Cluster, Door, until};

/// The longest that everything may take to come to rest after the last fault.
const REST_TIMEOUT: Duration = Duration::from_secs(300);
const READ_BYTES: usize = 4 << 20;

/// The end of a run.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Digests by unit.
    pub digests: BTreeMap<String, String>,
    /// Of each dataflow, what was released, in order: idempotency key and content.
    pub releases: BTreeMap<String, Vec<String>>,
    /// Of each network, the hashes of its documents, in order.
    pub documents: BTreeMap<String, Vec<String>>,
    /// Of each release, or what stands in its place, what was refused, in order.
    pub rejections: BTreeMap<String, Vec<String>>,
    /// Releases that were begun and not finished.
    pub aborted: u64,
    /// The last value of each key of the derived topics, as text.
    pub last_values: BTreeMap<String, String>,
    /// Events by topic, progress apart.
    pub events: BTreeMap<String, u64>,
    /// The position of the last event of each partition.
    pub ends: BTreeMap<(String, u32), u64>,
    /// What no log should hold: gaps and repeats of a seq, times that do not rise.
    pub faults: Vec<String>,
}

/// Waits until nothing changes any more, and looks.
///
/// # Panics
/// If the system does not come to rest.
#[must_use]
pub fn observe(cluster: &Cluster, brokers: &str) -> Observed {
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    rest(cluster);
    // What has been read may still be worked off; an answer behind these positions comes after it.
    let ends = runtime.block_on(read(brokers)).ends;
    let positions = ends.iter().map(|((topic, partition), position)| {
        api::types::LogPosition::new(topic, *partition, *position)
    });
    cluster.settle(&api::types::Receipt { positions: positions.collect() });
    let digests = rest(cluster);
    let mut observed = runtime.block_on(read(brokers));
    observed.digests = digests;
    observed
}

/// Digests, once all units have read everything and two looks in a row are equal.
fn rest(door: &Door) -> BTreeMap<String, String> {
    let mut before = None;
    until(REST_TIMEOUT, "the system comes to rest", || {
        let output = door.run(&["status", "--json", "--timeout", "60s"]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        let mut digests = BTreeMap::new();
        let mut positions = Vec::new();
        for service in status["services"].as_array()? {
            if service["health"] != "serving" {
                return None;
            }
            for unit in service["units"].as_array()? {
                if unit["lag"] != 0 {
                    return None;
                }
                let name = unit["unit"].as_str()?.to_owned();
                digests.insert(name, unit["digest"].as_str()?.to_owned());
                positions.push(unit["position"].clone());
            }
        }
        let now = (digests, positions);
        if before.as_ref() == Some(&now) {
            return Some(now.0);
        }
        before = Some(now);
        crate::process::pause(Duration::from_millis(1_500));
        None
    })
}

async fn read(brokers: &str) -> Observed {
    let mut observed = Observed::default();
    let mut options = KafkaOptions::new(brokers);
    options.partitions = super::PARTITIONS;
    let log = KafkaLog::connect(options).await.expect("the broker answers");
    let mut seqs: BTreeMap<(String, String, u32), u64> = BTreeMap::new();
    let mut begun: BTreeMap<String, String> = BTreeMap::new();
    for topic in Topic::ALL.into_iter().filter(|topic| *topic != topics::FEEDS) {
        for number in 0..log.partition_count(&topic) {
            let reader = log.reader(&topic, Partition(number), Position(0)).await;
            let mut reader = reader.expect("a reader from the start");
            let mut recorded_at = jiff::Timestamp::MIN;
            loop {
                let batch = reader.try_next(READ_BYTES).await.expect("events");
                if batch.is_empty() {
                    break;
                }
                for recorded in batch {
                    let event = api::decode_event(&recorded.payload).expect("an event of ours");
                    let place = format!("{topic}/{number} position {}", recorded.position);
                    let writer = (event.unit.clone(), topic.as_str().to_owned(), number);
                    let last = seqs.entry(writer).or_default();
                    if event.seq != *last + 1 {
                        let fault =
                            format!("{place}: seq {} of {} follows {last}", event.seq, event.unit);
                        observed.faults.push(fault);
                    }
                    *last = event.seq;
                    if event.recorded_at <= recorded_at {
                        observed.faults.push(format!("{place}: recorded_at does not rise"));
                    }
                    recorded_at = event.recorded_at;
                    let place = (topic.as_str().to_owned(), number);
                    observed.ends.insert(place, recorded.position.0);
                    observed.note(&topic, event.payload, &mut begun);
                }
            }
        }
    }
    observed
}

impl Observed {
    fn note(&mut self, topic: &Topic, payload: Payload, begun: &mut BTreeMap<String, String>) {
        if matches!(payload, Payload::Progress(_)) {
            return;
        }
        *self.events.entry(topic.as_str().to_owned()).or_default() += 1;
        match payload {
            Payload::ReleaseBegun(release) => {
                begun.insert(release.release, release.idempotency_key);
            }
            Payload::ReleaseCommitted(committed) => {
                let key = begun.remove(&committed.release).unwrap_or_default();
                let dataflow = committed.release.split('/').next().unwrap_or_default().to_owned();
                let release = format!("{key} {}", committed.content_sha256);
                self.releases.entry(dataflow).or_default().push(release);
            }
            Payload::ReleaseAborted(_) => self.aborted += 1,
            Payload::Rejected(rejected) => {
                let rejection = rejected.rejection.unwrap_or_default();
                let text =
                    format!("{} {} {}", rejection.line, rejection.rule, rejection.row_sha256);
                self.rejections.entry(rejection.release).or_default().push(text);
            }
            Payload::NetworkDocument(document) => {
                self.documents.entry(document.network).or_default().push(document.sha256);
            }
            Payload::IndicatorsChanged(changed) => {
                for value in changed.values {
                    let key = format!(
                        "{} {} {} {} {}",
                        changed.domain, value.indicator, value.area, value.breakdown, value.period
                    );
                    self.last_values.insert(key, format!("{value:?}"));
                }
            }
            Payload::FindingsChanged(changed) => {
                for finding in changed.findings {
                    let key = format!(
                        "{} {} {} {}",
                        finding.network, finding.subject, finding.kind, finding.industry
                    );
                    self.last_values.insert(key, format!("{finding:?}"));
                }
            }
            Payload::AdviceChanged(advice) => {
                self.last_values.insert(advice.subject.clone(), format!("{advice:?}"));
            }
            _ => {}
        }
    }

    /// Everything in which this run differs from one without faults; first what was lost or doubled.
    #[must_use]
    pub fn differences(&self, clean: &Self) -> Vec<String> {
        let mut found = self.faults.clone();
        found.extend(self.lost(clean).into_iter().map(|one| format!("lost: {one}")));
        found.extend(self.doubled().into_iter().map(|one| format!("doubled: {one}")));
        let mut compare = |what: &str, own: &BTreeMap<String, String>, other: &BTreeMap<_, _>| {
            for (key, value) in other {
                if own.get(key) != Some(value) {
                    let own = own.get(key).map_or("nothing", String::as_str);
                    found.push(format!("{what} {key}: {own}, without faults {value}"));
                }
            }
            for key in own.keys().filter(|key| !other.contains_key(*key)) {
                found.push(format!("{what} {key} is not there without faults"));
            }
        };
        compare("digest", &self.digests, &clean.digests);
        compare("last value", &self.last_values, &clean.last_values);
        let order = |all: &BTreeMap<String, Vec<String>>| {
            all.iter().map(|(key, order)| (key.clone(), order.join(", "))).collect()
        };
        compare("releases", &order(&self.releases), &order(&clean.releases));
        compare("documents", &order(&self.documents), &order(&clean.documents));
        compare("rejections", &order(&self.rejections), &order(&clean.rejections));
        found
    }

    /// Releases and documents that a run without faults has, and this one has not.
    #[must_use]
    pub fn lost(&self, clean: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        for (own, other) in [(&self.releases, &clean.releases), (&self.documents, &clean.documents)]
        {
            for (key, expected) in other {
                let there = own.get(key).map_or(&[][..], Vec::as_slice);
                lost.extend(expected.iter().filter(|one| !there.contains(one)).cloned());
            }
        }
        lost
    }

    /// Releases and documents that are there more than once.
    #[must_use]
    pub fn doubled(&self) -> Vec<String> {
        let mut doubled = Vec::new();
        for order in self.releases.values().chain(self.documents.values()) {
            for (at, one) in order.iter().enumerate() {
                if order[..at].contains(one) {
                    doubled.push(one.clone());
                }
            }
        }
        doubled
    }

    /// How many releases and documents there are.
    #[must_use]
    pub fn applied(&self) -> usize {
        self.releases.values().chain(self.documents.values()).map(Vec::len).sum()
    }
}

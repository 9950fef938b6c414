//! What the log of a stopped system holds, event by event; for tests only, through the same crate
//! that the services read it with.

use std::collections::BTreeMap;
use std::path::Path;

use api::Event;
use api::events::envelope::Payload;
use event_log::{EmbeddedLog, EmbeddedOptions, EventLog, Partition, Position, Topic};

/// Enough for the largest event; a batch always has one at least.
const READ_BYTES: usize = 4 << 20;

/// An event, and where it is.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Topic and partition.
    pub place: (String, u32),
    /// The position in it.
    pub position: u64,
    /// What it says.
    pub event: Event,
}

/// All events of the log in a data directory, partition by partition, in order.
///
/// # Panics
/// If the log is in use, or an event cannot be decoded.
#[must_use]
pub fn logged(data: &Path) -> Vec<Logged> {
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    runtime.block_on(async {
        let log = EmbeddedLog::open(&data.join("log"), EmbeddedOptions::default());
        let log = log.expect("a log that nobody uses");
        let mut all = Vec::new();
        for topic in Topic::ALL {
            for number in 0..log.partition_count(&topic) {
                let reader = log.reader(&topic, Partition(number), Position(0)).await;
                let mut reader = reader.expect("a reader from the start");
                loop {
                    let batch = reader.try_next(READ_BYTES).await.expect("events");
                    if batch.is_empty() {
                        break;
                    }
                    all.extend(batch.into_iter().map(|recorded| Logged {
                        place: (topic.as_str().to_owned(), number),
                        position: recorded.position.0,
                        event: api::decode_event(&recorded.payload).expect("an event"),
                    }));
                }
            }
        }
        all
    })
}

impl Logged {
    /// Whether it only says how far its writer is.
    #[must_use]
    pub fn is_progress(&self) -> bool {
        matches!(self.event.payload, Payload::Progress(_))
    }

    /// All but progress, as text without the clock of the log, by partition; positions of causes are
    /// numbers among the events that are no progress, which is what equal runs have in common.
    #[must_use]
    pub fn facts(all: &[Self]) -> BTreeMap<(String, u32), Vec<String>> {
        let mut numbers: BTreeMap<(String, u32, u64), u64> = BTreeMap::new();
        let mut counts: BTreeMap<(String, u32), u64> = BTreeMap::new();
        for one in all {
            let count = counts.entry(one.place.clone()).or_default();
            numbers.insert((one.place.0.clone(), one.place.1, one.position), *count);
            *count += u64::from(!one.is_progress());
        }
        let numbered = |position: &mut api::types::LogPosition| {
            let at = (position.topic.clone(), position.partition, position.position);
            position.position = *numbers.get(&at).expect("a cause is in the log");
        };
        let mut facts: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
        for one in all.iter().filter(|one| !one.is_progress()) {
            let mut cause = one.event.cause.clone();
            cause.position.iter_mut().for_each(numbered);
            let mut payload = one.event.payload.clone();
            match &mut payload {
                Payload::EffectsBegun(begun) => begun.cause.iter_mut().for_each(numbered),
                Payload::EffectsCommitted(ended) => ended.cause.iter_mut().for_each(numbered),
                _ => {}
            }
            let text = format!("{} {cause:?} {payload:?}", one.event.unit);
            facts.entry(one.place.clone()).or_default().push(text);
        }
        facts
    }
}

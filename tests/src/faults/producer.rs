//! A producer that writes to the feeds itself, and may send what it sends twice and out of order.

use std::sync::Arc;
use std::time::Duration;

use event_log::{Event, EventLog, KafkaLog, KafkaOptions, Unit, Writer, partition_of, topics};
use tokio::runtime::Runtime;

use crate::process::until;

const TRY_FOR: Duration = Duration::from_secs(180);

/// Writes to the topic of feeds.
pub(crate) struct Producer {
    runtime: Runtime,
    options: KafkaOptions,
    connected: Option<(Arc<KafkaLog>, Box<dyn Writer>)>,
    unit: Unit,
}

impl Producer {
    pub(crate) fn new(brokers: &str, name: &str) -> Self {
        let mut options = KafkaOptions::new(brokers);
        options.topics = vec![topics::FEEDS];
        options.partitions = super::PARTITIONS;
        options.request_timeout = Duration::from_secs(crate::cluster::KAFKA_TIMEOUT_SECONDS);
        let runtime = Runtime::new().expect("threads are to be had");
        let unit = Unit::try_new(name).expect("a unit's name");
        Self { runtime, options, connected: None, unit }
    }

    /// Writes messages with one key, again and again until the brokers have them: some may then be
    /// there more than once.
    pub(crate) fn write(&mut self, key: &str, messages: &[Vec<u8>]) {
        until(TRY_FOR, "the brokers take a feed", || self.try_write(key, messages));
    }

    fn try_write(&mut self, key: &str, messages: &[Vec<u8>]) -> Option<()> {
        let Self { runtime, options, connected, unit } = self;
        let written = runtime.block_on(async {
            if connected.is_none() {
                let log = KafkaLog::connect(options.clone()).await?;
                let writer = log.writer(unit).await?;
                *connected = Some((log, writer));
            }
            let Some((log, writer)) = connected else { return Ok(()) };
            let partition = partition_of(key.as_bytes(), log.partition_count(&topics::FEEDS));
            let events = messages.iter().map(|message| Event {
                topic: topics::FEEDS,
                partition,
                key: key.as_bytes().to_vec().into(),
                payload: message.clone().into(),
            });
            writer.append(events.collect()).await.map(drop)
        });
        if let Err(error) = &written {
            println!("a feed is not taken yet: {error}");
            self.connected = None;
        }
        written.ok()
    }
}

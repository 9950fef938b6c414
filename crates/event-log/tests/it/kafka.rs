//! The Kafka engine passes the suite against a real broker, and survives what befalls one.

mod broker;
mod outages;
mod readers;
#[cfg(feature = "kafka-tls")]
mod security;
mod topic_checks;
mod zombies;

use broker::topics;

event_log::conformance_tests!(topics);

//! The topics of the log: names that producers and consumers outside can rely on.
//!
//! A name ends with the version of its contract; a topic whose events change in a way that old
//! readers cannot follow gets a new name. Nothing here says what an event holds: that is in the
//! protobuf package `entrepot.events.v1`.

use std::borrow::Cow;
use std::fmt;

/// Raw messages of producers that write to Kafka directly; key: dataflow.
pub const FEEDS: Topic = Topic::from_static("entrepot.feeds.v1");
/// Releases, begun to committed, and structures; key: domain.
pub const OBSERVATIONS: Topic = Topic::from_static("entrepot.observations.v1");
/// Inter-country tables; key: domain.
pub const TABLES: Topic = Topic::from_static("entrepot.tables.v1");
/// Firms, actors, places, programmes and relations; key: network id.
pub const NETWORK: Topic = Topic::from_static("entrepot.network.v1");
/// What was refused and why; key: dataflow.
pub const REJECTIONS: Topic = Topic::from_static("entrepot.rejections.v1");
/// Changed indicator values with their inputs; key: domain.
pub const INDICATORS: Topic = Topic::from_static("entrepot.indicators.v1");
/// Changed roles, coupling, dependence and risk; key: network id.
pub const FINDINGS: Topic = Topic::from_static("entrepot.findings.v1");
/// Changed rankings with the cause of the change; key: subject.
pub const ADVICE: Topic = Topic::from_static("entrepot.advice.v1");

/// The name of a topic, at most 249 bytes of `[a-zA-Z0-9._-]` as Kafka allows.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Topic(Cow<'static, str>);

impl Topic {
    /// Every topic of the system, in the order of the data flow.
    pub const ALL: [Topic; 8] =
        [FEEDS, OBSERVATIONS, TABLES, NETWORK, REJECTIONS, INDICATORS, FINDINGS, ADVICE];

    /// The longest name, in bytes: Kafka's own limit.
    pub const NAME_BYTES_MAX: usize = 249;

    /// Takes a name that is written in the source.
    ///
    /// # Panics
    /// On a name that [`Topic::try_new`] refuses; in a constant, that is when it is compiled.
    pub const fn from_static(name: &'static str) -> Self {
        assert!(is_name(name.as_bytes()), "a topic is 1 to 249 of `[a-zA-Z0-9._-]`");
        Self(Cow::Borrowed(name))
    }

    /// Takes a name from outside; `None` where Kafka would not allow it.
    pub fn try_new(name: &str) -> Option<Self> {
        is_name(name.as_bytes()).then(|| Self(Cow::Owned(name.to_owned())))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const fn is_name(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > Topic::NAME_BYTES_MAX {
        return false;
    }
    let mut index = 0;
    while index < name.len() {
        let byte = name[index];
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_kafka_allows() {
        for (name, allowed) in [
            ("entrepot.observations.v1", true),
            ("a", true),
            (&"a".repeat(249), true),
            (&"a".repeat(250), false),
            ("", false),
            ("two words", false),
            ("umlaut-ä", false),
            ("../escape", false),
        ] {
            assert_eq!(Topic::try_new(name).is_some(), allowed, "{name}");
        }
    }
}

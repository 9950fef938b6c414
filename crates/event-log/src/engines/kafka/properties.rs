//! How to reach a cluster: `name=value` lines, as Kafka's own tools read them.
//!
//! Only what concerns the connection is taken: addresses, TLS, credentials, sockets. What the
//! contract rests on is set by the engine, and a file that sets it too is refused with the line and
//! what to do instead. Values may be secrets: none is ever in an error, a log or a debug text.

mod parsing;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use crate::Error;

/// The most bytes of a file of properties. A chain of certificates in it is some 10 KiB.
pub(super) const PROPERTIES_BYTES_MAX: usize = 64 * 1024;

/// Properties of librdkafka that say how to reach a cluster, such as `security.protocol`.
///
/// # Examples
/// ```
/// let text = "# The cluster of the office.\nsocket.keepalive.enable = true\n";
/// let properties: event_log::KafkaProperties = text.parse()?;
/// assert_eq!(properties.names().collect::<Vec<_>>(), ["socket.keepalive.enable"]);
///
/// let refused = "client.id=a\nisolation.level=read_uncommitted".parse::<event_log::KafkaProperties>();
/// assert!(refused.unwrap_err().to_string().starts_with("line 2: property `isolation.level`"));
/// # Ok::<(), event_log::Error>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct KafkaProperties(BTreeMap<String, String>);

impl KafkaProperties {
    /// Reads a file. It should be readable by its owner alone if it holds a password.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Property`] for its first line that cannot be taken.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        let mut text = Vec::new();
        // One byte more than is taken, so that a longer file is seen to be one.
        let limit = PROPERTIES_BYTES_MAX as u64 + 1;
        file.take(limit).read_to_end(&mut text).map_err(failed)?;
        Self::parse(&text)
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// [`Error::Property`] for the first line that cannot be taken.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        parsing::parse(text).map(Self)
    }

    /// The names that are set, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::str::FromStr for KafkaProperties {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Debug for KafkaProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

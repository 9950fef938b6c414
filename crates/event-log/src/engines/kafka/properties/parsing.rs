//! Reads `name=value` lines and refuses what is not about the connection, by line.
//!
//! librdkafka itself says whether it knows a name and takes a value, so a slip is told by its line
//! and not when the first client is made. A message never holds a value.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rdkafka::ClientConfig;

use super::PROPERTIES_BYTES_MAX;
use crate::Error;

/// What may be set: how to reach a cluster, and how to be told apart there.
const TAKEN: [&str; 13] = [
    "security.protocol",
    "sasl.",
    "ssl.",
    "enable.ssl.certificate.verification",
    "https.",
    "client.id",
    "client.rack",
    "client.dns.lookup",
    "socket.",
    "broker.address.",
    "connections.max.idle.ms",
    "metadata.max.age.ms",
    "compression.level",
];

/// What somebody may want to set, and what to do instead.
const REFUSED: [(&str, &str); 17] = [
    ("bootstrap.servers", "give the brokers to the command"),
    ("metadata.broker.list", "give the brokers to the command"),
    ("isolation.level", "remove it: only committed events are ever read"),
    ("transactional.id", "remove it: it is the name of the unit"),
    ("enable.idempotence", "remove it: it is always on"),
    ("acks", "remove it: all replicas in sync always acknowledge"),
    ("request.required.acks", "remove it: all replicas in sync always acknowledge"),
    ("transaction.timeout.ms", "set the request timeout of the log instead"),
    ("message.timeout.ms", "set the request timeout of the log instead"),
    ("delivery.timeout.ms", "set the request timeout of the log instead"),
    ("group.id", "remove it: partitions are assigned by hand, no group is joined"),
    ("enable.auto.commit", "remove it: positions are kept in the store"),
    ("enable.auto.offset.store", "remove it: positions are kept in the store"),
    ("auto.offset.reset", "remove it: a position that is gone stops the unit"),
    ("enable.partition.eof", "remove it: the readers need it"),
    ("allow.auto.create.topics", "remove it: topics are made with settings that keep everything"),
    ("plugin.library.paths", "remove it: no code is loaded by a file of properties"),
];

/// The ways of SASL for which librdkafka needs what is not built in.
const NOT_BUILT: [&str; 1] = ["sasl.kerberos."];

pub(super) fn parse(text: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    if text.len() > PROPERTIES_BYTES_MAX {
        let line_number = text[..PROPERTIES_BYTES_MAX].split(|byte| *byte == b'\n').count();
        let problem = format!("the file is longer than {PROPERTIES_BYTES_MAX} bytes");
        return Err(refused(line_number, problem, "give certificates and keys as files"));
    }
    let mut properties = BTreeMap::new();
    // All that was taken so far: some values are checked together with others.
    let mut config = ClientConfig::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line_number = index + 1;
        let Ok(line) = std::str::from_utf8(line) else {
            let problem = "it is not UTF-8".to_owned();
            return Err(refused(line_number, problem, "write it as UTF-8"));
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            // It may be the rest of a secret.
            let problem = "it has no `=`".to_owned();
            return Err(refused(line_number, problem, "write `name=value`, or begin it with `#`"));
        };
        let (name, value) = (name.trim(), value.trim());
        check_name(line_number, name)?;
        if properties.contains_key(name) {
            let problem = format!("property `{name}` is there twice");
            return Err(refused(line_number, problem, "keep one of the two lines"));
        }
        if value.is_empty() || value.contains('\0') {
            let problem = format!("property `{name}` has no value");
            return Err(refused(line_number, problem, "write the value after `=`"));
        }
        check_value(line_number, name, value, &mut config)?;
        properties.insert(name.to_owned(), value.to_owned());
    }
    Ok(properties)
}

fn check_name(line_number: usize, name: &str) -> Result<(), Error> {
    let is_word =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if name.is_empty() || name.len() > 100 || !name.bytes().all(is_word) {
        // What is before the first `=` of a line that was broken may be a part of a secret.
        let problem = "what is before `=` is not the name of a property".to_owned();
        return Err(refused(line_number, problem, "write `name=value` in small letters"));
    }
    if let Some((_, remedy)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        let problem = format!("property `{name}` is set by the engine");
        return Err(refused(line_number, problem, remedy));
    }
    if NOT_BUILT.iter().any(|prefix| name.starts_with(prefix)) {
        let problem = format!("property `{name}` is for Kerberos, which is not built in");
        return Err(refused(line_number, problem, "use `sasl.mechanism=SCRAM-SHA-512` or `PLAIN`"));
    }
    let taken = |taken: &&str| name == *taken || taken.ends_with('.') && name.starts_with(*taken);
    if !TAKEN.iter().any(taken) {
        let problem = format!("property `{name}` does not say how to reach a cluster");
        return Err(refused(line_number, problem, "remove it: the engine sets all the others"));
    }
    Ok(())
}

fn check_value(
    line_number: usize,
    name: &str,
    value: &str,
    config: &mut ClientConfig,
) -> Result<(), Error> {
    config.set(name, value);
    if config.create_native_config().is_ok() {
        return Ok(());
    }
    let problem = format!("librdkafka does not know property `{name}`, or not this value of it");
    let needs_tls =
        name.starts_with("ssl.") || name.starts_with("sasl.") || name == "security.protocol";
    let remedy = if needs_tls && !cfg!(feature = "kafka-tls") {
        "build with feature `kafka-tls`, which TLS and SASL need"
    } else {
        "see librdkafka's CONFIGURATION.md for names and values"
    };
    Err(refused(line_number, problem, remedy))
}

fn refused(line: usize, problem: String, remedy: &'static str) -> Error {
    Error::Property { line, problem, remedy }
}

//! Reads `name=value` lines and refuses what is not about the connection, by line.
//!
//! librdkafka itself says whether it knows a name and takes a value, so a slip is told by its line
//! and not when the first client is made. A message never holds a value.

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::KafkaProperties;

    fn check(text: &str, expected: Result<&[(&str, &str)], &str>) {
        let found = parse(text.as_bytes());
        match (&found, expected) {
            (Ok(found), Ok(expected)) => {
                let found: Vec<_> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                assert_eq!(found, expected, "{text:?}");
            }
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected, "{text:?}"),
            _ => panic!("{text:?}: {found:?}"),
        }
    }

    #[test]
    fn lines_are_taken_or_refused_with_their_number_and_a_remedy() {
        check("", Ok(&[]));
        check("\n# a=b\n ! c=d\n\n", Ok(&[]));
        check(
            " client.id = a b=c \r\nclient.rack=r",
            Ok(&[("client.id", "a b=c"), ("client.rack", "r")]),
        );
        check(
            "\nclient.id=a\nclient.id=b",
            Err("line 3: property `client.id` is there twice; keep one of the two lines"),
        );
        check(
            "acks=0",
            Err("line 1: property `acks` is set by the engine; remove it: all replicas in sync \
                 always acknowledge"),
        );
        check(
            "queue.buffering.max.ms=5",
            Err("line 1: property `queue.buffering.max.ms` does not say how to reach a cluster; \
                 remove it: the engine sets all the others"),
        );
        check(
            "client.id=",
            Err("line 1: property `client.id` has no value; write the value after `=`"),
        );
        check("secret", Err("line 1: it has no `=`; write `name=value`, or begin it with `#`"));
        check(
            "Tr0ub4dor=",
            Err("line 1: what is before `=` is not the name of a property; \
                 write `name=value` in small letters"),
        );
        check(
            "socket.nonsense=1",
            Err("line 1: librdkafka does not know property `socket.nonsense`, or not this value \
                 of it; see librdkafka's CONFIGURATION.md for names and values"),
        );
        check(
            "socket.timeout.ms=a secret",
            Err(
                "line 1: librdkafka does not know property `socket.timeout.ms`, or not this value \
                 of it; see librdkafka's CONFIGURATION.md for names and values",
            ),
        );
        check(
            "sasl.kerberos.keytab=/etc/k",
            Err("line 1: property `sasl.kerberos.keytab` is for Kerberos, which is not built in; \
                 use `sasl.mechanism=SCRAM-SHA-512` or `PLAIN`"),
        );
    }

    #[test]
    fn every_setting_that_the_contract_rests_on_is_refused() {
        let options = crate::KafkaOptions::new("a:1");
        let unit = crate::Unit::try_new("u").expect("a unit");
        let producer = super::super::super::client::producer_config(&options, &unit);
        let consumer = super::super::super::client::consumer_config(&options);
        for name in producer.config_map().keys().chain(consumer.config_map().keys()) {
            let refused = parse(format!("{name}=1").as_bytes());
            assert!(matches!(refused, Err(Error::Property { line: 1, .. })), "{name}: {refused:?}");
        }
    }

    #[test]
    fn a_file_over_the_limit_is_refused_and_one_at_it_is_not() {
        let mut text = vec![b'#'; PROPERTIES_BYTES_MAX];
        assert!(parse(&text).is_ok());
        text.push(b'#');
        assert!(matches!(parse(&text), Err(Error::Property { .. })));
    }

    #[cfg(feature = "kafka-tls")]
    #[test]
    fn a_value_is_in_no_text() {
        let text = "security.protocol=SASL_SSL\nsasl.password=Tr0ub4dor\nsasl.username=entrepot";
        let properties = KafkaProperties::parse(text.as_bytes()).expect("parses");
        let mut options = crate::KafkaOptions::new("broker:9092");
        options.properties = properties.clone();
        for text in [format!("{properties:?}"), format!("{options:?}")] {
            assert!(text.contains("sasl.password") && !text.contains("Tr0ub4dor"), "{text}");
        }
        // Also not where librdkafka refuses it.
        for text in [
            "ssl.key.pem=Tr0ub4dor",
            "sasl.mechanism=GSSAPI\nssl.ca.pem=Tr0ub4dor",
            "security.protocol=Tr0ub4dor",
            "sasl.password=a\nTr0ub4dor",
        ] {
            if let Err(error) = parse(text.as_bytes()) {
                assert!(!format!("{error} {error:?}").contains("Tr0ub4dor"), "{error:?}");
            }
        }
    }

    #[cfg(not(feature = "kafka-tls"))]
    #[test]
    fn without_tls_built_in_the_feature_is_named() {
        check(
            "security.protocol=SSL",
            Err(
                "line 1: librdkafka does not know property `security.protocol`, or not this value \
                 of it; build with feature `kafka-tls`, which TLS and SASL need",
            ),
        );
        assert_eq!(format!("{:?}", KafkaProperties::default()), "{}");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(parse(&text));
        }

        #[test]
        fn any_lines_are_taken_or_refused(
            lines in proptest::collection::vec("(client.id|ssl.ca.location|sasl.|acks|#)?[ =a-z]{0,8}", 0..8)
        ) {
            if let Ok(properties) = parse(lines.join("\n").as_bytes()) {
                prop_assert!(properties.len() <= lines.len());
            }
        }
    }
}

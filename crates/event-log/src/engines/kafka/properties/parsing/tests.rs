//! What is taken, what is refused with which words, and that no value is in any text.

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
        Err("line 1: librdkafka does not know property `socket.timeout.ms`, or not this value \
             of it; see librdkafka's CONFIGURATION.md for names and values"),
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
        Err("line 1: librdkafka does not know property `security.protocol`, or not this value \
             of it; build with feature `kafka-tls`, which TLS and SASL need"),
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

//! What is to be done with a message that waits: its turn has come, it waits for another, it was
//! taken already, or it is quarantined.

use api::events::feed_message::Body;
use api::events::{FeedMessage, FeedNetwork, FeedRelease};
use prost::Message;

/// Names become keys.
const NAME_BYTES_MAX: usize = 128;

/// What is to be done with a message.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// To be published now.
    Now(Order, Body),
    /// Messages of its producer that come before it are not there yet.
    Later(String),
    /// It was taken before.
    Repeated,
    /// It can never be taken.
    Quarantined(Fault),
}

/// The place of a message in the order of its producer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Order {
    pub(super) producer: String,
    /// 0 for a message without an order.
    pub(super) sequence: u64,
}

/// Why a message is quarantined.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) rule: &'static str,
    pub(super) reason: String,
    pub(super) remedy: String,
}

/// What is known of a producer while messages are looked through.
pub(super) trait Producers {
    /// The last sequence of it that was taken.
    fn last(&self, producer: &str) -> u64;
    /// Whether a gap before its next message is waited for no more.
    fn gives_up_gap(&self, producer: &str) -> bool;
}

/// Judges a message in partition `partition` of `partition_count`.
pub(super) fn judge(
    message: &[u8],
    partition: u32,
    partition_count: u32,
    producers: &impl Producers,
) -> Verdict {
    let message = match FeedMessage::decode(message) {
        Ok(message) => message,
        Err(error) => {
            let reason = format!("it is no `entrepot.events.v1.FeedMessage`: {error}");
            let remedy = "encode it as the protobuf message of that name".to_owned();
            return Verdict::Quarantined(Fault { rule: "feed.undecodable", reason, remedy });
        }
    };
    let FeedMessage { producer, sequence, body } = message;
    let Some(body) = body else {
        return incomplete("it has neither a release nor a network", "give it a body");
    };
    let key = match &body {
        Body::Release(FeedRelease { domain, .. }) => domain,
        Body::Network(FeedNetwork { network, .. }) => network,
    };
    if key.is_empty() {
        return incomplete("it names no domain or network", "name the one that it is for");
    }
    if key.len() > NAME_BYTES_MAX || producer.len() > NAME_BYTES_MAX {
        return incomplete("a name has more than 128 bytes", "shorten it");
    }
    if sequence > 0 && producer.is_empty() {
        return incomplete("it has a sequence and no producer", "name the producer that counts");
    }
    let expected = event_log::partition_of(key.as_bytes(), partition_count).0;
    if expected != partition {
        return Verdict::Quarantined(Fault {
            rule: "feed.partition",
            reason: format!("`{key}` belongs to partition {expected}, not {partition}"),
            remedy: "key the message by its domain, or its network, and hash it with murmur2"
                .to_owned(),
        });
    }
    if sequence > 0 {
        let last = producers.last(&producer);
        if sequence <= last {
            return Verdict::Repeated;
        }
        if sequence > last + 1 && !producers.gives_up_gap(&producer) {
            return Verdict::Later(producer);
        }
    }
    Verdict::Now(Order { producer, sequence }, body)
}

fn incomplete(reason: &str, remedy: &str) -> Verdict {
    let (reason, remedy) = (reason.to_owned(), remedy.to_owned());
    Verdict::Quarantined(Fault { rule: "feed.incomplete", reason, remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Last(u64, bool);

    impl Producers for Last {
        fn last(&self, _: &str) -> u64 {
            self.0
        }
        fn gives_up_gap(&self, _: &str) -> bool {
            self.1
        }
    }

    fn release(sequence: u64) -> FeedMessage {
        let release = FeedRelease { domain: "asean".to_owned(), ..FeedRelease::default() };
        let body = Some(Body::Release(release));
        FeedMessage { producer: "office".to_owned(), sequence, body }
    }

    fn verdict(message: &FeedMessage, last: &Last) -> Verdict {
        let partition = event_log::partition_of(b"asean", 4).0;
        judge(&message.encode_to_vec(), partition, 4, last)
    }

    #[test]
    fn messages_of_a_producer_are_taken_in_their_order_and_once() {
        let is_now = |sequence, last| matches!(verdict(&release(sequence), last), Verdict::Now(..));
        assert!(is_now(0, &Last(5, false)), "one without an order is always taken");
        assert!(is_now(1, &Last(0, false)));
        assert_eq!(verdict(&release(1), &Last(1, false)), Verdict::Repeated);
        assert_eq!(verdict(&release(3), &Last(1, false)), Verdict::Later("office".to_owned()));
        assert!(is_now(3, &Last(1, true)), "a gap is not waited for without end");
    }

    #[test]
    fn what_can_never_be_taken_says_why() {
        let rule = |message: &FeedMessage| match verdict(message, &Last(0, false)) {
            Verdict::Quarantined(fault) => fault.rule,
            other => panic!("{other:?}"),
        };
        assert_eq!(rule(&FeedMessage::default()), "feed.incomplete");
        let nobody = FeedMessage { producer: String::new(), ..release(1) };
        assert_eq!(rule(&nobody), "feed.incomplete");
        let long = FeedMessage { producer: "p".repeat(200), ..release(1) };
        assert_eq!(rule(&long), "feed.incomplete");
        let own = event_log::partition_of(b"asean", 4);
        let mut names = (0..).map(|number| format!("d{number}"));
        let domain = names.find(|name| event_log::partition_of(name.as_bytes(), 4) != own);
        let domain = domain.expect("names go on");
        let body = Some(Body::Release(FeedRelease { domain, ..FeedRelease::default() }));
        assert_eq!(rule(&FeedMessage { body, ..release(0) }), "feed.partition");
        let garbage = judge(b"\xff\xff", 0, 4, &Last(0, false));
        assert!(matches!(garbage, Verdict::Quarantined(Fault { rule: "feed.undecodable", .. })));
    }
}

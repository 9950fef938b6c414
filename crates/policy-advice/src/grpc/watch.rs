//! A watch over all partitions of the advice topic.
//!
//! Subjects are spread over partitions, so a token holds a position of each; it resumes behind all
//! that was seen, whatever order the partitions were read in.

use std::sync::Arc;

use api::PageToken;
use api::advice::WatchAdviceResponse;
use api::events::envelope::Payload;
use event_log::{EventLog, Partition, topics};
use futures_core::Stream;
use service::TopicPartition;
use tokio_stream::{StreamExt, StreamMap};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::Error;

/// Streams changed rankings: behind the token `from`; from the start if it is `start`; from now on
/// if it is empty.
pub(super) async fn watch(
    log: &Arc<dyn EventLog>,
    count: usize,
    from: &str,
    shutdown: &CancellationToken,
) -> Result<impl Stream<Item = Result<WatchAdviceResponse, Status>> + Send + use<>, Status> {
    let mut next = starts(log, count, from).await?;
    let mut partitions = StreamMap::with_capacity(count);
    for (partition, position) in (0..).zip(&next) {
        let source = TopicPartition::new(topics::ADVICE, Partition(partition));
        let token = PageToken { partition, next: *position }.to_string();
        let (log, shutdown) = (Arc::clone(log), shutdown.clone());
        partitions.insert(partition, service::watch(log, source, &token, shutdown).await?);
    }
    Ok(partitions.filter_map(move |(partition, watched)| {
        let watched = match watched {
            Ok(watched) => watched,
            Err(status) => return Some(Err(status)),
        };
        if let Some(position) = next.get_mut(partition as usize) {
            *position = watched.position.0 + 1;
        }
        let Payload::AdviceChanged(advice) = watched.event.payload else { return None };
        let cause = watched.event.cause.position;
        Some(Ok(WatchAdviceResponse { token: token_of(&next), advice: Some(advice), cause }))
    }))
}

async fn starts(log: &Arc<dyn EventLog>, count: usize, from: &str) -> Result<Vec<u64>, Status> {
    match from {
        "start" => Ok(vec![0; count]),
        "" => {
            let mut ends = Vec::with_capacity(count);
            for partition in (0..).take(count) {
                let end = log.end(&topics::ADVICE, Partition(partition)).await;
                let end = end.map_err(|error| api::status_of(&service::Error::Log(error)))?;
                ends.push(end.0);
            }
            Ok(ends)
        }
        token => parse(token, count).map_err(|error| api::status_of(&error)),
    }
}

fn token_of(next: &[u64]) -> String {
    let parts = (0..).zip(next);
    let parts = parts.map(|(partition, next)| PageToken { partition, next: *next }.to_string());
    parts.collect::<Vec<String>>().join(",")
}

fn parse(text: &str, count: usize) -> Result<Vec<u64>, Error> {
    let refused = || Error::Field {
        field: "from",
        found: text.to_owned(),
        accepted: "a token that this service gave, `start`, or nothing".to_owned(),
    };
    let mut next = Vec::with_capacity(count);
    for (partition, part) in (0..).zip(text.split(',').take(count + 1)) {
        let token: PageToken = part.parse().map_err(|_| refused())?;
        if token.partition != partition {
            return Err(refused());
        }
        next.push(token.next);
    }
    if next.len() == count { Ok(next) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_position_of_each_partition() {
        let check = |text: &str, expected: Option<&[u64]>| {
            assert_eq!(parse(text, 2).ok().as_deref(), expected, "{text}");
        };
        check(&token_of(&[7, 300]), Some(&[7, 300]));
        check("v1.0.7", None);
        check("v1.0.7,v1.1.1,v1.2.1", None);
        check("v1.1.7,v1.0.1", None);
        check("nonsense", None);
    }
}

//! Who owns what: which instance of a service has which partitions, and where each dataflow is.
//!
//! Learned by asking every instance again and again, and at once when one says that a partition is
//! elsewhere. Until an instance has answered, its partitions are where the numbers put them:
//! instance i of n has those with p mod n = i.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use api::operations::operations_service_client::OperationsServiceClient;
use api::operations::{GetOwnershipRequest, GetOwnershipResponse};
use futures_util::future::join_all;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::channels::Channels;
use crate::refusal::Refusal;
use crate::route::Upstream;

/// How old an answer may be: a new dataflow or a new owner is found after this without a refusal.
const ASK_EVERY: Duration = Duration::from_secs(1);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Refusals ask at once, but a flood of them does not flood the services.
const ASK_AT_ONCE_EVERY: Duration = Duration::from_millis(50);

/// What the instances have said; shared by all calls.
pub(crate) struct Directory {
    channels: Channels,
    known: RwLock<[Arc<Owners>; Upstream::ALL.len()]>,
    /// Held while the instances are asked; when that was last done.
    asking: Mutex<Option<Instant>>,
}

/// What the instances of one service have said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    instances: usize,
    partition_count: Option<u32>,
    /// The instance of each partition that one has claimed.
    by_partition: BTreeMap<u32, usize>,
    /// The domain of each dataflow.
    domains: BTreeMap<String, String>,
}

impl Directory {
    pub(crate) fn new(channels: Channels) -> Self {
        let known = Upstream::ALL.map(|upstream| {
            let instances = channels.of(upstream).len();
            Arc::new(Owners { instances, ..Owners::default() })
        });
        Self { channels, known: RwLock::new(known), asking: Mutex::new(None) }
    }

    /// What is known of a service.
    pub(crate) fn of(&self, upstream: Upstream) -> Arc<Owners> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known[upstream.index()])
    }

    /// Asks the instances until the shutdown; not at all where each service has only one.
    pub(crate) async fn follow(&self, shutdown: CancellationToken) {
        if Upstream::ALL.iter().all(|upstream| self.channels.of(*upstream).len() == 1) {
            return;
        }
        loop {
            self.ask().await;
            // Both are cancel safe: neither holds state.
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(ASK_EVERY) => {}
            }
        }
    }

    /// Asks all instances now, unless that was just done.
    pub(crate) async fn ask(&self) {
        let mut last = self.asking.lock().await;
        if last.is_some_and(|last| last.elapsed() < ASK_AT_ONCE_EVERY) {
            return;
        }
        for upstream in Upstream::ALL {
            let channels = self.channels.of(upstream);
            if channels.len() == 1 {
                continue;
            }
            let asking = channels.iter().map(|channel| async {
                let mut client = OperationsServiceClient::new(channel.clone());
                let question = client.get_ownership(GetOwnershipRequest {});
                let answered = tokio::time::timeout(ANSWER_TIMEOUT, question).await;
                answered.ok().and_then(Result::ok).map(tonic::Response::into_inner)
            });
            let learned = Arc::new(self.of(upstream).renewed(join_all(asking).await));
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known[upstream.index()] = learned;
        }
        *last = Some(Instant::now());
    }
}

impl Owners {
    /// The same with what the instances say now. Who does not answer keeps what nobody else claims.
    fn renewed(&self, answers: Vec<Option<GetOwnershipResponse>>) -> Self {
        let mut renewed = Self { instances: answers.len(), ..self.clone() };
        let silent: BTreeSet<usize> =
            answers.iter().enumerate().filter(|(_, one)| one.is_none()).map(|(at, _)| at).collect();
        renewed.by_partition.retain(|_, instance| silent.contains(instance));
        if silent.is_empty() {
            renewed.domains.clear();
        }
        for (instance, answer) in answers.into_iter().enumerate() {
            let Some(answer) = answer else { continue };
            renewed.partition_count = Some(answer.partition_count);
            for owned in answer.partitions {
                renewed.by_partition.insert(owned.partition, instance);
                for dataflow in owned.dataflows {
                    renewed.domains.insert(dataflow.id, dataflow.domain);
                }
            }
        }
        renewed
    }

    /// The instance that owns a key.
    ///
    /// # Errors
    /// [`Refusal::OwnersUnknown`] if no instance has said how many partitions there are.
    pub(crate) fn of_key(&self, upstream: Upstream, key: &str) -> Result<usize, Refusal> {
        let count = self.partition_count.ok_or(Refusal::OwnersUnknown { upstream })?;
        let partition = event_log::partition_of(key.as_bytes(), count).0;
        let by_number = partition as usize % self.instances.max(1);
        Ok(self.by_partition.get(&partition).copied().unwrap_or(by_number))
    }

    /// The domain of a dataflow that is named by its full id, or by its id alone.
    pub(crate) fn domain_of(&self, dataflow: &str) -> Option<&str> {
        if let Some(domain) = self.domains.get(dataflow) {
            return Some(domain);
        }
        let is_named = |id: &str| {
            let id = id.split_once(':').map_or(id, |(_, rest)| rest);
            id.split_once('(').map_or(id, |(id, _)| id) == dataflow
        };
        let mut found = self.domains.iter().filter(|(id, _)| is_named(id));
        found.next().map(|(_, domain)| domain.as_str())
    }

    /// Whether each partition has told what is in it: only then is what nobody knows not there.
    pub(crate) fn is_complete(&self) -> bool {
        self.partition_count.is_some_and(|count| self.by_partition.len() == count as usize)
    }

    /// The domains that are known.
    pub(crate) fn domains(&self) -> BTreeSet<&str> {
        self.domains.values().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use api::operations::{OwnedDataflow, OwnedPartition};

    use super::*;

    fn answer(partitions: &[u32]) -> Option<GetOwnershipResponse> {
        let owned = partitions.iter().map(|partition| {
            let id = format!("A:D{partition}(1.0)");
            let dataflows = vec![OwnedDataflow { id, domain: format!("domain {partition}") }];
            OwnedPartition { partition: *partition, dataflows }
        });
        Some(GetOwnershipResponse { partition_count: 4, partitions: owned.collect() })
    }

    fn owners(owners: &Owners) -> Vec<Option<usize>> {
        (0..4).map(|partition| owners.by_partition.get(&partition).copied()).collect()
    }

    #[test]
    fn an_owner_that_is_silent_keeps_what_nobody_else_claims() {
        let first = Owners::default().renewed(vec![answer(&[0, 2]), answer(&[1, 3])]);
        assert_eq!(owners(&first), [Some(0), Some(1), Some(0), Some(1)]);
        let second = first.renewed(vec![answer(&[0]), None]);
        assert_eq!(owners(&second), [Some(0), Some(1), None, Some(1)]);
        let third = second.renewed(vec![answer(&[0, 3]), None]);
        assert_eq!(owners(&third), [Some(0), Some(1), None, Some(0)]);
    }

    #[test]
    fn a_dataflow_is_found_by_its_full_id_and_by_its_id_alone() {
        let known = Owners::default().renewed(vec![answer(&[0, 2]), answer(&[1, 3])]);
        assert_eq!(known.domain_of("A:D2(1.0)"), Some("domain 2"));
        assert_eq!(known.domain_of("D3"), Some("domain 3"));
        assert_eq!(known.domain_of("D4"), None);
        assert_eq!(known.domains().len(), 4);
    }

    #[test]
    fn without_any_answer_no_key_is_sent_anywhere() {
        let refused = Owners { instances: 2, ..Owners::default() }.of_key(Upstream::Metrics, "k");
        assert!(matches!(refused, Err(Refusal::OwnersUnknown { .. })));
    }
}

//! Waits until everything that follows from what was sent is published, by receipts: each service
//! is asked a small question that it answers only after it has applied what the receipt covers.

use std::time::Duration;

use api::advice::AdviseRequest;
use api::advice::advice_service_client::AdviceServiceClient;
use api::metrics::ListIndicatorValuesRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::network::ListRolesRequest;
use api::network::network_service_client::NetworkServiceClient;
use api::types::{LogPosition, Receipt};
use serde_json::Value;
use tonic::Request;
use tonic::transport::Channel;

use crate::Door;
use crate::process::until;

/// On a loaded machine with a debug binary; none of the tests needs a tenth of it when it is alone.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(120);

/// The receipt of an answer printed as JSON.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn receipt_of(answer: &Value) -> Receipt {
    let mut receipt = Receipt::default();
    for (place, position) in answer["receipt"].as_object().into_iter().flatten() {
        let (topic, partition) = place.rsplit_once('/').expect("topic/partition");
        let partition = partition.parse().expect("a partition");
        let position = position.as_u64().expect("a position");
        receipt.positions.push(LogPosition::new(topic, partition, position));
    }
    receipt
}

/// Adds a receipt to another: of each partition the later position.
pub fn merge(into: &mut Receipt, other: &Receipt) {
    for one in &other.positions {
        let known = into
            .positions
            .iter_mut()
            .find(|known| known.topic == one.topic && known.partition == one.partition);
        match known {
            Some(known) => known.position = known.position.max(one.position),
            None => into.positions.push(one.clone()),
        }
    }
}

impl Door {
    /// A channel to the gateway. Must be made within a runtime.
    ///
    /// # Panics
    /// If the address is none.
    #[must_use]
    pub fn channel(&self) -> Channel {
        Channel::from_shared(self.gateway.clone()).expect("an address").connect_lazy()
    }

    /// Waits until all services have applied a receipt and published what follows from it.
    ///
    /// # Panics
    /// If one of them does not in time, or refuses.
    pub fn settle(&self, receipt: &Receipt) {
        let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
        runtime.block_on(self.settle_services(receipt));
        let all_read = || {
            let lags = self.units(|unit| unit["lag"].as_u64().unwrap_or(u64::MAX));
            lags.iter().all(|(_, lag)| *lag == 0).then_some(())
        };
        until(SETTLE_TIMEOUT, "every unit has read all that is in the log", all_read);
    }

    async fn settle_services(&self, receipt: &Receipt) {
        let of = |topics: &[&str]| {
            let positions = receipt.positions.iter();
            let positions = positions.filter(|one| topics.contains(&one.topic.as_str())).cloned();
            Some(Receipt { positions: positions.collect() })
        };
        let channel = self.channel();
        let values = ListIndicatorValuesRequest {
            domain: "asean".to_owned(),
            after: of(&["entrepot.observations.v1"]),
            page_size: 1,
            ..ListIndicatorValuesRequest::default()
        };
        let mut metrics = MetricsServiceClient::new(channel.clone());
        // What is not registered yet is no fault: the wait comes before the answer.
        let answered = metrics.list_indicator_values(patient(values)).await;
        if let Err(status) = answered {
            assert_eq!(status.code(), tonic::Code::NotFound, "metrics: {status}");
        }
        let roles = ListRolesRequest {
            network: "asean".to_owned(),
            after: of(&["entrepot.network.v1"]),
            ..ListRolesRequest::default()
        };
        let mut network = NetworkServiceClient::new(channel.clone());
        if let Err(status) = network.list_roles(patient(roles)).await {
            assert_eq!(status.code(), tonic::Code::NotFound, "network-model: {status}");
        }
        let subject = api::advice::Subject {
            place: "MY-07".to_owned(),
            segment: "electronics.assembly".to_owned(),
            ..api::advice::Subject::default()
        };
        let after = of(&["entrepot.observations.v1", "entrepot.network.v1"]);
        let asked = AdviseRequest { subject: Some(subject), after, limit: 1 };
        let mut advice = AdviceServiceClient::new(channel);
        if let Err(status) = advice.advise(patient(asked)).await {
            assert_eq!(status.code(), tonic::Code::Unimplemented, "policy-advice: {status}");
        }
    }
}

fn patient<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(SETTLE_TIMEOUT);
    request
}

//! The joined-up health of the services, by asking each of them again and again.
//!
//! The empty name is serving while all are; each service has its package and its full gRPC name.
//! A service that answers without knowing the health protocol counts as serving: it is there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus as Answered;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::server::HealthReporter;

use crate::channels::Channels;
use crate::figures::Figures;
use crate::route::Upstream;

/// While something is away, so that a start is noticed at once.
const POLL_WHILE_AWAY: Duration = Duration::from_millis(200);
/// While all is well.
const POLL_WHILE_SERVING: Duration = Duration::from_secs(2);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Sets every name to not serving: at the start, until the services have answered, and at the end.
pub(crate) async fn report_away(reporter: &HealthReporter) {
    for upstream in Upstream::ALL {
        report(reporter, upstream, ServingStatus::NotServing).await;
    }
    reporter.set_service_status("", ServingStatus::NotServing).await;
}

/// Asks the services until the shutdown.
pub(crate) async fn poll(
    channels: Channels,
    figures: Arc<Figures>,
    reporter: HealthReporter,
    shutdown: CancellationToken,
) {
    loop {
        let mut all_serve = true;
        for upstream in Upstream::ALL {
            // Cancel safe: a question that is dropped is asked again after the next start.
            let serves = tokio::select! {
                () = shutdown.cancelled() => return,
                serves = serves(&channels, &figures, upstream) => serves,
            };
            all_serve &= serves;
            report(&reporter, upstream, status(serves)).await;
        }
        reporter.set_service_status("", status(all_serve)).await;
        let pause = if all_serve { POLL_WHILE_SERVING } else { POLL_WHILE_AWAY };
        // Both are cancel safe: neither holds state.
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Whether all instances of a service serve.
async fn serves(channels: &Channels, figures: &Figures, upstream: Upstream) -> bool {
    let asking = channels.of(upstream).iter().map(|channel| async {
        let mut client = HealthClient::new(channel.clone());
        let question = HealthCheckRequest { service: String::new() };
        match tokio::time::timeout(ANSWER_TIMEOUT, client.check(question)).await {
            Ok(Ok(answer)) => answer.into_inner().status() == Answered::Serving,
            Ok(Err(status)) => status.code() == Code::Unimplemented,
            Err(_) => false,
        }
    });
    let serve = join_all(asking).await;
    figures.note(upstream, &serve);
    serve.into_iter().all(|serves| serves)
}

async fn report(reporter: &HealthReporter, upstream: Upstream, status: ServingStatus) {
    reporter.set_service_status(upstream.package(), status).await;
    reporter.set_service_status(upstream.service(), status).await;
}

fn status(serves: bool) -> ServingStatus {
    if serves { ServingStatus::Serving } else { ServingStatus::NotServing }
}

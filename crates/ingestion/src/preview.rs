//! What a release would change in indicators, asked of the service that will compute it.

use std::time::Duration;

use api::ingestion::IndicatorChange;
use api::metrics::PreviewReleaseRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use service::security::{Tls, channel};
use statistics::SeriesBlock;
use tonic::Status;
use tonic::transport::Uri;

use crate::options::{BATCH_SERIES, Options};

/// A preview of two million observations takes seconds; what takes longer is stuck.
const PREVIEW_TIMEOUT: Duration = Duration::from_secs(60);

/// Indicators before and after; empty with a note where metrics cannot be asked.
pub(crate) async fn changes(
    options: &Options,
    domain: &str,
    dataflow: &str,
    blocks: &[SeriesBlock],
) -> (Vec<IndicatorChange>, Option<String>) {
    let mut note = "no metrics service is configured for previews".to_owned();
    for uri in &options.metrics {
        match ask(uri, options.listen.tls.as_ref(), domain, dataflow, blocks).await {
            Ok(changes) => return (changes, None),
            Err(status) => note = format!("metrics could not preview: {}", status.message()),
        }
    }
    (Vec::new(), Some(note))
}

/// Asks one instance; only the owner of the domain has an answer.
async fn ask(
    uri: &Uri,
    tls: Option<&Tls>,
    domain: &str,
    dataflow: &str,
    blocks: &[SeriesBlock],
) -> Result<Vec<IndicatorChange>, Status> {
    let channel = channel(uri, tls, |endpoint| endpoint.timeout(PREVIEW_TIMEOUT))
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let mut client = MetricsServiceClient::new(channel).max_decoding_message_size(64 << 20);
    let mut requests = Vec::new();
    for some in blocks.chunks(BATCH_SERIES) {
        requests.push(PreviewReleaseRequest {
            domain: domain.to_owned(),
            dataflow: dataflow.to_owned(),
            series: some.iter().flat_map(api::series_from_block).collect(),
        });
    }
    let mut question = tonic::Request::new(tokio_stream::iter(requests));
    service::trace::pass_on(question.metadata_mut());
    let response = client.preview_release(question).await?;
    let changes = response.into_inner().changes.into_iter();
    Ok(changes.map(|one| IndicatorChange { before: one.before, after: one.after }).collect())
}

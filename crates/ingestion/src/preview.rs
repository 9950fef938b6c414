//! What a release would change in indicators, asked of the service that will compute it.

use std::time::Duration;

use api::ingestion::IndicatorChange;
use api::metrics::PreviewReleaseRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use statistics::SeriesBlock;
use tonic::transport::Endpoint;

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
    let Some(uri) = options.metrics.clone() else {
        return (Vec::new(), Some("no metrics service is configured for previews".to_owned()));
    };
    let channel = Endpoint::from(uri).timeout(PREVIEW_TIMEOUT).connect_lazy();
    let mut client = MetricsServiceClient::new(channel).max_decoding_message_size(64 << 20);
    let mut requests = Vec::new();
    for some in blocks.chunks(BATCH_SERIES) {
        requests.push(PreviewReleaseRequest {
            domain: domain.to_owned(),
            dataflow: dataflow.to_owned(),
            series: some.iter().flat_map(api::series_from_block).collect(),
        });
    }
    match client.preview_release(tokio_stream::iter(requests)).await {
        Err(status) => {
            (Vec::new(), Some(format!("metrics could not preview: {}", status.message())))
        }
        Ok(response) => {
            let changes = response.into_inner().changes.into_iter();
            let changes = changes
                .map(|one| IndicatorChange { before: one.before, after: one.after })
                .collect();
            (changes, None)
        }
    }
}

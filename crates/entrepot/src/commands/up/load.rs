//! Sends the paper's feeds through the gateway: first what says how to read and judge them, then
//! each file as a release in strict mode, then the network. What is there already changes nothing.

use api::events::DocumentKind;
use api::ingestion::{IngestMode, IngestOptions};
use api::types::Receipt;
use serde_json::{Value, json};

use super::paper::{self, FeedFile};
use super::tell;
use crate::arguments::Form;
use crate::client::Client;
use crate::clock;
use crate::commands::ingest::upload::{self, Source};
use crate::commands::{ingest, network, register, rejections};
use crate::error::Error;

/// What was sent, and up to where the answers must have read it.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) documents: Vec<Value>,
    pub(super) releases: Vec<Value>,
    pub(super) row_count: u64,
    /// Of structures, checks, claims and releases.
    pub(super) receipt: Receipt,
    pub(super) network_receipt: Option<Receipt>,
}

/// Loads everything.
pub(super) async fn paper(client: &Client, form: Form) -> Result<Loaded, Error> {
    let manifest = paper::manifest()?;
    let mut loaded = Loaded::default();
    let mut receipts = Vec::new();
    tell(form, "\nLoading the feeds of Yeung (2017)\n")?;
    let documents = [
        (DocumentKind::Structures, &manifest.structures),
        (DocumentKind::Checks, &manifest.checks),
        (DocumentKind::Claims, &manifest.claims),
    ];
    for (kind, name) in documents {
        let content = paper::file(name)?.to_vec();
        let answer = register::register(client, kind, paper::DOMAIN, name, content).await?;
        tell(form, &progress(name, &answer.outcome))?;
        loaded.documents.push(json!({ "name": name, "outcome": answer.outcome }));
        receipts.extend(answer.receipt);
    }
    for feed in &manifest.releases {
        receipts.extend(release(client, form, feed, &mut loaded).await?);
    }
    let name = &manifest.network;
    let content = paper::file(name)?.to_vec();
    let answer = network::assert(client, paper::NETWORK, name, content).await?;
    tell(form, &progress(name, &format!("{} ({} facts)", answer.outcome, answer.accepted)))?;
    loaded.documents.push(json!({
        "name": name,
        "outcome": answer.outcome,
        "accepted": answer.accepted,
    }));
    if answer.outcome == "refused" {
        tell(form, &rejections::table(&answer.rejections).text())?;
        return Err(refused(name));
    }
    loaded.network_receipt = answer.receipt;
    loaded.receipt = ingest::merge(receipts);
    Ok(loaded)
}

async fn release(
    client: &Client,
    form: Form,
    feed: &FeedFile,
    loaded: &mut Loaded,
) -> Result<Option<Receipt>, Error> {
    let wrong = |message| Error::Answer { message };
    let released_at = clock::parse_released_at(&feed.released_at).map_err(wrong)?;
    let content = paper::file(&feed.file)?;
    let options = IngestOptions {
        // The same feed counts once, whatever was released of its dataflow since.
        idempotency_key: format!("{} {:016x}", feed.file, fingerprint(content)),
        file: feed.file.clone(),
        mode: IngestMode::Strict.into(),
        released_at: Some(api::timestamp_to(released_at)),
        dataflow: feed.dataflow.clone(),
        ..IngestOptions::default()
    };
    let source = Source::from_bytes(&feed.file, content);
    let outcome = upload::send(client, options, source).await?;
    for release in &outcome.releases {
        tell(form, &progress(&feed.file, &ingest::line(release)))?;
        loaded.releases.push(ingest::document(release));
        let records = release.records.unwrap_or_default();
        loaded.row_count += records.first + records.unchanged + records.revised + records.restated;
        if release.outcome == "refused" {
            tell(form, &rejections::table(&release.rejections).text())?;
            return Err(refused(&format!("{} ({})", feed.file, feed.title)));
        }
    }
    Ok(outcome.receipt)
}

fn progress(name: &str, outcome: &str) -> String {
    format!("  {name:<20} {outcome}")
}

fn refused(name: &str) -> Error {
    Error::Refused {
        message: format!("the paper's `{name}` is refused"),
        remedy: "start with another --data-dir if this one holds changed structures".to_owned(),
    }
}

/// FNV-1a of 64 bits: tells one build's feed from another's, and need not resist anybody.
fn fingerprint(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

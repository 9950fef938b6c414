//! Rejections as messages and events, and the refusal of a whole file.

use api::events::Rejected;
use api::events::envelope::Payload;
use api::ingestion::ReleaseOutcome;
use api::types::{LogPosition, Receipt, RecordCounts, Rejection};
use event_log::topics;
use service::{Outgoing, TopicPartition};
use sha2::{Digest, Sha256};
use statistics::{ReadRelease, Rejections};

use super::Incoming;
use crate::Error;
use crate::options::REJECTIONS_ANSWERED_MAX;
use crate::register::{hex, on_request};
use crate::service::{Owner, Shared};
use crate::store::not_published;

/// Digits of a hash that tell refused files apart.
const HASH_DIGITS: usize = 12;

impl Shared {
    /// Refuses a whole file, and keeps why.
    pub(super) async fn refuse(
        &self,
        incoming: &Incoming,
        read: &ReadRelease,
        receipt: &mut Receipt,
    ) -> Result<ReleaseOutcome, Error> {
        let structures = self.structures();
        let named = structures.dataflow_named(&incoming.dataflow);
        let named = named.map(|one| (one.id.to_string(), one.domain.clone()));
        let held = read.contents.keys().next().and_then(|id| {
            structures.dataflow(id).map(|one| (one.id.to_string(), one.domain.clone()))
        });
        let (dataflow, domain): (String, Option<String>) =
            held.or(named).unwrap_or_else(|| (incoming.dataflow.clone(), None));
        if domain.is_none() && self.owners.len() < self.units.partition_count() as usize {
            // Another instance may know it; what is not ours to judge leaves no trace.
            let known = structures.dataflows().map(|one| one.id.to_string()).collect();
            return Err(Error::UnknownDataflow { found: dataflow, known });
        }
        let mut hash = Sha256::new();
        hash.update(incoming.file.as_bytes());
        for rejection in &read.rejections.kept {
            hash.update(rejection.to_string().as_bytes());
            hash.update(&rejection.row_bytes);
        }
        let id = refused_id(&dataflow, &hex(&hash.finalize()));
        let events = events(incoming, &id, &dataflow, &read.rejections);
        let owner = self.owner_of(domain.as_deref().unwrap_or(&dataflow))?;
        if !incoming.dry_run {
            let positions = self.publish_rejections(owner, &id, events).await?;
            receipt.positions.extend(positions);
        }
        let rejected = read.rejections.total;
        let explanation = if rejected == 0 {
            "there are no rows".to_owned()
        } else if incoming.strict && !read.contents.is_empty() {
            "strict: one refused row refuses the release; correct it, or send with --lenient"
                .to_owned()
        } else {
            "nothing in it could be read".to_owned()
        };
        Ok(ReleaseOutcome {
            id,
            dataflow,
            outcome: "refused".to_owned(),
            records: Some(RecordCounts { rejected, ..RecordCounts::default() }),
            rejections: first_messages(incoming, &read.rejections),
            explanation,
            ..ReleaseOutcome::default()
        })
    }

    /// Publishes rejections of a release, but for those that are published already. Some may be, or
    /// those of another file, if a release of this number was not published in the end.
    pub(super) async fn publish_rejections(
        &self,
        owner: &Owner,
        release: &str,
        rejections: Vec<Rejection>,
    ) -> Result<Vec<LogPosition>, Error> {
        let store = owner.unit.store();
        let rejections = tokio::task::block_in_place(|| not_published(store, release, rejections))
            .map_err(service::Error::from)?;
        if rejections.is_empty() {
            return Ok(Vec::new());
        }
        let to = TopicPartition::new(topics::REJECTIONS, owner.unit.partition());
        let outgoing = rejections.into_iter().map(|rejection| Outgoing {
            to: to.clone(),
            key: rejection.dataflow.clone().into_bytes(),
            cause: on_request(),
            payload: Payload::Rejected(Rejected { rejection: Some(rejection) }),
        });
        let positions = owner.unit.publish(outgoing.collect()).await?;
        // The last position covers the others: they are in one partition.
        Ok(positions.into_iter().last().into_iter().collect())
    }
}

/// The id of a release that was never published; the same refusal has the same id.
pub(super) fn refused_id(dataflow: &str, sha256: &str) -> String {
    format!("{dataflow}/refused-{}", sha256.get(..HASH_DIGITS).unwrap_or(sha256))
}

/// All rejections, as they are published.
pub(super) fn events(
    incoming: &Incoming,
    release: &str,
    dataflow: &str,
    rejections: &Rejections,
) -> Vec<Rejection> {
    let all = rejections.kept.iter();
    all.map(|one| message(incoming, release, dataflow, one)).collect()
}

/// The first rejections, for the answer.
pub(super) fn first_messages(incoming: &Incoming, rejections: &Rejections) -> Vec<Rejection> {
    let first = rejections.kept.iter().take(REJECTIONS_ANSWERED_MAX);
    first.map(|one| message(incoming, "", "", one)).collect()
}

/// Failed checks of a refused release, as rejections of the whole file.
pub(super) fn of_findings(outcome: &ReleaseOutcome, file: &str) -> Vec<Rejection> {
    let errors = outcome.warnings.iter().filter(|one| one.severity == "error");
    errors
        .map(|one| Rejection {
            release: outcome.id.clone(),
            file: file.to_owned(),
            rule: "check".to_owned(),
            reason: format!(
                "check `{}` of {}: found {}, expected {} (tolerance {})",
                one.check, one.period, one.found, one.expected, one.tolerance
            ),
            remedy: one.reason.clone(),
            dataflow: outcome.dataflow.clone(),
            ..Rejection::default()
        })
        .collect()
}

fn message(
    incoming: &Incoming,
    release: &str,
    dataflow: &str,
    rejection: &statistics::Rejection,
) -> Rejection {
    let column = match (&rejection.field, rejection.position.column) {
        (Some(field), _) => field.clone(),
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    };
    Rejection {
        release: release.to_owned(),
        file: incoming.file.clone(),
        line: rejection.position.row,
        column,
        rule: rejection.rule.to_string(),
        reason: rejection.reason.clone(),
        remedy: rejection.remedy.clone(),
        row: rejection.row_bytes.clone(),
        dataflow: dataflow.to_owned(),
        row_sha256: hex(&Sha256::digest(&rejection.row_bytes)),
    }
}

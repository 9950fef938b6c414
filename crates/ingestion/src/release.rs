//! From a file to releases: read, compare with the vintage before, check, publish or refuse.
//!
//! The whole file is read and checked before anything is published. A file may hold several
//! dataflows; each becomes a release of its own, and in strict mode one refused row refuses all.

mod compare;
mod pack;
mod reject;

use std::sync::Arc;

use api::ingestion::{
    CheckFinding, IngestMode, IngestOptions, IngestOutcome, IngestProgress, ReleaseOutcome,
};
use api::types::{Receipt, RecordCounts};
use jiff::Timestamp;
use service::vintages::{Catalogue, Overlay, ReleaseState, VintageView};
use service::{Spooled, TopicPartition};
use statistics::{
    AsOf, Checks, DataflowId, Limits, ReadRelease, Rejections, ReleaseContents, ReleasedAt,
    SeriesBlock, Severity, Structures,
};
use tokio::sync::mpsc;

use self::compare::compare;
use self::pack::{Header, Packer};
use crate::options::{REJECTIONS_ANSWERED_MAX, REJECTIONS_KEPT_MAX};
use crate::receive::PieceReader;
use crate::register::on_request;
use crate::service::{Owner, Shared};
use crate::{Error, preview};

const WOULD_BE_REFUSED: &str =
    "strict mode would refuse this release: see the rows and the checks; changes are of the rest";

/// What a client said of its file.
pub(crate) struct Incoming {
    pub(crate) file: String,
    pub(crate) strict: bool,
    pub(crate) dry_run: bool,
    pub(crate) released_at: Option<Timestamp>,
    pub(crate) idempotency_key: String,
    pub(crate) expected_base: String,
    pub(crate) dataflow: String,
}

/// A dataflow of a file on its way to become a release.
struct Candidate<'a> {
    incoming: &'a Incoming,
    dataflow: DataflowId,
    domain: String,
    contents: &'a ReleaseContents,
    content_sha256: String,
    released_at: Timestamp,
    /// How many rows of this file were refused, in lenient mode.
    rejected: u64,
}

impl Incoming {
    pub(crate) fn try_new(options: IngestOptions) -> Result<Self, Error> {
        let released_at = match &options.released_at {
            Some(time) => Some(api::timestamp_from("options.released_at", time)?),
            None => None,
        };
        if released_at.is_some_and(|time| i64::try_from(time.as_nanosecond()).is_err()) {
            let problem = "is not between the years 1678 and 2261".to_owned();
            let field = "options.released_at";
            return Err(Error::Field(api::ConvertError { field, problem }));
        }
        let mode = options.mode();
        Ok(Self {
            strict: mode != IngestMode::Lenient,
            file: options.file,
            dry_run: options.dry_run,
            released_at,
            idempotency_key: options.idempotency_key,
            expected_base: options.expected_base,
            dataflow: options.dataflow,
        })
    }
}

impl Shared {
    /// Reads a file to its end and makes releases of it.
    pub(crate) async fn ingest(
        &self,
        incoming: &Incoming,
        pieces: PieceReader,
        progress: mpsc::Sender<IngestProgress>,
    ) -> Result<IngestOutcome, Error> {
        let structures = self.structures();
        let read = read(structures.clone(), pieces, progress).await?;
        let mut outcome = IngestOutcome::default();
        let mut receipt = Receipt::default();
        // A dry run goes on behind refused rows: it shows what they are and what the rest would do.
        let refused_file = incoming.strict && !incoming.dry_run && !read.rejections.is_empty();
        if refused_file || read.contents.is_empty() {
            let release = self.refuse(incoming, &read, &mut receipt).await?;
            outcome.releases.push(release);
        } else {
            // All before the first is published: a file with one that is refused publishes none.
            let mut candidates = Vec::with_capacity(read.contents.len());
            for (dataflow, contents) in &read.contents {
                let candidate =
                    self.candidate(incoming, &structures, dataflow, contents, &read.rejections)?;
                candidates.push(candidate);
            }
            for candidate in candidates {
                let release = self.release(&candidate, &read.rejections, &mut receipt).await?;
                outcome.releases.push(release);
            }
        }
        outcome.receipt = Some(receipt);
        Ok(outcome)
    }

    /// The structures of all domains, joined: a reader needs them before it knows the domain.
    pub(crate) fn structures(&self) -> Arc<Structures> {
        let mut with_some: Vec<Arc<Structures>> = Vec::new();
        for owner in &self.owners {
            let structures = owner.work.catalogue().structures.clone();
            if structures.dataflows().next().is_some() {
                with_some.push(structures);
            }
        }
        match with_some.as_slice() {
            [only] => only.clone(),
            several => {
                let mut joined = Structures::default();
                several.iter().for_each(|one| joined.merge((**one).clone()));
                Arc::new(joined)
            }
        }
    }

    fn candidate<'a>(
        &self,
        incoming: &'a Incoming,
        structures: &Structures,
        dataflow: &DataflowId,
        contents: &'a ReleaseContents,
        rejections: &Rejections,
    ) -> Result<Candidate<'a>, Error> {
        let wanted = &incoming.dataflow;
        if !(wanted.is_empty() || wanted == dataflow.as_str() || wanted == dataflow.id()) {
            let (found, wanted) = (dataflow.to_string(), wanted.clone());
            return Err(Error::OtherDataflow { found, wanted });
        }
        let domain = structures.dataflow(dataflow).and_then(|one| one.domain.clone());
        let Some(domain) = domain else {
            return Err(Error::UnknownDataflow {
                found: dataflow.to_string(),
                known: structures.dataflows().map(|one| one.id.to_string()).collect(),
            });
        };
        Ok(Candidate {
            incoming,
            dataflow: dataflow.clone(),
            domain,
            contents,
            content_sha256: pack::content_sha256(contents),
            released_at: incoming.released_at.unwrap_or_else(Timestamp::now),
            rejected: rejections.total,
        })
    }

    async fn release(
        &self,
        candidate: &Candidate<'_>,
        rejections: &Rejections,
        receipt: &mut Receipt,
    ) -> Result<ReleaseOutcome, Error> {
        let owner = self.owner_of(&candidate.domain)?;
        let turn = owner.turn.lock().await;
        let catalogue = owner.work.catalogue();
        if let Some(before) = candidate.repeats(&catalogue)? {
            receipt.positions.extend(before.position.clone());
            return Ok(ReleaseOutcome {
                id: before.id.clone(),
                dataflow: before.dataflow.clone(),
                outcome: "unchanged".to_owned(),
                records: Some(RecordCounts {
                    unchanged: row_count(candidate.contents),
                    ..RecordCounts::default()
                }),
                explanation: candidate.why_repeated(before),
                ..ReleaseOutcome::default()
            });
        }
        let checks = compare::checks_on(&catalogue, &candidate.domain, candidate.dataflow.id())?;
        let has_checks = !(checks.sums.is_empty() && checks.agreements.is_empty());
        if !has_checks && !candidate.incoming.dry_run {
            // Nothing asks for all of it at once, so it is compared while it is packed.
            let compare = |packer: &mut Packer| {
                let mut sink = |block| packer.push(&block);
                compare(owner.unit.store(), &catalogue, candidate, &mut sink)
            };
            return self.publish(owner, &catalogue, candidate, rejections, receipt, compare).await;
        }
        let (changed, counts) = tokio::task::block_in_place(|| -> Result<_, Error> {
            let mut changed: Vec<SeriesBlock> = Vec::new();
            let mut sink = |block| {
                changed.push(block);
                Ok(())
            };
            let counts = compare(owner.unit.store(), &catalogue, candidate, &mut sink)?;
            Ok((changed, counts))
        })?;
        let findings = check(owner, &catalogue, candidate, &checks, &changed)?;
        let failed = findings.iter().any(|one| one.severity == "error");
        let mut outcome = ReleaseOutcome {
            dataflow: candidate.dataflow.to_string(),
            records: Some(counts),
            rejections: reject::first_messages(candidate.incoming, rejections),
            warnings: findings,
            ..ReleaseOutcome::default()
        };
        if failed && candidate.incoming.strict && !candidate.incoming.dry_run {
            self.refuse_for_checks(owner, candidate, &mut outcome, receipt).await?;
            return Ok(outcome);
        }
        if candidate.incoming.dry_run {
            // Nothing is published, so nobody has to wait for what another service answers.
            drop(turn);
            outcome.outcome = "dry_run".to_owned();
            let dataflow = candidate.dataflow.as_str();
            let (changes, note) =
                preview::changes(&self.options, &candidate.domain, dataflow, &changed).await;
            outcome.changes = changes;
            let refused = candidate.incoming.strict && (failed || candidate.rejected > 0);
            let refused = refused.then(|| WOULD_BE_REFUSED.to_owned());
            outcome.explanation = refused.into_iter().chain(note).collect::<Vec<_>>().join("; ");
            return Ok(outcome);
        }
        let pack = |packer: &mut Packer| {
            changed.iter().try_for_each(|block| packer.push(block))?;
            Ok(counts)
        };
        let published =
            self.publish(owner, &catalogue, candidate, rejections, receipt, pack).await?;
        Ok(ReleaseOutcome { warnings: outcome.warnings, ..published })
    }

    async fn refuse_for_checks(
        &self,
        owner: &Owner,
        candidate: &Candidate<'_>,
        outcome: &mut ReleaseOutcome,
        receipt: &mut Receipt,
    ) -> Result<(), Error> {
        outcome.id = reject::refused_id(candidate.dataflow.as_str(), &candidate.content_sha256);
        outcome.outcome = "refused".to_owned();
        outcome.explanation = "a check failed: correct the figures, or send with --lenient to \
            publish them as they are"
            .to_owned();
        let events = reject::of_findings(outcome, &candidate.incoming.file);
        let positions = self.publish_rejections(owner, &outcome.id, events).await?;
        receipt.positions.extend(positions);
        Ok(())
    }

    /// Packs a release, publishes what was refused of it, and then the release.
    async fn publish(
        &self,
        owner: &Owner,
        catalogue: &Catalogue,
        candidate: &Candidate<'_>,
        rejections: &Rejections,
        receipt: &mut Receipt,
        pack: impl FnOnce(&mut Packer) -> Result<RecordCounts, Error>,
    ) -> Result<ReleaseOutcome, Error> {
        let dataflow = candidate.dataflow.as_str();
        let sequence = catalogue.releases_of(dataflow).last().map_or(0, |last| last.sequence) + 1;
        let committed = catalogue.releases_of(dataflow).iter();
        let committed = committed.filter(|one| one.state() == ReleaseState::Committed).count();
        // Counts what was published: an attempt that was aborted has used up a sequence, no id.
        let id = format!("{dataflow}/{}", committed + 1);
        let header = Header {
            id: id.clone(),
            sequence,
            expected_base: candidate.incoming.expected_base.clone(),
            idempotency_key: candidate.incoming.idempotency_key.clone(),
            file: candidate.incoming.file.clone(),
            dataflow: dataflow.to_owned(),
            released_at: candidate.released_at,
        };
        let path = self.options.data_dir.join("ingestion/spool");
        // A name of its own: the spool before may be open still, if its unit has broken off.
        let began = Timestamp::now().as_nanosecond();
        let path = path.join(format!("{}-{began}.spool", owner.unit.name()));
        let (spool, counts) = tokio::task::block_in_place(|| -> Result<_, Error> {
            let mut packer = Packer::begin(&path, header)?;
            let counts = pack(&mut packer)?;
            let rows = row_count(candidate.contents);
            Ok((packer.finish(rows, &candidate.content_sha256, counts)?, counts))
        })?;
        let spooled = Spooled {
            spool,
            to: TopicPartition::new(event_log::topics::OBSERVATIONS, owner.unit.partition()),
            key: candidate.domain.clone().into_bytes(),
            cause: on_request(),
        };
        // Rejections first: when the release is seen, what it leaves out is known.
        let events = reject::events(candidate.incoming, &id, dataflow, rejections);
        let refused = self.publish_rejections(owner, &id, events).await?;
        receipt.positions.extend(refused);
        receipt.positions.extend(owner.unit.publish_spool(spooled).await?);
        Ok(ReleaseOutcome {
            id,
            dataflow: dataflow.to_owned(),
            outcome: "published".to_owned(),
            records: Some(counts),
            rejections: reject::first_messages(candidate.incoming, rejections),
            ..ReleaseOutcome::default()
        })
    }
}

/// Runs the checks on the release as it would stand.
fn check(
    owner: &Owner,
    catalogue: &Catalogue,
    candidate: &Candidate<'_>,
    checks: &Checks,
    changed: &[SeriesBlock],
) -> Result<Vec<CheckFinding>, Error> {
    let blocks = changed.iter().map(|block| (block.key.clone(), block.clone()));
    let overlay = Overlay { dataflow: candidate.dataflow.to_string(), blocks: blocks.collect() };
    let store = owner.unit.store().clone();
    let released = AsOf::Released(ReleasedAt(candidate.released_at));
    tokio::task::block_in_place(|| {
        let view = VintageView::new(store, catalogue.clone(), &candidate.domain, released)
            .with_overlay(overlay);
        let found = checks.run(&view, &catalogue.structures, &[candidate.dataflow.id()]);
        view.check()?;
        Ok(found.into_iter().map(message_of).collect())
    })
}

impl Candidate<'_> {
    fn why_repeated(&self, before: &service::vintages::ReleaseRecord) -> String {
        let same_content = before.content_sha256 == self.content_sha256;
        let explanation = if same_content {
            "this release of this dataflow has this very content"
        } else {
            "this release has this idempotency key and other content: nothing of the file was taken"
        };
        explanation.to_owned()
    }

    /// The release that this one repeats: the same key, or the same content and time, as the latest.
    fn repeats<'c>(
        &self,
        catalogue: &'c Catalogue,
    ) -> Result<Option<&'c service::vintages::ReleaseRecord>, Error> {
        let dataflow = self.dataflow.as_str();
        let latest = catalogue.latest(dataflow);
        let same_key = |one: &service::vintages::ReleaseRecord| {
            one.state() == ReleaseState::Committed
                && !self.incoming.idempotency_key.is_empty()
                && one.idempotency_key == self.incoming.idempotency_key
        };
        if let Some(before) = catalogue.releases_of(dataflow).iter().rev().find(|one| same_key(one))
        {
            return Ok(Some(before));
        }
        let expected = &self.incoming.expected_base;
        if !expected.is_empty() && latest.is_none_or(|latest| latest.id != *expected) {
            return Err(Error::StaleBase {
                dataflow: dataflow.to_owned(),
                latest: latest.map_or_else(|| "none".to_owned(), |latest| latest.id.clone()),
                expected: expected.clone(),
            });
        }
        // Without a time of its own a file is the same release as long as its content is.
        let same_time = |one: &service::vintages::ReleaseRecord| {
            self.incoming.released_at.is_none_or(|time| one.released_at().0 == time)
        };
        Ok(latest.filter(|one| one.content_sha256 == self.content_sha256 && same_time(one)))
    }
}

/// Parses on a thread that may block; tells how far it is.
async fn read(
    structures: Arc<Structures>,
    mut pieces: PieceReader,
    progress: mpsc::Sender<IngestProgress>,
) -> Result<ReadRelease, Error> {
    let limits = Limits { rejections_kept_max: REJECTIONS_KEPT_MAX, ..Limits::default() };
    let parse = move || {
        let mut tell = |so_far: statistics::Progress| {
            let stage = "reading".to_owned();
            let message = IngestProgress { stage, bytes: so_far.bytes, rows: so_far.rows };
            // Progress may be lost when the client is slow; the outcome may not.
            let _ = progress.try_send(message);
        };
        let read = statistics::read_release(&mut pieces, &structures, limits, &mut tell);
        pieces.drain();
        if pieces.is_whole() { Ok(read) } else { Err(Error::BrokenOff { bytes: pieces.bytes() }) }
    };
    tokio::task::spawn_blocking(parse).await.unwrap_or(Err(Error::Panicked))
}

fn message_of(finding: statistics::Finding) -> CheckFinding {
    let text = |number: Option<statistics::Decimal>| {
        number.map(|number| number.to_string()).unwrap_or_default()
    };
    CheckFinding {
        check: finding.check,
        severity: match finding.severity {
            Severity::Error => "error".to_owned(),
            Severity::Warning => "warning".to_owned(),
        },
        period: finding.period.to_string(),
        found: text(finding.computed),
        expected: text(finding.expected),
        tolerance: text(finding.tolerance),
        reason: format!("{}. {}", finding.reason, finding.note),
    }
}

/// Rows as received, withdrawals of patterns included.
fn row_count(contents: &ReleaseContents) -> u64 {
    contents.entry_count() + contents.withdrawals().len() as u64
}

const _: () = assert!(REJECTIONS_ANSWERED_MAX <= REJECTIONS_KEPT_MAX);

//! The gRPC face: decode, ask, encode. Nothing about the domain is decided here.

mod encode;
mod watch;

use std::pin::Pin;
use std::sync::Arc;

use api::advice::advice_service_server::AdviceService;
use api::advice::{AdviseRequest, AdviseResponse, WatchAdviceRequest, WatchAdviceResponse};
use event_log::{EventLog, Partition, topics};
use futures_core::Stream;
use policy::KnowledgeBase;
use service::{UnitHandle, Units, deadline_of};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::apply::AdviceWork;
use crate::query::advise;
use crate::subject::{Asked, key};

/// Answers `entrepot.advice.v1`.
#[derive(Clone)]
pub(crate) struct AdviceGrpc {
    knowledge: Arc<KnowledgeBase>,
    units: Units,
    /// By partition, as the units.
    works: Arc<Vec<(Partition, Arc<AdviceWork>)>>,
    log: Arc<dyn EventLog>,
    shutdown: CancellationToken,
}

impl AdviceGrpc {
    pub(crate) fn new(
        knowledge: Arc<KnowledgeBase>,
        units: Units,
        works: Vec<(Partition, Arc<AdviceWork>)>,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { knowledge, units, works: Arc::new(works), log, shutdown }
    }

    /// The owner of a subject, or any unit that is here: each of them knows all indicators and
    /// findings, and answers the same.
    fn unit_for(&self, subject: &str) -> Result<&UnitHandle, Status> {
        self.units.owner_of(subject).or_else(|elsewhere| {
            let here = self.units.iter().find(|unit| !unit.is_given_up());
            here.ok_or_else(|| api::status_of(&elsewhere))
        })
    }
}

#[tonic::async_trait]
impl AdviceService for AdviceGrpc {
    async fn advise(
        &self,
        request: Request<AdviseRequest>,
    ) -> Result<Response<AdviseResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let subject = request.subject.unwrap_or_default();
        let asked = Asked::parse(&self.knowledge, &subject);
        let asked = asked.map_err(|error| api::status_of(&error))?;
        let unit = self.unit_for(&key(&asked.subject))?;
        let after = request.after.unwrap_or_default();
        let waited = unit.wait_for(&after, deadline_of(&metadata)).await;
        waited.map_err(|error| api::status_of(&error))?;
        let frontier = unit.frontier().to_receipt();
        let work = self.works.iter().find(|(partition, _)| *partition == unit.partition());
        let Some((_, work)) = work else {
            return Err(Status::internal("a unit without its work"));
        };
        let (known, knowledge) = (work.known(), Arc::clone(&self.knowledge));
        let answered = tokio::task::spawn_blocking(move || {
            let advice = advise(&knowledge, &known, &asked)?;
            Ok::<_, crate::Error>((asked, advice))
        });
        let (asked, advice) = match answered.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(api::status_of(&error)),
            Err(_) => return Err(api::status_of(&service::Error::Panicked)),
        };
        let limit = if request.limit == 0 { usize::MAX } else { request.limit as usize };
        Ok(Response::new(AdviseResponse {
            subject: Some(encode::subject(&asked, &advice)),
            items: advice.ranked.iter().take(limit).map(encode::item).collect(),
            diagnosis: advice.diagnosis,
            frontier: Some(frontier),
        }))
    }

    type WatchAdviceStream =
        Pin<Box<dyn Stream<Item = Result<WatchAdviceResponse, Status>> + Send>>;

    async fn watch_advice(
        &self,
        request: Request<WatchAdviceRequest>,
    ) -> Result<Response<Self::WatchAdviceStream>, Status> {
        let from = request.into_inner().from;
        let count = self.log.partition_count(&topics::ADVICE) as usize;
        let stream = watch::watch(&self.log, count, &from, &self.shutdown).await?;
        Ok(Response::new(Box::pin(stream)))
    }
}

//! Shocks, computed on a thread of their own and streamed.
//!
//! Guarantees that an answer says what it was computed with; that a client which leaves ends the
//! work after the firms under way; and that few are computed at a time, since each takes a processor.

mod asked;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use api::network as message;
use api::network::run_shock_response::Part;
use api::network::{RunShockRequest, RunShockResponse};
use api::types::Receipt;
use production_network::{
    Cascade, Error, Loser, Shock, ShockModel, SmeStatus, Substitution, Supplies, cascade_range,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::ask::{self, Question};
use super::{Asked, Source, Stream, encode, firm, panicked};
use crate::picture::Picture;
use asked::{Options, Work};

/// Answers that wait for a client at most.
const AHEAD: usize = 64;
/// Firms that a scenario names as losing.
const LOSERS_MAX: usize = 10_000;
/// Shocks that are computed at a time; others are told to come again.
pub(super) const AT_A_TIME: usize = 2;

impl Question for RunShockRequest {
    fn network(&self) -> &str {
        &self.network
    }

    fn as_of(&self) -> Option<&message::NetworkAsOf> {
        self.as_of.as_ref()
    }

    fn after(&mut self) -> Option<Receipt> {
        self.after.take()
    }
}

/// What is computed, of which picture.
struct Task {
    picture: Arc<Picture>,
    supplies: Supplies,
    options: Options,
    work: Work,
    setting: message::ShockSetting,
}

pub(super) async fn start(
    source: Source,
    question: RunShockRequest,
    free: &Arc<Semaphore>,
) -> Result<Response<Stream<RunShockResponse>>, Status> {
    let permit = Arc::clone(free).try_acquire_owned().map_err(|_| busy())?;
    let prepared = tokio::task::spawn_blocking(move || {
        let asked = source.asked();
        prepare(&asked, &question, &source.frontier)
    });
    let task = prepared.await.map_err(|_| panicked())??;
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let permit: OwnedSemaphorePermit = permit;
        let failed = task.run(&sender).err();
        if let Some(Some(status)) = failed {
            // Whoever has left need not know.
            let _ = sender.blocking_send(Err(status));
        }
        drop(permit);
    });
    Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
}

fn prepare(
    asked: &Asked<'_>,
    question: &RunShockRequest,
    frontier: &Receipt,
) -> Result<Task, Status> {
    let options = Options::decode(question.options.as_ref())?;
    let picture = asked.picture(question)?;
    let refused = |error: Error| asked::refusal(&question.network, &picture, &error);
    let supplies = Supplies::of(&picture.snapshot, options.missing).map_err(refused)?;
    let work = Work::decode(question, &picture, &supplies).map_err(|failed| match failed {
        asked::Failed::Status(status) => status,
        asked::Failed::Refused(error) => refused(error),
    })?;
    let options = options.with_needs(&supplies.industries)?;
    let setting = message::ShockSetting {
        options: Some(options.echo()),
        firms: supplies.network.firm_count() as u64,
        links: supplies.network.link_count() as u64,
        industries: u32::try_from(supplies.industries.len()).unwrap_or(u32::MAX),
        unit: supplies.unit.clone().unwrap_or_default(),
        left_out: supplies.left_out as u64,
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: Some(asked.frontier(frontier.clone())),
    };
    Ok(Task { picture, supplies, options, work, setting })
}

type Sender = mpsc::Sender<Result<RunShockResponse, Status>>;

impl Task {
    /// Computes and sends; an error without a status if the client has left.
    fn run(&self, sender: &Sender) -> Result<(), Option<Status>> {
        send(sender, Part::Setting(self.setting.clone()))?;
        let failed = |error: Error| Some(super::decode::refused("options", error.to_string()));
        match &self.work {
            Work::Scenario(shock) => {
                let (network, options) = (&self.supplies.network, self.options.shock);
                let range = cascade_range(network, &self.options.essentiality, options, shock);
                let range = range.map_err(failed)?;
                let told = self.cascade(&range.without_substitution, &range.with_substitution);
                send(sender, Part::Cascade(told))
            }
            Work::Each(firms) => {
                let (network, options) = (&self.supplies.network, self.options.shock);
                let model = ShockModel::try_new(network, &self.options.essentiality, options);
                let model = model.map_err(failed)?;
                let (mut done, mut left) = (0, None);
                let shocks = firms.iter().map(|firm| Shock::closing([*firm]));
                let spread = model.spread_each(shocks, |place, cascade| {
                    done += 1;
                    let told = self.firm_impact(firms[place], &cascade, done, firms.len() as u64);
                    match send(sender, Part::Impact(told)) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(failed) => {
                            left = Some(failed);
                            ControlFlow::Break(())
                        }
                    }
                });
                spread.map_err(failed)?;
                left.map_or(Ok(()), Err)
            }
        }
    }

    fn firm_impact(
        &self,
        firm: usize,
        cascade: &Cascade,
        done: u64,
        total: u64,
    ) -> message::FirmImpact {
        let id = &self.supplies.firms[firm];
        message::FirmImpact {
            firm: id.to_string(),
            firm_name: encode::firm_name(&self.picture.snapshot, id),
            impact: Some(impact(cascade)),
            done,
            total,
        }
    }

    fn cascade(&self, without: &Cascade, with: &Cascade) -> message::ShockCascade {
        let snapshot = &self.picture.snapshot;
        let losers = self.supplies.losers(snapshot, without, self.options.lost_min);
        let (mut by_place, mut by_industry) = (BTreeMap::new(), BTreeMap::new());
        for loser in &losers {
            let industry = loser.industry.as_ref().map(ToString::to_string);
            count(&mut by_industry, industry.unwrap_or_default(), loser);
            for place in &loser.places {
                count(&mut by_place, place.to_string(), loser);
            }
            if loser.places.is_empty() {
                count(&mut by_place, String::new(), loser);
            }
        }
        let told = losers.iter().take(LOSERS_MAX).map(|loser| message::ShockLoser {
            firm: loser.firm.to_string(),
            firm_name: encode::firm_name(snapshot, &loser.firm),
            remaining: loser.remaining,
            industry: loser.industry.as_ref().map(ToString::to_string).unwrap_or_default(),
            places: loser.places.iter().map(ToString::to_string).collect(),
            size: firm::status(loser.status).to_owned(),
        });
        message::ShockCascade {
            without_substitution: Some(impact(without)),
            with_substitution: Some(impact(with)),
            losers: told.collect(),
            losers_total: losers.len() as u64,
            losers_sme: losers.iter().filter(|one| one.status == SmeStatus::Sme).count() as u64,
            by_place: ordered(by_place),
            by_industry: ordered(by_industry),
        }
    }
}

fn count(counts: &mut BTreeMap<String, (u64, u64)>, id: String, loser: &Loser) {
    let (firms, sme) = counts.entry(id).or_default();
    *firms += 1;
    *sme += u64::from(loser.status == SmeStatus::Sme);
}

fn ordered(counts: BTreeMap<String, (u64, u64)>) -> Vec<message::LosersIn> {
    let told = counts.into_iter();
    let mut told: Vec<message::LosersIn> =
        told.map(|(id, (firms, sme))| message::LosersIn { id, firms, sme }).collect();
    told.sort_by_key(|one| std::cmp::Reverse(one.firms));
    told
}

fn impact(cascade: &Cascade) -> message::Impact {
    message::Impact {
        esri: cascade.esri,
        downstream: cascade.downstream,
        upstream: cascade.upstream,
        iterations: cascade.iterations,
        is_converged: cascade.is_converged,
    }
}

fn send(sender: &Sender, part: Part) -> Result<(), Option<Status>> {
    let sent = sender.blocking_send(Ok(RunShockResponse { part: Some(part) }));
    sent.map_err(|_| None)
}

fn busy() -> Status {
    Status::resource_exhausted(format!("{AT_A_TIME} shocks are under way; try again soon"))
}

/// The code of a way to replace suppliers.
fn substitution(substitution: Substitution) -> &'static str {
    match substitution {
        Substitution::Off => "off",
        Substitution::ByMarketShare => "by_market_share",
    }
}

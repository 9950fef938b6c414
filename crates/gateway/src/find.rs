//! A call to a service of several instances: what it is about, whose that is, and where it went if
//! the owner has just changed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Response;
use http::request::Parts;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::address::{self, Subject};
use crate::pages;
use crate::peek::Start;
use crate::proxy::{Shared, Terms};
use crate::refusal::Refusal;
use crate::relay::{Inbound, Overflow};
use crate::route::{Life, Upstream};

/// Bytes of a call that are read before it is sent on, to find out what it is about; one message
/// may be larger, within the limit of a message.
const PEEK_BYTES_MAX: usize = 16 << 20;
/// Instances that are tried for one call while an owner changes.
const TRIES_MAX: u32 = 4;
/// Between two tries: about the time that a change of owners is noticed in.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(250);

impl Shared {
    /// Reads as much of a call as says what it is about, and sends it to whoever owns that.
    pub(crate) async fn find_and_send(
        &self,
        terms: &Terms,
        head: Parts,
        body: Inbound,
        overflow: &Overflow,
    ) -> Result<Response<Body>, Refusal> {
        let (upstream, path) = (terms.upstream, head.uri.path().to_owned());
        let mut start = Start::new(body);
        let mut subject = Subject::Nothing;
        while address::is_about_something(upstream, &path) {
            let more = self.in_time(terms, start.read()).await?.map_err(|_| {
                overflow.get().map_or(Refusal::Unreadable, |large| Refusal::TooLarge(*large))
            })?;
            let messages = start.messages();
            subject = address::subject(upstream, &path, &messages);
            let is_known = !messages.is_empty() && subject != Subject::NotYetKnown;
            if is_known || !more || start.len() > PEEK_BYTES_MAX {
                break;
            }
        }
        if subject == Subject::Everything {
            let method = path.rsplit_once('/').map_or("", |(_, method)| method).to_owned();
            let message = start.messages().first().map(|message| message.to_vec());
            let left = terms.until.map_or(self.options.default_deadline, |until| {
                until.saturating_duration_since(Instant::now())
            });
            let instances = self.channels.of(upstream);
            return pages::answer(&method, &message.unwrap_or_default(), instances, left).await;
        }
        let mut tries_left = TRIES_MAX;
        loop {
            let answer = match self.instance_for(upstream, &subject) {
                Ok(instance) => {
                    let body = start.body();
                    self.send(terms, instance, head.clone(), body, overflow).await
                }
                Err(refusal) => Err(refusal),
            };
            tries_left -= 1;
            let is_elsewhere = match &answer {
                Ok(response) => is_elsewhere(response),
                Err(Refusal::Away { .. } | Refusal::OwnersUnknown { .. }) => true,
                Err(_) => false,
            };
            let may_repeat = start.is_whole() && terms.life == Life::Bounded && tries_left > 0;
            if !is_elsewhere || !may_repeat {
                return answer;
            }
            // The owner has changed, or is changing: ask who it is now.
            self.in_time(terms, self.directory.ask()).await?;
            self.in_time(terms, tokio::time::sleep(TRY_AGAIN_AFTER)).await?;
        }
    }

    /// The instance to send a call to.
    fn instance_for(&self, upstream: Upstream, subject: &Subject) -> Result<usize, Refusal> {
        let owners = self.directory.of(upstream);
        match subject {
            Subject::Key(key) => owners.of_key(upstream, key),
            Subject::Domain(domain) if !domain.is_empty() => owners.of_key(upstream, domain),
            Subject::Domain(_) => {
                let known = owners.domains();
                let mut all = known.iter();
                match (all.next(), all.next()) {
                    (Some(only), None) if owners.is_complete() => owners.of_key(upstream, only),
                    (Some(_), None) => Err(Refusal::OwnersUnknown { upstream }),
                    (None, _) if owners.is_complete() => Ok(self.any()),
                    (None, _) => Err(Refusal::OwnersUnknown { upstream }),
                    (Some(_), Some(_)) => {
                        let known = known.into_iter().map(str::to_owned).collect();
                        Err(Refusal::DomainNeeded { known })
                    }
                }
            }
            Subject::Dataflow(dataflow) => match owners.domain_of(dataflow) {
                Some(domain) => owners.of_key(upstream, domain),
                // Whoever is asked says that it is not known.
                None if owners.is_complete() => Ok(self.any()),
                None => Err(Refusal::OwnersUnknown { upstream }),
            },
            Subject::Nothing | Subject::Everything | Subject::NotYetKnown => Ok(self.any()),
        }
    }

    fn any(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }
}

/// Whether an instance has answered that another one owns what was asked for.
fn is_elsewhere(response: &Response<Body>) -> bool {
    let Some(status) = Status::from_header_map(response.headers()) else { return false };
    if status.code() != Code::Unavailable {
        return false;
    }
    let info = status.get_details_error_info();
    info.is_some_and(|info| info.reason == "unit.elsewhere")
}

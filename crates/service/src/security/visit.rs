//! What one connection is doing, so that none holds a place for nothing.
//!
//! A door tells of each call when it begins, is let in, and hands out a part of its answer; the
//! doorway looks at all connections now and then and closes those that only stand there: without a
//! call, with a client that does not read its answer, or with one that opens and breaks off calls
//! to make work. HTTP/2 itself cannot tell: a stalled stream is never polled again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// How long a connection may stand there.
#[derive(Clone, Copy, Debug)]
pub struct VisitLimits {
    /// Without any call that was let in.
    pub first_call_within: Duration,
    /// Without a call, after one.
    pub idle_max: Duration,
    /// With an answer that the client does not read.
    pub stall_max: Duration,
    /// Calls that the client breaks off within ten seconds.
    pub broken_off_max: u32,
}

/// Over which time calls that are broken off are counted.
const BROKEN_OFF_WINDOW: Duration = Duration::from_secs(10);

impl Default for VisitLimits {
    /// A client that was closed for idling connects again by itself. A watcher that has not read
    /// for two minutes goes on from its last token. A person's page breaks off a dozen calls.
    fn default() -> Self {
        Self {
            first_call_within: Duration::from_secs(30),
            idle_max: Duration::from_secs(600),
            stall_max: Duration::from_secs(120),
            broken_off_max: 500,
        }
    }
}

/// Who is at the other end; an extension of each request.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// What its connection is doing.
    pub visit: Arc<Visit>,
}

/// What one connection is doing.
#[derive(Debug)]
pub struct Visit {
    end: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// By number; when a part of the answer was handed out that nobody has fetched yet.
    calls: HashMap<u64, Option<Instant>>,
    next_call: u64,
    was_let_in: bool,
    idle_since: Instant,
    broken_off: u32,
    window_since: Instant,
}

/// A call under way; dropping it without [`Call::ended`] means that the client broke it off.
#[derive(Debug)]
pub struct Call {
    visit: Arc<Visit>,
    number: u64,
    has_ended: bool,
}

impl Visit {
    pub(crate) fn new() -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            calls: HashMap::new(),
            next_call: 0,
            was_let_in: false,
            idle_since: now,
            broken_off: 0,
            window_since: now,
        };
        Arc::new(Self { end: CancellationToken::new(), state: Mutex::new(state) })
    }

    /// A call begins.
    #[must_use]
    pub fn begin(self: &Arc<Self>) -> Call {
        let mut state = self.lock();
        let number = state.next_call;
        state.next_call += 1;
        state.calls.insert(number, None);
        Call { visit: Arc::clone(self), number, has_ended: false }
    }

    pub(crate) fn end(&self) -> &CancellationToken {
        &self.end
    }

    /// Why the connection is to be closed, if it is.
    pub(crate) fn overstays(&self, limits: &VisitLimits, now: Instant) -> Option<&'static str> {
        let state = self.lock();
        let since = |moment: Instant| now.saturating_duration_since(moment);
        let is_idle = state.calls.is_empty();
        if !state.was_let_in && since(state.idle_since) > limits.first_call_within {
            return Some("no call that was let in");
        }
        if is_idle && since(state.idle_since) > limits.idle_max {
            return Some("no call for long");
        }
        let stalls =
            |handed: &Option<Instant>| handed.is_some_and(|at| since(at) > limits.stall_max);
        if state.calls.values().any(stalls) {
            return Some("the client does not read");
        }
        let in_window = since(state.window_since) <= BROKEN_OFF_WINDOW;
        (in_window && state.broken_off > limits.broken_off_max)
            .then_some("the client breaks off its calls")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    /// The caller has shown that it may call.
    pub fn let_in(&self) {
        self.visit.lock().was_let_in = true;
    }

    /// A part of the answer was handed out, and is to be sent.
    pub fn handed_out(&self) {
        self.note(Some(Instant::now()));
    }

    /// What was handed out is sent, and more is asked for.
    pub fn fetched(&self) {
        self.note(None);
    }

    /// The answer is complete.
    pub fn ended(&mut self) {
        self.has_ended = true;
    }

    fn note(&self, handed: Option<Instant>) {
        self.visit.lock().calls.insert(self.number, handed);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.visit.lock();
        state.calls.remove(&self.number);
        if state.was_let_in {
            state.idle_since = now;
        }
        if !self.has_ended {
            if now.saturating_duration_since(state.window_since) > BROKEN_OFF_WINDOW {
                state.window_since = now;
                state.broken_off = 0;
            }
            state.broken_off += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(visit: &Arc<Visit>, seconds: u64) -> Option<&'static str> {
        visit.overstays(&VisitLimits::default(), Instant::now() + Duration::from_secs(seconds))
    }

    #[test]
    fn a_connection_without_a_call_that_was_let_in_is_closed_soon() {
        let visit = Visit::new();
        assert_eq!(after(&visit, 29), None);
        assert_eq!(after(&visit, 31), Some("no call that was let in"));
        // A call that is refused again and again is none.
        visit.begin().ended();
        assert_eq!(after(&visit, 31), Some("no call that was let in"));
        let call = visit.begin();
        call.let_in();
        assert_eq!(after(&visit, 10_000), None, "a watch stays");
        drop(call);
        assert_eq!(after(&visit, 599), None);
        assert_eq!(after(&visit, 601), Some("no call for long"));
    }

    #[test]
    fn an_answer_that_is_not_read_ends_the_connection() {
        let visit = Visit::new();
        let call = visit.begin();
        call.let_in();
        call.handed_out();
        assert_eq!(after(&visit, 119), None);
        assert_eq!(after(&visit, 121), Some("the client does not read"));
        call.fetched();
        assert_eq!(after(&visit, 10_000), None);
    }

    #[test]
    fn calls_that_are_only_opened_and_broken_off_end_the_connection() {
        let visit = Visit::new();
        for _ in 0..500 {
            visit.begin().let_in();
        }
        assert_eq!(after(&visit, 1), None);
        drop(visit.begin());
        assert_eq!(after(&visit, 1), Some("the client breaks off its calls"));
    }
}

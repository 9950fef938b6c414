//! Which traces the last applied events belong to, so that what follows from one of them goes on
//! under the same trace. Forgotten when the session ends; nothing but traces depends on it.

use std::collections::VecDeque;
use std::time::SystemTime;

use event_log::Position;

use crate::trace::{Kind, Span, TraceContext};
use crate::{Outgoing, TopicPartition};

/// Events that are remembered: what follows from an event is derived soon after it.
const REMEMBERED_MAX: usize = 64;

/// A run of events that belong to one trace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Origin {
    first: Position,
    last: Position,
    trace: TraceContext,
}

/// The last of them, with the context of the span in which they were applied.
#[derive(Debug, Default)]
pub(crate) struct Origins(VecDeque<(TopicPartition, Origin)>);

impl Origin {
    /// Notes where an event comes from: a batch has hundreds of events of one release.
    pub(crate) fn note(origins: &mut Vec<Self>, position: Position, trace_parent: &str) {
        let Ok(trace) = trace_parent.parse() else { return };
        let runs = origins.len();
        match origins.last_mut() {
            Some(run) if run.trace == trace => run.last = position,
            Some(_) if runs == REMEMBERED_MAX => {}
            Some(_) | None => origins.push(Self { first: position, last: position, trace }),
        }
    }
}

impl Origins {
    /// Makes the spans of a batch that was applied from `began` until now.
    pub(crate) fn applied(
        &mut self,
        source: &TopicPartition,
        origins: &[Origin],
        began: SystemTime,
    ) {
        for origin in origins {
            let mut span = Span::began(Kind::Consumer, Some(origin.trace), Some(began), || {
                format!("{source} apply")
            });
            let trace = span.context().unwrap_or(origin.trace);
            span.end();
            if self.0.len() == REMEMBERED_MAX {
                self.0.pop_front();
            }
            self.0.push_back((source.clone(), Origin { trace, ..*origin }));
        }
    }

    /// The trace of the event that these follow from.
    pub(crate) fn of(&self, outgoing: &[Outgoing]) -> Option<TraceContext> {
        let cause = outgoing.iter().find_map(|one| one.cause.position.as_ref())?;
        let is_cause = |(source, origin): &&(TopicPartition, Origin)| {
            source.topic.as_str() == cause.topic
                && source.partition.0 == cause.partition
                && (origin.first.0..=origin.last.0).contains(&cause.position)
        };
        self.0.iter().rev().find(is_cause).map(|(_, origin)| origin.trace)
    }
}

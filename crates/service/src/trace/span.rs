//! A span: what was done for a trace, and how long it took. Without a collector it is nothing, and
//! costs nothing but passing its parent's context on.

use std::time::SystemTime;

use super::TraceContext;

/// What a span is in its trace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A call that is answered.
    Server,
    /// Events that are published.
    Producer,
    /// Events that are applied.
    Consumer,
}

/// Something that is being done.
pub(crate) struct Span {
    context: Option<TraceContext>,
    #[cfg(feature = "otlp")]
    inner: Option<super::otlp::Inner>,
}

impl Span {
    /// Begins now; the name is asked for only if somebody collects.
    pub(crate) fn begin(
        kind: Kind,
        parent: Option<TraceContext>,
        name: impl FnOnce() -> String,
    ) -> Self {
        Self::began(kind, parent, None, name)
    }

    /// Began at a time; now, if none is given.
    #[cfg(feature = "otlp")]
    pub(crate) fn began(
        kind: Kind,
        parent: Option<TraceContext>,
        at: Option<SystemTime>,
        name: impl FnOnce() -> String,
    ) -> Self {
        let inner = super::otlp::begin(kind, parent, at, name);
        let context = inner.as_ref().map(super::otlp::Inner::context).or(parent);
        Self { context, inner }
    }

    /// Began at a time; now, if none is given.
    #[cfg(not(feature = "otlp"))]
    pub(crate) fn began(
        _: Kind,
        parent: Option<TraceContext>,
        _: Option<SystemTime>,
        _: impl FnOnce() -> String,
    ) -> Self {
        Self { context: parent }
    }

    /// What follows from it goes under this context; its parent's, if it is not collected.
    pub(crate) fn context(&self) -> Option<TraceContext> {
        self.context
    }

    pub(crate) fn note(&mut self, key: &'static str, value: impl Into<String>) {
        #[cfg(feature = "otlp")]
        if let Some(inner) = &mut self.inner {
            inner.note(key, value.into());
        }
        #[cfg(not(feature = "otlp"))]
        let _ = (key, value);
    }

    pub(crate) fn fail(&mut self, because: &'static str) {
        #[cfg(feature = "otlp")]
        if let Some(inner) = &mut self.inner {
            inner.fail(because);
        }
        #[cfg(not(feature = "otlp"))]
        let _ = because;
    }

    /// Ends it; dropping it does the same.
    pub(crate) fn end(&mut self) {
        #[cfg(feature = "otlp")]
        drop(self.inner.take());
    }
}

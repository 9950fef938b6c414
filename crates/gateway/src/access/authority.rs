//! The keys of now and when they are looked for again.
//!
//! Keys change: a provider publishes a new one, uses it, and withdraws the old one. A file is
//! read again when it changes, an address every few minutes, and either at a token with a key that
//! is unknown; the last not more often than a bound, so that made-up names cost the provider
//! nothing. If the source is away the last keys stay: they were good, and nobody can work without.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use service::security::{IdentityFiles, Secret, Tls, TlsFiles, Trust};
use tokio_util::sync::CancellationToken;

use super::keys::KeySet;
use super::source::KeySource;
use super::token::{Flaw, Pass, verify};
use super::{AccessOptions, KeysError, signatures};

/// A provider publishes a key hours before it uses it.
const ADDRESS_EVERY: Duration = Duration::from_secs(300);
/// A file is local, and small.
const FILE_EVERY: Duration = Duration::from_secs(10);
/// At most so often for keys that are unknown.
const UNKNOWN_EVERY: Duration = Duration::from_secs(10);

/// Judges tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Authority(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: AccessOptions,
    source: KeySource,
    tls: Option<Tls>,
    keys: RwLock<Arc<KeySet>>,
    /// When the source was last asked after the start; held while it is.
    asked_at: tokio::sync::Mutex<Option<Instant>>,
}

impl Authority {
    /// Reads the keys; `None` without a source of any.
    ///
    /// # Errors
    /// A file that is no use. An address that is away is asked again, and until it answers no
    /// token is good.
    pub(crate) async fn open(options: AccessOptions) -> Result<Option<Self>, KeysError> {
        let Some(source) = options.keys.clone() else { return Ok(None) };
        signatures::install();
        if options.audience.is_none() {
            tracing::warn!("no --jwt-audience: tokens for other systems of the issuer are good");
        }
        let tls = match &source {
            KeySource::Address(uri) if uri.scheme_str() == Some("https") => {
                let servers = options.trust.clone().map_or(Trust::System, Trust::SystemAnd);
                let identity: Option<IdentityFiles> = None;
                Some(Tls::load(TlsFiles { identity, servers, clients: None })?)
            }
            _ => None,
        };
        let keys = match source.load(tls.as_ref()).await {
            Ok(keys) => keys,
            Err(error @ KeysError::Unreachable { .. }) => {
                tracing::error!(%error, "no token is good until the keys are there");
                KeySet::default()
            }
            Err(error) => return Err(error),
        };
        let shared = Shared {
            options,
            source,
            tls,
            keys: RwLock::new(Arc::new(keys)),
            asked_at: tokio::sync::Mutex::new(None),
        };
        Ok(Some(Self(Arc::new(shared))))
    }

    /// Judges a token; one with an unknown key may wait for the keys to be read again.
    pub(crate) async fn judge(&self, token: &Secret<String>) -> Result<Pass, Flaw> {
        match verify(token, &self.keys(), &self.0.options) {
            Err(Flaw::UnknownKey) => {}
            judged => return judged,
        }
        let seen = self.keys();
        let mut asked_at = self.0.asked_at.lock().await;
        // Somebody else may have brought new keys while we waited for the lock.
        let may_ask = asked_at.is_none_or(|at| at.elapsed() >= UNKNOWN_EVERY);
        if Arc::ptr_eq(&seen, &self.keys()) && may_ask {
            *asked_at = Some(Instant::now());
            self.renew().await;
        }
        drop(asked_at);
        verify(token, &self.keys(), &self.0.options)
    }

    /// Looks for new keys until the shutdown.
    pub(crate) async fn watch(self, shutdown: CancellationToken) {
        let every = match &self.0.source {
            KeySource::File(_) => FILE_EVERY,
            KeySource::Address(_) => ADDRESS_EVERY,
        };
        loop {
            // Without keys nobody gets in: ask soon.
            let pause = if self.keys().keys.is_empty() { UNKNOWN_EVERY } else { every };
            // Both are cancel safe: neither holds state.
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            *self.0.asked_at.lock().await = Some(Instant::now());
            self.renew().await;
        }
    }

    async fn renew(&self) {
        match self.0.source.load(self.0.tls.as_ref()).await {
            Ok(keys) => {
                *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Err(error) => tracing::warn!(%error, "the keys of tokens stay as they are"),
        }
    }

    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

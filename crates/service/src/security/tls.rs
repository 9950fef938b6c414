//! TLS of a process: the certificates of now, for its server and for its calls.
//!
//! Certificates are renewed by swapping files (cert-manager, a mounted secret). At a new
//! connection, and at most once a look interval, the files' stamps are compared; a newer pair
//! serves from then on, and connections that are open stay as they are. A pair that does not hold
//! together, such as one half written, changes nothing and is tried again.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustls::{ClientConfig, ServerConfig};

use super::files::Stamp;
use super::material::Material;
use super::{TlsError, TlsFiles};

/// A renewed certificate overlaps with the old one by days.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// TLS of a process. Cheap to clone; all clones renew together.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    files: TlsFiles,
    look_every: Duration,
    current: Mutex<Current>,
}

struct Current {
    looked_at: Instant,
    stamps: Vec<Option<Stamp>>,
    material: Material,
}

impl Tls {
    /// Reads the files and checks that they hold together.
    ///
    /// # Errors
    /// Each [`TlsError`] names the file and what to do.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        Self::load_looking_every(files, LOOK_EVERY)
    }

    /// The same, with an interval of its own between two looks at the files.
    ///
    /// # Errors
    /// As [`Tls::load`].
    pub fn load_looking_every(files: TlsFiles, look_every: Duration) -> Result<Self, TlsError> {
        // Stamps first: a file that changes between the two is read again, never missed.
        let stamps = files.stamps();
        let material = Material::load(&files, Timestamp::now())?;
        let current = Mutex::new(Current { looked_at: Instant::now(), stamps, material });
        Ok(Self(Arc::new(Shared { files, look_every, current })))
    }

    /// Whether it can serve: it has a certificate of its own.
    #[must_use]
    pub fn has_identity(&self) -> bool {
        self.0.files.identity.is_some()
    }

    /// Whether its server lets in nobody without a certificate.
    #[must_use]
    pub fn knows_clients(&self) -> bool {
        self.has_identity() && self.0.files.clients.is_some()
    }

    pub(crate) fn server(&self) -> Option<Arc<ServerConfig>> {
        self.material().server
    }

    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        self.material().client
    }

    /// A look costs a few `stat`, a renewal reads a few KiB: nothing that an executor would feel.
    fn material(&self) -> Material {
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked_at.elapsed() < self.0.look_every {
            return current.material.clone();
        }
        current.looked_at = Instant::now();
        let stamps = self.0.files.stamps();
        if stamps != current.stamps {
            match Material::load(&self.0.files, Timestamp::now()) {
                Ok(material) => {
                    current.material = material;
                    current.stamps = stamps;
                    tracing::info!("the certificates were renewed");
                }
                Err(error) => {
                    tracing::warn!(%error, "the new certificates are no use: the old ones stay");
                }
            }
        }
        current.material.clone()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.0.files).finish_non_exhaustive()
    }
}

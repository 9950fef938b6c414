//! The flags of TLS, the same for every process.

use std::path::PathBuf;

use clap::Args;

use super::{IdentityFiles, Tls, TlsError, TlsFiles, Trust};

/// Options of TLS: files in PEM, read again when they change.
#[derive(Args, Clone, Debug, Default)]
pub struct TlsOptions {
    /// Certificate of this process, then its chain (PEM); renewed files are taken without a restart
    #[arg(long, env = "ENTREPOT_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM, no password)
    #[arg(long, env = "ENTREPOT_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Authorities of the services (PEM): whom to trust, and whose certificate a caller must show
    #[arg(long, env = "ENTREPOT_TLS_CA", value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
}

impl TlsOptions {
    /// TLS of a service among services: one authority for both sides.
    ///
    /// # Errors
    /// [`TlsError`] says what is wrong with which file.
    pub fn among_services(&self) -> Result<Option<Tls>, TlsError> {
        self.load(self.tls_ca.clone())
    }

    /// TLS of the gateway: its clients have an authority of their own, or need no certificate.
    ///
    /// # Errors
    /// As [`TlsOptions::among_services`].
    pub fn at_the_door(&self, client_ca: Option<PathBuf>) -> Result<Option<Tls>, TlsError> {
        self.load(client_ca)
    }

    fn load(&self, clients: Option<PathBuf>) -> Result<Option<Tls>, TlsError> {
        let identity = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Some(IdentityFiles { certificate: certificate.clone(), key: key.clone() })
            }
            _ => None,
        };
        if identity.is_none() && self.tls_ca.is_none() {
            return Ok(None);
        }
        let servers = self.tls_ca.clone().map_or(Trust::System, Trust::Only);
        Tls::load(TlsFiles { identity, servers, clients }).map(Some)
    }
}

//! From files to what rustls works with: checked together, so that a wrong pair is told at the
//! start and never at a client's first call.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::files::{read_certificates, read_key};
use super::validity::Validity;
use super::{IdentityFiles, TlsError, TlsFiles, Trust};

/// gRPC is HTTP/2.
const PROTOCOL: &[u8] = b"h2";

/// One reading of the files.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    /// Without an identity there is no server.
    pub(crate) server: Option<Arc<ServerConfig>>,
    pub(crate) client: Arc<ClientConfig>,
}

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Material {
    pub(crate) fn load(files: &TlsFiles, now: Timestamp) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut identity = None;
        if let Some(paths) = &files.identity {
            identity = Some(Identity::load(paths, &provider, now)?);
        }
        let mut server = None;
        if let Some(identity) = &identity {
            server = Some(Arc::new(serving(identity, files.clients.as_deref(), &provider)?));
        }
        let client = Arc::new(calling(identity, &files.servers, &provider)?);
        Ok(Self { server, client })
    }
}

impl Identity {
    fn load(
        paths: &IdentityFiles,
        provider: &CryptoProvider,
        now: Timestamp,
    ) -> Result<Self, TlsError> {
        let path = &paths.certificate;
        let chain = read_certificates(path)?;
        let key = read_key(&paths.key)?;
        let unusable = |source| TlsError::Unusable { path: path.clone(), source };
        match CertifiedKey::from_der(chain.clone(), key.clone_key(), provider) {
            Ok(_) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                let (certificate, key) = (path.clone(), paths.key.clone());
                return Err(TlsError::KeyMismatch { certificate, key });
            }
            Err(source @ rustls::Error::InvalidCertificate(_)) => return Err(unusable(source)),
            Err(source) => return Err(TlsError::Unusable { path: paths.key.clone(), source }),
        }
        let leaf = chain.first().and_then(|leaf| Validity::of(leaf));
        if let Some(validity) = leaf {
            if validity.not_after < now {
                return Err(TlsError::Expired { path: path.clone(), at: validity.not_after });
            }
            if validity.not_before > now {
                let from = validity.not_before;
                return Err(TlsError::NotYetValid { path: path.clone(), from });
            }
        }
        Ok(Self { chain, key })
    }
}

fn serving(
    identity: &Identity,
    clients: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?;
    let builder = match clients {
        Some(path) => {
            let roots = Arc::new(authorities(path)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider));
            // It has no revocation lists, so that only an empty store could be refused.
            let verifier = verifier.build().map_err(|error| {
                let source = rustls::Error::General(error.to_string());
                TlsError::Unusable { path: path.to_owned(), source }
            })?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(identity.chain.clone(), identity.key.clone_key())?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    // A resumed session is not verified again: its certificate may have expired meanwhile.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

fn calling(
    identity: Option<Identity>,
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<ClientConfig, TlsError> {
    let roots = match trust {
        Trust::System => system()?,
        Trust::Only(path) => authorities(path)?,
        Trust::SystemAnd(path) => {
            let mut roots = authorities(path)?;
            // A machine without authorities of its own still has those of the file.
            roots.roots.extend(system().map(|system| system.roots).unwrap_or_default());
            roots
        }
    };
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|_| TlsError::NoSystemRoots)?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_webpki_verifier(verifier);
    let config = match identity {
        Some(Identity { chain, key }) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    Ok(config)
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path)? {
        let unusable = |source| TlsError::Unusable { path: path.to_owned(), source };
        roots.add(certificate).map_err(unusable)?;
    }
    Ok(roots)
}

/// Those of the operating system. One that cannot be read is not trusted, which is safe.
fn system() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 { Err(TlsError::NoSystemRoots) } else { Ok(roots) }
}

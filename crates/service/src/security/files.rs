//! The files of a process's identity, and how they are read: small, PEM, and told by name when
//! something is wrong with them.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsError;

/// A chain has a few KiB, a bundle of all public authorities about 250 KiB.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What a process shows of itself and whom it trusts.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// Its certificate and key; a server must have them, a client may.
    pub identity: Option<IdentityFiles>,
    /// The authorities of the servers that it calls.
    pub servers: Trust,
    /// The authorities of its clients: with them every client must show a certificate of theirs.
    pub clients: Option<PathBuf>,
}

/// A certificate with its chain, and its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IdentityFiles {
    /// PEM: the certificate first, then those between it and the authority.
    pub certificate: PathBuf,
    /// PEM: PKCS#8, PKCS#1 or SEC 1, not encrypted.
    pub key: PathBuf,
}

/// Whose servers are trusted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Trust {
    /// Those of the operating system's authorities.
    #[default]
    System,
    /// Those of the authorities in this file and no others.
    Only(PathBuf),
    /// Both: for the keys of an identity provider, which may be public or the cluster's own.
    SystemAnd(PathBuf),
}

/// What tells one version of a file from the next. Times alone may be equal within a tick.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    inode: u64,
    modified: (i64, i64),
    bytes: u64,
}

impl TlsFiles {
    /// The stamps of all files, in a fixed order; `None` for one that is not there.
    pub(crate) fn stamps(&self) -> Vec<Option<Stamp>> {
        let mut paths: Vec<&Path> = Vec::new();
        if let Some(identity) = &self.identity {
            paths.extend([identity.certificate.as_path(), identity.key.as_path()]);
        }
        match &self.servers {
            Trust::System => {}
            Trust::Only(path) | Trust::SystemAnd(path) => paths.push(path),
        }
        paths.extend(self.clients.as_deref());
        paths.into_iter().map(Stamp::of).collect()
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        // Follows the links by which Kubernetes swaps mounted secrets.
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            bytes: metadata.len(),
        })
    }
}

/// All certificates of a file, at least one.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let expected = "certificate";
    let bytes = read(path, expected)?;
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        certificates.push(certificate.map_err(|_| TlsError::Damaged { path: path.to_owned() })?);
    }
    if certificates.is_empty() {
        return Err(TlsError::NotPem { path: path.to_owned(), expected, block: "CERTIFICATE" });
    }
    Ok(certificates)
}

/// The first private key of a file.
pub(crate) fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let expected = "private key without a password";
    PrivateKeyDer::from_pem_slice(&read(path, expected)?).map_err(|error| match error {
        PemError::NoItemsFound => {
            TlsError::NotPem { path: path.to_owned(), expected, block: "PRIVATE KEY" }
        }
        _ => TlsError::Damaged { path: path.to_owned() },
    })
}

fn read(path: &Path, expected: &'static str) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let limit_bytes = FILE_BYTES_MAX;
        return Err(TlsError::TooLarge { path: path.to_owned(), expected, limit_bytes });
    }
    Ok(bytes)
}

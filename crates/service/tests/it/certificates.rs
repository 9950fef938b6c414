//! Authorities and certificates made for one test, as PEM files in a directory of its own.

#![allow(dead_code, reason = "two test binaries share it, and each uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use service::security::{IdentityFiles, TlsFiles, Trust};

/// An authority and where it writes.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: PathBuf,
    /// Its own certificate.
    pub(crate) certificate: PathBuf,
}

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Valid {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(crate) fn new(directory: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are no wrong names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("randomness is to be had");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("it signs itself");
        let certificate = directory.join(format!("{name}.pem"));
        fs::write(&certificate, issuer.pem()).expect("a temporary directory");
        Self { issuer, directory: directory.to_owned(), certificate }
    }

    /// A certificate of `127.0.0.1` and `localhost`, for servers and clients.
    pub(crate) fn issue(&self, name: &str, valid: Valid) -> IdentityFiles {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names).expect("names of hosts");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let (from, until) = match valid {
            Valid::Now => (2020, 2200),
            Valid::Past => (2020, 2021),
            Valid::Future => (2199, 2200),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("randomness is to be had");
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        let path = |ending: &str| self.directory.join(format!("{name}.{ending}"));
        let files = IdentityFiles { certificate: path("crt"), key: path("key") };
        fs::write(&files.certificate, certificate.pem()).expect("a temporary directory");
        fs::write(&files.key, key.serialize_pem()).expect("a temporary directory");
        files
    }

    /// A process that has this certificate, and trusts this authority on both sides.
    pub(crate) fn files(&self, identity: Option<IdentityFiles>) -> TlsFiles {
        let ca = self.certificate.clone();
        TlsFiles { identity, servers: Trust::Only(ca.clone()), clients: Some(ca) }
    }
}

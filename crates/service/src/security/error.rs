//! What is wrong with the files of a certificate: which file, what, and what to do about it.

use std::path::PathBuf;

use jiff::Timestamp;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than any certificate.
    #[error("`{}` has more than {limit_bytes} bytes: that is no {expected}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        expected: &'static str,
        /// The bound.
        limit_bytes: u64,
    },
    /// There is no such block in it.
    #[error(
        "`{}` holds no {expected}: expected PEM, a block that begins with `-----BEGIN {block}-----`; \
         `openssl x509 -inform der` and `openssl pkcs8 -topk8 -nocrypt` make it from other forms",
        path.display()
    )]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        expected: &'static str,
        /// How its block begins.
        block: &'static str,
    },
    /// A block is broken off or no base64.
    #[error("`{}` is damaged: a PEM block in it is not whole; copy the file again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key are not of one pair.
    #[error(
        "the key `{}` does not match the first certificate of `{}`: give the key that it was made \
         for, and put the certificate of the server before those of its authorities",
        key.display(), certificate.display()
    )]
    KeyMismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The certificate has run out.
    #[error("the certificate `{}` expired at {at}: renew it", path.display())]
    Expired {
        /// The file.
        path: PathBuf,
        /// When.
        at: Timestamp,
    },
    /// The certificate is for later.
    #[error("the certificate `{}` is valid from {from} only: check the clock", path.display())]
    NotYetValid {
        /// The file.
        path: PathBuf,
        /// When it begins.
        from: Timestamp,
    },
    /// rustls cannot use it.
    #[error("`{}` cannot be used: expected X.509 version 3, RSA from 2048 bits, ECDSA or Ed25519",
        path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// No authority is known at all.
    #[error("the system has no certificates of authorities: name a file of them with --tls-ca")]
    NoSystemRoots,
    /// TLS itself.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}

//! Reads keys as providers publish them: a JWKS document (RFC 7517) or public keys in PEM.
//!
//! A key that is for encryption, or of a kind that we do not verify, is passed over, since a
//! provider may publish those beside the others; a document without any key for us is an error.

use std::path::PathBuf;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{AlgorithmIdentifier, SubjectPublicKeyInfoDer, alg_id};
use serde::Deserialize;
use service::security::der::element;

use super::keys::{KEYS_MAX, KeySet, VerifyingKey};

/// RSA of 2048 bits is the least that ring verifies.
const RSA_MODULUS_BYTES_MIN: usize = 256;
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const P256_POINT_BYTES: usize = 65;
const ED25519_KEY_BYTES: usize = 32;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The file cannot be read.
    #[error("the keys `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The address does not answer as it should.
    #[error("the keys at `{uri}` cannot be fetched: {reason}")]
    Unreachable {
        /// The address.
        uri: String,
        /// What happened.
        reason: String,
    },
    /// A document larger than any set of keys.
    #[error("the keys have more than {limit_bytes} bytes")]
    TooLarge {
        /// The bound.
        limit_bytes: usize,
    },
    /// Neither form.
    #[error(
        "the keys are neither a JWKS document, such as `{{\"keys\":[…]}}`, nor public keys in PEM, \
         which begin with `-----BEGIN PUBLIC KEY-----`"
    )]
    Form,
    /// None that we verify.
    #[error(
        "there is no key for RS256 (from 2048 bits), ES256 or EdDSA (Ed25519) among {found} keys"
    )]
    NoneUsable {
        /// How many there are.
        found: usize,
    },
    /// TLS to the address cannot be set up.
    #[error("TLS for the keys")]
    Tls(#[from] service::security::TlsError),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads either form.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, KeysError> {
        let is_json = bytes.trim_ascii_start().first() == Some(&b'{');
        let (found, mut keys) = if is_json { from_jwks(bytes)? } else { from_pem(bytes)? };
        keys.truncate(KEYS_MAX);
        if keys.is_empty() {
            return Err(KeysError::NoneUsable { found });
        }
        Ok(Self { keys })
    }
}

fn from_jwks(bytes: &[u8]) -> Result<(usize, Vec<VerifyingKey>), KeysError> {
    let document: Document = serde_json::from_slice(bytes).map_err(|_| KeysError::Form)?;
    let found = document.keys.len();
    let mut keys = Vec::new();
    for value in document.keys {
        match serde_json::from_value(value).ok().as_ref().and_then(from_jwk) {
            Some(key) => keys.push(key),
            None => tracing::debug!("a key of the document is not for us"),
        }
    }
    Ok((found, keys))
}

fn from_jwk(jwk: &Jwk) -> Option<VerifyingKey> {
    let is_for_signatures =
        matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        // Shared secrets above all: whoever may verify with one may also sign.
        _ => return None,
    };
    let is_this = jwk.common.key_algorithm.as_ref().is_none_or(|own| *own == named);
    let key = DecodingKey::from_jwk(jwk).ok()?;
    if !is_for_signatures || !is_this || !has_right_size(&key, algorithm) {
        return None;
    }
    Some(VerifyingKey { id: jwk.common.key_id.clone(), algorithm, key })
}

fn has_right_size(key: &DecodingKey, algorithm: Algorithm) -> bool {
    match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, .. } => {
            // ring takes no leading zeros, and a provider that sends one is wrong (RFC 7518, 6.3.1).
            n.len() >= RSA_MODULUS_BYTES_MIN && n.first() != Some(&0)
        }
        DecodingKeyKind::SecretOrDer(bytes) => match algorithm {
            Algorithm::ES256 => bytes.len() == P256_POINT_BYTES,
            Algorithm::EdDSA => bytes.len() == ED25519_KEY_BYTES,
            _ => bytes.len() > RSA_MODULUS_BYTES_MIN,
        },
    }
}

fn from_pem(bytes: &[u8]) -> Result<(usize, Vec<VerifyingKey>), KeysError> {
    let mut found = 0;
    let mut keys = Vec::new();
    for block in SubjectPublicKeyInfoDer::pem_slice_iter(bytes) {
        let block = block.map_err(|_| KeysError::Form)?;
        found += 1;
        keys.extend(from_public_key_info(&block));
    }
    if found == 0 {
        return Err(KeysError::Form);
    }
    Ok((found, keys))
}

/// A `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7): an algorithm and the bits of the key.
fn from_public_key_info(info: &[u8]) -> Option<VerifyingKey> {
    type Make = fn(&[u8]) -> DecodingKey;
    let known: [(AlgorithmIdentifier, Algorithm, Make); 3] = [
        (alg_id::RSA_ENCRYPTION, Algorithm::RS256, DecodingKey::from_rsa_der),
        (alg_id::ECDSA_P256, Algorithm::ES256, DecodingKey::from_ec_der),
        (alg_id::ED25519, Algorithm::EdDSA, DecodingKey::from_ed_der),
    ];
    let (content, _) = element(info, SEQUENCE)?;
    let (identifier, rest) = element(content, SEQUENCE)?;
    let (bits, _) = element(rest, BIT_STRING)?;
    // The first byte counts the bits of the last one that are unused: none in any key.
    let bits = bits.strip_prefix(&[0])?;
    let found = known.into_iter().find(|(known, _, _)| known.as_ref() == identifier);
    let (_, algorithm, make) = found?;
    let key = make(bits);
    has_right_size(&key, algorithm).then_some(VerifyingKey { id: None, algorithm, key })
}

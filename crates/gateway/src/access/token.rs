//! One token: from the header of a call to what it allows, or the flaw that it has.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use service::security::Secret;

use super::AccessOptions;
use super::keys::KeySet;
use super::scopes::Scope;

/// Clocks differ; RFC 7519 allows a small leeway.
const LEEWAY: Duration = Duration::from_secs(60);
/// Headers of a call have 16 KiB in all; a token with hundreds of groups has half of it.
const TOKEN_BYTES_MAX: usize = 8 << 10;
/// What is kept of a subject for the log.
const SUBJECT_CHARS_MAX: usize = 128;

/// What a good token allows, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    scopes: Vec<String>,
    expires_at: Duration,
    /// Whose it is, for the log.
    pub(crate) subject: String,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flaw {
    /// There is none.
    Absent,
    /// It was good once; only one with a good signature is told so.
    Expired,
    /// It names a key that we do not have (yet).
    UnknownKey,
    /// Anything else, with a word for the log.
    Bad(&'static str),
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
    sub: Option<serde_json::Value>,
    scope: Option<Words>,
    scp: Option<Words>,
    scopes: Option<Words>,
}

/// Providers write scopes either way.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    List(Vec<String>),
}

impl Pass {
    pub(crate) fn allows(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|own| own == scope.name())
    }

    /// How long it still holds, the leeway included.
    pub(crate) fn left(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (self.expires_at + LEEWAY).saturating_sub(now)
    }
}

/// The token of a call.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Secret<String>, Flaw> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Flaw::Absent)?;
    if values.next().is_some() {
        return Err(Flaw::Bad("two authorizations"));
    }
    let text = value.to_str().map_err(|_| Flaw::Bad("not ascii"))?;
    let (scheme, token) = text.split_once(' ').ok_or(Flaw::Bad("no scheme"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Flaw::Bad("another scheme"));
    }
    let token = token.trim();
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Flaw::Bad("too long"));
    }
    Ok(Secret::new(token.to_owned()))
}

/// Judges a token: the key by its name, the algorithm by the key, then signature, times, issuer
/// and audience.
pub(crate) fn verify(
    token: &Secret<String>,
    keys: &KeySet,
    options: &AccessOptions,
) -> Result<Pass, Flaw> {
    let token = token.reveal().as_bytes();
    let header = decode_header(token).map_err(|_| Flaw::Bad("malformed header"))?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA) {
        return Err(Flaw::Bad("algorithm"));
    }
    // A reader must refuse what it does not understand and is told to (RFC 7515, section 4.1.11).
    if header.crit.is_some() {
        return Err(Flaw::Bad("critical header"));
    }
    let mut flaw = Flaw::UnknownKey;
    for key in keys.candidates(header.kid.as_deref(), header.alg) {
        match decode::<Claims>(token, &key.key, &validation(key.algorithm, options)) {
            Ok(token) => return pass(token.claims),
            Err(error) => flaw = flaw_of(error.kind()),
        }
        if flaw == Flaw::Expired {
            break;
        }
    }
    Err(flaw)
}

fn validation(algorithm: Algorithm, options: &AccessOptions) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.leeway = LEEWAY.as_secs();
    validation.validate_nbf = true;
    let mut required = vec!["exp"];
    // A claim is compared only if it is there: what we ask for must be required too.
    if let Some(issuer) = &options.issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    match &options.audience {
        Some(audience) => {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        None => validation.validate_aud = false,
    }
    validation.set_required_spec_claims(&required);
    validation
}

fn pass(claims: Claims) -> Result<Pass, Flaw> {
    let expires_at =
        Duration::try_from_secs_f64(claims.exp).map_err(|_| Flaw::Bad("expiry out of range"))?;
    let mut scopes = Vec::new();
    for words in [claims.scope, claims.scp, claims.scopes].into_iter().flatten() {
        match words {
            Words::Text(text) => scopes.extend(text.split(' ').map(str::to_owned)),
            Words::List(list) => scopes.extend(list),
        }
    }
    let subject = claims.sub.as_ref().and_then(serde_json::Value::as_str).unwrap_or("unnamed");
    let subject = subject.chars().take(SUBJECT_CHARS_MAX).collect();
    Ok(Pass { scopes, expires_at, subject })
}

/// Words of our own: an error of the parser may quote the token.
fn flaw_of(kind: &ErrorKind) -> Flaw {
    match kind {
        ErrorKind::ExpiredSignature => Flaw::Expired,
        ErrorKind::ImmatureSignature => Flaw::Bad("not yet valid"),
        ErrorKind::InvalidSignature => Flaw::Bad("signature"),
        ErrorKind::InvalidIssuer => Flaw::Bad("issuer"),
        ErrorKind::InvalidAudience => Flaw::Bad("audience"),
        ErrorKind::InvalidAlgorithm => Flaw::Bad("algorithm"),
        ErrorKind::MissingRequiredClaim(_) => Flaw::Bad("a claim is missing"),
        _ => Flaw::Bad("malformed"),
    }
}

//! Who may call what: tokens, the keys that vouch for them, and the scope that each method needs.
//!
//! Without keys everything is allowed, which is for loopback and for doors where a certificate is
//! asked for. A token is looked at here and goes no further: the services never see it. What is
//! wrong with one is told to the log and, but for its expiry, not to whoever showed it.

mod scopes;
mod keys;
mod key_files;
mod signatures;
mod fetch;
mod source;
mod token;
mod authority;
mod refusal;
#[cfg(test)]
mod damaged;

pub use key_files::KeysError;
pub use source::{KeySource, NoKeySource};

pub(crate) use authority::Authority;
pub(crate) use refusal::Denied;
pub(crate) use scopes::{Needs, Scope, needs};
pub(crate) use token::{Pass, bearer};

use std::path::PathBuf;

/// How tokens are judged.
#[derive(Clone, Debug, Default)]
pub struct AccessOptions {
    /// Where the keys are; without any, no token is asked for.
    pub keys: Option<KeySource>,
    /// The issuer that a token must be of, if that matters.
    pub issuer: Option<String>,
    /// The audience that a token must be for, if that matters.
    pub audience: Option<String>,
    /// Authorities beside the system's that may vouch for the address of the keys.
    pub trust: Option<PathBuf>,
}

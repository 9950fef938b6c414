//! Who may speak to whom: TLS whose certificates are renewed while the process runs, the places
//! that a door has for connections, and secrets that no log line shows.
//!
//! tonic's own TLS reads a certificate once; ours looks for a newer one and bounds what a client
//! may hold before its first request. The protocols, the cryptography and the judgement of
//! certificates are rustls' alone.

mod secret;
pub mod der;
mod files;
mod validity;
mod material;
mod tls;
#[cfg(feature = "process")]
mod options;
mod listen;
mod visit;
mod connection;
mod doorway;
mod connect;
mod error;

pub use connect::{Stream, channel, connect, connected_channel};
pub use connection::Connection;
pub use doorway::{DoorLimits, Doorway};
pub use error::TlsError;
pub use files::{IdentityFiles, TlsFiles, Trust};
pub use listen::Listen;
#[cfg(feature = "process")]
pub use options::TlsOptions;
pub use secret::Secret;
pub use tls::Tls;
pub use visit::{Call, Peer, Visit, VisitLimits};

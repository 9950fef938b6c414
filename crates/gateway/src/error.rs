//! What keeps the gateway from starting or ends it. Trouble with one call is a status for its
//! client (`refusal.rs`) and never one of these.

use std::net::SocketAddr;

/// Why the gateway did not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Other machines could call it, and nothing would ask them who they are.
    #[error(
        "`{address}` is reachable from other machines, and there is no TLS and authentication: \
         give entrepot-gateway --tls-cert and --tls-key (ENTREPOT_TLS_CERT, ENTREPOT_TLS_KEY) and \
         --jwt-keys or --client-ca, or listen on a loopback address such as 127.0.0.1:50051"
    )]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// Other machines could call it and nobody would be asked who they are.
    #[error(
        "`{address}` is reachable from other machines, and nobody is asked who they are: set \
         --jwt-keys (ENTREPOT_JWT_KEYS) for tokens, or --client-ca (ENTREPOT_CLIENT_CA) for \
         client certificates"
    )]
    NoAuthentication {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The certificates.
    #[error("TLS")]
    Tls(#[from] service::security::TlsError),
    /// The keys that tokens are judged by.
    #[error("the keys of tokens (--jwt-keys)")]
    Keys(#[from] crate::KeysError),
    /// The address is taken, or is none of this machine.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
    /// The door.
    #[error("the door")]
    Door(#[source] Box<service::Error>),
    /// A service's address has no scheme or host.
    #[error("`{uri}` is no address of a service; write it as http://127.0.0.1:50052")]
    Upstream {
        /// The address as given.
        uri: String,
    },
    /// The descriptors of this build do not hold together.
    #[error("the descriptors of this build cannot be served")]
    Descriptors(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The listener broke.
    #[error("serving ended")]
    Serve(#[source] tonic::transport::Error),
    /// A task of the gateway panicked.
    #[error("a task of the gateway broke off")]
    Task(#[source] tokio::task::JoinError),
}

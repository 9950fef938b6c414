//! What ends a unit or a server.

use std::path::PathBuf;

use crate::TopicPartition;

/// What went wrong around the work of a service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log.
    #[error("event log")]
    Log(#[from] event_log::Error),
    /// The store.
    #[error("store")]
    Store(#[from] store::Error),
    /// A file outside the store: the spool.
    #[error("`{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A spool whose frames do not add up.
    #[error("spool `{}` is damaged at byte {at}", path.display())]
    SpoolDamaged {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
    },
    /// The log is not the one that this store was made from.
    #[error("the log of {source_partition} was truncated or recreated: position {position}")]
    LogReplaced {
        /// Topic and partition.
        source_partition: String,
        /// The position whose event differs or is gone.
        position: u64,
    },
    /// The unit has stopped at an event.
    #[error("unit `{unit}` is parked: {because}")]
    Parked {
        /// The unit.
        unit: String,
        /// Why, with topic, partition and position.
        because: String,
        /// The event, if it is one that can be skipped.
        at: Option<Box<ParkedAt>>,
    },
    /// An event was to be skipped at which the unit does not stand.
    #[error("unit `{unit}` {stands}")]
    NotParkedThere {
        /// The unit.
        unit: String,
        /// How it is instead.
        stands: String,
    },
    /// The log says that the event at which the unit was to park is skipped.
    #[error("the log says that an operator has had this event skipped")]
    SkipFound,
    /// A file that is no whole export, or whose place is taken.
    #[error("`{}` {because}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        because: String,
    },
    /// Another instance owns the partition.
    #[error("partition {partition} is owned by another instance")]
    Elsewhere {
        /// The partition.
        partition: event_log::Partition,
    },
    /// Something that a write needs does not answer.
    #[error("not now: {what}")]
    Away {
        /// What is away.
        what: String,
    },
    /// The unit has ended.
    #[error("the unit is stopping")]
    Stopping,
    /// The wait was longer than the caller allowed.
    #[error("not applied in time: {missing}")]
    NotYet {
        /// What is missing.
        missing: String,
    },
    /// The server could not listen.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// An address that anybody can reach, without credentials.
    #[error(
        "{address} is not a loopback address: refused without TLS and authentication; set \
         --tls-cert, --tls-key and --tls-ca (ENTREPOT_TLS_CERT, ENTREPOT_TLS_KEY, ENTREPOT_TLS_CA), \
         or listen on 127.0.0.1"
    )]
    OpenAddress {
        /// Where.
        address: std::net::SocketAddr,
    },
    /// The certificates.
    #[error("TLS")]
    Tls(#[from] crate::security::TlsError),
    /// The address of a collector of spans that is none.
    #[cfg(feature = "otlp")]
    #[error("`{url}` is no address of a collector")]
    Collector {
        /// As it was given.
        url: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The transport.
    #[error("gRPC transport")]
    Transport(#[from] tonic::transport::Error),
    /// A task of ours panicked.
    #[error("a task of the service panicked")]
    Panicked,
}

/// The event at which a unit has stopped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParkedAt {
    /// Where it was read.
    pub source: TopicPartition,
    /// The position there.
    pub position: event_log::Position,
    /// CRC-32C of what stands there.
    pub crc: u32,
}

impl Error {
    /// Whether a file is missing that should be there.
    pub(crate) fn is_absent_file(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

impl api::Explain for Error {
    fn explain(&self) -> api::Explanation {
        let (kind, rule, remedy) = match self {
            Self::NotYet { .. } => {
                (api::Kind::NotYet, "receipt.not-applied", "ask again, or allow more time")
            }
            Self::Parked { .. } => {
                (api::Kind::Unavailable, "unit.parked", "see `entrepot status` for the event")
            }
            Self::NotParkedThere { .. } => (
                api::Kind::Precondition,
                "skip.not-parked-there",
                "name exactly the event at which `entrepot status` says that the unit is parked",
            ),
            Self::Elsewhere { .. } => (
                api::Kind::Unavailable,
                "unit.elsewhere",
                "ask the gateway, which knows the owners; right after a change, try again",
            ),
            Self::Away { .. } => {
                (api::Kind::Unavailable, "service.waiting", "try again when it is back")
            }
            Self::Stopping => (api::Kind::Unavailable, "service.stopping", "try again"),
            Self::Store(store::Error::DiskFull { .. })
            | Self::Log(event_log::Error::DiskFull { .. }) => {
                (api::Kind::Unavailable, "disk.full", "free some space")
            }
            #[cfg(feature = "otlp")]
            Self::Collector { .. } => (api::Kind::Internal, "internal", ""),
            Self::Log(_)
            | Self::Store(_)
            | Self::Io { .. }
            | Self::SpoolDamaged { .. }
            | Self::LogReplaced { .. }
            | Self::Listen { .. }
            | Self::OpenAddress { .. }
            | Self::Tls(_)
            | Self::Transport(_)
            | Self::SkipFound
            | Self::Export { .. }
            | Self::Panicked => (api::Kind::Internal, "internal", ""),
        };
        api::Explanation {
            kind,
            rule,
            message: self.to_string(),
            remedy: remedy.to_owned(),
            violations: Vec::new(),
        }
    }
}

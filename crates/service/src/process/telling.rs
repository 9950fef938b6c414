//! What a process tells of itself, from its first moment to its last: logs, the admin port, spans.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::admin::{Admin, Vitals};
use crate::{Error, LogFormat, init_telemetry};

/// The admin port of a process is so far above its gRPC port.
const ADMIN_PORT_ABOVE: u16 = 1000;

/// What a process tells of itself.
#[derive(Args, Clone, Debug)]
pub struct TelemetryOptions {
    /// Where /livez, /readyz and /metrics are served over HTTP, or `none`
    /// [default: 127.0.0.1 and 1000 above the service's own port]
    #[arg(long, env = "ENTREPOT_ADMIN", value_name = "ADDR")]
    pub admin: Option<AdminAddress>,
    /// How log lines look; ENTREPOT_LOG says which there are, such as `info`
    #[arg(long, env = "ENTREPOT_LOG_FORMAT", value_enum, default_value_t = Lines::Text)]
    pub log_format: Lines,
    /// Send spans of calls and events to this collector, by OTLP over gRPC
    #[cfg(feature = "otlp")]
    #[arg(long, env = "ENTREPOT_OTLP", value_name = "URL")]
    pub otlp: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Lines {
    /// For people
    Text,
    /// One JSON document a line
    Json,
}

/// Where the admin port is, if there is to be one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AdminAddress {
    /// There is none.
    Nowhere,
    /// There.
    At(SocketAddr),
}

/// A process that tells of itself until it is finished.
pub struct Telling {
    vitals: Arc<Vitals>,
    /// The admin port; it ends with the process.
    serving: JoinSet<()>,
    #[cfg(feature = "otlp")]
    exporting: Option<crate::trace::Exporting>,
}

impl TelemetryOptions {
    /// Sets logging up, once for the process.
    pub fn init(&self, service: &'static str, instance: &str) {
        let format = match self.log_format {
            Lines::Text => LogFormat::Text,
            Lines::Json => LogFormat::Json,
        };
        init_telemetry(format, service, instance);
    }

    /// Opens the admin port of a service whose usual gRPC port is `port`, and begins to send spans
    /// if that is wanted.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port is taken; [`Error::Collector`] for an address that is none.
    pub async fn begin(
        &self,
        service: &'static str,
        instance: String,
        port: u16,
        shutdown: &CancellationToken,
    ) -> Result<Telling, Error> {
        #[cfg(feature = "otlp")]
        let exporting = match &self.otlp {
            Some(url) => {
                Some(crate::trace::export_to(url, service, &instance).map_err(|source| {
                    Error::Collector { url: url.clone(), source: Box::new(source) }
                })?)
            }
            None => None,
        };
        let vitals = Arc::new(Vitals::new(service, instance, shutdown.clone()));
        let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, port + ADMIN_PORT_ABOVE));
        let mut serving = JoinSet::new();
        if let AdminAddress::At(address) = self.admin.unwrap_or(AdminAddress::At(usual)) {
            let admin = Admin::bind(address).await?;
            tracing::info!(address = %admin.local_addr(), "the admin port answers");
            serving.spawn(admin.serve(vitals.clone()));
        }
        Ok(Telling {
            vitals,
            serving,
            #[cfg(feature = "otlp")]
            exporting,
        })
    }
}

impl Telling {
    /// What the admin port says.
    #[must_use]
    pub fn vitals(&self) -> &Arc<Vitals> {
        &self.vitals
    }

    /// Closes the admin port, and sends what spans are left.
    pub async fn finish(mut self) {
        self.serving.shutdown().await;
        #[cfg(feature = "otlp")]
        if let Some(exporting) = self.exporting {
            // A panic of the exporter's is no reason to fail at the end.
            let _ = tokio::task::spawn_blocking(move || exporting.finish()).await;
        }
    }
}

impl FromStr for AdminAddress {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::Nowhere),
            address => address.parse().map(Self::At),
        }
    }
}

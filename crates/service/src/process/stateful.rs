//! A stateful service as a process of its own, on Kafka: what an operator sets, and its life.
//!
//! The process waits for a broker that does not answer, and ends only with SIGTERM, Ctrl-C or an
//! error that waiting cannot cure. Every option is a flag and an environment variable; secrets are
//! in files, never in either.

use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use event_log::{EventLog, KafkaLog, KafkaOptions, KafkaProperties, topics};
use tokio_util::sync::CancellationToken;

use super::{TelemetryOptions, run_to_end, tell};
use crate::admin::{UnitsSource, Vitals, observe};
use crate::security::{Listen, TlsOptions};
use crate::unit::on_blocking_thread;
use crate::{Error, Instance, InstanceNumber, Running, exports};

/// Between two tries to reach the brokers at the start.
const CONNECT_EVERY: Duration = Duration::from_secs(2);
/// The drain of requests, the last appends and the sync of all stores.
const STOP_WITHIN: Duration = Duration::from_secs(25);
/// How often a process looks whether any of its partitions is left to it.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// What each unit keeps for a full disk: a dozen units share the disk of a process.
const RESERVE_BYTES: u64 = 16 << 20;

/// Options of the process of a stateful service.
#[derive(Args, Clone, Debug)]
pub struct ProcessOptions {
    /// Where gRPC is served [default: 127.0.0.1 and the service's own port]
    #[arg(long, env = "ENTREPOT_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where the stores are kept
    #[arg(long, env = "ENTREPOT_DATA_DIR", value_name = "DIR", default_value = "entrepot-data")]
    pub data_dir: PathBuf,
    /// The brokers of Apache Kafka, as host:port, separated by commas
    #[arg(long, env = "ENTREPOT_KAFKA", value_name = "BROKERS")]
    pub kafka: String,
    /// A file of `name=value` lines that says how to reach them: TLS, credentials
    #[arg(long, env = "ENTREPOT_KAFKA_CONFIG", value_name = "FILE")]
    pub kafka_config: Option<PathBuf>,
    /// The longest that the brokers may take to answer, in seconds
    #[arg(long, env = "ENTREPOT_KAFKA_TIMEOUT", value_name = "SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=300))]
    pub kafka_timeout: u64,
    /// Make the topics that are missing
    #[arg(long, env = "ENTREPOT_CREATE_TOPICS")]
    pub create_topics: bool,
    /// Partitions of topics that are made; fixed for their life
    #[arg(long, env = "ENTREPOT_TOPIC_PARTITIONS", value_name = "N", default_value_t = 12)]
    pub topic_partitions: u32,
    /// Replicas of topics that are made
    #[arg(long, env = "ENTREPOT_TOPIC_REPLICAS", value_name = "N", default_value_t = 3)]
    pub topic_replicas: u32,
    /// Which instance this is: a number from 0, or a name that ends in one, as a pod's
    #[arg(long, env = "ENTREPOT_INSTANCE", value_name = "I", default_value = "0")]
    pub instance: InstanceNumber,
    /// How many instances of the service there are; each owns its share of the partitions
    #[arg(long, env = "ENTREPOT_INSTANCES", value_name = "N", default_value_t = 1)]
    pub instances: u32,
    /// A directory of exports: each unit is exported there by the clock, and a unit without a store
    /// begins from its newest one
    #[arg(long, env = "ENTREPOT_EXPORTS", value_name = "DIR")]
    pub exports: Option<PathBuf>,
    /// How often each unit is exported, as 30m or 1h
    #[arg(long, env = "ENTREPOT_EXPORT_EVERY", value_name = "TIME", default_value = "1h",
        value_parser = parse_every)]
    pub export_every: Duration,
    /// Page cache of all stores of the process together, in MiB
    #[arg(long, env = "ENTREPOT_CACHE_MIB", value_name = "MIB", default_value_t = 256)]
    pub cache_mib: u64,
    /// Certificates of this process and of its callers
    #[command(flatten)]
    pub tls: TlsOptions,
    /// What is logged, and how
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
}

/// What a service is started with.
#[derive(Clone)]
pub struct Parts {
    /// Where gRPC is served, and with which certificates.
    pub listen: Listen,
    /// Where the stores are kept.
    pub data_dir: PathBuf,
    /// How each of them is opened.
    pub store: store::Options,
    /// Which partitions the process owns.
    pub instance: Instance,
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Ends the service.
    pub shutdown: CancellationToken,
}

impl ProcessOptions {
    /// Runs a service until it is told to stop: 0 if it stopped, 1 if it failed, 2 for options that
    /// make no sense.
    pub fn run<F, Fut, E>(self, name: &'static str, port: u16, start: F) -> ExitCode
    where
        F: FnOnce(Parts) -> Fut,
        Fut: Future<Output = Result<Running, E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let instance = match Instance::try_new(self.instance, self.instances) {
            Ok(instance) => instance,
            Err(error) => {
                tell(name, &error);
                return ExitCode::from(2);
            }
        };
        // Before the log is waited for: what is wrong with a file, waiting does not cure.
        let tls = match self.tls.among_services() {
            Ok(tls) => tls,
            Err(error) => {
                tell(name, &error);
                return ExitCode::FAILURE;
            }
        };
        let address = self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let listen = Listen { address, tls };
        if let Err(error) = listen.check() {
            tell(name, &error);
            return ExitCode::FAILURE;
        }
        self.telemetry.init(name, &instance.to_string());
        run_to_end(name, |shutdown| {
            self.tell_and_live(name, port, listen, instance, start, shutdown)
        })
    }

    /// Opens the admin port before anything is waited for, and closes it after everything.
    async fn tell_and_live<F, Fut, E>(
        self,
        name: &'static str,
        port: u16,
        listen: Listen,
        instance: Instance,
        start: F,
        shutdown: CancellationToken,
    ) -> ExitCode
    where
        F: FnOnce(Parts) -> Fut,
        Fut: Future<Output = Result<Running, E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let telling = self.telemetry.begin(name, instance.to_string(), port, &shutdown).await;
        let telling = match telling {
            Ok(telling) => telling,
            Err(error) => {
                tell(name, &error);
                return ExitCode::FAILURE;
            }
        };
        let vitals = telling.vitals().clone();
        let code = self.live(name, listen, instance, start, &vitals, shutdown).await;
        telling.finish().await;
        code
    }

    async fn live<F, Fut, E>(
        self,
        name: &'static str,
        listen: Listen,
        instance: Instance,
        start: F,
        vitals: &Vitals,
        shutdown: CancellationToken,
    ) -> ExitCode
    where
        F: FnOnce(Parts) -> Fut,
        Fut: Future<Output = Result<Running, E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let log = match self.connect(vitals, &shutdown).await {
            Ok(Some(log)) => log,
            Ok(None) => return ExitCode::SUCCESS,
            Err(error) => {
                tell(name, &error);
                return ExitCode::FAILURE;
            }
        };
        vitals.waits_for("process", "opening the stores");
        let count = log.partition_count(&topics::ADVICE);
        if let Some(exports) = &self.exports
            && let Err(error) = self.restore(name, exports, instance, count, vitals).await
        {
            tell(name, &error);
            return ExitCode::FAILURE;
        }
        let units = u64::try_from(instance.partitions(count).count()).unwrap_or(1).max(1);
        let parts = Parts {
            listen,
            data_dir: self.data_dir,
            store: store::Options {
                cache_bytes: (self.cache_mib << 20) / units,
                reserve_bytes: RESERVE_BYTES,
                ..store::Options::default()
            },
            instance,
            log,
            shutdown: shutdown.clone(),
        };
        let running = match start(parts).await {
            Ok(running) => running,
            Err(error) => {
                tell(name, &error);
                return ExitCode::FAILURE;
            }
        };
        tracing::info!(name, address = %running.address, %instance, "serving");
        let units = running.units.clone();
        let exporting = export_by_the_clock(units.clone(), self.exports, self.export_every);
        vitals.started(Arc::new(UnitsSource { service: name, units: units.clone() }));
        // All are cancel safe: the last two hold no state, and a service that is left is stopped.
        let ended = tokio::select! {
            ended = running.stopped() => ended,
            never = observe(units.clone()) => match never {},
            never = exporting => match never {},
            () = all_given_up(&units) => {
                let taken = "another process runs as this instance: it has all its partitions";
                tracing::error!(name, "{taken}");
                eprintln!("entrepot-{name}: {taken}");
                return ExitCode::FAILURE;
            }
            () = stopped_too_long(&shutdown) => {
                tracing::warn!(name, "not all had ended at the end of the drain time");
                return ExitCode::FAILURE;
            }
        };
        match ended {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tell(name, &error);
                ExitCode::FAILURE
            }
        }
    }

    /// Gives the units that have no store the newest export that is whole.
    async fn restore(
        &self,
        name: &'static str,
        exports: &Path,
        instance: Instance,
        count: u32,
        vitals: &Vitals,
    ) -> Result<(), Error> {
        vitals.waits_for("process", "beginning from exports");
        for partition in instance.partitions(count) {
            let unit = format!("{name}-{partition}");
            let (folder, data_dir) = (exports.to_owned(), self.data_dir.clone());
            let restored = on_blocking_thread(move || {
                std::fs::create_dir_all(&folder)
                    .map_err(|source| Error::Io { path: folder.clone(), source })?;
                let from = exports::restore(&folder, &unit, &data_dir)?;
                Ok(from.map(|file| (unit, file)))
            });
            if let Some((unit, file)) = restored.await? {
                tracing::info!(unit, file = %file.display(), "begins from an export");
            }
        }
        Ok(())
    }

    /// The log, once it can be reached; `None` if the process is to stop before.
    async fn connect(
        &self,
        vitals: &Vitals,
        shutdown: &CancellationToken,
    ) -> Result<Option<Arc<dyn EventLog>>, Error> {
        let mut options = KafkaOptions::new(&self.kafka);
        options.partitions = self.topic_partitions;
        options.replicas = self.topic_replicas;
        options.request_timeout = Duration::from_secs(self.kafka_timeout);
        if let Some(file) = &self.kafka_config {
            options.properties = KafkaProperties::from_file(file)?;
        }
        vitals.waits_for("log", "connecting");
        loop {
            // Both are cancel safe: a connection that is dropped has done nothing.
            let connected = tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                connected = self.connect_once(options.clone()) => connected,
            };
            let error = match connected {
                Ok(log) => return Ok(Some(log)),
                Err(error) if error.is_retryable() => error,
                Err(error) => return Err(Error::Log(error)),
            };
            tracing::warn!(%error, "waiting for the log");
            vitals.waits_for("log", &error.to_string());
            // Both are cancel safe: neither holds state.
            tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                () = tokio::time::sleep(CONNECT_EVERY) => {}
            }
        }
    }

    async fn connect_once(
        &self,
        options: KafkaOptions,
    ) -> Result<Arc<dyn EventLog>, event_log::Error> {
        if self.create_topics {
            KafkaLog::create_topics(&options).await?;
        }
        Ok(KafkaLog::connect(options).await?)
    }
}

async fn export_by_the_clock(
    units: crate::Units,
    exports: Option<PathBuf>,
    every: Duration,
) -> Infallible {
    match exports {
        Some(folder) => exports::export_again_and_again(units, folder, every).await,
        None => std::future::pending().await,
    }
}

/// Reads a time such as `90s`, `30m` or `1h`.
fn parse_every(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write it as 90s, 30m or 1h; 1s at least");
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => Some(count),
        "m" => count.checked_mul(60),
        "h" => count.checked_mul(3600),
        _ => None,
    };
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or_else(wrong)
}

async fn stopped_too_long(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(STOP_WITHIN).await;
}

async fn all_given_up(units: &crate::Units) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if units.iter().next().is_some() && units.iter().all(crate::UnitHandle::is_given_up) {
            return;
        }
    }
}

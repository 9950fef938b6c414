//! A whole system that trusts nobody: the command over TLS with a token, the gateway and the
//! services with certificates among themselves, a dry run that goes from one service to another.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use event_log::{EmbeddedLog, EmbeddedOptions};
use gateway::{AccessOptions, KeySource, Upstreams};
use serde_json::{Value, json};
use service::Instance;
use service::security::{Listen, Tls};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::certificates::{Authority, Valid};
use crate::issuer::{Issuer, claims};
use crate::{stderr, stdout};

struct Secured {
    url: String,
    authority: Authority,
    issuer: Issuer,
    runtime: Option<Runtime>,
}

impl Secured {
    fn start(directory: &Path) -> Self {
        let (authority, issuer) = (Authority::new(directory, "authority"), Issuer::new());
        let keys = directory.join("keys.json");
        std::fs::write(&keys, issuer.jwks("").to_string()).expect("a temporary directory");
        let tls = |name: &str| {
            let files = authority.files(Some(authority.issue(name, Valid::Now)));
            Tls::load(files).expect("holds together")
        };
        let listen = |name: &str| Listen { address: loopback(), tls: Some(tls(name)) };
        let runtime = Runtime::new().expect("threads are to be had");
        let log = EmbeddedLog::open(&directory.join("log"), EmbeddedOptions::default());
        let log = log.expect("a log");
        let store = store::Options { reserve_bytes: 0, ..store::Options::default() };
        let (instance, data_dir) = (Instance::ONLY, directory.to_owned());
        let shutdown = CancellationToken::new();
        let url = runtime.block_on(async {
            let options = metrics::Options {
                data_dir: data_dir.clone(),
                listen: listen("metrics"),
                store: store.clone(),
                instance,
            };
            let running = metrics::Service::start(options, log.clone(), shutdown.clone()).await;
            let running = running.expect("metrics starts");
            let metrics = vec![uri(running.address)];
            runtime.spawn(running.stopped());
            let options = ingestion::Options {
                data_dir,
                listen: listen("ingestion"),
                store,
                instance,
                metrics: metrics.clone(),
            };
            let running = ingestion::Service::start(options, log, shutdown.clone()).await;
            let running = running.expect("ingestion starts");
            let ingestion = vec![uri(running.address)];
            runtime.spawn(running.stopped());
            let nobody = || vec!["https://127.0.0.1:9".parse().expect("a URI")];
            let upstreams = Upstreams { ingestion, metrics, network: nobody(), advice: nobody() };
            let mut options = gateway::Options::new(upstreams);
            options.listen = loopback();
            options.tls = Some(
                Tls::load(service::security::TlsFiles {
                    clients: None,
                    ..authority.files(Some(authority.issue("gateway", Valid::Now)))
                })
                .expect("holds together"),
            );
            let keys = Some(KeySource::File(keys));
            options.access = AccessOptions { keys, ..AccessOptions::default() };
            let bound = gateway::Service::bind(options).await.expect("a free port");
            let url = format!("https://{}", bound.local_addr());
            runtime.spawn(bound.run(shutdown));
            url
        });
        Self { url, authority, issuer, runtime: Some(runtime) }
    }

    fn run(&self, scope: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_entrepot"))
            .args(arguments)
            .env("ENTREPOT_GATEWAY", &self.url)
            .env("ENTREPOT_CA", &self.authority.certificate)
            .env("ENTREPOT_TOKEN", self.issuer.token(&claims(json!({ "scope": scope }))))
            .output()
            .expect("the command was built")
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn loopback() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

fn uri(address: SocketAddr) -> tonic::transport::Uri {
    format!("https://{address}").parse().expect("a URI")
}

#[test]
fn a_dry_run_reaches_metrics_through_three_doors() {
    let directory = tempfile::tempdir().expect("a directory");
    let secured = Secured::start(directory.path());
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../feeds/paper");
    let path = |name: &str| paper.join(name).display().to_string();
    let structures = path("structures.json");
    let register = ["register", "structures", &*structures];
    let refused = secured.run("read", &register);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    let registered = secured.run("feed:write", &register);
    assert_eq!(registered.status.code(), Some(0), "{}", stderr(&registered));
    let release = path("fdi-host.csv");
    let tried = secured.run("feed:write read", &["ingest", &release, "--dry-run", "--json"]);
    let answer: Value = serde_json::from_str(&stdout(&tried)).expect("is JSON");
    let release = &answer["releases"][0];
    let changes = release["changes"].as_array().map(Vec::len);
    assert!(changes.is_some_and(|count| count > 0), "metrics has answered: {answer}");
}

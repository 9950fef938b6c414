//! The door and the way behind it over TLS.

use api::metrics::AuditRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::operations::GetStatusRequest;
use api::operations::operations_service_client::OperationsServiceClient;
use gateway::{Error, KeySource, Options, Service as Gateway};
use service::security::{Listen, Tls, TlsFiles, Trust, channel};
use service::{Server, ServerOptions, Units};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::certificates::{Authority, Valid};
use crate::doors::{Guarded, access};
use crate::fake::Fakes;

fn load(files: TlsFiles) -> Tls {
    Tls::load(files).expect("they hold together")
}

async fn audit(url: &str, tls: Option<&Tls>) -> Result<(), Status> {
    let channel = channel(&url.parse().expect("a URI"), tls, |endpoint| endpoint);
    let mut client = MetricsServiceClient::new(channel.expect("TLS is set up"));
    client.audit(AuditRequest::default()).await.map(|_| ())
}

#[tokio::test]
async fn a_door_with_an_authority_of_clients_opens_to_their_certificates_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let servers = Authority::new(directory.path(), "servers");
    let clients = Authority::new(directory.path(), "clients");
    let fakes = Fakes::start();
    let mut options = Options::new(fakes.upstreams());
    options.listen = ([127, 0, 0, 1], 0).into();
    options.tls = Some(load(TlsFiles {
        identity: Some(servers.issue("door", Valid::Now)),
        servers: Trust::Only(servers.certificate.clone()),
        clients: Some(clients.certificate.clone()),
    }));
    let bound = Gateway::bind(options).await.expect("a free port");
    let (secured, plain) =
        (format!("https://{}", bound.local_addr()), format!("http://{}", bound.local_addr()));
    let mut tasks = JoinSet::new();
    tasks.spawn(bound.run(CancellationToken::new()));

    let client = |identity| {
        let servers = Trust::Only(servers.certificate.clone());
        load(TlsFiles { identity, servers, clients: None })
    };
    audit(&plain, None).await.expect_err("plain text to a TLS port");
    audit(&secured, Some(&client(None))).await.expect_err("no certificate");
    let foreign = client(Some(servers.issue("foreign", Valid::Now)));
    audit(&secured, Some(&foreign)).await.expect_err("of another authority");
    assert_eq!(fakes.seen(), Vec::new(), "nothing reached a service");
    let right = client(Some(clients.issue("right", Valid::Now)));
    audit(&secured, Some(&right)).await.expect("is let in");
}

#[tokio::test]
async fn the_gateway_shows_its_certificate_to_the_services() {
    let directory = tempfile::tempdir().expect("a directory");
    let ours = Authority::new(directory.path(), "ours");
    let other = Authority::new(directory.path(), "other");
    let files = ours.files(Some(ours.issue("service", Valid::Now)));
    let listen = Listen { address: ([127, 0, 0, 1], 0).into(), tls: Some(load(files)) };
    let server =
        Server::new(ServerOptions { name: "metrics", service: "entrepot.metrics.v1", listen });
    let server = server.bind().await.expect("a free port");
    let metrics = format!("https://{}", server.local_addr());
    let mut tasks = JoinSet::new();
    let shutdown = CancellationToken::new();
    let units = Units::new(Vec::new(), 1);
    let serving = server.run(units, |_| {}, shutdown.clone());
    tasks.spawn(async { serving.await.expect("it serves") });
    let fakes = Fakes::start();
    for (authority, is_let_in) in [(&ours, true), (&other, false)] {
        let mut options = Options::new(fakes.upstreams());
        options.listen = ([127, 0, 0, 1], 0).into();
        options.upstreams.metrics = vec![metrics.parse().expect("a URI")];
        options.tls = Some(load(TlsFiles {
            identity: Some(authority.issue("gateway", Valid::Now)),
            servers: Trust::Only(ours.certificate.clone()),
            clients: None,
        }));
        let bound = Gateway::bind(options).await.expect("a free port");
        let url = format!("https://{}", bound.local_addr());
        let running = bound.run(shutdown.clone());
        tasks.spawn(async { running.await.expect("it serves") });
        let servers = Trust::Only(authority.certificate.clone());
        let tls = load(TlsFiles { identity: None, servers, clients: None });
        let channel = channel(&url.parse().expect("a URI"), Some(&tls), |endpoint| endpoint);
        let mut client = OperationsServiceClient::new(channel.expect("TLS is set up"));
        let status = client.get_status(GetStatusRequest::default()).await.expect("it answers");
        let services = status.into_inner().services;
        let metrics = services.iter().find(|service| service.name == "metrics");
        let health = &metrics.expect("it is listed").health;
        assert_eq!(health == "serving", is_let_in, "{health}");
    }
}

#[tokio::test]
async fn an_open_address_needs_tls_and_a_way_to_know_callers() {
    let directory = tempfile::tempdir().expect("a directory");
    let ours = Authority::new(directory.path(), "ours");
    let guarded = Guarded::new().await;
    let keys = || KeySource::File(guarded.directory.path().join("keys.json"));
    let with_clients = load(ours.files(Some(ours.issue("door", Valid::Now))));
    let server_only =
        load(TlsFiles { clients: None, ..ours.files(Some(ours.issue("server", Valid::Now))) });
    let cases = [
        (None, None, "--tls-cert"),
        (None, Some(keys()), "--tls-cert"),
        (Some(server_only.clone()), None, "--jwt-keys"),
        (Some(server_only), Some(keys()), ""),
        (Some(with_clients), None, ""),
    ];
    for (tls, keys, missing) in cases {
        let mut options = Options::new(guarded.setting.fakes.upstreams());
        options.listen = ([0, 0, 0, 0], 0).into();
        options.tls = tls;
        if let Some(keys) = keys {
            options.access = access(keys);
        }
        match Gateway::bind(options).await.err() {
            None => assert_eq!(missing, "", "starts"),
            Some(error) => {
                let is_expected =
                    matches!(error, Error::NotLoopback { .. } | Error::NoAuthentication { .. });
                assert!(is_expected && !missing.is_empty(), "{error}");
                assert!(error.to_string().contains(missing), "says what to set: {error}");
            }
        }
    }
}

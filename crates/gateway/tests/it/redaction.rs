//! A gateway that logs everything it can shows no secret that it was given.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::metrics::AuditRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use serde_json::json;
use service::security::{Tls, channel};
use tonic::Status;

use crate::certificates::{Authority, Valid};
use crate::doors::with_token;
use crate::fake::Fakes;
use crate::issuer::{Issuer, claims};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn ask(url: &str, tls: &Tls, authorization: &str) -> Result<(), Status> {
    let channel = channel(&url.parse().expect("a URI"), Some(tls), |endpoint| endpoint);
    let mut client = MetricsServiceClient::new(channel.expect("TLS is set up"));
    client.audit(with_token(AuditRequest::default(), Some(authorization))).await.map(|_| ())
}

#[tokio::test]
async fn at_the_level_trace_no_token_and_no_key_is_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let (ours, issuer) = (Authority::new(directory.path(), "ours"), Issuer::new());
    let identity = ours.issue("gateway", Valid::Now);
    let keys = directory.path().join("keys.json");
    std::fs::write(&keys, issuer.jwks("").to_string()).expect("a temporary directory");
    let fakes = Fakes::start();
    let metrics = fakes.upstreams().metrics[0].to_string();
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("it is bound").port()
    };
    let child = Command::new(env!("CARGO_BIN_EXE_entrepot-gateway"))
        .env("ENTREPOT_LOG", "trace")
        .env("ENTREPOT_ADMIN", "none")
        .env("ENTREPOT_LISTEN", format!("127.0.0.1:{port}"))
        .env("ENTREPOT_METRICS", &metrics)
        .env("ENTREPOT_TLS_CERT", &identity.certificate)
        .env("ENTREPOT_TLS_KEY", &identity.key)
        .env("ENTREPOT_TLS_CA", &ours.certificate)
        .env("ENTREPOT_JWT_KEYS", &keys)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Process(child.expect("the gateway was built"));
    let mut said = process.0.stderr.take().expect("is piped");
    let mut printed = process.0.stdout.take().expect("is piped");
    // A pipe that nobody reads would stop the process.
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        said.read_to_string(&mut text).map(|_| text).expect("is UTF-8")
    });
    let good = issuer.token(&claims(json!({ "sub": "a-subject" })));
    let bad = issuer.token(&claims(json!({ "sub": "a-subject", "scope": "network:write" })));
    let forged = Issuer::new().token(&claims(json!({})));
    let tls = Tls::load(ours.files(None)).expect("holds together");
    let url = format!("https://127.0.0.1:{port}");
    let began = Instant::now();
    while let Err(status) = ask(&url, &tls, &format!("Bearer {good}")).await {
        assert!(began.elapsed() < START_TIMEOUT, "{status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ask(&url, &tls, &format!("Bearer {bad}")).await.expect_err("another scope");
    ask(&url, &tls, &format!("Bearer {forged}")).await.expect_err("another key");
    ask(&url, &tls, &format!("Basic {good}")).await.expect_err("another scheme");
    process.0.kill().expect("it runs");
    let mut text = reading.join().expect("it was read");
    printed.read_to_string(&mut text).expect("is UTF-8");
    assert!(text.contains("TRACE") && text.contains("a-subject"), "it logs all that it can");
    let pem = std::fs::read_to_string(&identity.key).expect("it was written");
    let key = pem.lines().nth(1).expect("a line of base64");
    for secret in [&good, &bad, &forged] {
        let signature = secret.rsplit('.').next().expect("three parts");
        assert!(!text.contains(signature), "a token is in the log");
    }
    assert!(!text.contains(key), "the private key is in the log");
}

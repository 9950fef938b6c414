//! Where keys come from, and how the gateway learns of new ones.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::metrics::AuditRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Error, KeySource, KeysError, Options, Service};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::Status;

use crate::Setting;
use crate::doors::{Guarded, access, with_token};
use crate::issuer::{Algorithm, Issuer, claims};

async fn ask(setting: &Setting, token: &str) -> Result<(), Status> {
    let authorization = format!("Bearer {token}");
    let request = with_token(AuditRequest::default(), Some(&authorization));
    setting.metrics().audit(request).await.map(|_| ())
}

fn named(issuer: &Issuer, kid: &str) -> String {
    issuer.sign(Algorithm::Es256, &json!({ "alg": "ES256", "kid": kid }), &claims(json!({})))
}

/// A provider that answers every request with the same, and counts them.
struct Provider {
    url: String,
    asked: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Provider {
    async fn answering(head: &'static str, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/keys", listener.local_addr().expect("it is bound"));
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("it listens");
                let _ = stream.read(&mut [0; 1024]).await;
                counter.fetch_add(1, Ordering::SeqCst);
                let length = body.len();
                let answer = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, asked, _task: task }
    }

    fn source(&self) -> KeySource {
        self.url.parse().expect("loopback may be http")
    }
}

#[tokio::test]
async fn new_keys_of_a_file_are_found_at_the_first_token_with_one_but_not_at_every() {
    let guarded = Guarded::new().await;
    let keys = guarded.directory.path().join("keys.json");
    let replace = |issuer: &Issuer, prefix: &str| {
        std::fs::write(&keys, issuer.jwks(prefix).to_string()).expect("a temporary directory");
    };
    let (second, third) = (Issuer::new(), Issuer::new());
    replace(&second, "second-");
    ask(&guarded.setting, &named(&second, "second-es")).await.expect("is looked for");
    let old = ask(&guarded.setting, &named(&guarded.issuer, "es")).await;
    old.expect_err("the old key is withdrawn");
    replace(&third, "third-");
    let early = ask(&guarded.setting, &named(&third, "third-es")).await;
    early.expect_err("was looked for a moment ago");
}

#[tokio::test]
async fn made_up_names_of_keys_cost_the_provider_one_question() {
    let issuer = Issuer::new();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    let provider = Provider::answering(head, issuer.jwks("").to_string()).await;
    let source = provider.source();
    let setting = Setting::with(|options| options.access = access(source)).await;
    ask(&setting, &named(&issuer, "es")).await.expect("the keys were fetched at the start");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    for number in 0..20 {
        let token = named(&issuer, &format!("made-up-{number}"));
        ask(&setting, &token).await.expect_err("is unknown");
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_provider_that_is_away_or_redirects_lets_nobody_in_and_nothing_fail() {
    let issuer = Issuer::new();
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/keys";
    let large = "{\"keys\":[]}".to_owned() + &" ".repeat(1 << 20);
    for (head, body) in [(moved, issuer.jwks("").to_string()), ("HTTP/1.1 200 OK", large)] {
        let provider = Provider::answering(head, body).await;
        let source = provider.source();
        let setting = Setting::with(|options| options.access = access(source)).await;
        ask(&setting, &named(&issuer, "es")).await.expect_err("there is no key");
    }
    let nobody = "http://127.0.0.1:9/keys".parse().expect("loopback may be http");
    let setting = Setting::with(|options| options.access = access(nobody)).await;
    ask(&setting, &named(&issuer, "es")).await.expect_err("there is no key");
}

#[tokio::test]
async fn keys_in_pem_have_no_names_and_each_is_tried() {
    let directory = tempfile::tempdir().expect("a directory");
    let issuers = [Issuer::new(), Issuer::new()];
    let mut pem = String::new();
    for issuer in &issuers {
        // A `SubjectPublicKeyInfo` of a P-256 key is this and the point.
        let mut info = vec![
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        info.extend(issuer.public_bytes());
        let text = STANDARD.encode(info);
        pem += &format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
    }
    let path = directory.path().join("keys.pem");
    std::fs::write(&path, pem).expect("a temporary directory");
    let setting = Setting::with(|options| options.access = access(KeySource::File(path))).await;
    for issuer in &issuers {
        ask(&setting, &named(issuer, "any")).await.expect("one of them fits");
    }
    ask(&setting, &named(&Issuer::new(), "any")).await.expect_err("none fits");
}

#[tokio::test]
async fn keys_that_are_no_use_end_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let symmetric = json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] }).to_string();
    let small = json!({ "keys": [{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }] }).to_string();
    let cases = [
        ("absent", None),
        ("text", Some("no keys".to_owned())),
        ("json", Some("{\"key\": []}".to_owned())),
        ("empty", Some("{\"keys\": []}".to_owned())),
        ("symmetric", Some(symmetric)),
        ("small", Some(small)),
        ("large", Some(" ".repeat(300 << 10))),
    ];
    for (name, content) in cases {
        let path: PathBuf = directory.path().join(name);
        if let Some(content) = content {
            std::fs::write(&path, content).expect("a temporary directory");
        }
        let fakes = crate::fake::Fakes::start();
        let mut options = Options::new(fakes.upstreams());
        options.listen = ([127, 0, 0, 1], 0).into();
        options.access = access(KeySource::File(path));
        let error = Service::bind(options).await.err().expect("does not start");
        let Error::Keys(error) = error else { panic!("{name}: {error}") };
        match name {
            "absent" => assert!(matches!(error, KeysError::Unreadable { .. }), "{error}"),
            "text" | "json" => assert!(matches!(error, KeysError::Form), "{error}"),
            "large" => assert!(matches!(error, KeysError::TooLarge { .. }), "{error}"),
            _ => assert!(matches!(error, KeysError::NoneUsable { .. }), "{name}: {error}"),
        }
    }
}

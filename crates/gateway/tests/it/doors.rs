//! Every door with the wrong key, and with the right one.

use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::{AssertNetworkRequest, IngestRequest, RegisterDocumentRequest};
use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use api::operations::GetStatusRequest;
use api::operations::operations_service_client::OperationsServiceClient;
use gateway::{AccessOptions, KeySource, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::issuer::{Algorithm, Issuer, claims, encode, part, seconds_from_now};
use crate::{Setting, soon};

/// A gateway that asks for tokens of an issuer.
pub(crate) struct Guarded {
    pub(crate) setting: Setting,
    pub(crate) issuer: Issuer,
    pub(crate) directory: TempDir,
}

impl Guarded {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let (issuer, directory) = (Issuer::new(), tempfile::tempdir().expect("a directory"));
        let keys = directory.path().join("keys.json");
        std::fs::write(&keys, issuer.jwks("").to_string()).expect("a temporary directory");
        let setting = Setting::with(|options| {
            options.access = access(KeySource::File(keys));
            change(options);
        })
        .await;
        Self { setting, issuer, directory }
    }

    pub(crate) async fn audit(&self, authorization: Option<&str>) -> Result<(), Status> {
        let request = with_token(AuditRequest::default(), authorization);
        self.setting.metrics().audit(request).await.map(|_| ())
    }
}

pub(crate) fn access(keys: KeySource) -> AccessOptions {
    AccessOptions {
        keys: Some(keys),
        issuer: Some("https://login.test".to_owned()),
        audience: Some("entrepot".to_owned()),
        trust: None,
    }
}

pub(crate) fn with_token<T>(message: T, authorization: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(authorization) = authorization {
        let value = authorization.parse().expect("is ascii");
        request.metadata_mut().insert("authorization", value);
    }
    request
}

fn bearer(token: &str) -> Option<String> {
    Some(format!("Bearer {token}"))
}

#[tokio::test]
async fn no_bad_token_opens_the_door_and_all_are_told_the_same() {
    let guarded = Guarded::new().await;
    let issuer = &guarded.issuer;
    let es = json!({ "alg": "ES256", "kid": "es" });
    let sign = |header: Value| issuer.sign(Algorithm::Es256, &header, &claims(json!({})));
    let changed = |changes: Value| issuer.token(&claims(changes));
    let good = changed(json!({}));
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let keyed = |alg: &str, secret: &[u8]| {
        let header = json!({ "alg": alg, "kid": "es" });
        let message = format!("{}.{}", part(&header), part(&claims(json!({}))));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        format!("{message}.{}", encode(ring::hmac::sign(&key, message.as_bytes()).as_ref()))
    };
    let unsigned = |alg: &str| {
        format!("{}.{}.", part(&json!({ "alg": alg, "kid": "es" })), part(&claims(json!({}))))
    };
    let rsa = |kid: &str| {
        let header = json!({ "alg": "RS256", "kid": kid });
        issuer.sign(Algorithm::Rs256, &header, &claims(json!({})))
    };
    let jwks = issuer.jwks("").to_string();
    let more = part(&claims(json!({ "scope": "admin" })));
    let bad = [
        ("not yet valid", changed(json!({ "nbf": seconds_from_now(120) }))),
        ("another issuer", changed(json!({ "iss": "https://login.other" }))),
        ("no issuer", changed(json!({ "iss": null }))),
        ("another audience", changed(json!({ "aud": "billing" }))),
        ("no audience", changed(json!({ "aud": null }))),
        ("no expiry", changed(json!({ "exp": null }))),
        ("an expiry that is no number", changed(json!({ "exp": "2099" }))),
        ("no algorithm", unsigned("none")),
        ("no algorithm, in capitals", unsigned("NONE")),
        ("no signature", unsigned("ES256")),
        ("the public key as a secret", keyed("HS256", issuer.public_bytes())),
        ("the document as a secret", keyed("HS256", jwks.as_bytes())),
        ("a shared secret that was published", keyed("HS256", b"a secret that is published")),
        ("an unknown key", sign(json!({ "alg": "ES256", "kid": "unknown" }))),
        ("no name of a key", sign(json!({ "alg": "ES256" }))),
        ("the name of another key", sign(json!({ "alg": "ES256", "kid": "rs" }))),
        ("an algorithm of another key", sign(json!({ "alg": "RS256", "kid": "rs" }))),
        ("a key for encryption", rsa("enc")),
        ("what must be understood", sign(json!({ "alg": "ES256", "kid": "es", "crit": ["b64"] }))),
        ("a key of its own", Issuer::new().sign(Algorithm::Es256, &es, &claims(json!({})))),
        ("other claims", format!("{}.{more}.{signature}", part(&es))),
        ("half a signature", good[..good.len() - 20].to_owned()),
        ("two parts", message.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        ("no token", "token".to_owned()),
        ("nothing", String::new()),
        ("too long", "x".repeat(9 << 10)),
    ];
    let mut texts = Vec::new();
    for (what, token) in bad {
        let status = guarded.audit(bearer(&token).as_deref()).await.expect_err(what);
        assert_eq!(status.code(), Code::Unauthenticated, "{what}: {status}");
        texts.push((what, status.message().to_owned()));
    }
    for header in [good.clone(), format!("Basic {good}"), format!("Bearer,{good}")] {
        let status = guarded.audit(Some(&header)).await.expect_err("another scheme");
        texts.push(("scheme", status.message().to_owned()));
    }
    for (what, text) in &texts {
        assert_eq!(text, "the token is not accepted", "{what}");
    }
    let status = guarded.audit(None).await.expect_err("no token");
    let info = status.get_details_error_info().expect("says what to do");
    assert_eq!((status.code(), &*info.reason), (Code::Unauthenticated, "access.no-token"));
    let old = changed(json!({ "exp": seconds_from_now(-61) }));
    let status = guarded.audit(bearer(&old).as_deref()).await.expect_err("has expired");
    assert_eq!(status.message(), "the token has expired");
    let old = Issuer::new().token(&claims(json!({ "exp": seconds_from_now(-61) })));
    let status = guarded.audit(bearer(&old).as_deref()).await.expect_err("was never good");
    assert_eq!(status.message(), "the token is not accepted");

    assert_eq!(guarded.setting.fakes.seen(), Vec::new(), "nothing reached a service");
    guarded.audit(bearer(&good).as_deref()).await.expect("the good one is let in");
}

#[tokio::test]
async fn good_tokens_of_each_algorithm_and_form_are_let_in() {
    let guarded = Guarded::new().await;
    let issuer = &guarded.issuer;
    let signed = [
        (Algorithm::Es256, "ES256", "es"),
        (Algorithm::EdDsa, "EdDSA", "ed"),
        (Algorithm::Rs256, "RS256", "rs"),
    ];
    for (algorithm, alg, kid) in signed {
        let header = json!({ "alg": alg, "kid": kid, "typ": "JWT" });
        let token = issuer.sign(algorithm, &header, &claims(json!({})));
        guarded.audit(bearer(&token).as_deref()).await.unwrap_or_else(|error| {
            panic!("{alg}: {error}");
        });
    }
    let forms = [
        json!({ "scope": "openid read profile" }),
        json!({ "scope": null, "scp": "read" }),
        json!({ "scope": null, "scp": ["feed:write", "read"] }),
        json!({ "scope": null, "scopes": ["read"] }),
        json!({ "aud": ["billing", "entrepot"] }),
        json!({ "nbf": seconds_from_now(30) }),
        json!({ "exp": seconds_from_now(-30) }),
    ];
    for changes in forms {
        let token = issuer.token(&claims(changes.clone()));
        guarded.audit(bearer(&token).as_deref()).await.unwrap_or_else(|error| {
            panic!("{changes}: {error}");
        });
    }
    let token = issuer.token(&claims(json!({})));
    guarded.audit(Some(&format!("bearer {token}"))).await.expect("in small letters too");
}

#[tokio::test]
async fn each_door_asks_for_its_own_scope() {
    let guarded = Guarded::new().await;
    let channel = guarded.setting.channel.clone();
    let mut ingestion = IngestionServiceClient::new(channel.clone());
    let mut operations = OperationsServiceClient::new(channel);
    for given in ["read", "feed:write", "network:write", "admin", "readx", ""] {
        let token = guarded.issuer.token(&claims(json!({ "scope": given })));
        let token = bearer(&token);
        let token = token.as_deref();
        let check = |needed: &str, outcome: Result<(), Status>| match outcome {
            Err(status) if status.code() == Code::PermissionDenied => {
                assert_ne!(needed, given, "{status}");
                let info = status.get_details_error_info().expect("says which scope");
                assert_eq!(info.metadata["scope"], needed);
            }
            outcome => assert_eq!(needed, given, "{outcome:?}"),
        };
        check("read", guarded.audit(token).await);
        let status = operations.get_status(with_token(GetStatusRequest::default(), token)).await;
        check("read", status.map(|_| ()));
        let parts = tokio_stream::iter([IngestRequest::default()]);
        check("feed:write", ingestion.ingest(with_token(parts, token)).await.map(|_| ()));
        let document = with_token(RegisterDocumentRequest::default(), token);
        check("feed:write", ingestion.register_document(document).await.map(|_| ()));
        let assertion = with_token(AssertNetworkRequest::default(), token);
        check("network:write", ingestion.assert_network(assertion).await.map(|_| ()));
    }
}

#[tokio::test]
async fn health_is_open_and_reflection_is_not() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    let guarded = Guarded::new().await;
    let channel = guarded.setting.channel.clone();
    let question = HealthCheckRequest { service: String::new() };
    HealthClient::new(channel.clone()).check(question).await.expect("is open");
    let mut reflection = ServerReflectionClient::new(channel);
    let questions = || tokio_stream::iter([ServerReflectionRequest::default()]);
    let refused = reflection.server_reflection_info(with_token(questions(), None)).await;
    assert_eq!(refused.expect_err("is not").code(), Code::Unauthenticated);
    let token = bearer(&guarded.issuer.token(&claims(json!({}))));
    let asked = with_token(questions(), token.as_deref());
    reflection.server_reflection_info(asked).await.expect("with a token it is");
}

#[tokio::test]
async fn a_watch_ends_with_its_token() {
    let guarded = Guarded::new().await;
    // With the leeway of a minute it has a second left.
    let token = guarded.issuer.token(&claims(json!({ "exp": seconds_from_now(-59) })));
    let question = with_token(WatchIndicatorsRequest::default(), bearer(&token).as_deref());
    let watch = guarded.setting.metrics().watch_indicators(question).await.expect("begins");
    let mut watch = watch.into_inner();
    let status = loop {
        match soon(watch.message()).await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a watch does not end by itself"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unauthenticated, "{status}");
    assert_eq!(status.message(), "the token has expired");
}

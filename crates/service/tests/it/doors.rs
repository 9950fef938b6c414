//! A service lets in who shows a certificate of its authority, and nobody else.

use service::security::{Listen, Tls, TlsFiles, Trust};
use service::{Error, Server, ServerOptions};

use crate::certificates::{Authority, Valid};
use crate::{Setting, ask};

#[tokio::test]
async fn only_a_certificate_of_the_authority_opens_a_service() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ours = Authority::new(directory.path(), "ours");
    let other = Authority::new(directory.path(), "other");
    let tls = |files| Tls::load(files).expect("they hold together");
    let server = tls(ours.files(Some(ours.issue("server", Valid::Now))));
    let setting = Setting::with(Some(server)).await;
    let (secured, plain) =
        (format!("https://{}", setting.address), format!("http://{}", setting.address));

    let right = tls(ours.files(Some(ours.issue("gateway", Valid::Now))));
    ask(secured.clone(), Some(&right)).await.expect("is let in");

    ask(plain, None).await.expect_err("plain text to a TLS port");
    let none = tls(ours.files(None));
    ask(secured.clone(), Some(&none)).await.expect_err("no certificate");
    let foreign = TlsFiles {
        identity: Some(other.issue("stranger", Valid::Now)),
        servers: Trust::Only(ours.certificate.clone()),
        clients: None,
    };
    ask(secured.clone(), Some(&tls(foreign))).await.expect_err("of another authority");
    let distrusting = tls(TlsFiles {
        identity: Some(ours.issue("careful", Valid::Now)),
        servers: Trust::Only(other.certificate.clone()),
        clients: None,
    });
    ask(secured, Some(&distrusting)).await.expect_err("the client does not know the server");
}

#[tokio::test]
async fn an_expired_client_certificate_is_refused_by_the_server() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};

    let directory = tempfile::tempdir().expect("a temporary directory");
    let ours = Authority::new(directory.path(), "ours");
    let server = ours.files(Some(ours.issue("server", Valid::Now)));
    let setting = Setting::with(Some(Tls::load(server).expect("holds together"))).await;
    // Our own client refuses to load such a certificate, so that a plain one tries.
    for (valid, is_let_in) in [(Valid::Now, true), (Valid::Past, false), (Valid::Future, false)] {
        let files = ours.issue("client", valid);
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(&ours.certificate).expect("is one");
        roots.add(authority).expect("is one");
        let certificate = CertificateDer::from_pem_file(&files.certificate).expect("is one");
        let key = PrivateKeyDer::from_pem_file(&files.key).expect("is one");
        let mut config = ClientConfig::builder_with_provider(default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("the usual versions")
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], key)
            .expect("is a pair");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = tokio::net::TcpStream::connect(setting.address).await.expect("it listens");
        let name = "localhost".try_into().expect("a name");
        let stream = TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await;
        // With TLS 1.3 the client learns of a refusal only when it reads.
        let mut stream = stream.expect("its own half is done");
        let settings = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        let _ = stream.write_all(settings).await;
        let answered = matches!(stream.read(&mut [0; 64]).await, Ok(count) if count > 0);
        assert_eq!(answered, is_let_in, "{valid:?}");
    }
}

#[tokio::test]
async fn an_open_address_needs_a_certificate_and_the_authority_of_callers() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ours = Authority::new(directory.path(), "ours");
    let whole = ours.files(Some(ours.issue("server", Valid::Now)));
    let no_identity = TlsFiles { identity: None, ..whole.clone() };
    let no_clients = TlsFiles { clients: None, ..whole.clone() };
    for (files, opens) in
        [(None, false), (Some(no_identity), false), (Some(no_clients), false), (Some(whole), true)]
    {
        let tls = files.map(|files| Tls::load(files).expect("they hold together"));
        let listen = Listen { address: ([0, 0, 0, 0], 0).into(), tls };
        let options = ServerOptions { name: "metrics", service: "entrepot.metrics.v1", listen };
        match Server::new(options).bind().await {
            Ok(_) => assert!(opens),
            Err(error) => {
                assert!(!opens && matches!(error, Error::OpenAddress { .. }), "{error}");
                assert!(error.to_string().contains("--tls-ca"), "says what to set: {error}");
            }
        }
    }
}

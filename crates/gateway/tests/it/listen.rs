//! Which addresses the gateway takes.

use gateway::{Error, Options, Service, Upstreams};

fn options() -> Options {
    let nobody = || vec!["http://127.0.0.1:9".parse().expect("is a URI")];
    let mut options = Options::new(Upstreams {
        ingestion: nobody(),
        metrics: nobody(),
        network: nobody(),
        advice: nobody(),
    });
    options.listen = ([127, 0, 0, 1], 0).into();
    options
}

#[tokio::test]
async fn only_loopback_is_served_without_authentication() {
    for address in ["0.0.0.0:0", "192.0.2.7:0", "[::]:0"] {
        let mut options = options();
        options.listen = address.parse().expect("is an address");
        let error = Service::bind(options).await.err().expect("is refused");
        assert!(matches!(error, Error::NotLoopback { .. }), "{address}: {error}");
    }
    let mut options = options();
    options.listen = "[::1]:0".parse().expect("is an address");
    // A machine without IPv6 cannot bind it, which is another error.
    if let Err(error) = Service::bind(options).await {
        assert!(matches!(error, Error::Bind { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Service::bind(options()).await.expect("a free port");
    let mut options = options();
    options.listen = first.local_addr();
    let error = Service::bind(options).await.err().expect("is taken");
    assert!(matches!(error, Error::Bind { .. }), "{error}");
}

#[tokio::test]
async fn an_upstream_needs_scheme_and_host() {
    let mut options = options();
    options.upstreams.metrics = vec!["localhost".parse().expect("is a URI")];
    let error = Service::bind(options).await.err().expect("is refused");
    assert!(matches!(error, Error::Upstream { .. }), "{error}");
}

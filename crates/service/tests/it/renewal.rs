//! Certificates are renewed by swapping files, while the server runs.

use std::fs;
use std::time::Duration;

use service::security::{IdentityFiles, Tls, TlsFiles, Trust};

use crate::certificates::{Authority, Valid};
use crate::{Setting, ask};

#[tokio::test]
async fn a_renewed_certificate_is_taken_without_a_restart_and_a_wrong_one_never() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let old = Authority::new(directory.path(), "old");
    let new = Authority::new(directory.path(), "new");
    let mounted = IdentityFiles {
        certificate: directory.path().join("tls.crt"),
        key: directory.path().join("tls.key"),
    };
    let mount = |files: &IdentityFiles| {
        fs::copy(&files.certificate, &mounted.certificate).expect("a temporary directory");
        fs::copy(&files.key, &mounted.key).expect("a temporary directory");
    };
    mount(&old.issue("first", Valid::Now));
    let files = TlsFiles { identity: Some(mounted.clone()), servers: Trust::System, clients: None };
    let files = TlsFiles { servers: Trust::Only(old.certificate.clone()), ..files };
    let tls = Tls::load_looking_every(files, Duration::ZERO).expect("holds together");
    let setting = Setting::with(Some(tls)).await;
    let url = format!("https://{}", setting.address);
    let client = |authority: &Authority| Tls::load(authority.files(None)).expect("an authority");
    let (knows_old, knows_new) = (client(&old), client(&new));

    ask(url.clone(), Some(&knows_old)).await.expect("serves the first certificate");
    ask(url.clone(), Some(&knows_new)).await.expect_err("the second is not there yet");

    // Half of the new pair: the old one goes on.
    let second = new.issue("second", Valid::Now);
    fs::copy(&second.certificate, &mounted.certificate).expect("a temporary directory");
    ask(url.clone(), Some(&knows_old)).await.expect("goes on with the first");

    mount(&second);
    ask(url.clone(), Some(&knows_new)).await.expect("serves the second");
    ask(url, Some(&knows_old)).await.expect_err("the first is gone");
}

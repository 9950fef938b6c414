//! What is wrong with a file of TLS is told with its name and what to do.

use std::fs;

use service::security::{IdentityFiles, Tls, TlsError, TlsFiles, Trust};

use crate::certificates::{Authority, Valid};

fn refused(authority: &Authority, identity: IdentityFiles) -> String {
    let error = Tls::load(authority.files(Some(identity))).expect_err("is refused");
    error.to_string()
}

#[test]
fn each_fault_of_a_file_has_its_reason() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let authority = Authority::new(directory.path(), "authority");
    let good = authority.issue("good", Valid::Now);
    let second = authority.issue("second", Valid::Now);
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, bytes).expect("a temporary directory");
        path
    };
    let pem = fs::read(&good.certificate).expect("it was written");
    let with_certificate = |path| IdentityFiles { certificate: path, key: good.key.clone() };
    let with_key = |path| IdentityFiles { certificate: good.certificate.clone(), key: path };
    let cases = [
        (with_certificate(directory.path().join("absent.crt")), "absent.crt", "cannot be read"),
        (with_certificate(write("der.crt", &[0x30, 0x82])), "der.crt", "BEGIN CERTIFICATE"),
        (with_certificate(write("cut.crt", &pem[..pem.len() / 2])), "cut.crt", "damaged"),
        (with_certificate(good.key.clone()), "good.key", "holds no certificate"),
        (with_certificate(second.certificate.clone()), "second.crt", "does not match"),
        (with_certificate(write("large.crt", &[b'x'; 1 << 21])), "large.crt", "more than"),
        (
            with_certificate(write(
                "empty.crt",
                b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            )),
            "empty.crt",
            "cannot be used",
        ),
        (with_key(second.key.clone()), "second.key", "does not match"),
        (with_key(good.certificate.clone()), "good.crt", "private key"),
        (authority.issue("old", Valid::Past), "old.crt", "expired at 2021-01-01"),
        (authority.issue("new", Valid::Future), "new.crt", "valid from 2199-01-01"),
    ];
    for (identity, file, reason) in cases {
        let text = refused(&authority, identity);
        assert!(text.contains(file) && text.contains(reason), "{file}: {text}");
    }
    Tls::load(authority.files(Some(good))).expect("the right one is taken");
}

#[test]
fn an_authority_that_is_none_is_named_too() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("ca.pem");
    fs::write(&path, "no certificate").expect("a temporary directory");
    let files = TlsFiles { servers: Trust::Only(path), ..TlsFiles::default() };
    let error = Tls::load(files).expect_err("is refused");
    assert!(matches!(error, TlsError::NotPem { .. }), "{error}");
    assert!(error.to_string().contains("ca.pem"), "{error}");
}

//! The command at a door that asks who it is.

use std::path::Path;
use std::process::{Command, Output};

use gateway::{AccessOptions, KeySource, Options};
use serde_json::json;
use service::security::Tls;
use tempfile::TempDir;

use crate::certificates::{Authority, Valid};
use crate::issuer::{Issuer, claims};
use crate::{Setting, stderr, stdout};

struct Guarded {
    setting: Setting,
    issuer: Issuer,
    directory: TempDir,
}

impl Guarded {
    fn with(change: impl FnOnce(&mut Options, &Path)) -> Self {
        let (issuer, directory) = (Issuer::new(), tempfile::tempdir().expect("a directory"));
        let keys = directory.path().join("keys.json");
        std::fs::write(&keys, issuer.jwks("").to_string()).expect("a temporary directory");
        let setting = Setting::with(|options| {
            options.access =
                AccessOptions { keys: Some(KeySource::File(keys)), ..AccessOptions::default() };
            change(options, directory.path());
        });
        Self { setting, issuer, directory }
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).expect("a temporary directory");
        path.display().to_string()
    }
}

fn run(setting: &Setting, arguments: &[&str], token: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrepot"));
    command.args(arguments).env("ENTREPOT_GATEWAY", &setting.gateway).env("ENTREPOT_LOG", "trace");
    if let Some(token) = token {
        command.env("ENTREPOT_TOKEN", token);
    }
    command.output().expect("the command was built")
}

#[test]
fn a_token_comes_from_a_file_or_the_environment_and_is_never_shown() {
    let guarded = Guarded::with(|_, _| {});
    let good = guarded.issuer.token(&claims(json!({})));
    let bad = guarded.issuer.token(&claims(json!({ "nbf": 4_000_000_000_i64 })));
    let narrow = guarded.issuer.token(&claims(json!({ "scope": "feed:write" })));
    let setting = &guarded.setting;
    let file = guarded.file("token", &format!("{good}\n"));
    let cases = [
        (vec!["audit", "--token-file", &*file], None, 0, ""),
        (vec!["audit"], Some(&good), 0, ""),
        (vec!["audit", "--token-file", &*file], Some(&bad), 0, ""),
        (vec!["audit"], None, 3, "--token-file"),
        (vec!["audit"], Some(&bad), 3, "the token is not accepted"),
        (vec!["audit"], Some(&narrow), 3, "scope: read"),
        (vec!["audit", "--token-file", "/nowhere/token"], None, 2, "/nowhere/token"),
        (vec!["audit", "--gateway", "http://entrepot.example"], Some(&good), 2, "https://"),
        (vec!["audit", "--gateway", "https://127.0.0.1:9"], Some(&good), 4, ""),
    ];
    for (arguments, token, code, said) in cases {
        let output = run(setting, &arguments, token.map(String::as_str));
        let text = stderr(&output) + &stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(said), "{arguments:?} does not say `{said}`: {text}");
        for secret in [&good, &bad, &narrow] {
            let signature = secret.rsplit('.').next().expect("three parts");
            assert!(!text.contains(signature), "{arguments:?} shows a token: {text}");
        }
    }
    let two_words = run(setting, &["audit"], Some("Bearer eyJ.secret"));
    assert_eq!(two_words.status.code(), Some(2));
    assert!(!stderr(&two_words).contains("eyJ.secret"), "{}", stderr(&two_words));
}

#[test]
fn a_door_with_tls_is_known_by_its_authority_and_may_ask_for_a_certificate() {
    let mut identity = None;
    let guarded = Guarded::with(|options, directory| {
        let ours = Authority::new(directory, "ours");
        Authority::new(directory, "other");
        let files = ours.files(Some(ours.issue("door", Valid::Now)));
        options.tls = Some(Tls::load(files).expect("holds together"));
        identity = Some(ours.issue("analyst", Valid::Now));
    });
    let identity = identity.expect("was issued");
    let path = |name: &str| guarded.directory.path().join(name).display().to_string();
    let (ours, other) = (path("ours.pem"), path("other.pem"));
    let (certificate, key) = (identity.certificate.display(), identity.key.display());
    let (certificate, key) = (certificate.to_string(), key.to_string());
    let token = guarded.issuer.token(&claims(json!({})));
    let shown = ["--client-cert", &*certificate, "--client-key", &*key];
    let cases = [
        (vec!["--ca", &*ours], true, 0, ""),
        (vec!["--ca", &*other], true, 4, "UnknownIssuer"),
        // Whether the reason or the end of the connection is seen first is the network's to say.
        (vec!["--ca", &*ours], false, 4, "no gateway answers"),
        (vec!["--ca", "/nowhere/ca.pem"], true, 2, "/nowhere/ca.pem"),
        (vec!["--ca", &*key], true, 2, "holds no certificate"),
    ];
    for (arguments, shows, code, said) in cases {
        let mut all = vec!["audit"];
        all.extend(arguments);
        all.extend(shown.iter().filter(|_| shows));
        let output = run(&guarded.setting, &all, Some(&token));
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{all:?}: {text}");
        assert!(text.contains(said), "{all:?} does not say `{said}`: {text}");
    }
    let half = run(&guarded.setting, &["audit", "--client-cert", &certificate], None);
    assert_eq!(half.status.code(), Some(2), "{}", stderr(&half));
}

//! Clients in other languages that know nothing but the address: everything else they learn from the
//! server. What such a client needs and cannot be had is said, loudly, and the test passes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use system::{Entrepot, Running, paper, play, repository, until};

const PACKAGES: [&str; 2] = ["grpcio", "grpcio-reflection"];
const GRPCURL: &str = "github.com/fullstorydev/grpcurl/cmd/grpcurl@latest";
const HEALTH_TIMEOUT: Duration = Duration::from_secs(30);

/// Where what is fetched is kept from run to run.
fn kept() -> PathBuf {
    let test = std::env::current_exe().expect("a test runs from a file");
    test.ancestors().nth(3).expect("target/PROFILE/deps/TEST").join("foreign-clients")
}

/// Says it on the standard error of the process itself, which is shown of passing tests too.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

fn succeeds(command: &mut Command) -> Result<Output, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{shown}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A Python with the packages, in an environment of its own.
fn python() -> Result<PathBuf, String> {
    let environment = kept().join("python");
    let python = environment.join("bin/python");
    let has_packages =
        || succeeds(Command::new(&python).args(["-c", "import grpc_reflection, grpc"]));
    if has_packages().is_ok() {
        return Ok(python);
    }
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeeds(Command::new(&python).args(install).args(PACKAGES))?;
    has_packages().map(|_| python)
}

/// grpcurl from the path, or built into the kept directory.
fn grpcurl() -> Result<PathBuf, String> {
    let built = kept().join("go/grpcurl");
    for candidate in [PathBuf::from("grpcurl"), built.clone()] {
        if succeeds(Command::new(&candidate).arg("--version")).is_ok() {
            return Ok(candidate);
        }
    }
    let bin = kept().join("go");
    succeeds(Command::new("go").args(["install", GRPCURL]).env("GOBIN", bin))?;
    Ok(built)
}

fn start(directory: &Path) -> (Running, String) {
    let system = Entrepot::find().up(&directory.join("data"), &["--feed", "none"]);
    let address = system.gateway.trim_start_matches("http://").to_owned();
    (system, address)
}

#[test]
fn a_python_client_with_nothing_but_reflection_ingests_queries_and_watches() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => return skipped(&format!("the Python client; {why}")),
    };
    let directory = tempfile::tempdir().expect("a directory");
    let (_system, address) = start(directory.path());
    let feeds = repository().join("feeds/paper");
    let output = Command::new(python)
        .arg(repository().join("tests/python/client.py"))
        .arg(address)
        .args([feeds.join("structures.json"), feeds.join("fdi-host.csv")])
        .output()
        .expect("Python starts");
    let (told, said) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{said}");
    println!("{told}");
    for line in ["services:", "ingested:", "indicator:", "watched:", "refused:"] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn grpcurl_lists_describes_checks_health_and_queries() {
    let grpcurl = match grpcurl() {
        Ok(grpcurl) => grpcurl,
        Err(why) => return skipped(&format!("grpcurl; {why}")),
    };
    let directory = tempfile::tempdir().expect("a directory");
    let (system, address) = start(directory.path());
    system.settle(&play(&system, &paper()[..4]));
    let ask = |before: &[&str], after: &[&str]| -> String {
        let mut command = Command::new(&grpcurl);
        command.arg("-plaintext").args(before).arg(&address).args(after);
        let output = succeeds(&mut command).unwrap_or_else(|said| panic!("{said}"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let listed = ask(&[], &["list"]);
    for service in [
        "entrepot.advice.v1.AdviceService",
        "entrepot.ingestion.v1.IngestionService",
        "entrepot.metrics.v1.MetricsService",
        "entrepot.network.v1.NetworkService",
        "grpc.health.v1.Health",
    ] {
        assert!(listed.lines().any(|line| line == service), "{service} is not in: {listed}");
    }
    let described = ask(&[], &["describe", "entrepot.metrics.v1.MetricsService"]);
    assert!(described.contains("rpc ListIndicatorValues"), "{described}");
    // The gateway looks at the health of the services behind it once in a while.
    until(HEALTH_TIMEOUT, "the health check says that it serves", || {
        let health = ask(&[], &["grpc.health.v1.Health/Check"]);
        (health.contains("SERVING") && !health.contains("NOT_SERVING")).then_some(())
    });
    let question = r#"{"domain":"asean","indicator":"fdi.intra_share","area":"ASEAN"}"#;
    let method = "entrepot.metrics.v1.MetricsService/ListIndicatorValues";
    let answer = ask(&["-d", question], &[method]);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let values = answer["values"].as_array().expect("values");
    let of_2014 = values.iter().find(|value| value["period"] == "2014").expect("2014");
    assert_eq!(of_2014["printed"], "17.4", "{of_2014}");
}

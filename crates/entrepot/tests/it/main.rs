//! The command itself, run as people run it, against small services behind a real gateway.

#[path = "../../../gateway/tests/it/fake.rs"]
mod fake;
#[path = "../../../service/tests/it/certificates.rs"]
mod certificates;
mod credentials;
mod exit_codes;
mod golden;
mod help;
mod ingest;
#[path = "../../../gateway/tests/it/issuer.rs"]
mod issuer;
mod json_shapes;
mod secured;
mod tables;
mod up;
mod watch;

use std::path::Path;
use std::process::{Command, Output};

use gateway::{Options, Service};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// A gateway with fake services behind it, on threads of their own.
struct Setting {
    fakes: fake::Fakes,
    gateway: String,
    runtime: Option<Runtime>,
}

impl Setting {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Options)) -> Self {
        let fakes = fake::Fakes::start();
        let runtime = Runtime::new().expect("threads are to be had");
        let mut options = Options::new(fakes.upstreams());
        options.listen = ([127, 0, 0, 1], 0).into();
        change(&mut options);
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let bound = runtime.block_on(Service::bind(options)).expect("a free port of loopback");
        let gateway = format!("{scheme}://{}", bound.local_addr());
        runtime.spawn(bound.run(CancellationToken::new()));
        Self { fakes, gateway, runtime: Some(runtime) }
    }

    /// Runs the command against this gateway.
    fn run(&self, arguments: &[&str]) -> Output {
        run_at(&self.gateway, arguments)
    }
}

impl Drop for Setting {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn run_at(gateway: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entrepot"))
        .args(arguments)
        .env("ENTREPOT_GATEWAY", gateway)
        .env("COLUMNS", "100")
        .output()
        .expect("the command was built")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("is UTF-8")
}

/// A small table of places by activities.
fn activities(directory: &Path) -> String {
    let path = directory.join("activities.csv");
    let text = "place,activity,value\npenang,assembly,3\nkedah,assembly,\n";
    std::fs::write(&path, text).expect("the directory is ours");
    path.display().to_string()
}

/// A small file to send.
fn file(directory: &Path, name: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, "STRUCTURE,STRUCTURE_ID\n").expect("the directory is ours");
    path.display().to_string()
}

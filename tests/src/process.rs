//! The command as a child process, with its own data directory and port.
//!
//! A running system is killed when its handle is dropped, so that no test leaves one behind.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a system may take to start; a loaded machine with two cores needs some seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The `entrepot` command as it was built beside these tests.
#[derive(Clone, Debug)]
pub struct Entrepot {
    binary: PathBuf,
}

/// A system that runs in a process of its own.
#[derive(Debug)]
pub struct Running {
    entrepot: Entrepot,
    child: Child,
    /// The gateway's address, as a URL.
    pub gateway: String,
}

/// The top of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Entrepot {
    /// Finds the command beside the running test.
    ///
    /// # Panics
    /// If it was not built: `cargo build --package entrepot` does.
    #[must_use]
    pub fn find() -> Self {
        let test = std::env::current_exe().expect("a test runs from a file");
        let target = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
        let binary = target.join("entrepot");
        assert!(
            binary.exists(),
            "{} is not built; run: cargo build --package entrepot",
            binary.display()
        );
        Self { binary }
    }

    /// Starts a system over a data directory on any free port, and waits until it serves.
    ///
    /// # Panics
    /// If it does not serve in time.
    #[must_use]
    pub fn up(&self, data: &Path, more: &[&str]) -> Running {
        let mut child = Command::new(&self.binary)
            .args(["up", "--grpc", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the command starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (lines, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens once the address is known; the pipe is read all the same.
                let _ = lines.send(line);
            }
        });
        let deadline = Instant::now() + START_TIMEOUT;
        let gateway = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = told.recv_timeout(left) else {
                let _ = child.kill();
                panic!("the system does not serve after {START_TIMEOUT:?}");
            };
            if let Some(at) = line.find("http://127.0.0.1:") {
                let end = line[at..].find(char::is_whitespace).map_or(line.len(), |end| at + end);
                break line[at..end].to_owned();
            }
        };
        Running { entrepot: self.clone(), child, gateway }
    }
}

impl Running {
    /// Runs a command against this system.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(&self.entrepot.binary)
            .args(arguments)
            .env("ENTREPOT_GATEWAY", &self.gateway)
            .stdin(Stdio::null())
            .output()
            .expect("the command starts")
    }

    /// Runs a command with `--json` and reads its document.
    ///
    /// # Panics
    /// If it prints none.
    #[must_use]
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{arguments:?} printed no JSON document ({error}): {}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    /// The digests of all units, by name.
    ///
    /// # Panics
    /// If the status has none.
    #[must_use]
    pub fn digests(&self) -> Vec<(String, String)> {
        self.units(|unit| unit["digest"].as_str().expect("a digest").to_owned())
    }

    /// The last seq of all units' outputs, by name.
    ///
    /// # Panics
    /// If the status has none.
    #[must_use]
    pub fn seqs(&self) -> Vec<(String, String)> {
        self.units(|unit| unit["seq"].to_string())
    }

    fn units(&self, of: impl Fn(&serde_json::Value) -> String) -> Vec<(String, String)> {
        let status = self.json(&["status"]);
        let mut all = Vec::new();
        for service in status["services"].as_array().expect("services") {
            for unit in service["units"].as_array().into_iter().flatten() {
                all.push((unit["unit"].as_str().expect("a name").to_owned(), of(unit)));
            }
        }
        all.sort();
        all
    }

    /// Ends the process at once, as a crash would.
    ///
    /// # Panics
    /// If the system has ended before.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already after `kill`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

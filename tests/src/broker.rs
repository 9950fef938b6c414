//! A broker of Apache Kafka for tests: one that already runs (`KAFKA_BROKERS`), or one that is
//! started here from its artifacts, with Java and Maven, and ended with its handle.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ports::free_ports;
use crate::repository;

/// The broker's own, its controller's, and that of TLS.
const BROKER_PORTS: u16 = 3;

/// A broker.
#[derive(Debug)]
pub struct Broker {
    /// `host:port`.
    pub address: String,
    /// Where it keeps what it has, if it was started here.
    own: Option<PathBuf>,
}

impl Broker {
    /// A broker for a test, if there can be one; says loudly if not.
    #[must_use]
    pub fn find(test: &str, directory: &Path) -> Option<Self> {
        if let Ok(address) = std::env::var("KAFKA_BROKERS") {
            return Some(Self { address, own: None });
        }
        Self::start(test, directory)
    }

    /// A broker of its own, that can be killed.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(test: &str, directory: &Path) -> Option<Self> {
        let is_there = |program: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        };
        if !is_there("java") || !is_there("mvn") {
            println!("SKIPPED: {test} needs Java 17 and Maven on the PATH, or KAFKA_BROKERS");
            return None;
        }
        let own = directory.join("broker");
        let address = run(&["start", &text(&own), &free_ports(BROKER_PORTS).to_string()]);
        Some(Self { address: address.trim().to_owned(), own: Some(own) })
    }

    /// Ends it as a crash does; nothing for one that is not ours.
    pub fn kill(&self) {
        self.do_to_own("kill");
    }

    /// Starts it again on what it has stored.
    pub fn resume(&self) {
        self.do_to_own("resume");
    }

    /// The process, if it is ours.
    ///
    /// # Panics
    /// If its file is not readable.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        let own = self.own.as_ref()?;
        let pid = std::fs::read_to_string(own.join("pid")).expect("its pid is kept");
        Some(pid.trim().parse().expect("a number"))
    }

    fn do_to_own(&self, verb: &str) {
        if let Some(own) = &self.own {
            run(&[verb, &text(own)]);
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            // Stopped processes do not die of a signal but this one.
            let _ = script(&["kill", &text(own)]).output();
        }
    }
}

fn run(arguments: &[&str]) -> String {
    let output = script(arguments).stderr(Stdio::inherit()).output().expect("the script runs");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn script(arguments: &[&str]) -> Command {
    let mut command = Command::new(repository().join("tests/kafka/broker"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn text(path: &Path) -> String {
    path.to_str().expect("a readable path").to_owned()
}

//! The command as a child process, with its own data directory and port.
//!
//! A running system is killed when its handle is dropped, so that no test leaves one behind. What it
//! writes to stderr is kept in a file beside its data, and shown when it does not start.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a system may take to start; a loaded machine with two cores needs some seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to end after it was asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a kill waits for something to be written.
const GROWTH_TIMEOUT: Duration = Duration::from_millis(100);
/// Between two looks at a condition that nobody can be told of.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The `entrepot` command as it was built beside these tests.
#[derive(Clone, Debug)]
pub struct Entrepot {
    binary: PathBuf,
}

/// A system that was started and does not serve yet.
#[derive(Debug)]
pub struct Starting {
    entrepot: Entrepot,
    child: Arc<Mutex<Child>>,
    lines: Receiver<String>,
    stderr: PathBuf,
}

/// A system that runs in a process of its own.
#[derive(Debug)]
pub struct Running {
    child: Arc<Mutex<Child>>,
    stderr: PathBuf,
    door: Door,
}

/// A gateway, and the command to knock with.
#[derive(Clone, Debug)]
pub struct Door {
    pub(crate) entrepot: Entrepot,
    /// The gateway's address, as a URL.
    pub gateway: String,
}

/// The top of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Waits until a condition holds, and answers with what it found.
///
/// # Panics
/// If it does not hold within the limit.
pub fn until<T>(limit: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        pause(LOOK_EVERY);
    }
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

    /// Another binary of the same build.
    ///
    /// # Panics
    /// If it was not built: `make build-processes` does.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        let path = self.binary.with_file_name(name);
        assert!(path.exists(), "{} is not built; run: make build-processes", path.display());
        path
    }

    /// The command with arguments, to be run by itself.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Starts a system over a data directory on any free port, and waits until it serves.
    ///
    /// # Panics
    /// If it does not serve in time.
    #[must_use]
    pub fn up(&self, data: &Path, more: &[&str]) -> Running {
        self.start(data, more).serve().expect("it serves")
    }

    /// Starts a system over a data directory on any free port.
    ///
    /// # Panics
    /// If there is no such command.
    #[must_use]
    pub fn start(&self, data: &Path, more: &[&str]) -> Starting {
        let stderr = data.with_extension("stderr");
        let mut child = Command::new(&self.binary)
            .args(["up", "--grpc", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&stderr).expect("a file beside the data"))
            .spawn()
            .expect("the command starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (told, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens once the address is known; the pipe is read all the same.
                let _ = told.send(line);
            }
        });
        let child = Arc::new(Mutex::new(child));
        Starting { entrepot: self.clone(), child, lines, stderr }
    }
}

impl Starting {
    /// Waits until it serves.
    ///
    /// # Errors
    /// What it said on stderr, if it ended before.
    ///
    /// # Panics
    /// If it neither serves nor ends in time.
    pub fn serve(self) -> Result<Running, String> {
        let deadline = Instant::now() + START_TIMEOUT;
        let Self { entrepot, child, lines, stderr } = self;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(at) = line.find("http://127.0.0.1:") {
                        let end = line[at..].find(char::is_whitespace);
                        let end = end.map_or(line.len(), |end| at + end);
                        let gateway = line[at..end].to_owned();
                        let door = Door { entrepot, gateway };
                        return Ok(Running { child, stderr, door });
                    }
                }
                Err(ended_or_late) => {
                    let _ = lock(&child).kill();
                    let _ = lock(&child).wait();
                    let said = std::fs::read_to_string(&stderr).unwrap_or_default();
                    if ended_or_late == RecvTimeoutError::Timeout {
                        panic!("the system does not serve after {START_TIMEOUT:?}: {said}");
                    }
                    return Err(said);
                }
            }
        }
    }

    /// Kills it after a time, if it has not ended before.
    #[must_use]
    pub fn kill_after(&self, delay: Duration) -> Killer {
        kill_after(self.child.clone(), delay)
    }
}

/// Answers whether it has killed.
pub type Killer = std::thread::JoinHandle<bool>;

impl Door {
    /// A command against this system, to be run.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.entrepot.command(arguments);
        command.env("ENTREPOT_GATEWAY", &self.gateway);
        command
    }

    /// Runs a command against this system.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command starts")
    }

    /// Runs a command with something on its standard input.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // A command that refuses early closes its end.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("the writer ends");
        output
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

    /// Something of the status of all units, by name.
    ///
    /// # Panics
    /// If the status has no units.
    pub fn units<T>(&self, of: impl Fn(&serde_json::Value) -> T) -> Vec<(String, T)> {
        let status = self.json(&["status"]);
        let mut all = Vec::new();
        for service in status["services"].as_array().expect("services") {
            for unit in service["units"].as_array().into_iter().flatten() {
                all.push((unit["unit"].as_str().expect("a name").to_owned(), of(unit)));
            }
        }
        all.sort_by(|(left, _), (right, _)| left.cmp(right));
        all
    }
}

impl std::ops::Deref for Running {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

impl Running {
    /// The most memory that the process has held so far, in bytes.
    ///
    /// # Panics
    /// If the process is gone.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> u64 {
        let mut status = String::new();
        let path = format!("/proc/{}/status", self.pid());
        let mut file = File::open(path).expect("a process that runs");
        file.read_to_string(&mut status).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).expect("a peak");
        kib.parse::<u64>().expect("a number") * 1024
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        lock(&self.child).id()
    }

    /// Kills it after a time, if it has not ended before.
    #[must_use]
    pub fn kill_after(&self, delay: Duration) -> Killer {
        kill_after(self.child.clone(), delay)
    }

    /// Kills it at the first growth of a directory after a time, or after [`GROWTH_TIMEOUT`] more:
    /// between what was written there and what is to be remembered of it.
    #[must_use]
    pub fn kill_at_growth(&self, delay: Duration, directory: &Path) -> Killer {
        let (child, directory) = (self.child.clone(), directory.to_owned());
        std::thread::spawn(move || {
            pause(delay);
            let before = bytes_in(&directory);
            let deadline = Instant::now() + GROWTH_TIMEOUT;
            while bytes_in(&directory) == before && Instant::now() < deadline {
                std::thread::yield_now();
            }
            kill_now(&child)
        })
    }

    /// Ends the process at once, as a crash would.
    ///
    /// # Panics
    /// If it does not end.
    pub fn kill(self) {
        lock(&self.child).kill().expect("it runs");
        lock(&self.child).wait().expect("it ends");
    }

    /// Asks the process to end, as Ctrl-C would, and waits until it has.
    ///
    /// # Panics
    /// If it does not end with 0 in time.
    pub fn stop(self) {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-INT", &pid]).status().expect("kill is there");
        assert!(asked.success(), "it runs");
        let ended = until(STOP_TIMEOUT, "the system ends", || self.ended());
        let said = std::fs::read_to_string(&self.stderr).unwrap_or_default();
        assert_eq!(ended.code(), Some(0), "a stop is no failure: {said}");
    }

    /// How the process ended, if it has.
    ///
    /// # Panics
    /// If it cannot be asked.
    #[must_use]
    pub fn ended(&self) -> Option<ExitStatus> {
        lock(&self.child).try_wait().expect("a child of ours")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already after `kill` or `stop`.
        let _ = lock(&self.child).kill();
        let _ = lock(&self.child).wait();
    }
}

fn kill_after(child: Arc<Mutex<Child>>, delay: Duration) -> Killer {
    std::thread::spawn(move || {
        pause(delay);
        kill_now(&child)
    })
}

/// Lets a time pass: where a moment of a clock is what is asked for, and no condition.
pub(crate) fn pause(delay: Duration) {
    // Nobody sends.
    let (_quiet, pause) = std::sync::mpsc::channel::<()>();
    let _ = pause.recv_timeout(delay);
}

/// Lets some milliseconds pass: for tests that draw moments.
pub fn pause_milliseconds(milliseconds: u64) {
    pause(Duration::from_millis(milliseconds));
}

/// Kills, and answers whether it was alive until then.
fn kill_now(child: &Mutex<Child>) -> bool {
    let mut child = lock(child);
    let was_alive = matches!(child.try_wait(), Ok(None));
    let _ = child.kill();
    let _ = child.wait();
    was_alive
}

fn bytes_in(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum()
}

pub(crate) fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

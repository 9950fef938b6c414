//! The system as separate processes on a broker: any number of instances of each service, and a
//! gateway. Processes are killed when their handle is dropped.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::ports::free_ports;
use crate::process::until;
use crate::{Broker, Door, Entrepot};

/// How long all may take to serve: a loaded machine with two cores reads a log again meanwhile.
const SERVE_TIMEOUT: Duration = Duration::from_secs(120);
const HTTP_TIMEOUT: Duration = Duration::from_secs(5);
/// Lines of each member that are shown when a test fails.
const SAID_LINES: usize = 8;
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// Short, so that a test can wait for longer than the brokers may take to answer.
pub const KAFKA_TIMEOUT_SECONDS: u64 = 5;

/// A stateful service.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Service {
    /// Takes releases in.
    Ingestion,
    /// Keeps indicators.
    Metrics,
    /// Keeps networks.
    NetworkModel,
    /// Ranks advice.
    PolicyAdvice,
}

/// One process of a service.
pub type Member = (Service, u32);

/// All processes of a system.
pub struct Cluster {
    directory: PathBuf,
    kafka: String,
    partitions: u32,
    instances: u32,
    /// Set for a member when it is started next, and then no more.
    next_environment: BTreeMap<String, String>,
    /// Set for all processes.
    environment: BTreeMap<String, String>,
    /// Where members have their stores, if not where they began.
    moved: BTreeMap<Member, PathBuf>,
    members: BTreeMap<Member, Process>,
    gateway: Option<Process>,
    door: Door,
}

/// A process that was taken for dead, and whose place was taken.
pub struct Zombie(Process);

/// A process and where it answers.
struct Process {
    child: Child,
    port: u16,
    admin: u16,
    stderr: PathBuf,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Ingestion, Self::Metrics, Self::NetworkModel, Self::PolicyAdvice];

    /// Its name, as in the names of its units.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingestion => "ingestion",
            Self::Metrics => "metrics",
            Self::NetworkModel => "network-model",
            Self::PolicyAdvice => "policy-advice",
        }
    }
}

impl Cluster {
    /// Starts `instances` of each service over a directory, and a gateway, and waits until all
    /// serve. Topics that are missing are made with so many partitions.
    ///
    /// # Panics
    /// If a process does not start, or does not serve in time.
    #[must_use]
    pub fn start(directory: &Path, broker: &Broker, partitions: u32, instances: u32) -> Self {
        Self::start_with(directory, broker, partitions, instances, &[])
    }

    /// The same with variables of the environment.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_with(
        directory: &Path,
        broker: &Broker,
        partitions: u32,
        instances: u32,
        environment: &[(&str, &str)],
    ) -> Self {
        let environment = environment.iter();
        let environment =
            environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        std::fs::create_dir_all(directory).expect("a directory");
        let port = free_port();
        let door = Door { entrepot: Entrepot::find(), gateway: format!("http://127.0.0.1:{port}") };
        let mut cluster = Self {
            directory: directory.to_owned(),
            kafka: broker.address.clone(),
            partitions,
            instances,
            next_environment: BTreeMap::new(),
            environment,
            moved: BTreeMap::new(),
            members: BTreeMap::new(),
            gateway: None,
            door,
        };
        cluster.start_all(port);
        cluster
    }

    fn start_all(&mut self, gateway_port: u16) {
        // Ports first: ingestion is told where metrics is.
        let ports: BTreeMap<Member, u16> =
            self.all_members().into_iter().map(|member| (member, free_port())).collect();
        for (member, port) in ports.clone() {
            let process = self.spawn(member, port, &ports);
            self.members.insert(member, process);
        }
        self.start_gateway(gateway_port);
        self.wait();
    }

    fn all_members(&self) -> Vec<Member> {
        let numbers = 0..self.instances;
        let of = |number| Service::ALL.map(|service| (service, number));
        numbers.flat_map(of).collect()
    }

    /// Changes the number of instances while all go on, as a StatefulSet does it: new ones start, then those that
    /// were there are ended and started one by one, from the highest number down.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn roll(&mut self, instances: u32) {
        let before = self.members();
        self.instances = instances;
        let wanted = self.all_members();
        let mut ports: BTreeMap<Member, u16> =
            self.members.iter().map(|(member, process)| (*member, process.port)).collect();
        ports.retain(|member, _| wanted.contains(member));
        for member in &wanted {
            ports.entry(*member).or_insert_with(free_port);
        }
        for member in wanted.iter().filter(|member| !before.contains(member)) {
            let process = self.spawn(*member, ports[member], &ports);
            self.members.insert(*member, process);
        }
        let gateway_port = self.gateway.as_ref().map_or_else(free_port, |gateway| gateway.port);
        for member in before.iter().filter(|member| !wanted.contains(member)) {
            self.stop(*member);
        }
        self.stop_gateway();
        self.start_gateway(gateway_port);
        for member in wanted.iter().rev().filter(|member| before.contains(member)) {
            self.stop(*member);
            let process = self.spawn(*member, ports[member], &ports);
            self.members.insert(*member, process);
        }
        self.wait();
    }

    /// Deletes all stores while nothing runs, and starts again with so many instances.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn rebuild(&mut self, instances: u32) {
        let port = self.gateway.as_ref().map_or_else(free_port, |gateway| gateway.port);
        for member in self.members() {
            self.stop(member);
            std::fs::remove_dir_all(self.data_dir(member)).expect("its stores are there");
        }
        self.stop_gateway();
        self.instances = instances;
        self.start_all(port);
    }

    /// Waits until all serve.
    ///
    /// # Panics
    /// If they do not in time.
    pub fn wait(&self) {
        until(SERVE_TIMEOUT, "all services serve", || {
            let output = self.run(&["status", "--without-digests", "--json", "--timeout", "5s"]);
            let status: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
            let services = status["services"].as_array()?;
            let expected = Service::ALL.len() * self.instances as usize + 1;
            let well = services.iter().filter(|one| one["health"] == "serving").count();
            (well == expected && services.len() == expected).then_some(())
        });
    }

    /// The processes of services.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        self.members.keys().copied().collect()
    }

    /// The stores of a member.
    #[must_use]
    pub fn data_dir(&self, member: Member) -> PathBuf {
        let (service, number) = member;
        let at_first = self.directory.join(format!("{}-{number}", service.name()));
        self.moved.get(&member).cloned().unwrap_or(at_first)
    }

    /// Sets a variable for the next process that is started.
    pub fn set_for_next(&mut self, name: &str, value: &str) {
        self.next_environment.insert(name.to_owned(), value.to_owned());
    }

    /// Starts another process in the place of a member that is taken for dead and is not: it has
    /// stores of its own, and reads the log from the start.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn supplant(&mut self, member: Member) -> Zombie {
        let (service, number) = member;
        let new = self.directory.join(format!("{}-{number}-{}", service.name(), free_port()));
        let zombie = self.members.remove(&member).expect("a member");
        self.moved.insert(member, new);
        let mut ports: BTreeMap<Member, u16> =
            self.members.iter().map(|(member, process)| (*member, process.port)).collect();
        let port = free_port();
        ports.insert(member, port);
        let process = self.spawn(member, port, &ports);
        self.members.insert(member, process);
        let gateway_port = self.gateway.as_ref().map_or_else(free_port, |gateway| gateway.port);
        self.stop_gateway();
        self.start_gateway(gateway_port);
        Zombie(zombie)
    }

    /// Ends a member as a crash does.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn kill(&mut self, member: Member) {
        let process = self.members.get_mut(&member).expect("a member");
        // It may have ended by itself.
        let _ = process.child.kill();
        let _ = process.child.wait();
    }

    /// Starts a member again where it was.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn restart(&mut self, member: Member) {
        let ports: BTreeMap<Member, u16> =
            self.members.iter().map(|(member, process)| (*member, process.port)).collect();
        let process = self.spawn(member, ports[&member], &ports);
        self.members.insert(member, process);
    }

    /// Asks a member to end, and waits until it has.
    ///
    /// # Panics
    /// If it does not end with 0.
    pub fn stop(&mut self, member: Member) {
        self.end(member);
        self.members.remove(&member);
    }

    /// The same, and keeps its place: it can be restarted.
    ///
    /// # Panics
    /// If it does not end with 0.
    pub fn end(&mut self, member: Member) {
        self.signal(member, "TERM");
        let process = self.members.get_mut(&member).expect("a member");
        let ended = until(STOP_TIMEOUT, "a member ends", || process.ended());
        let said = std::fs::read_to_string(&process.stderr).unwrap_or_default();
        assert_eq!(ended.code(), Some(0), "{member:?}: {said}");
    }

    /// Sends a member a signal, by its name.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn signal(&self, member: Member, signal: &str) {
        signal_to(self.members[&member].child.id(), signal);
    }

    /// How a member has ended, if it has.
    #[must_use]
    pub fn ended(&mut self, member: Member) -> Option<ExitStatus> {
        self.members.get_mut(&member).and_then(Process::ended)
    }

    /// What the admin port of a member answers: its status and its text.
    ///
    /// # Panics
    /// If there is no such member.
    #[must_use]
    pub fn admin(&self, member: Member, path: &str) -> Option<(u16, String)> {
        get(self.members[&member].admin, path)
    }

    /// The same of the gateway.
    #[must_use]
    pub fn gateway_admin(&self, path: &str) -> Option<(u16, String)> {
        get(self.gateway.as_ref()?.admin, path)
    }

    /// What a member has written to its standard error.
    #[must_use]
    pub fn said(&self, member: Member) -> String {
        std::fs::read_to_string(&self.members[&member].stderr).unwrap_or_default()
    }

    fn spawn(&mut self, member: Member, port: u16, ports: &BTreeMap<Member, u16>) -> Process {
        let (service, number) = member;
        let mut command = self.binary(service.name());
        command
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .arg("--data-dir")
            .arg(self.data_dir(member))
            .args(["--kafka", &self.kafka, "--create-topics", "--topic-replicas", "1"])
            .args(["--kafka-timeout", &KAFKA_TIMEOUT_SECONDS.to_string()])
            .envs(std::mem::take(&mut self.next_environment))
            .args(["--topic-partitions", &self.partitions.to_string()])
            .args(["--instance", &number.to_string()])
            .args(["--instances", &self.instances.to_string()]);
        if service == Service::Ingestion {
            command.args(["--metrics", &urls(ports, Service::Metrics)]);
        }
        let stderr = self.directory.join(format!("{}-{number}.stderr", service.name()));
        Process::start(command, port, stderr)
    }

    fn start_gateway(&mut self, port: u16) {
        let ports: BTreeMap<Member, u16> =
            self.members.iter().map(|(member, process)| (*member, process.port)).collect();
        let mut command = self.binary("gateway");
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        for service in Service::ALL {
            command.args([&format!("--{}", service.name()), &urls(&ports, service)]);
        }
        let stderr = self.directory.join("gateway.stderr");
        self.gateway = Some(Process::start(command, port, stderr));
    }

    fn stop_gateway(&mut self) {
        if let Some(mut gateway) = self.gateway.take() {
            signal_to(gateway.child.id(), "TERM");
            until(STOP_TIMEOUT, "the gateway ends", || gateway.ended());
        }
    }

    fn binary(&self, name: &str) -> Command {
        let path = self.door.entrepot.beside(&format!("entrepot-{name}"));
        let mut command = Command::new(path);
        command.envs(&self.environment);
        command.env("ENTREPOT_LOG", "info,sled=warn").env("ENTREPOT_LOG_FORMAT", "text");
        // The usual ports are for one instance of each.
        command
    }
}

impl Process {
    fn start(mut command: Command, port: u16, stderr: PathBuf) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(&stderr);
        let file: File = file.expect("a file beside the data");
        let admin = free_port();
        command.env("ENTREPOT_ADMIN", format!("127.0.0.1:{admin}"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn();
        Self { child: child.expect("the service starts"), port, admin, stderr }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }
}

impl Zombie {
    /// Lets it go on.
    pub fn resume(&self) {
        signal_to(self.0.child.id(), "CONT");
    }

    /// How it has ended, if it has.
    #[must_use]
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.ended()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        for member in self.members() {
            let said = self.said(member);
            let last: Vec<&str> = said.lines().rev().take(SAID_LINES).collect();
            println!("{member:?} said last:");
            last.iter().rev().for_each(|line| println!("  {line}"));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already after a stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl std::ops::Deref for Cluster {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

fn urls(ports: &BTreeMap<Member, u16>, service: Service) -> String {
    let of_service = ports.iter().filter(|((of, _), _)| *of == service);
    let urls: Vec<String> =
        of_service.map(|(_, port)| format!("http://127.0.0.1:{port}")).collect();
    urls.join(",")
}

/// One HTTP request on loopback; nothing, if nobody answers it whole.
fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(HTTP_TIMEOUT)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

fn signal_to(pid: u32, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    sent.expect("kill is there");
}

fn free_port() -> u16 {
    free_ports(1)
}

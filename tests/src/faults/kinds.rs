//! What is done to the processes: each fault lasts a moment, and leaves everything running.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{SmallDisk, clock};
use crate::cluster::KAFKA_TIMEOUT_SECONDS;
use crate::process::pause;
use crate::{Broker, Cluster, Member, Random, until};

/// How long a zombie goes on beside the one that has its place; one with nothing to write does not
/// see that it is one, and does no harm.
const ZOMBIE_TIMEOUT: Duration = Duration::from_secs(6);
/// How long a process that was let go on may take to be well again, or to end.
const SERVE_TIMEOUT: Duration = Duration::from_secs(120);

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    /// A service is killed.
    Kill,
    /// Several are, at once.
    KillSeveral,
    /// The broker is killed.
    KillBroker,
    /// A service stands still for a moment.
    Freeze,
    /// A service stands still until another process has its place, and then goes on.
    Zombie,
    /// The broker does not answer for longer than it may.
    Unreachable,
    /// The disk of a store is full.
    DiskFull,
    /// The stores of a service are deleted.
    StoreDeleted,
    /// The stores of a service are those of some time ago.
    StoreRolledBack,
    /// A client watches and does not read.
    SlowConsumer,
    /// The clock of a service is set back by an hour.
    ClockBack,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Kill,
        Self::KillSeveral,
        Self::KillBroker,
        Self::Freeze,
        Self::Zombie,
        Self::Unreachable,
        Self::DiskFull,
        Self::StoreDeleted,
        Self::StoreRolledBack,
        Self::SlowConsumer,
        Self::ClockBack,
    ];

    /// What it is, in words.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Kill => "`kill -9` of a service",
            Self::KillSeveral => "`kill -9` of several services at once",
            Self::KillBroker => "`kill -9` of the broker",
            Self::Freeze => "SIGSTOP and SIGCONT of a service",
            Self::Zombie => "a zombie: SIGSTOP, another takes its place, SIGCONT",
            Self::Unreachable => "broker unreachable for longer than any timeout",
            Self::DiskFull => "the disk of a store is full",
            Self::StoreDeleted => "stores of a service deleted",
            Self::StoreRolledBack => "stores of a service rolled back to an older copy",
            Self::SlowConsumer => "a watch that is not read",
            Self::ClockBack => "the clock of a service set back by an hour",
        }
    }
}

/// Does what is asked to a cluster.
pub struct Injector {
    directory: PathBuf,
    random: Random,
    clock: Option<PathBuf>,
    disk: Option<SmallDisk>,
    /// A copy of a member's stores, taken while it was killed.
    copies: Vec<(Member, PathBuf)>,
    watchers: Vec<Child>,
}

impl Injector {
    /// Draws members and moments from a seed. `disk` is the one that can be filled.
    #[must_use]
    pub fn new(directory: &Path, seed: u64, disk: Option<SmallDisk>) -> Self {
        std::fs::create_dir_all(directory).expect("a directory");
        let clock = clock::library(directory);
        Self {
            directory: directory.to_owned(),
            random: Random::new(seed),
            clock,
            disk,
            copies: Vec::new(),
            watchers: Vec::new(),
        }
    }

    /// The next kind of fault: one that can be done here.
    pub fn draw(&mut self) -> Fault {
        loop {
            let fault = Fault::ALL[self.random.below(Fault::ALL.len() as u64) as usize];
            let can_be = match fault {
                Fault::DiskFull => self.disk.is_some(),
                Fault::ClockBack => self.clock.is_some(),
                _ => true,
            };
            if can_be {
                return fault;
            }
        }
    }

    /// Does a fault. When it returns, what was ended runs again, though it may not serve yet.
    ///
    /// # Panics
    /// If a process does not start, or a zombie does not see that it is one.
    pub fn inject(&mut self, fault: Fault, cluster: &mut Cluster, broker: &Broker) {
        match fault {
            Fault::Kill => {
                let member = self.member(cluster);
                cluster.kill(member);
                self.keep_a_copy(cluster, member);
                self.pause_up_to(500);
                cluster.restart(member);
            }
            Fault::KillSeveral => self.kill_several(cluster),
            Fault::KillBroker => {
                broker.kill();
                self.pause_up_to(2_000);
                broker.resume();
            }
            Fault::Freeze => {
                let member = self.member(cluster);
                cluster.signal(member, "STOP");
                self.pause_up_to(4_000);
                cluster.signal(member, "CONT");
            }
            Fault::Zombie => self.zombie(cluster),
            Fault::Unreachable => {
                if let Some(pid) = broker.pid() {
                    signal(pid, "STOP");
                    pause(Duration::from_secs(2 * KAFKA_TIMEOUT_SECONDS));
                    signal(pid, "CONT");
                }
            }
            Fault::DiskFull => {
                if let Some(disk) = &self.disk {
                    disk.fill();
                    pause(Duration::from_secs(3));
                    disk.empty();
                }
            }
            Fault::StoreDeleted => {
                let member = self.member(cluster);
                cluster.kill(member);
                remove_stores(&cluster.data_dir(member));
                cluster.restart(member);
            }
            Fault::StoreRolledBack => self.roll_back(cluster),
            Fault::SlowConsumer => self.watch_and_not_read(cluster),
            Fault::ClockBack => {
                let member = self.member(cluster);
                cluster.kill(member);
                if let Some(library) = &self.clock {
                    cluster.set_for_next("LD_PRELOAD", &library.to_string_lossy());
                    cluster.set_for_next("ENTREPOT_CLOCK_SHIFT", "-3600");
                }
                cluster.restart(member);
            }
        }
        // Nobody is left who has ended by a fault: whoever runs processes starts them again.
        for member in cluster.members() {
            if cluster.ended(member).is_some() {
                println!("{member:?} has ended, and is started again");
                cluster.restart(member);
            }
        }
    }

    fn member(&mut self, cluster: &Cluster) -> Member {
        let members = cluster.members();
        members[self.random.below(members.len() as u64) as usize]
    }

    fn pause_up_to(&mut self, milliseconds: u64) {
        pause(Duration::from_millis(self.random.below(milliseconds)));
    }

    fn kill_several(&mut self, cluster: &mut Cluster) {
        let mut members = cluster.members();
        let count = 2 + self.random.below(members.len() as u64 - 1);
        while members.len() as u64 > count {
            members.remove(self.random.below(members.len() as u64) as usize);
        }
        for member in &members {
            cluster.kill(*member);
        }
        self.pause_up_to(500);
        for member in members {
            cluster.restart(member);
        }
    }

    fn zombie(&mut self, cluster: &mut Cluster) {
        let member = self.member(cluster);
        cluster.signal(member, "STOP");
        let mut zombie = cluster.supplant(member);
        cluster.wait();
        zombie.resume();
        // It may find out only when it has something to write; until then it does no harm.
        let deadline = std::time::Instant::now() + ZOMBIE_TIMEOUT;
        while zombie.ended().is_none() && std::time::Instant::now() < deadline {
            pause(Duration::from_millis(200));
        }
    }

    /// Keeps a copy of a member's stores now and then, to go back to.
    fn keep_a_copy(&mut self, cluster: &Cluster, member: Member) {
        let copy = self.directory.join(format!("copy-{}-{}", member.0.name(), member.1));
        let _ = std::fs::remove_dir_all(&copy);
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(cluster.data_dir(member)).arg(&copy);
        if cp.status().is_ok_and(|status| status.success()) {
            self.copies.retain(|(of, _)| *of != member);
            self.copies.push((member, copy));
        }
    }

    fn roll_back(&mut self, cluster: &mut Cluster) {
        let copies = self.copies.len() as u64;
        if copies == 0 {
            let member = self.member(cluster);
            cluster.kill(member);
            self.keep_a_copy(cluster, member);
            cluster.restart(member);
            return;
        }
        let (member, copy) = self.copies[self.random.below(copies) as usize].clone();
        cluster.kill(member);
        let stores = cluster.data_dir(member);
        remove_stores(&stores);
        for entry in std::fs::read_dir(&copy).expect("a copy").flatten() {
            let mut cp = Command::new("cp");
            cp.arg("-a").arg(entry.path()).arg(&stores);
            assert!(cp.status().expect("cp is there").success());
        }
        cluster.restart(member);
    }

    fn watch_and_not_read(&mut self, cluster: &Cluster) {
        for mut earlier in self.watchers.drain(..) {
            let _ = earlier.kill();
            let _ = earlier.wait();
        }
        for what in [
            &["watch", "indicators", "--domain", "f0", "--from", "start"][..],
            &["watch", "advice", "--from", "start"][..],
        ] {
            let mut command = cluster.command(what);
            // Nobody reads the pipe: it is full soon, and so is everything before it.
            let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
            self.watchers.push(child.expect("the command starts"));
        }
    }

    /// Waits until all serve; whoever has ended is started again.
    ///
    /// # Panics
    /// If they do not in time.
    pub fn settle(&mut self, cluster: &mut Cluster) {
        until(SERVE_TIMEOUT, "all serve after a fault", || {
            for member in cluster.members() {
                if cluster.ended(member).is_some() {
                    println!("{member:?} has ended, and is started again");
                    cluster.restart(member);
                }
            }
            let arguments = ["status", "--without-digests", "--json", "--timeout", "5s"];
            let status: serde_json::Value =
                serde_json::from_slice(&cluster.run(&arguments).stdout).ok()?;
            let services = status["services"].as_array()?;
            services.iter().all(|one| one["health"] == "serving").then_some(())
        });
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        for watcher in &mut self.watchers {
            let _ = watcher.kill();
            let _ = watcher.wait();
        }
    }
}

/// Removes what is in a directory, and not the directory, which may be a file system of its own.
fn remove_stores(directory: &Path) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.expect("nobody uses it");
    }
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    sent.expect("kill is there");
}

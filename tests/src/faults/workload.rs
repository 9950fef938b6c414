//! What is sent: releases and network documents by clients and by producers of feeds, the same for
//! the same seed. Each dataflow and network has one sender, so that its order is the same in every
//! run, whatever happens meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::events::feed_message::Body;
use api::events::{FeedMessage, FeedNetwork, FeedRelease};
use prost::Message;

use super::producer::Producer;
use crate::generated::{HOST_HEADER, MEMBERS};
use crate::{Door, Generated, Random, repository};

/// A client gives up only after this: an outage and a rebuild may come one after the other.
const TRY_FOR: Duration = Duration::from_secs(240);
/// What is refused, and not only away, is tried again no longer than this.
const REFUSED_FOR: Duration = Duration::from_secs(20);
/// Domains to which clients send, and those to which producers do.
const CLIENT_DOMAINS: [&str; 3] = ["f0", "f1", "f2"];
const FEED_DOMAINS: [&str; 3] = ["f3", "f4", "f5"];
const CLIENT_NETWORK: &str = "n0";
const FEED_NETWORK: &str = "n1";
/// Rows of most releases, and of the few large ones, which need several batches.
const ROWS: u64 = 40;
const ROWS_LARGE: u64 = 12_000;

/// The senders.
pub struct Workload {
    directory: PathBuf,
    random: Random,
    producer: Producer,
    /// Messages of each feed key that were made, by number.
    sequences: [u64; FEED_DOMAINS.len() + 1],
    /// Whether producers send twice and out of order.
    is_untidy: bool,
    untidiness: Random,
    sent: u64,
    /// Messages of feeds that were sent more than once, or out of order.
    pub duplicated: u64,
    /// The keys of releases that clients were told are published.
    pub acknowledged: Vec<String>,
}

impl Workload {
    /// Senders to a system on a broker.
    ///
    /// # Panics
    /// If their files cannot be written.
    #[must_use]
    pub fn new(directory: &Path, brokers: &str, seed: u64, is_untidy: bool) -> Self {
        std::fs::create_dir_all(directory).expect("a directory");
        Self {
            directory: directory.to_owned(),
            random: Random::new(seed),
            producer: Producer::new(brokers, "a-producer-of-feeds"),
            sequences: [0; FEED_DOMAINS.len() + 1],
            is_untidy,
            untidiness: Random::new(seed ^ 0x5eed),
            sent: 0,
            duplicated: 0,
            acknowledged: Vec::new(),
        }
    }

    /// Registers what the rest needs.
    ///
    /// # Panics
    /// If it is not taken.
    pub fn prepare(&mut self, door: &Door) {
        for domain in CLIENT_DOMAINS.into_iter().chain(FEED_DOMAINS) {
            let path = self.directory.join(format!("{domain}.json"));
            std::fs::write(&path, structures(domain)).expect("the directory is ours");
            let path = text(&path);
            self.send(door, &["register", "structures", &path, "--domain", domain]);
        }
    }

    /// Sends so many more things.
    ///
    /// # Panics
    /// If one of them is not taken in the end.
    pub fn send_some(&mut self, door: &Door, count: u64) {
        for _ in 0..count {
            self.sent += 1;
            match self.random.below(10) {
                0..4 => self.client_release(door),
                4..7 => self.feed_releases(),
                7 => self.client_network(door),
                8 => self.feed_network(),
                _ => self.garbage(),
            }
        }
    }

    /// How many things were sent.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent
    }

    fn client_release(&mut self, door: &Door) {
        let domain = CLIENT_DOMAINS[self.random.below(3) as usize];
        let rows = if self.random.below(12) == 0 { ROWS_LARGE } else { ROWS };
        let path = self.directory.join(format!("{}.csv", self.sent));
        std::fs::write(&path, self.release(domain, rows)).expect("the directory is ours");
        let key = format!("client {}", self.sent);
        let path = text(&path);
        let released_at = self.released_at();
        let arguments = ["ingest", &path, "--released-at", &released_at, "--idempotency-key", &key];
        self.send(door, &arguments);
        std::fs::remove_file(path).expect("it was just written");
        self.acknowledged.push(key);
    }

    /// A few releases of one producer, tidily or not.
    fn feed_releases(&mut self) {
        let index = self.random.below(3) as usize;
        let domain = FEED_DOMAINS[index];
        let mut messages = Vec::new();
        for _ in 0..=self.random.below(3) {
            let released_at = self.released_at().parse().expect("a time");
            let release = FeedRelease {
                domain: domain.to_owned(),
                released_at: Some(api::timestamp_to(released_at)),
                content: self.release(domain, ROWS).into_bytes(),
                file: "feed.csv".to_owned(),
                ..FeedRelease::default()
            };
            messages.push(self.message(index, Body::Release(release)));
        }
        self.write(domain, messages);
    }

    fn feed_network(&mut self) {
        let network = FeedNetwork {
            network: FEED_NETWORK.to_owned(),
            name: "facts".to_owned(),
            content: network(FEED_NETWORK, self.sent).into_bytes(),
        };
        let message = self.message(FEED_DOMAINS.len(), Body::Network(network));
        self.write(FEED_NETWORK, vec![message]);
    }

    fn client_network(&mut self, door: &Door) {
        let path = self.directory.join("network.json");
        std::fs::write(&path, network(CLIENT_NETWORK, self.sent)).expect("the directory is ours");
        let path = text(&path);
        self.send(door, &["network", "load", &path, "--network", CLIENT_NETWORK]);
    }

    /// Something in the feeds that nobody can read.
    fn garbage(&mut self) {
        let message = format!("no message {}", self.sent).into_bytes();
        self.producer.write(FEED_DOMAINS[0], &[message]);
    }

    fn message(&mut self, index: usize, body: Body) -> Vec<u8> {
        self.sequences[index] += 1;
        let (producer, sequence) = (format!("producer {index}"), self.sequences[index]);
        FeedMessage { producer, sequence, body: Some(body) }.encode_to_vec()
    }

    fn write(&mut self, key: &str, mut messages: Vec<Vec<u8>>) {
        if self.is_untidy {
            let copy = messages[self.untidiness.below(messages.len() as u64) as usize].clone();
            messages.push(copy);
            for at in (1..messages.len()).rev() {
                messages.swap(at, self.untidiness.below(at as u64 + 1) as usize);
            }
            self.duplicated += 1;
        }
        self.producer.write(key, &messages);
    }

    /// Rows of the host table, drawn at random.
    fn release(&mut self, domain: &str, rows: u64) -> String {
        let mut text = format!("{HOST_HEADER}\n");
        let first = self.random.below(100);
        for number in 0..rows {
            let area = MEMBERS[(number % MEMBERS.len() as u64) as usize];
            let year = 1000 + (first + number / MEMBERS.len() as u64) % 1_200;
            let value = self.random.below(1_000_000);
            text.push_str(&format!(
                "dataflow,{}:DF_FDI_HOST(1.0),I,A,{area},W,I,F,T,D,IMM,_T,C,USD,{year},{value},\
                 A,F,6,0,s,table 1,\n",
                agency(domain)
            ));
        }
        text
    }

    /// Mostly later than the one before, and now and then of an earlier vintage.
    fn released_at(&mut self) -> String {
        let day = if self.random.below(8) == 0 { self.sent / 2 } else { self.sent };
        let seconds = 1_600_000_000 + i64::try_from(day).expect("few") * 86_400;
        jiff::Timestamp::from_second(seconds).expect("in this century").to_string()
    }

    /// Sends a command until it is done, as a client with a deadline and patience does.
    fn send(&self, door: &Door, arguments: &[&str]) {
        let (deadline, refused_by) = (Instant::now() + TRY_FOR, Instant::now() + REFUSED_FOR);
        loop {
            let output = door.run(&[arguments, &["--json", "--timeout", "20s"]].concat());
            if output.status.success() {
                return;
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let is_refused = output.status.code() == Some(3) && Instant::now() > refused_by;
            let is_late = Instant::now() > deadline;
            assert!(!is_refused && !is_late, "{arguments:?} is not taken: {said}");
            crate::process::pause(Duration::from_millis(300));
        }
    }
}

/// Sends all of a workload at once, without any fault.
pub fn send_all(workload: &mut Workload, door: &Door, count: u64) {
    workload.prepare(door);
    workload.send_some(door, count);
}

fn agency(domain: &str) -> String {
    domain.to_uppercase()
}

/// The structures of a domain: the host table alone.
fn structures(domain: &str) -> String {
    Generated::structures_of(&agency(domain), domain).to_string()
}

/// The paper's network under another name, with a firm whose name changes.
fn network(name: &str, number: u64) -> String {
    let path = repository().join("feeds/paper/network.json");
    let mut document: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("the paper's network")).expect("JSON");
    document["network"] = name.into();
    let entities = document["entities"].as_array_mut().expect("entities");
    let firm = entities.iter_mut().find(|one| one["kind"] == "firm").expect("a firm");
    firm["name"] = format!("Firm {number}").into();
    document.to_string()
}

fn text(path: &Path) -> String {
    path.to_str().expect("a readable path").to_owned()
}

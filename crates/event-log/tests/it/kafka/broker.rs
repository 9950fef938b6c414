//! Brokers for the tests: one that all share, and one that a test may kill, freeze or lock up.
//!
//! The shared one is `KAFKA_BROKERS`, or one that `tests/kafka/broker` runs for as long as this
//! process lives. Where there is neither that nor Java and Maven, each test says that it was
//! skipped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use event_log::conformance::Subject;
use event_log::{EventLog, KafkaLog, KafkaOptions, Topic, Unit};
use tokio::sync::Mutex;

/// Topics of one test on a broker.
pub(super) struct Topics {
    pub(super) options: KafkaOptions,
    pub(super) name: String,
}

/// A broker of this process. It ends when its standard input, which this holds, ends.
pub(super) struct OwnBroker {
    pub(super) address: String,
    directory: PathBuf,
    _child: Child,
}

#[async_trait]
impl Subject for Topics {
    async fn open(&self) -> Arc<dyn EventLog> {
        KafkaLog::connect(self.options.clone()).await.expect("connects")
    }
    fn topics(&self) -> [Topic; 2] {
        [self.options.topics[0].clone(), self.options.topics[1].clone()]
    }
    fn unit(&self, name: &str) -> Unit {
        Unit::try_new(format!("{}-{name}", self.name)).expect("a unit")
    }
}

impl Topics {
    /// Names are new for each run: a broker that is kept may hold those of earlier ones.
    pub(super) fn named(brokers: &str) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let name = format!("t{:x}", since.as_nanos());
        let mut options = KafkaOptions::new(brokers);
        options.topics = ["0", "1"]
            .iter()
            .map(|number| Topic::try_new(&format!("{name}.{number}")).expect("a topic"))
            .collect();
        options.partitions = 3;
        options.replicas = 1;
        Self { options, name }
    }
}

/// New topics on the shared broker.
pub(super) async fn topics(case: &str) -> Option<Topics> {
    let topics = topics_not_made(case)?;
    KafkaLog::create_topics(&topics.options).await.expect("creates");
    Some(topics)
}

/// Names of new topics on the shared broker.
pub(super) fn topics_not_made(case: &str) -> Option<Topics> {
    static BROKERS: OnceLock<Option<(String, Option<OwnBroker>)>> = OnceLock::new();
    let found = BROKERS.get_or_init(|| match std::env::var("KAFKA_BROKERS") {
        Ok(brokers) => Some((brokers, None)),
        Err(_) => {
            OwnBroker::run("shared", &[]).map(|broker| (broker.address.clone(), Some(broker)))
        }
    });
    let Some((brokers, _)) = found else {
        println!("SKIPPED: {case} needs KAFKA_BROKERS, or java and mvn on the PATH");
        return None;
    };
    Some(Topics::named(brokers))
}

/// A broker that the tests which hurt it have in turn: each leaves it running.
pub(super) async fn fragile(
    case: &str,
) -> Option<tokio::sync::MutexGuard<'static, Option<OwnBroker>>> {
    static BROKER: OnceLock<Mutex<Option<OwnBroker>>> = OnceLock::new();
    let mut broker = BROKER.get_or_init(Mutex::default).lock().await;
    if broker.is_none() {
        *broker = OwnBroker::run("fragile", &[]);
    }
    if broker.is_none() {
        println!("SKIPPED: {case} needs java and mvn on the PATH");
        return None;
    }
    if let Some(broker) = &*broker {
        // A test that failed may have left it so.
        broker.order("thaw", &[]).await;
    }
    Some(broker)
}

impl OwnBroker {
    /// Starts one; `None` if this machine has no Java or Maven.
    pub(super) fn run(name: &str, mode: &[&str]) -> Option<Self> {
        if !on_path("java") || !on_path("mvn") {
            return None;
        }
        let name = format!("entrepot-kafka-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let mut child = Command::new(script())
            .arg("run")
            .arg(&directory)
            .arg(free_port().to_string())
            .args(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        let mut address = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut address).expect("its address");
        assert!(!address.is_empty(), "the broker did not start; see above");
        Some(Self { address: address.trim().to_owned(), directory, _child: child })
    }

    /// A verb of the script, such as `kill`, on a thread for what blocks.
    pub(super) async fn order(&self, verb: &'static str, arguments: &[&str]) {
        let mut command = Command::new(script());
        command.arg(verb).arg(&self.directory).args(arguments).stdout(Stdio::null());
        let done = tokio::task::spawn_blocking(move || command.status()).await.expect("no panic");
        assert!(done.expect("the script starts").success(), "{verb} fails");
    }

    #[cfg(feature = "kafka-tls")]
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kafka/broker")
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// A port with two free ones after it, for the broker's controller and its tools.
pub(super) fn free_port() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("bound").port();
        let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if port < u16::MAX - 1 && free(port + 1) && free(port + 2) {
            return port;
        }
    }
}

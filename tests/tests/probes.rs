//! A process tells how it is before it can reach its log, and nobody can keep a probe from being
//! answered; asked to stop while it waits, it ends well.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use system::{Entrepot, until};

const LIMIT: Duration = Duration::from_secs(20);
/// What a kubelet waits for at least.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

struct Waiting {
    child: Child,
    admin: u16,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Gone already after a stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_process_without_its_log_lives_is_not_ready_and_says_why() {
    let Some(mut waiting) = start() else { return };
    let get = |path: &str| get(waiting.admin, path);
    until(LIMIT, "it answers", || get("/livez"));
    let (status, text) = get("/readyz").expect("an answer");
    assert_eq!(status, 503, "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["ready"], false);
    assert_eq!(document["because"][0]["of"], "log", "{text}");
    let (status, text) = get("/metrics").expect("an answer");
    assert_eq!(status, 200);
    assert!(text.contains("entrepot_log_available{service=\"metrics\"} 0\n"), "{text}");
    assert!(text.contains("entrepot_build_info{service=\"metrics\",version=\""), "{text}");
    assert_eq!(get("/nothing").expect("an answer").0, 404);

    // More connections that say nothing, or little, than there are places.
    let mut silent = Vec::new();
    for number in 0..100 {
        let mut stream = TcpStream::connect(("127.0.0.1", waiting.admin)).expect("connects");
        if number % 2 == 0 {
            stream.write_all(b"GET /livez HTTP/1.1\r\nX: ").expect("sends");
        }
        silent.push(stream);
        if number % 10 == 0 {
            let asked = Instant::now();
            assert_eq!(get("/livez"), Some((200, "live\n".to_owned())), "connection {number}");
            assert!(asked.elapsed() < PROBE_TIMEOUT, "{:?}", asked.elapsed());
        }
    }
    let long = format!("GET /livez HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(64 << 10));
    assert_ne!(ask(waiting.admin, &long).map(|(status, _)| status), Some(200));
    drop(silent);

    let pid = waiting.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    let ended = until(LIMIT, "it ends", || waiting.child.try_wait().expect("a child of ours"));
    assert_eq!(ended.code(), Some(0));
}

/// Metrics, with brokers that are not there.
fn start() -> Option<Waiting> {
    let binary = Entrepot::find().beside("entrepot-metrics");
    if !binary.exists() {
        eprintln!("left out: {} is not built", binary.display());
        return None;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (admin, nobody) = (free_port(), free_port());
    let child = Command::new(binary)
        .args(["--kafka", &format!("127.0.0.1:{nobody}"), "--listen", "127.0.0.1:0"])
        .args(["--admin", &format!("127.0.0.1:{admin}")])
        .arg("--data-dir")
        .arg(directory.path())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Some(Waiting { child: child.expect("it starts"), admin })
}

fn get(port: u16, path: &str) -> Option<(u16, String)> {
    ask(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
}

fn ask(port: u16, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

//! A connection that does not get on loses its place.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use service::security::{DoorLimits, Doorway, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::certificates::{Authority, Valid};

/// Shorter than any patience of a test, and longer than a handshake takes.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_millis(300);

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it comes soon")
}

#[tokio::test]
async fn a_handshake_that_stands_still_is_broken_off_and_holds_up_nobody() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ours = Authority::new(directory.path(), "ours");
    let files = ours.files(Some(ours.issue("server", Valid::Now)));
    let tls = Tls::load(files).expect("holds together");
    let limits = DoorLimits {
        connections_max: 2,
        handshake_timeout: HANDSHAKE_TIMEOUT,
        ..DoorLimits::default()
    };
    let listen =
        service::security::Listen { address: ([127, 0, 0, 1], 0).into(), tls: Some(tls.clone()) };
    let doorway = Doorway::bind(listen, limits).await.expect("a free port");
    let address = doorway.local_addr();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let mut connections = std::pin::pin!(doorway.connections());
        let mut kept = Vec::new();
        while let Some(Ok(connection)) = connections.next().await {
            kept.push(connection);
        }
    });
    let mut silent = TcpStream::connect(address).await.expect("it listens");
    let uri = format!("https://{address}").parse().expect("is an address");
    let quick = service::security::connect(&uri, Some(&tls), b"h2");
    let _quick = quick.await.expect("is not held up by the silent one");
    // Both places are taken: the next is closed at once.
    let mut third = TcpStream::connect(address).await.expect("the system takes it");
    assert_eq!(soon(third.read(&mut [0; 1])).await.unwrap_or(0), 0, "it is closed");
    let began = Instant::now();
    assert_eq!(soon(silent.read(&mut [0; 1])).await.unwrap_or(0), 0, "it is broken off");
    assert!(began.elapsed() < HANDSHAKE_TIMEOUT * 20, "{:?}", began.elapsed());
    // Its place is free again.
    let fourth = service::security::connect(&uri, Some(&tls), b"h2");
    fourth.await.expect("gets the place of the silent one");
}

#[tokio::test]
async fn a_client_that_never_speaks_http2_loses_its_place() {
    let limits = DoorLimits { handshake_timeout: HANDSHAKE_TIMEOUT, ..DoorLimits::default() };
    let listen = "127.0.0.1:0".parse().expect("an address");
    let doorway = Doorway::bind(listen, limits).await.expect("a free port");
    let address = doorway.local_addr();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        let mut connections = std::pin::pin!(doorway.connections());
        let Some(Ok(mut connection)) = connections.next().await else { return None };
        let mut bytes = Vec::new();
        let error = connection.read_to_end(&mut bytes).await.expect_err("runs out of time");
        Some((bytes, error.kind()))
    });
    let mut client = TcpStream::connect(address).await.expect("it listens");
    client.write_all(b"PRI * HT").await.expect("a third of the preface");
    let ended = soon(tasks.join_next()).await.expect("one task").expect("it does not panic");
    assert_eq!(ended, Some((b"PRI * HT".to_vec(), std::io::ErrorKind::TimedOut)));
}

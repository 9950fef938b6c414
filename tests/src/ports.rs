//! Ports for servers under test.
//!
//! They are below the range that systems take for outgoing connections: a port of that range that
//! was free a moment ago may be a client's end of a connection when its server wants it. Each process
//! begins elsewhere, and no port is given twice before all others were.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 10_000;
/// Linux gives outgoing connections ports from 32,768 on.
const COUNT: u32 = 22_000;
/// Between the ports that two processes with neighbouring numbers begin at.
const STRIDE: u32 = 211;

static GIVEN: AtomicU32 = AtomicU32::new(0);

/// The first of some ports that follow each other and are free.
///
/// # Panics
/// If there are none.
pub(crate) fn free_ports(count: u16) -> u16 {
    let begin = std::process::id().wrapping_mul(STRIDE) % COUNT;
    for _ in 0..COUNT {
        let given = GIVEN.fetch_add(u32::from(count), Ordering::Relaxed);
        let first = FIRST + (begin + given) % COUNT;
        let first = u16::try_from(first).expect("below 32,768");
        let mut ports = first..first + count;
        if ports.all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
    panic!("no {count} ports are free");
}

//! Tests of the whole system: real processes, real files, other languages. The library part is what
//! they share: where the command is, a running system that ends with its test, what is sent to it,
//! and what its log holds after it has stopped.

mod process;
mod ports;
mod broker;
mod cluster;
pub mod faults;
mod questions;
mod settle;
mod story;
mod generated;
mod logged;
mod random;
mod times;

pub use broker::Broker;
pub use cluster::{Cluster, KAFKA_TIMEOUT_SECONDS, Member, Service, Zombie};
pub use generated::{Generated, HOST_HEADER, host_file, host_row};
pub use logged::{Logged, logged};
pub use process::{
    Door, Entrepot, Killer, Running, Starting, pause_milliseconds, repository, until,
};
pub use questions::{NETWORK_QUESTIONS, knowledge};
pub use random::Random;
pub use settle::{merge, receipt_of};
pub use story::{Step, paper, play};
pub use times::percentile;

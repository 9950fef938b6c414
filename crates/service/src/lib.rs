//! What every service shares: the unit that folds the log into a store and publishes what follows,
//! the vintages of observations, watches, receipts, health, status, telemetry and shutdown.
//!
//! A service says what an event means ([`Work`]) and this crate does the rest in one order: read,
//! apply, commit, sync, append, trim. It never interprets a payload itself, but for progress.

#[cfg(feature = "jemalloc")]
mod allocator;
mod ownership;
mod work;
mod unit;
mod session;
mod leftovers;
mod fold;
mod inputs;
mod publisher;
mod handle;
mod frontier;
mod origins;
mod skips;
pub mod exports;
mod spool;
pub mod vintages;
mod watch;
pub mod security;
pub mod metering;
pub mod trace;
pub mod admin;
mod server;
mod running;
#[cfg(feature = "process")]
pub mod process;
mod whole;
mod status;
mod telemetry;
mod error;

pub use error::{Error, ParkedAt};
pub use frontier::Frontier;
pub use handle::{UnitHandle, Units};
pub use ownership::{INSTANCES_MAX, Instance, InstanceError, InstanceNumber};
pub use publisher::Spooled;
pub use running::Running;
pub use server::{Bound, Server, ServerOptions, deadline_of};
pub use spool::{Spool, SpoolWriter};
pub use telemetry::{LogFormat, init_telemetry};
pub use unit::{UnitOptions, start_unit};
pub use watch::{Watched, watch};
pub use work::{ApplyError, At, Derived, Outgoing, TopicPartition, Work};

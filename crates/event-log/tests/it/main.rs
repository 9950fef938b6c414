//! The event log from outside: each engine against the contract, and against what can befall it.

mod embedded;
mod embedded_crash;
mod embedded_damage;
mod embedded_model;
#[cfg(feature = "kafka")]
mod kafka;

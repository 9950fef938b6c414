//! What the store promises, one behaviour a file.
//!
//! Each test has a folder of its own and opens real stores in it; those of crashes run themselves
//! as a child process and kill it.

mod fixture;

mod model;
mod transactions;
mod long_values;
mod tables;
mod outbox;
mod positions;
mod digest;
mod transfer;
mod locking;
mod readers;
mod kill;
mod set_aside;
mod disk_full;

//! The admin port of a process: whether it lives, whether it is ready, its metrics; plain HTTP.
//!
//! It answers from the first moment, before the log can be reached, and to the last, during the
//! drain. What it says is kept ready in memory: no answer waits for a store, a broker or a lock
//! that is held for long. It says nothing secret and changes nothing.

mod http;
mod vitals;
mod units;

pub use http::Admin;
pub use units::{UnitsSource, observe};
pub use vitals::{Source, Trouble, Vitals};

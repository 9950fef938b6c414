//! Faults over a stream of releases and network documents: what is sent, what is done to the
//! processes meanwhile, and how the end is compared with that of a run without faults.

mod clock;
mod disk;
mod kinds;
mod observed;
mod producer;
mod report;
mod workload;

/// Partitions of each topic: few, so that each has something in it.
pub const PARTITIONS: u32 = 4;

pub use disk::SmallDisk;
pub use kinds::{Fault, Injector};
pub use observed::{Observed, observe};
pub use report::Report;
pub use workload::{Workload, send_all};

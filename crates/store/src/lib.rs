//! sled made safe: state, log positions and outbox of one unit, changed in one transaction.
//!
//! A store is a view of the log and can be deleted and rebuilt from it at any time; what cannot be
//! trusted after a crash is therefore set aside, never repaired. Guarantees: a commit is all or
//! nothing, also after `kill -9`; what [`Store::sync`] returned for survives a loss of power; every
//! value is checksummed and checked when read; memory and disk between two syncs are bounded.
//! Never reads a clock, never spawns a task, never publishes: callers use `spawn_blocking`, and
//! append the outbox to the log themselves. Start with [`Store`], then [`Changes`].
//!
//! # Examples
//! ```
//! use store::{Changes, Options, Store, Table};
//!
//! pub const SERIES: Table = Table::canonical("series");
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let dir = folder.path().join("metrics-2");
//! let options = Options { reserve_bytes: 0, ..Options::default() };
//! let store = Store::open(&dir, &[SERIES], options)?.store;
//!
//! let mut changes = Changes::new();
//! changes.put(SERIES, "MY.FDI", "9.1");
//! changes.consumed("entrepot.observations.v1", 2, 17, 0xC0FFEE);
//! let seq = store.seq("entrepot.indicators.v1", 2)? + 1;
//! changes.publish("entrepot.indicators.v1", 2, "MY", "payload that carries the seq");
//! changes.allot("entrepot.indicators.v1", 2, seq);
//! store.commit(changes)?;
//! store.sync()?; // Only now may the outbox be appended to the log.
//!
//! for pending in store.outbox(100)? {
//!     // … append to the log, then:
//!     store.trim_outbox(pending.number)?;
//! }
//! assert_eq!(store.get(SERIES, b"MY.FDI")?.as_deref(), Some(b"9.1".as_slice()));
//! store.close()?;
//! # Ok(())
//! # }
//! ```

mod table;
mod options;
mod changes;
mod store;
mod opening;
mod reading;
mod scan;
mod writing;
mod transaction;
mod digest;
mod snapshot;
mod transfer;
mod layout;
mod record;
mod registry;
mod lock;
mod marker;
mod space;
mod error;

pub use changes::{BYTES_MAX, Changes, KEYS_MAX};
pub use digest::{Digest, DigestView, RowView, Size};
pub use error::{Corruption, Error, ImportFault};
pub use layout::{Consumed, KEY_BYTES_MAX, Pending};
pub use opening::{Opened, SetAside, SetAsideReason};
pub use options::{Options, Verify};
pub use scan::Scan;
pub use store::Store;
pub use table::{Table, TableKind};

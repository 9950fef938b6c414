//! Tests of the whole system: real processes, real files, other languages. The library part is what
//! they share: where the command is, and a running system that ends with its test.

mod process;

pub use process::{Entrepot, Running, repository};

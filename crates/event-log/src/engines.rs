//! The engines that keep the contract of [`crate::log`].
//!
//! `embedded` is for one process on one machine, `kafka` for everything beyond. Each is private:
//! the crate root names its log and its options, and nothing else of an engine is public.

pub(crate) mod embedded;
#[cfg(feature = "kafka")]
pub(crate) mod kafka;

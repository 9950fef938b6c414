//! What measurements share.

use std::time::Duration;

/// The time that a share of sorted times does not exceed; the nearest rank.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

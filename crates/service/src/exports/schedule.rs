//! Exports by the clock, one unit after the other.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::{export_to, folder};
use crate::unit::on_blocking_thread;
use crate::{Error, UnitHandle, Units};

/// How often a unit that is due is looked for: a unit that has just started, or the next round.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Exports each unit that has started, as often as asked for, and not at all if it has read nothing
/// since; for ever.
pub(crate) async fn export_again_and_again(
    units: Units,
    to: PathBuf,
    every: Duration,
) -> Infallible {
    let mut exported: BTreeMap<String, (tokio::time::Instant, Positions)> = BTreeMap::new();
    loop {
        for unit in units.iter().filter(|unit| !unit.is_given_up() && unit.has_started()) {
            let last = exported.get(unit.name());
            if last.is_some_and(|(at, _)| at.elapsed() < every) {
                continue;
            }
            let before = last.map(|(_, positions)| positions.clone());
            let began = tokio::time::Instant::now();
            let positions = match export(unit, &to, before.as_ref()).await {
                Ok(positions) => positions,
                Err(error) => {
                    tracing::warn!(unit = unit.name(), %error, "not exported; tried again later");
                    before.unwrap_or_default()
                }
            };
            exported.insert(unit.name().to_owned(), (began, positions));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// How far a store has applied each partition.
type Positions = BTreeMap<(String, u32), store::Consumed>;

/// Exports a unit unless it stands where it stood; answers with where it stands.
async fn export(
    unit: &UnitHandle,
    to: &Path,
    before: Option<&Positions>,
) -> Result<Positions, Error> {
    let (store, name) = (unit.store.clone(), unit.name().to_owned());
    let (to, before) = (to.to_owned(), before.cloned());
    let began = tokio::time::Instant::now();
    let exported = on_blocking_thread(move || {
        let positions = store.positions()?;
        if before.as_ref() == Some(&positions) {
            return Ok((positions, None));
        }
        let bytes = export_to(&store, &name, &folder::next(&to, &name))?;
        folder::thin_out(&to, &name)?;
        Ok((positions, Some(bytes)))
    });
    let (positions, bytes) = exported.await?;
    if let Some(bytes) = bytes {
        let took_ms = began.elapsed().as_millis();
        tracing::info!(unit = unit.name(), bytes, took_ms, "exported");
        unit.meter.exported(Timestamp::now());
    }
    Ok(positions)
}

//! What a release would change, by the functions that later publish it.

use std::collections::BTreeSet;

use api::metrics::{PreviewReleaseResponse, ValueChange};
use service::vintages::{Overlay, VintageView};
use statistics::{AsOf, Period};
use store::Store;

use crate::Error;
use crate::apply::Metrics;
use crate::effects::short_id;
use crate::indicator::{Target, affected};
use crate::values::changed;

pub(crate) fn preview(
    metrics: &Metrics,
    store: &Store,
    domain: &str,
    overlay: Overlay,
) -> Result<PreviewReleaseResponse, Error> {
    let catalogue = (*metrics.catalogue()).clone();
    let dataflow = short_id(&overlay.dataflow).to_owned();
    let touched: Vec<(_, Vec<Period>)> = overlay
        .blocks
        .iter()
        .map(|(key, block)| (key.clone(), block.entries.iter().map(|one| one.period).collect()))
        .collect();
    let view = VintageView::new(store.clone(), catalogue, domain, AsOf::Latest);
    let view = view.with_overlay(overlay);
    let mut targets: BTreeSet<Target> = BTreeSet::new();
    for (key, periods) in &touched {
        targets.extend(affected(&dataflow, key, periods, &view));
    }
    let changes = changed(targets.iter(), domain, store, &view)?;
    view.check()?;
    let changes = changes
        .into_iter()
        .map(|one| ValueChange { before: one.before, after: Some(one.after) })
        .collect();
    Ok(PreviewReleaseResponse { changes, frontier: None })
}

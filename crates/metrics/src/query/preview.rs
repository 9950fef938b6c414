//! What a release would change, computed by the code that later computes it.
//!
//! The release is laid over what is settled; the targets that its cells affect are evaluated and
//! compared with what is published, with the same tolerance. Nothing is written.

use std::collections::BTreeMap;

use api::metrics::{PreviewReleaseRequest, PreviewReleaseResponse, ValueChange};
use api::types::IndicatorValue;
use service::vintages::Overlay;
use statistics::{DataflowId, Period, SeriesBlock, SeriesKey};

use super::{Question, indicator_named};
use crate::Error;
use crate::indicator::{self, Dependants};
use crate::options::PREVIEW_OBSERVATIONS_MAX;
use crate::service::Shared;
use crate::store::{Seen, stored_value, value_key};
use crate::value::{is_changed, published};

/// A release that is being received.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    domain: String,
    dataflow: String,
    blocks: BTreeMap<SeriesKey, SeriesBlock>,
    observations: usize,
}

impl Preview {
    /// Takes a message of the stream. The first names domain and dataflow.
    pub(crate) fn take(&mut self, message: &PreviewReleaseRequest) -> Result<(), Error> {
        if self.dataflow.is_empty() {
            self.domain.clone_from(&message.domain);
            self.dataflow.clone_from(&message.dataflow);
        }
        let is_other = |named: &str, first: &str| !named.is_empty() && named != first;
        if is_other(&message.dataflow, &self.dataflow) || is_other(&message.domain, &self.domain) {
            return Err(Error::field("dataflow", "differs from that of the first message"));
        }
        for series in &message.series {
            let block = api::series_to_block(series)?;
            self.observations += block.entries.len();
            if self.observations > PREVIEW_OBSERVATIONS_MAX {
                return Err(Error::PreviewTooLarge { max: PREVIEW_OBSERVATIONS_MAX });
            }
            // Another frequency of the series, or more of it.
            match self.blocks.get_mut(&block.key) {
                Some(before) => before.append(block),
                None => _ = self.blocks.insert(block.key.clone(), block),
            }
        }
        Ok(())
    }
}

impl Shared {
    pub(crate) fn preview(&self, preview: Preview) -> Result<PreviewReleaseResponse, Error> {
        if preview.dataflow.is_empty() {
            return Err(Error::field("dataflow", "is empty"));
        }
        let question = self.question(&preview.domain, None)?;
        let dataflow = question.dataflow_named(&preview.dataflow)?;
        let mut touched: Vec<(SeriesKey, Vec<Period>)> = Vec::with_capacity(preview.blocks.len());
        for (key, block) in &preview.blocks {
            touched.push((key.clone(), block.entries.iter().map(|entry| entry.period).collect()));
        }
        let overlay = Overlay { dataflow: dataflow.as_str().to_owned(), blocks: preview.blocks };
        let view = question.view()?.with_overlay(overlay);
        let mut dependants = Dependants::new(&view);
        for (key, periods) in &touched {
            dependants.add(dataflow.id(), key, periods);
        }
        let mut changes = Vec::new();
        for target in dependants.into_targets() {
            let definition = indicator_named(target.indicator)?;
            let Some(evaluation) = indicator::evaluate(&target, &view) else { continue };
            let after = published(definition, &evaluation);
            let before = question.published(&after)?;
            if is_changed(definition, before.as_ref(), &after) {
                changes.push(ValueChange { before, after: Some(after) });
            }
        }
        view.check()?;
        Ok(PreviewReleaseResponse { changes, frontier: Some(question.frontier) })
    }
}

impl Question<'_> {
    fn dataflow_named(&self, name: &str) -> Result<DataflowId, Error> {
        let catalogue = &self.snapshot.catalogue;
        let full = name
            .parse()
            .ok()
            .filter(|id: &DataflowId| catalogue.domain_of(id) == Some(self.domain.as_str()));
        let found = full.or_else(|| catalogue.dataflow_named(&self.domain, name));
        found.ok_or_else(|| Error::UnknownDataflow {
            found: name.to_owned(),
            domain: self.domain.clone(),
        })
    }

    /// The value that the snapshot shows for the target of `value`.
    fn published(&self, value: &IndicatorValue) -> Result<Option<IndicatorValue>, Error> {
        let row = stored_value(self.store, &value_key(&self.domain, value))?;
        match row.map(|row| row.seen_at(self.snapshot.effects.closed_cause)) {
            Some(Seen::Value(value)) => Ok(Some(*value)),
            Some(Seen::Nothing) | None => Ok(None),
            Some(Seen::Outdated) => Err(Error::Rebuilding { domain: self.domain.clone() }),
        }
    }
}

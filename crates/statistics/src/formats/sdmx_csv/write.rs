//! Blocks as SDMX-CSV 2.0, one row an entry, in the columns of the dataflow's structure.
//!
//! What is written is read back as it was: printed digits, reasons of gaps, withdrawals. Attributes
//! that the structure does not declare have no column and are left out.

use std::io::{self, Write};
use std::sync::Arc;

use crate::structure::Dataflow;
use crate::{Action, AttributeSet, Cell, Entry, Missing, SeriesBlock};

/// Writes SDMX-CSV 2.0.
pub struct SdmxCsvWriter<W> {
    output: W,
    dataflow: Arc<Dataflow>,
    line: Vec<u8>,
}

impl<W: Write> SdmxCsvWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of the output.
    pub fn try_new(output: W, dataflow: Arc<Dataflow>) -> io::Result<Self> {
        let structure = &dataflow.structure;
        let mut line = b"STRUCTURE,STRUCTURE_ID,ACTION".to_vec();
        let time = structure.time_dimension.as_deref().unwrap_or("TIME_PERIOD");
        let dimensions = structure.dimensions.iter().map(|one| one.id.as_str());
        let attributes = structure.attributes.iter().map(|one| one.id.as_str());
        for id in dimensions.chain([time, structure.measure.as_str()]).chain(attributes) {
            put_field(&mut line, id);
        }
        let mut writer = Self { output, dataflow, line };
        writer.end_line()?;
        Ok(writer)
    }

    /// Writes the entries of a block.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, block: &SeriesBlock) -> io::Result<()> {
        let nothing = AttributeSet::default();
        for entry in &block.entries {
            let set = block.dictionary.get(entry.attributes_index as usize);
            let attributes = match entry.action {
                Action::Put => set.map_or(&nothing, AsRef::as_ref),
                Action::Delete => &nothing,
            };
            self.line.extend_from_slice(b"dataflow");
            put_field(&mut self.line, self.dataflow.id.as_str());
            put_field(&mut self.line, if entry.action == Action::Put { "I" } else { "D" });
            for code in block.key.codes() {
                put_field(&mut self.line, code);
            }
            put_field(&mut self.line, &entry.period.to_string());
            put_field(&mut self.line, &value(entry, attributes));
            for attribute in &self.dataflow.structure.attributes {
                put_field(&mut self.line, attributes.get(&attribute.id).unwrap_or_default());
            }
            self.end_line()?;
        }
        Ok(())
    }

    /// The output, flushed.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        let written = self.output.write_all(&self.line);
        self.line.clear();
        written
    }
}

/// The value field: empty where the status says why, NaN where it does not.
fn value(entry: &Entry, attributes: &AttributeSet) -> String {
    match (entry.action, entry.cell) {
        (Action::Delete, _) => String::new(),
        (Action::Put, Cell::Number(number)) => number.to_string(),
        (Action::Put, Cell::Missing(missing)) => {
            let status = attributes.get("OBS_STATUS").and_then(Missing::from_code);
            if status == Some(missing) { String::new() } else { "NaN".into() }
        }
    }
}

fn put_field(line: &mut Vec<u8>, text: &str) {
    line.push(b',');
    let quoted = text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
    if !quoted {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

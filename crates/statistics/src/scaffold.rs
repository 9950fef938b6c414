//! scaffold
#![allow(missing_docs)]
use std::collections::BTreeMap;
use std::io::BufRead;
use crate::*;

#[derive(Default)]
pub struct ReleaseContents { series: BTreeMap<SeriesKey, SeriesBlock>, rows: u64, withdrawals: Vec<Withdrawal> }
impl ReleaseContents {
    pub fn row_count(&self) -> u64 { self.rows }
    pub fn blocks(&self) -> impl Iterator<Item = SeriesBlock> + '_ { self.series.values().cloned() }
    pub fn withdrawals(&self) -> &[Withdrawal] { &self.withdrawals }
    pub fn hash(&self, h: &mut dyn FnMut(&[u8])) { for b in self.series.values() { let mut v = vec![]; b.encode(&mut v); h(&v); } }
}
#[derive(Default)]
pub struct ReadRelease { pub contents: BTreeMap<DataflowId, ReleaseContents>, pub rejections: Rejections }
pub fn read_release(input: impl BufRead, s: &Structures, limits: Limits, tell: &mut dyn FnMut(Progress)) -> ReadRelease {
    let mut out = ReadRelease::default();
    let mut reader = match SdmxCsvReader::try_new(input, s, limits) { Ok(r) => r, Err(e) => { out.rejections.push(e, limits.rejections_kept_max); return out; } };
    let mut n = 0;
    while let Some(part) = reader.next_block() {
        n += 1; if n % 1000 == 0 { tell(reader.progress()); }
        match part {
            Err(e) => out.rejections.push(e, limits.rejections_kept_max),
            Ok(Part::Series(run)) => {
                let c = out.contents.entry(run.dataflow.id.clone()).or_default();
                c.rows += run.entries.len() as u64;
                let block = c.series.entry(run.key.clone()).or_insert_with(|| SeriesBlock { key: run.key.clone(), entries: vec![], dictionary: vec![] });
                let base = block.dictionary.len() as u32;
                block.dictionary.extend(run.dictionary);
                block.entries.extend(run.entries.into_iter().map(|mut e| { e.attributes_index += base; e }));
                block.entries.sort_by_key(|e| e.period);
            }
            Ok(Part::Withdrawal(w)) => { let c = out.contents.entry(w.dataflow.id.clone()).or_default(); c.rows += 1; c.withdrawals.push(w); }
        }
    }
    tell(reader.progress());
    out
}
#[derive(Clone, Debug, Default)]
pub struct Checks;
#[derive(Clone, Copy, Debug)]
pub enum Severity { Error, Warning }
#[derive(Debug)]
pub struct Finding { pub check: String, pub severity: Severity, pub period: Option<Period>, pub found: Option<Decimal>, pub expected: Option<Decimal>, pub tolerance: Option<Decimal>, pub reason: String }
impl Checks {
    pub fn parse(_b: &[u8]) -> Result<Self, Vec<Rejection>> { Ok(Self) }
    pub fn merge(&mut self, _o: Self) {}
    pub fn concerns(&self, _d: &str) -> bool { false }
    pub fn run(&self, _v: &dyn View, _s: &Structures, _d: &str) -> Vec<Finding> { vec![] }
}
pub fn classify(before: Option<&Observation>, e: &Entry, a: &Attributes) -> RecordKind {
    match (before, e.action) {
        (None, Action::Delete) => RecordKind::Unchanged,
        (Some(_), Action::Delete) => RecordKind::Deletion,
        (None, Action::Put) => RecordKind::First,
        (Some(b), Action::Put) if b.cell == e.cell && b.attributes == *a => RecordKind::Unchanged,
        _ => RecordKind::Revision,
    }
}

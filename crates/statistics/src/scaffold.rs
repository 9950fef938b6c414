//! scaffold
#![allow(missing_docs)]
use crate::*;

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

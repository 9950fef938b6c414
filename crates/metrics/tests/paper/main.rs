//! Indicators and the audit over the paper's own tables: known answers, identities, named findings.

mod feed;
mod fdi;
mod other_indicators;
mod dependants;
mod audit;

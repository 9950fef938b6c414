//! The text of the knowledge files: those that come with the crate, or somebody's own.
//!
//! Only text: nothing is read or checked here, and nothing comes from a disk at run time. The checks
//! are in `load.rs`.

/// The text of each knowledge file.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each field is the file of the same name in `knowledge/`")]
pub struct Sources<'a> {
    pub manifest: &'a str,
    pub interventions: &'a str,
    pub considerations: &'a str,
    pub practices: &'a str,
    pub obstacles: &'a str,
    pub challenges: &'a str,
    pub unctad: &'a str,
    pub risks: &'a str,
    pub factors: &'a str,
    pub rationales: &'a str,
    pub drivers: &'a str,
    pub routes: &'a str,
    pub mechanisms: &'a str,
    pub segments: &'a str,
    pub indicators: &'a str,
    pub crosswalk: &'a str,
    pub guards: &'a str,
    pub diagnosis: &'a str,
}

macro_rules! embedded {
    ($($file:ident),+) => {
        Sources { $($file: include_str!(concat!("../../knowledge/", stringify!($file), ".json"))),+ }
    };
}

impl Sources<'static> {
    /// The files that come with the crate.
    #[must_use]
    pub fn embedded() -> Self {
        embedded!(
            manifest,
            interventions,
            considerations,
            practices,
            obstacles,
            challenges,
            unctad,
            risks,
            factors,
            rationales,
            drivers,
            routes,
            mechanisms,
            segments,
            indicators,
            crosswalk,
            guards,
            diagnosis
        )
    }
}

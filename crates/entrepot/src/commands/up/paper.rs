//! The paper's feeds, as files that the command carries, and the manifest that says what they are.

use serde::Deserialize;

use crate::error::Error;

include!(concat!(env!("OUT_DIR"), "/paper.rs"));

/// All dataflows of the paper are analysed together.
pub(super) const DOMAIN: &str = "asean";
/// The network of the paper's firms.
pub(super) const NETWORK: &str = "asean";

const MANIFEST: &str = "manifest.json";

/// What there is to load, in order.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) structures: String,
    pub(super) checks: String,
    pub(super) claims: String,
    pub(super) network: String,
    #[serde(alias = "feeds")]
    pub(super) releases: Vec<FeedFile>,
}

/// One file of one dataflow.
#[derive(Debug, Deserialize)]
pub(super) struct FeedFile {
    pub(super) file: String,
    pub(super) dataflow: String,
    pub(super) released_at: String,
    pub(super) title: String,
}

/// Reads the manifest.
pub(super) fn manifest() -> Result<Manifest, Error> {
    serde_json::from_slice(file(MANIFEST)?).map_err(|error| Error::Answer {
        message: format!("the paper's `{MANIFEST}` in this build cannot be read: {error}"),
    })
}

/// The bytes of a file of the feed.
pub(super) fn file(name: &str) -> Result<&'static [u8], Error> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes).ok_or_else(|| Error::Answer {
        message: format!("the paper's feed in this build has no file `{name}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_manifest_is_carried() {
        let manifest = manifest().expect("it is part of the build");
        let Manifest { structures, checks, claims, network, releases } = manifest;
        for name in [structures, checks, claims, network] {
            assert!(file(&name).is_ok(), "{name}");
        }
        for feed in releases {
            assert!(file(&feed.file).is_ok(), "{}", feed.file);
            assert!(crate::clock::parse_released_at(&feed.released_at).is_ok(), "{}", feed.file);
        }
    }
}

//! The keys that vouch for tokens. Each key fixes its algorithm, so that a token cannot choose one.

use jsonwebtoken::{Algorithm, DecodingKey};

/// A provider has two or three, one of them on its way out.
pub(super) const KEYS_MAX: usize = 64;

/// A public key and the one algorithm that it is for.
#[derive(Clone, Debug)]
pub(crate) struct VerifyingKey {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// All keys of now.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    pub(super) keys: Vec<VerifyingKey>,
}

impl KeySet {
    /// The keys that a token with this header may have been signed with: the one that it names;
    /// else those without a name; a token that names none also the only one that there is.
    pub(crate) fn candidates(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &VerifyingKey> {
        let named = id.is_some() && self.keys.iter().any(|key| key.id.as_deref() == id);
        let is_only = self.keys.len() == 1;
        self.keys.iter().filter(move |key| {
            let matches = match (&key.id, id) {
                (Some(own), Some(asked)) => own == asked,
                (None, Some(_)) => !named,
                (None, None) => true,
                (Some(_), None) => is_only,
            };
            matches && key.algorithm == algorithm
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(keys: &[(Option<&str>, Algorithm)]) -> KeySet {
        let keys = keys.iter().map(|(id, algorithm)| VerifyingKey {
            id: id.map(str::to_owned),
            algorithm: *algorithm,
            key: DecodingKey::from_ed_der(&[0; 32]),
        });
        KeySet { keys: keys.collect() }
    }

    #[test]
    fn the_name_and_the_algorithm_choose_the_key() {
        let check = |keys: &KeySet, id: Option<&str>, algorithm, expected: usize| {
            assert_eq!(keys.candidates(id, algorithm).count(), expected, "{id:?} {algorithm:?}");
        };
        let two = set(&[(Some("a"), Algorithm::ES256), (Some("b"), Algorithm::EdDSA)]);
        check(&two, Some("a"), Algorithm::ES256, 1);
        check(&two, Some("a"), Algorithm::EdDSA, 0);
        check(&two, Some("c"), Algorithm::ES256, 0);
        check(&two, None, Algorithm::ES256, 0);
        let only = set(&[(Some("a"), Algorithm::ES256)]);
        check(&only, None, Algorithm::ES256, 1);
        check(&only, None, Algorithm::HS256, 0);
        let unnamed = set(&[(None, Algorithm::ES256), (None, Algorithm::ES256)]);
        check(&unnamed, None, Algorithm::ES256, 2);
        check(&unnamed, Some("a"), Algorithm::ES256, 2);
        let mixed = set(&[(None, Algorithm::ES256), (Some("a"), Algorithm::ES256)]);
        check(&mixed, Some("a"), Algorithm::ES256, 1);
    }
}

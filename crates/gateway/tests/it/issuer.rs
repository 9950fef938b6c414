//! An identity provider for tests: its keys, its JWKS document, and tokens good and bad.

#![allow(dead_code, reason = "two test binaries share it, and each uses a part")]

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

/// Known to everybody, and so of no use beyond tests; ring makes no RSA keys.
const RSA_KEY: &[u8] = include_bytes!("../golden/rsa-2048-for-tests.pem");

pub(crate) struct Issuer {
    random: SystemRandom,
    elliptic: EcdsaKeyPair,
    edwards: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Algorithm {
    Es256,
    EdDsa,
    Rs256,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let elliptic = EcdsaKeyPair::generate_pkcs8(how, &random).expect("randomness");
        let elliptic = EcdsaKeyPair::from_pkcs8(how, elliptic.as_ref(), &random).expect("a key");
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).expect("randomness");
        let edwards = Ed25519KeyPair::from_pkcs8(edwards.as_ref()).expect("a key");
        let rsa = PrivateKeyDer::from_pem_slice(RSA_KEY).expect("is PEM");
        let rsa = RsaKeyPair::from_pkcs8(rsa.secret_der()).expect("a key");
        Self { random, elliptic, edwards, rsa }
    }

    /// The public keys, named `{prefix}es`, `{prefix}ed` and `{prefix}rs`.
    pub(crate) fn jwks(&self, prefix: &str) -> Value {
        let point = self.elliptic.public_key().as_ref();
        let rsa = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key());
        json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
              "kid": format!("{prefix}es"), "x": encode(&point[1..33]), "y": encode(&point[33..]) },
            { "kty": "OKP", "crv": "Ed25519", "kid": format!("{prefix}ed"),
              "x": encode(self.edwards.public_key().as_ref()) },
            { "kty": "RSA", "use": "sig", "kid": format!("{prefix}rs"),
              "n": encode(&rsa.n), "e": encode(&rsa.e) },
            // What providers publish beside: to be passed over.
            { "kty": "RSA", "use": "enc", "kid": "enc", "n": encode(&rsa.n), "e": encode(&rsa.e) },
            { "kty": "oct", "kid": "shared", "k": encode(b"a secret that is published") },
            { "kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "", "y": "" },
        ]})
    }

    /// The point of the elliptic key, as a fool would use it for a secret.
    pub(crate) fn public_bytes(&self) -> &[u8] {
        self.elliptic.public_key().as_ref()
    }

    /// A token, whatever its header says.
    pub(crate) fn sign(&self, algorithm: Algorithm, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let bytes = message.as_bytes();
        let signature = match algorithm {
            Algorithm::Es256 => {
                let signature = self.elliptic.sign(&self.random, bytes).expect("it signs");
                signature.as_ref().to_vec()
            }
            Algorithm::EdDsa => self.edwards.sign(bytes).as_ref().to_vec(),
            Algorithm::Rs256 => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                let signed = self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, bytes, &mut signature);
                signed.expect("it signs");
                signature
            }
        };
        format!("{message}.{}", encode(&signature))
    }

    /// A token with the elliptic key.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(Algorithm::Es256, &json!({ "alg": "ES256", "kid": "es" }), claims)
    }
}

/// Claims that are good, with changes.
pub(crate) fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "sub": "analyst", "iss": "https://login.test", "aud": "entrepot",
        "exp": seconds_from_now(600), "scope": "read",
    });
    for (name, value) in changes.as_object().expect("changes are an object") {
        match value {
            Value::Null => claims.as_object_mut().expect("is one").remove(name),
            value => claims.as_object_mut().expect("is one").insert(name.clone(), value.clone()),
        };
    }
    claims
}

pub(crate) fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    i64::try_from(now).expect("not that far") + seconds
}

pub(crate) fn part(value: &Value) -> String {
    encode(value.to_string().as_bytes())
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

//! What anybody can send, damaged in many ways: nothing panics, and no damaged token is good.
//!
//! A seeded search on a stable compiler; the readers of files have fuzz targets of their own.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use service::security::Secret;

use super::AccessOptions;
use super::keys::KeySet;
use super::signatures;
use super::token::verify;

const ROUNDS: u32 = 20_000;

/// xorshift64: enough to choose places and bytes, and the same each time.
struct Choices(u64);

impl Choices {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below.max(1) as u64).unwrap_or(0)
    }

    /// One to four places are changed, cut out, doubled or swapped for a telling piece.
    fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        const PIECES: [&[u8]; 8] =
            [b".", b"..", b"=", b"{", b"\"kid\":null", b"\xff", b"e30", b"-----BEGIN"];
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.next(4) {
            let at = self.next(damaged.len());
            let until = (at + self.next(8)).min(damaged.len());
            let piece = match self.next(4) {
                0 => vec![u8::try_from(self.next(256)).unwrap_or(0)],
                1 => Vec::new(),
                2 => damaged[at..until].repeat(2),
                _ => PIECES[self.next(PIECES.len())].to_vec(),
            };
            damaged.splice(at..until, piece);
        }
        damaged
    }
}

#[test]
fn no_damaged_token_is_good_and_no_damaged_document_a_panic() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    signatures::install();
    let seed = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
    let pair = Ed25519KeyPair::from_pkcs8(seed.as_ref()).expect("a key");
    let x = BASE64.encode(pair.public_key().as_ref());
    let document =
        format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"a","use":"sig","x":"{x}"}}]}}"#);
    let keys = KeySet::parse(document.as_bytes()).expect("is a document");
    let header = BASE64.encode(r#"{"alg":"EdDSA","kid":"a","typ":"JWT"}"#);
    let claims = BASE64.encode(r#"{"exp":4000000000,"sub":"s","scope":"read","aud":["a","b"]}"#);
    let signature = BASE64.encode(pair.sign(format!("{header}.{claims}").as_bytes()).as_ref());
    let good = format!("{header}.{claims}.{signature}");
    let judge = |token: String| verify(&Secret::new(token), &keys, &AccessOptions::default());
    judge(good.clone()).expect("the whole one is good");
    let mut choices = Choices(0x5eed_0f7a_11e5_7abe);
    for round in 0..ROUNDS {
        let damaged = String::from_utf8_lossy(&choices.damage(good.as_bytes())).into_owned();
        if damaged != good {
            assert!(judge(damaged.clone()).is_err(), "round {round}: {damaged}");
        }
        // Whatever comes of these, it comes without a panic.
        let _ = KeySet::parse(&choices.damage(document.as_bytes()));
        let parts = choices.damage(br#"{"alg":"EdDSA","kid":"a","crit":["b64"],"jwk":{}}"#);
        let _ = judge(format!("{}.{claims}.{signature}", BASE64.encode(parts)));
    }
}

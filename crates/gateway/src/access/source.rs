//! Where keys come from: a file, or an address of the provider.

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use http::Uri;
use service::security::Tls;

use super::KeysError;
use super::fetch::fetch;
use super::keys::KeySet;

/// A document of 64 keys with certificate chains stays below.
pub(super) const DOCUMENT_BYTES_MAX: usize = 256 << 10;

/// Where keys come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeySource {
    /// A JWKS document or public keys in PEM.
    File(PathBuf),
    /// The same behind `https://`, or behind `http://` on loopback.
    Address(Uri),
}

/// An address that anybody on the way could answer for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is neither a file nor an https:// address; http:// is for loopback only")]
pub struct NoKeySource {
    text: String,
}

impl FromStr for KeySource {
    type Err = NoKeySource;

    fn from_str(text: &str) -> Result<Self, NoKeySource> {
        let refused = || NoKeySource { text: text.to_owned() };
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let uri: Uri = text.parse().map_err(|_| refused())?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match uri.scheme_str() {
            Some("https") if !host.is_empty() => Ok(Self::Address(uri)),
            Some("http") if is_loopback => Ok(Self::Address(uri)),
            _ => Err(refused()),
        }
    }
}

impl KeySource {
    /// Reads the keys of now.
    pub(super) async fn load(&self, tls: Option<&Tls>) -> Result<KeySet, KeysError> {
        match self {
            Self::File(path) => KeySet::parse(&read(path.clone()).await?),
            Self::Address(uri) => KeySet::parse(&fetch(uri, tls).await?),
        }
    }
}

async fn read(path: PathBuf) -> Result<Vec<u8>, KeysError> {
    let reading = tokio::task::spawn_blocking(move || read_file(&path));
    match reading.await {
        Ok(read) => read,
        Err(panicked) => match panicked.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is going down, and so is who asks.
            Err(_) => Err(KeysError::Form),
        },
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, KeysError> {
    let unreadable = |source| KeysError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let limit_bytes = DOCUMENT_BYTES_MAX as u64;
    file.take(limit_bytes + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(KeysError::TooLarge { limit_bytes: DOCUMENT_BYTES_MAX });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_a_file_or_where_nobody_on_the_way_can_change_them() {
        let check = |text: &str, is_file: Option<bool>| {
            let parsed = text.parse::<KeySource>().ok();
            let found = parsed.map(|source| matches!(source, KeySource::File(_)));
            assert_eq!(found, is_file, "{text}");
        };
        check("/etc/entrepot/keys.json", Some(true));
        check("keys.pem", Some(true));
        check("https://login.example.org/keys", Some(false));
        check("http://127.0.0.1:8080/keys", Some(false));
        check("http://[::1]:8080/keys", Some(false));
        check("http://localhost/keys", Some(false));
        check("http://login.example.org/keys", None);
        check("http://127.0.0.1.example.org/keys", None);
        check("ftp://127.0.0.1/keys", None);
        check("https:///keys", None);
    }
}

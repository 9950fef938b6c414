//! Who the command is to the gateway: a token, and certificates where the door asks for one.
//!
//! A token is in a file or in the environment, never in an argument, which every user of the
//! machine could read. It is sent only where nobody on the way can read it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use service::security::{IdentityFiles, Secret, Tls, TlsFiles, Trust};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Uri;

use crate::error::Error;

const TOKEN: &str = "ENTREPOT_TOKEN";
/// Gateways take no more.
const TOKEN_BYTES_MAX: usize = 8 << 10;

/// Who the command is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// File with the token for the gateway; else ENTREPOT_TOKEN holds it
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ENTREPOT_TOKEN_FILE",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub(crate) token_file: Option<PathBuf>,
    /// Authorities that vouch for the gateway (PEM) [default: those of the system]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ENTREPOT_CA",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub(crate) ca: Option<PathBuf>,
    /// Certificate to show to the gateway (PEM)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ENTREPOT_CLIENT_CERT",
        hide_env_values = true,
        requires = "client_key",
        help_heading = "Everywhere"
    )]
    pub(crate) client_cert: Option<PathBuf>,
    /// Its key (PEM, no password)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ENTREPOT_CLIENT_KEY",
        hide_env_values = true,
        requires = "client_cert",
        help_heading = "Everywhere"
    )]
    pub(crate) client_key: Option<PathBuf>,
}

/// A token as it is sent. Its `Debug` form does not show it.
#[derive(Clone, Debug)]
pub(crate) struct Bearer(Secret<MetadataValue<Ascii>>);

impl Bearer {
    pub(crate) fn value(&self) -> MetadataValue<Ascii> {
        self.0.reveal().clone()
    }
}

impl Credentials {
    /// The token for this gateway, if there is one.
    pub(crate) fn bearer(&self, gateway: &Uri) -> Result<Option<Bearer>, Error> {
        let Some(token) = self.token()? else { return Ok(None) };
        if !is_private(gateway) {
            return Err(Error::Usage {
                message: format!("a token is not sent to {gateway}, where others could read it"),
                remedy: "name the gateway by its https:// address".to_owned(),
            });
        }
        let no_token = || Error::Usage {
            message: "the token is empty, too long or not a token".to_owned(),
            remedy: "it is one line, such as eyJhbGciOi…, without `Bearer`".to_owned(),
        };
        let text = token.reveal();
        let is_one_word = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > TOKEN_BYTES_MAX || !is_one_word {
            return Err(no_token());
        }
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {text}").parse().map_err(|_| no_token())?;
        value.set_sensitive(true);
        Ok(Some(Bearer(Secret::new(value))))
    }

    /// TLS towards an `https` gateway.
    pub(crate) fn tls(&self, gateway: &Uri) -> Result<Option<Tls>, Error> {
        if gateway.scheme_str() != Some("https") {
            return Ok(None);
        }
        let identity = match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => {
                Some(IdentityFiles { certificate: certificate.clone(), key: key.clone() })
            }
            _ => None,
        };
        let servers = self.ca.clone().map_or(Trust::System, Trust::Only);
        let loaded = Tls::load(TlsFiles { identity, servers, clients: None });
        loaded.map(Some).map_err(|error| Error::Usage {
            message: error.to_string(),
            remedy: "see --ca, --client-cert and --client-key in `entrepot --help`".to_owned(),
        })
    }

    fn token(&self) -> Result<Option<Secret<String>>, Error> {
        if let Some(path) = &self.token_file {
            return read(path).map(Some);
        }
        match std::env::var(TOKEN) {
            Ok(token) if !token.is_empty() => Ok(Some(Secret::new(token.trim().to_owned()))),
            _ => Ok(None),
        }
    }
}

fn read(path: &Path) -> Result<Secret<String>, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::File { path: path.to_owned(), source })?;
    Ok(Secret::new(text.trim().to_owned()))
}

/// Over TLS, or without leaving the machine.
fn is_private(gateway: &Uri) -> bool {
    let host = gateway.host().unwrap_or_default().trim_matches(['[', ']']);
    gateway.scheme_str() == Some("https")
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_only_where_nobody_on_the_way_can_read_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("token");
        std::fs::write(&path, "eyJ.abc.def\n").expect("a temporary directory");
        let credentials = Credentials { token_file: Some(path), ..Credentials::default() };
        let check = |gateway: &str, is_sent: bool| {
            let gateway = gateway.parse().expect("a URI");
            let bearer = credentials.bearer(&gateway);
            assert_eq!(bearer.is_ok(), is_sent, "{gateway}");
            if let Ok(Some(bearer)) = bearer {
                assert_eq!(bearer.value().to_str().ok(), Some("Bearer eyJ.abc.def"));
                let shown = format!("{bearer:?} {:?}", bearer.value());
                assert!(!shown.contains("eyJ"), "{shown}");
            }
        };
        check("https://entrepot.example.org", true);
        check("http://127.0.0.1:50051", true);
        check("http://[::1]:50051", true);
        check("http://entrepot.example.org", false);
        check("http://10.0.0.7:50051", false);
    }
}

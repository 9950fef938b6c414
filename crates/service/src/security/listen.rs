//! Where a server listens and how it knows its callers; an open address without both is refused.

use std::net::{AddrParseError, SocketAddr};
use std::str::FromStr;

use super::Tls;
use crate::Error;

/// Where a server listens, and its TLS.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address; port 0 takes any.
    pub address: SocketAddr,
    /// TLS of the process, for its server if it has a certificate and for its calls.
    pub tls: Option<Tls>,
}

impl Listen {
    /// Refuses an address that other machines reach, unless callers must show a certificate.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let knows_callers = self.tls.as_ref().is_some_and(Tls::knows_clients);
        if self.address.ip().is_loopback() || knows_callers {
            return Ok(());
        }
        Err(Error::OpenAddress { address: self.address })
    }
}

impl From<SocketAddr> for Listen {
    /// Without TLS, for loopback.
    fn from(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }
}

impl FromStr for Listen {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        Ok(SocketAddr::from_str(text)?.into())
    }
}

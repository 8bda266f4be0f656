//! Addresses to listen on.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use super::listening::overlap;
use super::written_as_string;

/// An address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ListenAddress {
    /// An address and a TCP port: `127.0.0.1:8080`.
    Tcp(SocketAddr),
    /// The path of a Unix socket: `unix:/run/cds-proxy.sock`.
    Unix(PathBuf),
}

impl ListenAddress {
    /// The address, if it is one of TCP.
    pub const fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// Whether only one of the two can be listened on. Not so where the system chooses the port.
    pub(in crate::config) fn overlaps(&self, other: &Self) -> bool {
        match (self.tcp(), other.tcp()) {
            (Some(one), Some(other)) => overlap(one, other),
            _ => self == other,
        }
    }

    /// A path that is relative begins at `dir`.
    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        match self {
            Self::Tcp(_) => self,
            Self::Unix(path) => Self::Unix(dir.join(path)),
        }
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix(UNIX).filter(|path| !path.is_empty()) {
            return Ok(Self::Unix(path.into()));
        }
        text.parse().map(Self::Tcp).map_err(|_| {
            format!(
                "`{text}` is not an address: write IP:PORT, such as 127.0.0.1:8080, \
                 0.0.0.0:8080 or [::]:8080, or unix:PATH"
            )
        })
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

const UNIX: &str = "unix:";

written_as_string!(
    ListenAddress: "127.0.0.1:8080",
    "0.0.0.0:8080",
    "[::]:8080",
    "unix:/run/cds-proxy/proxy.sock"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unix_socket_overlaps_itself_alone() {
        let address = |text: &str| -> ListenAddress { text.parse().unwrap() };
        assert!(address("unix:a").overlaps(&address("unix:a")));
        assert!(!address("unix:a").overlaps(&address("unix:b")));
        assert!(!address("unix:a").overlaps(&address("127.0.0.1:80")));
        assert!(address("0.0.0.0:80").overlaps(&address("127.0.0.1:80")));
    }

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for text in ["127.0.0.1:80", "[::1]:8080", "unix:/run/a.sock", "unix:a"] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        for text in ["8080", "localhost:80", "unix:", "/run/a.sock"] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }
}

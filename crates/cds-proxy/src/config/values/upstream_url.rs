//! Where the upstream is.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use serde::Deserialize;

use super::{TlsName, leads_to, written_as_string};

/// Where the upstream is: the scheme, host and port of an `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct UpstreamUrl {
    /// Whether TLS is spoken there.
    pub is_tls: bool,
    /// Whose addresses to connect to.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
}

/// A host as URLs name it (RFC 3986 §3.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// An address that needs no resolving.
    Address(IpAddr),
    /// A name to resolve.
    Name(String),
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host_and_port())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl UpstreamUrl {
    /// As a `Host` field names it. The port is left out where it is the scheme's own, as clients do
    /// (RFC 9110 §4.2.3): virtual hosts and signatures go by the text.
    pub fn authority(&self) -> String {
        if self.port != default_port(self.is_tls) {
            return self.host_and_port();
        }
        match &self.host {
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
            host => host.to_string(),
        }
    }

    /// The URL of a path there.
    pub fn with_path(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme(), self.authority())
    }

    const fn scheme(&self) -> &'static str {
        if self.is_tls { "https" } else { "http" }
    }

    fn host_and_port(&self) -> String {
        match &self.host {
            Host::Address(address) => SocketAddr::new(*address, self.port).to_string(),
            Host::Name(name) => format!("{name}:{}", self.port),
        }
    }

    /// Whether requests would reach a listener on this address, as far as can be told without
    /// resolving.
    pub(in crate::config) fn is_at(&self, listener: SocketAddr) -> bool {
        let Host::Address(host) = self.host else {
            return false;
        };
        let address = SocketAddr::new(host, self.port);
        leads_to(address, listener, |ip| ip.is_loopback())
    }
}

impl FromStr for UpstreamUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("{error}; {HOW_TO_WRITE_IT}"))?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(HOW_TO_WRITE_IT.to_owned()),
        };
        let authority = uri.authority().ok_or_else(|| HOW_TO_WRITE_IT.to_owned())?;
        if authority.as_str().contains('@') {
            return Err("a user name or password is not passed on; leave it out".to_owned());
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err("requests keep their own path; end the URL after the port".to_owned());
        }
        // `Authority::port` is silent about a port beyond 65535.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("" | ":") | None => Some(default_port(is_tls)),
            Some(port) => port
                .trim_start_matches(':')
                .parse()
                .ok()
                .filter(|port| *port != 0),
        };
        let port = port.ok_or_else(|| format!("`{authority}` has no usable port"))?;
        let host = host(authority.host())?;
        if is_tls {
            // What the certificate is asked for.
            host.to_string().parse::<TlsName>()?;
        }
        Ok(Self { is_tls, host, port })
    }
}

written_as_string!(UpstreamUrl: "http://127.0.0.1:3000", "https://portal.internal");

const HOW_TO_WRITE_IT: &str =
    "write it as http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:3000";

const fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

fn host(text: &str) -> Result<Host, String> {
    if let Some(literal) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let address: Ipv6Addr = literal
            .parse()
            .map_err(|_| format!("`{literal}` is not an IPv6 address"))?;
        return Ok(Host::Address(address.into()));
    }
    if text.is_empty() {
        return Err(HOW_TO_WRITE_IT.to_owned());
    }
    let address: Result<IpAddr, _> = text.parse();
    Ok(address.map_or_else(|_| Host::Name(text.to_owned()), Host::Address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(text: &str) -> Result<UpstreamUrl, String> {
        text.parse()
    }

    #[test]
    fn an_upstream_is_a_host_and_a_port() {
        let authority = |text| upstream(text).map(|url| url.authority());
        assert_eq!(
            authority("http://127.0.0.1:3000"),
            Ok("127.0.0.1:3000".to_owned())
        );
        assert_eq!(authority("http://[::1]:3000/"), Ok("[::1]:3000".to_owned()));
        let secure = upstream("https://[fd00::5]").unwrap();
        assert_eq!(secure.to_string(), "https://[fd00::5]:443");
    }

    #[test]
    fn a_port_that_goes_without_saying_is_not_said() {
        for (url, authority) in [
            ("http://portal.internal", "portal.internal"),
            ("http://portal.internal:80", "portal.internal"),
            ("https://portal.internal:443", "portal.internal"),
            ("https://portal.internal:80", "portal.internal:80"),
            ("http://portal.internal:443", "portal.internal:443"),
            ("https://[fd00::5]", "[fd00::5]"),
            ("http://192.0.2.7", "192.0.2.7"),
        ] {
            let url = upstream(url).unwrap();
            assert_eq!(url.authority(), authority);
            let scheme = if url.is_tls { "https" } else { "http" };
            assert_eq!(url.with_path("/a"), format!("{scheme}://{authority}/a"));
        }
    }

    #[test]
    fn what_is_not_an_upstream_says_how_to_write_one() {
        for text in [
            "127.0.0.1:3000",
            "portal",
            "",
            "ftp://portal",
            "http://",
            "http://:80",
        ] {
            let error = upstream(text).unwrap_err();
            assert!(error.contains("http://HOST:PORT"), "{text}: {error}");
        }
        assert!(upstream("https://-portal").is_err());
        assert!(
            upstream("http://portal/base")
                .unwrap_err()
                .contains("own path")
        );
        assert!(
            upstream("http://a:b@portal")
                .unwrap_err()
                .contains("password")
        );
        assert!(upstream("http://portal:0").unwrap_err().contains("port"));
        assert!(upstream("http://portal:70000").is_err());
        assert!(upstream("http://[::zz]:80").is_err());
    }

    #[test]
    fn an_upstream_that_is_the_proxy_itself_is_seen() {
        let is_at =
            |url: &str, listener: &str| upstream(url).unwrap().is_at(listener.parse().unwrap());
        assert!(is_at("http://127.0.0.1:80", "0.0.0.0:80"));
        assert!(is_at("http://127.0.0.1", "127.0.0.1:80"));
        assert!(!is_at("http://[::1]:80", "0.0.0.0:80"));
        assert!(!is_at("http://portal:80", "0.0.0.0:80"));
    }
}

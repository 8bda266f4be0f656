//! Whom a request comes from.

use std::net::IpAddr;

use http::HeaderMap;
use pingora::proxy::Session;

use super::claims::Claims;
use crate::config::Peers;

/// Whom a request comes from, as far as anyone who says so is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    address: Option<IpAddr>,
    peer: Option<IpAddr>,
    trusted: bool,
    /// Whether a proxy said whom it asks for, be it in a way that can't be read.
    told: bool,
}

impl Client {
    pub(super) fn of(session: &Session, trusted: &Peers) -> Self {
        let peer = session
            .client_addr()
            .and_then(|address| address.as_inet())
            // A listener on [::] sees IPv4 clients as ::ffff:192.0.2.7.
            .map(|address| address.ip().to_canonical());
        Self::behind(peer, &session.req_header().headers, trusted)
    }

    /// The last address that no trusted proxy has, looked for from the nearest hop on: what a
    /// client says of itself stands further away.
    pub(super) fn behind(peer: Option<IpAddr>, fields: &HeaderMap, proxies: &Peers) -> Self {
        let trusted = !proxies.is_empty() && proxies.contain(peer);
        let (mut address, mut told) = (peer, false);
        if trusted {
            let hops = Claims::of(fields).hops;
            told = !hops.is_empty();
            for hop in hops.into_iter().rev() {
                let Some(hop) = hop else { break };
                address = Some(hop);
                if !proxies.contain(address) {
                    break;
                }
            }
        }
        Self {
            address,
            peer,
            trusted,
            told,
        }
    }

    /// Whether it asks from this machine, as a load balancer does that tells nobody's address. That
    /// someone says so is not enough.
    pub(super) fn is_on_this_machine(&self) -> bool {
        !self.told && self.peer.is_none_or(|peer| peer.is_loopback())
    }

    /// Its address; `None` where it connects by a Unix socket and nobody says more.
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The other end of the connection; `None` behind a Unix socket.
    pub(super) const fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Whether the other end is a trusted proxy.
    pub(super) const fn is_behind_trusted(&self) -> bool {
        self.trusted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address found behind this peer, of whom 10.0.0.0/8 and fd00::/8 are trusted.
    fn found(peer: &str, fields: &[(&'static str, &str)]) -> String {
        let proxies = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(*name, value.parse().unwrap());
        }
        let peer = Some(peer.parse().unwrap());
        let client = Client::behind(peer, &map, &Peers::from(proxies.to_vec()));
        client.address().unwrap().to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        let claims = [("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=6.6.6.6")];
        assert_eq!(found("192.0.2.7", &claims), "192.0.2.7");
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_is_the_client() {
        for (claim, client) in [
            ("192.0.2.7", "192.0.2.7"),
            ("6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("10.0.0.3,10.0.0.2", "10.0.0.3"),
            ("192.0.2.7:4711, [fd00::2]:80", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            // What can't be read hides what is behind it.
            ("192.0.2.7, unknown, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            let fields = [("x-forwarded-for", claim)];
            assert_eq!(found("10.0.0.1", &fields), client, "{claim}");
        }
        let lines = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "192.0.2.7"),
        ];
        assert_eq!(found("10.0.0.1", &lines), "192.0.2.7");
    }

    #[test]
    fn forwarded_is_read_where_there_is_nothing_else() {
        for (claim, client) in [
            ("for=192.0.2.7", "192.0.2.7"),
            (
                "For=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.2",
                "2001:db8::7",
            ),
            ("for=\"192.0.2.7:80\" ; by=10.0.0.9", "192.0.2.7"),
            ("for=192.0.2.7, by=10.0.0.9;for=_hidden", "10.0.0.1"),
            ("host=\"a,for=6.6.6.6\";for=192.0.2.7", "192.0.2.7"),
            ("host=\"a\\\",for=6.6.6.6\";for=192.0.2.7", "192.0.2.7"),
            ("for=\"6.6.6.6", "10.0.0.1"),
        ] {
            let fields = [("forwarded", claim)];
            assert_eq!(found("10.0.0.1", &fields), client, "{claim}");
        }
        let both = [
            ("forwarded", "for=6.6.6.6"),
            ("x-forwarded-for", "192.0.2.7"),
        ];
        assert_eq!(found("10.0.0.1", &both), "192.0.2.7");
    }
}

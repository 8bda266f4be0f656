//! Who is at the other end of a connection.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

use super::written_as_string;

/// Peers of a kind: a network in CIDR notation (RFC 4632), of which an address alone is a network
/// of one, or whoever may connect to a Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Peer {
    /// The addresses of a network.
    Network(IpNet),
    /// Unix sockets.
    Unix,
}

/// Peers that are trusted with something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers(Vec<Peer>);

impl Peers {
    /// Whether a peer is among them; one without an address has come by a Unix socket.
    pub fn contain(&self, peer: Option<IpAddr>) -> bool {
        self.0.iter().any(|known| match (known, peer) {
            (Peer::Network(network), Some(address)) => network.contains(&address.to_canonical()),
            (Peer::Unix, None) => true,
            (Peer::Network(_), None) | (Peer::Unix, Some(_)) => false,
        })
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<Peer>> for Peers {
    fn from(peers: Vec<Peer>) -> Self {
        Self(peers)
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        let one: Result<IpAddr, _> = text.parse();
        one.map_or_else(|_| text.parse(), |address| Ok(address.into()))
            .map(Self::Network)
            .map_err(|_| {
                format!(
                    "`{text}` is not a network: write it as 10.0.0.0/8, fd00::/8 or 192.0.2.7, \
                     or `unix` for Unix sockets"
                )
            })
    }
}

written_as_string!(Peer: "10.0.0.0/8", "fd00::/8", "192.0.2.7", "unix");

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(texts: &[&str]) -> Peers {
        let parsed: Vec<Peer> = texts.iter().map(|text| text.parse().unwrap()).collect();
        parsed.into()
    }

    #[test]
    fn a_network_may_be_one_address() {
        let one = peers(&["192.0.2.7"]);
        assert!(one.contain(Some([192, 0, 2, 7].into())));
        assert!(!one.contain(Some([192, 0, 2, 8].into())));
        assert!("10.0.0.0/40".parse::<Peer>().is_err());
    }

    #[test]
    fn an_address_is_in_its_network_however_it_is_seen() {
        let private = peers(&["10.0.0.0/8", "fd00::/8"]);
        assert!(private.contain(Some([10, 1, 2, 3].into())));
        // A listener on [::] sees IPv4 peers so.
        assert!(private.contain("::ffff:10.1.2.3".parse().ok()));
        assert!(private.contain("fd12::1".parse().ok()));
        assert!(!private.contain(Some([192, 0, 2, 7].into())));
    }

    #[test]
    fn nobody_is_trusted_who_is_not_named() {
        assert!(!Peers::default().contain(Some([127, 0, 0, 1].into())));
        assert!(!Peers::default().contain(None));
        assert!(!peers(&["0.0.0.0/0", "::/0"]).contain(None));
        assert!(peers(&["unix"]).contain(None));
        assert!(!peers(&["unix"]).contain(Some([127, 0, 0, 1].into())));
    }
}

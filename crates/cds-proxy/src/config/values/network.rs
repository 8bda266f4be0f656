//! Networks of peers.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

use super::written_as_string;

/// A network in CIDR notation (RFC 4632); an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(pub IpNet);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one: Result<IpAddr, _> = text.parse();
        one.map_or_else(|_| text.parse(), |address| Ok(address.into()))
            .map(Self)
            .map_err(|_| {
                format!("`{text}` is not a network: write it as 10.0.0.0/8, fd00::/8 or 192.0.2.7")
            })
    }
}

written_as_string!(Network: "10.0.0.0/8", "fd00::/8", "192.0.2.7");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_may_be_one_address() {
        let prefix = |text: &str| text.parse().map(|Network(network)| network.prefix_len());
        assert_eq!(prefix("192.0.2.7"), Ok(32));
        assert_eq!(prefix("fd00::/8"), Ok(8));
        assert!(prefix("10.0.0.0/40").is_err());
    }
}

//! How an upstream is spoken to.

use std::str::FromStr;

use clap::ValueEnum;
use rustls::pki_types::ServerName;
use schemars::JsonSchema;
use serde::Deserialize;

use super::written_as_string;

/// Whether an upstream has to prove that it is the one that was meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Verify {
    /// By a certificate for its name that leads to an authority.
    #[default]
    Full,
    /// Not at all: whoever is in between can read and change everything.
    Insecure,
}

/// When HTTP/2 is spoken with upstreams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum UpstreamHttp2 {
    /// With those that agree to it by ALPN.
    #[default]
    Auto,
    /// With all, also without TLS and unasked (prior knowledge).
    Always,
    /// With none.
    Never,
}

/// A name that a certificate can be for: of DNS, or an IP address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TlsName(String);

impl TlsName {
    /// The name as it is asked for.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TlsName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match ServerName::try_from(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(format!(
                "`{text}` is no name that a certificate can be for: write one such as \
                 portal.internal, or an IP address"
            )),
        }
    }
}

written_as_string!(TlsName: "portal.internal", "10.0.0.5");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_can_be_in_a_certificate() {
        for name in ["portal.internal", "10.0.0.5", "fd00::5", "a_b.internal"] {
            assert_eq!(name.parse::<TlsName>().unwrap().as_str(), name);
        }
        for name in ["", "a b", "portal:443", "[fd00::5]", "*"] {
            assert!(name.parse::<TlsName>().is_err(), "{name}");
        }
    }
}

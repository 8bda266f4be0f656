//! What an upstream's health is told by.

use std::str::FromStr;

use http::Uri;
use serde::Deserialize;

use super::written_as_string;

/// What an upstream's health is told by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum HealthCheck {
    /// That it takes a connection, with TLS where that is spoken.
    Tcp,
    /// That it answers GET for a path with a status below 400.
    Path(String),
}

impl FromStr for HealthCheck {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_path = text.starts_with('/') && text.parse::<Uri>().is_ok();
        match text {
            "tcp" => Ok(Self::Tcp),
            path if is_path => Ok(Self::Path(path.to_owned())),
            _ => Err(format!(
                "`{text}` is no health check: write `tcp`, or a path such as /healthz"
            )),
        }
    }
}

written_as_string!(HealthCheck: "tcp", "/healthz");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_health_check_is_a_connection_or_a_path() {
        assert_eq!("tcp".parse(), Ok(HealthCheck::Tcp));
        let path = HealthCheck::Path("/health?deep=1".to_owned());
        assert_eq!("/health?deep=1".parse(), Ok(path));
        for text in ["", "http", "healthz", "/a b"] {
            assert!(text.parse::<HealthCheck>().is_err(), "{text}");
        }
    }
}

//! How much is logged.

use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::filter::Targets;

use super::written_as_string;

/// How much is logged, in `tracing`'s terms: `debug`, `warn,cds_proxy=info`. Empty is as if
/// nothing were said, as an environment variable without a value is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogFilter(String);

impl LogFilter {
    /// The text, unless it is empty.
    pub fn as_str(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<Targets>()
            .map(|_| Self(text.to_owned()))
            .map_err(|error| format!("{error}; write `warn`, or `warn,cds_proxy=info`"))
    }
}

written_as_string!(LogFilter: "warn", "debug", "warn,cds_proxy=info");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filter_is_refused_and_nothing_is_no_filter() {
        assert!("a=b=c".parse::<LogFilter>().is_err());
        assert_eq!("".parse::<LogFilter>().unwrap().as_str(), None);
        assert_eq!("warn".parse::<LogFilter>().unwrap().as_str(), Some("warn"));
    }
}

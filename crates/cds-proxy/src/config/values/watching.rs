//! How edits are noticed.

use std::str::FromStr;

use cds_live::WatchMode;
use serde::Deserialize;

use super::written_as_string;

/// How edits are noticed: `auto`, `poll` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Watching(pub WatchMode);

impl FromStr for Watching {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self(WatchMode::Auto)),
            "poll" => Ok(Self(WatchMode::Poll)),
            "off" => Ok(Self(WatchMode::Off)),
            _ => Err("write `auto`, `poll` or `off`".to_owned()),
        }
    }
}

written_as_string!(Watching: "auto", "poll", "off");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_known_by_their_names() {
        assert_eq!("poll".parse(), Ok(Watching(WatchMode::Poll)));
        assert_eq!("off".parse(), Ok(Watching(WatchMode::Off)));
        assert!("Auto".parse::<Watching>().is_err());
        assert!("".parse::<Watching>().is_err());
    }
}

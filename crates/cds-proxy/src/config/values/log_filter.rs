//! How much is logged.

use std::str::FromStr;

use serde::Deserialize;
use tracing_subscriber::filter::{LevelFilter, Targets};

use super::written_as_string;
use crate::config::closest::closest;

/// How much is logged, in `tracing`'s terms: `debug`, `warn,cds_proxy=info`. Empty is as if
/// nothing were said, as an environment variable without a value is.
///
/// A bare word is a level. `tracing` takes one that is none for the name of a part of the program,
/// of which it then logs everything, and of the rest nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogFilter(String);

impl LogFilter {
    /// The text, or `default` if it is empty.
    pub fn or<'a>(&'a self, default: &'a str) -> &'a str {
        match self.0.as_str() {
            "" => default,
            text => text,
        }
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = match text.trim() {
            "" => return Ok(Self(String::new())),
            text => text.split(',').map(str::trim).collect(),
        };
        parts.iter().try_for_each(|part| understood(part))?;
        Ok(Self(parts.join(",")))
    }
}

written_as_string!(LogFilter: "warn", "debug", "warn,cds_proxy=info");

fn understood(part: &str) -> Result<(), String> {
    let (target, level) = match part.split_once('=') {
        Some((target, level)) => (Some(target), level),
        None => (None, part),
    };
    if level.is_empty() || level.parse::<LevelFilter>().is_err() {
        return Err(no_level(target, level));
    }
    if target.is_some_and(|target| target.contains('-')) {
        let part = part.replace('-', "_");
        return Err(format!("names of parts have no hyphens; write `{part}`"));
    }
    let parsed = part.parse::<Targets>().map(|_| ());
    parsed.map_err(|error| format!("{error}; write `warn`, or `warn,cds_proxy=info`"))
}

fn no_level(target: Option<&str>, word: &str) -> String {
    let levels = LEVELS.join(", ");
    let is_part = target.is_none() && (word.contains("::") || word.contains('_'));
    if is_part {
        return format!("`{word}` is no level; for a part of the program write `{word}=debug`");
    }
    match closest(&word.to_ascii_lowercase(), LEVELS, LIKELY) {
        Some(level) => format!("`{word}` is no level; did you mean `{level}`?"),
        None => format!("`{word}` is no level; there are {levels}"),
    }
}

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// `warning` and `inof` are as like as this, `loud` is not.
const LIKELY: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<LogFilter>().unwrap_err()
    }

    #[test]
    fn what_is_no_filter_is_refused_and_nothing_is_no_filter() {
        assert!("a=b=c".parse::<LogFilter>().is_err());
        for (text, filter) in [
            ("warn", "warn"),
            ("OFF", "OFF"),
            ("", "default"),
            ("warn, cds_proxy=info", "warn,cds_proxy=info"),
        ] {
            assert_eq!(text.parse::<LogFilter>().unwrap().or("default"), filter);
        }
    }

    #[test]
    fn a_word_that_is_no_level_is_refused_with_what_was_meant() {
        for (word, level) in [
            ("inof", "info"),
            ("warning", "warn"),
            ("err", "error"),
            ("DEBG", "debug"),
            ("cds_proxy=tarce", "trace"),
        ] {
            assert!(refusal(word).contains(&format!("mean `{level}`")), "{word}");
        }
        for (text, said) in [
            ("loud", "there are error, warn"),
            ("warn,", "there are error"),
            ("cds_live", "`cds_live=debug`"),
            ("cds-proxy=debug", "`cds_proxy=debug`"),
        ] {
            assert!(refusal(text).contains(said), "{}", refusal(text));
        }
    }
}

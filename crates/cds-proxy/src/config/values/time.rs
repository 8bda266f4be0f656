//! Lengths of time.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::written_as_string;

/// A limit for how long something may take, as people write it: `500ms`, `30s`, `1m 30s`. Not
/// zero, which nothing can keep, and at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Timeout(pub Duration);

/// A time to wait, written as a [`Timeout`] is. May be zero; at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Wait(pub Duration);

/// Longer is surely a slip, and far-off deadlines overflow clocks.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl FromStr for Wait {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let duration = humantime::parse_duration(text)
            .map_err(|error| format!("{error}; write a time such as 500ms, 30s or 1m 30s"))?;
        if duration > LONGEST {
            return Err("longer than a day".to_owned());
        }
        Ok(Self(duration))
    }
}

impl FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Wait(limit) = text.parse()?;
        if limit.is_zero() {
            return Err("nothing can be done in no time; give a time such as 5s".to_owned());
        }
        Ok(Self(limit))
    }
}

written_as_string!(Timeout: "500ms", "30s", "1m 30s");
written_as_string!(Wait: "0s", "5s", "1m 30s");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit_and_have_a_limit() {
        assert_eq!("1m 30s".parse(), Ok(Timeout(Duration::from_secs(90))));
        assert!("30".parse::<Timeout>().unwrap_err().contains("30s"));
        assert!("-1s".parse::<Timeout>().is_err());
        assert!("3days".parse::<Timeout>().unwrap_err().contains("day"));
    }

    #[test]
    fn no_time_is_enough_to_wait_but_not_to_do_anything() {
        assert_eq!("0s".parse(), Ok(Wait(Duration::ZERO)));
        assert!("0s".parse::<Timeout>().is_err());
    }
}

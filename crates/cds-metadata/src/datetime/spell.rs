//! Datetimes of moments that a program has.

use std::borrow::Cow;
use std::time::SystemTime;

use super::civil::date_of;
use super::{Datetime, Timestamp};

/// In UTC, with as many digits of fraction as it takes. A moment before the year 0 or after 9999,
/// which RFC 3339 can't write, becomes the nearest that it can.
impl From<Timestamp> for Datetime<'static> {
    fn from(timestamp: Timestamp) -> Self {
        let timestamp = timestamp
            .with_nanoseconds_below_a_second()
            .clamp(FIRST, LAST);
        Self {
            text: Cow::Owned(spell(timestamp)),
            timestamp,
            unusual: false,
        }
    }
}

/// In UTC, with as many digits of fraction as it takes.
impl From<SystemTime> for Datetime<'static> {
    fn from(time: SystemTime) -> Self {
        Timestamp::from(time).into()
    }
}

/// 0000-01-01T00:00:00Z.
const FIRST: Timestamp = Timestamp {
    seconds: -62_167_219_200,
    nanoseconds: 0,
};

/// 9999-12-31T23:59:59.999999999Z.
const LAST: Timestamp = Timestamp {
    seconds: 253_402_300_799,
    nanoseconds: 999_999_999,
};

fn spell(timestamp: Timestamp) -> String {
    let (year, month, day) = date_of(timestamp.seconds.div_euclid(86_400));
    let seconds = timestamp.seconds.rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if timestamp.nanoseconds > 0 {
        let fraction = format!(".{:09}", timestamp.nanoseconds);
        text.push_str(fraction.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_spelt_in_utc_and_read_as_what_they_were() {
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999999Z",
            "2000-02-29T12:34:56.5Z",
            "2100-02-28T23:59:59Z",
            "2100-03-01T00:00:00Z",
            "2026-12-31T00:00:00.00000001Z",
            "0000-01-01T00:00:00Z",
            "0000-02-29T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
        ] {
            let timestamp = Datetime::parse(text).unwrap().timestamp();
            let spelt = Datetime::from(timestamp);
            assert_eq!(spelt.as_str(), text);
            assert_eq!(spelt.timestamp(), timestamp);
        }
    }

    #[test]
    fn every_day_of_four_centuries_is_spelt_as_it_is_read() {
        for day in 0..146_097 {
            let timestamp = Timestamp {
                seconds: day * 86_400,
                nanoseconds: 0,
            };
            let spelt = Datetime::from(timestamp);
            assert_eq!(Datetime::parse(spelt.as_str()).unwrap(), spelt);
        }
    }

    #[test]
    fn moments_that_cannot_be_written_are_the_nearest_that_can() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        let text = "9999-12-31T23:59:59.999999999Z";
        assert_eq!(Datetime::from(far).as_str(), text);
        let long_ago = Timestamp {
            seconds: i64::MIN,
            nanoseconds: 0,
        };
        assert_eq!(Datetime::from(long_ago).as_str(), "0000-01-01T00:00:00Z");
        let beyond_a_second = Timestamp {
            seconds: 0,
            nanoseconds: u32::MAX,
        };
        let spelt = Datetime::from(beyond_a_second);
        assert_eq!(spelt.as_str(), "1970-01-01T00:00:00.999999999Z");
        assert_eq!(Datetime::parse(spelt.as_str()), Ok(spelt.clone()));
    }
}

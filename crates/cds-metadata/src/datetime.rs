//! Datetimes as the specification writes them: RFC 3339 `date-time`.

mod civil;
mod respell;
mod spell;

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

/// An RFC 3339 `date-time`, with the author's spelling kept.
///
/// Ordered by [`Datetime::timestamp`]: `2022-06-01T02:00:00+02:00` equals `2022-06-01T00:00:00Z`.
#[derive(Debug, Clone)]
pub struct Datetime<'a> {
    text: Cow<'a, str>,
    timestamp: Timestamp,
    unusual: bool,
}

/// A moment in time: what datetimes are compared by.
///
/// Fractions of a second count to the nanosecond; further digits are cut off. A leap second is
/// the same as the second after it.
///
/// No [`std::time::Instant`], which is a reading of a clock that only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    pub seconds: i64,
    /// Nanoseconds within the second, 0 to 999,999,999. More are written as 999,999,999.
    pub nanoseconds: u32,
}

impl Timestamp {
    /// The moment as it can be written.
    fn with_nanoseconds_below_a_second(self) -> Self {
        Self {
            nanoseconds: self.nanoseconds.min(999_999_999),
            ..self
        }
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self {
                seconds: whole(since),
                nanoseconds: since.subsec_nanos(),
            },
            Err(before) => {
                let before = before.duration();
                // The second that has begun, counted from its beginning.
                let begun = before.subsec_nanos() > 0;
                Self {
                    seconds: -whole(before) - i64::from(begun),
                    nanoseconds: (1_000_000_000 - before.subsec_nanos()) % 1_000_000_000,
                }
            }
        }
    }
}

impl<'a> Datetime<'a> {
    /// Parses a datetime by the whole grammar of RFC 3339 §5.6 and the restrictions of §5.7.
    ///
    /// # Errors
    ///
    /// Gives back a text that is none.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, Cow<'a, str>> {
        let text = text.into();
        match parse(text.as_bytes()) {
            Some((timestamp, unusual)) => Ok(Self {
                text,
                timestamp,
                unusual,
            }),
            None => Err(text),
        }
    }

    /// The datetime as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The moment that is meant.
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Whether strict Clients stumble over the spelling: a lower-case `t` or `z`, a leap second,
    /// or more than nine digits of fraction.
    pub const fn is_unusual(&self) -> bool {
        self.unusual
    }

    /// The datetime without its borrow.
    pub fn into_owned(self) -> Datetime<'static> {
        Datetime {
            text: Cow::Owned(self.text.into_owned()),
            timestamp: self.timestamp,
            unusual: self.unusual,
        }
    }
}

impl PartialEq for Datetime<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.timestamp == other.timestamp
    }
}

impl Eq for Datetime<'_> {}

impl PartialOrd for Datetime<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Datetime<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.timestamp.cmp(&other.timestamp)
    }
}

impl fmt::Display for Datetime<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl serde::Serialize for Datetime<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Datetime<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Datetime".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Reads a datetime: its timestamp, and whether its spelling is unusual.
///
/// Own code because no library takes just this grammar: some take any byte for the `T`, others
/// no leap second or no tenth digit.
fn parse(text: &[u8]) -> Option<(Timestamp, bool)> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        separator @ (b'T' | b't'),
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let (month, day) = (number(&[*mo1, *mo2])?, number(&[*d1, *d2])?);
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*mi1, *mi2])?);
    let second = number(&[*s1, *s2])?;
    let (nanoseconds, digits, rest) = fraction(rest)?;
    let offset = offset(rest)?;

    let date_exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !date_exists || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let minutes = days_since_1970(year, month, day) * 1440 + hour * 60 + minute - offset;
    // A leap second can only be the last of a UTC day (RFC 3339 §5.7).
    if second == 60 && minutes.rem_euclid(1440) != 1439 {
        return None;
    }
    let unusual = *separator == b't' || rest == b"z" || second == 60 || digits > 9;
    Some((
        Timestamp {
            seconds: minutes * 60 + second,
            nanoseconds,
        },
        unusual,
    ))
}

/// `time-secfrac`: the nanoseconds, how many digits were written, and what follows.
fn fraction(text: &[u8]) -> Option<(u32, usize, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, 0, text));
    };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    let digit = |place: usize| digits.get(place).map_or(0, |byte| u32::from(byte - b'0'));
    let nanoseconds = (0..9).fold(0, |nanoseconds, place| nanoseconds * 10 + digit(place));
    (length > 0).then_some((nanoseconds, length, rest))
}

/// `time-offset`, in minutes.
fn offset(text: &[u8]) -> Option<i64> {
    let [sign, h1, h2, b':', m1, m2] = text else {
        return matches!(text, b"Z" | b"z").then_some(0);
    };
    let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    let offset = (hours <= 23 && minutes <= 59).then_some(hours * 60 + minutes)?;
    match sign {
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years are counted from
/// March, so that the leap day is a year's last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month_from_march + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        Datetime::parse(text)
            .ok()
            .map(|datetime| datetime.timestamp().seconds)
    }

    #[test]
    fn timestamps_are_counted_from_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2022-06-01T00:00:00.000000Z"), Some(1_654_041_600));
        assert_eq!(seconds("1969-12-31T23:59:59Z"), Some(-1));
        assert_eq!(seconds("0000-03-01T00:00:00Z"), Some(-62_162_035_200));
        assert_eq!(seconds("9999-12-31T23:59:59Z"), Some(253_402_300_799));
    }

    #[test]
    fn system_times_are_the_timestamps_that_datetimes_mean() {
        let epoch = SystemTime::UNIX_EPOCH;
        let half = Duration::from_millis(500);
        for (time, text) in [
            (epoch, "1970-01-01T00:00:00Z"),
            (epoch + half, "1970-01-01T00:00:00.5Z"),
            (epoch - half, "1969-12-31T23:59:59.5Z"),
            (epoch - 2 * half, "1969-12-31T23:59:59Z"),
        ] {
            let timestamp = Datetime::parse(text).unwrap().timestamp();
            assert_eq!(Timestamp::from(time), timestamp, "{text}");
        }
    }

    #[test]
    fn offsets_and_fractions_are_other_spellings_of_a_timestamp() {
        let parse = |text| Datetime::parse(text).unwrap();
        assert_eq!(
            parse("2022-06-01T02:00:00+02:00"),
            parse("2022-06-01T00:00:00.000Z")
        );
        assert!(parse("2022-06-01T00:00:00.5Z") > parse("2022-06-01T00:00:00.499999999Z"));
        assert_eq!(
            parse("2022-06-01T00:00:00-00:00").as_str(),
            "2022-06-01T00:00:00-00:00"
        );
    }

    #[test]
    fn what_the_grammar_does_not_have_is_refused() {
        for text in [
            "",
            "2022-06-01",
            "2022-06-01 00:00:00Z",
            "2022-06-01T00:00:00",
            "2022-06-01T00:00Z",
            "2022-02-29T00:00:00Z",
            "2022-13-01T00:00:00Z",
            "2022-00-01T00:00:00Z",
            "2022-06-00T00:00:00Z",
            "2022-06-01T24:00:00Z",
            "2022-06-01T00:60:00Z",
            "2022-06-01T00:00:61Z",
            "2022-06-01T12:00:60Z",
            "2022-06-01T00:00:00.Z",
            "2022-06-01T00:00:00,5Z",
            "2022-06-01T00:00:00+24:00",
            "2022-06-01T00:00:00+0200",
            "2022-06-01T00:00:00Z ",
            "+022-06-01T00:00:00Z",
            "２022-06-01T00:00:00Z",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn unusual_spellings_are_valid_but_told_apart() {
        for text in [
            "2022-06-01t00:00:00Z",
            "2022-06-01T00:00:00z",
            "1990-12-31T23:59:60Z",
            "1990-12-31T15:59:60.5-08:00",
            "2022-06-01T00:00:00.1234567890Z",
        ] {
            assert!(Datetime::parse(text).unwrap().is_unusual(), "{text}");
        }
        for text in [
            "2022-06-01T00:00:00.123456789Z",
            "2020-02-29T00:00:00+00:00",
        ] {
            assert!(!Datetime::parse(text).unwrap().is_unusual(), "{text}");
        }
    }
}

//! Another moment, spelled as an author spells.

use super::civil::date_of;
use super::{Datetime, Timestamp, fraction, offset};

impl Datetime<'_> {
    /// Another moment in this spelling: with the same offset, the same letters for `T` and `Z`
    /// and as many digits of fraction, the rest of which is cut off.
    ///
    /// `None` for years that RFC 3339 can't write there, before 0 and after 9999.
    pub fn respelled(&self, timestamp: Timestamp) -> Option<Datetime<'static>> {
        let (head, tail) = self.text.split_at_checked(FRACTION_START)?;
        let separator = head.get(SEPARATOR..=SEPARATOR)?;
        let (_, digits, zone) = fraction(tail.as_bytes())?;
        let zone_text = &tail[tail.len() - zone.len()..];

        let local = timestamp.seconds.checked_add(offset(zone)? * 60)?;
        let (year, month, day) = date_of(local.div_euclid(SECONDS_PER_DAY));
        let second = local.rem_euclid(SECONDS_PER_DAY);
        if !(0..=9999).contains(&year) {
            return None;
        }
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let second = second % 60;
        let text = format!(
            "{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{}{zone_text}",
            fraction_text(
                timestamp.with_nanoseconds_below_a_second().nanoseconds,
                digits
            ),
        );
        Datetime::parse(text).ok()
    }
}

/// A fraction of a second with so many digits, with its point.
fn fraction_text(nanoseconds: u32, digits: usize) -> String {
    if digits == 0 {
        return String::new();
    }
    let mut text = format!(".{nanoseconds:09}");
    while text.len() <= digits {
        text.push('0');
    }
    text.truncate(digits + 1);
    text
}

/// Where the `T` stands in `2022-06-01T00:00:00Z`.
const SEPARATOR: usize = 10;
/// Where the fraction or the offset begins.
const FRACTION_START: usize = 19;
const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn respelled(like: &str, moment: &str) -> String {
        let moment = Datetime::parse(moment).unwrap().timestamp();
        let respelled = Datetime::parse(like).unwrap().respelled(moment).unwrap();
        respelled.as_str().to_owned()
    }

    #[test]
    fn the_spelling_stays_and_the_moment_is_another() {
        let moment = "2026-03-01T00:30:09.123456789Z";
        for (like, expected) in [
            ("2022-06-01T00:00:00Z", "2026-03-01T00:30:09Z"),
            ("2022-06-01t00:00:00.0z", "2026-03-01t00:30:09.1z"),
            (
                "2022-06-01T00:00:00.000-08:00",
                "2026-02-28T16:30:09.123-08:00",
            ),
            ("2022-06-01T00:00:00+05:45", "2026-03-01T06:15:09+05:45"),
            ("2022-06-01T00:00:00-00:00", "2026-03-01T00:30:09-00:00"),
            (
                "2022-06-01T00:00:00.00000000000Z",
                "2026-03-01T00:30:09.12345678900Z",
            ),
            ("1990-12-31T23:59:60Z", "2026-03-01T00:30:09Z"),
        ] {
            assert_eq!(respelled(like, moment), expected);
        }
    }

    #[test]
    fn years_that_can_not_be_written_are_refused() {
        let last = Datetime::parse("9999-12-31T23:59:59Z").unwrap().timestamp();
        let like = Datetime::parse("2022-06-01T00:00:00+01:00").unwrap();
        assert!(like.respelled(last).is_none());
        let extreme = Timestamp {
            seconds: i64::MAX,
            nanoseconds: 0,
        };
        assert!(like.respelled(extreme).is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_moment(
            seconds in -62_167_219_200_i64..=253_402_300_799,
            nanoseconds in 0..1_000_000_000_u32,
        ) {
            let timestamp = Timestamp { seconds, nanoseconds };
            let like = Datetime::parse("2022-06-01T00:00:00.000000000Z").unwrap();
            prop_assert_eq!(like.respelled(timestamp).unwrap().timestamp(), timestamp);
        }
    }
}

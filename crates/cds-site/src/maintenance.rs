//! A time during which a site answers that it is being worked on (CDS-WG1-01 §3).

use std::time::{Duration, SystemTime};

use cds_metadata::{Datetime, Timestamp};
use http::HeaderValue;

use crate::http_date::HttpDate;

/// A maintenance, with an end or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Maintenance {
    ends: Option<SystemTime>,
    /// The value of `Retry-After` (RFC 9110 §10.2.3).
    retry_after: HeaderValue,
}

/// What a setting says that can't be understood, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misunderstood {
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Maintenance {
    /// What `maintenance` says in `site.toml`: whether, or until when; `None` for `false`.
    pub(crate) fn read(written: &toml::Value) -> Result<Option<Self>, Misunderstood> {
        match written {
            toml::Value::Boolean(true) => Ok(Some(Self::open_ended())),
            toml::Value::Boolean(false) => Ok(None),
            toml::Value::Datetime(datetime) => moment(*datetime).map(Self::until).map(Some),
            toml::Value::String(text) if Datetime::parse(text.as_str()).is_ok() => {
                Err(Misunderstood {
                    message: "`maintenance` is in quotation marks".to_owned(),
                    help: format!("write `maintenance = {text}`"),
                })
            }
            _ => Err(Misunderstood {
                message: "`maintenance` is neither `true` nor a datetime".to_owned(),
                help: "write `true`, or until when it lasts, as in `2026-01-31T22:00:00Z`"
                    .to_owned(),
            }),
        }
    }

    /// A maintenance that lasts until somebody ends it.
    pub(crate) const fn open_ended() -> Self {
        Self {
            ends: None,
            retry_after: RETRY_AFTER,
        }
    }

    /// A maintenance that ends by itself.
    pub(crate) fn until(end: SystemTime) -> Self {
        // HTTP has whole seconds. Whoever comes back in the second that the end lies in would be
        // too early, so it is the next.
        let second = end + Duration::from_nanos(999_999_999);
        Self {
            ends: Some(end),
            retry_after: HttpDate::new(second).header_value().clone(),
        }
    }

    /// When it ends; `None` if nobody has said.
    pub(crate) const fn ends(&self) -> Option<SystemTime> {
        self.ends
    }

    /// Whether it has ended by `now`.
    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        self.ends.is_some_and(|end| end <= now)
    }

    pub(crate) const fn retry_after(&self) -> &HeaderValue {
        &self.retry_after
    }
}

/// The moment that a TOML datetime names, or what is wrong with it and what to do.
///
/// A local datetime names none: replicas in other time zones would read another one in it.
fn moment(mut written: toml::value::Datetime) -> Result<SystemTime, Misunderstood> {
    let parts = [
        ("date", written.date.is_some()),
        ("time", written.time.is_some()),
        ("offset from UTC", written.offset.is_some()),
    ];
    let missing: Vec<_> = parts.iter().filter(|(_, is_there)| !is_there).collect();
    if let [(first, _), rest @ ..] = &missing[..] {
        let rest = rest.iter().map(|(part, _)| format!(" and no {part}"));
        let message = format!("`{written}` has no {first}{}", rest.collect::<String>());
        let date = written.date.map(|date| date.to_string());
        let date = date.unwrap_or_else(|| "2026-01-31".to_owned());
        let time = written.time.map(|time| time.to_string());
        let time = time.unwrap_or_else(|| "22:00:00".to_owned());
        let help =
            format!("write `{date}T{time}Z` if that is UTC, else as in `{date}T{time}-05:00`");
        return Err(Misunderstood { message, help });
    }
    if let Some(time) = &mut written.time {
        // TOML 1.1 lets them be left out, RFC 3339 doesn't.
        time.second.get_or_insert(0);
    }
    let Ok(datetime) = Datetime::parse(written.to_string()) else {
        let message = format!("`{written}` is not a datetime");
        let help = "check that this second exists".to_owned();
        return Err(Misunderstood { message, help });
    };
    let Timestamp {
        seconds,
        nanoseconds,
    } = datetime.timestamp();
    // What was before 1970 is over either way.
    let seconds = u64::try_from(seconds).unwrap_or_default();
    Ok(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

/// Five minutes: nobody has said how long it takes, so it is more than a moment, and a Client that
/// waits no longer than its cache would have lasted anyway misses nothing.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("300");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Option<Maintenance>, Misunderstood> {
        let table: toml::Table = toml::from_str(&format!("maintenance = {value}")).unwrap();
        Maintenance::read(&table["maintenance"])
    }

    #[test]
    fn it_is_written_as_whether_or_until_when() {
        assert_eq!(read("true"), Ok(Some(Maintenance::open_ended())));
        assert_eq!(read("false"), Ok(None));
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_060_500);
        for until in [
            "2027-01-15T08:01:00.5Z",
            "2027-01-15 03:01:00.500-05:00",
            "2027-01-15t08:01:00.5z",
        ] {
            assert_eq!(read(until), Ok(Some(Maintenance::until(end))), "{until}");
        }
        let end = end - Duration::from_millis(500);
        let without_seconds = read("2027-01-15T08:01Z");
        assert_eq!(without_seconds, Ok(Some(Maintenance::until(end))));
        let long_ago = read("1960-01-01T00:00:00Z").unwrap().unwrap();
        assert!(long_ago.is_over(SystemTime::UNIX_EPOCH));
    }

    #[test]
    fn what_names_no_moment_is_shown_as_it_should_be() {
        for (value, message, help) in [
            (
                "2026-01-31T22:00:00",
                "`2026-01-31T22:00:00` has no offset from UTC",
                "write `2026-01-31T22:00:00Z` if that is UTC, else as in `2026-01-31T22:00:00-05:00`",
            ),
            (
                "2026-02-28",
                "`2026-02-28` has no time and no offset from UTC",
                "write `2026-02-28T22:00:00Z` if that is UTC, else as in `2026-02-28T22:00:00-05:00`",
            ),
            (
                "21:30:00",
                "`21:30:00` has no date and no offset from UTC",
                "write `2026-01-31T21:30:00Z` if that is UTC, else as in `2026-01-31T21:30:00-05:00`",
            ),
            (
                "2026-01-31T12:00:60Z",
                "`2026-01-31T12:00:60Z` is not a datetime",
                "check that this second exists",
            ),
            (
                "\"2026-01-31T22:00:00Z\"",
                "`maintenance` is in quotation marks",
                "write `maintenance = 2026-01-31T22:00:00Z`",
            ),
            (
                "[true]",
                "`maintenance` is neither `true` nor a datetime",
                "write `true`, or until when it lasts, as in `2026-01-31T22:00:00Z`",
            ),
        ] {
            let fault = Misunderstood {
                message: message.to_owned(),
                help: help.to_owned(),
            };
            assert_eq!(read(value), Err(fault), "{value}");
        }
    }

    #[test]
    fn a_client_is_told_the_first_whole_second_after_the_end() {
        let end = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        for (milliseconds, date) in [
            (1_000, "Thu, 01 Jan 1970 00:00:01 GMT"),
            (1_001, "Thu, 01 Jan 1970 00:00:02 GMT"),
        ] {
            let maintenance = Maintenance::until(end(milliseconds));
            assert_eq!(maintenance.retry_after(), date);
            assert!(!maintenance.is_over(end(milliseconds - 1)));
            assert!(maintenance.is_over(end(milliseconds)));
        }
        assert!(!Maintenance::open_ended().is_over(end(u64::MAX / 4)));
    }
}

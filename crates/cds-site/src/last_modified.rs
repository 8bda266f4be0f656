//! When something was last modified (RFC 9110 §8.8.2).

use std::time::SystemTime;

use http::HeaderValue;

use crate::http_date::HttpDate;

/// When something was last modified, and which dates tell it from what was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastModified {
    date: HttpDate,
    /// The last date that something else had in this place. It may be this one, since dates are
    /// whole seconds, or a later one if the clock was set back.
    of_others: Option<SystemTime>,
}

impl LastModified {
    /// Of what has no version before.
    pub(crate) fn at(time: SystemTime) -> Self {
        Self {
            date: HttpDate::new(time),
            of_others: None,
        }
    }

    /// Of what takes the place of something else.
    pub(crate) fn after(before: &Self, time: SystemTime) -> Self {
        Self {
            date: HttpDate::new(time),
            of_others: before.of_others.max(Some(before.date.time())),
        }
    }

    /// Of the same, but not later than this.
    pub(crate) fn until(&self, time: SystemTime) -> Self {
        Self {
            date: HttpDate::new(self.date.time().min(time)),
            of_others: self.of_others,
        }
    }

    pub(crate) const fn header_value(&self) -> &HeaderValue {
        self.date.header_value()
    }

    /// Whether it was last modified on a date or before, as `If-Unmodified-Since` asks (§13.1.4).
    pub(crate) fn is_by(&self, date: SystemTime) -> bool {
        self.date.time() <= date
    }

    /// Whether a Client that has what there was on a date has this one, as `If-Modified-Since` asks
    /// (§13.1.3). On a date that several have had it doesn't (§8.8.2.2).
    pub(crate) fn is_known_by(&self, date: SystemTime) -> bool {
        self.is_by(date) && self.of_others.is_none_or(|others| others < date)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(milliseconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_date_that_several_have_had_tells_none_of_them() {
        let first = LastModified::at(at(5_100));
        assert!(first.is_known_by(at(5_000)));
        let second = LastModified::after(&first, at(5_200));
        let third = LastModified::after(&second, at(5_900));
        for last in [second, third.until(at(7_000)), third] {
            assert!(last.is_by(at(5_000)));
            assert!(!last.is_known_by(at(5_000)));
            assert!(last.is_known_by(at(6_000)));
            let next = LastModified::after(&last, at(6_000));
            assert!(next.is_known_by(at(6_000)));
            assert!(!next.is_known_by(at(5_000)));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_known_that_is_not() {
        let first = LastModified::at(at(9_000));
        let second = LastModified::after(&first, at(5_000));
        assert_eq!(second.header_value(), "Thu, 01 Jan 1970 00:00:05 GMT");
        assert!(!second.is_known_by(at(9_000)));
        assert!(second.is_known_by(at(10_000)));
    }
}

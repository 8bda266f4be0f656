//! Dates as HTTP writes them: in whole seconds (RFC 9110 §5.6.7).

use std::time::{Duration, SystemTime};

use http::HeaderValue;

/// A moment in whole seconds and its IMF-fixdate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpDate {
    time: SystemTime,
    value: HeaderValue,
}

impl HttpDate {
    /// The second that a moment lies in.
    ///
    /// What HTTP can't write, times before 1970 or after 9999, becomes the nearest it can.
    pub(crate) fn new(time: SystemTime) -> Self {
        let seconds = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
        let text = httpdate::fmt_http_date(time);
        let value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        Self { time, value }
    }

    pub(crate) const fn time(&self) -> SystemTime {
        self.time
    }

    pub(crate) const fn header_value(&self) -> &HeaderValue {
        &self.value
    }
}

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_cut_and_far_times_are_the_nearest() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_999);
        assert_eq!(
            HttpDate::new(time).header_value(),
            "Thu, 01 Jan 1970 00:00:01 GMT"
        );
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(HttpDate::new(before).time(), SystemTime::UNIX_EPOCH);
        let after = SystemTime::UNIX_EPOCH + Duration::from_secs(LAST + 1);
        assert_eq!(
            HttpDate::new(after).header_value(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
    }
}

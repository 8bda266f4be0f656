//! Dates and times as spreadsheets and people write them.

use crate::datetime::Datetime;

/// The datetime that a text probably means, in UTC if it doesn't say in which zone.
///
/// `None` also where two days may be meant: `1/2/2026` is in January or in February.
pub(crate) fn meant(text: &str) -> Option<String> {
    // Nothing near a datetime is this long.
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim().replace(',', " ");
    let (date, rest) = Date::first_in(&text)?;
    let (time, zone) = time_and_zone(rest.trim_start_matches(['T', 't', ' ']))?;
    let datetime = format!("{}T{time}{zone}", date.written());
    Datetime::parse(datetime.as_str()).ok()?;
    Some(datetime)
}

struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    /// The date that a text begins with, and what follows it.
    fn first_in(text: &str) -> Option<(Self, &str)> {
        let is_separator = |c: char| matches!(c, '-' | '/' | '.' | ' ');
        let mut rest = text;
        let mut parts = [""; 3];
        let mut separator = ' ';
        for (index, part) in parts.iter_mut().enumerate() {
            let end = rest.find(|c: char| !c.is_alphanumeric());
            // `2026-01-31T12:00` has no separator after its day.
            let digits = rest.find(|c: char| !c.is_ascii_digit());
            let end = match digits {
                Some(digits) if index == 2 && digits > 0 => digits,
                _ => end.unwrap_or(rest.len()),
            };
            let (this, after) = rest.split_at(end);
            *part = this;
            rest = after;
            if index < 2 {
                separator = rest.chars().next().filter(|c| is_separator(*c))?;
                rest = rest[1..].trim_start();
            }
        }
        Some((Self::of(parts, separator)?, rest))
    }

    fn of([a, b, c]: [&str; 3], separator: char) -> Option<Self> {
        let number = |text: &str| text.parse::<u32>().ok();
        let date = |year, month, day| Some(Self { year, month, day });
        // `31-Jan-26` is in 2026 or on the 26th of a month in 2031.
        let year = |text: &str| (text.len() == 4).then(|| number(text))?;
        if let Some(month) = month(a) {
            return date(year(c)?, month, number(b)?);
        }
        if let Some(month) = month(b) {
            return date(year(c)?, month, number(a)?);
        }
        let (first, second, third) = (number(a)?, number(b)?, number(c)?);
        match (first, second) {
            _ if a.len() == 4 => date(first, second, third),
            _ if c.len() != 4 => None,
            _ if separator == '.' => date(third, second, first),
            // In America the month is first, elsewhere the day.
            (13.., _) => date(third, second, first),
            (_, 13..) => date(third, first, second),
            (day, month) if day == month => date(third, month, day),
            _ => None,
        }
    }

    fn written(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The number of a month by its English name or the first three letters of it.
fn month(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_ascii_lowercase();
    let is_meant = |month: &&str| name.len() >= 3 && month.starts_with(&name);
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| is_meant(month))
        .map(|(number, _)| number)
}

/// A time of day with seconds, and an offset.
fn time_and_zone(text: &str) -> Option<(String, String)> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | ':' | '.'));
    let (clock, rest) = text.split_at(end.unwrap_or(text.len()));
    let (half, rest) = half_of_day(rest.trim());
    let clock = if clock.is_empty() { "0:00" } else { clock };
    let (hour, rest_of_clock) = clock.split_once(':')?;
    let hour = match (hour.parse::<u32>().ok()?, half) {
        (hour @ 1..=12, Some(half)) => hour % 12 + half,
        (hour, None) => hour,
        _ => return None,
    };
    let seconds = if rest_of_clock.contains(':') {
        ""
    } else {
        ":00"
    };
    Some((
        format!("{hour:02}:{rest_of_clock}{seconds}"),
        zone(rest.trim())?,
    ))
}

/// How many hours `AM` or `PM` adds, and what follows it.
fn half_of_day(text: &str) -> (Option<u32>, &str) {
    for (half, hours) in [("AM", 0), ("PM", 12)] {
        let (head, rest) = text.split_at_checked(half.len()).unwrap_or(("", text));
        if head.eq_ignore_ascii_case(half) {
            return (Some(hours), rest);
        }
    }
    (None, text)
}

fn zone(text: &str) -> Option<String> {
    let is_offset = |text: &str| text.starts_with(['+', '-']);
    match text {
        "" | "Z" | "z" | "UTC" | "GMT" => Some("Z".to_owned()),
        offset if is_offset(offset) && offset.contains(':') => Some(offset.to_owned()),
        // `+0200`, `+02`
        offset if is_offset(offset) => {
            let (hours, minutes) = offset.split_at_checked(3)?;
            let minutes = if minutes.is_empty() { "00" } else { minutes };
            Some(format!("{hours}:{minutes}"))
        }
        _ => None,
    }
}

const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_spreadsheets_and_letters_are_understood() {
        for (text, expected) in [
            ("2022-06-01", "2022-06-01T00:00:00Z"),
            ("2022-06-01 12:30:00", "2022-06-01T12:30:00Z"),
            ("2022-06-01T12:30", "2022-06-01T12:30:00Z"),
            ("2022-06-01T12:30:00", "2022-06-01T12:30:00Z"),
            ("2022-06-01T12:30:00+0200", "2022-06-01T12:30:00+02:00"),
            ("2022-06-01 12:30:00.25 -05", "2022-06-01T12:30:00.25-05:00"),
            (" 2022-06-01T00:00:00Z ", "2022-06-01T00:00:00Z"),
            ("2022/6/1 9:05 UTC", "2022-06-01T09:05:00Z"),
            ("1/24/2026 14:53", "2026-01-24T14:53:00Z"),
            ("24/1/2026", "2026-01-24T00:00:00Z"),
            ("6/6/2026", "2026-06-06T00:00:00Z"),
            ("24.01.2026, 14:53:21", "2026-01-24T14:53:21Z"),
            ("1/24/2026 12:05:00 AM", "2026-01-24T00:05:00Z"),
            ("1/24/2026 2:53 pm", "2026-01-24T14:53:00Z"),
            ("Jan 24, 2026", "2026-01-24T00:00:00Z"),
            ("24-Sept-2026", "2026-09-24T00:00:00Z"),
            ("24 January 2026 8:00", "2026-01-24T08:00:00Z"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_may_mean_two_days_or_none_is_left() {
        for text in [
            "",
            "ü",
            "soon",
            "1/2/2026",
            "1/24/26",
            "31-Jan-26",
            "Jan 31, 26",
            "2022-06-31",
            "2022-06-01T24:00:00Z",
            "1/24/2026 13:00 PM",
            "1654041600",
            "2022-06-01 noon",
            "12:30",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}

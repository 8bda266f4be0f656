//! `invalid-datetime`

use crate::datetime::Datetime;
use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// `created` and `updated` are RFC 3339 datetimes of days and times that exist.
    ///
    /// ## Why it matters
    ///
    /// Clients sort by `updated` and read both into datetime types; one that can't be read fails
    /// the whole document there.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "updated": "2022-06-01" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write date, `T`, time and offset, as in `2022-06-01T00:00:00Z` (`Z` is UTC) or
    /// `2022-06-01T02:00:00+02:00`.
    pub static INVALID_DATETIME: Rule =
        "invalid-datetime", Error, Spec, "CDS-WG1-01 §3.2, §4.3; RFC 3339 §5.6", structural;
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let Some(text) = slot.text() else { return };
    scope.find(
        &INVALID_DATETIME,
        Spot::Value(&[Step::Key(field.name)]),
        || Words::new(format!("`{}` is not a datetime", field.name)).help(mend(text)),
    );
}

/// The datetime that was probably meant, or one to copy.
fn mend(text: &str) -> String {
    // Nothing near a datetime is this long.
    let text = if text.len() > 64 { "" } else { text };
    let guesses = [
        format!("{text}T00:00:00Z"),
        format!("{text}Z"),
        text.replacen(' ', "T", 1),
        format!("{}Z", text.replacen(' ', "T", 1)),
        with_colon(text),
    ];
    match guesses
        .iter()
        .find(|guess| Datetime::parse(guess.as_str()).is_ok())
    {
        Some(guess) if guess.ends_with('Z') => format!("write `\"{guess}\"` (`Z` means UTC)"),
        Some(guess) => format!("write `\"{guess}\"`"),
        None => "write date, `T`, time and offset, as in `\"2022-06-01T00:00:00Z\"`, and check \
                 that the day exists"
            .to_owned(),
    }
}

/// An offset such as `+0200` with its colon.
fn with_colon(text: &str) -> String {
    let minutes = text.len().saturating_sub(2);
    match text.split_at_checked(minutes) {
        Some((before, minutes)) => format!("{before}:{minutes}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn what_was_meant_is_written_out() {
        for (text, meant) in [
            ("2022-06-01", "2022-06-01T00:00:00Z"),
            ("2022-06-01 12:30:00", "2022-06-01T12:30:00Z"),
            ("2022-06-01T12:30:00+0200", "2022-06-01T12:30:00+02:00"),
        ] {
            assert!(mend(text).contains(meant), "{}", mend(text));
        }
        assert!(mend("ü").contains("check that the day exists"));
    }
}

//! `invalid-datetime`

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::meant;
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
        || {
            let message = format!(
                "`{}` is not a date and time that Clients can read",
                field.name
            );
            Words::new(message).help(mend(text))
        },
    );
}

/// The datetime that was probably meant, or one to copy.
fn mend(text: &str) -> String {
    match meant::datetime::meant(text) {
        Some(guess) if guess.ends_with('Z') => format!("write `\"{guess}\"` (`Z` means UTC)"),
        Some(guess) => format!("write `\"{guess}\"`"),
        None => "write year, month, day, `T`, time and `Z` for UTC, as in \
                 `\"2026-01-31T12:00:00Z\"`, and check that the day exists"
            .to_owned(),
    }
}

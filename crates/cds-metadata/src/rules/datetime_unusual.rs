//! `datetime-unusual`

use crate::datetime::Datetime;
use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// Datetimes are spelt as everyone spells them: a capital `T` and `Z`, no leap second, at
    /// most nine digits of fraction.
    ///
    /// ## Why it matters
    ///
    /// RFC 3339 allows the other spellings, but the libraries of many Clients don't read them.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "updated": "2022-06-01t00:00:00z" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write it as in `2022-06-01T00:00:00Z`.
    pub static DATETIME_UNUSUAL: Rule = "datetime-unusual", Warning, Interop, "RFC 3339 §5.6";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    if !slot.datetime().is_some_and(Datetime::is_unusual) {
        return;
    }
    scope.find(&DATETIME_UNUSUAL, Spot::Value(&[Step::Key(field.name)]), || {
        Words::new(format!("`{}` is spelt in a way that some Clients can't read", field.name)).help(
            "write it as in `\"2022-06-01T00:00:00Z\"`: capital `T` and `Z`, no second 60, at most \
             nine digits of fraction",
        )
    });
}

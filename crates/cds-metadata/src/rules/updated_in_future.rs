//! `updated-in-future`

use crate::draft::Draft;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// `updated` is not later than now.
    ///
    /// ## Why it matters
    ///
    /// Clients keep the newest `updated` that they have seen and ask for what is newer. After one
    /// from the future they see no change until that day has come.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "updated": "2202-06-01T00:00:00Z" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the time of the last change. `Z` means UTC: a local time needs its offset, such as
    /// `-05:00`.
    pub static UPDATED_IN_FUTURE: Rule =
        "updated-in-future", Warning, Interop, "CDS-WG1-01 §3.2, §4.3";
}

pub(crate) fn check<const N: usize>(draft: &Draft<'_, N>, scope: &mut Scope<'_, '_>) {
    let updated = draft.slot("updated").datetime();
    let (Some(updated), Some(now)) = (updated, scope.now) else {
        return;
    };
    if updated.timestamp() > now {
        scope.find(
            &UPDATED_IN_FUTURE,
            Spot::Value(&[Step::Key("updated")]),
            || {
                Words::new("`updated` lies in the future").help(
                "write the time of the last change; `Z` means UTC, a local time needs its offset, \
                 such as `-05:00`",
            )
            },
        );
    }
}

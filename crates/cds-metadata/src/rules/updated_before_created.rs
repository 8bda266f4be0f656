//! `updated-before-created`

use crate::draft::Draft;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// `updated` is not before `created`.
    ///
    /// ## Why it matters
    ///
    /// A Client that asks for what changed since its last visit goes by `updated`. One that lies
    /// before the beginning is never new.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "created": "2022-06-01T00:00:00Z", "updated": "2022-01-01T00:00:00Z" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Look for a slip in the year. What never changed has the same value in both.
    pub static UPDATED_BEFORE_CREATED: Rule =
        "updated-before-created", Warning, Interop, "CDS-WG1-01 §3.2, §4.3";
}

pub(crate) fn check<const N: usize>(draft: &Draft<'_, N>, scope: &mut Scope<'_, '_>) {
    let (created, updated) = (
        draft.slot("created").datetime(),
        draft.slot("updated").datetime(),
    );
    let (Some(created), Some(updated)) = (created, updated) else {
        return;
    };
    if updated < created {
        scope.find(
            &UPDATED_BEFORE_CREATED,
            Spot::Value(&[Step::Key("updated")]),
            || {
                Words::new(format!("`updated` is before `created`, which is {created}")).help(
                    "look for a slip in the year; if nothing changed since, write the same in both",
                )
            },
        );
    }
}

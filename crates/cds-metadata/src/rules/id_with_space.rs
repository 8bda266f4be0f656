//! `id-with-space`

use crate::draft::EntryDraft;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;

rule! {
    /// ## What it checks
    ///
    /// An entry's `id` has no space in it.
    ///
    /// ## Why it matters
    ///
    /// Clients ask for entries by a list of ids with spaces between them. An id with a space
    /// reads as two others.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "west side" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write `-` or `_` instead, if the entry isn't published yet. Clients know a published one
    /// by its id.
    pub static ID_WITH_SPACE: Rule = "id-with-space", Warning, Interop, "CDS-WG1-01 §4.2";
}

pub(crate) fn check(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    let Some(id) = draft.slot("id").text().filter(|id| id.contains(' ')) else {
        return;
    };
    scope.find(&ID_WITH_SPACE, Spot::Value(&[Step::Key("id")]), || {
        let mended = id.split_whitespace().collect::<Vec<_>>().join("_");
        Words::new("the id has a space in it, so that the `ids` filter can't name it").help(
            format!(
                "write `\"{}\"`, if the entry isn't published yet",
                shown(&mended)
            ),
        )
    });
}

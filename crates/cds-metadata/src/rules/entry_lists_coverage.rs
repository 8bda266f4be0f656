//! `entry-lists-coverage`

use crate::draft::Item;
use crate::entry::EntryDraft;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// No coverage entry has `coverage` among its `capabilities`.
    ///
    /// ## Why it matters
    ///
    /// `coverage` is what the Server can do: list its entries. An entry can't list others.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "west", "capabilities": ["coverage", "oauth"] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Take `coverage` out of the entry. It belongs in the metadata object's `capabilities`.
    pub static ENTRY_LISTS_COVERAGE: Rule =
        "entry-lists-coverage", Error, Spec, "CDS-WG1-01 §4.3";
}

pub(crate) fn check(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    for (index, item) in draft.slot("capabilities").list().iter().enumerate() {
        if !matches!(item, Item::Text(text) if text == "coverage") {
            continue;
        }
        let steps = [Step::Key("capabilities"), Step::Index(index)];
        scope.find(&ENTRY_LISTS_COVERAGE, Spot::Value(&steps), || {
            Words::new("a coverage entry can't have the capability `coverage`")
                .help("remove it here; it belongs in the metadata object")
        });
    }
}

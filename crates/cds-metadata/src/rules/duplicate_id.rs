//! `duplicate-id`

use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;

rule! {
    /// ## What it checks
    ///
    /// No two coverage entries have the same `id`, whichever files they are in.
    ///
    /// ## Why it matters
    ///
    /// Clients keep entries by their `id` and ask for them by it. Of two with the same one, one
    /// is lost.
    ///
    /// ## Example
    ///
    /// ```json
    /// [{ "id": "west" }, { "id": "west" }]
    /// ```
    ///
    /// ## Mend
    ///
    /// Give each entry an `id` of its own. Clients know an entry that is published already by
    /// its `id`, so change the newer one's.
    pub static DUPLICATE_ID: Rule =
        "duplicate-id", Error, Spec, "CDS-WG1-01 §4.3", structural;
}

/// An entry whose id was used before, in `file` (if that is another one) and `line`.
pub(crate) fn find(scope: &mut Scope<'_, '_>, id: &str, file: Option<&str>, line: usize) {
    scope.find(&DUPLICATE_ID, Spot::Value(&[Step::Key("id")]), || {
        let other = file.map(|file| format!(" of {file}")).unwrap_or_default();
        Words::new(format!(
            "the id {} is used already, by the entry that begins in line {line}{other}",
            quoted(id)
        ))
        .help("give each entry an id of its own, or remove one of the two")
    });
}

//! `coverage-url-missing`

use crate::absent;
use crate::draft::{Item, MetadataDraft};
use crate::rule;
use crate::scope::{Scope, Words};

rule! {
    /// ## What it checks
    ///
    /// A metadata object whose `capabilities` have `coverage` also has a `coverage` URL.
    ///
    /// ## Why it matters
    ///
    /// The capability promises a coverage listing. Without the URL no Client finds it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": ["coverage"] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Add `"coverage": "https://…/cds-coverage.json"`, or take `coverage` out of
    /// `capabilities`.
    pub static COVERAGE_URL_MISSING: Rule =
        "coverage-url-missing", Error, Spec, "CDS-WG1-01 §3.2";
}

pub(crate) fn check(draft: &MetadataDraft<'_>, scope: &mut Scope<'_, '_>) {
    let is_coverage = |item: &Item<'_>| matches!(item, Item::Text(text) if text == "coverage");
    let promised = draft.slot("capabilities").list().iter().any(is_coverage);
    if promised && !draft.slot("coverage").is_present() {
        let unknown = &draft.extensions;
        absent::find(&COVERAGE_URL_MISSING, "coverage", unknown, scope, || {
            Words::new("`capabilities` has `coverage`, but the field `coverage` is missing").help(
                "add `\"coverage\": \"https://example.org/cds-coverage.json\"` with your own URL",
            )
        });
    }
}

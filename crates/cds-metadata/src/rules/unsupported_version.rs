//! `unsupported-version`

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;

rule! {
    /// ## What it checks
    ///
    /// `cds_metadata_version` is `v1`, the only version there is.
    ///
    /// ## Why it matters
    ///
    /// Clients look at the version first and leave a document of one that they don't know.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "cds_metadata_version": "1.0" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write `"v1"`. It is the version of the format, not of the document: that one's age is told
    /// by `updated`.
    pub static UNSUPPORTED_VERSION: Rule =
        "unsupported-version", Error, Spec, "CDS-WG1-01 §3.2";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let Some(text) = slot.text().filter(|text| *text != "v1") else {
        return;
    };
    scope.find(
        &UNSUPPORTED_VERSION,
        Spot::Value(&[Step::Key(field.name)]),
        || {
            Words::new(format!("{} is no version of the format", quoted(text)))
                .help("write `\"v1\"`; this is not the document's own version")
        },
    );
}

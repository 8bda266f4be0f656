//! `geographic-without-map`

use crate::draft::EntryDraft;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// An entry of the type `geographic` has a `map_resource`, a `geojson_resource`, or both.
    ///
    /// ## Why it matters
    ///
    /// A territory that can't be drawn tells nobody whether an address lies in it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "west", "type": "geographic" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Add the URL of a map or of a GeoJSON file. If there is no territory to draw, the type is
    /// `logical`.
    pub static GEOGRAPHIC_WITHOUT_MAP: Rule =
        "geographic-without-map", Error, Spec, "CDS-WG1-01 §4.4";
}

pub(crate) fn check(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    let is_drawn = ["map_resource", "geojson_resource"]
        .iter()
        .any(|field| draft.slot(field).is_present());
    if draft.slot("type").text() == Some("geographic") && !is_drawn {
        scope.find(&GEOGRAPHIC_WITHOUT_MAP, Spot::Object, || {
            Words::new("the entry is `geographic`, but has neither a map nor GeoJSON").help(
                "add `map_resource` (with `map_content_type`) or `geojson_resource`, or change \
                 `type` to `\"logical\"`",
            )
        });
    }
}

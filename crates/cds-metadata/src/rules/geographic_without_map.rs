//! `geographic-without-map`

use crate::absent;
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
    let maps = ["map_resource", "geojson_resource"];
    let is_drawn = maps.iter().any(|field| draft.slot(field).is_present());
    if draft.slot("type").text() == Some("geographic") && !is_drawn {
        let (rule, unknown) = (&GEOGRAPHIC_WITHOUT_MAP, &draft.extensions);
        absent::find_one_of(rule, &maps, Spot::Object, unknown, scope, || {
            Words::new("the entry is `geographic`, but has neither a map nor GeoJSON").help(
                "add `map_resource` (with `map_content_type`) or `geojson_resource`, or change \
                 `type` to `\"logical\"`",
            )
        });
    }
}

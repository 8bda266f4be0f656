//! `map-type-missing`

use crate::absent;
use crate::draft::EntryDraft;
use crate::rule;
use crate::scope::{Scope, Words};

rule! {
    /// ## What it checks
    ///
    /// An entry with a `map_resource` has its media type in `map_content_type`.
    ///
    /// ## Why it matters
    ///
    /// Clients choose by the media type whether and how they can show the map.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "map_resource": "https://example.org/maps/west.png" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Add `map_content_type`, such as `"image/png"`.
    pub static MAP_TYPE_MISSING: Rule = "map-type-missing", Error, Spec, "CDS-WG1-01 §4.3";
}

pub(crate) fn check(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    if draft.slot("map_resource").is_present() && !draft.slot("map_content_type").is_present() {
        let guess = media_type(draft.slot("map_resource").text().unwrap_or_default());
        let unknown = &draft.extensions;
        absent::find(
            &MAP_TYPE_MISSING,
            "map_content_type",
            unknown,
            scope,
            || {
                Words::new("the entry has a `map_resource`, but no `map_content_type`")
                    .help(format!("add `\"map_content_type\": \"{guess}\"`"))
            },
        );
    }
}

/// The media type that a map of this name most likely has.
fn media_type(url: &str) -> &'static str {
    match url
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "html" | "htm" => "text/html",
        _ => "image/png",
    }
}

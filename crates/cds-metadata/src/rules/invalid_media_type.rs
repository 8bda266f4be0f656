//! `invalid-media-type`

use mediatype::MediaType;

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;

rule! {
    /// ## What it checks
    ///
    /// `map_content_type` is a media type: a type and a subtype, with parameters if need be.
    ///
    /// ## Why it matters
    ///
    /// The map is sent with this media type, and Clients choose by it what to show the map with.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "map_content_type": "png" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the whole media type, such as `image/png`, `image/svg+xml` or `application/pdf`.
    pub static INVALID_MEDIA_TYPE: Rule =
        "invalid-media-type", Error, Spec, "CDS-WG1-01 §4.3; RFC 6838 §4.2";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let Some(text) = slot.text() else { return };
    if is_media_type(text) {
        return;
    }
    scope.find(
        &INVALID_MEDIA_TYPE,
        Spot::Value(&[Step::Key(field.name)]),
        || Words::new(format!("{} is not a media type", quoted(text))).help(mend(text)),
    );
}

fn is_media_type(text: &str) -> bool {
    // `*/*` is a range of media types, not one.
    MediaType::parse(text).is_ok_and(|parsed| parsed.ty != "*" && parsed.subty != "*")
}

fn mend(text: &str) -> &'static str {
    match text
        .trim()
        .trim_start_matches('.')
        .to_ascii_lowercase()
        .as_str()
    {
        "png" => "write `\"image/png\"`",
        "jpg" | "jpeg" | "image/jpg" => "write `\"image/jpeg\"`",
        "svg" => "write `\"image/svg+xml\"`",
        "pdf" => "write `\"application/pdf\"`",
        _ => "write type and subtype, such as `\"image/png\"` or `\"application/pdf\"`",
    }
}

//! `media-type-conflict`

use cds_metadata::Report;
use http::HeaderValue;

use crate::link::Link;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// All entries that link to one file agree on its media type.
    ///
    /// ## Why it matters
    ///
    /// The file is sent with one media type. Clients that were told another show it wrongly, or
    /// not at all.
    ///
    /// ## Example
    ///
    /// ```json
    /// [
    ///   { "map_resource": "https://example.org/map", "map_content_type": "image/png" },
    ///   { "map_resource": "https://example.org/map", "map_content_type": "image/jpeg" }
    /// ]
    /// ```
    ///
    /// ## Mend
    ///
    /// Give both the media type that the file has.
    pub static MEDIA_TYPE_CONFLICT: Rule =
        "media-type-conflict", Warning, Interop, "CDS-WG1-01 §4.3; RFC 9110 §8.3";
}

/// A link that says another media type than the one its file is served with.
pub(crate) fn find(link: &Link<'_>, said: &HeaderValue, served: &HeaderValue, report: &mut Report) {
    report.find(link.file(), &MEDIA_TYPE_CONFLICT, || {
        let [said, served] = [said, served].map(|value| value.to_str().unwrap_or_default());
        let message =
            format!("this file is `{said}` here, but `{served}` where it is linked first");
        link.finding(&MEDIA_TYPE_CONFLICT, message)
            .help("give both the media type that the file has")
    });
}

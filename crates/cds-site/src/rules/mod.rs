//! The rules of a whole site, one file each.

pub(crate) mod file_unreadable;
pub(crate) mod geojson_invalid;
pub(crate) mod geojson_not_wgs84;
pub(crate) mod geojson_winding;
pub(crate) mod host_not_allowed;
pub(crate) mod host_unlike_directory;
pub(crate) mod linked_file_elsewhere;
pub(crate) mod media_type_conflict;
pub(crate) mod moved_too_long_ago;
pub(crate) mod not_canonical_url;
pub(crate) mod related_metadata_missing;
pub(crate) mod route_conflict;
pub(crate) mod settings_invalid;
pub(crate) mod updated_not_bumped;

pub use file_unreadable::FILE_UNREADABLE;
pub use geojson_invalid::GEOJSON_INVALID;
pub use geojson_not_wgs84::GEOJSON_NOT_WGS84;
pub use geojson_winding::GEOJSON_WINDING;
pub use host_not_allowed::HOST_NOT_ALLOWED;
pub use host_unlike_directory::HOST_UNLIKE_DIRECTORY;
pub use linked_file_elsewhere::LINKED_FILE_ELSEWHERE;
pub use media_type_conflict::MEDIA_TYPE_CONFLICT;
pub use moved_too_long_ago::MOVED_TOO_LONG_AGO;
pub use not_canonical_url::NOT_CANONICAL_URL;
pub use related_metadata_missing::RELATED_METADATA_MISSING;
pub use route_conflict::ROUTE_CONFLICT;
pub use settings_invalid::SETTINGS_INVALID;
pub use updated_not_bumped::UPDATED_NOT_BUMPED;

use cds_metadata::{Finding, Place, Pointer, Report, Rule};

use crate::source::Source;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &FILE_UNREADABLE,
    &GEOJSON_INVALID,
    &GEOJSON_NOT_WGS84,
    &GEOJSON_WINDING,
    &HOST_NOT_ALLOWED,
    &HOST_UNLIKE_DIRECTORY,
    &LINKED_FILE_ELSEWHERE,
    &MEDIA_TYPE_CONFLICT,
    &MOVED_TOO_LONG_AGO,
    &NOT_CANONICAL_URL,
    &RELATED_METADATA_MISSING,
    &ROUTE_CONFLICT,
    &SETTINGS_INVALID,
    &UPDATED_NOT_BUMPED,
];

/// Every rule that a site is held to: those of its documents and those of the whole.
pub fn all() -> impl Iterator<Item = &'static Rule> + Clone {
    cds_metadata::rules::TABLE.iter().chain(TABLE).copied()
}

/// The rule of this slug.
pub fn find(slug: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.slug == slug)
}

/// The slug among those of `rules` that was probably meant.
pub fn nearest(
    slug: &str,
    rules: impl Iterator<Item = &'static Rule> + Clone,
) -> Option<&'static str> {
    let slug = slug.trim_matches(['[', ']', '`']).replace('_', "-");
    cds_metadata::nearest(&slug, rules.map(|rule| rule.slug), SLIPS)
}

/// Slugs are long, and no two of them are near each other.
const SLIPS: usize = 3;

/// Adds a finding about the value that a pointer leads to in a JSON file.
fn report_at(
    report: &mut Report,
    rule: &'static Rule,
    source: &Source,
    pointer: Pointer,
    message: String,
    help: &str,
) {
    report.find(&source.path, rule, || {
        let content = String::from_utf8_lossy(&source.bytes);
        Finding::new(rule, &source.path, message)
            .place(Place::at(&content, &pointer))
            .pointer(pointer)
            .help(help)
    });
}

//! The rules of a whole site, one file each.

pub mod file_unreadable;
pub mod geojson_invalid;
pub mod geojson_not_wgs84;
pub mod geojson_winding;
pub mod host_not_allowed;
pub mod linked_file_elsewhere;
pub mod media_type_conflict;
pub mod moved_too_long_ago;
pub mod not_canonical_url;
pub mod related_metadata_missing;
pub mod route_conflict;
pub mod settings_invalid;
pub mod updated_not_bumped;

use cds_metadata::{Finding, Place, Pointer, Report, Rule};

use crate::source::Source;

/// Every rule of this crate, sorted by slug.
pub static TABLE: &[&Rule] = &[
    &file_unreadable::FILE_UNREADABLE,
    &geojson_invalid::GEOJSON_INVALID,
    &geojson_not_wgs84::GEOJSON_NOT_WGS84,
    &geojson_winding::GEOJSON_WINDING,
    &host_not_allowed::HOST_NOT_ALLOWED,
    &linked_file_elsewhere::LINKED_FILE_ELSEWHERE,
    &media_type_conflict::MEDIA_TYPE_CONFLICT,
    &moved_too_long_ago::MOVED_TOO_LONG_AGO,
    &not_canonical_url::NOT_CANONICAL_URL,
    &related_metadata_missing::RELATED_METADATA_MISSING,
    &route_conflict::ROUTE_CONFLICT,
    &settings_invalid::SETTINGS_INVALID,
    &updated_not_bumped::UPDATED_NOT_BUMPED,
];

/// Every rule that a site is held to: those of its documents and those of the whole.
pub fn all() -> impl Iterator<Item = &'static Rule> + Clone {
    cds_metadata::rules::TABLE.iter().chain(TABLE).copied()
}

/// The rule of this slug.
pub fn find(slug: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.slug == slug)
}

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

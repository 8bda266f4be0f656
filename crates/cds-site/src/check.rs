//! Checking one document that stands alone.

use cds_metadata::{Report, Timestamp};

use crate::geojson::{check_geojson, looks_like_geojson};

/// Checks one document, which findings call `name`: GeoJSON, or what
/// [`cds_metadata::check_document`] takes. `now` is what `updated` is compared to, if anything.
///
/// What is named `.geojson` is GeoJSON. Else a document is what it looks like, since map
/// programs name their files `.json` just as well.
pub fn check_document(name: &str, bytes: &[u8], now: Option<Timestamp>) -> Report {
    if is_geojson(name, bytes) {
        check_geojson(name, bytes)
    } else {
        cds_metadata::check_document(name, bytes, now)
    }
}

/// Whether [`check_document`] takes a document for GeoJSON.
pub fn is_geojson(name: &str, bytes: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(".geojson") || looks_like_geojson(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, json: &str) -> &'static str {
        let report = check_document(name, json.as_bytes(), None);
        report.findings()[0].rule.slug
    }

    #[test]
    fn a_document_is_what_its_content_or_else_its_name_says() {
        let point = r#"{ "type": "Point", "coordinates": [] }"#;
        assert_eq!(rule("west.json", point), "geojson-invalid");
        assert_eq!(rule("west.json", r#"{ "coordinates": "#), "geojson-invalid");
        assert_eq!(rule("WEST.GeoJSON", "{}"), "geojson-invalid");
        assert_eq!(rule("west.json", "{}"), "missing-field");
        let listing = r#"{ "coverage_entries": 1, "x_map": { "type": "Feature" } }"#;
        assert_eq!(rule("west.json", listing), "wrong-type");
    }
}

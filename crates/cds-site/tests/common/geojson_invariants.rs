//! What holds for GeoJSON of any bytes.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "tests and fuzz targets end where they fail"
)]

use cds_site::check_geojson;

/// Bytes that are no JSON are told so, others are not, and every place lies in the file.
pub(crate) fn assert_geojson_holds(bytes: &[u8]) {
    let report = check_geojson("map.geojson", bytes);
    let is_json = serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
    // Only faults of syntax have no pointer.
    let mut findings = report.findings().iter();
    assert_eq!(is_json, findings.all(|finding| finding.pointer.is_some()));

    let text = String::from_utf8_lossy(bytes);
    for finding in report.findings() {
        let Some(place) = &finding.place else {
            continue;
        };
        let line = text.split('\n').nth(place.line - 1).unwrap();
        assert!(place.column <= line.chars().count() + 1, "{finding}");
        assert!(place.span.end <= bytes.len(), "{finding}");
        let excerpt = &place.excerpt;
        assert!(excerpt.mark.end <= excerpt.text.len(), "{finding}");
    }
}

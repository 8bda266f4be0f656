//! What holds for GeoJSON of any bytes.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "tests and fuzz targets end where they fail"
)]

use cds_site::check_geojson;

/// Bytes that are no JSON are told so, others are not, and every finding has its place in the file.
pub(crate) fn assert_geojson_holds(bytes: &[u8]) {
    let report = check_geojson("map.geojson", bytes);
    let is_json = serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
    // Only faults of syntax have no pointer.
    let mut findings = report.findings().iter();
    assert_eq!(is_json, findings.all(|finding| finding.pointer.is_some()));

    for finding in report.findings() {
        let Some(place) = &finding.place else {
            assert!(!is_json, "{finding}");
            continue;
        };
        let before = &bytes[..place.span.start];
        let line_start = before.iter().rposition(|byte| *byte == b'\n');
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let in_line = String::from_utf8_lossy(&before[line_start.map_or(0, |end| end + 1)..]);
        let place_of_span = (line, in_line.chars().count() + 1);
        assert_eq!((place.line, place.column), place_of_span, "{finding}");
        assert!(place.span.end <= bytes.len(), "{finding}");
        let excerpt = &place.excerpt;
        assert!(excerpt.mark.end <= excerpt.text.len(), "{finding}");
    }
}

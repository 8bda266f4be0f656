//! What holds for every report, whatever was checked. The fuzz targets have it from here too.

#![allow(dead_code, reason = "each user takes its own part")]

use cds_metadata::{
    CoverageForm, CoverageReader, Datetime, Finding, MetadataObject, Report, Timestamp,
    check_document,
};
use serde_json::Value;

/// Checks the bytes as every kind of document, and every report for what must hold.
pub(crate) fn assert_hold(bytes: &[u8]) {
    assert_metadata_holds(bytes);
    assert_coverage_holds(bytes);
}

/// Checks the bytes as a metadata object.
pub(crate) fn assert_metadata_holds(bytes: &[u8]) {
    let (object, report) = MetadataObject::parse("f", bytes, Some(now()));
    assert_report_holds(&report, bytes);
    let is_structural = |finding: &Finding| finding.rule.structural;
    let has_structural = report.findings().iter().any(is_structural);
    assert_eq!(object.is_none(), has_structural, "{:#?}", report.findings());
}

/// Checks the bytes as coverage in every form.
pub(crate) fn assert_coverage_holds(bytes: &[u8]) {
    for form in [CoverageForm::Listing, CoverageForm::Part] {
        let mut reader = CoverageReader::new(Some(now()));
        let mut spans = Vec::new();
        reader.read("f", bytes, form, &mut |authored| spans.push(authored.span));
        assert_report_holds(&reader.finish().1, bytes);
        for span in spans {
            assert_eq!((bytes[span.start], bytes[span.end - 1]), (b'{', b'}'));
        }
    }
    assert_report_holds(&check_document("f", bytes, Some(now())), bytes);
}

fn now() -> Timestamp {
    Datetime::parse("2026-01-01T00:00:00Z").unwrap().timestamp()
}

fn assert_report_holds(report: &Report, bytes: &[u8]) {
    let is_json = serde_json::from_slice::<Value>(bytes).is_ok();
    let is_syntax = |finding: &Finding| finding.rule.slug == "json-syntax";
    let is_told = report.findings().iter().any(is_syntax);
    assert_eq!(is_told, !is_json, "{:#?}", report.findings());
    for finding in report.findings() {
        assert!(!finding.message.is_empty());
        assert_eq!(finding.severity, finding.rule.severity);
        let place = finding.place.as_ref().unwrap();
        assert!(
            place.span.start <= place.span.end && place.span.end <= bytes.len(),
            "{place:?}"
        );
        let before = &bytes[..place.span.start];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(place.line, newlines + 1, "{place:?}");
        let characters = std::str::from_utf8(&before[line_start..])
            .unwrap()
            .chars()
            .count();
        assert_eq!(place.column, characters + 1, "{place:?}");
        // Slicing panics off character boundaries.
        let excerpt = &place.excerpt;
        let _ = &excerpt.text[excerpt.mark.clone()];
        assert!(!excerpt.text.contains('\n'));
    }
}

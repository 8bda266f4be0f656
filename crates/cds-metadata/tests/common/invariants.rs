//! What holds for every report, whatever was checked.

use cds_metadata::{
    CoverageForm, CoverageReader, Datetime, MetadataObject, Report, check_document,
};
use serde_json::Value;

/// Checks the bytes as every kind of document, and every report for what must hold.
pub(crate) fn assert_hold(bytes: &[u8]) {
    let now = Some(Datetime::parse("2026-01-01T00:00:00Z").unwrap().instant());
    let is_json = serde_json::from_slice::<Value>(bytes).is_ok();

    let (object, report) = MetadataObject::parse("f", bytes, now);
    assert_report_holds(&report, bytes, is_json);
    let has_structural = report
        .findings()
        .iter()
        .any(|finding| finding.rule.structural);
    assert_eq!(object.is_none(), has_structural, "{:#?}", report.findings());

    for form in [CoverageForm::Listing, CoverageForm::Part] {
        let mut reader = CoverageReader::new(now);
        let mut spans = Vec::new();
        reader.read("f", bytes, form, &mut |authored| spans.push(authored.span));
        assert_report_holds(&reader.finish().1, bytes, is_json);
        for span in spans {
            assert_eq!((bytes[span.start], bytes[span.end - 1]), (b'{', b'}'));
        }
    }
    assert_report_holds(&check_document("f", bytes, now), bytes, is_json);
}

fn assert_report_holds(report: &Report, bytes: &[u8], is_json: bool) {
    let is_told = super::slugs(report).contains(&"json-syntax");
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

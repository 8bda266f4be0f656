//! One slip is one finding: a document in the place of another, and a field under another name.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use cds_metadata::{CoverageForm, CoverageReader, Finding, MetadataObject, Report};

use common::{ENTRY, METADATA, listing};

const MAP: &str = r#"{"type": "FeatureCollection", "id": "west", "features": []}"#;

fn metadata(json: &str) -> Report {
    MetadataObject::parse("f", json.as_bytes(), None).1
}

fn coverage(json: &str, form: CoverageForm) -> Report {
    let mut reader = CoverageReader::new(None);
    reader.read("f", json.as_bytes(), form, &mut |_| ());
    reader.finish().1
}

/// What is told: slug, pointer, what is marked, and the words.
fn told(report: &Report) -> Vec<(&str, &str, &str, &str)> {
    report.findings().iter().map(parts).collect()
}

fn parts(finding: &Finding) -> (&str, &str, &str, &str) {
    let excerpt = &finding.place.as_ref().unwrap().excerpt;
    let pointer = finding.pointer.as_ref().unwrap().as_str();
    let mark = &excerpt.text[excerpt.mark.clone()];
    (finding.rule.slug, pointer, mark, &finding.message)
}

#[test]
fn a_document_in_the_place_of_another_is_told_once() {
    use CoverageForm::{Listing, Part};
    let entries = |entry: &str| format!(r#"{{"coverage_entries": [{ENTRY}, {entry}]}}"#);
    let array = format!("[{ENTRY}]");
    for (report, pointer, mark, message) in [
        (
            metadata(&listing()),
            "/coverage_entries",
            "\"coverage_entries\"",
            "this is a coverage listing, not a metadata object",
        ),
        (
            metadata(ENTRY),
            "/entity_name",
            "\"entity_name\"",
            "this is a coverage entry, not a metadata object",
        ),
        (
            metadata(MAP),
            "/features",
            "\"features\"",
            "this is a map (GeoJSON), not a metadata object",
        ),
        (
            metadata(&array),
            "",
            "[",
            "this is a list of coverage entries, not a metadata object",
        ),
        (
            metadata(&format!("[{METADATA}]")),
            "",
            "[",
            "a metadata object stands in brackets of its own",
        ),
        (
            metadata(&format!(r#"{{"data": {METADATA}}}"#)),
            "/data",
            "\"data\"",
            "a metadata object stands inside of the field `data`",
        ),
        (
            coverage(METADATA, Listing),
            "/cds_metadata_version",
            "\"cds_metadata_version\"",
            "this is a metadata object, not a coverage listing",
        ),
        (
            coverage(METADATA, Part),
            "/cds_metadata_version",
            "\"cds_metadata_version\"",
            "this is a metadata object, not a coverage entry",
        ),
        (
            coverage(ENTRY, Listing),
            "/entity_name",
            "\"entity_name\"",
            "this is a coverage entry, not a coverage listing",
        ),
        (
            coverage(MAP, Listing),
            "/features",
            "\"features\"",
            "this is a map (GeoJSON), not a coverage listing",
        ),
        (
            coverage(MAP, Part),
            "/features",
            "\"features\"",
            "this is a map (GeoJSON), not a coverage entry",
        ),
        (
            coverage(&format!(r#"{{"data": {}}}"#, listing()), Listing),
            "/data",
            "\"data\"",
            "a coverage listing stands inside of the field `data`",
        ),
        (
            coverage(&entries(METADATA), Listing),
            "/coverage_entries/1/cds_metadata_version",
            "\"cds_metadata_version\"",
            "this is a metadata object, not a coverage entry",
        ),
        (
            coverage(&entries(&listing()), Listing),
            "/coverage_entries/1/coverage_entries",
            "\"coverage_entries\"",
            "this is a coverage listing, not a coverage entry",
        ),
        (
            coverage(&entries(&array), Listing),
            "/coverage_entries/1",
            "[",
            "a coverage entry stands in brackets of its own",
        ),
    ] {
        assert_eq!(told(&report), [("wrong-type", pointer, mark, message)]);
        assert!(report.findings()[0].help.is_some(), "{message}");
    }
}

#[test]
fn an_object_with_something_of_its_kind_is_held_to_the_rules() {
    let json = r#"{"cds_metadata_url": 1, "country": "US", "role": "official"}"#;
    let report = metadata(json);
    assert!(common::slugs(&report).contains(&"missing-field"));
    let entry = ENTRY.replace("\"id\"", "\"features\": [], \"x\"");
    let report = coverage(&entry, CoverageForm::Part);
    assert_eq!(common::slugs(&report), ["missing-field"]);
    let report = metadata(r#"{"country": "US", "name": "Demo"}"#);
    assert!(
        common::slugs(&report)
            .iter()
            .all(|slug| *slug == "missing-field")
    );
}

#[test]
fn a_field_under_another_name_is_told_once_where_it_stands() {
    for (name, written, rule) in [
        ("entity_name", "entty_name", "missing-field"),
        ("entity_name", "Entity Name", "missing-field"),
        (
            "infrastructure_types",
            "infrastructureType",
            "missing-field",
        ),
        ("map_content_type", "map_content-type", "map-type-missing"),
    ] {
        let entry = ENTRY.replace(&format!("\"{name}\""), &format!("\"{written}\""));
        let report = coverage(&entry, CoverageForm::Part);
        let message = format!("`{written}` is misspelt: the field is called `{name}`");
        let (pointer, mark) = (format!("/{name}"), format!("\"{written}\""));
        assert_eq!(told(&report), [(rule, &*pointer, &*mark, &*message)]);
        let help = report.findings()[0].help.clone();
        assert_eq!(help, Some(format!("write `\"{name}\"`")));
    }
    for (name, written, rule) in [
        (
            "cds_metadata_version",
            "cdsMetadataVersion",
            "missing-field",
        ),
        ("capabilities", "capability", "missing-field"),
        ("coverage", "covrage", "coverage-url-missing"),
        (
            "oauth_metadata",
            "oauth_meta_data",
            "oauth-metadata-missing",
        ),
    ] {
        let object = METADATA.replace(&format!("\"{name}\":"), &format!("\"{written}\":"));
        let report = metadata(&object);
        let found: Vec<_> = told(&report).into_iter().map(|(rule, ..)| rule).collect();
        assert_eq!(found, [rule], "{written}");
    }
}

#[test]
fn both_maps_under_other_names_are_two_slips() {
    let entry = ENTRY
        .replace("map_resource", "map_resourc")
        .replace("geojson_resource", "geo_json_resource");
    let report = coverage(&entry, CoverageForm::Part);
    let found: Vec<_> = told(&report)
        .into_iter()
        .map(|(rule, _, mark, _)| (rule, mark))
        .collect();
    let expected = [
        ("geographic-without-map", "\"map_resourc\""),
        ("near-miss-field", "\"geo_json_resource\""),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_field_inside_of_another_is_to_be_moved_out() {
    let name = "\"entity_name\": \"Demo Gas & Electric\",";
    let entry = ENTRY.replace(
        name,
        &format!("\"entity\": {{{}}},", name.trim_end_matches(',')),
    );
    let report = coverage(&entry, CoverageForm::Part);
    assert_eq!(common::slugs(&report), ["missing-field"]);
    let help = report.findings()[0].help.as_deref().unwrap();
    assert_eq!(
        help,
        "it stands inside of `entity`: move it out of the braces"
    );
}

#[test]
fn two_entries_that_have_run_together_are_told_once() {
    let fields = ENTRY.trim().trim_start_matches('{').trim_end_matches('}');
    let report = coverage(
        &format!(r#"{{"coverage_entries": [{{{fields}, {fields}}}]}}"#),
        CoverageForm::Listing,
    );
    let [(slug, pointer, _, message)] = told(&report)[..] else {
        panic!("{:?}", told(&report));
    };
    assert_eq!(slug, "json-duplicate-key");
    assert!(pointer.starts_with("/coverage_entries/0/"), "{pointer}");
    assert!(
        message.ends_with(" more are written a second time from here on"),
        "{message}"
    );
    let help = report.findings()[0].help.as_deref().unwrap();
    assert!(help.contains("write `}, {` before"), "{help}");
}

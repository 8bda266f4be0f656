//! Every rule has a fixture that breaks it and a snapshot of what a person sees.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "the fixtures are files")]
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use cds_metadata::rules::{TABLE, capabilities_not_union};
use cds_metadata::{CoverageForm, CoverageReader, Datetime, MetadataObject, Report};

use common::rendered;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Checks the metadata object and the coverage listing of a fixture, whichever it has.
fn check(fixture: &Path) -> Report {
    let read = |name: &str| fs::read(fixture.join(name)).ok();
    let metadata_bytes = read("cds-server-metadata.json");
    let coverage_bytes = read("cds-coverage.json");

    let now = Some(Datetime::parse("2026-01-01T00:00:00Z").unwrap().timestamp());
    let mut all = Report::new();
    let mut metadata = None;
    if let Some(bytes) = &metadata_bytes {
        let (object, report) = MetadataObject::parse("cds-server-metadata.json", bytes, now);
        metadata = object;
        all.merge(report);
    }
    if let Some(bytes) = &coverage_bytes {
        let mut reader = CoverageReader::new(now);
        reader.read(
            "cds-coverage.json",
            bytes,
            CoverageForm::Listing,
            &mut |_| (),
        );
        let (summary, report) = reader.finish();
        all.merge(report);
        if let (Some(metadata), Some(bytes)) = (&metadata, &metadata_bytes) {
            let name = "cds-server-metadata.json";
            capabilities_not_union::check(name, bytes, metadata, &summary, &mut all);
        }
    }
    all.sort();
    all
}

#[test]
fn every_rule_has_a_fixture_that_breaks_it_and_nothing_else() {
    for rule in TABLE {
        let fixture = fixtures().join(rule.slug);
        assert!(fixture.is_dir(), "{} has no fixture", rule.slug);
        let report = check(&fixture);
        let slugs = common::slugs(&report);
        assert!(!slugs.is_empty(), "the fixture of {} is fine", rule.slug);
        assert!(
            slugs.iter().all(|slug| *slug == rule.slug),
            "{}: {slugs:?}",
            rule.slug
        );
        insta::assert_snapshot!(rule.slug, rendered(&report));
    }
}

#[test]
fn every_rule_explains_itself() {
    for rule in TABLE {
        for heading in [
            "## What it checks",
            "## Why it matters",
            "## Example",
            "## Mend",
        ] {
            assert!(rule.docs.contains(heading), "{} lacks {heading}", rule.slug);
        }
        assert!(
            rule.section.contains('§') || rule.section.contains("RFC"),
            "{}",
            rule.slug
        );
    }
}

#[test]
fn the_table_is_sorted_and_names_no_rule_twice() {
    assert!(TABLE.windows(2).all(|pair| pair[0].slug < pair[1].slug));
}

#[test]
fn every_file_of_a_rule_is_in_the_table() {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        let slug = name.trim_end_matches(".rs").replace('_', "-");
        assert!(
            slug == "mod" || TABLE.iter().any(|rule| rule.slug == slug),
            "{slug}"
        );
    }
}

//! Edits that are valid only together.

use std::thread;
use std::time::Duration;

use cds_live::Outcome;

use crate::documents::{entry, metadata_with};
use crate::site::{COVERAGE, Directory, Fixture, METADATA, all, seen, write, write_over};

/// A site whose entry has a capability, which the metadata object must list too.
fn fixture() -> Fixture {
    let directory = Directory::with_site("1");
    write(&directory.cds(METADATA), &metadata_of("1", "usage"));
    write(&directory.cds(COVERAGE), &coverage_of("1", "usage"));
    let fixture = directory.open();
    fixture.wait_for(["1", "1", "1"]);
    fixture
}

fn metadata_of(version: &str, capability: &str) -> String {
    metadata_with(version, &format!(r#""coverage", "{capability}""#))
}

fn coverage_of(version: &str, capability: &str) -> String {
    format!(
        "[{}]",
        entry("west", version, &format!(r#""{capability}""#))
    )
}

#[test]
fn metadata_saved_seconds_before_its_coverage_lands_with_it() {
    let fixture = fixture();
    write(&fixture.cds(METADATA), &metadata_of("2", "bills"));
    let reload = fixture.next(Outcome::Kept);
    let mut findings = reload.report.findings().iter();
    assert!(findings.any(|finding| finding.rule.slug == "capabilities-not-union"));
    thread::sleep(Duration::from_secs(2));
    write_over(&fixture.cds(COVERAGE), &coverage_of("2", "bills"));
    fixture.wait_for(["2", "2", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "2", "1"])]);
}

#[test]
fn coverage_saved_seconds_before_its_metadata_lands_with_it() {
    let fixture = fixture();
    write_over(&fixture.cds(COVERAGE), &coverage_of("2", "bills"));
    let reload = fixture.next(Outcome::Kept);
    let mut findings = reload.report.findings().iter();
    assert!(findings.any(|finding| finding.rule.slug == "capabilities-not-union"));
    thread::sleep(Duration::from_secs(2));
    write(&fixture.cds(METADATA), &metadata_of("2", "bills"));
    fixture.wait_for(["2", "2", "1"]);
    assert_eq!(fixture.served(), [all("1"), seen(["2", "2", "1"])]);
}

//! A valid site to start from, and findings as text.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests end where they fail"
)]

pub(crate) mod damage;
pub(crate) mod invariants;
pub(crate) mod written;

use std::fmt::Write;

use cds_metadata::Report;

/// A metadata object that breaks no rule.
pub(crate) const METADATA: &str = r#"{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00.000000Z",
  "updated": "2022-06-01T00:00:00.000000Z",
  "name": "Demo Gas & Electric",
  "description": "A fictional utility.",
  "website": "https://demoutility.com/data-access",
  "documentation": "https://demoutility.com/data-access/docs",
  "support": "https://demoutility.com/contact-us?type=developers",
  "capabilities": ["coverage", "oauth"],
  "related_metadata": ["https://static.demoutility.com/sister-company-cds.json"],
  "coverage": "https://static.demoutility.com/cds-coverage.json",
  "oauth_metadata": "https://demoutility.com/.well-known/oauth-authorization-server"
}
"#;

/// A coverage entry that breaks no rule.
pub(crate) const ENTRY: &str = r#"{
  "id": "dge_elec_west",
  "created": "2022-06-01T00:00:00.000000Z",
  "updated": "2022-06-01T00:00:00.000000Z",
  "entity_name": "Demo Gas & Electric",
  "entity_abbreviation": "DG&E",
  "country": "US",
  "name": "Western electric service territory",
  "description": "The western half of the region.",
  "type": "geographic",
  "role": "official",
  "infrastructure_types": ["distribution_utility"],
  "commodity_types": ["electricity"],
  "capabilities": ["oauth"],
  "map_resource": "https://static.demoutility.com/maps/west.png",
  "map_content_type": "image/png",
  "geojson_resource": "https://static.demoutility.com/maps/west.json"
}
"#;

/// A listing of the entry.
pub(crate) fn listing() -> String {
    format!(r#"{{"coverage_entries": [{ENTRY}], "next": null, "previous": null}}"#)
}

/// Every finding as a person would copy it down.
pub(crate) fn rendered(report: &Report) -> String {
    let mut text = String::new();
    for finding in report.findings() {
        writeln!(text, "{finding}").unwrap();
        if let Some(pointer) = &finding.pointer {
            writeln!(text, "  at: {}", pointer.as_str()).unwrap();
        }
        if let Some(place) = &finding.place {
            let excerpt = &place.excerpt;
            writeln!(text, "  line: {}", excerpt.text).unwrap();
            writeln!(text, "  mark: {}", &excerpt.text[excerpt.mark.clone()]).unwrap();
        }
        writeln!(text, "  help: {}", finding.help.as_deref().unwrap_or("-")).unwrap();
    }
    for omitted in report.omitted() {
        let (count, slug, file) = (omitted.count, omitted.rule.slug, omitted.file);
        writeln!(text, "and {count} more of {slug} in {file}").unwrap();
    }
    text
}

/// The slugs of all findings, in order.
pub(crate) fn slugs(report: &Report) -> Vec<&'static str> {
    report
        .findings()
        .iter()
        .map(|finding| finding.rule.slug)
        .collect()
}

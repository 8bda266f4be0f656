//! Sites in memory, and what they are asked.

#![allow(dead_code, reason = "each user takes its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cds_site::{Body, Compiled, Finding, Pointer, Report, Respond, Site, Source, Sources, compile};
use http::{HeaderName, Request, Response};
use http_body_util::BodyExt;

/// The metadata object of a utility with a coverage listing.
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
  "capabilities": ["coverage"],
  "coverage": "https://static.demoutility.com/cds-coverage.json"
}
"#;

/// A territory.
pub(crate) const WEST: &str = r#"{ "type": "Point", "coordinates": [-122.0, 37.0] }"#;

/// A coverage entry with `more` fields.
pub(crate) fn entry(id: &str, updated: &str, more: &str) -> String {
    format!(
        r#"{{ "id": "{id}", "created": "2022-01-01T00:00:00Z", "updated": "{updated}",
            "entity_name": "Demo", "entity_abbreviation": null, "country": "US", "name": "{id}",
            "type": "logical", "role": "official", "infrastructure_types": ["supplier"],
            "commodity_types": ["water"], "capabilities": [] {more} }}"#
    )
}

/// A coverage listing.
pub(crate) fn listing(entries: &[String]) -> String {
    format!(
        r#"{{"coverage_entries": [{}], "next": null, "previous": null}}"#,
        entries.join(",")
    )
}

/// Some seconds after the files were changed.
pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

/// Files by their paths, all changed at the same time.
pub(crate) fn sources(files: &[(&str, &str)]) -> Sources {
    let source = |&(path, text): &(&str, &str)| Source {
        path: path.to_owned(),
        bytes: Bytes::copy_from_slice(text.as_bytes()),
        modified: at(0),
    };
    files.iter().map(source).collect()
}

/// The site of files that have no errors, compiled ten seconds after they were changed.
pub(crate) fn site(files: &[(&str, &str)]) -> Site {
    let Compiled { site, report } = compile(&sources(files), at(10), None);
    site.unwrap_or_else(|| panic!("{:#?}", report.findings()))
}

/// What a GET is answered.
pub(crate) fn ask(site: &Site, path: &str) -> Option<Response<Body>> {
    site.respond((&Request::get(path).body(()).unwrap()).into())
}

/// The whole body.
pub(crate) async fn body(response: Response<Body>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

/// What a request of any method with these header fields is answered.
pub(crate) fn ask_with(
    site: &Site,
    method: &str,
    path: &str,
    fields: &[(HeaderName, &str)],
) -> Option<Response<Body>> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in fields {
        request = request.header(name, *value);
    }
    site.respond((&request.body(()).unwrap()).into())
}

/// Each finding as `rule file:line pointer`.
pub(crate) fn findings(report: &Report) -> Vec<String> {
    let finding = |finding: &Finding| {
        let line = finding.place.as_ref().map_or(0, |place| place.line);
        let pointer = finding.pointer.as_ref().map(Pointer::as_str);
        let pointer = pointer.unwrap_or_default();
        format!("{} {}:{line} {pointer}", finding.rule.slug, finding.file)
    };
    report.findings().iter().map(finding).collect()
}

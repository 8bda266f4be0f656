//! The documents in their versions, and which of them may be served.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many entries never change.
pub(crate) const STAYING: usize = 40;

/// How many entries change with each version.
const CHANGING: u64 = 5;

/// The settings, the same in all versions: several pages.
pub(crate) const SETTINGS: &str = "page_size = 7\nmax_age = \"1s\"\n";

/// How far the edits have come.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    written: AtomicU64,
}

impl Versions {
    /// The newest version that was written without an error.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }

    /// The number of the next version, which may be seen from now on.
    pub(crate) fn next(&self) -> u64 {
        self.written.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// The metadata object of a version.
pub(crate) fn metadata(version: u64) -> String {
    format!(
        r#"{{
  "cds_metadata_version": "v1",
  "cds_metadata_url": "https://utility.example/.well-known/cds-server-metadata.json",
  "created": "2022-01-01T00:00:00Z",
  "updated": "{}",
  "name": "Demo Gas & Electric",
  "description": "{}",
  "website": "https://utility.example/",
  "documentation": "https://utility.example/docs",
  "support": "https://utility.example/support",
  "capabilities": ["coverage"],
  "related_metadata": [],
  "coverage": "https://utility.example/cds/coverage.json",
  "x_version": {version}
}}
"#,
        updated(version),
        // Of another length each time, so that half a file is never a whole one.
        "x".repeat(usize::try_from(version % 977).unwrap_or_default()),
    )
}

/// The coverage listing of a version.
pub(crate) fn coverage(version: u64) -> String {
    let mut json = String::from("{ \"coverage_entries\": [\n");
    for number in 0..STAYING {
        let _ = writeln!(json, "{},", entry(&format!("stays-{number}"), 0));
    }
    for number in 0..CHANGING {
        let _ = writeln!(json, "{},", entry(&format!("changes-{number}"), version));
    }
    let _ = writeln!(json, "{},", mapped());
    let _ = writeln!(json, "{}", entry(&format!("new-in-{version}"), version));
    let _ = writeln!(
        json,
        "], \"next\": null, \"previous\": null, \"x_version\": {version} }}"
    );
    json
}

/// The map of a version: nothing checks it but its standing still.
pub(crate) fn map(version: u64) -> String {
    let line = format!("<!-- {version} -->\n");
    // Of another length each time, as above.
    let lines = 1_000 + usize::try_from(version % 89).unwrap_or_default();
    format!("<svg>\n{}</svg>\n", line.repeat(lines))
}

/// The version of a whole map.
pub(crate) fn version_of_map(text: &str) -> Option<u64> {
    let version = text.split_ascii_whitespace().nth(2)?.parse().ok()?;
    (text == map(version)).then_some(version)
}

/// An entry on whose map the others' versions don't depend.
fn mapped() -> String {
    entry("mapped", 0)
        .replace(r#""type": "logical""#, r#""type": "geographic""#)
        .replace(
            r#""capabilities": []"#,
            r#""capabilities": [], "map_resource": "https://utility.example/cds/map.svg",
  "map_content_type": "image/svg+xml""#,
        )
}

fn entry(id: &str, version: u64) -> String {
    format!(
        r#"{{ "id": "{id}", "created": "2022-01-01T00:00:00Z", "updated": "{}",
  "entity_name": "Demo", "entity_abbreviation": null, "country": "US", "name": "{id}",
  "type": "logical", "role": "official", "infrastructure_types": ["supplier"],
  "commodity_types": ["water"], "capabilities": [], "x_version": {version} }}"#,
        updated(version)
    )
}

/// Later for each version, but never in the future.
fn updated(version: u64) -> String {
    let (day, second) = (version / 86_400, version % 86_400);
    format!(
        "2023-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        day / 28 % 12 + 1,
        day % 28 + 1,
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

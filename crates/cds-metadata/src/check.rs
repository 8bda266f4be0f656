//! Checking one document that stands alone, whatever kind it is.

use crate::coverage::{CoverageForm, CoverageReader};
use crate::datetime::Instant;
use crate::locate::{Member, members};
use crate::metadata::MetadataObject;
use crate::report::Report;

/// Checks one document: a metadata object, a coverage listing, an array of coverage entries, or
/// one entry. `now` is what `updated` is compared to, if anything.
///
/// An object with `coverage_entries` is a listing, one with an `id` and no `cds_metadata_…`
/// field an entry; any other object is taken for a metadata object, so that one whose fields are
/// missing is told so.
pub fn check_document(name: &str, bytes: &[u8], now: Option<Instant>) -> Report {
    if !is_coverage(bytes) {
        return MetadataObject::parse(name, bytes, now).1;
    }
    let mut reader = CoverageReader::new(now);
    reader.read(name, bytes, CoverageForm::Part, &mut |_| ());
    reader.finish().1
}

fn is_coverage(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Some(members) = members(text) else {
        // Not an object, or broken: the beginning still tells what it was meant to be.
        return text.trim_ascii_start().starts_with('[') || text.contains("\"coverage_entries\"");
    };
    let names: Vec<_> = members.iter().filter_map(Member::name).collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    let is_metadata = names.iter().any(|name| name.starts_with("cds_metadata_"));
    !is_metadata && (has("coverage_entries") || has("id"))
}

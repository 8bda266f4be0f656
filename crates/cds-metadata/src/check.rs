//! Checking one document that stands alone, whatever kind it is.

use crate::coverage::{CoverageForm, CoverageReader};
use crate::datetime::Timestamp;
use crate::likeness::Likeness;
use crate::listing::is_nearly_entries;
use crate::locate::{Member, members};
use crate::metadata::MetadataObject;
use crate::report::Report;

/// Checks one document: a metadata object, a coverage listing, an array of coverage entries, or
/// one entry. `now` is what `updated` is compared to, if anything.
///
/// An object with `coverage_entries` (or a slip of it, or both `next` and `previous`) is a listing,
/// one with an `id` an entry, unless it has a `cds_metadata_…` field; any other object is taken for
/// a metadata object, so that one whose fields are missing is told so.
pub fn check_document(name: &str, bytes: &[u8], now: Option<Timestamp>) -> Report {
    if !is_coverage(bytes) {
        return MetadataObject::parse(name, bytes, now).1;
    }
    let mut reader = CoverageReader::new(now);
    reader.read(name, bytes, CoverageForm::Part, &mut |_| ());
    reader.finish().1
}

/// Whether a document that stands alone is taken for coverage entries, and not for a metadata
/// object: see [`check_document`].
pub fn is_coverage(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Some(members) = members(text) else {
        // Not an object, or broken: the beginning still tells what it was meant to be.
        return text.trim_ascii_start().starts_with('[') || text.contains("\"coverage_entries\"");
    };
    let names: Vec<_> = members.iter().filter_map(Member::name).collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    let is_metadata = names.iter().any(|name| name.starts_with("cds_metadata_"));
    let is_listing = names.iter().any(|name| is_nearly_entries(name));
    let is_entry = has("id") || Likeness::CoverageEntry.is_likeness_of(text);
    !is_metadata && (is_listing || has("next") && has("previous") || is_entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(json: &str) -> Vec<String> {
        let report = check_document("f", json.as_bytes(), None);
        let findings = report.findings().iter();
        findings.map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn a_misspelt_listing_is_still_a_listing() {
        let misspelt = r#"{"coverage_entrys": [], "next": null}"#;
        let words = "`coverage_entrys` is misspelt: the field is called `coverage_entries`";
        assert_eq!(messages(misspelt), [words]);
        let missing = "the field `coverage_entries` is missing";
        assert_eq!(messages(r#"{"next": null, "previous": null}"#), [missing]);
    }

    #[test]
    fn what_is_no_coverage_is_a_metadata_object() {
        for json in [
            "{}",
            r#"{"cds_metadata_version": "v1", "id": "x"}"#,
            r#"{"next": null}"#,
        ] {
            assert!(
                messages(json).contains(&"the field `website` is missing".to_owned()),
                "{json}"
            );
        }
        assert!(messages(r#"{"id": "x"}"#).contains(&"the field `country` is missing".to_owned()));
        assert!(
            messages("[1]")
                .contains(&"a coverage entry must be an object, not a number".to_owned())
        );
    }
}

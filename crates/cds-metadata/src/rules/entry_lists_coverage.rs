//! `entry-lists-coverage`

use crate::draft::{EntryDraft, Item};
use crate::listing::each_object;
use crate::locate::Step;
use crate::mend::{Edit, array::WrittenArray};
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// No coverage entry has `coverage` among its `capabilities`.
    ///
    /// ## Why it matters
    ///
    /// `coverage` is what the Server can do: list its entries. An entry can't list others.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "west", "capabilities": ["coverage", "oauth"] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Take `coverage` out of the entry. It belongs in the metadata object's `capabilities`.
    pub static ENTRY_LISTS_COVERAGE: Rule =
        "entry-lists-coverage", Error, Spec, "CDS-WG1-01 §4.3";
}

pub(crate) fn check(draft: &EntryDraft<'_>, scope: &mut Scope<'_, '_>) {
    for (index, item) in draft.slot("capabilities").list().iter().enumerate() {
        if !matches!(item, Item::Text(text) if text == "coverage") {
            continue;
        }
        let steps = [Step::Key("capabilities"), Step::Index(index)];
        scope.find(&ENTRY_LISTS_COVERAGE, Spot::Value(&steps), || {
            Words::new("a coverage entry can't have the capability `coverage`")
                .help("remove it here; it belongs in the metadata object")
        });
    }
}

/// The edits that take `coverage` out of the capabilities of coverage entries.
///
/// The text is a coverage listing, an array of entries or one entry; one that is no JSON gets no
/// edits.
pub fn mend(json: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    each_object(json, &mut |entry| edits.extend(mend_entry(json, entry)));
    edits
}

fn mend_entry(json: &str, entry: &str) -> Vec<Edit> {
    // Most entries needn't be looked into; an escaped spelling has a backslash.
    if !entry.contains("\"coverage\"") && !entry.contains('\\') {
        return Vec::new();
    }
    let Some(array) = WrittenArray::find(json, entry, "capabilities") else {
        return Vec::new();
    };
    let is_coverage = |element: &str| {
        serde_json::from_str::<String>(element).is_ok_and(|capability| capability == "coverage")
    };
    let removal = |span| {
        let what = "`coverage` from the capabilities of a coverage entry";
        Edit::removal(&ENTRY_LISTS_COVERAGE, span, what)
    };
    array
        .removals(is_coverage)
        .into_iter()
        .map(removal)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(json: &str) -> String {
        String::from_utf8(Edit::apply(&mend(json), json.as_bytes())).unwrap()
    }

    #[test]
    fn coverage_goes_from_entries_in_every_form_of_document() {
        let faulty = r#"{"id": "a", "capabilities": ["cov\u0065rage", "oauth", "coverage"]}"#;
        let good = r#"{"id": "a", "capabilities": ["oauth"]}"#;
        assert_eq!(mended(faulty), good);
        assert_eq!(
            mended(&format!(" [{faulty}, {good}]")),
            format!(" [{good}, {good}]")
        );
        let listing = |entry| {
            format!("{{\"capabilities\": [\"coverage\"], \"coverage_entries\": [{entry}]}}\n")
        };
        assert_eq!(mended(&listing(faulty)), listing(good));
    }

    #[test]
    fn what_is_no_entry_is_left() {
        for json in [
            "",
            "[",
            "1",
            r#"["coverage"]"#,
            r#"{"x": {"capabilities": ["coverage"]}}"#,
        ] {
            assert_eq!(mended(json), json);
        }
    }
}

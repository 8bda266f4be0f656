//! `capabilities-not-union`

use std::collections::HashSet;

use crate::locate::Step;
use crate::mend::{Edit, Verb, array::WrittenArray};
use crate::metadata::MetadataObject;
use crate::report::Report;
use crate::rule;
use crate::scope::{Position, Scope, Spot, Words};
use crate::shown::{quoted, shown};
use crate::summary::{CoverageSummary, Usage};
use crate::text::Text;

rule! {
    /// ## What it checks
    ///
    /// When the metadata object's `capabilities` have `coverage`, they also have every
    /// capability that a coverage entry lists.
    ///
    /// ## Why it matters
    ///
    /// Clients look at the metadata object first, and go on to the coverage listing only for a
    /// capability that they find there.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": ["coverage"] }
    /// ```
    ///
    /// beside a coverage entry with `"capabilities": ["oauth"]`.
    ///
    /// ## Mend
    ///
    /// Add the capability to the metadata object's `capabilities`, or take it out of the entries
    /// that don't offer it.
    pub static CAPABILITIES_NOT_UNION: Rule =
        "capabilities-not-union", Error, Spec, "CDS-WG1-01 §3.2";
}

/// Holds a metadata object to the entries of its coverage listing.
///
/// `name` and `bytes` are the file that the object was parsed from.
pub fn check(
    name: &str,
    bytes: &[u8],
    metadata: &MetadataObject<'_>,
    coverage: &CoverageSummary,
    report: &mut Report,
) {
    let Ok(content) = std::str::from_utf8(bytes) else {
        return;
    };
    let text = Text::new(name, content);
    let mut scope = Scope::new(&text, report, Position::Document, content, None);
    for (capability, usage) in lacking(metadata, coverage) {
        scope.find(
            &CAPABILITIES_NOT_UNION,
            Spot::Value(&[Step::Key("capabilities")]),
            || {
                let id = quoted(&usage.first_id);
                let who = match usage.entries {
                    1 => format!("the coverage entry {id} offers"),
                    entries => format!("{entries} coverage entries offer ({id} for one)"),
                };
                let capability = shown(capability);
                Words::new(format!("`capabilities` lacks `{capability}`, which {who}"))
                    .help(format!("add `\"{capability}\"` to these capabilities"))
            },
        );
    }
}

/// The edit that adds capabilities to a metadata object's, in the style of the array; `None` if
/// there are none to add, or no array.
pub fn mend(json: &str, capabilities: &[&str]) -> Option<Edit> {
    if capabilities.is_empty() {
        return None;
    }
    let literals: Result<Vec<_>, _> = capabilities.iter().map(serde_json::to_string).collect();
    let array = WrittenArray::find(json, json.trim_ascii(), "capabilities")?;
    let (span, replacement) = array.append(&literals.ok()?);
    Some(Edit {
        rule: Some(&CAPABILITIES_NOT_UNION),
        span,
        replacement,
        verb: Verb::Add,
        object: format!("{} to `capabilities`", named(capabilities)),
    })
}

/// The first of some capabilities, and how many more there are.
fn named(capabilities: &[&str]) -> String {
    let first = capabilities.iter().take(NAMED).map(|name| quoted(name));
    let mut text = first.collect::<Vec<_>>().join(", ");
    if let Some(more) = capabilities
        .len()
        .checked_sub(NAMED)
        .filter(|more| *more > 0)
    {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// The capabilities that coverage entries offer and the metadata object lacks.
pub fn missing<'c>(
    metadata: &MetadataObject<'_>,
    coverage: &'c CoverageSummary,
) -> impl Iterator<Item = &'c str> {
    lacking(metadata, coverage).map(|(capability, _)| &**capability)
}

fn lacking<'c>(
    metadata: &MetadataObject<'_>,
    coverage: &'c CoverageSummary,
) -> impl Iterator<Item = (&'c String, &'c Usage)> {
    let listed: HashSet<String> = metadata
        .capabilities
        .iter()
        .map(ToString::to_string)
        .collect();
    let is_needed = listed.contains("coverage");
    let used = coverage.capabilities.iter();
    used.filter(move |(capability, _)| is_needed && !listed.contains(*capability))
}

/// As many as a line has room for.
const NAMED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_added_in_the_style_of_the_array() {
        let json = "{\n  \"capabilities\": [\n    \"coverage\"\n  ]\n}\n";
        let edit = mend(json, &["a", "\"b\""]).unwrap();
        assert_eq!(edit.done(), "added `a`, `\"b\"` to `capabilities`");
        let mended = Edit::apply(&[edit], json.as_bytes());
        let expected =
            "{\n  \"capabilities\": [\n    \"coverage\",\n    \"a\",\n    \"\\\"b\\\"\"\n  ]\n}\n";
        assert_eq!(String::from_utf8(mended).unwrap(), expected);
    }

    #[test]
    fn of_many_capabilities_the_first_are_named() {
        let names: Vec<_> = (0..1_000).map(|number| format!("n{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let edit = mend("{\"capabilities\": []}", &names).unwrap();
        let object =
            "`n0`, `n1`, `n2`, `n3`, `n4`, `n5`, `n6`, `n7` and 992 more to `capabilities`";
        assert_eq!(edit.object, object);
        assert_eq!(edit.replacement.matches('n').count(), 1_000);
    }
}

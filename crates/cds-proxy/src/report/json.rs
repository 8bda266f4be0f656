//! For programs: one JSON array, an object per finding.
//!
//! | member | value |
//! | --- | --- |
//! | `rule` | the rule's slug |
//! | `severity` | `error`, `warning` or `info` |
//! | `file` | path, as seen from where the program was started |
//! | `line`, `column` | numbers from 1, the column in characters; null when the file as a whole is meant |
//! | `pointer` | JSON Pointer (RFC 6901); null when the file could not be parsed or is no JSON |
//! | `message` | what is wrong |
//! | `help` | what to do, or null |
//! | `spec` | the section that asks for it, or null |
//!
//! Every member is always there. Where a file breaks one rule so often that the report keeps
//! only the first findings, one more object without line, column and pointer says in its
//! `message` how many there are beyond those.

use cds_metadata::{Finding, Rule, Severity};
use serde::Serialize;

use super::results::{Item, Omitted, Results};
use super::visible::escape_in_json;

/// The whole array, with a line break at its end.
pub(super) fn render(results: &Results) -> String {
    let rows = rows(results);
    // Strings and numbers only: there is nothing in a row that JSON can't say.
    let json = serde_json::to_string_pretty(&rows).unwrap_or_default();
    format!("{}\n", escape_in_json(&json))
}

/// The elements of the array, for what has an array of its own.
pub(crate) fn rows(results: &Results) -> Vec<Row<'_>> {
    results.items().into_iter().map(Row::from).collect()
}

/// A finding, or how many more there are of its kind.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    rule: &'static str,
    severity: Severity,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    pointer: Option<&'a str>,
    message: std::borrow::Cow<'a, str>,
    help: Option<&'a str>,
    spec: Option<&'static str>,
}

impl<'a> From<Item<'a>> for Row<'a> {
    fn from(item: Item<'a>) -> Self {
        match item {
            Item::Finding(finding) => Self::of_finding(finding),
            Item::Omitted(omitted) => Self::of_omitted(omitted),
        }
    }
}

impl<'a> Row<'a> {
    fn of_finding(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule.slug,
            severity: finding.severity,
            file: &finding.file,
            line: finding.place.as_ref().map(|place| place.line),
            column: finding.place.as_ref().map(|place| place.column),
            pointer: finding.pointer.as_ref().map(cds_metadata::Pointer::as_str),
            message: finding.message.as_str().into(),
            help: finding.help.as_deref(),
            spec: section(finding.rule),
        }
    }

    fn of_omitted(omitted: &'a Omitted) -> Self {
        Self {
            rule: omitted.rule.slug,
            severity: omitted.severity,
            file: &omitted.file,
            line: None,
            column: None,
            pointer: None,
            message: omitted.message().into(),
            help: None,
            spec: section(omitted.rule),
        }
    }
}

fn section(rule: &'static Rule) -> Option<&'static str> {
    Some(rule.section).filter(|section| !section.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn every_member_is_always_there_and_in_order() {
        insta::assert_snapshot!(render(&fixtures::results()));
    }

    #[test]
    fn no_findings_are_an_empty_array() {
        assert_eq!(render(&Results::new()), "[]\n");
    }

    #[test]
    fn what_was_left_out_is_an_object_of_its_own() {
        let json = render(&fixtures::crowded(cds_metadata::Report::PER_RULE + 1_234));
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        let last = rows.last().unwrap();
        assert_eq!(last["message"], "1,234 more like this");
        assert_eq!(last["file"], "cds/cds-coverage.json");
        assert!(last["line"].is_null() && last["pointer"].is_null());
    }
}

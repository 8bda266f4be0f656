//! Which of two reports is worse.

use std::collections::{BTreeMap, BTreeSet};

use cds_metadata::rules::{CAPABILITIES_NOT_UNION, ENTRY_LISTS_COVERAGE, JSON_SYNTAX};
use cds_metadata::{Report, Rule, Severity};

/// The rules whose findings can be mended, some or all.
const MENDABLE: [&Rule; 3] = [&JSON_SYNTAX, &ENTRY_LISTS_COVERAGE, &CAPABILITIES_NOT_UNION];

/// Whether there is anything to mend, maybe.
pub(super) fn has_mendable_rule(report: &Report) -> bool {
    let mut findings = report.findings().iter();
    findings.any(|finding| MENDABLE.contains(&finding.rule))
}

/// How many findings of rules that can be mended there are no more.
pub(super) fn gone(before: &Report, after: &Report) -> usize {
    let (before, after) = (counts(before), counts(after));
    let gone = |rule: &&Rule| {
        let count = |counts: &Counts| counts.get(rule.slug).map_or(0, |(_, count)| *count);
        count(&before).saturating_sub(count(&after))
    };
    MENDABLE.iter().map(gone).sum()
}

/// The rule that is broken more often than before: of errors if there is one, else of warnings.
pub(super) fn worse(before: &Report, after: &Report) -> Option<&'static str> {
    let (before, after) = (counts(before), counts(after));
    let more = |severity| {
        after
            .iter()
            .filter(move |(_, (of, _))| *of == severity)
            .find(|(slug, (_, count))| before.get(*slug).is_none_or(|(_, old)| old < count))
            .map(|(slug, _)| *slug)
    };
    more(Severity::Error).or_else(|| more(Severity::Warning))
}

/// As [`worse`], for edits that change nothing in what documents say: whether one that could be
/// read can't be any more. Whatever else comes up was there before, hidden by a fault of syntax; a
/// byte order mark hides even other faults of syntax.
pub(super) fn worse_syntax(before: &Report, after: &Report) -> Option<&'static str> {
    let (before, after) = (unreadable(before), unreadable(after));
    (!after.is_subset(&before)).then_some(JSON_SYNTAX.slug)
}

/// The files with faults of syntax.
fn unreadable(report: &Report) -> BTreeSet<&str> {
    let findings = report.findings().iter();
    findings
        .filter(|finding| finding.rule == &JSON_SYNTAX)
        .map(|finding| &*finding.file)
        .collect()
}

/// How often each rule is broken, and how much it matters.
type Counts = BTreeMap<&'static str, (Severity, usize)>;

fn counts(report: &Report) -> Counts {
    let mut counts = Counts::new();
    for finding in report.findings() {
        counts
            .entry(finding.rule.slug)
            .or_insert((finding.severity, 0))
            .1 += 1;
    }
    for omitted in report.omitted() {
        counts
            .entry(omitted.rule.slug)
            .or_insert((omitted.rule.severity, 0))
            .1 += omitted.count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use cds_metadata::check_document;

    use super::*;

    fn of(document: &str) -> Report {
        check_document("a.json", document.as_bytes(), None)
    }

    #[test]
    fn one_more_finding_of_one_rule_is_worse_even_if_others_are_gone() {
        let before = of("[{\"id\": \"a\", \"id\": \"b\"}]");
        let after = of("[{}]");
        assert_eq!(worse(&before, &after), Some("missing-field"));
        assert_eq!(worse(&before, &before), None);
        assert_eq!(worse(&after, &of("[]")), None);
    }

    #[test]
    fn what_a_syntax_error_hid_is_not_worse() {
        let (hidden, shown) = (of("\u{feff}[{}]"), of("[{}]"));
        assert_eq!(worse_syntax(&hidden, &shown), None);
        assert_eq!(worse_syntax(&hidden, &of("[1 2,]")), None);
        assert_eq!(worse_syntax(&shown, &of("[")), Some("json-syntax"));
    }
}

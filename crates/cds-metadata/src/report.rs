//! Everything that was found, not only the first.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::rule::Rule;
use crate::severities::Severities;
use crate::severity::Severity;

/// All findings about a set of documents.
///
/// A listing of 100,000 entries that all miss the same field would drown its reader, so each
/// rule keeps [`Report::PER_RULE`] findings per file and counts the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
    tallies: BTreeMap<(String, &'static str), Tally>,
}

/// How often one rule was broken in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    rule: &'static Rule,
    count: usize,
    /// How many of them the report holds.
    kept: usize,
}

/// Findings of one rule in one file that were counted but not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omitted<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// The file.
    pub file: &'a str,
    /// How many more findings there are than the report keeps.
    pub count: usize,
}

impl Report {
    /// How many findings of one rule are kept per file; more are only counted.
    ///
    /// Fifty fill a screen: whoever mends that many by hand asks again anyway.
    pub const PER_RULE: usize = 50;

    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether anything was found that keeps the documents from being served.
    pub fn has_errors(&self) -> bool {
        self.has(Severity::Error)
    }

    /// Whether anything of this severity was found.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == severity)
    }

    /// How many findings of this severity there are, those that were only counted included.
    pub fn count(&self, severity: Severity) -> usize {
        let kept = self
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        let omitted: usize = self
            .omitted()
            .filter(|omitted| self.severity_of(omitted.rule) == Some(severity))
            .map(|omitted| omitted.count)
            .sum();
        kept + omitted
    }

    /// The findings, in the order of [`Report::sort`] once that was called.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was counted but not kept.
    pub fn omitted(&self) -> impl Iterator<Item = Omitted<'_>> {
        self.tallies
            .iter()
            .filter(|(_, tally)| tally.count > tally.kept)
            .map(|((file, _), tally)| Omitted {
                rule: tally.rule,
                file,
                count: tally.count - tally.kept,
            })
    }

    /// Adds a finding, or only counts it when there are enough of its rule in its file.
    pub fn push(&mut self, finding: Finding) {
        if self.count_in(&finding.file, finding.rule) {
            self.findings.push(finding);
        }
    }

    /// Adds the finding that `make` makes, or only counts it when there are enough of its rule in
    /// its file: then it is not even made.
    pub fn find(&mut self, file: &str, rule: &'static Rule, make: impl FnOnce() -> Finding) {
        if self.count_in(file, rule) {
            self.findings.push(make());
        }
    }

    /// Counts one more finding of `rule` in `file` and says whether it is to be kept.
    ///
    /// Lets a caller skip the work of wording and placing a finding that nobody will see.
    pub(crate) fn count_in(&mut self, file: &str, rule: &'static Rule) -> bool {
        let tally = self.tally(file, rule);
        tally.count += 1;
        let is_kept = tally.kept < Self::PER_RULE;
        tally.kept += usize::from(is_kept);
        is_kept
    }

    /// Counts findings of `rule` in `file` beyond those that a report keeps.
    pub fn count_more(&mut self, file: &str, rule: &'static Rule, count: usize) {
        if count > 0 {
            self.tally(file, rule).count += count;
        }
    }

    fn tally(&mut self, file: &str, rule: &'static Rule) -> &mut Tally {
        let key = (file.to_owned(), rule.slug);
        self.tallies.entry(key).or_insert(Tally {
            rule,
            count: 0,
            kept: 0,
        })
    }

    /// The same findings under another rule.
    pub(crate) fn under(self, rule: &'static Rule) -> Self {
        let mut report = Self::new();
        for ((file, _), tally) in self.tallies {
            let sum = report.tally(&file, rule);
            sum.count += tally.count;
            sum.kept += tally.kept;
        }
        report.findings = self.findings;
        for finding in &mut report.findings {
            finding.rule = rule;
            finding.severity = rule.severity;
        }
        report
    }

    /// Keeps a finding that [`Report::count_in`] has already counted.
    pub(crate) fn keep(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Drops what was found from a byte of its file on, where nothing can be relied on. Of a rule
    /// of which anything is dropped, what was only counted is dropped too: it was found later.
    pub(crate) fn forget_from(&mut self, offset: usize) {
        let tallies = &mut self.tallies;
        self.findings.retain(|finding| {
            let place = finding.place.as_ref();
            let is_before = place.is_none_or(|place| place.span.start < offset);
            if !is_before
                && let Some(tally) = tallies.get_mut(&(finding.file.clone(), finding.rule.slug))
            {
                tally.kept -= 1;
                tally.count = tally.kept;
            }
            is_before
        });
    }

    /// Takes over everything another report holds.
    pub fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        for (key, tally) in other.tallies {
            self.tallies
                .entry(key)
                .and_modify(|mine| {
                    mine.count += tally.count;
                    mine.kept += tally.kept;
                })
                .or_insert(tally);
        }
    }

    /// Sorts by file, then by place, then by rule.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let place = |finding: &Finding| {
                finding
                    .place
                    .as_ref()
                    .map_or((0, 0), |place| (place.line, place.column))
            };
            (&a.file, place(a), a.rule.slug).cmp(&(&b.file, place(b), b.rule.slug))
        });
    }

    /// Gives findings the severities that settings ask for and drops those that are off.
    pub fn apply(&mut self, severities: &Severities) {
        let level = |rule: &'static Rule| severities.of(rule);
        self.findings.retain_mut(|finding| {
            let severity = level(finding.rule);
            finding.severity = severity.unwrap_or(finding.severity);
            severity.is_some()
        });
        self.tallies.retain(|_, tally| level(tally.rule).is_some());
    }

    fn severity_of(&self, rule: &Rule) -> Option<Severity> {
        self.findings
            .iter()
            .find(|finding| finding.rule.slug == rule.slug)
            .map(|finding| finding.severity)
    }
}

impl Extend<Finding> for Report {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        for finding in findings {
            self.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::NOT_HTTPS;

    fn report(findings: usize) -> Report {
        let finding = Finding {
            rule: &NOT_HTTPS,
            severity: Severity::Warning,
            file: "f".to_owned(),
            place: None,
            pointer: None,
            message: String::new(),
            help: None,
        };
        let mut report = Report::new();
        report.extend(std::iter::repeat_n(finding, findings));
        report
    }

    #[test]
    fn what_is_too_much_is_counted_also_after_reports_are_merged() {
        let mut all = report(60);
        assert_eq!(all.findings().len(), Report::PER_RULE);
        all.merge(report(3));
        assert_eq!(all.count(Severity::Warning), 63);
        let kept = all.findings().len();
        assert_eq!(
            all.omitted().map(|omitted| omitted.count).sum::<usize>(),
            63 - kept
        );
    }

    #[test]
    fn what_is_forgotten_is_not_counted_either() {
        let text = crate::text::Text::new("f", "0123456789");
        let mut report = Report::new();
        for offset in 0..60 {
            report.find("f", &NOT_HTTPS, || {
                Finding::new(&NOT_HTTPS, "f", "").place(Some(text.place(offset / 10..10)))
            });
        }
        report.forget_from(3);
        assert_eq!(report.findings().len(), 30);
        assert_eq!(report.omitted().count(), 0);
    }
}

//! All findings of one run, whatever number of paths it was given.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use cds_metadata::{Finding, Report, Rule, Severity};

use super::words::grouped;

/// Findings with file names as seen from where the program was started, so that an editor can
/// open them.
#[derive(Debug, Clone, Default)]
pub struct Results {
    findings: Vec<Finding>,
    omitted: Vec<Omitted>,
    files: BTreeSet<String>,
    mendable: usize,
}

/// Findings of one rule in one file that were counted but not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omitted {
    /// The rule.
    pub rule: &'static Rule,
    /// The severity of those that were kept.
    pub severity: Severity,
    /// The file.
    pub file: String,
    /// How many.
    pub count: usize,
}

/// One line of a report.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A finding.
    Finding(&'a Finding),
    /// After the last finding of a rule in a file: how many more there are.
    Omitted(&'a Omitted),
}

/// How much was found, what was only counted included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Findings that keep a site from being served.
    pub errors: usize,
    /// Findings that are served.
    pub warnings: usize,
    /// Advice.
    pub infos: usize,
}

impl Omitted {
    /// `1,234 more like this`
    pub(super) fn message(&self) -> String {
        format!("{} more like this", grouped(self.count))
    }
}

impl Results {
    /// No results yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up what was found in a site, whose files lie in `directory`.
    pub fn add_site<'a>(
        &mut self,
        directory: &Path,
        files: impl IntoIterator<Item = &'a str>,
        report: &Report,
    ) {
        self.files
            .extend(files.into_iter().map(|file| inside(directory, file)));
        self.add(report, |file| inside(directory, file));
    }

    /// Takes up what was found in a single document.
    pub fn add_document(&mut self, name: &str, report: &Report) {
        self.files.insert(name.to_owned());
        self.add(report, str::to_owned);
    }

    /// Takes up how many of the findings `check --fix` would do away with.
    pub fn add_mendable(&mut self, count: usize) {
        self.mendable += count;
    }

    fn add(&mut self, report: &Report, rename: impl Fn(&str) -> String) {
        for finding in report.findings() {
            let mut finding = finding.clone();
            finding.file = rename(&finding.file);
            self.files.insert(finding.file.clone());
            self.findings.push(finding);
        }
        self.omitted.extend(report.omitted().map(|omitted| Omitted {
            rule: omitted.rule,
            severity: severity_of(report, omitted.rule, omitted.file),
            file: rename(omitted.file),
            count: omitted.count,
        }));
    }

    /// Everything that was found, in the order in which the paths were given, and within one by
    /// file and place.
    pub fn items(&self) -> Vec<Item<'_>> {
        let mut omitted: HashMap<Group<'_>, &Omitted> = self
            .omitted
            .iter()
            .map(|group| ((&*group.file, group.rule.slug), group))
            .collect();
        let mut items = Vec::with_capacity(self.findings.len() + omitted.len());
        // From the end, because what was omitted comes after the last of its group.
        for finding in self.findings.iter().rev() {
            let group = omitted.remove(&(&*finding.file, finding.rule.slug));
            items.extend(group.map(Item::Omitted));
            items.push(Item::Finding(finding));
        }
        items.reverse();
        items
    }

    /// How much was found.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for item in self.items() {
            let (severity, count) = match item {
                Item::Finding(finding) => (finding.severity, 1),
                Item::Omitted(omitted) => (omitted.severity, omitted.count),
            };
            match severity {
                Severity::Error => tally.errors += count,
                Severity::Warning => tally.warnings += count,
                Severity::Info => tally.infos += count,
            }
        }
        tally
    }

    /// How many of the findings `check --fix` would do away with.
    pub const fn mendable(&self) -> usize {
        self.mendable
    }

    /// How many files were looked at.
    pub fn files_checked(&self) -> usize {
        self.files.len()
    }

    /// How many files something was found in.
    pub fn files_with_findings(&self) -> usize {
        self.findings
            .iter()
            .map(|finding| &finding.file)
            .collect::<BTreeSet<_>>()
            .len()
    }
}

/// File and rule.
type Group<'a> = (&'a str, &'static str);

fn severity_of(report: &Report, rule: &Rule, file: &str) -> Severity {
    let kept = report
        .findings()
        .iter()
        .find(|kept| kept.rule == rule && kept.file == file);
    kept.map_or(rule.severity, |kept| kept.severity)
}

/// A site's file as seen from outside the site.
fn inside(directory: &Path, file: &str) -> String {
    if directory == Path::new(".") {
        return file.to_owned();
    }
    let path = if file.is_empty() {
        Cow::Borrowed(directory)
    } else {
        directory.join(file).into()
    };
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn files_are_named_as_seen_from_outside_the_site() {
        assert_eq!(
            inside(Path::new("sites/west/"), "site.toml"),
            "sites/west/site.toml"
        );
        assert_eq!(inside(Path::new("."), "public/a.json"), "public/a.json");
        assert_eq!(inside(Path::new("/srv/cds"), ""), "/srv/cds");
    }

    #[test]
    fn what_was_only_counted_follows_the_last_of_its_kind_and_counts() {
        let results = fixtures::crowded(Report::PER_RULE + 3);
        let items = results.items();
        let last = items.last();
        assert!(
            matches!(last, Some(Item::Omitted(omitted)) if omitted.count == 3),
            "{last:?}"
        );
        assert_eq!(items.len(), Report::PER_RULE + 1);
        assert_eq!(
            results.tally(),
            Tally {
                errors: 53,
                ..Tally::default()
            }
        );
        assert_eq!(
            (results.files_checked(), results.files_with_findings()),
            (2, 1)
        );
    }
}

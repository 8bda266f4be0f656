//! What is mended, tried in memory first.

use std::collections::BTreeMap;
use std::fmt::Write;

use cds_metadata::rules::{
    ENTRY_LISTS_COVERAGE, capabilities_not_union, entry_lists_coverage, json_syntax,
};
use cds_metadata::{Edit, Report};
use cds_site::{DocumentKind, Source, Sources};

use super::base::Base;
use super::compare::{worse, worse_syntax};
use crate::check::subject::{Document, Judge, Subject};
use crate::report::visible;

/// Files as they are to be.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) files: Sources,
    /// What is wrong with them.
    pub(super) report: Report,
    /// What is done, file by file in the order of doing.
    done: Vec<(String, Edit)>,
    /// What isn't, and the rule that it would break.
    refused: Vec<(String, Edit, &'static str)>,
}

impl Plan {
    /// Makes all edits that leave nothing worse than it is by the report of the subject.
    pub(super) fn of(
        subject: &Subject,
        judge: &Judge,
        report: Report,
        base: Option<&Base>,
    ) -> Self {
        let plan = Self {
            files: subject.files.clone(),
            report,
            done: Vec::new(),
            refused: Vec::new(),
        };
        let mut planner = Planner {
            subject,
            judge,
            plan,
            patience: 0,
        };
        planner.mend_syntax();
        planner.mend_entries();
        planner.mend_capabilities();
        // Last, because what was mended says something else now.
        if let Some(base) = base {
            planner.touch(base);
        }
        planner.plan
    }

    /// What is done and what isn't, for people.
    pub(super) fn notes(&self, subject: &Subject, dry_run: bool) -> String {
        let mut notes = String::new();
        let mut by_file = BTreeMap::<&str, Vec<String>>::new();
        for (path, edit) in &self.done {
            let what = if dry_run { edit.to_do() } else { edit.done() };
            by_file.entry(path).or_default().push(what);
        }
        for (path, edits) in by_file {
            let name = subject.path_of(path);
            let title = if dry_run { "would mend" } else { "mended" };
            let _ = writeln!(notes, "{title} {}", visible(&name.to_string_lossy()));
            note_edits(&mut notes, &edits);
        }
        for (path, edit, rule) in self.refused.iter().take(LINES) {
            let name = subject.path_of(path);
            let _ = writeln!(
                notes,
                "not mended: {}: to {} would break `{rule}`",
                visible(&name.to_string_lossy()),
                visible(&edit.to_do())
            );
        }
        note_more(&mut notes, self.refused.len(), "not mended: ");
        if notes.is_empty() {
            notes.push_str("there is nothing that --fix can mend\n");
        }
        notes
    }
}

/// A line for each edit; the same ones are counted.
fn note_edits(notes: &mut String, edits: &[String]) {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for edit in edits {
        match counted.last_mut() {
            Some((last, count)) if *last == edit => *count += 1,
            _ => counted.push((edit, 1)),
        }
    }
    for (edit, count) in counted.iter().take(LINES) {
        let times = match count {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        let _ = writeln!(notes, "  {}{times}", visible(edit));
    }
    note_more(notes, counted.len(), "  ");
}

fn note_more(notes: &mut String, count: usize, prefix: &str) {
    if count > LINES {
        let _ = writeln!(notes, "{prefix}and {} more", count - LINES);
    }
}

/// Edits of one file.
struct Proposal {
    path: String,
    edits: Vec<Edit>,
}

type Compare = fn(&Report, &Report) -> Option<&'static str>;

struct Planner<'a> {
    subject: &'a Subject,
    judge: &'a Judge,
    plan: Plan,
    /// How many more times edits are parted when they leave something worse together.
    patience: usize,
}

impl Planner<'_> {
    fn mend_syntax(&mut self) {
        let proposals = self.propose(|document| json_syntax::mend(document.bytes));
        self.try_all(proposals, worse_syntax);
    }

    fn mend_entries(&mut self) {
        let mut findings = self.plan.report.findings().iter();
        if !findings.any(|finding| finding.rule == &ENTRY_LISTS_COVERAGE) {
            return;
        }
        let proposals = self.propose(|document| match document.kind {
            DocumentKind::Metadata => Vec::new(),
            DocumentKind::Coverage => entry_lists_coverage::mend(text(document.bytes)),
        });
        self.try_all(proposals, worse);
    }

    fn mend_capabilities(&mut self) {
        if self.subject.directory().is_none() {
            return;
        }
        for missing in cds_site::missing_capabilities(&self.plan.files) {
            let names: Vec<_> = missing.capabilities.iter().map(String::as_str).collect();
            self.patience = PATIENCE;
            self.add_what_can_be(&missing.path, &names);
        }
    }

    /// Adds capabilities to a metadata object: some may be added although others can't.
    fn add_what_can_be(&mut self, path: &str, names: &[&str]) {
        let Some(refused) = self.add_capabilities(path, names) else {
            return;
        };
        if names.len() > 1 && self.has_patience() {
            let (former, latter) = names.split_at(names.len() / 2);
            self.add_what_can_be(path, former);
            self.add_what_can_be(path, latter);
        } else {
            self.plan.refused.push(refused);
        }
    }

    /// Adds capabilities to a metadata object, or gives back why not.
    fn add_capabilities(
        &mut self,
        path: &str,
        names: &[&str],
    ) -> Option<(String, Edit, &'static str)> {
        let source = self.plan.files.get(path)?;
        let edit = capabilities_not_union::mend(text(&source.bytes), names)?;
        let proposal = Proposal {
            path: path.to_owned(),
            edits: vec![edit.clone()],
        };
        let rule = self.attempt(vec![proposal], worse).err()?.1;
        Some((path.to_owned(), edit, rule))
    }

    fn touch(&mut self, base: &Base) {
        let now = self.judge.now.into();
        let earlier = base.earlier();
        let proposals = self.propose(|document| {
            let Some(earlier) = earlier.get(&*document.endpoint) else {
                return Vec::new();
            };
            let text = text(document.bytes);
            match document.kind {
                DocumentKind::Metadata => earlier.touch_metadata(text, now).into_iter().collect(),
                DocumentKind::Coverage => earlier.touch_entries(text, now),
            }
        });
        self.try_all(proposals, worse);
    }

    fn propose(&self, edits: impl Fn(&Document<'_>) -> Vec<Edit>) -> Vec<Proposal> {
        let documents = self.subject.documents(&self.plan.files).into_iter();
        let proposal = |document: Document<'_>| {
            let edits = edits(&document);
            let path = document.path.to_owned();
            (!edits.is_empty()).then_some(Proposal { path, edits })
        };
        documents.filter_map(proposal).collect()
    }

    /// Makes all edits, or if that leaves something worse, those that don't.
    fn try_all(&mut self, proposals: Vec<Proposal>, compare: Compare) {
        self.patience = PATIENCE;
        self.try_parts(proposals, compare);
    }

    fn try_parts(&mut self, proposals: Vec<Proposal>, compare: Compare) {
        let Err((mut proposals, rule)) = self.attempt(proposals, compare) else {
            return;
        };
        let latter = match self.has_patience() {
            true => latter_half(&mut proposals),
            false => None,
        };
        if let Some(latter) = latter {
            self.try_parts(latter, compare);
            self.try_parts(proposals, compare);
            return;
        }
        for Proposal { path, edits } in proposals {
            let refused = edits.into_iter().map(|edit| (path.clone(), edit, rule));
            self.plan.refused.extend(refused);
        }
    }

    /// Every attempt takes a check of the whole site.
    fn has_patience(&mut self) -> bool {
        let has_patience = self.patience > 0;
        self.patience = self.patience.saturating_sub(1);
        has_patience
    }

    /// Makes edits, or gives them back with the rule that they would break.
    fn attempt(
        &mut self,
        proposals: Vec<Proposal>,
        compare: Compare,
    ) -> Result<(), (Vec<Proposal>, &'static str)> {
        if proposals.is_empty() {
            return Ok(());
        }
        let mut files = self.plan.files.clone();
        for Proposal { path, edits } in &proposals {
            if let Some(source) = files.get(path).cloned() {
                let bytes = Edit::apply(edits, &source.bytes).into();
                files.insert(Source { bytes, ..source });
            }
        }
        let report = self.subject.report(&files, self.judge);
        if let Some(rule) = compare(&self.plan.report, &report) {
            return Err((proposals, rule));
        }
        self.plan.files = files;
        self.plan.report = report;
        for Proposal { path, edits } in proposals {
            let done = edits.into_iter().map(|edit| (path.clone(), edit));
            self.plan.done.extend(done);
        }
        Ok(())
    }
}

/// Takes the latter half of edits out, if there are two. It is to be tried first: what comes before
/// an edit in its file stays where it is.
fn latter_half(proposals: &mut Vec<Proposal>) -> Option<Vec<Proposal>> {
    if proposals.len() > 1 {
        return Some(proposals.split_off(proposals.len() / 2));
    }
    let Proposal { path, edits } = proposals.first_mut()?;
    (edits.len() > 1).then(|| {
        vec![Proposal {
            path: path.clone(),
            edits: edits.split_off(edits.len() / 2),
        }]
    })
}

/// The text, empty if it is no UTF-8: then it can't be parsed either.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// How many lines a file's notes have at most.
const LINES: usize = 20;

/// Enough to single out a few edits among very many.
const PATIENCE: usize = 32;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use cds_metadata::Severities;
    use proptest::prelude::*;

    use super::*;

    const METADATA: &str = include_str!("../../../tests/data/site/cds-server-metadata.json");
    const COVERAGE: &str = include_str!("../../../tests/data/site/cds-coverage.json");

    fn judge() -> Judge {
        Judge {
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
            severities: Severities::new(),
        }
    }

    /// A good document with capabilities exchanged, and pieces put in.
    fn damaged(good: &'static str) -> impl Strategy<Value = String> {
        let words = ["coverage", "oauth", "ieee1547", "x"];
        let list = prop::collection::vec(prop::sample::select(words.to_vec()), 0..4);
        let piece = prop::sample::select(vec![",", "\"", "]", " ", "\n"]);
        let pieces = prop::collection::vec((any::<prop::sample::Index>(), piece), 0..2);
        let flags = (any::<bool>(), any::<bool>());
        (list, pieces, flags).prop_map(move |(list, pieces, (comma, bom))| {
            let list: Vec<_> = list.iter().map(|word| format!("\"{word}\"")).collect();
            let comma = if comma { "," } else { "" };
            let list = format!("\"capabilities\": [{}{comma}]", list.join(", "));
            let mut text = good.replacen("\"capabilities\": [\"ieee1547\"]", &list, 1);
            text = text.replacen("\"capabilities\": [\"coverage\", \"ieee1547\"]", &list, 1);
            for (at, piece) in pieces {
                let at = at.index(text.len());
                text.insert_str(at, piece);
            }
            if bom {
                text.insert(0, '\u{feff}');
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn what_is_fixed_never_has_a_worse_report_and_stays_as_it_is(
            metadata in damaged(METADATA),
            coverage in damaged(COVERAGE),
        ) {
            let directory = tempfile::tempdir().unwrap();
            let write = |name: &str, bytes: &[u8]| {
                fs::write(directory.path().join(name), bytes).unwrap();
            };
            write("cds-server-metadata.json", metadata.as_bytes());
            write("cds-coverage.json", coverage.as_bytes());
            let subject = Subject::site(directory.path(), cds_live::Limits::default());
            let before = subject.report(&subject.files, &judge());
            let plan = Plan::of(&subject, &judge(), before.clone(), None);
            prop_assert_eq!(worse_syntax(&before, &plan.report), None);
            let hidden = before.findings().iter().any(|it| it.rule.slug == "json-syntax");
            if !hidden {
                prop_assert_eq!(worse(&before, &plan.report), None);
            }
            for file in &plan.files {
                write(&file.path, &file.bytes);
            }
            let subject = Subject::site(directory.path(), cds_live::Limits::default());
            prop_assert_eq!(&subject.report(&subject.files, &judge()), &plan.report);
            let again = Plan::of(&subject, &judge(), plan.report, None);
            prop_assert!(again.done.is_empty(), "{:?}", again.done);
        }
    }

    #[test]
    fn what_can_be_added_is_found_among_very_many() {
        let directory = tempfile::tempdir().unwrap();
        let names: Vec<_> = (0..500)
            .map(|number| format!("\"extra_{number}\""))
            .collect();
        let names = format!("[{}, \"oauth\"]", names.join(", "));
        let coverage = COVERAGE.replacen(
            "\"capabilities\": []",
            &format!("\"capabilities\": {names}"),
            1,
        );
        fs::write(directory.path().join("cds-server-metadata.json"), METADATA).unwrap();
        fs::write(directory.path().join("cds-coverage.json"), coverage).unwrap();
        let subject = Subject::site(directory.path(), cds_live::Limits::default());
        let report = subject.report(&subject.files, &judge());
        let plan = Plan::of(&subject, &judge(), report, None);
        // Each attempt either does something or is in vain: ten times the list was halved.
        assert!(plan.done.len() <= 10, "{}", plan.done.len());
        let refused: Vec<_> = plan
            .refused
            .iter()
            .map(|(_, edit, _)| edit.to_do())
            .collect();
        assert_eq!(refused, ["add `oauth` to `capabilities`"]);
        assert_eq!(
            text(&plan.files.get("cds-server-metadata.json").unwrap().bytes)
                .matches("extra_")
                .count(),
            500
        );
    }

    #[test]
    fn the_same_edits_are_one_line_and_many_are_cut_short() {
        let mut notes = String::new();
        note_edits(&mut notes, &vec!["removed x".to_owned(); 3]);
        assert_eq!(notes, "  removed x, 3 times\n");
        let edits: Vec<_> = (0..LINES + 7).map(|id| format!("set \x1b{id}")).collect();
        note_edits(&mut notes, &edits);
        assert_eq!(notes.lines().count(), 1 + LINES + 1);
        assert!(notes.ends_with("  and 7 more\n") && !notes.contains('\x1b'));
    }
}

//! `check --fix`: what is safe to mend, mended.

mod base;
mod compare;
mod diff;
mod plan;
mod write;

use std::path::PathBuf;

use anyhow::ensure;
use cds_metadata::Report;
use cds_site::Sources;

use self::base::Base;
use self::plan::Plan;
use self::write::Change;
use super::subject::{Judge, Subject};

/// How to mend
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Wanted {
    /// Mend what is safe to mend, and check what is there then
    ///
    /// Removes commas after last elements and byte order marks, adds capabilities of coverage
    /// entries to the metadata object, and takes `coverage` out of entries. Everything else in
    /// the files stays as it was written. A file is replaced in one step and keeps its
    /// permissions; one that can be reached through a symbolic link is replaced where the link
    /// leads. Nothing is done that would break a rule more often than before. What a syntax error
    /// hid doesn't count as that: a document that can be read is better than one that can't.
    #[arg(long)]
    fix: bool,
    /// With --fix: print what would be done as a unified diff, and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// With --fix: also set `updated` of what says something else than in --base
    ///
    /// The metadata object and the entries, known by their ids, whose `updated` is still the one
    /// of the earlier copy get the present time, or --now. The spelling stays: the offset and how
    /// many digits of a second there are.
    #[arg(long, requires_all = ["fix", "base"])]
    touch: bool,
    /// An earlier copy of the site, or of the single document
    #[arg(long, value_name = "DIR", requires = "touch")]
    base: Option<PathBuf>,
}

impl Wanted {
    /// How to mend, if that is wanted.
    pub(super) fn fixer(&self, paths: &[PathBuf]) -> anyhow::Result<Option<Fixer>> {
        if !self.fix {
            return Ok(None);
        }
        ensure!(
            !paths.iter().any(|path| path.as_os_str() == "-"),
            "--fix can't mend the standard input: give the file's path instead of -"
        );
        ensure!(
            self.base.is_none() || paths.len() == 1,
            "--base is an earlier copy of one site or document: give one path with it"
        );
        Ok(Some(Fixer {
            base: self.base.as_deref().map(Base::read).transpose()?,
            dry_run: self.dry_run,
        }))
    }

    pub(super) const fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

/// Mends subjects.
#[derive(Debug)]
pub(super) struct Fixer {
    base: Option<Base>,
    dry_run: bool,
}

/// What came of mending.
#[derive(Debug)]
pub(super) struct Fixed {
    /// What is wrong with what is there now.
    pub(super) report: Report,
    /// What is there now.
    pub(super) files: Sources,
    /// What was done and what wasn't, for people.
    pub(super) notes: String,
    /// What would be done, as a unified diff.
    pub(super) diff: String,
}

impl Fixer {
    /// Whether there is an earlier copy to compare to.
    pub(super) const fn has_base(&self) -> bool {
        self.base.is_some()
    }

    /// Mends what can be mended.
    ///
    /// # Errors
    /// When a file can't be written. Then none is, unless a disk fails between two of them.
    pub(super) fn fix(
        &self,
        subject: &Subject,
        judge: &Judge,
        report: Report,
    ) -> anyhow::Result<Fixed> {
        let plan = Plan::of(subject, judge, report, self.base.as_ref());
        let changes = changes(subject, &plan);
        let mut diff = String::new();
        if self.dry_run {
            diff = changes.iter().map(diff::unified).collect();
        } else {
            write::write_all(&changes)?;
        }
        Ok(Fixed {
            notes: plan.notes(subject, self.dry_run),
            report: plan.report,
            files: plan.files,
            diff,
        })
    }
}

/// How many of the findings `--fix` would do away with.
pub(super) fn mendable(subject: &Subject, judge: &Judge, report: &Report) -> usize {
    if !compare::has_mendable_rule(report) {
        return 0;
    }
    let plan = Plan::of(subject, judge, report.clone(), None);
    compare::gone(report, &plan.report)
}

fn changes<'p>(subject: &'p Subject, plan: &'p Plan) -> Vec<Change<'p>> {
    let changed = subject.files.iter().filter_map(|before| {
        let after = plan.files.get(&before.path)?;
        (before.bytes != after.bytes).then(|| Change {
            path: subject.path_of(&before.path),
            root: subject.directory(),
            before: &before.bytes,
            after: &after.bytes,
        })
    });
    changed.collect()
}

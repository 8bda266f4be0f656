//! What people read in the log.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::io;
use std::path::Path;

use cds_site::{Finding, Pointer, Report, Severity};

use crate::reload::Outcome;
use crate::status::{Status, Watching};
use crate::waiting::Tally;

/// One event per reload: the last one of a site's status. `was_failing` says whether the files had
/// errors before.
pub(crate) fn reload(directory: &Path, status: &Status, asked: bool, was_failing: bool) {
    let reload = &status.last_reload;
    let site = directory.display();
    let outcome = reload.outcome.as_str();
    let duration_ms = u64::try_from(reload.duration.as_millis()).unwrap_or(u64::MAX);
    let errors = reload.report.count(Severity::Error);
    let warnings = reload.report.count(Severity::Warning);
    let changed = named(&reload.changed);
    let entries = reload.entries;
    let generation = status.generation;
    let etag = status.etag.as_deref();
    macro_rules! event {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                %site, outcome, duration_ms, generation, etag, errors, warnings, changed,
                entries_added = entries.added, entries_changed = entries.changed,
                entries_removed = entries.removed, $message
            )
        };
    }
    match reload.outcome {
        Outcome::Swapped => event!(info, "a new version is served"),
        Outcome::Unchanged if was_failing => {
            event!(
                info,
                "the errors are mended, and nothing differs from what is served"
            );
        }
        Outcome::Unchanged if asked => event!(info, "nothing differs from what is served"),
        Outcome::Unchanged => event!(debug, "nothing differs from what is served"),
        Outcome::Resumed => event!(
            info,
            "the maintenance has ended, and the site is served again"
        ),
        Outcome::Restored => event!(
            error,
            "the files have errors, and what was served before the start is served again"
        ),
        Outcome::Kept if reload.serving => {
            event!(error, "the files have errors, and what was served still is");
        }
        Outcome::Kept => {
            event!(
                error,
                "the files have errors, and nothing is served until they are mended"
            );
        }
        Outcome::Dropped => event!(error, "the directory is gone, and nothing is served"),
    }
}

/// The first of some files; a checkout may change thousands.
fn named(files: &[String]) -> String {
    let (first, rest) = files.split_at(files.len().min(MOST_NAMED));
    let mut text = first.join(" ");
    if let more @ 1.. = rest.len() {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

const MOST_NAMED: usize = 10;

/// One event per finding that people haven't been told yet.
pub(crate) fn new_findings(directory: &Path, known: &Report, report: &Report) {
    let site = directory.display();
    let (findings, more) = news(known, report);
    for finding in findings {
        let help = finding.help.as_deref().unwrap_or_default();
        let rule = finding.rule.slug;
        match finding.severity {
            Severity::Error => tracing::error!(%site, rule, help, "{finding}"),
            Severity::Warning => tracing::warn!(%site, rule, help, "{finding}"),
            Severity::Info => tracing::info!(%site, rule, help, "{finding}"),
        }
    }
    if more > 0 {
        tracing::warn!(%site, "and {more} more findings, which are not logged");
    }
}

/// The findings that nobody has been told of, the gravest first, and how many there are besides.
fn news<'a>(known: &Report, report: &'a Report) -> (Vec<&'a Finding>, usize) {
    let known: HashSet<_> = known.findings().iter().map(saying).collect();
    let mut news: Vec<&Finding> = report
        .findings()
        .iter()
        .filter(|finding| !known.contains(&saying(finding)))
        .collect();
    news.sort_by_key(|finding| Reverse(finding.severity));
    let more = news.len().saturating_sub(MOST_FINDINGS);
    news.truncate(MOST_FINDINGS);
    (news, more)
}

/// What a finding says, wherever it is: an edit above moves the place.
fn saying(finding: &Finding) -> (&str, &str, Option<&Pointer>, &str) {
    let pointer = finding.pointer.as_ref();
    (finding.rule.slug, &finding.file, pointer, &finding.message)
}

/// One slip in a script is in every entry of a listing, and a log that is full of it hides the
/// rest.
const MOST_FINDINGS: usize = 100;

/// Files are being written for longer than people wait.
pub(crate) fn goes_on_changing(directory: &Path, files: &[String]) {
    tracing::warn!(
        site = %directory.display(),
        files = named(files),
        "files have been changing for more than 5 s; nothing is taken up until they stand still"
    );
}

/// Files have stood still for long, although it seems that somebody isn't done with them.
pub(crate) fn unfinished(directory: &Path, files: &[String]) {
    tracing::warn!(
        site = %directory.display(),
        files = named(files),
        "files are still open for writing, or still empty, after 5 s without a change; they are \
         taken up as they are"
    );
}

/// What was kept for a restart is of no use.
pub(crate) fn not_restored(directory: &Path, folder: &Path, why: &str) {
    tracing::warn!(
        site = %directory.display(),
        folder = %folder.display(),
        why,
        "what was served before the start is not to be had from the state directory"
    );
}

/// What is served can't be kept for a restart.
pub(crate) fn not_kept(directory: &Path, folder: &Path, error: &io::Error) {
    tracing::warn!(
        site = %directory.display(),
        folder = %folder.display(),
        %error,
        "what is served can't be written to the state directory, so a restart may not know it"
    );
}

/// What was kept of a site that is no more is gone.
pub(crate) fn swept(directory: &Path, folder: &Path) {
    tracing::info!(
        site = %directory.display(),
        folder = %folder.display(),
        "what was kept of a site that is no more was removed from the state directory"
    );
}

/// All sites of a directory have been read because somebody asked.
pub(crate) fn all_read(directory: &Path, tally: Tally) {
    let sites = directory.display();
    let Tally {
        swapped,
        unchanged,
        kept,
        dropped,
    } = tally;
    tracing::info!(%sites, swapped, unchanged, kept, dropped, "all sites have been read again");
}

/// All sites of a directory have been read for the first time.
pub(crate) fn opened(directory: &Path, good: usize, failing: usize) {
    let sites = directory.display();
    tracing::info!(%sites, good, failing, "the sites are served");
}

/// Another site of a directory of sites.
pub(crate) fn appeared(directory: &Path) {
    tracing::info!(site = %directory.display(), "another site has appeared");
}

/// Changes are noticed in another way than before.
pub(crate) fn watching(directory: &Path, watching: &Watching) {
    let site = directory.display();
    let mode = watching.as_str();
    match watching {
        Watching::Polling { why: Some(why) } => {
            tracing::warn!(%site, mode, %why, "files are looked at regularly instead");
        }
        Watching::Events | Watching::Polling { why: None } | Watching::Off => {
            tracing::info!(%site, mode, "how changes are noticed");
        }
        Watching::Ended => {
            tracing::error!(
                %site, mode,
                "a fault has ended the thread that notices changes; what was served last is, until \
                 the program is started again"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use cds_site::rules::FILE_UNREADABLE;

    use super::*;

    fn report(messages: impl Iterator<Item = usize>, severity: Severity) -> Report {
        let mut report = Report::new();
        report.extend(messages.map(|message| {
            // A report keeps so many of one rule in one file, and counts the rest.
            let file = format!("{}.json", message / 10);
            let mut finding = Finding::new(&FILE_UNREADABLE, file, message.to_string());
            finding.severity = severity;
            finding
        }));
        report
    }

    #[test]
    fn of_very_many_findings_the_gravest_are_logged() {
        let mut now = report(0..200_000, Severity::Warning);
        now.merge(report(200_000..200_001, Severity::Error));
        let known = report(0..100_000, Severity::Warning);
        let (logged, more) = news(&known, &now);
        assert_eq!((logged.len(), more), (100, 99_901));
        assert_eq!(logged[0].severity, Severity::Error);
        assert_eq!(logged[1].message, "100000");
        assert_eq!(news(&now, &now), (Vec::new(), 0));
    }
}

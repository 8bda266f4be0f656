//! What people read in the log.

use std::path::Path;

use cds_site::{Finding, Report, Severity};

use crate::reload::{Outcome, Reload};
use crate::shared::Shared;
use crate::status::Watching;

/// One event per reload, and one per finding that people haven't been told yet.
pub(crate) fn reload(shared: &Shared, reload: &Reload, known: &Report) {
    let site = shared.directory.display();
    let outcome = reload.outcome.as_str();
    let duration_ms = u64::try_from(reload.duration.as_millis()).unwrap_or(u64::MAX);
    let errors = reload.report.count(Severity::Error);
    let warnings = reload.report.count(Severity::Warning);
    let changed = reload.changed.join(" ");
    let current = shared.handle.load();
    let etag = current.etag();
    macro_rules! event {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                %site, outcome, duration_ms, etag, errors, warnings, changed, $message
            )
        };
    }
    match reload.outcome {
        Outcome::Swapped => event!(info, "the site is served"),
        Outcome::Unchanged => event!(info, "nothing differs from what is served"),
        Outcome::Kept => event!(error, "the files have errors, and what was served still is"),
        Outcome::Dropped => event!(error, "the directory is gone, and nothing is served"),
    }
    findings(shared, reload, known);
}

fn findings(shared: &Shared, reload: &Reload, known: &Report) {
    let site = shared.directory.display();
    for finding in reload.report.findings() {
        if known.findings().iter().any(|known| is_same(known, finding)) {
            continue;
        }
        let help = finding.help.as_deref().unwrap_or_default();
        let rule = finding.rule.slug;
        match finding.severity {
            Severity::Error => tracing::error!(%site, rule, help, "{finding}"),
            Severity::Warning => tracing::warn!(%site, rule, help, "{finding}"),
            Severity::Info => tracing::info!(%site, rule, help, "{finding}"),
        }
    }
}

/// Whether two findings say the same; an edit above moves the place.
fn is_same(a: &Finding, b: &Finding) -> bool {
    (a.rule, &a.file, &a.pointer, &a.message) == (b.rule, &b.file, &b.pointer, &b.message)
}

/// Files are being written for longer than people wait.
pub(crate) fn goes_on_changing(directory: &Path, files: &[String]) {
    tracing::warn!(
        site = %directory.display(),
        files = files.join(" "),
        "files have been changing for more than 5 s; nothing is taken up until they stand still"
    );
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
    }
}

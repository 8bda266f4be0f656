//! `POST /reload`: how reading everything again ended.

use std::sync::Arc;

use cds_live::Reload;
use http::StatusCode;
use serde::Serialize;

use super::sites::{results, rows};
use crate::published::Published;
use crate::report::Results;
use crate::server::tls::Renewal;

/// The answer of `/reload`.
#[derive(Debug, Serialize)]
pub(super) struct Ended {
    /// How many sites have no errors in their files.
    good: usize,
    failing: usize,
    sites: Vec<SiteEnded>,
    /// What is wrong with certificates, which are used on as they were.
    certificate_errors: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SiteEnded {
    name: String,
    /// As it is counted: `swapped`, `unchanged`, `kept` and so on.
    result: &'static str,
    /// Whether a good site is served now, be it an earlier one.
    serving: bool,
    seconds: f64,
    /// The files that differ from those read before.
    changed: Vec<String>,
    entries_added: usize,
    entries_changed: usize,
    entries_removed: usize,
    /// In the shape of `check --format json`.
    #[serde(serialize_with = "rows")]
    findings: Results,
}

impl Ended {
    /// Reads everything again. Blocks until that has ended.
    pub(super) fn of(published: &Published, renewal: Option<&Renewal>) -> Self {
        let certificate_errors = renewal.map(Renewal::faults).unwrap_or_default();
        let ended = published.reload();
        let is_failing = |(_, reload): &&(Arc<str>, Reload)| reload.report.has_errors();
        let failing = ended.iter().filter(is_failing).count();
        Self {
            good: ended.len() - failing,
            failing: failing + usize::from(published.directory().has_errors()),
            sites: ended.into_iter().map(describe).collect(),
            certificate_errors,
        }
    }

    /// 409 if anything has to be mended.
    pub(super) fn status(&self) -> StatusCode {
        if self.failing == 0 && self.certificate_errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::CONFLICT
        }
    }
}

fn describe((name, reload): (Arc<str>, Reload)) -> SiteEnded {
    SiteEnded {
        name: name.to_string(),
        result: reload.outcome.as_str(),
        serving: reload.serving,
        seconds: reload.duration.as_secs_f64(),
        entries_added: reload.entries.added,
        entries_changed: reload.entries.changed,
        entries_removed: reload.entries.removed,
        findings: results(&reload.report),
        changed: reload.changed.to_vec(),
    }
}

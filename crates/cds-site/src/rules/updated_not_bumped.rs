//! `updated-not-bumped`

use cds_metadata::{Finding, Place, Pointer, Report};

use crate::coverage::{Coverage, Entry};
use crate::endpoint::Endpoint;
use crate::history::History;
use crate::rules::report_at;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// When a metadata object or a coverage entry says something else than the version before,
    /// its `updated` is another too. This shows only when a site is reloaded.
    ///
    /// ## Why it matters
    ///
    /// Clients go by `updated` to see what is new. A change that doesn't move it is not seen.
    ///
    /// ## Example
    ///
    /// A new `name` beside the same `"updated": "2022-06-01T00:00:00Z"`.
    ///
    /// ## Mend
    ///
    /// Set `updated` to the time of the change.
    pub static UPDATED_NOT_BUMPED: Rule =
        "updated-not-bumped", Warning, Spec, "CDS-WG1-01 §3.2, §4.3";
}

const MESSAGE: &str = "this was changed, but `updated` is the same as before";
const HELP: &str = "set `updated` to the time of the change";

/// Compares documents to what they were.
pub(crate) fn check(before: &History, endpoints: &[Endpoint<'_>], report: &mut Report) {
    for endpoint in endpoints {
        let prefix = &endpoint.prefix;
        if let Some((source, object)) = &endpoint.metadata {
            let updated = object.updated.timestamp();
            if before.object_not_bumped(prefix, &source.bytes, updated) {
                let (pointer, message) = (Pointer::root().key("updated"), MESSAGE.to_owned());
                report_at(report, &UPDATED_NOT_BUMPED, source, pointer, message, HELP);
            }
        }
        for entry in endpoint.coverage.iter().flat_map(Coverage::entries) {
            if before.entry_not_bumped(prefix, &entry.id, &entry.json, entry.updated) {
                let file = &entry.source.path;
                report.find(file, &UPDATED_NOT_BUMPED, || entry_finding(entry));
            }
        }
    }
}

fn entry_finding(entry: &Entry<'_>) -> Finding {
    let content = String::from_utf8_lossy(&entry.source.bytes);
    let updated = Pointer::root().key("updated");
    Finding::new(&UPDATED_NOT_BUMPED, &entry.source.path, MESSAGE)
        .place(Place::inside(&content, entry.span.clone(), &updated))
        .pointer(entry.position.pointer().join(&updated))
        .help(HELP)
}

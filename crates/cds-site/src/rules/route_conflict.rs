//! `route-conflict`

use cds_metadata::{Finding, Pointer, Report};

use crate::rules::report_at;
use crate::source::Source;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// No two documents are published at the same host and path, and none takes the front page
    /// of the portal, `/`.
    ///
    /// ## Why it matters
    ///
    /// Only one of them could be served, and pages of the portal must stay reachable.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage": "https://demoutility.com/.well-known/cds-server-metadata.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Give each document a path of its own, such as `/cds-coverage.json`.
    pub static ROUTE_CONFLICT: Rule =
        "route-conflict", Error, Spec, "CDS-WG1-01 §3.2, §4", structural;
}

/// A URL of a metadata object, in `field`, whose place is taken.
pub(crate) fn find(
    report: &mut Report,
    source: &Source,
    field: &'static str,
    path: &str,
    taken_by: &str,
) {
    let pointer = Pointer::root().key(field);
    let message = format!("`{field}` has the path `{path}`, which is taken by {taken_by}");
    let help = "give each document a path of its own, such as `/cds-coverage.json`";
    report_at(report, &ROUTE_CONFLICT, source, pointer, message, help);
}

/// A file under `public/` that is linked to at a place that is taken.
pub(crate) fn find_file(report: &mut Report, file: &Source, path: &str, taken_by: &str) {
    let message = format!("the file is linked to at `{path}`, which is taken by {taken_by}");
    let finding = Finding::new(&ROUTE_CONFLICT, &file.path, message);
    report.push(finding.help("give the file another name, and correct the links to it"));
}

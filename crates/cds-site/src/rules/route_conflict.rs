//! `route-conflict`

use cds_metadata::{Finding, Place, Pointer, Report, UrlParts};

use crate::compile::METADATA_FILE;

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

/// A `coverage` URL whose place is taken.
pub(crate) fn find_coverage(report: &mut Report, metadata: &[u8], url: &UrlParts<'_>) {
    let content = String::from_utf8_lossy(metadata);
    let pointer = Pointer::root().key("coverage");
    let taken_by = if url.path == "/" {
        "the portal's front page"
    } else {
        "the metadata object"
    };
    report.push(Finding {
        rule: &ROUTE_CONFLICT,
        severity: ROUTE_CONFLICT.severity,
        file: METADATA_FILE.to_owned(),
        place: Place::at(&content, &pointer),
        pointer: Some(pointer),
        message: format!(
            "`coverage` has the path `{}`, which is {taken_by}",
            url.path
        ),
        help: Some(
            "give the coverage listing a path of its own, such as `/cds-coverage.json`".to_owned(),
        ),
    });
}

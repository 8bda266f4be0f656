//! `route-conflict`

use cds_metadata::{Finding, Pointer, Report, shown};

use crate::claim::Claim;
use crate::placement::Placement;
use crate::rules::report_at;
use crate::source::Source;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// No two documents are published at the same host and path, and none takes the front page
    /// of the portal, `/`. This holds for documents of different sites too.
    ///
    /// ## Why it matters
    ///
    /// Only one of them could be served, and pages of the portal must stay reachable. Of two
    /// sites, the first by directory name is served there, on every replica; what else the other
    /// has is served all the same.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage": "https://demoutility.com/.well-known/cds-server-metadata.json" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Give each document a path of its own, such as `/cds-coverage.json`; of two sites, correct
    /// the host in the one that has it by mistake.
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
    let path = shown(path);
    let message = format!("`{field}` has the path `{path}`, which is taken by {taken_by}");
    let help = "give each document a path of its own, such as `/cds-coverage.json`";
    report_at(report, &ROUTE_CONFLICT, source, pointer, message, help);
}

/// A file under `public/` that is linked to at a place that is taken.
pub(crate) fn find_file(report: &mut Report, file: &Source, path: &str, taken_by: &Claim) {
    let path = shown(path);
    let message = format!("the file is linked to at `{path}`, which is taken by {taken_by}");
    let finding = Finding::new(&ROUTE_CONFLICT, &file.path, message);
    report.push(finding.help("give the file another name, and correct the links to it"));
}

/// A place of a site that another site, whose name comes first, has already.
pub(crate) fn between_sites(placement: &Placement<'_>, other: &str) -> Finding {
    let message = format!("{}, which the site `{other}` has already", placement.what());
    let help = "of two sites the first by name is served there: correct the host or the path in \
                the one that has it by mistake";
    placement.finding(&ROUTE_CONFLICT, message).help(help)
}

/// A place that a document has by `hosts` and that another of the same site has already.
pub(crate) fn within_site(placement: &Placement<'_>, other: &Claim) -> Finding {
    let message = format!("{}, which is taken by {other}", placement.what());
    let help = "remove the host from `hosts`, or give each document a path of its own";
    placement.finding(&ROUTE_CONFLICT, message).help(help)
}

//! `linked-file-elsewhere`

use cds_metadata::Finding;

use crate::coverage::LISTING_FILE;
use crate::link::Link;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Maps, GeoJSON and other resources that the documents link to on their own host are files
    /// under `public/`, and the coverage listing is one in `cds-coverage.json`.
    ///
    /// ## Why it matters
    ///
    /// Such a link is passed on to the portal. If the portal has the file, all is well; if not,
    /// Clients get its error page.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "geojson_resource": "https://demoutility.com/maps/west.json" }
    /// ```
    ///
    /// without a file `public/maps/west.json`.
    ///
    /// ## Mend
    ///
    /// Put the file under `public/`, at the path of its URL; save the coverage listing as
    /// `cds-coverage.json`, exactly so. If the portal serves it, nothing is to be done.
    pub static LINKED_FILE_ELSEWHERE: Rule =
        "linked-file-elsewhere", Info, Advice, "CDS-WG1-01 §4.3, §8";
}

/// All links of a site to files that are not there, told as one.
pub(crate) fn find(first: &Link<'_>, path: &str, count: usize) -> Finding {
    let message = match count {
        1 => format!("`{path}` is on this site's host, but not under `public/`"),
        count => format!(
            "{count} linked files are on this site's host, but not under `public/`: `{path}` is one"
        ),
    };
    let help = format!("put the file at `public{path}`, unless the portal serves it");
    first.finding(&LINKED_FILE_ELSEWHERE, message).help(help)
}

/// The coverage listing of an endpoint that has no file of it.
pub(crate) fn find_coverage(link: &Link<'_>, prefix: &str) -> Finding {
    let file = format!("{prefix}{LISTING_FILE}");
    let message = format!("the coverage listing is on this site's host, but there is no `{file}`");
    let help = format!("save the listing as `{file}`, unless the portal serves it");
    link.finding(&LINKED_FILE_ELSEWHERE, message).help(help)
}

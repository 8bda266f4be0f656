//! `listing-is-a-page`

use crate::listing::Listing;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};

rule! {
    /// ## What it checks
    ///
    /// A coverage file has no URL in `next` or `previous`.
    ///
    /// ## Why it matters
    ///
    /// The file is taken for the whole listing; pages and the links between them are made from
    /// it. A file that was copied from a Server may be one page of several.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage_entries": [], "next": "https://example.org/cds-coverage.json?page=2" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Put all entries into the file, or further files of them into `coverage/`, and write `null`.
    pub static LISTING_IS_A_PAGE: Rule =
        "listing-is-a-page", Warning, Interop, "CDS-WG1-01 §4.1";
}

pub(crate) fn check(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    for (name, slot) in [("next", &listing.next), ("previous", &listing.previous)] {
        if slot.text().is_none() {
            continue;
        }
        scope.find(&LISTING_IS_A_PAGE, Spot::Value(&[Step::Key(name)]), || {
            Words::new(format!(
                "`{name}` has a URL, as if the file were one page of several"
            ))
            .help("give the whole listing and write `null`: pages are made from it")
        });
    }
}

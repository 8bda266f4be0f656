//! `moved-too-long-ago`

use cds_metadata::{Finding, Place};

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// A site that says when it moved (`since`) did so less than three years ago.
    ///
    /// ## Why it matters
    ///
    /// The specification asks for the redirect for up to three years. After that it only keeps
    /// an old domain alive.
    ///
    /// ## Example
    ///
    /// ```toml
    /// moved_to = "https://new.example.org/.well-known/cds-server-metadata.json"
    /// since = 2019-05-01
    /// ```
    ///
    /// ## Mend
    ///
    /// Retire the old domain, or turn the rule off.
    pub static MOVED_TOO_LONG_AGO: Rule =
        "moved-too-long-ago", Info, Spec, "CDS-WG1-01 §5";
}

/// A move that is longer ago than a redirect is asked for.
pub(crate) fn find(file: &str, since: &str, place: Place) -> Finding {
    let message = format!("the site moved on {since}, more than three years ago");
    Finding::new(&MOVED_TOO_LONG_AGO, file, message)
        .place(Some(place))
        .help("the redirect is no longer asked for: the old domain can be retired")
}

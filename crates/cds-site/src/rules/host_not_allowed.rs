//! `host-not-allowed`

use cds_metadata::Finding;

use crate::placement::Placement;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Where the operator binds each site of a directory of sites to the host that its directory
    /// is named after (`bind = "directory"`), its documents, the files that they link to, and its
    /// `hosts` are on that host or on subdomains of it.
    ///
    /// ## Why it matters
    ///
    /// Sites that belong to different people must not answer for each other. What is on another
    /// host is not served; what else the site has is.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "coverage": "https://static.example/cds-coverage.json" }
    /// ```
    ///
    /// in the directory `demoutility.com/`.
    ///
    /// ## Mend
    ///
    /// Correct the host, as in `https://static.demoutility.com/cds-coverage.json`. If it is right,
    /// the directory has the wrong name.
    pub static HOST_NOT_ALLOWED: Rule =
        "host-not-allowed", Error, Advice, "RFC 9110 §4.2", structural;
}

/// A place of a site that is bound to another host.
pub(crate) fn find(placement: &Placement<'_>, bound_to: &str) -> Finding {
    let message = format!(
        "{}, but the site is bound to `{bound_to}`",
        placement.what()
    );
    let help = format!("write `{bound_to}` or a subdomain of it, or rename the directory");
    placement.finding(&HOST_NOT_ALLOWED, message).help(help)
}

//! `host-unlike-directory`

use cds_metadata::Finding;

use crate::host;
use crate::placement::Placement;
use crate::site::Site;

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Where a site of a directory of sites is in a directory that is named after a host, its
    /// metadata object is on that host, on a subdomain of it, or on one of the `hosts` of
    /// `site.toml`.
    ///
    /// ## Why it matters
    ///
    /// A document answers on the host of its own URL and nowhere else. With a slip in
    /// `cds_metadata_url`, or another site's, Clients find nothing where they look for it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "cds_metadata_url": "https://demoutilty.com/.well-known/cds-server-metadata.json" }
    /// ```
    ///
    /// in the directory `demoutility.com/`.
    ///
    /// ## Mend
    ///
    /// Correct the host. If it is right, rename the directory, or name the host in `hosts` too.
    /// `bind = "directory"` makes an error of it (`host-not-allowed`).
    pub static HOST_UNLIKE_DIRECTORY: Rule =
        "host-unlike-directory", Warning, Advice, "RFC 9110 §4.2";
}

/// The place of a metadata object whose site is named after another host.
pub(crate) fn find(placement: &Placement<'_>, site: &Site, name: &str) -> Option<Finding> {
    let named_after = named_after(name)?;
    let host = &placement.host;
    let is_meant = site.aliases().iter().any(|alias| alias.host == *host);
    if !placement.is_of_front() || is_meant || host::is_within(host, &named_after) {
        return None;
    }
    let message = format!(
        "{}, so the site answers there, but its directory is named after `{named_after}`",
        placement.what()
    );
    let help = format!(
        "write `{named_after}` or a subdomain of it; if `{host}` is right, rename the directory, or \
         add it to `hosts` in site.toml"
    );
    Some(
        placement
            .finding(&HOST_UNLIKE_DIRECTORY, message)
            .help(help),
    )
}

/// The host that a directory is certainly named after: `west` and `site.2` are only names.
fn named_after(name: &str) -> Option<String> {
    let host = host::parse(name).ok()?;
    let (_, top) = host.rsplit_once('.')?;
    let is_domain = top.len() > 1 && top.starts_with(|first: char| first.is_ascii_alphabetic());
    is_domain.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_named_after_a_host_if_it_looks_like_one() {
        for (name, host) in [
            ("demoutility.com", Some("demoutility.com")),
            ("Portal.Example.", Some("portal.example")),
            ("xn--bcher-kva.xn--p1ai", Some("xn--bcher-kva.xn--p1ai")),
            ("west", None),
            ("site.2", None),
            ("10.0.0.5", None),
            ("old site.com", None),
        ] {
            assert_eq!(named_after(name).as_deref(), host, "{name}");
        }
    }
}

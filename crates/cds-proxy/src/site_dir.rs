//! Telling a site directory from a directory of sites.

use std::fs;
use std::io;
use std::path::Path;

/// The document that every site has, unless it has moved.
pub(crate) const METADATA: &str = "cds-server-metadata.json";

/// Any of these makes a directory a site; what else is missing is then a finding.
const SITE_FILES: [&str; 3] = [METADATA, "cds-coverage.json", "site.toml"];

/// Whether a directory has anything of a site in it.
pub(crate) fn is_site(dir: &Path) -> bool {
    let has = |name: &str| fs::symlink_metadata(dir.join(name)).is_ok();
    SITE_FILES.iter().copied().any(has)
}

/// Whether a directory that is no site itself has any in it.
///
/// # Errors
///
/// When it can't be read.
pub(crate) fn has_sites(dir: &Path) -> io::Result<bool> {
    let names = cds_live::site_names(dir)?;
    Ok(!is_site(dir) && names.iter().any(|name| is_site(&dir.join(name))))
}

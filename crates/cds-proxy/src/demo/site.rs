//! The demo site's files.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Path inside the site, and content.
type Asset = (&'static str, &'static [u8]);

macro_rules! assets {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_bytes!(concat!("site/", $path)))),+]
    };
}

const ASSETS: &[Asset] = assets![
    "cds-coverage.json",
    "public/.well-known/oauth-authorization-server",
    "public/maps/electric.svg",
    "public/maps/gas-and-water.svg",
    "public/territories/electric-east.json",
    "public/territories/electric-west.json",
    "public/territories/gas.json",
    // The last: what breaks off before it is not taken for a site.
    "cds-server-metadata.json",
];

/// Writes the site, unless there is one already. Says whether it did.
///
/// # Errors
///
/// When the directory holds something else, or can't be written.
pub(super) fn write_if_missing(dir: &Path) -> anyhow::Result<bool> {
    if dir.join("cds-server-metadata.json").exists() {
        return Ok(false);
    }
    if !is_empty_or_absent(dir)? {
        bail!(
            "{} is there but holds no cds-server-metadata.json, so nothing is written into it; \
             choose a new directory with --dir",
            dir.display()
        );
    }
    for (path, content) in ASSETS {
        let path = dir.join(path);
        write(&path, content).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(true)
}

fn is_empty_or_absent(dir: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => {
            Err(error).with_context(|| format!("can't read the directory {}", dir.display()))
        }
    }
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    File::create_new(path)?.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_written_once_and_never_overwritten() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("demo-site");
        assert!(write_if_missing(&dir).unwrap());
        let metadata = dir.join("cds-server-metadata.json");
        fs::write(&metadata, "edited").unwrap();
        assert!(!write_if_missing(&dir).unwrap());
        assert_eq!(fs::read_to_string(&metadata).unwrap(), "edited");
    }

    #[test]
    fn a_directory_of_something_else_is_left_alone() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("thesis.txt"), "").unwrap();
        let error = write_if_missing(temp.path()).unwrap_err().to_string();
        assert!(error.contains("--dir"), "{error}");
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_demo_site_has_no_findings_and_answers_for_every_file() {
        let temp = tempfile::tempdir().unwrap();
        write_if_missing(temp.path()).unwrap();
        let (sources, unreadable) = cds_live::read(temp.path(), cds_live::Limits::default());
        assert!(unreadable.is_empty(), "{unreadable:?}");
        let compiled = cds_site::compile(&sources, std::time::SystemTime::now(), None);
        assert_eq!(compiled.report.findings(), []);
        let site = compiled.site.unwrap();
        for path in [
            "/.well-known/cds-server-metadata.json",
            "/cds-coverage.json",
        ] {
            assert!(
                site.paths().contains(&path),
                "{path} is not in {:?}",
                site.paths()
            );
        }
        for (path, _) in ASSETS {
            if let Some(public) = path.strip_prefix("public") {
                assert!(
                    site.paths().contains(&public),
                    "{public} is not in {:?}",
                    site.paths()
                );
            }
        }
    }
}

//! A configuration file, and what it names.

use std::path::{Path, PathBuf};

use anyhow::bail;
use cds_live::Limits;

use super::target::Target;
use crate::config::{ConfigFile, Mistake};
use crate::rules::config_invalid::CONFIG_INVALID;

/// A configuration file that has been looked at.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) file: ConfigFile,
    /// The site that it names, with the limits that it sets.
    pub(super) site: Option<(PathBuf, Limits)>,
}

impl Config {
    /// Reads it, and looks for what it names.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut file = ConfigFile::read(path)?;
        file.check();
        let limits = file.layer().limits.of_sites();
        let site = match file.layer().site.dir.as_deref().map(site) {
            Some(Ok(directory)) => Some((directory, limits)),
            Some(Err(error)) => {
                file.add(vec![no_site(&error)]);
                None
            }
            None => None,
        };
        Ok(Self { file, site })
    }
}

fn site(path: &Path) -> anyhow::Result<PathBuf> {
    match Target::of(path)? {
        Target::Site(directory) => Ok(directory),
        Target::Stdin | Target::Document(_) | Target::Config(_) => bail!("this is a file"),
    }
}

fn no_site(error: &anyhow::Error) -> Mistake {
    Mistake {
        rule: &CONFIG_INVALID,
        key: "site.dir".to_owned(),
        message: format!("the site can't be read: {error:#}"),
        help: "give the directory that cds-server-metadata.json is in; it is looked for from \
               the folder of this file on"
            .to_owned(),
    }
}

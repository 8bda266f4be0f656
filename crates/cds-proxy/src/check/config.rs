//! A configuration file, and what it names.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::bail;
use cds_live::Limits;

use super::target::Target;
use crate::config::{ConfigFile, Layer, Mistake};
use crate::rules::certificate_expiring::CERTIFICATE_EXPIRING;
use crate::rules::config_invalid::CONFIG_INVALID;
use crate::server::tls::Certificate;

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
    pub(super) fn read(path: &Path, now: SystemTime) -> anyhow::Result<Self> {
        let mut file = ConfigFile::read(path)?;
        file.check();
        file.add(certificates(file.layer(), now));
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

/// What is wrong with the certificates.
fn certificates(layer: &Layer, now: SystemTime) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (listener, section) in layer.listen.iter().flatten().enumerate() {
        for (index, files) in section.tls.iter().flatten().enumerate() {
            let faulty = match Certificate::load(files) {
                Ok(certificate) => certificate.complaint(now).map(|complaint| Mistake {
                    rule: &CERTIFICATE_EXPIRING,
                    key: format!("listen.{listener}.tls.{index}.certificate"),
                    message: format!("{} {complaint}", files.certificate.display()),
                    help: "renew it; the new one is taken up without a restart".to_owned(),
                }),
                Err(fault) => Some(fault.into_mistake(listener, index)),
            };
            mistakes.extend(faulty);
        }
    }
    mistakes
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

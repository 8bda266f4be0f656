//! A configuration file, and what it names.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::bail;
use cds_live::Limits;

use super::target::Target;
use crate::config::{
    Bind, CertificateFiles, ConfigFile, Layer, Mistake, Place, SiteSection, UpstreamSection,
    UpstreamTls,
};
use crate::rules::config_invalid::CONFIG_INVALID;
use crate::server::tls::{Certificate, Role};
use crate::upstream::{Authorities, IDENTITY};

/// A configuration file that has been looked at.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) file: ConfigFile,
    /// Where the documents are that it names.
    pub(super) place: Option<Place>,
    /// How large they may be.
    pub(super) limits: Limits,
    /// Which hosts each of several sites may have.
    pub(super) bind: Bind,
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
        file.add(of_upstreams(&file.layer().upstream, now));
        let limits = file.layer().limits.of_sites();
        let bind = file.layer().site.bind.unwrap_or_default();
        let place = match place(&file.layer().site) {
            Ok(place) => place,
            Err(mistake) => {
                file.add(vec![mistake]);
                None
            }
        };
        Ok(Self {
            file,
            place,
            limits,
            bind,
        })
    }
}

/// What is wrong with the certificates.
fn certificates(layer: &Layer, now: SystemTime) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (listener, section) in layer.listen.iter().flatten().enumerate() {
        for (index, files) in section.tls.iter().flatten().enumerate() {
            let prefix = format!("listen.{listener}.tls.{index}.");
            mistakes.extend(certificate(files, Role::ForClients, &prefix, now));
        }
    }
    mistakes
}

/// What is wrong with whom upstreams' certificates are checked against, and with the one that they
/// are shown. The authorities of the system are another machine's, maybe.
fn of_upstreams(section: &UpstreamSection, now: SystemTime) -> Vec<Mistake> {
    let tls = UpstreamTls::of(section);
    let faulty = tls.ca.is_some().then(|| Authorities::load(&tls).err());
    let mut mistakes: Vec<_> = faulty.flatten().into_iter().collect();
    if let Some(files) = &tls.identity {
        mistakes.extend(certificate(files, Role::ForUpstreams, IDENTITY, now));
    }
    mistakes
}

/// What is wrong with a certificate; the keys of its files begin with `prefix`.
fn certificate(
    files: &CertificateFiles,
    role: Role,
    prefix: &str,
    now: SystemTime,
) -> Vec<Mistake> {
    let complaints = match Certificate::load(files, role) {
        Ok(certificate) => certificate.complaints(now),
        Err(fault) => return vec![fault.into_mistake(prefix)],
    };
    let complaints = complaints.into_iter();
    complaints
        .map(|complaint| Mistake {
            rule: complaint.rule,
            key: format!("{prefix}certificate"),
            message: format!("{} {complaint}", files.certificate.display()),
            help: complaint.help.to_owned(),
        })
        .collect()
}

/// Where the documents are, if anything says so.
fn place(section: &SiteSection) -> Result<Option<Place>, Mistake> {
    if let Some(path) = &section.sites {
        return match Target::sites(path) {
            Ok(_) => Ok(Some(Place::Sites(path.clone()))),
            Err(error) => Err(mistake(
                "site.sites",
                format!("the sites can't be read: {error:#}"),
                "give the directory that has a directory for each site",
            )),
        };
    }
    let Some(path) = &section.dir else {
        return Ok(None);
    };
    match Target::of(path).and_then(site) {
        Ok(dir) => Ok(Some(Place::Site(dir))),
        Err(error) => Err(mistake(
            "site.dir",
            format!("the site can't be read: {error:#}"),
            "give the directory that cds-server-metadata.json is in",
        )),
    }
}

fn site(target: Target) -> anyhow::Result<PathBuf> {
    match target {
        Target::Site(directory) => Ok(directory),
        Target::Sites(_) => bail!("this is a directory of sites, which `sites` is for"),
        Target::Stdin | Target::Document(_) | Target::Config(_) => bail!("this is a file"),
    }
}

fn mistake(key: &str, message: String, what: &str) -> Mistake {
    Mistake {
        rule: &CONFIG_INVALID,
        key: key.to_owned(),
        message,
        help: format!("{what}; it is looked for from the folder of this file on"),
    }
}

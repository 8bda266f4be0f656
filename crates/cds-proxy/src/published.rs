//! What is published: one site, or a directory of sites.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use cds_live::{LiveSite, LiveSites, Reload, State, Status};
use cds_site::{Body, Report, RequestHead, Respond};
use http::Response;

use crate::config::{Place, SiteSettings};
use crate::report::Results;
use crate::site_dir::{has_sites, is_site};

/// What is published.
#[derive(Debug, Clone)]
pub enum Published {
    /// One site, on every host.
    Site {
        /// Its directory, as it was given.
        dir: PathBuf,
        /// The site.
        live: LiveSite,
    },
    /// A directory of sites, each on its own hosts.
    Sites {
        /// The directory, as it was given.
        dir: PathBuf,
        /// The sites.
        live: LiveSites,
    },
}

impl Published {
    /// Opens what the settings name. Blocks until everything is read.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn open(settings: &SiteSettings) -> anyhow::Result<Self> {
        let opened = match &settings.place {
            Place::Site(dir) => {
                warn_of_sites(dir);
                let live = LiveSite::open_with(dir, &settings.live);
                live.map(|live| Self::Site {
                    dir: dir.clone(),
                    live,
                })
            }
            Place::Sites(dir) => {
                warn_of_site(dir);
                let live = LiveSites::open_with(dir, &settings.live);
                live.map(|live| Self::Sites {
                    dir: dir.clone(),
                    live,
                })
            }
        };
        opened.with_context(|| format!("{} can't be watched", settings.place.dir().display()))
    }

    /// Reads everything again; how it ended, by the names that operators know the sites by. Blocks
    /// until then.
    pub fn reload(&self) -> Vec<(Arc<str>, Reload)> {
        match self {
            Self::Site { dir, live } => vec![(dir.to_string_lossy().into(), live.reload())],
            Self::Sites { live, .. } => {
                let ended = live.reload_all().into_iter();
                ended.map(|ended| (ended.name, ended.reload)).collect()
            }
        }
    }

    /// The states of all sites, by the names that operators know them by.
    pub fn statuses(&self) -> Vec<(Arc<str>, Status)> {
        match self {
            Self::Site { dir, live } => vec![(dir.to_string_lossy().into(), live.status())],
            Self::Sites { live, .. } => live.statuses(),
        }
    }

    /// What is wrong with the directory that the sites are in.
    pub fn directory(&self) -> Arc<Report> {
        match self {
            Self::Site { .. } => Arc::default(),
            Self::Sites { live, .. } => live.report(),
        }
    }

    /// Whether any site is failing, or the directory that they are in.
    pub fn is_failing(&self) -> bool {
        let is_failing = |status: &Status| status.state == State::Failing;
        self.directory().has_errors()
            || self.statuses().iter().any(|(_, status)| is_failing(status))
    }

    /// Everything that was found.
    pub fn results(&self) -> Results {
        let mut results = Results::new();
        match self {
            Self::Site { dir, live } => {
                results.add_site(dir, [], &live.status().last_reload.report);
            }
            Self::Sites { dir, live } => {
                results.add_site(Path::new(""), [], &live.report());
                for (name, status) in live.statuses() {
                    results.add_site(&dir.join(&*name), [], &status.last_reload.report);
                }
            }
        }
        results
    }
}

impl Respond for Published {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        match self {
            Self::Site { live, .. } => live.respond(head),
            Self::Sites { live, .. } => live.respond(head),
        }
    }
}

/// A site that is given as a directory of sites has none in it that anyone means.
fn warn_of_site(dir: &Path) {
    if is_site(dir) {
        tracing::warn!(
            sites = %dir.display(),
            "this is a site itself, not a directory of sites: give it by --site"
        );
    }
}

/// A directory of sites that is given as a site has no documents of its own.
fn warn_of_sites(dir: &Path) {
    // One that can't be read is told of as any site is.
    if has_sites(dir).unwrap_or(false) {
        tracing::warn!(
            site = %dir.display(),
            "this is a directory of sites, not a site itself: give it by --sites"
        );
    }
}

//! What the thread of many sites and its handles share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cds_site::{Report, SiteSet, SiteSetHandle};

use crate::inbox::SiteId;
use crate::reload::SiteReload;
use crate::status::{Status, Watching};
use crate::subscribers::Subscribers;

/// Many sites, as both sides see them.
#[derive(Debug)]
pub(crate) struct Group {
    /// The directory of sites, absolute, as it was named.
    pub(crate) directory: PathBuf,
    /// The sites that are served.
    pub(crate) handle: SiteSetHandle,
    pub(crate) subscribers: Subscribers<SiteReload>,
    table: Mutex<Table>,
}

/// Everything that is known of the sites besides what they serve.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) sites: BTreeMap<Arc<str>, Entry>,
    /// How changes are noticed, in most of them.
    pub(crate) watching: Watching,
    /// What is wrong with the directory of sites itself.
    pub(crate) report: Arc<Report>,
}

/// One of the sites.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: SiteId,
    /// As it is, except for `watching` while the site isn't polled for a reason of its own.
    pub(crate) status: Status,
}

impl Group {
    pub(crate) fn new(directory: PathBuf, sites: SiteSet) -> Self {
        Self {
            directory,
            handle: SiteSetHandle::new(sites),
            subscribers: Subscribers::new(BACKLOG),
            table: Mutex::new(Table {
                sites: BTreeMap::new(),
                watching: Watching::Ended,
                report: Arc::default(),
            }),
        }
    }

    pub(crate) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The state of a site.
    pub(crate) fn status(&self, name: &str) -> Option<Status> {
        self.sites.get(name).map(|entry| self.complete(entry))
    }

    /// The states of all sites.
    pub(crate) fn statuses(&self) -> Vec<(Arc<str>, Status)> {
        let sites = self.sites.iter();
        sites
            .map(|(name, entry)| (Arc::clone(name), self.complete(entry)))
            .collect()
    }

    fn complete(&self, entry: &Entry) -> Status {
        let mut status = entry.status.clone();
        if !status.watching.is_polling() || self.watching == Watching::Ended {
            status.watching = self.watching.clone();
        }
        status
    }
}

/// Many more than are published in one step.
const BACKLOG: usize = 1024;

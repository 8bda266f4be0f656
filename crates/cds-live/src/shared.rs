//! What the thread of one site and its handles share.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use cds_site::SiteHandle;

use crate::reload::Reload;
use crate::status::Status;
use crate::subscribers::Subscribers;

/// One site, as both sides see it.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The directory, absolute, as it was named.
    pub(crate) directory: PathBuf,
    /// The site that is served.
    pub(crate) handle: SiteHandle,
    pub(crate) subscribers: Subscribers<Reload>,
    status: Mutex<Status>,
}

impl Shared {
    pub(crate) fn new(directory: PathBuf, handle: SiteHandle) -> Self {
        Self {
            directory,
            handle,
            subscribers: Subscribers::new(BACKLOG),
            status: Mutex::new(Status::nothing_read_yet()),
        }
    }

    pub(crate) fn status(&self) -> Status {
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Status)) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut status);
    }
}

const BACKLOG: usize = 256;

//! What a site's thread and its handles share.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use cds_site::SiteHandle;

use crate::reload::Reload;
use crate::status::Status;

/// One site, as both sides see it.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The directory, absolute, as it was named.
    pub(crate) directory: PathBuf,
    /// The site that is served.
    pub(crate) handle: SiteHandle,
    status: Mutex<Status>,
    subscribers: Mutex<Vec<mpsc::SyncSender<Reload>>>,
}

impl Shared {
    pub(crate) fn new(directory: PathBuf, handle: SiteHandle, status: Status) -> Self {
        let subscribers = Mutex::default();
        Self {
            directory,
            handle,
            status: Mutex::new(status),
            subscribers,
        }
    }

    pub(crate) fn status(&self) -> Status {
        lock(&self.status).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut lock(&self.status));
    }

    pub(crate) fn subscribe(&self) -> mpsc::Receiver<Reload> {
        let (sender, receiver) = mpsc::sync_channel(BACKLOG);
        lock(&self.subscribers).push(sender);
        receiver
    }

    /// Tells every subscriber. One that is behind misses this; one that is gone is forgotten.
    pub(crate) fn tell(&self, reload: &Reload) {
        lock(&self.subscribers).retain(|subscriber| {
            let sent = subscriber.try_send(reload.clone());
            !matches!(sent, Err(mpsc::TrySendError::Disconnected(_)))
        });
    }

    /// Lets every subscriber see the end.
    pub(crate) fn end(&self) {
        lock(&self.subscribers).clear();
    }
}

/// How far behind a subscriber may be.
const BACKLOG: usize = 256;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

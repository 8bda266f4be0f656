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
    /// None once the thread has ended.
    subscribers: Mutex<Option<Vec<mpsc::SyncSender<Reload>>>>,
}

impl Shared {
    pub(crate) fn new(directory: PathBuf, handle: SiteHandle, status: Status) -> Self {
        let subscribers = Mutex::new(Some(Vec::new()));
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

    /// Every reload from now on; a receiver that has ended already if the thread has.
    pub(crate) fn subscribe(&self) -> mpsc::Receiver<Reload> {
        let (sender, receiver) = mpsc::sync_channel(BACKLOG);
        if let Some(subscribers) = lock(&self.subscribers).as_mut() {
            subscribers.push(sender);
        }
        receiver
    }

    /// Tells every subscriber. One that is behind misses this; one that is gone is forgotten.
    pub(crate) fn tell(&self, reload: &Reload) {
        if let Some(subscribers) = lock(&self.subscribers).as_mut() {
            subscribers.retain(|subscriber| {
                let sent = subscriber.try_send(reload.clone());
                !matches!(sent, Err(mpsc::TrySendError::Disconnected(_)))
            });
        }
    }

    /// Lets every subscriber see the end.
    pub(crate) fn end(&self) {
        *lock(&self.subscribers) = None;
    }
}

/// How far behind a subscriber may be.
const BACKLOG: usize = 256;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use cds_site::{Site, SiteHandle};

    use super::*;

    #[test]
    fn whoever_subscribes_after_the_end_is_not_kept_waiting() {
        let handle = SiteHandle::new(Site::unavailable());
        let shared = Shared::new(PathBuf::from("/cds"), handle, Status::nothing_read_yet());
        let before = shared.subscribe();
        shared.end();
        assert!(before.recv().is_err());
        assert!(shared.subscribe().recv().is_err());
    }
}

//! How many connections there is room for.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::life::{Life, Phase};

/// Room for connections of clients, shared by all listeners that serve them, or for requests.
#[derive(Debug, Clone)]
pub struct Room {
    places: Arc<Semaphore>,
    size: usize,
}

/// A place, free again when it is dropped.
pub type Place = OwnedSemaphorePermit;

impl Room {
    /// Room for whoever comes.
    pub fn boundless() -> Self {
        Self::of(Semaphore::MAX_PERMITS)
    }

    /// Room for this many.
    pub fn of(size: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(size.min(Semaphore::MAX_PERMITS))),
            size,
        }
    }

    /// How many there is room for.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether whoever comes next must wait.
    pub(super) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// A place, once there is one; `None` when nothing more is accepted before that.
    pub(super) async fn take_while(&self, life: &Life) -> Option<Place> {
        tokio::select! {
            biased;
            // It is never closed.
            place = Arc::clone(&self.places).acquire_owned() => place.ok(),
            () = life.reached(Phase::HandedOver) => None,
        }
    }

    /// A place, if there is one in time.
    pub async fn take_within(&self, limit: Duration) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        let place = Arc::clone(&self.places).acquire_owned();
        timeout(limit, place).await.ok()?.ok()
    }
}

/// Lets this process open as many files as it may, and says how many connections fit, those of
/// clients and those to upstreams together.
pub fn capacity() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is refused, the limit that there is holds.
    let _ = setrlimit(Resource::Nofile, limit);
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    files.saturating_sub(RESERVE)
}

/// For listeners, the admin endpoint's connections, the site's files, logs and what else is open.
const RESERVE: usize = 64;

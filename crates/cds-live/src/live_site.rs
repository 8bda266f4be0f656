//! A site directory that is watched.

use std::io;
use std::path::Path;
use std::sync::{Arc, mpsc};

use cds_site::{Body, RequestHead, Respond, Site, SiteHandle};

use crate::inbox::Inbox;
use crate::one::{One, SITE};
use crate::options::Options;
use crate::read;
use crate::reload::Reload;
use crate::shared::Shared;
use crate::status::Status;
use crate::subscription::Subscription;
use crate::worker::Worker;

/// A site directory that is watched. Clones share one watcher; dropping the last ends it.
///
/// What is served changes; each [`Site`] never does. A request is answered from one of them.
#[derive(Debug, Clone)]
pub struct LiveSite {
    /// Beside `shared`, so that a request takes one step less.
    handle: SiteHandle,
    shared: Arc<Shared>,
    worker: Arc<Worker>,
}

impl LiveSite {
    /// Opens a directory: arms the watch, reads, and goes on watching in a thread of its own.
    ///
    /// Files with errors are no failure, nor is a directory that doesn't exist: the site answers
    /// 503 until they are mended, and [`LiveSite::status`] says why.
    ///
    /// # Blocking
    ///
    /// Until the files are read and compiled, and while files are being written at the moment,
    /// for up to five seconds longer. An async program opens before its runtime starts, or on a
    /// thread that may block (`tokio::task::spawn_blocking`).
    ///
    /// # Errors
    ///
    /// When the thread can't be started.
    pub fn open(dir: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_with(dir, &Options::new())
    }

    /// Like [`LiveSite::open`], with other options. Blocks as it does.
    ///
    /// # Errors
    ///
    /// When the thread can't be started.
    pub fn open_with(dir: impl AsRef<Path>, options: &Options) -> io::Result<Self> {
        let directory = read::absolute(dir.as_ref());
        let handle = SiteHandle::new(Site::unavailable());
        let shared = Arc::new(Shared::new(directory, handle.clone()));
        let inbox = Arc::new(Inbox::default());
        let site = One::new(options.clone(), Arc::clone(&shared), Arc::clone(&inbox));
        let first = request(&inbox);
        let worker = Arc::new(Worker::start(inbox, site)?);
        // Only a thread that ended gives no answer; the status says what there is to say.
        let _ = first.recv();
        Ok(Self {
            handle,
            shared,
            worker,
        })
    }

    /// Reads the directory now and says how it ended.
    ///
    /// Waits until the files stand still, as every re-read does; while they go on changing, the
    /// answer is [`Outcome::Kept`](crate::Outcome::Kept) after five seconds.
    ///
    /// # Blocking
    ///
    /// Until the reload has ended, as [`LiveSite::open`] does. [`LiveSite::subscribe`] tells of
    /// reloads without asking for one.
    pub fn reload(&self) -> Reload {
        let reply = request(&self.worker.inbox);
        reply.recv().unwrap_or_else(|_| self.status().last_reload)
    }

    /// Every reload from now on, until the last handle is dropped.
    ///
    /// A subscriber that is 256 reloads behind misses those that follow until it catches up;
    /// [`Subscription::missed`] counts them.
    pub fn subscribe(&self) -> Subscription<Reload> {
        self.shared.subscribers.subscribe()
    }

    /// The state now.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// The site that is served now.
    pub fn site(&self) -> Arc<Site> {
        self.handle.load()
    }

    /// The directory, absolute.
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }
}

impl Respond for LiveSite {
    fn respond(&self, head: RequestHead<'_>) -> Option<http::Response<Body>> {
        self.handle.respond(head)
    }
}

fn request(inbox: &Inbox) -> mpsc::Receiver<Reload> {
    let (reply, replies) = mpsc::sync_channel(1);
    inbox.request(SITE, reply);
    replies
}

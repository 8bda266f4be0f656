//! Site directories read, watched and swapped while they are served.
//!
//! Placeholder of the public interface; see each item.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use cds_site::{Body, Report, RequestHead, Respond, Site, SiteHandle};

/// A site directory that is watched. Clones share one watcher; dropping the last ends it.
#[derive(Debug, Clone)]
pub struct LiveSite {
    handle: SiteHandle,
}

/// How a re-read ended.
#[derive(Debug, Clone)]
pub struct Reload {
    /// What came of it.
    pub outcome: Outcome,
    /// When it ended.
    pub at: SystemTime,
    /// How long reading, checking and compiling took.
    pub duration: Duration,
    /// All findings, warnings and advice included.
    pub report: Arc<Report>,
}

/// What came of a re-read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Another site is served now.
    Swapped,
    /// Nothing differs from what is served.
    Unchanged,
    /// The files have errors: what was served before still is.
    Kept,
}

/// Whether what is in the files is what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    Good,
    /// The files have errors; the last good site is served, or none.
    Failing,
}

/// What may be read of a site directory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest document, in bytes; 1 GiB by default.
    pub document_size: u64,
    /// The largest file under `public/`, in bytes; 256 MiB by default.
    pub file_size: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_size: 1 << 30,
            file_size: 256 << 20,
        }
    }
}

/// Reads a site directory once; what can't be read becomes `file-unreadable` findings.
pub fn read(_dir: impl AsRef<Path>, _limits: Limits) -> (cds_site::Sources, Report) {
    (cds_site::Sources::new(), Report::new())
}

/// A site's state at one moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether the last try succeeded.
    pub state: State,
    /// How many sites have been served so far; 0 while there was never a good one.
    pub generation: u64,
    /// When the site that is served was taken up.
    pub loaded_at: Option<SystemTime>,
    /// How the last try ended.
    pub last_reload: Reload,
}

impl LiveSite {
    /// Opens a directory: arms the watch, reads, and goes on watching in a thread of its own.
    pub fn open(_dir: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self {
            handle: SiteHandle::new(Site::unavailable()),
        })
    }

    /// Reads the directory now and says how it ended.
    pub fn reload(&self) -> Reload {
        self.status().last_reload
    }

    /// Every reload from now on.
    pub fn subscribe(&self) -> mpsc::Receiver<Reload> {
        mpsc::channel().1
    }

    /// The state now.
    pub fn status(&self) -> Status {
        Status {
            state: State::Failing,
            generation: 0,
            loaded_at: None,
            last_reload: Reload {
                outcome: Outcome::Kept,
                at: SystemTime::UNIX_EPOCH,
                duration: Duration::ZERO,
                report: Arc::default(),
            },
        }
    }

    /// The site that is served now.
    pub fn site(&self) -> Arc<Site> {
        self.handle.load()
    }
}

impl Respond for LiveSite {
    fn respond(&self, head: RequestHead<'_>) -> Option<http::Response<Body>> {
        self.handle.respond(head)
    }
}

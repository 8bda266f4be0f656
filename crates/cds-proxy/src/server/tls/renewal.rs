//! Taking up certificates that were renewed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// What is read of files, and again when they change.
pub trait Renewable: Send {
    /// The files.
    fn files(&self) -> Vec<&Path>;

    /// Reads them again, takes up what has changed, and tells of it.
    fn renew(&self);
}

/// Looks at the files of certificates, for as long as it is kept.
#[derive(Debug)]
pub struct Renewal {
    wake: Sender<()>,
}

/// How often files are looked at. Two calls of the system for each certificate, and no event that
/// a file system could keep to itself: certificates come by volume mounts and links as documents
/// do.
const INTERVAL: Duration = Duration::from_millis(500);

impl Renewal {
    /// Begins to look, in a thread of its own.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub fn start(all: Vec<Box<dyn Renewable>>) -> io::Result<Self> {
        let (wake, woken) = channel();
        let watches = all.into_iter().map(Watch::of).collect();
        thread::Builder::new()
            .name("certificates".to_owned())
            .spawn(move || look(watches, &woken))?;
        Ok(Self { wake })
    }

    /// Has all files read again at once, whether or not they look changed.
    pub fn look_again(&self) {
        // The thread lives as long as the sender.
        let _ = self.wake.send(());
    }
}

fn look(mut watches: Vec<Watch>, woken: &Receiver<()>) {
    loop {
        match woken.recv_timeout(INTERVAL) {
            Ok(()) => watches.iter_mut().for_each(Watch::take_up),
            Err(RecvTimeoutError::Timeout) => watches.iter_mut().for_each(Watch::look),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Something that is looked after.
struct Watch {
    subject: Box<dyn Renewable>,
    /// What the files looked like when they were last read.
    read: Vec<Option<Stamp>>,
    /// What they looked like when they were last looked at.
    seen: Vec<Option<Stamp>>,
}

impl Watch {
    fn of(subject: Box<dyn Renewable>) -> Self {
        // Read once more at first: they may have changed since they were.
        let unknown = vec![None; subject.files().len()];
        Self {
            subject,
            read: unknown.clone(),
            seen: unknown,
        }
    }

    /// Reads the files once they have changed and then stood still. Certificate and key are two
    /// files: between the two they don't fit together.
    fn look(&mut self) {
        let now = self.stamps();
        if now == self.seen && now != self.read {
            self.take_up();
        }
        self.seen = now;
    }

    fn take_up(&mut self) {
        self.read = self.stamps();
        self.subject.renew();
    }

    fn stamps(&self) -> Vec<Option<Stamp>> {
        let stamp = |path: &Path| Some(Stamp::from(&path.metadata().ok()?));
        self.subject.files().into_iter().map(stamp).collect()
    }
}

/// What tells one state of a file from another without reading it. `ctime` can't be set by
/// programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    size: u64,
    mtime: (i64, i64),
    ctime: (i64, i64),
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

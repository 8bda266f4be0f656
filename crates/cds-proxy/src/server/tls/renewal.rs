//! Taking up certificates that were renewed.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime};

/// What is read of files, and again when they change.
pub trait Renewable: fmt::Debug + Send + Sync {
    /// The files.
    fn files(&self) -> Vec<&Path>;

    /// Reads them again, takes up what has changed, and tells of it.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and what to do.
    fn renew(&self) -> Result<(), String>;

    /// When what is used ends, if it is a certificate of our own.
    fn ends(&self) -> Option<SystemTime> {
        None
    }
}

/// Looks at the files of certificates, for as long as it is kept.
#[derive(Debug, Clone)]
pub struct Renewal {
    all: Arc<[Box<dyn Renewable>]>,
    /// Has all read again; what is wrong is answered.
    wake: Sender<Sender<Vec<String>>>,
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
        let all: Arc<[_]> = all.into();
        let watches = (0..all.len()).filter_map(|index| Watch::of(&all, index));
        let watches = watches.collect();
        thread::Builder::new()
            .name("certificates".to_owned())
            .spawn(move || look(watches, &woken))?;
        Ok(Self { all, wake })
    }

    /// Has all files read again at once, whether or not they look changed.
    pub fn look_again(&self) {
        self.wake();
    }

    /// The same, and waits until that has ended. What is wrong with files, each with what to do.
    pub fn faults(&self) -> Vec<String> {
        self.wake().recv().unwrap_or_default()
    }

    /// When our own certificates end, each with its file.
    pub fn ends(&self) -> impl Iterator<Item = (&Path, SystemTime)> {
        let all = self.all.iter();
        all.filter_map(|it| Some((*it.files().first()?, it.ends()?)))
    }

    fn wake(&self) -> Receiver<Vec<String>> {
        let (answer, answered) = channel();
        // The thread lives as long as the sender.
        let _ = self.wake.send(answer);
        answered
    }
}

fn look(mut watches: Vec<Watch>, woken: &Receiver<Sender<Vec<String>>>) {
    loop {
        match woken.recv_timeout(INTERVAL) {
            Ok(answer) => {
                let faults = watches.iter_mut().filter_map(Watch::take_up).collect();
                // Whoever sent a signal waits for no answer.
                let _ = answer.send(faults);
            }
            Err(RecvTimeoutError::Timeout) => watches.iter_mut().for_each(Watch::look),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Something that is looked after.
struct Watch {
    all: Arc<[Box<dyn Renewable>]>,
    index: usize,
    /// What the files looked like when they were last read.
    read: Vec<Option<Stamp>>,
    /// What they looked like when they were last looked at.
    seen: Vec<Option<Stamp>>,
}

impl Watch {
    fn of(all: &Arc<[Box<dyn Renewable>]>, index: usize) -> Option<Self> {
        // Read once more at first: they may have changed since they were.
        let unknown = vec![None; all.get(index)?.files().len()];
        Some(Self {
            all: Arc::clone(all),
            index,
            read: unknown.clone(),
            seen: unknown,
        })
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

    /// What is wrong with the files.
    fn take_up(&mut self) -> Option<String> {
        self.read = self.stamps();
        let fault = self.subject()?.renew().err()?;
        tracing::error!("{fault}");
        Some(fault)
    }

    fn subject(&self) -> Option<&dyn Renewable> {
        self.all.get(self.index).map(|subject| &**subject)
    }

    fn stamps(&self) -> Vec<Option<Stamp>> {
        let stamp = |path: &Path| Some(Stamp::from(&path.metadata().ok()?));
        let files = self.subject().map(Renewable::files).unwrap_or_default();
        files.into_iter().map(stamp).collect()
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

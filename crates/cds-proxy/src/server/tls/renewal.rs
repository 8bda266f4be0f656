//! Taking up certificates that were renewed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime};

use super::certificate::Certificate;
use super::certificates::Certificates;

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
    pub fn start(all: &[Arc<Certificates>]) -> io::Result<Self> {
        let (wake, woken) = channel();
        let watches = all.iter().flat_map(watches).collect();
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

/// One certificate that is looked after.
#[derive(Debug)]
struct Watch {
    certificates: Arc<Certificates>,
    index: usize,
    /// What the files looked like when they were last read.
    read: [Option<Stamp>; 2],
    /// What they looked like when they were last looked at.
    seen: [Option<Stamp>; 2],
}

fn watches(certificates: &Arc<Certificates>) -> Vec<Watch> {
    // Read once more at first: they may have changed since they were.
    let watch = |index| Watch {
        certificates: Arc::clone(certificates),
        index,
        read: [None, None],
        seen: [None, None],
    };
    (0..certificates.files().len()).map(watch).collect()
}

impl Watch {
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
        let Some(files) = self.certificates.files().get(self.index) else {
            return;
        };
        let path = files.certificate.display();
        let certificate = match Certificate::load(files, self.certificates.role) {
            Ok(certificate) => certificate,
            Err(fault) => {
                return tracing::error!(
                    "{}: {}; the certificate that was there is used on",
                    fault.message,
                    fault.help
                );
            }
        };
        let before = self.certificates.now();
        if before
            .get(self.index)
            .is_some_and(|it| it.is_same_as(&certificate))
        {
            return;
        }
        tracing::info!("the certificate {path} is renewed: {certificate}");
        for complaint in certificate.complaints(SystemTime::now()) {
            tracing::warn!("the certificate {path} {complaint}");
        }
        self.certificates.replace(self.index, certificate);
    }

    fn stamps(&self) -> [Option<Stamp>; 2] {
        let files = self.certificates.files().get(self.index);
        let stamp = |path: &Path| Some(Stamp::from(&path.metadata().ok()?));
        [
            files.and_then(|files| stamp(&files.certificate)),
            files.and_then(|files| stamp(&files.key)),
        ]
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

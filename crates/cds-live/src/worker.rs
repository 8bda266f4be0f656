//! The thread that keeps up with site directories.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crate::inbox::{Inbox, Mail};
use crate::watch::Watch;

/// What a thread keeps up with.
pub(crate) trait Charge: Send + 'static {
    /// When there is something to do without mail.
    fn due(&self) -> Option<Instant>;

    /// Takes mail, except for directories to forget, which the watch has been told.
    fn take(&mut self, mail: Mail, now: Instant);

    /// Does what is due.
    fn work(&mut self, watch: &mut Watch);

    /// Does what must not be left undone; there is no later.
    fn end(&mut self);
}

/// Ends the thread when the last handle is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) inbox: Arc<Inbox>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(inbox: Arc<Inbox>, charge: impl Charge) -> io::Result<Self> {
        let closing = CloseAtEnd(Arc::clone(&inbox));
        thread::Builder::new()
            .name("cds-live".into())
            .spawn(move || run(&closing.0, charge))?;
        Ok(Self { inbox })
    }
}

impl Drop for Worker {
    /// Doesn't wait for the thread: a handle may be dropped where nothing may block.
    fn drop(&mut self) {
        self.inbox.close();
    }
}

/// Closes the inbox however the thread ends, so that nobody waits for an answer from it.
struct CloseAtEnd(Arc<Inbox>);

impl Drop for CloseAtEnd {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn run(inbox: &Arc<Inbox>, mut charge: impl Charge) {
    let mut watch = Watch::new(Arc::clone(inbox));
    while let Some(mail) = inbox.wait(charge.due()) {
        for directory in &mail.unwatched {
            watch.forget(directory);
        }
        if mail.lost {
            watch.distrust();
        }
        charge.take(mail, Instant::now());
        charge.work(&mut watch);
    }
    charge.end();
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::chain::Places;
    use crate::inbox::SiteId;

    /// Watches a directory, and says each time whether that was new.
    struct Arming {
        directory: PathBuf,
        added: Vec<bool>,
        inbox: Arc<Inbox>,
    }

    impl Charge for Arming {
        fn due(&self) -> Option<Instant> {
            None
        }

        fn take(&mut self, _: Mail, _: Instant) {}

        fn work(&mut self, watch: &mut Watch) {
            let mut places = Places::default();
            places.add_all(&self.directory);
            self.added.push(watch.arm(SiteId(0), &places));
            match self.added[..] {
                [.., true, false] if self.added.len() > 2 => self.inbox.close(),
                [.., false] => self.inbox.events_lost(),
                _ => self.inbox.hint(SiteId(0)),
            }
        }

        fn end(&mut self) {
            assert_eq!(self.added, [true, false, true, false]);
        }
    }

    #[test]
    fn everything_is_watched_anew_once_events_were_lost() {
        let directory = tempfile::tempdir().unwrap();
        let inbox = Arc::new(Inbox::default());
        let arming = Arming {
            directory: directory.path().canonicalize().unwrap(),
            added: Vec::new(),
            inbox: Arc::clone(&inbox),
        };
        inbox.hint(SiteId(0));
        run(&inbox, arming);
    }
}

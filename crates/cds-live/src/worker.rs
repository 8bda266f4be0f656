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
        charge.take(mail, Instant::now());
        charge.work(&mut watch);
    }
}

//! The thread that keeps up with site directories.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crate::inbox::{Inbox, Mail};
use crate::tracked::Tracked;
use crate::watch::Watch;

/// Ends the thread when the last handle is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) inbox: Arc<Inbox>,
}

impl Worker {
    /// Starts the thread; `sites` stand at the index of their id.
    pub(crate) fn start(inbox: Arc<Inbox>, sites: Vec<Tracked>) -> io::Result<Self> {
        let closing = CloseAtEnd(Arc::clone(&inbox));
        thread::Builder::new()
            .name("cds-live".into())
            .spawn(move || run(&closing.0, sites))?;
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

fn run(inbox: &Arc<Inbox>, mut sites: Vec<Tracked>) {
    let mut watch = Watch::new(Arc::clone(inbox));
    loop {
        let deadline = sites.iter().filter_map(Tracked::due).min();
        let Some(mail) = inbox.wait(deadline) else {
            return;
        };
        deliver(mail, &mut sites, &mut watch);
        for site in &mut sites {
            site.work(&mut watch, Instant::now());
        }
    }
}

fn deliver(mail: Mail, sites: &mut [Tracked], watch: &mut Watch) {
    let now = Instant::now();
    for directory in &mail.unwatched {
        watch.forget(directory);
    }
    if mail.lost {
        sites.iter_mut().for_each(|site| site.hint(now));
    }
    for id in mail.hints {
        if let Some(site) = sites.get_mut(id.0) {
            site.hint(now);
        }
    }
    for (id, caller) in mail.requests {
        if let Some(site) = sites.get_mut(id.0) {
            site.request(caller, now);
        }
    }
}

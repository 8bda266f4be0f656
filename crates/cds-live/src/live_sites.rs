//! A directory of sites that is watched.

use std::io;
use std::path::Path;
use std::sync::{Arc, mpsc};

use cds_site::{Body, Report, RequestHead, Respond, Site, SiteSet, SiteSetHandle};

use crate::group::Group;
use crate::inbox::Inbox;
use crate::many::Many;
use crate::options::Options;
use crate::read;
use crate::reload::{Reload, SiteReload};
use crate::status::{Status, Watching};
use crate::subscription::Subscription;
use crate::worker::Worker;

/// A directory of sites that is watched: every directory in it is a site, named after it, except
/// for those whose names begin with a dot. Clones share one watcher; dropping the last ends it.
///
/// ```
/// # use cds_live::LiveSites;
/// # fn main() -> std::io::Result<()> {
/// let live = LiveSites::open("sites")?;
/// for (name, status) in live.statuses() {
///     println!("{name}: {:?}, {} findings", status.state, status.last_reload.report.findings().len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// A site appears and disappears with its directory; one that is gone is served for five seconds
/// longer, since it may merely be being replaced. A document answers on the host of its own URL and
/// on the `hosts` of its site's `site.toml`: see [`SiteSet`]. One thread keeps up with all sites.
/// An edit reloads the site that it is in; where very many change at once, they are taken up one
/// after the other, and the thread rests as long as it works.
#[derive(Debug, Clone)]
pub struct LiveSites {
    /// Beside `group`, so that a request takes one step less.
    handle: SiteSetHandle,
    group: Arc<Group>,
    worker: Arc<Worker>,
}

impl LiveSites {
    /// Opens a directory of sites: arms the watch, reads, and goes on watching in a thread of its
    /// own.
    ///
    /// Files with errors are no failure, nor is a directory that doesn't exist:
    /// [`LiveSites::status`] and [`LiveSites::report`] say what is wrong.
    ///
    /// # Blocking
    ///
    /// Until every site is read, as [`LiveSite::open`](crate::LiveSite::open) does.
    ///
    /// # Errors
    ///
    /// When the thread can't be started.
    pub fn open(dir: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_with(dir, &Options::new())
    }

    /// Like [`LiveSites::open`], with other options. Blocks as it does.
    ///
    /// # Errors
    ///
    /// When the thread can't be started.
    pub fn open_with(dir: impl AsRef<Path>, options: &Options) -> io::Result<Self> {
        let directory = read::absolute(dir.as_ref());
        let sites = SiteSet::bound(options.bind);
        let group = Arc::new(Group::new(directory, sites.clone()));
        let inbox = Arc::new(Inbox::default());
        let many = Many::new(
            options.clone(),
            Arc::clone(&group),
            sites,
            Arc::clone(&inbox),
        );
        let first = request_all(&inbox);
        let worker = Arc::new(Worker::start(inbox, many)?);
        // Only a thread that ended gives no answer; the statuses say what there is to say.
        let _ = first.recv();
        Ok(Self {
            handle: group.handle.clone(),
            group,
            worker,
        })
    }

    /// Reads one site now and says how it ended; `None` if there is no site of this name.
    ///
    /// # Blocking
    ///
    /// Until the reload has ended, as [`LiveSite::reload`](crate::LiveSite::reload) does.
    pub fn reload(&self, name: &str) -> Option<Reload> {
        let id = self.group.table().sites.get(name)?.id;
        let (reply, replies) = mpsc::sync_channel(1);
        self.worker.inbox.request(id, reply);
        // Only a thread that ended gives no answer, or a site that is no more.
        let last = || self.status(name).map(|status| status.last_reload);
        replies.recv().ok().or_else(last)
    }

    /// Looks for sites and reads all of them now; says how it ended for each, by name.
    ///
    /// # Blocking
    ///
    /// Until the last reload has ended: seconds, where there are thousands of sites.
    pub fn reload_all(&self) -> Vec<SiteReload> {
        // Only a thread that ended gives no answer; the statuses say what there is to say.
        let _ = request_all(&self.worker.inbox).recv();
        let statuses = self.statuses().into_iter();
        statuses
            .map(|(name, status)| SiteReload {
                name,
                reload: status.last_reload,
            })
            .collect()
    }

    /// Every reload of a site from now on, until the last handle is dropped.
    ///
    /// A subscriber that is 1,024 reloads behind misses those that follow until it catches up;
    /// [`Subscription::missed`] counts them.
    pub fn subscribe(&self) -> Subscription<SiteReload> {
        self.group.subscribers.subscribe()
    }

    /// The state of a site now; `None` if there is no site of this name.
    ///
    /// Its report also tells of its place among the others ([`SiteSet::report`]), which may change
    /// without a reload of its own: a document that another site has taken the place of makes it
    /// fail, though it is served otherwise.
    pub fn status(&self, name: &str) -> Option<Status> {
        self.group.table().status(name)
    }

    /// The states of all sites now, by name.
    pub fn statuses(&self) -> Vec<(Arc<str>, Status)> {
        self.group.table().statuses()
    }

    /// What is wrong with the directory of sites itself: that it isn't there, for one.
    pub fn report(&self) -> Arc<Report> {
        Arc::clone(&self.group.table().report)
    }

    /// How changes are noticed at present.
    pub fn watching(&self) -> Watching {
        self.group.table().watching.clone()
    }

    /// The site of this name as it is served now.
    pub fn site(&self, name: &str) -> Option<Arc<Site>> {
        self.handle.load().get(name).cloned()
    }

    /// The sites that are served now.
    pub fn sites(&self) -> Arc<SiteSet> {
        self.handle.load()
    }

    /// The directory of sites, absolute.
    pub fn directory(&self) -> &Path {
        &self.group.directory
    }
}

impl Respond for LiveSites {
    fn respond(&self, head: RequestHead<'_>) -> Option<http::Response<Body>> {
        self.handle.respond(head)
    }
}

fn request_all(inbox: &Inbox) -> mpsc::Receiver<()> {
    let (reply, replies) = mpsc::sync_channel(1);
    inbox.request_all(reply);
    replies
}

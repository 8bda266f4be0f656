//! Which directories are watched.
//!
//! Directories are watched, never files, and not recursively: a file that is replaced takes its
//! watch along, and what a link leads to is found by `chain`.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::chain::{Names, Places};
use crate::events::{Events, Refusal};
use crate::inbox::{Inbox, SiteId};
use crate::interests::Interests;
use crate::options::{Options, WatchMode};
use crate::remote;
use crate::settle::OVERDUE;
use crate::stamp::DirectoryId;
use crate::status::Watching;

/// The watched directories of all sites of a thread.
pub(crate) struct Watch {
    inbox: Arc<Inbox>,
    interests: Arc<Interests>,
    events: Option<Events>,
    /// Why there are no events.
    no_events: Option<String>,
    /// When they may be asked for again.
    restart: Option<Instant>,
    /// What the system watches for us.
    armed: BTreeMap<Arc<Path>, DirectoryId>,
    /// What it refused to watch, and why.
    refused: BTreeMap<Arc<Path>, String>,
    /// What it watches without a word about changes that are made elsewhere, by the kind of file
    /// system.
    silent: BTreeMap<Arc<Path>, &'static str>,
    /// Tells such a kind.
    without_events: fn(&Path) -> Option<&'static str>,
}

impl Watch {
    /// A watch on nothing yet, which reports to `inbox`.
    pub(crate) fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            interests: Arc::default(),
            events: None,
            no_events: None,
            restart: None,
            armed: BTreeMap::new(),
            refused: BTreeMap::new(),
            silent: BTreeMap::new(),
            without_events: remote::without_events,
        }
    }

    /// How changes in the directory of a site are noticed.
    pub(crate) fn watching(&self, mode: WatchMode, site: SiteId, directory: &Path) -> Watching {
        let why = match mode {
            WatchMode::Off => return Watching::Off,
            WatchMode::Poll => None,
            WatchMode::Auto => {
                let silent = || {
                    let kind = self.silent(site, directory)?;
                    Some(format!(
                        "{kind} doesn't announce changes that are made elsewhere"
                    ))
                };
                let Some(why) = self.failure().map(str::to_owned).or_else(silent) else {
                    return Watching::Events;
                };
                Some(why.into())
            }
        };
        Watching::Polling { why }
    }

    /// How long files must stand still at least, for want of events that tell of their writers: a
    /// writer that pauses is told from one that is done by looking twice, and where another machine
    /// writes, what is seen may be some seconds old (`acregmin` in nfs(5)).
    pub(crate) fn quiet_time(&self, options: &Options, site: SiteId, directory: &Path) -> Duration {
        if !self.watching(options.watch, site, directory).is_polling() {
            return Duration::ZERO;
        }
        if self.silent(site, directory).is_some() {
            return OVERDUE;
        }
        options.patience().max(options.poll_interval.min(OVERDUE))
    }

    /// The kind of a file system that a site is in, wholly or partly, if it is a silent one.
    fn silent(&self, site: SiteId, directory: &Path) -> Option<&'static str> {
        let mut kind = (self.without_events)(directory);
        if !self.silent.is_empty() {
            self.interests.each_directory(site, |directory| {
                kind = kind.or(self.silent.get(directory).copied());
            });
        }
        kind
    }

    /// Why events alone can't be relied on, if they can't.
    fn failure(&self) -> Option<&str> {
        self.no_events
            .as_deref()
            .or(self.refused.values().next().map(String::as_str))
    }

    /// Watches what matters to a site now instead of what mattered before. Returns whether a
    /// directory was added: what happened in it until now was seen by nobody.
    pub(crate) fn arm(&mut self, site: SiteId, places: &Places) -> bool {
        let abandoned = self.interests.replace(site, places);
        for directory in abandoned {
            self.unwatch(&directory);
        }
        self.start();
        let mut added = false;
        for (directory, names) in places.iter() {
            added |= self.watch(directory);
            // Another volume may be mounted below a site's directory. Those above only have to be
            // passed through.
            let kind = (*names == Names::All).then(|| (self.without_events)(directory));
            if let Some(kind) = kind.flatten() {
                self.silent.insert(Arc::clone(directory), kind);
            }
        }
        added
    }

    /// The system stopped watching a directory and all below.
    pub(crate) fn forget(&mut self, directory: &Path) {
        // Paths are sorted part by part, so that what is below a directory follows it.
        let from = (Bound::Included(directory), Bound::Unbounded);
        let below = self.armed.range::<Path, _>(from).map(|(path, _)| path);
        let gone: Vec<_> = below
            .take_while(|path| path.starts_with(directory))
            .cloned()
            .collect();
        for path in gone {
            self.unwatch(&path);
        }
    }

    /// Believes of no directory any more that the system watches it: with events that were lost may
    /// have been the one that said so. Watching one again that is watched does nothing.
    pub(crate) fn distrust(&mut self) {
        self.armed.clear();
    }

    /// Does so for the directories of a site: an unmounted file system is let go without a word
    /// that anyone could hear.
    pub(crate) fn distrust_those_of(&mut self, site: SiteId) {
        let armed = &mut self.armed;
        self.interests.each_directory(site, |directory| {
            armed.remove(directory);
        });
    }

    /// Asks for events if there are none; a limit that was reached may have been raised.
    fn start(&mut self) {
        if self.events.as_ref().is_some_and(Events::have_ended) {
            self.end();
        }
        let now = Instant::now();
        if self.events.is_some() || self.restart.is_some_and(|restart| now < restart) {
            return;
        }
        let interests = Arc::clone(&self.interests);
        match Events::start(interests, Arc::clone(&self.inbox)) {
            Ok(events) => {
                self.events = Some(events);
                self.no_events = None;
                self.restart = None;
            }
            Err(why) => self.do_without(why, RETRY),
        }
    }

    /// The thread that heard events has ended: whatever ended it may do so again.
    fn end(&mut self) {
        let why = "the thread that hears the system's events has ended";
        self.do_without(why.into(), RESTART);
    }

    fn do_without(&mut self, why: String, time: Duration) {
        self.events = None;
        self.no_events = Some(why);
        self.restart = Instant::now().checked_add(time);
        self.armed.clear();
        self.refused.clear();
    }

    fn watch(&mut self, directory: &Arc<Path>) -> bool {
        let Ok(metadata) = fs::symlink_metadata(directory) else {
            return false;
        };
        let id = DirectoryId::from(&metadata);
        match self.armed.get(directory) {
            Some(armed) if *armed == id => return false,
            Some(_) => self.unwatch(directory),
            None => {}
        }
        let Some(events) = &mut self.events else {
            return false;
        };
        match events.watch(directory) {
            Ok(()) => {
                self.armed.insert(Arc::clone(directory), id);
                self.refused.remove(directory);
                return true;
            }
            Err(Refusal::Harmless) => {}
            Err(Refusal::Failed(why)) => {
                self.refused.insert(Arc::clone(directory), why);
            }
            Err(Refusal::Ended) => self.end(),
        }
        false
    }

    fn unwatch(&mut self, directory: &Path) {
        self.armed.remove(directory);
        self.refused.remove(directory);
        self.silent.remove(directory);
        if let Some(events) = &mut self.events {
            events.unwatch(directory);
        }
    }
}

/// How long events are done without once their thread has ended, so that a fault that comes back at
/// once costs a thread a minute and not a processor.
const RESTART: Duration = Duration::from_secs(60);

/// And how long once a limit was reached: thousands of sites don't ask for each of their looks.
const RETRY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const SITE: SiteId = SiteId(7);

    struct Fixture {
        _guard: tempfile::TempDir,
        dir: PathBuf,
        inbox: Arc<Inbox>,
        watch: Watch,
    }

    impl Fixture {
        fn new() -> Self {
            let guard = tempfile::tempdir().unwrap();
            let dir = guard.path().canonicalize().unwrap();
            let inbox = Arc::new(Inbox::default());
            let watch = Watch::new(Arc::clone(&inbox));
            Self {
                _guard: guard,
                dir,
                inbox,
                watch,
            }
        }

        /// Waits for a hint; `false` when there was none for a while.
        fn hinted(&self, wait: Duration) -> bool {
            let deadline = Instant::now() + wait;
            while Instant::now() < deadline {
                if self
                    .inbox
                    .wait(Some(deadline))
                    .unwrap()
                    .hints
                    .contains(&SITE)
                {
                    return true;
                }
            }
            false
        }
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn reading_is_no_hint_and_writing_is() {
        let mut fixture = Fixture::new();
        let file = fixture.dir.join("a.json");
        fs::write(&file, "{}").unwrap();
        let mut places = Places::default();
        places.add_all(&fixture.dir);
        assert!(fixture.watch.arm(SITE, &places));
        assert!(
            !fixture.watch.arm(SITE, &places),
            "nothing new the second time"
        );

        fs::read(&file).unwrap();
        fs::read_dir(&fixture.dir).unwrap().count();
        assert!(!fixture.hinted(Duration::from_millis(200)));
        fs::write(&file, "[]").unwrap();
        assert!(fixture.hinted(LONG));
    }

    #[test]
    fn only_the_names_that_matter_are_hints() {
        let mut fixture = Fixture::new();
        let mut places = Places::default();
        places.add(&fixture.dir, "cds".as_ref());
        fixture.watch.arm(SITE, &places);

        fs::write(fixture.dir.join("unrelated"), "").unwrap();
        assert!(!fixture.hinted(Duration::from_millis(200)));
        fs::create_dir(fixture.dir.join("cds")).unwrap();
        assert!(fixture.hinted(LONG));
    }

    #[test]
    fn a_directory_that_took_the_place_of_another_is_watched_again() {
        let mut fixture = Fixture::new();
        let watched = fixture.dir.join("cds");
        let mut places = Places::default();
        places.add(&fixture.dir, "cds".as_ref());
        places.add_all(&watched);
        for round in 0..20 {
            let _ = fs::remove_dir_all(&watched);
            fs::create_dir(&watched).unwrap();
            fixture.watch.arm(SITE, &places);
            // What is still under way about the former directory may undo the watch: then the
            // hint comes with the directory to forget.
            while let Some(mail) = fixture.inbox.wait(Some(Instant::now() + QUIET)) {
                if mail.hints.is_empty() && mail.unwatched.is_empty() {
                    break;
                }
                mail.unwatched
                    .iter()
                    .for_each(|directory| fixture.watch.forget(directory));
                fixture.watch.arm(SITE, &places);
            }
            fs::write(watched.join("a.json"), "{}").unwrap();
            assert!(fixture.hinted(LONG), "round {round}");
        }
    }

    const QUIET: Duration = Duration::from_millis(50);

    #[test]
    fn what_the_system_let_go_unheard_is_watched_again_once_it_is_distrusted() {
        let mut fixture = Fixture::new();
        let mut places = Places::default();
        places.add_all(&fixture.dir);
        let distrusts: [fn(&mut Watch); 2] =
            [Watch::distrust, |watch| watch.distrust_those_of(SITE)];
        for distrust in distrusts {
            fixture.watch.arm(SITE, &places);
            // As after an overflow, or where a file system was unmounted and is mounted again.
            let events = fixture.watch.events.as_mut().unwrap();
            events.unwatch(&fixture.dir);
            assert!(!fixture.watch.arm(SITE, &places), "nothing told of it");
            distrust(&mut fixture.watch);
            assert!(fixture.watch.arm(SITE, &places));
            fs::write(fixture.dir.join("a.json"), "{}").unwrap();
            assert!(fixture.hinted(LONG));
        }
    }

    #[test]
    fn without_the_thread_that_hears_events_files_are_polled_until_there_is_another() {
        let mut fixture = Fixture::new();
        let mut places = Places::default();
        places.add_all(&fixture.dir);
        fixture.watch.arm(SITE, &places);
        fixture.watch.events = Some(Events::ended());
        fixture.watch.distrust();
        assert!(!fixture.watch.arm(SITE, &places));
        let watching = fixture.watch.watching(WatchMode::Auto, SITE, &fixture.dir);
        assert!(watching.is_polling(), "{watching:?}");
        fixture.watch.restart = None;
        assert!(fixture.watch.arm(SITE, &places));
        let watching = fixture.watch.watching(WatchMode::Auto, SITE, &fixture.dir);
        assert_eq!(watching, Watching::Events);
    }

    #[test]
    fn a_site_of_which_a_part_is_on_another_machine_is_polled_and_no_other() {
        let mut fixture = Fixture::new();
        let mounted = fixture.dir.join("public");
        fs::create_dir(&mounted).unwrap();
        fixture.watch.without_events = |path| path.ends_with("public").then_some("NFS");
        let other = SiteId(8);
        let mut places = Places::default();
        places.add_all(&fixture.dir);
        fixture.watch.arm(other, &places);
        places.add_all(&mounted);
        fixture.watch.arm(SITE, &places);

        let options = Options::new();
        let watch = &fixture.watch;
        let watching = |site| watch.watching(WatchMode::Auto, site, &fixture.dir);
        let quiet = |site| watch.quiet_time(&options, site, &fixture.dir);
        assert_eq!(watching(other), Watching::Events);
        assert_eq!(quiet(other), Duration::ZERO);
        let Watching::Polling { why: Some(why) } = watching(SITE) else {
            panic!("{:?}", watching(SITE));
        };
        assert!(why.starts_with("NFS"), "{why}");
        assert_eq!(quiet(SITE), OVERDUE);
        fixture.watch.arm(SITE, &Places::default());
        assert!(fixture.watch.silent.is_empty());
    }

    #[test]
    fn a_directory_that_matters_no_more_is_let_go() {
        let mut fixture = Fixture::new();
        let mut places = Places::default();
        places.add_all(&fixture.dir);
        fixture.watch.arm(SITE, &places);
        fixture.watch.arm(SITE, &Places::default());
        assert!(fixture.watch.armed.is_empty());
        fs::write(fixture.dir.join("a.json"), "{}").unwrap();
        assert!(!fixture.hinted(Duration::from_millis(200)));
    }
}

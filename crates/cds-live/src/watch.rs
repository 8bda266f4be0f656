//! Events from the system. The only file that knows `notify`.
//!
//! Directories are watched, never files, and not recursively: a file that is replaced takes its
//! watch along, and what a link leads to is found by `chain`.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::chain::Places;
use crate::inbox::{Inbox, SiteId};
use crate::interests::Interests;
use crate::options::WatchMode;
use crate::remote;
use crate::stamp::DirectoryId;
use crate::status::Watching;

/// The watched directories of all sites of a thread.
pub(crate) struct Watch {
    inbox: Arc<Inbox>,
    interests: Arc<Interests>,
    watcher: Option<RecommendedWatcher>,
    /// Why there is no watcher.
    no_watcher: Option<String>,
    /// What the system watches for us.
    armed: BTreeMap<Arc<Path>, DirectoryId>,
    /// What it refused to watch, and why.
    refused: BTreeMap<Arc<Path>, String>,
}

impl Watch {
    /// A watch on nothing yet, which reports to `inbox`.
    pub(crate) fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            interests: Arc::default(),
            watcher: None,
            no_watcher: None,
            armed: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// How changes in a directory are noticed.
    pub(crate) fn watching(&self, mode: WatchMode, directory: &Path) -> Watching {
        match mode {
            WatchMode::Off => return Watching::Off,
            WatchMode::Poll => return Watching::Polling { why: None },
            WatchMode::Auto => {}
        }
        if let Some(failure) = self.failure() {
            return Watching::Polling {
                why: Some(failure.into()),
            };
        }
        remote::without_events(directory).map_or(Watching::Events, |kind| {
            let why = format!("{kind} doesn't announce changes that are made elsewhere");
            Watching::Polling {
                why: Some(why.into()),
            }
        })
    }

    /// Why events alone can't be relied on, if they can't.
    fn failure(&self) -> Option<&str> {
        self.no_watcher
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
        for (directory, _) in places.iter() {
            added |= self.watch(directory);
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

    /// Starts the watcher if it isn't running; a limit that was reached may have been raised.
    fn start(&mut self) {
        if self.watcher.is_some() {
            return;
        }
        let interests = Arc::clone(&self.interests);
        let handler = Handler {
            interests,
            inbox: Arc::clone(&self.inbox),
        };
        match RecommendedWatcher::new(handler, notify::Config::default()) {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.no_watcher = None;
            }
            Err(error) => self.no_watcher = Some(in_words(&error)),
        }
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
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        match watcher.watch(directory, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.armed.insert(Arc::clone(directory), id);
                self.refused.remove(directory);
                true
            }
            Err(error) => {
                self.failed(directory, &error);
                false
            }
        }
    }

    fn unwatch(&mut self, directory: &Path) {
        self.armed.remove(directory);
        self.refused.remove(directory);
        if let Some(watcher) = &mut self.watcher {
            // An error means that it isn't watched any more, which is what is wanted.
            let _ = watcher.unwatch(directory);
        }
    }

    fn failed(&mut self, directory: &Arc<Path>, error: &notify::Error) {
        // What is gone or forbidden is found by the scan, and told as a finding if it matters;
        // an ancestor that may be passed through but not listed is nobody's mistake.
        let harmless = match &error.kind {
            notify::ErrorKind::PathNotFound => true,
            notify::ErrorKind::Io(error) => matches!(
                error.kind(),
                std::io::ErrorKind::NotFound
                    | std::io::ErrorKind::NotADirectory
                    | std::io::ErrorKind::PermissionDenied
            ),
            _ => false,
        };
        if !harmless {
            self.refused.insert(Arc::clone(directory), in_words(error));
        }
    }
}

fn in_words(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the limit on watched directories is reached (fs.inotify.max_user_watches)".into()
        }
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(TOO_MANY_FILES) => {
            "the limit on watchers or open files is reached (fs.inotify.max_user_instances, \
             ulimit -n)"
                .into()
        }
        _ => format!("the system's events can't be had: {error}"),
    }
}

/// `EMFILE`, which inotify_init(2) also uses for its own limit.
const TOO_MANY_FILES: i32 = rustix::io::Errno::MFILE.raw_os_error();

/// Turns events into hints, in `notify`'s thread.
struct Handler {
    interests: Arc<Interests>,
    inbox: Arc<Inbox>,
}

impl notify::EventHandler for Handler {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        match event {
            // First, because an overflow has no paths.
            Ok(event) if event.need_rescan() => self.inbox.events_lost(),
            Ok(event) => self.take(&event),
            Err(_) => self.inbox.events_lost(),
        }
    }
}

/// Whether the system says when a file that was written to is closed, as inotify(7) does.
const CLOSING_IS_TOLD: bool = cfg!(any(target_os = "linux", target_os = "android"));

impl Handler {
    fn take(&self, event: &Event) {
        for path in &event.paths {
            match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                    self.interests
                        .each(path, |site| self.inbox.writer_done(site, path));
                }
                // Reading our own files would otherwise be a reason to read them, for ever.
                EventKind::Access(_) => {}
                EventKind::Modify(ModifyKind::Data(_)) if CLOSING_IS_TOLD => {
                    self.interests
                        .each(path, |site| self.inbox.written(site, path));
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                    self.gone(path);
                }
                _ => self.interests.each(path, |site| self.inbox.hint(site)),
            }
        }
    }

    fn gone(&self, path: &Path) {
        // By now `notify` has given up its watches there, even when another directory already
        // has the name and was watched in between: all of them must be asked for again.
        if self.interests.is_watched(path) {
            self.inbox.unwatched(path);
        }
        self.interests.each(path, |site| {
            self.inbox.writer_done(site, path);
            self.inbox.hint(site);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

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
    fn an_overflow_is_noticed_although_it_names_no_file() {
        let inbox = Arc::new(Inbox::default());
        let mut handler = Handler {
            interests: Arc::default(),
            inbox: Arc::clone(&inbox),
        };
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        notify::EventHandler::handle_event(&mut handler, Ok(overflow));
        assert!(inbox.wait(None).unwrap().lost);
        notify::EventHandler::handle_event(&mut handler, Err(notify::Error::generic("lost")));
        assert!(inbox.wait(None).unwrap().lost);
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

//! Events from the system. The only file that knows `notify`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, mem, thread};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{Event, EventHandler, RecommendedWatcher, RecursiveMode, Watcher};

use crate::inbox::{Inbox, Stage};
use crate::interests::Interests;

/// Events from the system about directories, which become hints in `notify`'s thread.
///
/// When that thread ends, or never began, `notify` panics at whatever it is asked, and where it is
/// dropped: none of that may end the thread that keeps up with sites.
pub(crate) struct Events {
    /// None only while this is dropped.
    watcher: Option<RecommendedWatcher>,
    ended: Arc<AtomicBool>,
}

/// Why a directory isn't watched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is gone or forbidden: found by the scan, and told as a finding if it matters. An ancestor
    /// that may be passed through but not listed is nobody's mistake.
    Harmless,
    /// In words, for people.
    Failed(String),
    /// No directory is watched any more.
    Ended,
}

impl Events {
    /// Begins to listen, about no directory yet.
    ///
    /// # Errors
    ///
    /// In words, for people.
    pub(crate) fn start(interests: Arc<Interests>, inbox: Arc<Inbox>) -> Result<Self, String> {
        let handler = Handler {
            interests,
            inbox: Arc::clone(&inbox),
        };
        Self::told_to(handler, inbox)
    }

    fn told_to(handler: impl EventHandler, inbox: Arc<Inbox>) -> Result<Self, String> {
        // `notify` doesn't say whether it could start its thread.
        let thread = thread::Builder::new().spawn(|| ());
        thread.map_err(|error| format!("no thread can be had for the system's events: {error}"))?;
        let ended = Arc::default();
        let handler = UntilTheEnd {
            handler,
            inbox,
            ended: Arc::clone(&ended),
        };
        let watcher = RecommendedWatcher::new(handler, notify::Config::default());
        Ok(Self {
            watcher: Some(watcher.map_err(|error| in_words(&error))?),
            ended,
        })
    }

    /// Whether nothing more will be heard.
    pub(crate) fn have_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Listens about a directory, too.
    pub(crate) fn watch(&mut self, directory: &Path) -> Result<(), Refusal> {
        let mode = RecursiveMode::NonRecursive;
        match self.ask(|watcher| watcher.watch(directory, mode)) {
            Some(answer) => answer.map_err(|error| Refusal::from(&error)),
            None => Err(Refusal::Ended),
        }
    }

    /// Listens about a directory no more.
    pub(crate) fn unwatch(&mut self, directory: &Path) {
        // An error means that it isn't watched any more, which is what is wanted.
        let _ = self.ask(|watcher| watcher.unwatch(directory));
    }

    /// What the watcher answers; `None` once its thread has ended.
    fn ask<T>(&mut self, question: impl FnOnce(&mut RecommendedWatcher) -> T) -> Option<T> {
        if self.have_ended() {
            return None;
        }
        let watcher = self.watcher.as_mut()?;
        // The thread may end at any moment, in the middle of the question too.
        let answer = catch_unwind(AssertUnwindSafe(|| question(watcher)));
        if answer.is_err() {
            self.ended.store(true, Ordering::Release);
        }
        answer.ok()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let Some(watcher) = self.watcher.take() else {
            return;
        };
        if self.have_ended() {
            // All that it still has is one end of a channel and a descriptor.
            mem::forget(watcher);
        } else {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(watcher)));
        }
    }
}

/// Handles events, and lets it be known when the thread that did has ended.
struct UntilTheEnd<H> {
    handler: H,
    inbox: Arc<Inbox>,
    ended: Arc<AtomicBool>,
}

impl<H: EventHandler> EventHandler for UntilTheEnd<H> {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        self.handler.handle_event(event);
    }
}

impl<H> Drop for UntilTheEnd<H> {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        self.inbox.events_lost();
    }
}

impl From<&notify::Error> for Refusal {
    fn from(error: &notify::Error) -> Self {
        let is_harmless = match &error.kind {
            notify::ErrorKind::PathNotFound => true,
            notify::ErrorKind::Io(error) => matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::PermissionDenied
            ),
            _ => false,
        };
        if is_harmless {
            Self::Harmless
        } else {
            Self::Failed(in_words(error))
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

impl EventHandler for Handler {
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
                    self.writer_at(Stage::Done, path);
                }
                // Reading our own files would otherwise be a reason to read them, for ever.
                EventKind::Access(_) => {}
                EventKind::Create(_) if CLOSING_IS_TOLD => self.writer_at(Stage::Created, path),
                EventKind::Modify(ModifyKind::Data(_)) if CLOSING_IS_TOLD => {
                    self.writer_at(Stage::Written, path);
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                    self.gone(path);
                }
                EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                    self.writer_at(Stage::Done, path);
                    self.interests.each(path, |site| self.inbox.hint(site));
                }
                _ => self.interests.each(path, |site| self.inbox.hint(site)),
            }
        }
    }

    fn writer_at(&self, stage: Stage, path: &Path) {
        self.interests
            .each(path, |site| self.inbox.writer_at(stage, site, path));
    }

    fn gone(&self, path: &Path) {
        // By now `notify` has given up its watches there, even when another directory already
        // has the name and was watched in between: all of them must be asked for again.
        if self.interests.is_watched(path) {
            self.inbox.unwatched(path);
        }
        self.interests
            .each(path, |site| self.inbox.gone(site, path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Events {
        /// Whose thread has ended, as nobody has noticed yet.
        pub(crate) fn ended() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let inbox = Arc::new(Inbox::default());
            let breaks = |_: notify::Result<Event>| panic!("a fault in the handler");
            let mut events = Self::told_to(breaks, Arc::clone(&inbox)).unwrap();
            events.watch(directory.path()).unwrap();
            std::fs::write(directory.path().join("a.json"), "{}").unwrap();
            assert!(inbox.wait(None).unwrap().lost, "whoever waits is woken");
            events
        }
    }

    #[test]
    fn an_overflow_is_noticed_although_it_names_no_file() {
        let inbox = Arc::new(Inbox::default());
        let mut handler = Handler {
            interests: Arc::default(),
            inbox: Arc::clone(&inbox),
        };
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        handler.handle_event(Ok(overflow));
        assert!(inbox.wait(None).unwrap().lost);
        handler.handle_event(Err(notify::Error::generic("lost")));
        assert!(inbox.wait(None).unwrap().lost);
    }

    #[test]
    fn a_thread_that_ends_is_noticed_and_takes_nothing_along() {
        let directory = tempfile::tempdir().unwrap();
        let mut events = Events::ended();
        assert!(events.have_ended());
        assert_eq!(events.watch(directory.path()), Err(Refusal::Ended));
        events.unwatch(directory.path());
    }
}

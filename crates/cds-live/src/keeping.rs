//! What is kept of a site for a restart: when it is written, and whether it is taken up.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cds_site::{Site, Sources};

use crate::log;
use crate::options::Options;
use crate::state_dir::Kept;

/// What is kept of a site for a restart, if anything is to be.
#[derive(Debug)]
pub(crate) struct Keeping {
    kept: Option<Kept>,
    next: Next,
    /// When that is to be done.
    due: Instant,
    /// Whether this process has written all of it, so that it needn't be read to be known.
    is_written: bool,
    /// Whether it may be taken up: nothing has been served since the start.
    may_restore: bool,
    failure: Option<Arc<str>>,
}

/// What is to be done with what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Nothing,
    /// What is served takes its place.
    Save,
    /// None of it may come back.
    Forget,
}

impl Keeping {
    /// Of a directory, as the options want it.
    pub(crate) fn of(directory: &Path, options: &Options, now: Instant) -> Self {
        Self {
            kept: Kept::wanted(options, directory),
            next: Next::Nothing,
            due: now,
            is_written: false,
            may_restore: true,
            failure: None,
        }
    }

    /// Another site is served.
    pub(crate) fn replace(&mut self) {
        self.plan(Next::Save);
    }

    /// No site is served any more.
    pub(crate) fn forget(&mut self) {
        self.plan(Next::Forget);
    }

    fn plan(&mut self, next: Next) {
        self.may_restore = false;
        self.next = next;
        self.due = Instant::now();
    }

    /// When something is to be written or removed. It waits until what is served is published: a
    /// slow disk must delay no edit.
    pub(crate) fn due(&self) -> Option<Instant> {
        let is_due = self.kept.is_some() && self.next != Next::Nothing;
        is_due.then_some(self.due)
    }

    /// Why what is served is not what is kept, if the disk is the reason.
    pub(crate) fn failure(&self) -> Option<&Arc<str>> {
        self.failure.as_ref()
    }

    /// Does what is due, with the files of what is served. What fails is tried again.
    pub(crate) fn carry_out(&mut self, served: Option<&Sources>) {
        let Some(kept) = &self.kept else {
            return;
        };
        let done = match (self.next, served) {
            (Next::Save, Some(sources)) => kept.save(sources, self.is_written),
            (Next::Forget, _) => kept.remove(),
            (Next::Save, None) | (Next::Nothing, _) => Ok(()),
        };
        match done {
            Ok(()) => {
                self.is_written |= self.next == Next::Save;
                self.is_written &= self.next != Next::Forget;
                self.next = Next::Nothing;
                self.failure = None;
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &io::Error) {
        self.due = Instant::now() + RETRY;
        let failure: Arc<str> = error.to_string().into();
        let is_news = self.failure.as_ref() != Some(&failure);
        if let Some(kept) = self.kept.as_ref().filter(|_| is_news) {
            log::not_kept(kept.directory(), kept.folder(), error);
        }
        self.failure = Some(failure);
    }

    /// What was served before the start, once, if it is there and good, and nothing has been
    /// served since.
    pub(crate) fn restore(&mut self) -> Option<(Sources, Site)> {
        let kept = self.kept.as_ref()?;
        if !std::mem::take(&mut self.may_restore) {
            return None;
        }
        // What can't be taken up stays where it is until there is something better: another
        // process may be writing it at the moment.
        let sources = match kept.load() {
            Ok(sources) => sources?,
            Err(why) => {
                log::not_restored(kept.directory(), kept.folder(), &why);
                return None;
            }
        };
        let Some(site) = cds_site::compile(&sources, SystemTime::now(), None).site else {
            let why = "its documents have errors by the rules of this version";
            log::not_restored(kept.directory(), kept.folder(), why);
            return None;
        };
        Some((sources, site))
    }
}

/// How long a disk that was full is left alone.
const RETRY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::fs;

    use cds_site::Source;

    use super::*;

    const DIRECTORY: &str = "/srv/cds";

    fn sources(text: &'static str) -> Sources {
        let source = |path: &str| Source {
            path: path.to_owned(),
            bytes: text.into(),
            modified: SystemTime::UNIX_EPOCH,
        };
        [source("a.json")].into_iter().collect()
    }

    fn keeping(state_dir: &Path) -> (Keeping, Kept) {
        let options = Options::new().state_dir(state_dir);
        let directory = Path::new(DIRECTORY);
        let kept = Kept::wanted(&options, directory).unwrap();
        (Keeping::of(directory, &options, Instant::now()), kept)
    }

    #[test]
    fn what_could_not_be_written_is_written_later() {
        let outer = tempfile::tempdir().unwrap();
        let state_dir = outer.path().join("state");
        fs::write(&state_dir, "a file").unwrap();
        let (mut keeping, kept) = keeping(&state_dir);
        assert_eq!(keeping.due(), None);
        keeping.replace();
        assert!(keeping.due().unwrap() <= Instant::now());
        keeping.carry_out(Some(&sources("1")));
        assert!(keeping.failure().is_some());
        assert!(keeping.due().unwrap() > Instant::now(), "but not at once");

        fs::remove_file(&state_dir).unwrap();
        keeping.carry_out(Some(&sources("1")));
        assert_eq!((keeping.failure(), keeping.due()), (None, None));
        assert_eq!(kept.load(), Ok(Some(sources("1"))));
        keeping.forget();
        keeping.carry_out(None);
        assert_eq!(kept.load(), Ok(None));
    }

    #[test]
    fn what_was_damaged_before_the_start_is_mended_by_the_first_save() {
        let state_dir = tempfile::tempdir().unwrap();
        let (mut first, kept) = keeping(state_dir.path());
        first.replace();
        first.carry_out(Some(&sources("whole")));
        for file in fs::read_dir(kept.folder()).unwrap().flatten() {
            if fs::read(file.path()).unwrap() == b"whole" {
                fs::write(file.path(), "harm!").unwrap();
            }
        }
        assert!(kept.load().is_err());
        let (mut second, _) = keeping(state_dir.path());
        assert!(second.restore().is_none());
        // Another process may be writing it: nothing is removed.
        assert!(second.due().is_none() && kept.load().is_err());
        second.replace();
        second.carry_out(Some(&sources("whole")));
        assert_eq!(kept.load(), Ok(Some(sources("whole"))));
    }
}

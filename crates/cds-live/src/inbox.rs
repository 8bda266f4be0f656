//! What the thread is told: hints that files changed, and requests.
//!
//! Hints are kept as a set, not as a queue, so that a storm of events takes no more memory than
//! there are sites.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

use crate::reload::Reload;

/// Tells the sites of one thread apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SiteId(pub(crate) usize);

/// The letter box of the thread.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    mail: Mail,
    /// Files that somebody was seen to write since the last reload.
    writing: HashMap<SiteId, HashMap<PathBuf, Stage>>,
    closed: bool,
}

/// How far somebody who writes a file was seen to have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There is a new file. Whether it is going to be written isn't known: a second name of an old
    /// one is new as well.
    Created,
    /// It was written to.
    Written,
    /// It was closed or moved into place.
    Done,
}

/// What arrived since the last look.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Sites in which something may have changed.
    pub(crate) hints: HashSet<SiteId>,
    /// Events were lost: any site may have changed.
    pub(crate) lost: bool,
    /// Watched directories that are not watched any more, with everything below.
    pub(crate) unwatched: HashSet<PathBuf>,
    /// Requests to read again now.
    pub(crate) requests: Vec<(SiteId, mpsc::SyncSender<Reload>)>,
    /// Requests to read everything again now, and to say when that is done.
    pub(crate) requests_for_all: Vec<mpsc::SyncSender<()>>,
}

impl Mail {
    fn is_empty(&self) -> bool {
        self.hints.is_empty()
            && !self.lost
            && self.unwatched.is_empty()
            && self.requests.is_empty()
            && self.requests_for_all.is_empty()
    }
}

impl Inbox {
    /// Waits for mail until `deadline`; `None` once the inbox is closed.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Option<Mail> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if !state.mail.is_empty() {
                return Some(mem::take(&mut state.mail));
            }
            let Some(deadline) = deadline else {
                state = self
                    .arrived
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(Mail::default());
            }
            let waited = self.arrived.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Something may have changed in a site.
    pub(crate) fn hint(&self, site: SiteId) {
        self.update(|state| {
            state.mail.hints.insert(site);
        });
    }

    /// Events were lost.
    pub(crate) fn events_lost(&self) {
        self.update(|state| state.mail.lost = true);
    }

    /// A watched directory was removed or renamed.
    pub(crate) fn unwatched(&self, directory: &Path) {
        self.update(|state| {
            state.mail.unwatched.insert(directory.to_owned());
        });
    }

    /// A file of a site was created, written to, or closed by its writer.
    pub(crate) fn writer_at(&self, stage: Stage, site: SiteId, file: &Path) {
        self.update(|state| {
            let files = state.writing.entry(site).or_default();
            let before = files.get(file).copied();
            // Memory stays bounded; beyond this, standing still has to be enough.
            if files.len() >= MOST_WRITTEN && before.is_none() {
                files.retain(|_, stage| *stage != Stage::Done);
            }
            if files.len() < MOST_WRITTEN || before.is_some() {
                files.insert(file.to_owned(), stage);
            }
            // A file that is closed as it was before is no news.
            let was_under_way = before.is_some_and(|before| before != Stage::Done);
            if stage != Stage::Done || was_under_way {
                state.mail.hints.insert(site);
            }
        });
    }

    /// A file of a site was renamed or removed.
    pub(crate) fn gone(&self, site: SiteId, file: &Path) {
        self.update(|state| {
            state.mail.hints.insert(site);
            if let Some(files) = state.writing.get_mut(&site) {
                files.remove(file);
            }
        });
    }

    /// The files of a site's directories that somebody was seen to write.
    pub(crate) fn writing(&self, site: SiteId) -> HashMap<PathBuf, Stage> {
        let state = self.lock();
        state.writing.get(&site).cloned().unwrap_or_default()
    }

    /// Forgets these writers: their files have stood still for long enough.
    pub(crate) fn forget_writers(&self, site: SiteId, files: &HashMap<PathBuf, Stage>) {
        let mut state = self.lock();
        if let Some(writing) = state.writing.get_mut(&site) {
            writing.retain(|file, stage| files.get(file) != Some(stage));
            if writing.is_empty() {
                state.writing.remove(&site);
            }
        }
    }

    /// Forgets a site that there is no more.
    pub(crate) fn forget(&self, site: SiteId) {
        self.lock().writing.remove(&site);
    }

    /// Asks for a re-read; how it ended comes over the channel.
    pub(crate) fn request(&self, site: SiteId, reply: mpsc::SyncSender<Reload>) {
        self.update(|state| {
            // A request to a thread that has ended would keep its sender for ever.
            if !state.closed {
                state.mail.requests.push((site, reply));
            }
        });
    }

    /// Asks for a re-read of everything; when it has ended something comes over the channel.
    pub(crate) fn request_all(&self, reply: mpsc::SyncSender<()>) {
        self.update(|state| {
            if !state.closed {
                state.mail.requests_for_all.push(reply);
            }
        });
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        self.update(|state| {
            state.closed = true;
            state.mail = Mail::default();
        });
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MOST_WRITTEN: usize = 1024;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    const SITE: SiteId = SiteId(0);

    #[test]
    fn a_storm_of_hints_is_one_letter() {
        let inbox = Inbox::default();
        for _ in 0..10_000 {
            inbox.hint(SITE);
        }
        let mail = inbox.wait(None).unwrap();
        assert_eq!(mail.hints, HashSet::from([SITE]));
        let nothing = inbox.wait(Some(Instant::now())).unwrap();
        assert!(nothing.is_empty());
    }

    fn hints(inbox: &Inbox) -> usize {
        inbox.wait(Some(Instant::now())).unwrap().hints.len()
    }

    #[test]
    fn a_file_is_being_written_until_it_is_closed() {
        let inbox = Inbox::default();
        let file = Path::new("/cds/a.json");
        for stage in [Stage::Created, Stage::Written, Stage::Done] {
            inbox.writer_at(stage, SITE, file);
            assert_eq!(inbox.writing(SITE)[file], stage);
            // Closing is worth another look, since the wait is shorter now.
            assert_eq!(hints(&inbox), 1);
        }
        inbox.gone(SITE, file);
        assert!(inbox.writing(SITE).is_empty());
    }

    #[test]
    fn who_began_to_write_later_is_not_forgotten() {
        let inbox = Inbox::default();
        let [a, b] = ["/cds/a.json", "/cds/b.json"].map(Path::new);
        inbox.writer_at(Stage::Done, SITE, a);
        inbox.writer_at(Stage::Created, SITE, b);
        let known = inbox.writing(SITE);
        inbox.writer_at(Stage::Written, SITE, b);
        inbox.forget_writers(SITE, &known);
        let left = HashMap::from([(b.to_owned(), Stage::Written)]);
        assert_eq!(inbox.writing(SITE), left);
    }

    #[test]
    fn closing_an_untouched_file_is_no_hint() {
        let inbox = Inbox::default();
        inbox.writer_at(Stage::Done, SITE, Path::new("/cds/a.json"));
        assert_eq!(hints(&inbox), 0);
    }

    #[test]
    fn of_a_great_many_files_those_that_are_done_make_room() {
        let inbox = Inbox::default();
        let path = |number: usize| PathBuf::from(format!("/cds/{number}"));
        for number in 0..MOST_WRITTEN {
            inbox.writer_at(Stage::Done, SITE, &path(number));
        }
        for number in 0..2 * MOST_WRITTEN {
            inbox.writer_at(Stage::Written, SITE, &path(number));
        }
        let writing = inbox.writing(SITE);
        assert_eq!(writing.len(), MOST_WRITTEN);
        assert!(writing.values().all(|stage| *stage == Stage::Written));
    }

    #[test]
    fn closing_wakes_the_thread_and_answers_waiting_requests() {
        let inbox = Arc::new(Inbox::default());
        let waiting = thread::spawn({
            let inbox = Arc::clone(&inbox);
            move || {
                inbox
                    .wait(Some(Instant::now() + Duration::from_secs(600)))
                    .is_none()
            }
        });
        let (reply, replies) = mpsc::sync_channel(1);
        inbox.close();
        inbox.request(SITE, reply);
        assert!(waiting.join().unwrap());
        assert!(replies.recv().is_err());
    }
}

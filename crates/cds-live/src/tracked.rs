//! One site directory as its thread sees it: when to look, when to wait, when to read.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use cds_site::Report;

use crate::current::{Current, Reading};
use crate::inbox::{Inbox, SiteId};
use crate::log;
use crate::options::{Options, WatchMode};
use crate::problem::Problem;
use crate::read::{Before, Disturbed, Loaded};
use crate::reload::{Outcome, Reload};
use crate::remote;
use crate::scan::{Root, Scan};
use crate::schedule::Schedule;
use crate::settle::{OVERDUE, Settling};
use crate::shared::Shared;
use crate::status::Watching;
use crate::watch::Watch;

/// A site directory that is kept up with.
pub(crate) struct Tracked {
    id: SiteId,
    options: Options,
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
    schedule: Schedule,
    /// Present while changes are under way.
    settling: Option<Settling>,
    current: Current,
    /// Read everything again, whatever the stamps say.
    compare: bool,
    /// Who waits for the next reload to end.
    callers: Vec<mpsc::SyncSender<Reload>>,
}

impl Tracked {
    pub(crate) fn new(
        id: SiteId,
        options: Options,
        shared: Arc<Shared>,
        inbox: Arc<Inbox>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            schedule: Schedule::new(&options, now),
            options,
            current: Current::new(Arc::clone(&shared)),
            shared,
            inbox,
            settling: None,
            compare: false,
            callers: Vec::new(),
        }
    }

    /// When there is something to do without mail.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.schedule.due()
    }

    /// Something may have changed.
    pub(crate) fn hint(&mut self, now: Instant) {
        self.schedule.hint(now);
    }

    /// Reads everything again and tells `caller` how it ended.
    pub(crate) fn request(&mut self, caller: mpsc::SyncSender<Reload>, now: Instant) {
        self.callers.push(caller);
        self.compare = true;
        self.schedule.look_at(now);
    }

    /// Does what is due.
    pub(crate) fn work(&mut self, watch: &mut Watch, now: Instant) {
        if !self.schedule.is_due(now) {
            return;
        }
        self.compare |= self.schedule.comparing(&self.options, now);
        let scan = self.look(watch);
        let polling = self.update_watching(watch);
        self.schedule
            .looking(self.options.look_interval(polling), now);
        self.consider(scan, watch, now);
    }

    /// A look at the directory, with the watch on everything it depends on set beforehand.
    fn look(&mut self, watch: &mut Watch) -> Scan {
        let begun = Instant::now();
        let mut tries = 0;
        let scan = loop {
            let (scan, places) = Scan::of(&self.shared.directory, self.options.limits);
            tries += 1;
            let armed = self.options.watch == WatchMode::Auto && watch.arm(self.id, &places);
            // What happened in a directory before it was watched is seen by another look.
            if !armed || tries == ARM_TRIES {
                break scan;
            }
        };
        self.schedule.looked(begun.elapsed());
        scan
    }

    /// Says how changes are noticed now, and whether that is by polling.
    fn update_watching(&self, watch: &Watch) -> bool {
        let watching = self.watching(watch);
        let polling = matches!(watching, Watching::Polling { .. });
        if self.shared.status().watching != watching {
            log::watching(&self.shared.directory, &watching);
            self.shared.update(|status| status.watching = watching);
        }
        polling
    }

    fn watching(&self, watch: &Watch) -> Watching {
        match self.options.watch {
            WatchMode::Off => return Watching::Off,
            WatchMode::Poll => return Watching::Polling { why: None },
            WatchMode::Auto => {}
        }
        if let Some(failure) = watch.failure() {
            return Watching::Polling {
                why: Some(failure.into()),
            };
        }
        remote::without_events(&self.shared.directory).map_or(Watching::Events, |kind| {
            let why = format!("{kind} doesn't announce changes that are made elsewhere");
            Watching::Polling {
                why: Some(why.into()),
            }
        })
    }

    /// Decides what a look means.
    fn consider(&mut self, scan: Scan, watch: &mut Watch, now: Instant) {
        let still_since = self.current.still_since(&scan);
        // Memory may be short, or a file table full, only for a while. What could be read needn't
        // be read again for it.
        let again = self.compare || self.current.is_worth_retrying();
        if still_since.is_some() && !again {
            self.settling = None;
            return;
        }
        let mut settling = match self.settling.take() {
            Some(settling) => settling,
            None => {
                let since = still_since.unwrap_or_else(|| self.begin(&scan, now));
                Settling::begin(scan.clone(), since, now)
            }
        };
        settling.observe(scan, now);
        let writing = self.writing(settling.scan());
        if settling.still_at(self.patience(settling.scan(), &writing)) > now {
            return self.wait(settling, &writing, now);
        }
        if !writing.is_empty() {
            log::still_open(&self.shared.directory, &writing);
        }
        self.take_up(settling, watch);
    }

    /// The files that somebody has written to and not closed. Others, such as the swap file that
    /// an editor keeps open beside a document, are nothing to wait for.
    fn writing(&self, scan: &Scan) -> Vec<String> {
        scan.those_among(&self.inbox.being_written(self.id))
    }

    /// Since when files that are seen for the first time count as standing still.
    fn begin(&self, scan: &Scan, now: Instant) -> Instant {
        let quiet = self.options.quiet_time;
        // A start needn't wait to see what the times of the files say.
        let old = self.current.is_empty() && is_old(scan, quiet);
        if old {
            now.checked_sub(quiet).unwrap_or(now)
        } else {
            now
        }
    }

    /// How long the files must stand still.
    fn patience(&self, scan: &Scan, writing: &[String]) -> Duration {
        if scan.is_gone() && self.current.serves() {
            GONE
        } else if !writing.is_empty() {
            OVERDUE.max(self.options.quiet_time)
        } else if self.current.has_more_than(scan) {
            self.options.patience()
        } else {
            self.options.quiet_time
        }
    }

    fn wait(&mut self, mut settling: Settling, writing: &[String], now: Instant) {
        let patience = self.patience(settling.scan(), writing);
        self.schedule.look_at(settling.still_at(patience));
        if settling.becomes_overdue(now) {
            log::goes_on_changing(&self.shared.directory, &settling.moving());
        }
        // Whoever asks later isn't left waiting either.
        if settling.is_overdue(now) && !self.callers.is_empty() {
            self.answer_unsettled(&settling.moving());
        }
        self.settling = Some(settling);
    }

    /// Answers those who wait for a reload that can't be made now.
    fn answer_unsettled(&mut self, files: &[String]) {
        let mut report = Report::new();
        report.extend(files.iter().map(|file| Problem::Changing.finding(file)));
        let reload = Reload {
            outcome: Outcome::Kept,
            serving: self.current.serves(),
            at: SystemTime::now(),
            duration: Duration::ZERO,
            report: Arc::new(report),
            changed: Arc::default(),
        };
        if self.current.is_empty() {
            self.shared
                .update(|status| status.last_reload = reload.clone());
        }
        self.answer(&reload);
    }

    /// Reads files that have stood still, and serves them if they still do afterwards.
    fn take_up(&mut self, mut settling: Settling, watch: &mut Watch) {
        let begun = Instant::now();
        let writers = self.inbox.being_written(self.id);
        let loaded = Loaded::of(settling.scan(), self.known());
        let after = self.look(watch);
        match loaded {
            Ok(loaded) if after == *settling.scan() => {
                let still_since = settling.still_since();
                self.inbox.forget_writers(self.id, &writers);
                self.conclude(Reading {
                    scan: after,
                    still_since,
                    loaded,
                    begun,
                });
                self.schedule.reloaded(begun.elapsed());
            }
            loaded => {
                let now = Instant::now();
                settling.observe(after, now);
                if let Err(Disturbed { file }) = loaded {
                    settling.disturb(file, now);
                }
                let writing = self.writing(settling.scan());
                self.wait(settling, &writing, now);
            }
        }
    }

    /// What needn't be read again.
    fn known(&self) -> Option<Before<'_>> {
        self.current.before().filter(|_| !self.compare)
    }

    fn conclude(&mut self, reading: Reading) {
        self.compare = false;
        let mut taken = self.current.take(reading);
        let asked = !self.callers.is_empty();
        if !taken.is_news && !asked {
            return;
        }
        taken.publish(&self.shared);
        log::reload(&self.shared, &taken, asked);
        // Who is answered may subscribe at once, and then wants to hear of what comes next.
        self.shared.tell(&taken.reload);
        self.answer(&taken.reload);
    }

    fn answer(&mut self, reload: &Reload) {
        for caller in self.callers.drain(..) {
            // A caller that is gone doesn't want to know.
            let _ = caller.try_send(reload.clone());
        }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.shared.end();
    }
}

/// Whether nothing changed lately by the clock.
fn is_old(scan: &Scan, age: Duration) -> bool {
    let now = SystemTime::now();
    let is_old = |time| now.duration_since(time).is_ok_and(|old| old > age);
    !matches!(scan.root, Root::Present(_)) || scan.stamps().all(|stamp| is_old(stamp.modified()))
}

/// How often a directory is looked at again because it was not watched yet.
const ARM_TRIES: u32 = 8;

/// After this time a directory is gone, and not merely being replaced.
const GONE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use cds_site::{Site, SiteHandle};

    use super::*;
    use crate::status::Status;

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again_without_reading_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap();
        std::fs::write(path.join("site.toml"), "").unwrap();
        let handle = SiteHandle::new(Site::unavailable());
        let shared = Arc::new(Shared::new(path, handle, Status::nothing_read_yet()));
        let inbox = Arc::new(Inbox::default());
        let mut watch = Watch::new(Arc::clone(&inbox));
        let begun = Instant::now();
        let options = Options::new().watch(WatchMode::Off);
        let mut site = Tracked::new(SiteId(0), options.clone(), shared, inbox, begun);

        // What a bad disk or a full file table leads to.
        let (scan, _) = Scan::of(&site.shared.directory, options.limits);
        let mut loaded = Loaded::of(&scan, None).unwrap();
        loaded.worth_retrying = true;
        site.conclude(Reading {
            scan: scan.clone(),
            still_since: begun,
            loaded,
            begun,
        });
        assert!(site.current.is_worth_retrying());
        assert!(site.known().is_some());
        site.consider(scan, &mut watch, Instant::now() + OVERDUE);
        assert!(!site.current.is_worth_retrying(), "it was read again");

        let (reply, _) = mpsc::sync_channel(1);
        site.request(reply, Instant::now());
        assert!(site.known().is_none(), "whoever asks has everything read");
    }
}

//! One site directory as its thread sees it: when to look, when to wait, when to read.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use cds_site::Report;

use crate::alarm::{Alarm, Now};
use crate::conclusion::{Conclusion, News};
use crate::current::{Current, Reading};
use crate::inbox::{Inbox, SiteId};
use crate::keeping::Keeping;
use crate::log;
use crate::options::{Options, WatchMode};
use crate::problem::Problem;
use crate::read::{Before, Disturbed, Loaded};
use crate::reload::{Outcome, Reload};
use crate::scan::{Root, Scan, Whereabouts};
use crate::schedule::Schedule;
use crate::settle::{OVERDUE, Settling};
use crate::status::Watching;
use crate::watch::Watch;

/// A site directory that is kept up with.
pub(crate) struct Tracked {
    id: SiteId,
    schedule: Schedule,
    /// Rings when the site that is served has to be another though no file changes.
    alarm: Alarm,
    /// Present while changes are under way.
    settling: Option<Box<Settling>>,
    current: Current,
    /// Read everything again, whatever the stamps say.
    compare: bool,
    /// How changes were noticed at the last look.
    watching: Watching,
    /// Somebody wants to know how the next reload ends.
    asked: bool,
    /// Who waits for the next reload to end.
    callers: Vec<mpsc::SyncSender<Reload>>,
}

/// What a site directory is looked at with.
pub(crate) struct Surroundings<'a> {
    /// The directory as people know it.
    pub(crate) directory: &'a Path,
    pub(crate) whereabouts: Whereabouts<'a>,
    pub(crate) options: &'a Options,
    pub(crate) inbox: &'a Inbox,
    pub(crate) watch: &'a mut Watch,
}

impl Surroundings<'_> {
    /// How changes of a site are noticed.
    fn watching(&self, site: SiteId) -> Watching {
        self.watch
            .watching(self.options.watch, site, self.directory)
    }

    /// How long files must stand still where nothing tells of a writer.
    fn quiet_time(&self, site: SiteId) -> Duration {
        let least = self.watch.quiet_time(self.options, site, self.directory);
        self.options.quiet_time.max(least)
    }
}

impl Tracked {
    pub(crate) fn new(id: SiteId, schedule: Schedule, keeping: Keeping) -> Self {
        Self {
            id,
            schedule,
            alarm: Alarm::default(),
            settling: None,
            current: Current::new(keeping),
            compare: false,
            watching: Watching::Ended,
            asked: false,
            callers: Vec::new(),
        }
    }

    /// Keeps what is served for a restart; returns what keeps it from that.
    pub(crate) fn keep(&mut self) -> Option<Arc<str>> {
        self.current.keep()
    }

    /// When to do so.
    pub(crate) fn keeping_due(&self) -> Option<Instant> {
        self.current.keeping_due()
    }

    /// When there is something to do without mail.
    pub(crate) fn due(&self) -> Option<Instant> {
        let due = [self.schedule.due(), self.alarm.due()];
        due.into_iter().flatten().min()
    }

    /// How changes were noticed at the last look.
    pub(crate) fn watching(&self) -> &Watching {
        &self.watching
    }

    /// The files that keep a change from being taken up, and have for some time.
    pub(crate) fn changing(&self) -> Vec<String> {
        let settling = self.settling.as_ref();
        settling
            .map(|settling| settling.overdue())
            .unwrap_or_default()
    }

    /// Nothing that is kept of the site may come back.
    pub(crate) fn withdraw(&mut self) {
        self.current.withdraw();
    }

    /// Whether there was no directory when it was read last.
    pub(crate) fn is_gone(&self) -> bool {
        self.current.is_gone()
    }

    /// Something may have changed.
    pub(crate) fn hint(&mut self, now: Instant) {
        self.schedule.hint(now);
    }

    /// Reads everything again and tells `caller` how it ended.
    pub(crate) fn request(&mut self, caller: mpsc::SyncSender<Reload>, now: Instant) {
        self.callers.push(caller);
        self.ask(now);
    }

    /// Reads everything again, and comes to a conclusion even if nothing has changed.
    pub(crate) fn ask(&mut self, now: Instant) {
        self.asked = true;
        self.compare = true;
        self.schedule.request(now);
    }

    /// Does what is due. A conclusion is to be published before anything else is done.
    pub(crate) fn work(
        &mut self,
        around: &mut Surroundings<'_>,
        now: Instant,
    ) -> Option<Conclusion> {
        if let Some(conclusion) = self.resume() {
            return Some(conclusion);
        }
        if !self.schedule.is_due(now) {
            return None;
        }
        if self.schedule.comparing(around.options, now) {
            self.compare = true;
            around.watch.distrust_those_of(self.id);
        }
        let scan = self.look(around);
        self.watching = around.watching(self.id);
        let polling = self.watching.is_polling();
        self.schedule
            .looking(around.options.look_interval(polling), now);
        self.consider(scan, around, now)
    }

    /// Ends a maintenance that is over. Those who wait for a reload go on waiting.
    fn resume(&mut self) -> Option<Conclusion> {
        let now = Now::read();
        if !self.alarm.rings(now) {
            return None;
        }
        let taken = self.current.resume(now.wall)?;
        Some(Conclusion {
            news: News::Taken(taken),
            asked: false,
            callers: Vec::new(),
        })
    }

    /// A look at the directory, with the watch on everything it depends on set beforehand.
    fn look(&mut self, around: &mut Surroundings<'_>) -> Scan {
        let begun = Instant::now();
        let mut tries = 0;
        let scan = loop {
            let (scan, places) = Scan::of(around.whereabouts, around.options.limits);
            tries += 1;
            let armed =
                around.options.watch == WatchMode::Auto && around.watch.arm(self.id, &places);
            // What happened in a directory before it was watched is seen by another look.
            if !armed || tries == ARM_TRIES {
                break scan;
            }
        };
        self.schedule.looked(begun.elapsed());
        scan
    }

    /// Decides what a look means.
    fn consider(
        &mut self,
        scan: Scan,
        around: &mut Surroundings<'_>,
        now: Instant,
    ) -> Option<Conclusion> {
        let still_since = self.current.still_since(&scan);
        // Memory may be short, or a file table full, only for a while. What could be read needn't
        // be read again for it.
        let again = self.compare || self.current.is_worth_retrying();
        if still_since.is_some() && !again {
            self.settling = None;
            return None;
        }
        let mut settling = match self.settling.take() {
            Some(settling) => settling,
            None => {
                let quiet = around.quiet_time(self.id);
                let since = still_since.unwrap_or_else(|| self.begin(&scan, quiet, now));
                Box::new(Settling::begin(scan.clone(), since, now))
            }
        };
        settling.observe(scan, now);
        let unfinished = self.unfinished(settling.scan(), around);
        if settling.still_at(self.patience(settling.scan(), &unfinished, around)) > now {
            return self.wait(settling, &unfinished, around, now);
        }
        if !unfinished.is_empty() {
            log::unfinished(around.directory, &unfinished);
        }
        self.take_up(settling, around)
    }

    /// The files that somebody isn't done with. Others, such as the swap file that an editor keeps
    /// open beside a document, are nothing to wait for.
    fn unfinished(&self, scan: &Scan, around: &Surroundings<'_>) -> Vec<String> {
        let last = self.current.scan();
        // At a start, files that are empty and old are meant to be.
        let before = last.or_else(|| is_old(scan, OVERDUE).then_some(scan));
        scan.unfinished(&around.inbox.writing(self.id), before)
    }

    /// Since when files that are seen for the first time count as standing still.
    fn begin(&self, scan: &Scan, quiet: Duration, now: Instant) -> Instant {
        // A start needn't wait to see what the times of the files say.
        let old = self.current.is_empty() && is_old(scan, quiet);
        if old {
            now.checked_sub(quiet).unwrap_or(now)
        } else {
            now
        }
    }

    /// How long the files must stand still.
    fn patience(&self, scan: &Scan, unfinished: &[String], around: &Surroundings<'_>) -> Duration {
        let quiet = around.quiet_time(self.id);
        if scan.has_no_directory() && self.current.serves() {
            GONE
        } else if !unfinished.is_empty() {
            OVERDUE.max(quiet)
        } else if self.current.has_more_than(scan) {
            around.options.patience().max(quiet)
        } else {
            quiet
        }
    }

    fn wait(
        &mut self,
        mut settling: Box<Settling>,
        unfinished: &[String],
        around: &Surroundings<'_>,
        now: Instant,
    ) -> Option<Conclusion> {
        let patience = self.patience(settling.scan(), unfinished, around);
        self.schedule.look_at(settling.still_at(patience));
        if settling.becomes_overdue(now) {
            log::goes_on_changing(around.directory, &settling.moving());
        }
        // Whoever asks later isn't left waiting either.
        let is_overdue = settling.is_overdue(now) && self.asked;
        let conclusion = is_overdue.then(|| self.unsettled(&settling.moving()));
        self.settling = Some(settling);
        conclusion
    }

    /// What those hear who wait for a reload that can't be made now.
    fn unsettled(&mut self, files: &[String]) -> Conclusion {
        let begun = Instant::now();
        let mut report = Report::new();
        report.extend(files.iter().map(|file| Problem::Changing.finding(file)));
        let report = Arc::new(report);
        if let Some(taken) = self.current.restore(&report, begun) {
            self.alarm.set(self.current.due(), Now::read());
            return self.conclusion(News::Taken(taken));
        }
        let reload = self
            .current
            .reload(Outcome::Kept, begun, report, Vec::new());
        let is_first = self.current.is_empty();
        self.conclusion(News::Unsettled { reload, is_first })
    }

    /// Reads files that have stood still, and takes them for what they are if they still do
    /// afterwards.
    fn take_up(
        &mut self,
        mut settling: Box<Settling>,
        around: &mut Surroundings<'_>,
    ) -> Option<Conclusion> {
        let begun = Instant::now();
        let writers = around.inbox.writing(self.id);
        let known: Vec<_> = settling.read().into_iter().chain(self.known()).collect();
        let loaded = Loaded::of(settling.scan(), &known);
        let after = self.look(around);
        match loaded {
            Ok(loaded) if after == *settling.scan() => {
                let still_since = settling.still_since();
                around.inbox.forget_writers(self.id, &writers);
                let reading = Reading {
                    scan: after,
                    still_since,
                    loaded,
                    begun,
                };
                let conclusion = self.conclude(reading, around.directory);
                self.schedule.reloaded(begun.elapsed());
                return conclusion;
            }
            Ok(loaded) => settling.keep(loaded),
            Err(Disturbed { file, loaded }) => {
                settling.keep(loaded);
                settling.disturb(file, Instant::now());
            }
        }
        let now = Instant::now();
        settling.observe(after, now);
        self.schedule.reloaded(begun.elapsed());
        let unfinished = self.unfinished(settling.scan(), around);
        self.wait(settling, &unfinished, around, now)
    }

    /// What needn't be read again.
    fn known(&self) -> Option<Before<'_>> {
        self.current.before().filter(|_| !self.compare)
    }

    fn conclude(&mut self, reading: Reading, directory: &Path) -> Option<Conclusion> {
        self.compare = false;
        let taken = self.current.take(reading, directory);
        self.alarm.set(self.current.due(), Now::read());
        let is_told = taken.is_news || self.asked;
        is_told.then(|| self.conclusion(News::Taken(taken)))
    }

    fn conclusion(&mut self, news: News) -> Conclusion {
        Conclusion {
            news,
            asked: std::mem::take(&mut self.asked),
            callers: std::mem::take(&mut self.callers),
        }
    }
}

/// Whether nothing changed lately by the clock.
fn is_old(scan: &Scan, age: Duration) -> bool {
    let now = SystemTime::now();
    let is_old = |time| now.duration_since(time).is_ok_and(|old| old > age);
    // A directory without files has just been made, and they are under way.
    let is_filled = !scan.files.is_empty() && scan.stamps().all(|stamp| is_old(stamp.modified()));
    !matches!(scan.root, Root::Present(_)) || is_filled
}

/// How often a directory is looked at again because it was not watched yet.
pub(crate) const ARM_TRIES: u32 = 8;

/// After this time a directory is gone, and not merely being replaced.
const GONE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again_without_reading_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap();
        std::fs::write(path.join("site.toml"), "").unwrap();
        let inbox = Arc::new(Inbox::default());
        let begun = Instant::now();
        let options = Options::new().watch(WatchMode::Off);
        let mut around = Surroundings {
            directory: &path,
            whereabouts: Whereabouts::absolute(&path),
            options: &options,
            inbox: &inbox,
            watch: &mut Watch::new(Arc::clone(&inbox)),
        };
        let keeping = Keeping::of(&path, &options, begun);
        let mut site = Tracked::new(SiteId(0), Schedule::new(&options, begun), keeping);

        // What a bad disk or a full file table leads to.
        let (scan, _) = Scan::of(around.whereabouts, options.limits);
        let mut loaded = Loaded::of(&scan, &[]).unwrap();
        loaded.worth_retrying = true;
        let reading = Reading {
            scan: scan.clone(),
            still_since: begun,
            loaded,
            begun,
        };
        site.conclude(reading, &path);
        assert!(site.current.is_worth_retrying());
        assert!(site.known().is_some());
        site.consider(scan, &mut around, Instant::now() + OVERDUE);
        assert!(!site.current.is_worth_retrying(), "it was read again");

        let (reply, _) = mpsc::sync_channel(1);
        site.request(reply, Instant::now());
        assert!(site.known().is_none(), "whoever asks has everything read");
    }
}

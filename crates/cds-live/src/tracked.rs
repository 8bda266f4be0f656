//! One site directory as its thread sees it: when to look, when to read, what to serve.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use cds_site::{Compiled, Report, Sources};

use crate::chain::Places;
use crate::inbox::{Inbox, SiteId};
use crate::log;
use crate::options::{Options, WatchMode};
use crate::problem::Problem;
use crate::read::{self, Before, Loaded, Moved};
use crate::reload::{Outcome, Reload};
use crate::remote;
use crate::scan::{Root, Scan};
use crate::settle::Settling;
use crate::shared::Shared;
use crate::status::{State, Watching};
use crate::watch::Watch;

/// A site directory that is kept up with.
pub(crate) struct Tracked {
    id: SiteId,
    options: Options,
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
    /// What was read last, good or bad.
    last: Option<Last>,
    /// What is served.
    served: Option<Sources>,
    /// Present while changes are under way.
    settling: Option<Settling>,
    /// Read everything again, whatever the stamps say.
    compare: bool,
    /// Who waits for the next reload to end.
    callers: Vec<mpsc::SyncSender<Reload>>,
    schedule: Schedule,
}

/// What was read last.
struct Last {
    scan: Scan,
    /// When a look last showed this scan.
    seen: Instant,
    loaded: Loaded,
    report: Arc<Report>,
}

/// When to do what.
struct Schedule {
    /// The next look because of a hint, a request or files that are settling.
    look: Option<Instant>,
    /// The next look without a reason.
    patrol: Option<Instant>,
    /// The next comparison of everything.
    compare: Option<Instant>,
    /// No look before this: looking and reloading must not take all of a processor.
    rest_until: Instant,
}

impl Tracked {
    pub(crate) fn new(
        id: SiteId,
        options: Options,
        shared: Arc<Shared>,
        inbox: Arc<Inbox>,
        now: Instant,
    ) -> Self {
        let off = options.watch == WatchMode::Off;
        let compare = if off { None } else { options.compare_interval };
        let schedule = Schedule {
            look: Some(now),
            patrol: options.look_interval(false).map(|interval| now + interval),
            compare: compare.map(|interval| now + interval),
            rest_until: now,
        };
        Self {
            id,
            options,
            shared,
            inbox,
            last: None,
            served: None,
            settling: None,
            compare: false,
            callers: Vec::new(),
            schedule,
        }
    }

    /// When there is something to do without mail.
    pub(crate) fn due(&self) -> Option<Instant> {
        let times = [
            self.schedule.look,
            self.schedule.patrol,
            self.schedule.compare,
        ];
        let due = times.into_iter().flatten().min()?;
        Some(due.max(self.schedule.rest_until))
    }

    /// Something may have changed.
    pub(crate) fn hint(&mut self, now: Instant) {
        // The system calls of one save arrive together.
        self.look_at(now + GATHER);
    }

    /// Reads everything again and tells `caller` how it ended.
    pub(crate) fn request(&mut self, caller: mpsc::SyncSender<Reload>, now: Instant) {
        self.callers.push(caller);
        self.compare = true;
        self.look_at(now);
    }

    /// Does what is due.
    pub(crate) fn work(&mut self, watch: &mut Watch, now: Instant) {
        if self.due().is_none_or(|due| due > now) {
            return;
        }
        if self.schedule.compare.is_some_and(|due| due <= now) {
            self.schedule.compare = self.options.compare_interval.map(|interval| now + interval);
            self.compare = true;
        }
        // Memory may be short or a file table full only for a while.
        self.compare |= self
            .last
            .as_ref()
            .is_some_and(|last| last.loaded.worth_retrying);
        self.schedule.look = None;
        let scan = self.look(watch);
        self.plan_patrol(watch, now);
        self.consider(scan, watch, now);
    }

    /// A look at the directory, with the watch on everything it depends on set beforehand.
    fn look(&mut self, watch: &mut Watch) -> Scan {
        let begun = Instant::now();
        let mut scan;
        let mut tries = 0;
        loop {
            let places: Places;
            (scan, places) = Scan::of(&self.shared.directory, self.options.limits);
            tries += 1;
            let armed = self.options.watch == WatchMode::Auto && watch.arm(self.id, &places);
            // What happened in a directory before it was watched is seen by another look.
            if !armed || tries == ARM_TRIES {
                break;
            }
        }
        self.schedule.rest_until = Instant::now() + (begun.elapsed() * LOOK_SHARE).max(GATHER);
        scan
    }

    fn plan_patrol(&mut self, watch: &Watch, now: Instant) {
        let watching = self.watching(watch);
        let polling = matches!(watching, Watching::Polling { .. });
        self.schedule.patrol = self
            .options
            .look_interval(polling)
            .map(|interval| now + interval);
        let before = self.shared.status().watching;
        if before != watching {
            log::watching(&self.shared.directory, &watching);
            self.shared.update(|status| status.watching = watching);
        }
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
        match remote::without_events(&self.shared.directory) {
            Some(kind) => {
                let why = format!("{kind} doesn't announce changes that are made elsewhere");
                Watching::Polling {
                    why: Some(why.into()),
                }
            }
            None => Watching::Events,
        }
    }

    /// Decides what a look means.
    fn consider(&mut self, scan: Scan, watch: &mut Watch, now: Instant) {
        let as_before = self.last.as_ref().is_some_and(|last| last.scan == scan);
        if as_before && !self.compare {
            self.settle_down(now);
            return;
        }
        match &mut self.settling {
            Some(settling) => settling.observe(scan, now),
            None => self.settling = Some(Settling::begin(scan, now)),
        }
        let still_at = self.still_at(now);
        if still_at <= now {
            self.take_up(watch);
        } else {
            self.wait_until(still_at, now);
        }
    }

    /// When the files will have stood still.
    fn still_at(&self, now: Instant) -> Instant {
        let Some(settling) = &self.settling else {
            return now;
        };
        match &self.last {
            Some(last) if last.scan == *settling.scan() => last.seen + self.options.quiet_time,
            None if is_old(settling.scan(), self.options.quiet_time) => now,
            _ => settling.still_at(self.patience(settling.scan())),
        }
    }

    /// Nothing differs from what was read last.
    fn settle_down(&mut self, now: Instant) {
        self.settling = None;
        if let Some(last) = &mut self.last {
            last.seen = now;
        }
    }

    /// How long the files must stand still.
    fn patience(&self, scan: &Scan) -> Duration {
        if scan.is_gone() && self.served.is_some() {
            return GONE;
        }
        let lacking = self
            .last
            .as_ref()
            .is_some_and(|last| scan.lacks_any_of(&last.scan));
        if lacking || self.inbox.is_being_written(self.id) {
            return self.options.patience();
        }
        self.options.quiet_time
    }

    fn wait_until(&mut self, still_at: Instant, now: Instant) {
        self.look_at(still_at);
        let overdue = self
            .settling
            .as_mut()
            .and_then(|settling| settling.overdue(now));
        if let Some(files) = overdue {
            log::goes_on_changing(&self.shared.directory, &files);
            self.answer_unsettled(&files);
        }
    }

    /// Answers those who wait for a reload that can't be made now.
    fn answer_unsettled(&mut self, files: &[String]) {
        let mut report = Report::new();
        report.extend(files.iter().map(|file| Problem::Changing.finding(file)));
        let reload = Reload {
            outcome: Outcome::Kept,
            at: SystemTime::now(),
            duration: Duration::ZERO,
            report: Arc::new(report),
            changed: Arc::default(),
        };
        if self.last.is_none() {
            self.shared
                .update(|status| status.last_reload = reload.clone());
        }
        self.answer(&reload);
    }

    /// Reads files that have stood still, and serves them if they still do afterwards.
    fn take_up(&mut self, watch: &mut Watch) {
        let Some(mut settling) = self.settling.take() else {
            return;
        };
        let begun = Instant::now();
        let before = match &self.last {
            Some(last) if !self.compare => Some(Before {
                scan: &last.scan,
                loaded: &last.loaded,
            }),
            _ => None,
        };
        let loaded = Loaded::of(settling.scan(), before);
        let after = self.look(watch);
        let now = Instant::now();
        match loaded {
            Ok(loaded) if after == *settling.scan() => {
                self.conclude(after, loaded, begun);
                // However long a reload takes, there is as much time without one.
                let rest = Instant::now() + begun.elapsed();
                self.schedule.rest_until = self.schedule.rest_until.max(rest);
            }
            loaded => {
                settling.observe(after, now);
                if let Err(Moved { file }) = loaded {
                    settling.disturb(file, now);
                }
                self.settling = Some(settling);
                self.wait_until(self.still_at(now), now);
            }
        }
    }

    fn conclude(&mut self, scan: Scan, loaded: Loaded, begun: Instant) {
        self.inbox.forget_writers(self.id);
        let compared = std::mem::take(&mut self.compare);
        let seen = Instant::now();
        if let Some(last) = &mut self.last
            && last.loaded.same_content(&loaded)
        {
            let touched = last.scan != scan;
            last.scan = scan;
            last.seen = seen;
            last.loaded.worth_retrying = loaded.worth_retrying;
            let asked = compared && !self.callers.is_empty();
            if touched || asked {
                self.nothing_new(begun);
            }
            return;
        }
        let before = self.last.as_ref().map(|last| &last.loaded);
        let changed = loaded.changed_since(before);
        let gone = scan.is_gone();
        let (outcome, report) = if gone {
            self.give_up(&loaded)
        } else {
            self.check(&loaded)
        };
        let report = Arc::new(report);
        let known = self.last.take().map(|last| last.report).unwrap_or_default();
        self.last = Some(Last {
            scan,
            seen,
            loaded,
            report: Arc::clone(&report),
        });
        let reload = Reload {
            outcome,
            at: SystemTime::now(),
            duration: begun.elapsed(),
            report,
            changed: changed.into(),
        };
        self.publish(&reload);
        log::reload(&self.shared, &reload, &known);
    }

    /// The files were looked at for a reason, and say what they said.
    fn nothing_new(&mut self, begun: Instant) {
        let Some(last) = &self.last else { return };
        let state = self.shared.status().state;
        let reload = Reload {
            outcome: if state == State::Good {
                Outcome::Unchanged
            } else {
                Outcome::Kept
            },
            at: SystemTime::now(),
            duration: begun.elapsed(),
            report: Arc::clone(&last.report),
            changed: Arc::default(),
        };
        log::reload(&self.shared, &reload, &last.report);
        self.publish(&reload);
    }

    /// Compiles what was read and serves it if it is good.
    fn check(&mut self, loaded: &Loaded) -> (Outcome, Report) {
        let mut report = loaded.report(&self.shared.directory);
        let previous = self.served.as_ref().map(|_| self.shared.handle.load());
        let Compiled {
            site,
            report: found,
        } = cds_site::compile(&loaded.sources, SystemTime::now(), previous.as_deref());
        report.merge(found);
        report.sort();
        let Some(site) = site.filter(|_| !report.has_errors()) else {
            if self.served.is_none() {
                self.shared
                    .handle
                    .store(cds_site::stand_in(&loaded.sources));
            }
            self.shared.update(|status| status.state = State::Failing);
            return (Outcome::Kept, report);
        };
        let same = |served| read::same_content(served, &loaded.sources);
        if self.served.as_ref().is_some_and(same) {
            self.shared.update(|status| status.state = State::Good);
            return (Outcome::Unchanged, report);
        }
        self.shared.handle.store(site);
        self.served = Some(loaded.sources.clone());
        self.shared.update(|status| {
            status.state = State::Good;
            status.generation += 1;
            status.loaded_at = Some(SystemTime::now());
        });
        (Outcome::Swapped, report)
    }

    /// The directory has been gone for too long.
    fn give_up(&mut self, loaded: &Loaded) -> (Outcome, Report) {
        let report = loaded.report(&self.shared.directory);
        let served = self.served.take();
        if let Some(sources) = &served {
            self.shared.handle.store(cds_site::stand_in(sources));
        }
        self.shared.update(|status| {
            status.state = State::Failing;
            status.loaded_at = None;
        });
        (
            if served.is_some() {
                Outcome::Dropped
            } else {
                Outcome::Kept
            },
            report,
        )
    }

    fn publish(&mut self, reload: &Reload) {
        self.shared
            .update(|status| status.last_reload = reload.clone());
        self.answer(reload);
        self.shared.tell(reload);
    }

    fn answer(&mut self, reload: &Reload) {
        for caller in self.callers.drain(..) {
            // A caller that is gone doesn't want to know.
            let _ = caller.try_send(reload.clone());
        }
    }

    fn look_at(&mut self, time: Instant) {
        let look = self.schedule.look.map_or(time, |planned| planned.min(time));
        self.schedule.look = Some(look);
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.shared.end();
    }
}

/// Whether nothing changed lately by the clock, so that a start needn't wait to see.
fn is_old(scan: &Scan, age: Duration) -> bool {
    let Root::Present(_) = scan.root else {
        return true;
    };
    let now = SystemTime::now();
    scan.stamps().all(|stamp| {
        now.duration_since(stamp.modified())
            .is_ok_and(|old| old > age)
    })
}

/// How long hints are gathered before a look.
const GATHER: Duration = Duration::from_millis(5);

/// After a look, this many times as long goes by without one.
const LOOK_SHARE: u32 = 4;

/// How often a directory is looked at again because it was not watched yet.
const ARM_TRIES: u32 = 8;

/// After this time a directory is gone, and not merely being replaced.
const GONE: Duration = Duration::from_secs(5);

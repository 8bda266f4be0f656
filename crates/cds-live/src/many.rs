//! A thread that keeps up with a directory of sites.

mod publish;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use cds_site::{Report, SiteSet};

use crate::chain::Places;
use crate::group::{Entry, Group};
use crate::inbox::{Inbox, Mail, SiteId};
use crate::keeping::Keeping;
use crate::log;
use crate::member::Concluded;
use crate::members::Members;
use crate::options::Options;
use crate::roster::{ROSTER, Roster};
use crate::scan::Whereabouts;
use crate::schedule::{LONGEST_REST, Schedule};
use crate::state_dir;
use crate::status::{State, Status, Watching};
use crate::tracked::{Surroundings, Tracked};
use crate::waiting::Waiting;
use crate::watch::Watch;
use crate::worker::Charge;

/// The sites of a directory, published together.
pub(crate) struct Many {
    options: Options,
    group: Arc<Group>,
    inbox: Arc<Inbox>,
    roster: Roster,
    members: Members,
    /// What is served, and what will be once it is published.
    sites: SiteSet,
    waiting: Waiting,
    /// Nothing is served yet, so that there is nobody to rest for.
    is_opening: bool,
    rest_until: Instant,
}

impl Many {
    pub(crate) fn new(
        options: Options,
        group: Arc<Group>,
        sites: SiteSet,
        inbox: Arc<Inbox>,
    ) -> Self {
        let now = Instant::now();
        Self {
            roster: Roster::new(group.directory.clone(), &options, now),
            options,
            group,
            inbox,
            members: Members::new(),
            sites,
            waiting: Waiting::default(),
            is_opening: true,
            rest_until: now,
        }
    }

    /// Finds out which sites there are.
    fn call_the_roll(&mut self, watch: &mut Watch) {
        let roll = self.roster.look(&self.options, watch);
        let polling = watch
            .watching(self.options.watch, ROSTER, &self.group.directory)
            .is_polling();
        let now = Instant::now();
        self.roster
            .schedule
            .looking(self.options.look_interval(polling), now);
        for name in &roll.names {
            if !self.members.contain(name) {
                self.add(name, now);
            }
        }
        self.members.change_all(|member| {
            if roll.is_another || !roll.names.contains(&member.name) {
                member.tracked.hint(now);
            }
        });
        self.note_report(roll.report);
        for reply in self.waiting.take_callers() {
            self.members.change_all(|member| member.tracked.ask(now));
            self.waiting.begin(self.members.ids(), reply);
        }
    }

    fn note_report(&self, report: Report) {
        let known = Arc::clone(&self.group.table().report);
        if report != *known {
            log::new_findings(&self.group.directory, &known, &report);
            self.group.table().report = Arc::new(report);
        }
    }

    fn add(&mut self, name: &Arc<str>, now: Instant) {
        let directory = self.directory_of(name);
        let id = self.members.add(name, |id| {
            let schedule = Schedule::spread(&self.options, now, id.0);
            let keeping = Keeping::of(&directory, &self.options, now);
            Tracked::new(id, schedule, keeping)
        });
        if !self.is_opening {
            log::appeared(&directory);
        }
        let status = Status::nothing_read_yet();
        let mut table = self.group.table();
        table.sites.insert(Arc::clone(name), Entry { id, status });
    }

    /// The directory of a site as people know it.
    fn directory_of(&self, name: &str) -> PathBuf {
        self.group.directory.join(name)
    }

    /// Looks at the sites that are due, but no longer than a slice of time.
    fn look_at_sites(&mut self, watch: &mut Watch, begun: Instant) -> Vec<Concluded> {
        let mut concluded = Vec::new();
        while concluded.len() < BATCH && begun.elapsed() < SLICE {
            let now = Instant::now();
            let Some(id) = self.members.first_look(now) else {
                break;
            };
            concluded.extend(self.look_at(id, watch, now));
        }
        concluded
    }

    fn look_at(&mut self, id: SiteId, watch: &mut Watch, now: Instant) -> Option<Concluded> {
        let name = Arc::clone(&self.members.get(id)?.name);
        let mut around = Surroundings {
            directory: &self.directory_of(&name),
            whereabouts: Whereabouts {
                base: self.roster.base(),
                path: Path::new(&*name),
            },
            options: &self.options,
            inbox: &self.inbox,
            watch,
        };
        let group = &self.group;
        let (conclusion, is_gone) = self.members.change(id, |member| {
            let conclusion = member.tracked.work(&mut around, now);
            member.note_look(group);
            (conclusion, member.tracked.is_gone())
        })?;
        let conclusion = conclusion?;
        // A link that leads nowhere is still somebody's site; a file is none.
        let path = around.whereabouts.base.join(around.whereabouts.path);
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|found| found.is_symlink());
        let is_removed = is_gone && !is_link;
        Some(Concluded {
            id,
            conclusion,
            is_removed,
        })
    }

    fn remove(&mut self, id: SiteId, name: &str, watch: &mut Watch) {
        // What is kept of it must not come back, and there is no later for that.
        self.members.change(id, |member| member.tracked.withdraw());
        self.keep(id);
        self.members.remove(id);
        self.group.table().sites.remove(name);
        self.inbox.forget(id);
        watch.arm(id, &Places::default());
    }

    /// Keeps a site for a restart.
    fn keep(&mut self, id: SiteId) {
        let kept = self.members.change(id, |member| {
            let name = Arc::clone(&member.name);
            (name, member.tracked.keep())
        });
        let Some((name, failure)) = kept else {
            return;
        };
        if let Some(entry) = self.group.table().sites.get_mut(&name) {
            entry.status.not_kept = failure;
        }
    }

    /// Tells those who wait for all sites and have waited long enough.
    fn answer_waiting(&mut self) {
        for tally in self.waiting.answer() {
            if !self.is_opening {
                log::all_read(&self.group.directory, tally);
            }
        }
        if self.is_opening && self.waiting.is_empty() {
            self.is_opening = false;
            let states = self.group.table().statuses();
            let good = states
                .iter()
                .filter(|(_, status)| status.state == State::Good)
                .count();
            log::opened(&self.group.directory, good, states.len() - good);
            self.sweep();
        }
    }

    /// Removes what is kept of sites that were withdrawn while nobody watched.
    fn sweep(&self) {
        let is_whole = !self.group.table().report.has_errors();
        let names: BTreeSet<&str> = self.members.names().collect();
        // A directory without sites is more likely a volume that comes later.
        if is_whole && !names.is_empty() {
            state_dir::sweep(&self.options, &self.group.directory, &names);
        }
    }

    fn note_watching(&self, watch: &Watch) {
        let watching = watch.watching(self.options.watch, ROSTER, &self.group.directory);
        let before = std::mem::replace(&mut self.group.table().watching, watching.clone());
        if before != watching {
            log::watching(&self.group.directory, &watching);
        }
    }
}

impl Charge for Many {
    fn due(&self) -> Option<Instant> {
        let due = [self.members.due(), self.roster.schedule.due()];
        let due = due.into_iter().flatten().min()?;
        Some(due.max(self.rest_until))
    }

    fn take(&mut self, mail: Mail, now: Instant) {
        if mail.lost || mail.hints.contains(&ROSTER) {
            self.roster.schedule.hint(now);
        }
        if mail.lost {
            self.members.change_all(|member| member.tracked.hint(now));
        }
        for id in mail.hints {
            self.members.change(id, |member| member.tracked.hint(now));
        }
        if !mail.requests.is_empty() || !mail.requests_for_all.is_empty() {
            self.rest_until = now;
        }
        for (id, caller) in mail.requests {
            self.members
                .change(id, |member| member.tracked.request(caller, now));
        }
        if !mail.requests_for_all.is_empty() {
            self.waiting.extend(mail.requests_for_all);
            self.roster.schedule.request(now);
        }
    }

    fn work(&mut self, watch: &mut Watch) {
        let begun = Instant::now();
        if begun < self.rest_until {
            return;
        }
        if self.roster.schedule.is_due(begun) {
            self.call_the_roll(watch);
        }
        let concluded = self.look_at_sites(watch, begun);
        self.note_watching(watch);
        self.publish(concluded, watch);
        self.answer_waiting();
        // One at a time: an edit doesn't wait until thousands are on a slow disk.
        if let Some(id) = self.members.first_keep(begun) {
            self.keep(id);
        }
        if !self.is_opening {
            let now = Instant::now();
            self.rest_until = now + (now - begun).min(LONGEST_REST);
        }
    }

    fn end(&mut self) {
        while let Some(id) = self.members.first_keep(Instant::now()) {
            self.keep(id);
        }
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        if thread::panicking() {
            log::watching(&self.group.directory, &Watching::Ended);
            self.group.table().watching = Watching::Ended;
        }
        self.group.subscribers.end();
    }
}

/// How long the thread works before it publishes and rests: an edit of one site waits no longer
/// for the changes of all others.
const SLICE: Duration = Duration::from_millis(20);

/// How many sites are published in one step at most: of so many the old and the new version are
/// held.
const BATCH: usize = 64;
